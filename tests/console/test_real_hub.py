"""What only a real hub can say: late entries keep their times, and the doctor reads its clock."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.doctor.finding import Level
from console.doctor.hub_clock import hub_clock
from dispatch import commands as cmd
from dispatch.kinds import SeatState
from store.core.ids import new_id
from tests.store.conftest import City, running_city

pytestmark = pytest.mark.process
TEN_MINUTES_MS = 600_000


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[City]:
    yield from running_city(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")


def test_a_call_older_than_the_log_in_keeps_its_time_and_gets_the_persons_name(centre: City) -> None:
    seat = centre.seat("01")
    call, intake = new_id(), new_id()
    rang = time.time_ns() // 1_000_000 - TEN_MINUTES_MS
    ring = cmd.ReportRinging(call, "13904510001")
    assert seat.order(ring, at_ms=rang).refusal is None
    assert seat.order(cmd.BeginIntake(intake, call), at_ms=rang + 4_000).refusal is None
    seat.wait(lambda: intake in seat.floor.intakes, "the intake")
    assert abs(seat.floor.calls[call].rang_at - rang) <= 2, "two clocks are read, each in whole ms"
    begun = seat.floor.intakes[intake]
    assert abs(begun.begun_at - rang - 4_000) <= 2
    assert begun.dispatcher_id is not None


def test_the_doctor_compares_the_clocks(centre: City) -> None:
    centre.desk("wall").wait_live()
    finding = hub_clock(centre.config)
    assert finding.level is Level.OK, finding
    assert finding.en.endswith("ms from the hub's")


def test_an_order_whose_log_in_ran_out_does_not_hold_up_the_next_person(centre: City) -> None:
    """A shift of more than twelve hours ends with a log-out the hub does not know the giver of."""
    seat = centre.seat("01")
    seat.link._mail.token = b"run out" * 10
    seat.link.order(cmd.SetSeatState("seat1", SeatState.AWAY))
    seat.wait(lambda: seat.link.state.login_needed, "the hub does not know the giver")
    seat.login("1002")
    assert seat.order(cmd.ReportRinging(new_id(), "13904510001")).refusal is None
