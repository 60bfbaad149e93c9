"""The floor: everything that is going on now. Only `apply` (apply.py) changes it, by what has happened."""

from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from dispatch.distribution import Queue
from dispatch.requests import Request
from dispatch.reserve import Activation
from dispatch.sites import Authority, Conflict, Site
from dispatch.words import Call, Dispatcher, Hospital, Incident, Intake, Mission, Seat, Station, Vehicle

Ref = tuple[str, str]
"""(table, id) of a changed thing; the table names are the field names of `Floor`."""


class Floor(Struct):
    """The whole current state. `serials` holds the last incident number of each site and day."""

    calls: dict[str, Call] = field(default_factory=dict)
    intakes: dict[str, Intake] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    missions: dict[str, Mission] = field(default_factory=dict)
    vehicles: dict[str, Vehicle] = field(default_factory=dict)
    stations: dict[str, Station] = field(default_factory=dict)
    hospitals: dict[str, Hospital] = field(default_factory=dict)
    dispatchers: dict[str, Dispatcher] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    authorities: dict[str, Authority] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    activations: dict[str, Activation] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)

    def get(self, table: str, key: str) -> Any | None:
        """The thing a `Ref` points at, or None when it is not on the floor."""
        return getattr(self, table).get(key)


TABLES: tuple[str, ...] = Floor.__struct_fields__


def copy_of(floor: Floor) -> Floor:
    """An independent floor with the same (frozen) things in it."""
    return Floor(**{table: dict(getattr(floor, table)) for table in TABLES})


def put(floor: Floor, table: str, thing: Any) -> Ref:
    """Only for `apply`: the thing in its newest form."""
    getattr(floor, table)[thing.id] = thing
    return (table, thing.id)


def edit(floor: Floor, table: str, key: str, **fields: Any) -> Ref:
    """Only for `apply`: some fields of a thing that is there."""
    return put(floor, table, replace(getattr(floor, table)[key], **fields))
