"""Whatever comes in, nothing breaks: the hub, a seat and a relay drop what is no message and go on.

LINGSHENG_FUZZ sets the number of messages for each; an order that gets as far as the decision may be refused,
but never break a rule of ours.
"""

import os

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.floor import Floor
from dispatch.kinds import Role
from store.core.batch import Batch, Work, decide_alone
from store.core.copied import CopyJob, fold
from store.core.following import Copy
from store.core.hub_logic import CheckPerson, HubLogic, Identity, Origin
from store.core.journal import Head
from store.core.line import Line
from store.core.messages import decode_from_hub, decode_to_hub
from store.core.outputs import ReadHashes, ReadJournal
from store.core.rejoin import Rejoin
from store.core.relay_logic import RelayLogic
from store.core.roster import Machine, MachineRole
from store.core.seat_logic import SeatLogic
from store.core.site_messages import Hashes, LateDone
from store.core.snapshots import snapshot
from store.core.wire import EPOCH_ZERO, BadMessage, Epoch
from tests.store.core import hostile
from tests.store.core.simulated_store import SIGN, START_MS, first_floor

MESSAGES = int(os.environ.get("LINGSHENG_FUZZ", "80"))
EPOCH = Epoch(1, "01", 3)
ROLES = (MachineRole.SEAT, MachineRole.GATEWAY, MachineRole.RELAY, MachineRole.HUB, MachineRole.WALL)
NOW = START_MS + 60_000
fuzz = settings(
    max_examples=MESSAGES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def machine(name: str, role: MachineRole) -> Machine:
    return Machine(name, name[0] * 40, role, "s1" if role is MachineRole.SEAT else "", "P")


MACHINES = {f"{role}-1": machine(f"{role}-1", role) for role in ROLES}
GIVERS = frozenset(Role) - {Role.HUB}


def decide(hub: HubLogic, work: Work) -> None:
    """As the store does, for somebody with every role, so that nothing is refused for want of rights."""
    order = work.order
    if order is not None and Role.HUB not in order.roles:
        order = msgspec.structs.replace(order, roles=GIVERS, seat_id="s1", dispatcher_id="ds1")
    given = msgspec.structs.replace(work, order=order, after=None)
    batch = decide_alone(hub.floor, given, {}, hub.head, EPOCH, NOW)
    assert not batch.faults
    hub.on_committed(batch, NOW)


@fuzz
@given(
    frames=st.lists(st.tuples(hostile.to_hub, st.sampled_from(ROLES)), min_size=1, max_size=6),
    right=st.booleans(),
)
def test_the_hub_outlives_every_message(frames: list[tuple[bytes, MachineRole]], right: bool) -> None:
    hub = HubLogic(Identity("01", "hub", EPOCH, SIGN), first_floor(), Head(), MACHINES.get)
    for frame, role in frames:
        take(hub, frame, MACHINES[f"{role}-1"], right)


def take(hub: HubLogic, frame: bytes, sender: Machine, right: bool) -> None:
    """One frame all the way: decoded, decided, saved."""
    origin = Origin(sender, b"route")
    try:
        message = decode_to_hub(frame)
    except BadMessage:
        assert hub.on_bad_message(origin)
        return
    for output in hub.on_message(origin, message, NOW):
        match output:
            case CheckPerson():
                hub.on_person(output, "" if right else "wrong", 0, NOW)
            case ReadJournal():
                hub.followers.on_rows(output, None, hub.head)
            case ReadHashes():
                hub.followers.on_hashes(output, [], hub.head)
    for work in hub.next_batch():
        decide(hub, work)
    hub.on_time(NOW)


@fuzz
@given(frames=st.lists(hostile.from_hub, min_size=1, max_size=6), whole=st.booleans())
def test_a_seat_outlives_every_message(frames: list[bytes], whole: bool) -> None:
    seat = SeatLogic([], START_MS)
    seat.connected(START_MS)
    good = snapshot(first_floor(), EPOCH, Head(5)) if whole else []
    for now, frame in enumerate([*good, *frames], NOW):
        try:
            message = decode_from_hub(frame)
        except BadMessage:
            continue
        seat.on_message(message, now)
        seat.on_time(now)
        seat.phase(now)


@fuzz
@given(
    words=st.lists(
        st.one_of(
            st.tuples(st.just(""), hostile.from_hub),
            st.tuples(st.sampled_from([*MACHINES]), hostile.to_hub),
        ),
        min_size=1,
        max_size=6,
    ),
    has_copy=st.booleans(),
)
def test_a_relay_outlives_every_message(words: list[tuple[str, bytes]], has_copy: bool) -> None:
    """Words of its hub ("") and of its machines in any order; whatever is to be copied is copied."""
    floor, head = (first_floor(), Head(5)) if has_copy else (Floor(), None)
    identity = Identity("P", "relay", EPOCH if has_copy else EPOCH_ZERO, SIGN)
    relay = RelayLogic(identity, floor, head, Line(), NOW)
    outputs = relay.connected(NOW)
    for now, (sender, frame) in enumerate(words, NOW):
        try:
            if sender:
                message = decode_to_hub(frame)
                outputs += relay.on_message(Origin(MACHINES[sender], b"route"), message, now)
            else:
                outputs += relay.on_hub(decode_from_hub(frame), now)
        except BadMessage:
            continue
        for output in [*outputs]:
            if isinstance(output, Copy):
                relay.on_copied(copied(relay, output.job), now)
        outputs = relay.on_time(now)


def copied(relay: RelayLogic, job: CopyJob) -> Batch:
    if job.base is not None:
        return Batch(job.base.floor, job.base.head)
    return fold(relay.floor, relay.head, job.entries)[0]


@fuzz
@given(
    answers=st.lists(st.one_of(hostile.structs(Hashes), hostile.structs(LateDone)), max_size=8),
    start=st.sampled_from((0, 3)),
)
def test_the_way_back_outlives_every_answer(answers: list[Hashes | LateDone], start: int) -> None:
    rejoin = Rejoin(start, 9, lambda seq: bytes([seq]) * 32)
    rejoin.start(NOW)
    for now, answer in enumerate(answers, NOW):
        if isinstance(answer, Hashes):
            rejoin.on_hashes(answer, now)
        else:
            rejoin.on_late_done(answer, now)
        rejoin.on_time(now)
    assert rejoin.fork <= 9
