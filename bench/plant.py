"""A store with as much in it as asked: incidents with calls and intakes, decided and journaled as ever."""

from collections.abc import Iterator
from pathlib import Path

from bench.town import master_data
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.commands import Command
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.words import Place, Point
from store.core.batch import BATCH_MAX, Work
from store.core.ids import new_id
from store.db.store import HubStore

START_MS = 1_790_000_000_000
ROLES = frozenset({Role.HUB, Role.DISPATCHER, Role.SHIFT_LEADER})
EVENTS_PER_INCIDENT = 5
COMPLAINT = "突发胸痛伴大汗，既往高血压"
PLACE = Place(point=Point(126.64, 45.75), address="南岗区中山路111号省医院家属区3号楼2单元501室")


def incident(n: int) -> Iterator[Command]:
    """A call, its intake, its incident."""
    call, intake = new_id(), new_id()
    yield cmd.ReportRinging(call, f"138{n:08d}")
    yield cmd.ReportAnswered(call)
    yield cmd.BeginIntake(intake, call)
    yield cmd.ChangeIntake(intake, 1, FormChanges(place=PLACE, chief_complaint=COMPLAINT))
    yield cmd.OpenIncident(new_id(), intake)


def plant(url: str, *, seats: int, vehicles: int, events: int) -> int:
    """Fill an empty store; how many events are in its journal then."""
    store = HubStore(url, "01", "plant")
    store.open()
    try:
        orders = [*master_data(seats, vehicles)]
        for n in range(events // EVENTS_PER_INCIDENT):
            orders += incident(n)
        head = 0
        for at in range(0, len(orders), BATCH_MAX):
            batch = store.run([work(order) for order in orders[at : at + BATCH_MAX]], START_MS)
            head = batch.head.seq
            refused = [verdict for verdict, _ in batch.answers if verdict.refusal]
            assert not refused, f"refused: {refused[0]}"
        return head
    finally:
        store.close()


def work(command: Command) -> Work:
    """As the hub would make it of a seat's order."""
    cid = new_id()
    order = Order(cid, command, START_MS, "plant", ROLES, "seat001", "d001")
    return Work(cid, "plant", order, START_MS + 60_000)


def size_mb(url: str) -> float:
    """The store's files on disk."""
    file = Path(url.removeprefix("sqlite:///"))
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*")) / 2**20
