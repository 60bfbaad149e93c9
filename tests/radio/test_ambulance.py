"""The crew on a fake clock."""

from radio.ambulance import Ambulance, Done, Drive, Pace, Press, Stage, course, metres
from radio.ports import Leg
from radio.terminal.order_text import OrderTail

STATION, SCENE, HOSPITAL = (126.60, 45.75), (126.61, 45.75), (126.62, 45.75)
STEP_MS = 500


def drive_until(
    ambulance: Ambulance, stage: Stage, now_ms: int, *, limit_ms: int = 10_000_000
) -> tuple[list[object], int]:
    """(wants, time) until the stage is reached; every route is straight at 60 km/h."""
    wants: list[object] = []
    end_ms = now_ms + limit_ms
    while ambulance.stage != stage and now_ms < end_ms:
        now_ms += STEP_MS
        for want in ambulance.step(now_ms):
            wants.append(want)
            if isinstance(want, Drive):
                end = want.end or HOSPITAL
                ambulance.routed(want, [Leg(end[0], end[1], 60)])
    assert ambulance.stage == stage
    return wants, now_ms


def test_a_whole_mission_takes_the_time_it_should() -> None:
    ambulance = Ambulance(STATION, Pace(), speedup=1, seed=1)
    assert ambulance.ordered(OrderTail("a", 1, "X", SCENE), 0) == []
    wants, at_ms = drive_until(ambulance, Stage.TO_SCENE, 0)
    assert wants == [Press(1), Press(2), Drive(STATION, SCENE)]
    wants, scene_ms = drive_until(ambulance, Stage.ON_SCENE, at_ms)
    assert wants == [Press(3)]
    expected_s = metres(STATION, SCENE) / (60 / 3.6)
    assert abs((scene_ms - at_ms) / 1000 - expected_s) < 2
    wants, _ = drive_until(ambulance, Stage.AT_HOSPITAL, scene_ms)
    assert wants == [Press(4), Drive(SCENE, None), Press(5)]
    wants, _ = drive_until(ambulance, Stage.IN_STATION, scene_ms + 10_000_000)
    assert wants == [Press(6), Done(), Drive(HOSPITAL, STATION), Press(7)]
    assert ambulance.here == STATION
    assert abs(ambulance.odometer_m - 2 * metres(STATION, HOSPITAL)) < 1


def test_speedup() -> None:
    ends = []
    for speedup in (1, 60):
        ambulance = Ambulance(STATION, Pace(), speedup=speedup, seed=1)
        ambulance.ordered(OrderTail("a", 1, "X", SCENE, HOSPITAL), 0)
        ambulance.step(0)
        _, scene_ms = drive_until(ambulance, Stage.AT_HOSPITAL, 0)
        ends.append(scene_ms)
    assert 40 < ends[0] / ends[1] < 80


def test_new_order_on_the_way_back_and_recall() -> None:
    ambulance = Ambulance(STATION, Pace(), speedup=1, seed=1)
    ambulance.ordered(OrderTail("a", 1, "X", SCENE), 0)
    _, now_ms = drive_until(ambulance, Stage.RETURNING, 0)
    ambulance.step(now_ms + 10_000)
    ambulance.ordered(OrderTail("b", 1, "X", SCENE), now_ms + 10_000)
    wants, now_ms = drive_until(ambulance, Stage.TO_SCENE, now_ms + 10_000)
    assert wants[:2] == [Press(1), Press(2)]
    assert ambulance.here != STATION
    (back,) = ambulance.ordered(OrderTail("c", 1, "X", recall=True, replaces="b"), now_ms)
    assert isinstance(back, Drive)
    assert back.end == STATION
    assert ambulance.stage == Stage.RETURNING


def test_recall_in_the_station_and_without_an_order() -> None:
    ambulance = Ambulance(STATION, Pace(), speedup=1, seed=1)
    recall = OrderTail("c", 1, "X", recall=True, replaces="a")
    assert ambulance.ordered(recall, 0) == []
    ambulance.ordered(OrderTail("a", 1, "X", SCENE), 0)
    assert ambulance.ordered(recall, 0) == []
    assert ambulance.stage == Stage.IN_STATION


def test_the_route_of_an_older_question_is_ignored() -> None:
    ambulance = Ambulance(STATION, Pace(), speedup=1, seed=1)
    ambulance.ordered(OrderTail("a", 1, "X", SCENE), 0)
    _, now_ms = drive_until(ambulance, Stage.ON_SCENE, 0)
    ambulance.routed(Drive(STATION, SCENE), [Leg(0, 0, 60)])
    assert ambulance.step(now_ms) == []


def test_report() -> None:
    ambulance = Ambulance((-70.65, -33.45), Pace(), speedup=1, seed=1)
    report = ambulance.report(1_772_323_750_000)
    assert (report.lon, report.lat, report.at_ms) == (-70.65, -33.45, 1_772_323_750_000)
    assert report.has_fix


def test_course() -> None:
    assert round(course((0, 0), (0, 1))) == 0
    assert round(course((0, 0), (1, 0))) == 90
    assert round(course((0, 0), (-1, 0))) == 270
