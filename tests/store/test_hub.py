"""The hub as a real process with real links: two seats, a wall, refusals, restarts."""

import pytest

from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.refusals import VehicleTaken
from dispatch.words import Place
from store.core.ids import new_id

pytestmark = pytest.mark.process


def open_incident(desk, address="中山路1号"):
    """Orders of one desk that make an incident; its id."""
    call, intake, incident = new_id(), new_id(), new_id()
    orders = [
        cmd.ReportRinging(call, "13800000000"),
        cmd.ReportAnswered(call),
        cmd.BeginIntake(intake, call),
        cmd.ChangeIntake(intake, 1, FormChanges(place=Place(address=address))),
        cmd.OpenIncident(incident, intake),
    ]
    cids = [desk.link.order(order) for order in orders]
    for cid in cids:
        verdict = desk.verdict(cid)
        assert verdict.refusal is None, verdict
    return incident


def test_second_seat_gets_the_name_of_the_first(city):
    first, second = city.seat("01"), city.seat("02")
    incident = open_incident(first)
    second.wait(lambda: incident in second.floor.incidents, "the incident on the second seat")
    assert first.order(cmd.AssignVehicle(new_id(), incident, "v1")).refusal is None
    refusal = second.order(cmd.AssignVehicle(new_id(), open_incident(second), "v1")).refusal
    assert isinstance(refusal, VehicleTaken)
    assert (refusal.seat_number, refusal.dispatcher_name) == ("01", "王芳")
