"""A floor as a run of compressed parts, and back; a part fits into one message."""

import hashlib
import zlib

import msgspec
from msgspec import Struct

from dispatch.floor import Floor
from store.core.journal import Head
from store.core.messages import SnapBegin, SnapEnd, SnapPart
from store.core.wire import PART_BYTES_MAX, BadMessage, Epoch, encode, typed

FLOOR_BYTES_MAX = 256 * 1024 * 1024
COMPRESSION = 1

_floors = msgspec.msgpack.Decoder(Floor)

SnapMessage = SnapBegin | SnapPart | SnapEnd


def snapshot(floor: Floor, epoch: Epoch, head: Head) -> list[bytes]:
    """The frames of a snapshot of the floor after row `head`: begin, parts, end."""
    whole = encode(floor)
    packed = zlib.compress(whole, COMPRESSION)
    parts = [packed[at : at + PART_BYTES_MAX] for at in range(0, len(packed), PART_BYTES_MAX)]
    name = f"{epoch.term}.{epoch.boot}.{head.seq}"
    begin = SnapBegin(
        id=name,
        epoch=epoch,
        seq=head.seq,
        parts=len(parts),
        size=len(whole),
        sha256=hashlib.sha256(whole).digest(),
        hash=head.hash,
        hlc=head.hlc,
    )
    messages: list[SnapMessage] = [begin]
    messages += [SnapPart(id=name, n=n, zlib=part) for n, part in enumerate(parts)]
    return [encode(message) for message in (*messages, SnapEnd(id=name))]


class Assembly(Struct):
    """A snapshot on its way in."""

    begin: SnapBegin
    parts: dict[int, bytes] = {}

    def take(self, part: SnapPart) -> None:
        if part.id == self.begin.id and part.n < self.begin.parts:
            self.parts[part.n] = part.zlib

    def floor(self) -> Floor:
        """The whole floor; raises BadMessage when anything is missing, too long or damaged."""
        begin = self.begin
        if len(self.parts) != begin.parts or begin.size > FLOOR_BYTES_MAX:
            raise BadMessage("snapshot incomplete")
        unpack = zlib.decompressobj()
        try:
            whole = unpack.decompress(b"".join(self.parts[n] for n in range(begin.parts)), begin.size + 1)
        except zlib.error as error:
            raise BadMessage("snapshot damaged") from error
        if len(whole) != begin.size or hashlib.sha256(whole).digest() != begin.sha256:
            raise BadMessage("snapshot damaged")
        return typed(_floors, whole)
