"""The verbs of `verbs_location.py`, done."""

from console.doing_on import Verbs
from console.models import look_ups, whereabouts


class LocationVerbs(Verbs):
    """Part of `doing.Doing`."""

    def use_location(self) -> None:
        whereabouts.adopt(self._desk)

    def next_location(self) -> None:
        whereabouts.turn(self._desk)

    def ask_location(self) -> None:
        look_ups.ask_number(self._desk)

    def send_link(self) -> None:
        look_ups.send_link(self._desk)

    def go_caller(self) -> None:
        self._screen.go("caller")
