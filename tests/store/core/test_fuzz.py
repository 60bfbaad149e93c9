"""Damaged messages in numbers against decoding and the hub's logic: refused or answered, never anything else.

`LINGSHENG_FUZZ=1000000` is the release size, a minute; the seed is printed when something breaks.
What is right in form and wild in value is test_hostile_messages.py.
"""

import random
import time
from collections import Counter
from typing import Any

import msgspec

from bench.sizes import report, size
from dispatch import commands as cmd
from dispatch.floor import Floor, copy_of
from dispatch.kinds import Role, SeatState
from dispatch.words import Dispatcher, Seat
from store.core import messages as m
from store.core.batch import decide_batch
from store.core.hub_logic import HubLogic, Identity
from store.core.journal import Head
from store.core.messages import decode_from_hub, decode_to_hub
from store.core.outputs import Origin, Publish, Reply
from store.core.roster import Machine, MachineRole
from store.core.seals import SignKey
from store.core.tokens import Token, seal
from store.core.wire import BadMessage, encode

COUNT = size("FUZZ", 20_000)
NOW = 1_790_000_000_000
SIGN = SignKey("hub", b"h" * 32)
EPOCH = m.Epoch(1, "01", 1)
SEAT = Machine("seat-01", "k" * 40, MachineRole.SEAT, "01")
MACHINES = (
    SEAT,
    Machine("wall", "w" * 40, MachineRole.WALL),
    Machine("gateway", "g" * 40, MachineRole.GATEWAY),
    Machine("relay-02", "r" * 40, MachineRole.RELAY, site="02"),
    Machine("seat-09", "s" * 40, MachineRole.SEAT, "09", site="02"),
)
TOKEN = seal(Token(SEAT.public_key, "d1", "s1", NOW - 1000, NOW + 3_600_000), SIGN)
BODY = encode(cmd.SetSeatState("s1", SeatState.AWAY))
GOOD_CMD = m.Cmd(cid="c" * 32, body=BODY, at=NOW, deadline_at=NOW + 60_000, token=TOKEN)
CORPUS = tuple(
    encode(message)
    for message in (
        GOOD_CMD,
        m.Hello(app="x"),
        m.Login(id="l" * 32, staff_number="1001", password="word"),
        m.SnapReq(),
        m.Catch(epoch=EPOCH, from_seq=1),
        m.Ping(t=1),
        m.Positions(batch=(m.Position("v1", NOW, 45_000_000, 126_000_000),)),
        m.Follow(seq=0, hash=bytes(32)),
        m.PositionsReq(bytes_max=1000),
        m.Forward(machine="seat-09", route=b"r", frame=encode(GOOD_CMD)),
        m.HashReq(seqs=(1, 2)),
        m.RosterReq(revision=3),
        m.AccountsReq(digest=b"x" * 32),
        m.EvidenceReq(scope="CITY"),
        m.TakeCommand(id="t", scope="CITY", reason="r", order_no="1", token=TOKEN, second=TOKEN),
        m.HandOver(id="t", scope="02", to_site="02", reason="r", order_no="1", token=TOKEN, second=TOKEN),
        m.DeclareIsland(id="t", on=True, reason="r", token=TOKEN, second=TOKEN),
        m.Late(cid="c", order=BODY, site="02", term=1, seq=1, hlc=1),
        m.Pong(t=1),
    )
)
FLOOR = Floor(
    seats={"s1": Seat("s1", "01", "01")},
    dispatchers={"d1": Dispatcher("d1", "1001", "王芳", frozenset({Role.DISPATCHER}))},
)


