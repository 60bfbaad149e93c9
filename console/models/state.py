"""The small words of a desk: what may change, who sits there, what is in hand, what waits for a verdict."""

from enum import StrEnum

from msgspec import Struct

from dispatch.commands import Command
from dispatch.kinds import Role


class Topic(StrEnum):
    """What a panel may have to draw again."""

    CALLS = "calls"
    INCIDENTS = "incidents"
    FORM = "form"
    ADVICE = "advice"
    VEHICLES = "vehicles"
    MISSIONS = "missions"
    LATEST = "latest"
    ALARMS = "alarms"
    NOTICE = "notice"
    STATUS = "status"
    LINK = "link"  # the hub was lost, found, or changed its mode
    POSITIONS = "positions"
    SUGGESTIONS = "suggestions"
    PLACE = "place"
    RESERVE = "reserve"
    COMMAND = "command"  # the act that moves command, or who commands
    CONFLICTS = "conflicts"
    SOUND = "sound"  # headset, levels, lines and their tests


TOPICS_OF: dict[str, tuple[Topic, ...]] = {
    "calls": (Topic.CALLS, Topic.FORM),
    "intakes": (Topic.CALLS, Topic.INCIDENTS, Topic.FORM),
    "incidents": (Topic.INCIDENTS, Topic.FORM, Topic.MISSIONS, Topic.CALLS),
    "missions": (Topic.MISSIONS, Topic.INCIDENTS, Topic.VEHICLES),
    "vehicles": (Topic.VEHICLES, Topic.ADVICE, Topic.MISSIONS, Topic.ALARMS),
    "stations": (Topic.VEHICLES, Topic.POSITIONS),
    "hospitals": (Topic.MISSIONS, Topic.POSITIONS),
    "dispatchers": (Topic.STATUS,),
    "seats": (Topic.STATUS, Topic.INCIDENTS, Topic.RESERVE),
    "activations": (Topic.RESERVE, Topic.STATUS),
    "sites": (Topic.STATUS,),
    "authorities": (Topic.STATUS, Topic.COMMAND),
    "conflicts": (Topic.STATUS, Topic.CONFLICTS),
    "requests": (Topic.ALARMS, Topic.INCIDENTS),
    "queues": (Topic.CALLS, Topic.STATUS),
}


class Person(Struct, frozen=True):
    """Who sits here, proven by the hub."""

    dispatcher_id: str
    seat_id: str | None
    roles: frozenset[Role]
    token: bytes = b""


class Notice(Struct, frozen=True):
    """One thing the dispatcher should read. `verb` is the act that helps, by its id."""

    at: int
    what: str
    do: str = ""
    verb: str | None = None
    grave: bool = True


class Hand(Struct):
    """What is in hand in the middle of the window."""

    intake_id: str | None = None
    incident_id: str | None = None
    mission_id: str | None = None
    vehicle_id: str | None = None
    site_id: str | None = None  # the station or hospital picked on the map
    chosen: bool = False  # the vehicle was picked by a person
    fresh: bool = False  # a form just begun: the typist goes to its address
    settled: bool = False  # the proposal was made with road times and stays


class Pending(Struct, frozen=True):
    """An order without a verdict."""

    command: Command
    at: int
