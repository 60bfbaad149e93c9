"""A seat of the city and one of a district ask each other through hub and relay: signed, returned, overdue.

seat 02 (city) ──OfferIncident──► hub ──journal──► relay 02 ──► seat 22 (district)
seat 22 (district) ──SignRequest──► relay 02 ──Forward──► hub ──journal──► everybody
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch import commands as cmd
from dispatch import requests as req
from dispatch.alarms import AlarmKind, overdue
from dispatch.kinds import RequestState, Role
from dispatch.refusals import NotPossible
from dispatch.words import Dispatcher, Seat
from store.bus.keys import own_keys
from store.core.ids import new_id
from store.core.roster import MachineRole
from store.hub_admin import enrol_machine
from tests.store.commanding import LEADER, two_sites
from tests.store.conftest import City, Desk
from tests.store.district import District

pytestmark = pytest.mark.process
SEAT, PERSON = "seat22", "1003"
MINUTE_MS = 60_000


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    person = Dispatcher(f"d{PERSON}", PERSON, "赵敏", frozenset({Role.DISPATCHER}), site="02")
    city.seed_more([*two_sites(), cmd.RegisterSeat(Seat(SEAT, "22", "02")), cmd.RegisterDispatcher(person)])
    made = District(city)
    public = own_keys(made.folder / "keys", "seat-22").public
    enrol_machine(city.config, "seat-22", MachineRole.SEAT, "22", public, site="02")
    made.carry()
    city.start_hub()
    made.start()
    yield made
    made.close()
    city.close()


def accepted(desk: Desk, command: cmd.Command) -> None:
    verdict = desk.order(command)
    assert verdict.refusal is None, verdict


def state_of(desk: Desk, key: str) -> RequestState | None:
    found = desk.floor.requests.get(key)
    return found.state if found else None


def test_the_city_offers_and_the_district_signs_or_returns(district: District) -> None:
    city = district.city.desk("seat-02")
    city.wait_live()
    assert city.login(LEADER).ok is not None
    away = district.lonely_desk("seat-22")
    away.wait(lambda: away.link.state.relay == "02" and SEAT in away.floor.seats, "served by its relay")
    assert away.login(PERSON).ok is not None

    incident, offer = city.open_incident("江北路22号"), new_id()
    accepted(city, req.OfferIncident(offer, incident, "02", "离贵区近"))
    request = away.wait(lambda: away.floor.requests.get(offer), "the offer at the district's seat")
    for desk in (city, away):  # both sides find it overdue, neither before its minute is over
        late = overdue(desk.floor, request.made_at + MINUTE_MS)
        assert [it.id for it in late if it.kind is AlarmKind.REQUEST_UNSIGNED] == [offer]
        early = overdue(desk.floor, request.made_at + MINUTE_MS - 1)
        assert not [it for it in early if it.kind is AlarmKind.REQUEST_UNSIGNED]
    assert city.order(req.SignRequest(offer)).refusal == NotPossible("not_asked_here")
    accepted(away, req.SignRequest(offer))
    city.wait(lambda: city.floor.incidents[incident].site == "02", "the incident is the district's")
    assert city.floor.incidents[incident].seat_id == SEAT

    second, other = new_id(), city.open_incident("江北路23号")
    accepted(city, req.OfferIncident(second, other, "02"))
    away.wait(lambda: state_of(away, second), "the second offer")
    accepted(away, req.ReturnRequest(second, "无可派车辆"))
    city.wait(lambda: state_of(city, second) is RequestState.RETURNED, "returned")
    assert city.floor.requests[second].reason == "无可派车辆"
    assert city.floor.incidents[other].site != "02"

    bulletin = new_id()
    accepted(away, req.SendBulletin(bulletin, "01", "松花江大桥封闭"))
    city.wait(lambda: state_of(city, bulletin), "the bulletin in the city")
    accepted(city, req.SignRequest(bulletin))
    away.wait(lambda: away.floor == city.floor, "equal floors")
    city.wait(lambda: dict(city.link.state.sites).get("02") is not None, "the hub tells who it hears")
    assert district.prove() > 0
