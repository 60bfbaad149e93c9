"""Figures with their definitions; what is missing is counted, never hidden."""

from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.distribution import QueuedCall, ReportGaveUp, ReportQueue
from dispatch.indicators import figures
from dispatch.indicators_calls import floor_figures
from dispatch.kinds import CallResult, IntakeOutcome, MilestoneKind, Role, SeatState
from dispatch.words import Place
from tests.dispatch.trade import Centre120

GATEWAY = frozenset({Role.GATEWAY})


def test_one_incident_from_ring_to_scene(centre: Centre120) -> None:
    start = centre.now
    centre.incident("i1")
    centre.later(40)
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    for kind, wait_s in (
        (MilestoneKind.ACKNOWLEDGED, 10),
        (MilestoneKind.DEPARTED, 60),
        (MilestoneKind.ON_SCENE, 400),
    ):
        centre.later(wait_s)
        centre.must(cmd.RecordVehicleKey("a1", kind, centre.now), roles=GATEWAY)
    found = {figure.name: figure for figure in figures(centre.floor, start, centre.now)}
    assert found["answer_rate"].value == 1
    assert (found["dispatch"].value, found["turnout"].value, found["response"].value) == (40, 60, 510)
    assert found["turnout_rate"].value == 1


def test_a_call_that_rings_at_seat_after_seat_is_one_and_waits_from_its_first_ring(
    centre: Centre120,
) -> None:
    start = centre.now
    for key in ("r1", "r2"):
        centre.must(cmd.ReportRinging(key, "139"))
        centre.later(8)
        centre.must(cmd.ReportCallEnded(key, CallResult.NOT_ANSWERED))
        centre.later(1)
    centre.must(cmd.ReportRinging("r3", "139"))
    centre.later(2)
    centre.must(cmd.ReportAnswered("r3"))
    found = {figure.name: figure for figure in figures(centre.floor, start, centre.now + 1)}
    assert (found["answer_rate"].value, found["answer_rate"].count) == (0, 1)
    assert found["answer"].value == 20


def test_an_unanswered_call_stays_in_the_denominator(centre: Centre120) -> None:
    start = centre.now
    centre.incident("i1")
    centre.must(cmd.ReportRinging("lost", "139"))
    centre.later(30)
    centre.must(cmd.ReportCallEnded("lost", CallResult.NOT_ANSWERED))
    found = {figure.name: figure for figure in figures(centre.floor, start, centre.now)}
    assert (found["answer_rate"].value, found["answer_rate"].count) == (0.5, 2)
    assert (found["answer"].count, found["answer"].left_out) == (1, 1)
    assert (found["response"].value, found["response"].left_out) == (None, 1)


def test_a_drill_counts_in_no_figure(centre: Centre120) -> None:
    start = centre.now
    centre.must(cmd.ReportRinging("c1", "139"))
    centre.must(cmd.ReportAnswered("c1"))
    centre.must(cmd.BeginIntake("in-1", "c1"))
    centre.must(cmd.ChangeIntake("in-1", 1, FormChanges(place=Place(address="训练场"))))
    centre.must(cmd.OpenIncident("i1", "in-1", drill=True))
    centre.later(1)
    assert all(figure.count == 0 for figure in figures(centre.floor, start, centre.now))


def test_nine_in_ten_of_ten_is_the_ninth(centre: Centre120) -> None:
    start = centre.now
    for n in range(1, 11):
        centre.must(cmd.ReportRinging(f"c{n}", "139"))
        centre.later(n)
        centre.must(cmd.ReportAnswered(f"c{n}"))
    found = {figure.name: figure for figure in figures(centre.floor, start, centre.now)}
    assert found["answer"].p90 == 9


def test_talks_intakes_and_missed_calls(centre: Centre120) -> None:
    start = centre.now
    centre.incident("i1")
    centre.later(70)
    centre.must(cmd.ReportCallEnded("call-i1", CallResult.TALKED))
    centre.must(cmd.BeginIntake("in-2"))
    centre.later(80)
    centre.must(cmd.EndIntake("in-2", IntakeOutcome.CONSULTATION, "咨询"))
    for key, seconds in (("short", 5), ("long", 31)):
        centre.must(cmd.ReportRinging(key, f"139{seconds}"))
        centre.later(seconds)
        centre.must(cmd.ReportCallEnded(key, CallResult.NOT_ANSWERED))
    machine = frozenset({Role.SEAT})
    centre.must(ReportGaveUp("g", "120", "138", centre.now - 40_000, centre.now), roles=machine)
    found = {figure.name: figure for figure in figures(centre.floor, start, centre.now)}
    assert (found["talk"].value, found["intake"].value) == (70, 80)
    assert (found["missed"].value, found["missed"].count) == (0.5, 4)
    assert found["gave_up"].value == 0.25
    assert "> 30 s" in found["missed"].definition


def test_what_the_seats_did_with_their_time(centre: Centre120) -> None:
    for seconds, state in ((60, SeatState.INTAKE), (30, SeatState.AFTER_CALL), (10, SeatState.READY)):
        centre.later(seconds)
        centre.must(cmd.SetSeatState("seat-1", state))
    queued = (QueuedCall("k1", "139", centre.now), QueuedCall("k2", "138", centre.now))
    centre.must(ReportQueue("120", 2, queued), roles=frozenset({Role.SEAT}))
    found = {figure.name: figure for figure in floor_figures(centre.floor, centre.now)}
    assert found["queue_peak"].value == 2
    assert (found["seats_ready"].value, found["seats_ready"].count) == ((60 + 100) / 2, 2)
    assert found["seats_intake"].value == 15
    assert found["occupancy"].value == 40 / 200
    centre.later(24 * 3600)
    later = {figure.name: figure for figure in floor_figures(centre.floor, centre.now)}
    assert later["queue_peak"].value == 0, "another day"
