"""Several seats: two windows and a wall on one hub, and a race for a vehicle.

seat 01 ──F4 急116──►┐
                     ├─ hub (stopped for a moment, so that both orders are on their way)
seat 02 ──F4 急116──►┘      one is carried out, the other seat reads who was first
"""

import os
import signal
from typing import Any

import pytest

from console.drill.stage import STAFF
from tests.e2e.conftest import Led, Service, open_case

pytestmark = [pytest.mark.process, pytest.mark.nightly]
NUMBERS = ("01", "02")


@pytest.fixture(scope="module")
def seats(service: Service) -> dict[str, Led]:
    return {number: service.seat(number) for number in NUMBERS}


@pytest.fixture(scope="module")
def wall(service: Service) -> Led:
    return service.wall()


def test_the_second_to_order_a_vehicle_reads_who_was_first(
    service: Service, seats: dict[str, Led], wall: Led
) -> None:
    wall.shows("tile.running.tileValue", "0")
    for number, case in zip(NUMBERS, service.cases, strict=False):
        open_case(seats[number], case)
    wanted = seats["01"].screen.tables["advice.table"][0][1]
    hub = service.hub.process
    os.kill(hub.pid, signal.SIGSTOP)
    for seat in seats.values():
        seat.command(f"/pc {wanted}")
        seat.rest()
    os.kill(hub.pid, signal.SIGCONT)
    mission = service.until("a mission", lambda: next(iter(service.floor.missions.values()), None))
    first = service.floor.seats[mission.seat_id].number
    second = next(number for number in NUMBERS if number != first)
    told = seats[second].shows("notice.text", f"{wanted} 已被 {first} 台")
    assert STAFF[NUMBERS.index(first)][1] in told
    assert "请改选下一辆车" in told
    assert len(service.floor.missions) == 1
    check_pictures(service, seats, wall, mission, wanted)


def check_pictures(service: Service, seats: dict[str, Led], wall: Led, mission: Any, wanted: str) -> None:
    """Both seats and the wall show the incident with its vehicle; the loser's one still waits."""
    taken = service.floor.incidents[mission.incident_id].number.rsplit("-", 1)[-1]
    for seat in seats.values():
        seat.row("incidents.table", taken, wanted)
        seat.until("two incidents", lambda s: len(s.tables["incidents.table"]) == 2)
    wall.shows("tile.running.tileValue", "1")
    wall.shows("tile.no_vehicle.tileValue", "1")


def test_the_loser_sends_another_and_the_wall_follows(
    service: Service, seats: dict[str, Led], wall: Led
) -> None:
    mission = next(iter(service.floor.missions.values()))
    first = service.floor.seats[mission.seat_id].number
    second = seats[next(number for number in NUMBERS if number != first)]
    taken = service.floor.vehicles[mission.vehicle_id].number
    offered = second.until("another vehicle", lambda s: "" if taken in (t := s.texts["advice.order"]) else t)
    other = offered.split()[1]
    second.press("F4")
    second.row("incidents.table", other)
    seats[first].row("incidents.table", other)
    wall.shows("tile.no_vehicle.tileValue", "0")
    assert {m.vehicle_id for m in service.floor.missions.values()} >= {mission.vehicle_id}


def test_each_seat_has_a_telephone_of_its_own(service: Service, seats: dict[str, Led]) -> None:
    assert service.sip_ports["01"] != service.sip_ports["02"]
    service.ring("02", service.cases[5])
    number = service.cases[5].number
    seats["02"].row("calls.table", number, "振铃")
    seats["01"].row("calls.table", number, "振铃")
    seats["01"].press("F3")
    seats["01"].shows("notice.text", "没有振铃的来电")
    seats["02"].press("F3")
    seats["02"].row("calls.table", number, "通话")
    seats["01"].row("calls.table", number, "通话", "02 台")
    seats["02"].press("F10")
    seats["01"].row("calls.table", number, "已挂机")
