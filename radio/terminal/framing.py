"""From a byte stream to checked pieces and back (JT/T 808 chapter 4.4: flag, escape, checksum).

    7E | header | body | XOR | 7E      inside: 7D -> 7D 01, 7E -> 7D 02

Pure and bounded: a peer that never sends a flag costs `PIECE_BYTES_MAX` bytes, no more.
"""

from radio.errors import FrameError

FLAG = b"\x7e"
ESCAPE = b"\x7d"
# Longest legal frame between its flags: everything escaped of header 17 + parts 4 + body 1023 + sum 1.
PIECE_BYTES_MAX = 2 * (17 + 4 + 1023 + 1)
FOLD_FROM_BYTES = 100  # below this a loop is faster than folding one big integer


def checksum(content: bytes) -> int:
    """XOR of all bytes; 0 over a whole frame content including its own checksum."""
    if len(content) < FOLD_FROM_BYTES:
        total = 0
        for byte in content:
            total ^= byte
        return total
    folded = int.from_bytes(content, "big")
    bits = 8
    while bits < len(content) * 8:
        bits *= 2
    while bits > 8:
        bits //= 2
        folded = (folded >> bits) ^ (folded & ((1 << bits) - 1))
    return folded


def escape(content: bytes) -> bytes:
    """Escaped form of what stands between the flags; 7D first, or its own marks would be escaped."""
    return content.replace(ESCAPE, b"\x7d\x01").replace(FLAG, b"\x7d\x02")


def unescape(piece: bytes) -> bytes:
    """Undo `escape` in one strict pass; FrameError on 7D followed by anything but 01 or 02."""
    if ESCAPE not in piece:
        return piece
    first, *rest = piece.split(ESCAPE)
    out = [first]
    for part in rest:
        mark = part[:1]
        if mark == b"\x01":
            out.append(ESCAPE)
        elif mark == b"\x02":
            out.append(FLAG)
        else:
            raise FrameError(f"bad escape 7d{mark.hex()}")
        out.append(part[1:])
    return b"".join(out)


def seal(content: bytes) -> bytes:
    """Wire bytes of one frame: checksum added, escaped, flagged."""
    return FLAG + escape(content + bytes((checksum(content),))) + FLAG


def unseal(piece: bytes) -> bytes:
    """Content of one piece without its checksum; FrameError where escape or checksum is wrong."""
    content = unescape(piece)
    if checksum(content) != 0:
        raise FrameError("checksum")
    return content[:-1]


class Framer:
    """Splits a stream on 7E. Frames may be glued, cut anywhere, and may or may not share a flag."""

    __slots__ = ("_rest", "_skipping", "overlong")

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False
        self.overlong = 0  # pieces thrown away because they outgrew PIECE_BYTES_MAX

    @property
    def waiting_bytes(self) -> int:
        """Bytes kept of an unfinished piece."""
        return len(self._rest)

    def feed(self, received: bytes) -> list[bytes]:
        """The finished pieces in order, still escaped, empty ones left out."""
        pieces = received.split(FLAG)
        pieces[0] = self._rest + pieces[0]
        self._rest = pieces.pop()
        if self._skipping and pieces:
            pieces[0] = b""
            self._skipping = False
        if len(self._rest) > PIECE_BYTES_MAX or self._skipping:
            self.overlong += not self._skipping
            self._skipping = True
            self._rest = b""
        return [piece for piece in pieces if piece and self._fits(piece)]

    def _fits(self, piece: bytes) -> bool:
        self.overlong += len(piece) > PIECE_BYTES_MAX
        return len(piece) <= PIECE_BYTES_MAX
