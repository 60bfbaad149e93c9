"""The way to the hub changed: its mode, and what the hub says is wrong with itself."""

from typing import TYPE_CHECKING

from console.models.latest import Line
from console.models.state import Topic
from console.ports import Link

if TYPE_CHECKING:
    from console.models.desk import Desk


def link(desk: "Desk", message: Link) -> None:
    if message.mode is not desk.link.mode:
        desk.changed(Topic.LINK)
    desk.link = message
    if desk.islands.hear(message.mode, desk.clock()):
        desk.save()
    desk.modes.take(message, desk.floor)
    announce(desk, desk.hub_alarms.hear(message, desk.clock()))
    desk.changed(Topic.STATUS)


def announce(desk: "Desk", lines: list[Line]) -> None:
    """Lines for the latest changes that come from no event."""
    desk.latest.extend(lines)
    if lines:
        desk.changed(Topic.LATEST, Topic.ALARMS, Topic.STATUS)
