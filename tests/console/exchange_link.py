"""The link to an exchange, played: no exchange is there."""

from dispatch.kinds import SeatState
from telephony.acd import port as acd
from telephony.acd.port import Ability, MonitorMode


class Exchange:
    """Plays an exchange: notes what it is told, says what it is asked to."""

    abilities = frozenset({Ability.SEAT_STATE, Ability.QUEUE})

    def __init__(self) -> None:
        self.told: list[tuple[SeatState | str, str]] = []
        self.asked = 0

    def start(self, on_fact: acd.OnFact) -> None:
        on_fact(acd.LinkChanged(True, "sip"))

    def stop(self) -> None: ...

    def login(self) -> None:
        self.told.append(("login", ""))

    def logout(self) -> None:
        self.told.append(("logout", ""))

    def set_state(self, state: SeatState, reason: str = "") -> None:
        self.told.append((state, reason))

    def queue_stats(self) -> None:
        self.asked += 1

    def force_hangup(self, call: str) -> None: ...
    def monitor(self, seat: str, mode: MonitorMode) -> None: ...
