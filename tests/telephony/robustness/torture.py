"""The 49 messages of RFC 4475 as they go over the wire; `rfc4475/` has them with the RFC's own marks.

Marks: allOneLine, hex, repeat. Lines of the files end with LF alone: CRLF is put back here. Compared with two
public copies of the RFC's own messages (projects rfc4475-c and reSIProcate): every line with their text; with
the octet dumps of the first the number of octets, but of clerr and ncl, and what is not text. The dumps end a
body with one more CRLF, which no Content-Length but that of multi01 counts: it is left out.
"""

import re
from pathlib import Path

FOLDER = Path(__file__).with_name("rfc4475")
HEX = re.compile(rb"<hex>([0-9A-Fa-f]+)</hex>")
REPEAT = re.compile(rb"<repeat count=(\d+)>(.*?)</repeat>", re.DOTALL)
ONE_LINE = re.compile(rb"<allOneLine>\r\n(.*?)\r\n</allOneLine>", re.DOTALL)


def octets_of(marked: bytes) -> bytes:
    """The message as it goes over the wire."""
    raw = marked.replace(b"\n", b"\r\n")
    raw = ONE_LINE.sub(lambda m: m[1].replace(b"\r\n", b""), raw)
    raw = REPEAT.sub(lambda m: m[2] * int(m[1]), raw)
    return HEX.sub(lambda m: bytes.fromhex(m[1].decode()), raw)


MESSAGES: dict[str, bytes] = {
    path.stem.partition("_")[2]: octets_of(path.read_bytes()) for path in sorted(FOLDER.glob("*.sip"))
}
"""By their names in the RFC, in its order."""