class Town:
    """A hub's logic with a store that always works."""

    def __init__(self) -> None:
        self.logic = HubLogic(
            Identity("01", "hub-a", EPOCH, SIGN),
            copy_of(FLOOR),
            Head(),
            {machine.name: machine for machine in MACHINES}.get,
        )
        self.known: dict[str, m.Verdict] = {}

    def take(self, machine: Machine, frame: bytes) -> str:
        """What came of it; raises only when a rule of ours broke."""
        origin = Origin(machine, b"route")
        try:
            message = decode_to_hub(frame)
        except BadMessage:
            outputs = self.logic.on_bad_message(origin)
        else:
            outputs = self.logic.on_message(origin, message, NOW)
        outputs = [*outputs, *self._commit()]
        for output in outputs:
            if isinstance(output, Reply | Publish):
                assert decode_from_hub(output.frame) is not None
        return type(outputs[0]).__name__ if outputs else "silence"

    def _commit(self) -> list[Any]:
        works = self.logic.next_batch()
        if not works:
            return []
        batch = decide_batch(self.logic.floor, works, self.known, self.logic.head, EPOCH, NOW)
        self.known = {verdict.cid: verdict for verdict in batch.verdicts}
        return self.logic.on_committed(batch, NOW)

    def serves(self) -> bool:
        """An honest seat gets its verdict."""
        cid = f"honest-{self.logic.head.seq}-{len(self.known)}-{random.random()}"
        outputs = self.logic.on_message(
            Origin(SEAT, b"honest"), msgspec.structs.replace(GOOD_CMD, cid=cid), NOW
        )
        return any(
            isinstance(output, Reply) and output.route == b"honest" for output in [*outputs, *self._commit()]
        )


def mutated(frame: bytes, dice: random.Random) -> bytes:
    """Bits flipped, bytes put in, taken out or repeated, two messages crossed, cut off, nested or made up."""
    content = bytearray(frame)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at = dice.randrange(len(content) + 1)
        match dice.randrange(8):
            case 0 if at < len(content):
                content[at] ^= 1 << dice.randrange(8)
            case 1 if at < len(content):
                content[at] = dice.randrange(256)
            case 2:
                content[at:at] = dice.randbytes(dice.randrange(1, 9))
            case 3:
                del content[at : at + dice.randrange(1, 9)]
            case 4:
                content[at:] = dice.choice(CORPUS)[at:]
            case 5:
                del content[at:]
            case 6:
                content[at:at] = dice.choice((b"\x91", b"\x81", b"\xc0", b"\xdd\xff\xff\xff\xff")) * 40
            case _:
                content[at : at + 1] = dice.choice(
                    (b"\xcf" + b"\xff" * 8, b"\xd3" + b"\x80" + bytes(7), b"\xc1")
                )
    return bytes(content) or b"\xff"


VALUES: tuple[Any, ...] = (
    *(0, 1, -1, 2**31, 2**63 - 1, 2**64 - 1, -(2**63), NOW, NOW - 10**12, True, None, 1e308),
    *("", "s1", "c" * 32, "c" * 65, "\x00", "\ud7ff", "CITY", "seat-09", "..", "x" * 5000),
    *(b"", TOKEN, BODY, encode(GOOD_CMD), b"\x91" * 3000 + b"\xc0", bytes(32)),
    *([], [[]], {}, {"is": "LogIn"}, [1, "01", 1], [1, "99", 2**40], [[1] * 7]),
)


def hostile_value(frame: bytes, dice: random.Random) -> bytes:
    """A message with one or two of its values replaced by another of any kind."""
    fields = msgspec.msgpack.decode(frame)
    for _ in range(dice.randrange(1, 3)):
        fields[dice.choice(sorted(fields))] = dice.choice(VALUES)
    return msgspec.msgpack.encode(fields)


def test_fuzzed_messages_break_nothing() -> None:
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    town, seen = Town(), Counter[str]()
    begun = time.monotonic()
    for number in range(COUNT):
        change = mutated if dice.random() < 0.5 else hostile_value
        frame = change(dice.choice(CORPUS), dice)
        try:
            seen[town.take(dice.choice(MACHINES), frame)] += 1
        except Exception as error:
            raise AssertionError(f"seed {seed}, message {number}: {frame.hex()}: {error!r}") from error
        if number % 1000 == 0:
            assert town.serves(), f"seed {seed}, after message {number}"
    assert town.serves()
    bad = sum(town.logic.bad_messages.values())
    assert bad > COUNT // 20, "what is none of our messages is counted"
    seconds = round(time.monotonic() - begun, 1)
    report("B14", messages=COUNT, seconds=seconds, counted_as_bad=bad, outcomes=dict(seen))
