"""Each state a seat was in is a row of history: start, end, seat, person; rebuilt from the journal alike."""

from dispatch import commands as cmd
from dispatch.distribution import QueuedCall, ReportQueue
from dispatch.kinds import Role, SeatState
from dispatch.order import Order
from dispatch.words import Dispatcher, Seat
from store.core.batch import Work, refusal_of
from store.db.history import advance_history
from store.db.rebuild import rebuild
from store.db.store import HubStore
from store.db.tables import SEAT_STATE_HISTORY
from tests.store.db.test_store import rows_of

NOW = 1_790_000_000_000
EVERYBODY = frozenset(Role)


def run(store: HubStore, command: cmd.Command, at: int) -> None:
    order = Order(f"c{at}", command, at, "seat-01", EVERYBODY, "s1", "d1")
    batch = store.run([Work(order.cid, "seat-01", order, at + 60_000)], at)
    assert refusal_of(batch.answers[0][0].refusal) is None


def rows(store: HubStore) -> list[tuple[str, str, int, int]]:
    found = rows_of(store, SEAT_STATE_HISTORY)
    return sorted((row.state, row.dispatcher_id, row.began_at, row.ended_at) for row in found)


def test_states_of_a_seat_and_its_queue_outlive_the_hub(store_url: str) -> None:
    store = HubStore(store_url, "01", "hub-a")
    store.open()
    steps = (
        cmd.RegisterDispatcher(Dispatcher("d1", "1001", "王敏", frozenset({Role.DISPATCHER}))),
        cmd.RegisterSeat(Seat("s1", "01", "01")),
        cmd.LogIn("s1", "d1"),
        cmd.SetSeatState("s1", SeatState.INTAKE),
        ReportQueue("120", 1, (QueuedCall("k1", "139", NOW),)),
        cmd.SetSeatState("s1", SeatState.PAUSED, "meal"),
        cmd.LogOut("s1"),
    )
    for after, command in enumerate(steps):
        run(store, command, NOW + after * 1000)
    with store.transaction() as connection:
        advance_history(connection, 10_000)
    wanted = [
        ("intake", "d1", NOW + 3_000, NOW + 5_000),
        ("paused", "d1", NOW + 5_000, NOW + 6_000),
        ("ready", "d1", NOW + 2_000, NOW + 3_000),
    ]
    assert rows(store) == wanted
    store.close()
    assert rebuild(store_url).differences == ()
    again = HubStore(store_url, "01", "hub-b")
    floor = again.open().floor
    assert floor.queues["01:120"].depth == 1
    assert rows(again) == wanted
    again.close()
