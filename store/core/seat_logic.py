"""What a seat, a wall or a gateway does at its end of the bus: replica, outbox and the watch on the Tick.

Pure: (state, message, now) -> what to send and what happened. The owner keeps the outbox's disk copy: it
writes a command before `ordered`, and deletes it when `VerdictCame` or `Expired` is given out.
"""

from enum import StrEnum

from msgspec import Struct

from dispatch.floor import Floor
from dispatch.refusals import NotPossible, Refusal
from store.core.batch import refusal_of
from store.core.command_messages import CommandAnswer, Evidence
from store.core.messages import (
    Ack,
    Evs,
    FromHub,
    LoginOk,
    LoginRefused,
    Nack,
    Ping,
    Pong,
    Positions,
    SnapBegin,
    SnapEnd,
    SnapPart,
    Tick,
    ToHub,
    Welcome,
)
from store.core.outbox import Outbox, Waiting
from store.core.replica import Applied, Ask, Outcome, Replaced, Replica
from store.core.wire import EPOCH_ZERO, BadMessage, Epoch, Mode

AMBER_MS = 1000
RED_MS = 3000
PING_MS = 1000
UNKNOWN_REFUSAL = NotPossible("unknown_refusal")


class Phase(StrEnum):
    """How the machine stands to the hub; what the lamp shows."""

    CONNECTING = "connecting"  # nothing heard yet
    LIVE = "live"
    AMBER = "amber"  # no Tick for AMBER_MS: orders wait in the outbox
    RED = "red"  # no Tick for RED_MS: trying the next hub
    CATCHING_UP = "catching_up"
    REVOKED = "revoked"  # this machine is not (any more) enrolled


class Send(Struct, frozen=True):
    """To the hub."""

    message: ToHub


class TryNextHub(Struct, frozen=True):
    """This hub is silent, or it does not command any more."""


class FloorReplaced(Struct, frozen=True):
    """The whole floor is new; `floor` belongs to whoever takes this."""

    floor: Floor
    epoch: Epoch
    seq: int


class VerdictCame(Struct, frozen=True):
    """The one verdict of a command. `refusal` None: accepted and durable."""

    cid: str
    refusal: Refusal | None
    epoch: Epoch
    seq: int


class Expired(Struct, frozen=True):
    """No verdict before the deadline. It may still have happened: look, then decide again."""

    cid: str


class LoginCame(Struct, frozen=True):
    """The answer to the Login `id`: one of the two. Reason no_answer: no hub answered in time."""

    id: str
    ok: LoginOk | None
    refused: LoginRefused | None


class PositionsCame(Struct, frozen=True):
    positions: Positions


class Welcomed(Struct, frozen=True):
    welcome: Welcome


class Told(Struct, frozen=True):
    """The hub's answer to a question about the command of a scope."""

    message: Evidence | CommandAnswer


class LoginNeeded(Struct, frozen=True):
    """The hub does not know the giver of this command (any more): log in again, it stays in the outbox."""

    cid: str | None


Happening = (
    Send
    | TryNextHub
    | FloorReplaced
    | Applied
    | VerdictCame
    | Expired
    | LoginCame
    | PositionsCame
    | Welcomed
    | LoginNeeded
    | Told
)


