"""What the navigator and the vehicles told the desk: suggestions, times, ways, names of points, positions."""

from typing import TYPE_CHECKING

from console.models.following import ask_again
from console.models.state import Topic
from console.ports import Moved, NamedPoint, NavigatorState, Ranked, Suggestions, Way

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
        desk.type(place=message.place)
        desk.changed(Topic.PLACE, Topic.FORM)


def way(desk: "Desk", message: Way) -> None:
    desk.travel.way = message
    desk.changed(Topic.POSITIONS)


def navigator(desk: "Desk", message: NavigatorState) -> None:
    if message.running and not desk.navigating.running:
        ask_again(desk)
    desk.navigating = message
    desk.changed(Topic.STATUS)
