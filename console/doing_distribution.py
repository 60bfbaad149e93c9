"""The verbs of the seat's state and of missed calls, done: a part of `doing.Doing`."""

from console.doing_on import Verbs
from console.models import acts_seat, missed_rows


class DistributionVerbs(Verbs):
    """Part of `doing.Doing`."""

    def ready(self) -> None:
        acts_seat.ready(self._desk)

    def pause(self) -> None:
        self._ask(acts_seat.pause(self._desk))

    def away(self) -> None:
        acts_seat.leave_or_return(self._desk)

    def set_seat(self) -> None:
        self._ask(acts_seat.set_other(self._desk, self._ask))

    def go_missed(self) -> None:
        self._screen.go("missed")

    def go_seats(self) -> None:
        self._screen.go("seats")

    def call_missed(self) -> None:
        missed_rows.call_missed(self._desk)

    def settle_missed(self) -> None:
        self._ask(missed_rows.settle_missed(self._desk))
