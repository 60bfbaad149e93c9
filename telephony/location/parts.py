"""The parts of a message's body (RFC 2046, RFC 5621): few, small, and never deeper than `NESTED_MAX`.

Total: any octets give a list of parts, possibly empty; damage costs the part it is in.
"""

import base64
import binascii
import quopri
import re
from typing import NamedTuple

BODY_BYTES_MAX = 524_288
PARTS_MAX = 32
NESTED_MAX = 3
HEADERS_PER_PART_MAX = 32
HEADER_CHARS_MAX = 2_048
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
BOUNDARY = re.compile(r'boundary\s*=\s*(?:"((?:[^"\\]|\\.){1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)


class Part(NamedTuple):
    """One leaf. `content_type` in lower case without parameters; `content_id` without its brackets."""

    content_type: str
    content_id: str
    octets: bytes


def body_of(message: str) -> bytes:
    """What follows the headers of a SIP message, as octets again (the library hands out text)."""
    octets = message.encode("utf-8", "surrogateescape" if _escapes_only(message) else "replace")
    found = BLANK_LINE.search(octets)
    return b"" if found is None else octets[found.end() :][:BODY_BYTES_MAX]


def parts_of(content_type: str, body: bytes, content_id: str = "") -> list[Part]:
    """All leaves of a body in order; a body that is no multipart is its only part."""
    parts: list[Part] = []
    _collect({"content-type": content_type, "content-id": content_id}, body, NESTED_MAX, parts)
    return parts


def _collect(headers: dict[str, str], body: bytes, depth: int, parts: list[Part]) -> None:
    content_type = headers.get("content-type", "text/plain")
    kind = content_type.partition(";")[0].strip().lower()
    found = BOUNDARY.search(content_type)
    if not kind.startswith("multipart/"):
        parts.append(Part(kind, headers.get("content-id", "").strip().strip("<>"), _decoded(headers, body)))
    elif found is not None and depth > 0:
        boundary = re.sub(r"\\(.)", r"\1", found[1] or found[2])
        for piece in _pieces(body, boundary.encode("utf-8", "replace")):
            if len(parts) >= PARTS_MAX:
                return
            _collect(*_split(piece), depth - 1, parts)


def _pieces(body: bytes, boundary: bytes) -> list[bytes]:
    """What stands between the boundary lines; a missing last one ends with the body."""
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|$)")
    marks = list(line.finditer(body))
    pieces = []
    for at, mark in enumerate(marks[: PARTS_MAX + 1]):
        if mark[1]:
            break
        end = marks[at + 1].start() if at + 1 < len(marks) else len(body)
        pieces.append(re.sub(rb"\A\r?\n", b"", body[mark.end() : end], count=1))
    return pieces


def _split(piece: bytes) -> tuple[dict[str, str], bytes]:
    """A part's headers, names in lower case, and its content."""
    if piece[:1] == b"\n" or piece[:2] == b"\r\n":  # no headers at all
        return {}, piece.partition(b"\n")[2]
    found = BLANK_LINE.search(piece)
    head, content = (piece, b"") if found is None else (piece[: found.start()], piece[found.end() :])
    text = re.sub(r"\r?\n[ \t]+", " ", head.decode("utf-8", "replace"))
    headers: dict[str, str] = {}
    for line in text.splitlines()[:HEADERS_PER_PART_MAX]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), value.strip()[:HEADER_CHARS_MAX])
    return headers, content


def _decoded(headers: dict[str, str], body: bytes) -> bytes:
    encoding = headers.get("content-transfer-encoding", "").strip().lower()
    if encoding == "base64":
        try:
            return base64.b64decode(body)
        except (binascii.Error, ValueError):
            return b""
    return quopri.decodestring(body) if encoding == "quoted-printable" else body


def _escapes_only(text: str) -> bool:
    """True when its lone surrogates are all octets that were no UTF-8."""
    return all(not 0xD800 <= ord(c) <= 0xDFFF or 0xDC80 <= ord(c) <= 0xDCFF for c in text)
