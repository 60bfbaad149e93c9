"""What the navigator and the vehicles told the desk: suggestions, times, ways, names of points, positions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from console.i18n import say
from console.models.following import ask_again
from console.models.state import Topic
from console.ports import Moved, NamedPoint, NavigatorState, Ranked, Spelled, Suggestions, Way
from dispatch.kinds import HowPlaced
from dispatch.words import Place

if TYPE_CHECKING:
    from console.models.desk import Desk


def moved(desk: "Desk", message: Moved) -> None:
    desk.positions[message.vehicle_id] = message
    desk.changed(Topic.POSITIONS)


def suggested(desk: "Desk", message: Suggestions) -> None:
    desk.suggestions = message
    desk.changed(Topic.SUGGESTIONS)


def ranked(desk: "Desk", message: Ranked) -> None:
    desk.travel.times = {message.key: {time.vehicle_id: time for time in message.times}}
    desk.changed(Topic.ADVICE, Topic.VEHICLES)


def named(desk: "Desk", message: NamedPoint) -> None:
    place = desk.form().place
    if desk.hand.intake_id is not None and place.point == message.point and not place.address:
        desk.type(place=_near(place, message.place) if place.how is HowPlaced.NETWORK else message.place)
        desk.changed(Topic.PLACE, Topic.FORM)


def _near(place: Place, named_place: Place) -> Place:
    """A place of the network keeps its doubt: its name is only what lies near."""
    words = say("{place}附近", place=named_place.address) if named_place.address else ""
    return replace(place, address=words, district=named_place.district)


def way(desk: "Desk", message: Way) -> None:
    desk.travel.way = message
    desk.changed(Topic.POSITIONS)


def spelled(desk: "Desk", message: Spelled) -> None:
    desk.spelling.learn(message.readings)


def navigator(desk: "Desk", message: NavigatorState) -> None:
    if message.running and not desk.navigating.running:
        ask_again(desk)
    desk.navigating = message
    desk.changed(Topic.STATUS)


HANDLERS: dict[type, Callable[["Desk", Any], None]] = {
    Moved: moved,
    Suggestions: suggested,
    Ranked: ranked,
    NamedPoint: named,
    Way: way,
    Spelled: spelled,
    NavigatorState: navigator,
}
