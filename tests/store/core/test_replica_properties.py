"""A replica ends equal to the hub whatever it missed of what was published, in any order, more than once.

It may have slept through hub starts and takeovers; one Tick and its own questions bring it up.
"""

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from store.core.batch import Work, decide_batch
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic
from store.core.journal import Head
from store.core.messages import decode_from_hub
from store.core.outputs import Origin, Publish, Reply
from store.core.replica import Ask, Replica
from store.core.roster import Machine, MachineRole
from store.core.wire import Epoch, encode
from tests.store.core.simulated_store import SIGN, START_MS, first_floor

SEAT = Origin(Machine("s1", "k" * 40, MachineRole.SEAT, "s1"), b"s1")
BATCHES = 30
RESTARTS = {8: Epoch(1, "01", 2), 15: Epoch(2, "P", 1), 22: Epoch(2, "P", 2)}
"""Before these batches another start of a hub, or the hub of another site, goes on."""
ROUNDS_MAX = 20


def hub_of(epoch: Epoch, floor: Floor, head: Head) -> HubLogic:
    return HubLogic(Identity(epoch.site, "hub", epoch, SIGN), floor, head)


def history() -> tuple[HubLogic, list[bytes]]:
    """The last hub, and everything that was ever published."""
    hub = hub_of(Epoch(1, "01", 1), first_floor(), Head())
    frames: list[bytes] = []
    for n in range(BATCHES):
        if n in RESTARTS:
            hub = hub_of(RESTARTS[n], hub.floor, hub.head)
        works = []
        for k in range(n % 4 + 1):
            order = Order(f"c{n}.{k}", cmd.ReportRinging(f"c{n}.{k}", "1"), START_MS, "s1", frozenset(Role))
            works.append(Work(order.cid, "s1", order, START_MS * 2))
        batch = decide_batch(hub.floor, works, {}, hub.head, hub.identity.epoch, START_MS + n)
        outputs = [*hub.on_committed(batch, START_MS + n), *hub.on_time(START_MS + n)]
        frames += [output.frame for output in outputs if isinstance(output, Publish)]
    return hub, frames


HUB, FRAMES = history()


def take(replica: Replica, frame: bytes, now: int) -> list[Any]:
    message = decode_from_hub(frame)
    return replica.on_message(message, now)  # only what is published


def answers(outcomes: list[Any], now: int) -> list[bytes]:
    """What the last hub says to the questions in these outcomes."""
    asked = [outcome.message for outcome in outcomes if isinstance(outcome, Ask)]
    replies = [reply for message in asked for reply in HUB.on_message(SEAT, message, now)]
    return [reply.frame for reply in replies if isinstance(reply, Reply)]


@settings(max_examples=150, deadline=None, database=None)
@given(seed=st.integers(0, 2**32), kept=st.floats(0, 1), whole_first=st.booleans())
def test_a_replica_ends_equal_whatever_it_missed(seed: int, kept: float, whole_first: bool) -> None:
    dice = random.Random(seed)
    replica, now = Replica(), START_MS
    heard = [frame for frame in FRAMES if dice.random() < kept]
    heard += dice.sample(heard, len(heard) // 3)
    dice.shuffle(heard)
    waiting = answers(replica.start(now), now) if whole_first else []
    for frame in heard:
        now += 7
        before = (replica.epoch, replica.seq)
        take(replica, frame, now)
        assert (replica.epoch, replica.seq) >= before, "a replica never goes back"
        if waiting and dice.random() < 0.3:
            take(replica, waiting.pop(0), now)
    for _ in range(ROUNDS_MAX):
        now += 2_000
        waiting = answers([*take(replica, FRAMES[-1], now), *replica.on_time(now)], now)
        while waiting:
            waiting += answers(take(replica, waiting.pop(0), now), now)
    assert replica.live
    assert (replica.epoch, replica.seq) == (HUB.identity.epoch, HUB.head.seq)
    assert replica.floor == HUB.floor


def test_the_history_holds_what_it_should() -> None:
    assert len(FRAMES) == 2 * BATCHES
    assert encode(HUB.floor) != encode(first_floor())
