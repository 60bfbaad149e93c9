"""What became of commands, as it travels to a copy beside the rows: refusals, and the orders behind the rows.

Packed against the rows of the same message, which say most of it already: an order costs a thin line little.
A reader that cannot unpack it has the rows all the same.
"""

import zlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from store.core.wire import BadMessage, Entry, Epoch, encode, typed

DECIDED_MAX = 2000
"""In one message."""
UNPACKED_BYTES_MAX = 8 * 1024 * 1024
LEVEL = 6
DICTIONARY_BYTES_MAX = 32 * 1024 - 512
WORDS = (
    b"\xabincident_id\xaavehicle_id\xaamission_id\xa7call_id\xafSetVehicleState\xacAbortMission"
    b"\xafRecordMilestone\xadReportRinging\xacOpenIncident\xadAssignVehicle"
    b"\x8a\xa3cid\xd9 \xa7command\x84\xa4type\xa2at\xcf\x00\x00\x01\xa7machine\xa7seat-01\xa5roles\x91"
    b"\xaadispatcher\xa7seat_id\xaddispatcher_id\xa9second_id\xc0\xaadecided_by\xa0\xa4late\xc0"
)
"""Both ends begin with it, for ever: another one could not read the words of a release."""


class Decided(Struct, frozen=True, array_like=True):
    """A verdict as it is kept. `refusal` b"": accepted; `seq`: its last row, or where the journal stood.

    `order`: the encoded order of what was accepted or is in conflict; b"": plainly refused, or before a base.
    """

    cid: str
    seq: int
    epoch: Epoch
    refusal: bytes
    kind: str
    machine: str
    by: str
    seat_id: str
    site: str
    at: int
    order: bytes = b""


_many: msgspec.msgpack.Decoder[tuple[Decided, ...]] = msgspec.msgpack.Decoder(tuple[Decided, ...])


def pack(entries: Iterable[Entry], decided: tuple[Decided, ...]) -> bytes:
    """For the message that carries these rows; b"": there is nothing to say."""
    if not decided:
        return b""
    packer = zlib.compressobj(LEVEL, zdict=_dictionary(entries))
    return packer.compress(encode(decided)) + packer.flush()


def unpack(entries: Iterable[Entry], packed: bytes) -> tuple[Decided, ...]:
    """As it was packed with these rows. Raises BadMessage."""
    if not packed:
        return ()
    unpacker = zlib.decompressobj(zdict=_dictionary(entries))
    try:
        plain = unpacker.decompress(packed, UNPACKED_BYTES_MAX)
    except zlib.error as error:
        raise BadMessage(f"not of these rows: {error}") from error
    if not unpacker.eof:
        raise BadMessage("cut short, or too long")
    return typed(_many, plain)


def _dictionary(entries: Iterable[Entry]) -> bytes:
    said = b"".join(entry.cid.encode() + entry.machine.encode() + entry.body for entry in entries)
    return WORDS + said[-DICTIONARY_BYTES_MAX:] if len(said) > DICTIONARY_BYTES_MAX else WORDS + said
