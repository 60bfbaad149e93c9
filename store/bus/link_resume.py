"""A log-in at a relay that had no hub: shown to the next hub that commands until it is in the journal."""

from store.bus.link_scout import NOT_COMMANDING
from store.core.messages import LoginOk, Resume
from store.core.seat_logic import LoginCame, Phase, SeatLogic

AGAIN_MS = 2000


class Resuming:
    """At most one log-in: the last one of this machine."""

    def __init__(self) -> None:
        self._waiting: Resume | None = None
        self._due_at = 0

    def logged_in(self, ok: LoginOk) -> None:
        """Somebody logged in; only what the journal lacks waits."""
        self._waiting = None if ok.journaled else Resume(id=ok.id, token=ok.token)
        self._due_at = 0

    def answered(self, came: LoginCame) -> bool:
        """True when this answers us; the wait is over either way."""
        if self._waiting is None or came.id != self._waiting.id:
            return False
        self._waiting = None
        return True

    def due(self, logic: SeatLogic, token: bytes, now: int) -> Resume | None:
        """What to send now. `token`: of who is logged in; a log-out ends the wait."""
        if self._waiting is not None and self._waiting.token != token:
            self._waiting = None
        commanded = logic.phase(now) is Phase.LIVE and logic.mode not in NOT_COMMANDING
        if self._waiting is None or not commanded or now < self._due_at:
            return None
        self._due_at = now + AGAIN_MS
        return self._waiting
