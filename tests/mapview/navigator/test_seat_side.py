"""The navigator as a real child process: every request gets one answer, also when the child is killed."""

import os
import queue
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapview.navigator import (
    AddressNamed,
    Answer,
    Navigator,
    PlacesFound,
    Rank,
    Ranked,
    Reverse,
    Routed,
    RouteTo,
    Search,
    VehiclePoint,
)
from store.bus.child import ChildPhase, ChildState

pytestmark = pytest.mark.process
WAIT_S = 20.0
TARGET = (101.8803298, 40.2083927)
VEHICLE = VehiclePoint("急101", 101.86, 40.19)


class Seat:
    """A navigator with its callbacks turned into queues."""

    def __init__(self, city: Path) -> None:
        self.answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.states: queue.SimpleQueue[ChildState] = queue.SimpleQueue()
        self.navigator = Navigator(city, self.answers.put, self.states.put)

    def until(self, phase: ChildPhase) -> ChildState:
        while True:
            state = self.states.get(timeout=WAIT_S)
            if state.phase is phase:
                return state

    def next_answer(self) -> Answer:
        return self.answers.get(timeout=WAIT_S)


@pytest.fixture
def seat(demo_city: Path) -> Iterator[Seat]:
    made = Seat(demo_city)
    made.navigator.start()
    made.until(ChildPhase.RUNNING)
    yield made
    made.navigator.stop(5.0)


def test_all_four_requests_are_answered(seat: Seat) -> None:
    seat.navigator.ask(Rank("1", "i", TARGET, (VEHICLE,)))
    seat.navigator.ask(RouteTo("2", "i", TARGET, VEHICLE))
    seat.navigator.ask(Search("3", "zhongxinyiyuan"))
    seat.navigator.ask(Reverse("4", TARGET))
    ranked, routed, found, named = (seat.next_answer() for _ in range(4))
    assert isinstance(ranked, Ranked)
    assert isinstance(routed, Routed)
    assert not ranked.times[0].estimated
    assert routed.route.seconds == pytest.approx(ranked.times[0].seconds)
    assert isinstance(found, PlacesFound)
    assert any("中心医院" in place.name for place in found.places)
    assert isinstance(named, AddressNamed)
    assert named.address


def test_before_the_start_and_after_the_end_the_answer_is_an_estimate(demo_city: Path) -> None:
    seat = Seat(demo_city)
    seat.navigator.ask(Rank("1", "i", TARGET, (VEHICLE,)))
    ranked = seat.answers.get_nowait()
    assert isinstance(ranked, Ranked)
    assert ranked.times[0].estimated
    assert ranked.times[0].seconds > 0
    seat.navigator.ask(Search("2", "红旗"))
    assert seat.answers.get_nowait() == PlacesFound("2", "红旗", (), available=False)
    seat.navigator.ask(Reverse("3", TARGET))
    assert seat.answers.get_nowait() == AddressNamed("3", TARGET, "", available=False)
    seat.navigator.ask(RouteTo("4", "i", TARGET, VEHICLE))
    routed = seat.answers.get_nowait()
    assert isinstance(routed, Routed)
    assert routed.route.estimated


def test_a_killed_child_loses_no_request_and_comes_back(seat: Seat) -> None:
    pid = seat.navigator.state.pid
    assert pid
    for i in range(200):
        seat.navigator.ask(Rank(str(i), f"incident {i}", TARGET, (VEHICLE,)))
        if i == 20:
            os.kill(pid, signal.SIGKILL)
    killed_at_s = time.monotonic()
    answers = [seat.next_answer() for _ in range(200)]
    assert {answer.request_id for answer in answers} == {str(i) for i in range(200)}
    assert any(isinstance(answer, Ranked) and answer.times[0].estimated for answer in answers)
    assert seat.until(ChildPhase.RUNNING).restarts == 1
    assert time.monotonic() - killed_at_s < WAIT_S
    seat.navigator.ask(Rank("again", "i", TARGET, (VEHICLE,)))
    again = seat.next_answer()
    assert isinstance(again, Ranked)
    assert not again.times[0].estimated
    assert seat.answers.empty()


def test_a_hostile_question_costs_only_its_own_answer(seat: Seat) -> None:
    seat.navigator.ask(Rank("bad", "i", (float("nan"), float("inf")), (VEHICLE,)))
    seat.navigator.ask(Search("good", "医院"))
    bad, good = seat.next_answer(), seat.next_answer()
    assert isinstance(bad, Ranked)
    assert bad.times[0].estimated
    assert isinstance(good, PlacesFound)
    assert good.places
    assert seat.navigator.state.restarts == 0


def test_without_a_city_file_everything_is_an_estimate(tmp_path: Path) -> None:
    seat = Seat(tmp_path / "missing.sqlite")
    seat.navigator.start()
    assert seat.until(ChildPhase.WAITING).reason == "exit code 3"
    seat.navigator.ask(Rank("1", "i", TARGET, (VEHICLE,)))
    ranked = seat.next_answer()
    assert isinstance(ranked, Ranked)
    assert ranked.times[0].estimated
    seat.navigator.stop(5.0)
