"""The verbs of the seat's state and of missed calls, done: a part of `doing.Doing`."""

from typing import TYPE_CHECKING

from console.models import acts_seat, missed_rows
from console.models.asking import Ask
from console.models.desk import Desk

if TYPE_CHECKING:
    from console.doing import Screen


class DistributionVerbs:
    """Its methods have the ids of their verbs."""

    _desk: Desk
    _screen: "Screen"

    def _ask(self, ask: Ask | None) -> None:
        raise NotImplementedError

    def ready(self) -> None:
        acts_seat.ready(self._desk)

    def pause(self) -> None:
        self._ask(acts_seat.pause(self._desk))

    def away(self) -> None:
        acts_seat.leave_or_return(self._desk)

    def go_missed(self) -> None:
        self._screen.go("missed")

    def go_seats(self) -> None:
        self._screen.go("seats")

    def call_missed(self) -> None:
        missed_rows.call_missed(self._desk)

    def settle_missed(self) -> None:
        self._ask(missed_rows.settle_missed(self._desk))
