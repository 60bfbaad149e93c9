"""Every command, event and refusal survives the wire, and unknown fields of a newer version are ignored."""

import typing

import msgspec
import pytest

from dispatch import commands as cmd
from dispatch.commands import Command
from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.refusals import Refusal
from dispatch.rights import RIGHTS
from tests.dispatch.trade import Centre120


def test_a_floor_and_its_history_round_trip(centre: Centre120) -> None:
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(centre.floor), type=Floor)
    assert again == centre.floor
    for event in centre.history:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event) == event


@pytest.mark.parametrize("union", [Command, Event, Refusal])
def test_tags_are_unique_and_class_names(union: object) -> None:
    members = typing.get_args(union)
    assert len({member.__struct_config__.tag for member in members}) == len(members)
    assert all(member.__struct_config__.tag == member.__name__ for member in members)


def test_a_newer_sender_may_add_fields() -> None:
    wire = msgspec.msgpack.encode({"is": "TakeIncident", "incident_id": "i1", "colour": "red"})
    assert msgspec.msgpack.decode(wire, type=Command) == cmd.TakeIncident("i1")


def test_nonsense_is_refused_at_the_edge() -> None:
    wire = msgspec.msgpack.encode({"is": "TakeIncident", "incident_id": 7})
    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(wire, type=Command)


def test_every_command_may_be_given_by_somebody() -> None:
    allowed = frozenset().union(*RIGHTS.values())
    assert set(typing.get_args(Command)) == allowed
    assert set(RIGHTS) == set(Role)


def test_an_order_travels_too() -> None:
    order = Order("c1", cmd.TakeIncident("i1"), 1, "seat", frozenset({Role.DISPATCHER}))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(order), type=Order) == order
