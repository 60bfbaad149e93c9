"""A district as real processes: served from its own copy, through a thin line, killed, cut off, caught up."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import commands as cmd
from store.core.ids import new_id
from store.core.messages import Mode
from tests.store.conftest import WAIT_S, City, Desk, running_city
from tests.store.district import District
from tests.store.thin_line import Quality, ThinLine

pytestmark = pytest.mark.process


@pytest.fixture
def district(small_city: City) -> Iterator[District]:
    """A district beside a running city; its relay is started."""
    made = District(small_city)
    made.enrol_seat("03", "seat-03")
    made.start()
    yield made
    made.close()


def ring(desk: Desk, number: str = "13800000000") -> str:
    """A call is reported; the id of the command."""
    return desk.link.order(cmd.ReportRinging(new_id(), number))


def test_a_district_sees_the_city_orders_through_its_relay_and_stays_equal(district: District) -> None:
    city = district.city
    centre = city.seat("01")
    seat = district.desk("seat-03")
    seat.wait(lambda: seat.link.state.hub == district.address and seat.floor.vehicles, "served by the relay")
    incident = centre.open_incident()
    seat.wait(lambda: incident in seat.floor.incidents, "the city's incident in the district")
    assert seat.login("1003").ok is not None
    own = seat.open_incident("江北路9号")
    assert seat.order(cmd.AssignVehicle(new_id(), own, "v2")).refusal is None
    centre.wait(lambda: own in centre.floor.incidents, "the district's incident in the centre")
    seat.wait(lambda: seat.floor == centre.floor, "equal floors")
    state = seat.link.state
    assert (state.relay, state.mode) == ("02", Mode.NORMAL)
    assert state.epoch == centre.link.state.epoch
    assert district.stop() == 0
    assert district.prove() > 8