class SeatLogic:
    """One per machine. All times in ms of one clock that never jumps.

    `heard`: the newest command an earlier run heard of, kept as durable as the outbox; it counts for what
    that run left, so that a city made anew is not mistaken for one that was replaced.
    """

    def __init__(self, kept: list[Waiting], now: int, heard: Epoch = EPOCH_ZERO) -> None:
        self.heard = heard
        """The newest command ever heard of."""
        self._kept = {waiting.cid: heard for waiting in kept}
        self.replica = Replica()
        self.outbox = Outbox(kept)
        self.latency_ms: int | None = None
        """Round trip through the hub's loop; `None`: not measured yet."""
        self.last_tick: Tick | None = None
        self._tick_at: int | None = None
        self._hub_since = now
        self._ping_at = now
        self._revoked = False

    # --- state ------------------------------------------------------------------------------------

    def tick_age_ms(self, now: int) -> int | None:
        """Age of the last Tick; `None`: none was ever heard."""
        return None if self._tick_at is None else now - self._tick_at

    def phase(self, now: int) -> Phase:
        age = self.tick_age_ms(now)
        if self._revoked:
            return Phase.REVOKED
        if age is None:
            return Phase.CONNECTING
        if age > RED_MS:
            return Phase.RED
        if age > AMBER_MS:
            return Phase.AMBER
        return Phase.LIVE if self.replica.live else Phase.CATCHING_UP

    @property
    def mode(self) -> str:
        return self.last_tick.mode if self.last_tick else Mode.NORMAL

    # --- what happens -----------------------------------------------------------------------------

    def connected(self, now: int) -> list[Happening]:
        """A (new) hub was dialled: ask for what is missing, send what waits."""
        self._hub_since = now
        self._revoked = False
        self.outbox.send_again(now)
        return self._from_replica(self.replica.start(now)) + self._send_due(now)

    def refused_at_the_door(self) -> None:
        """The hub does not admit our key."""
        self._revoked = True

    def ordered(self, waiting: Waiting, now: int) -> list[Happening]:
        """A command that is safe on disk."""
        self.outbox.put(waiting)
        return self._send_due(now)

    def on_time(self, now: int) -> list[Happening]:
        """Retries, expiry, the watch on the Tick."""
        happenings: list[Happening] = [Expired(waiting.cid) for waiting in self.outbox.expire(now)]
        happenings += self._from_replica(self.replica.on_time(now))
        happenings += self._send_due(now)
        if now >= self._ping_at:
            self._ping_at = now + PING_MS
            happenings.append(Send(Ping(t=now)))
        fenced = self.mode == Mode.FENCED
        unheard_since = self._hub_since if fenced else max(self._hub_since, self._tick_at or 0)
        if now - unheard_since > RED_MS:
            self._hub_since = now
            happenings.append(TryNextHub())
        return happenings

    def on_message(self, message: FromHub, now: int) -> list[Happening]:
        """Take one message of the hub."""
        match message:
            case Tick():
                return self._on_tick(message, now)
            case Ack():
                return self._on_ack(message, now)
            case Positions():
                return [PositionsCame(message)]
            case Pong():
                self.latency_ms = max(0, now - message.t)
                return []
            case Nack():
                return self._on_nack(message)
            case LoginOk():
                return [LoginCame(message.id, message, None)]
            case LoginRefused():
                return [LoginCame(message.id, None, message)]
            case Welcome():
                return [Welcomed(message)]
            case Evidence() | CommandAnswer():
                return [Told(message)]
            case Evs() | SnapBegin() | SnapPart() | SnapEnd():
                return self._from_replica(self.replica.on_message(message, now))
            case _:  # meant for a relay
                return []

    def _on_tick(self, tick: Tick, now: int) -> list[Happening]:
        if self.last_tick is not None and tick.epoch < self.last_tick.epoch:
            return []
        fresh = self.last_tick is None or tick.epoch > self.last_tick.epoch
        self._tick_at, self.last_tick, self._revoked = now, tick, False
        self.heard = max(self.heard, tick.epoch)
        if fresh:
            self.outbox.send_again(now)
        return self._from_replica(self.replica.on_message(tick, now)) + (self._send_due(now) if fresh else [])

    def _on_ack(self, ack: Ack, now: int) -> list[Happening]:
        if self._from_old_command(ack) or self.outbox.settle(ack.cid, now) is None:
            return []
        try:
            refusal = refusal_of(ack.refusal)
        except BadMessage:
            refusal = UNKNOWN_REFUSAL
        return [VerdictCame(ack.cid, refusal, ack.epoch, ack.seq), *self._send_due(now)]

    def _from_old_command(self, ack: Ack) -> bool:
        """The hub that says so does not know yet that another site commands.

        That site may have decided otherwise: it is asked, with the same id.
        """
        if ack.said_by == EPOCH_ZERO and ack.repeated:
            return False  # a hub of before: it says only who decided, not who it is
        says = ack.said_by if ack.said_by != EPOCH_ZERO else ack.epoch
        heard = max(self._kept.get(ack.cid, says), self.last_tick.epoch if self.last_tick else says)
        return (says.term, says.site) < (heard.term, heard.site)

    def _on_nack(self, nack: Nack) -> list[Happening]:
        if nack.reason == "revoked":
            self._revoked = True
        if nack.reason == "login_needed":
            return [LoginNeeded(nack.cid)]
        return []

    def _send_due(self, now: int) -> list[Happening]:
        return [Send(cmd) for cmd in self.outbox.due(now)]

    def _from_replica(self, outcomes: list[Outcome]) -> list[Happening]:
        happenings: list[Happening] = []
        for outcome in outcomes:
            match outcome:
                case Ask(message):
                    happenings.append(Send(message))
                case Replaced(floor, epoch, seq):
                    happenings.append(FloorReplaced(floor, epoch, seq))
                case Applied():
                    happenings.append(outcome)
        return happenings
