"""A floor as a run of compressed parts, and back; a part fits into one message."""

import hashlib
import zlib
from collections.abc import Iterator
from itertools import islice

import msgspec
from msgspec import Struct

from dispatch.floor import TABLES, Floor
from store.core.journal import Head
from store.core.messages import SnapBegin, SnapEnd, SnapPart
from store.core.wire import PART_BYTES_MAX, BadMessage, Epoch, encode, typed

FLOOR_BYTES_MAX = 256 * 1024 * 1024
COMPRESSION = 1
THINGS_PER_PIECE = 128
"""Encoded at a time, 0.1 ms: beside a thread that does this nobody waits longer for the interpreter, because
packing and hashing let go of it."""

_floors = msgspec.msgpack.Decoder(Floor)

SnapMessage = SnapBegin | SnapPart | SnapEnd


def snapshot(floor: Floor, epoch: Epoch, head: Head) -> list[bytes]:
    """The frames of a snapshot of the floor after row `head`: begin, parts, end."""
    pack, digest, size = zlib.compressobj(COMPRESSION), hashlib.sha256(), 0
    run = bytearray()
    for piece in pieces(floor):
        size += len(piece)
        digest.update(piece)
        run += pack.compress(piece)
    packed = bytes(run + pack.flush())
    parts = [packed[at : at + PART_BYTES_MAX] for at in range(0, len(packed), PART_BYTES_MAX)]
    name = f"{epoch.term}.{epoch.boot}.{head.seq}"
    begin = SnapBegin(
        id=name,
        epoch=epoch,
        seq=head.seq,
        parts=len(parts),
        size=size,
        sha256=digest.digest(),
        hash=head.hash,
        hlc=head.hlc,
    )
    messages: list[SnapMessage] = [begin]
    messages += [SnapPart(id=name, n=n, zlib=part) for n, part in enumerate(parts)]
    return [encode(message) for message in (*messages, SnapEnd(id=name))]


def pieces(floor: Floor) -> Iterator[bytes]:
    """The floor as `encode` writes it, a little at a time."""
    yield map_header(len(TABLES))
    for table in TABLES:
        things = getattr(floor, table)
        yield encode(table) + map_header(len(things))
        every = iter(things.items())
        while some := dict(islice(every, THINGS_PER_PIECE)):
            yield encode(some)[len(map_header(len(some))) :]


def map_header(length: int) -> bytes:
    """How a MessagePack map of so many pairs begins."""
    if length < 16:
        return bytes([0x80 | length])
    if length < 2**16:
        return b"\xde" + length.to_bytes(2, "big")
    return b"\xdf" + length.to_bytes(4, "big")


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
