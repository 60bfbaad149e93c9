"""The wall's numbers follow the floor."""

from console.wall.board import board, midnight
from dispatch import commands as cmd
from dispatch.distribution import QueuedCall, ReportQueue
from dispatch.kinds import CallResult, MilestoneKind, Role, SeatState
from tests.dispatch.trade import Centre120

GATEWAY = frozenset({Role.GATEWAY})


def test_waiting_calls_and_unserved_incidents_come_first() -> None:
    centre = Centre120()
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.incident("i2")
    centre.must(cmd.ReportRinging("c9", "13700001111"))
    centre.later(11)
    seen = board(centre.floor, centre.now)
    assert [(call.number, call.overdue) for call in seen.calls] == [("13700001111", True)]
    assert [(row.id, row.served) for row in seen.incidents] == [("i2", False), ("i1", True)]
    assert (seen.without_vehicle, seen.missions_running, seen.orders_unconfirmed) == (1, 1, 1)
    assert (seen.vehicles_callable, seen.vehicles_total) == (2, 3)
    assert seen.vehicles == {"assigned": 1, "in_station": 2}
    assert sum(seen.calls_by_hour) == 3


def test_a_vehicle_shows_the_stage_of_its_mission() -> None:
    centre = Centre120()
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.later(5)
    centre.must(cmd.RecordVehicleKey("a1", MilestoneKind.ON_SCENE, centre.now), roles=GATEWAY)
    seen = board(centre.floor, centre.now)
    assert seen.incidents[0].vehicles == (("急1", MilestoneKind.ON_SCENE),)
    assert seen.vehicles["on_scene"] == 1


def test_queue_seats_and_missed_calls() -> None:
    centre = Centre120()
    calls = tuple(QueuedCall(f"k{n}", f"1370000000{n}", centre.now - 30_000, n == 0) for n in range(3))
    centre.must(ReportQueue("120", 3, calls), roles=frozenset({Role.SEAT}))
    centre.must(cmd.ReportRinging("c1", "13700000001"))
    centre.must(cmd.ReportRinging("c2", "13900000009"))
    centre.must(cmd.ReportCallEnded("c2", CallResult.NOT_ANSWERED))
    centre.must(cmd.SetSeatState("seat-2", SeatState.PAUSED, "meal"), seat="seat-2")
    centre.later(60)
    seen = board(centre.floor, centre.now)
    assert (seen.queue.depth, seen.queued, seen.queue.overflowed) == (3, 2, 1)
    assert (seen.missed, seen.missed_late) == (1, 1)
    assert seen.seats == {SeatState.READY: 1, SeatState.PAUSED: 1}
    assert seen.queue.old, "nobody has told it for a minute"


def test_the_day_starts_at_local_midnight() -> None:
    assert midnight(1_795_000_000_000) % (24 * 3600 * 1000) == 16 * 3600 * 1000
