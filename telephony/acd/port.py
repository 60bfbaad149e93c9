"""What the console may ask of whatever distributes the calls, and what it is told. `AcdLink` is the contract.

Every method returns at once, from any thread; what came of it is a fact. States are those of the trade
(`dispatch.kinds.SeatState`); what an ACD cannot do is not in its `abilities` and is answered `OrderRefused`.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from dispatch.kinds import SeatState


class Ability(StrEnum):
    SEAT_STATE = "seat_state"
    QUEUE = "queue"
    FORCE_HANGUP = "force_hangup"
    MONITOR = "monitor"


class MonitorMode(StrEnum):
    LISTEN = "listen"  # 监听
    WHISPER = "whisper"  # 耳语
    BARGE = "barge"  # 强插


class _Fact(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of all facts of a link; the tag on the wire is the class name."""


class LinkChanged(_Fact, frozen=True):
    """The link to the ACD came up or went down; `reason` in its own words. Told on changes only."""

    up: bool
    reason: str = ""


class Waiting(Struct, frozen=True):
    """One caller in the queue. `position` counts from 1; `call` is the ACD's name of the call.

    `overflowed`: it rings at the districts' seats as well.
    """

    call: str
    number: str
    position: int
    since_ms: int
    overflowed: bool = False


class SeatSeen(Struct, frozen=True):
    """A seat as the ACD sees it. `state` None: it uses a word we do not know, which is in `reason`."""

    seat: str
    state: SeatState | None
    reason: str = ""
    since_ms: int | None = None


class QueuePicture(_Fact, frozen=True):
    """The queue at one moment; longest wait first."""

    queue: str
    at_ms: int
    waiting: tuple[Waiting, ...] = ()
    seats: tuple[SeatSeen, ...] = ()

    @property
    def depth(self) -> int:
        return len(self.waiting)

    @property
    def longest_wait_ms(self) -> int:
        """0 with an empty queue."""
        return max((self.at_ms - one.since_ms for one in self.waiting), default=0)


class CallerGaveUp(_Fact, frozen=True):
    """Hung up while waiting: to be rung back. `waited_ms` None: not said; `call` as in `Waiting`."""

    queue: str
    number: str
    at_ms: int
    waited_ms: int | None = None
    position: int | None = None
    call: str = ""


class OrderDone(_Fact, frozen=True):
    order: str


class OrderRefused(_Fact, frozen=True):
    """`reason` in the ACD's words, or "not able", "no link", "no answer"."""

    order: str
    reason: str


AcdFact = LinkChanged | QueuePicture | CallerGaveUp | OrderDone | OrderRefused
OnFact = Callable[[AcdFact], None]


class AcdLink(Protocol):
    """One seat's link. `on_fact` of `start` is called on the link's own thread and must return soon."""

    @property
    def abilities(self) -> frozenset[Ability]: ...

    def start(self, on_fact: OnFact) -> None: ...
    def stop(self) -> None: ...

    def login(self) -> None:
        """The seat takes part; it starts paused nowhere: ready."""

    def logout(self) -> None: ...

    def set_state(self, state: SeatState, reason: str = "") -> None:
        """READY, INTAKE, AFTER_CALL, PAUSED or AWAY. The reason is for pauses."""

    def queue_stats(self) -> None:
        """Ask for a `QueuePicture` now; links that follow events tell one after every change anyway."""

    def force_hangup(self, call: str) -> None:
        """强拆: end a call, named as in `Waiting.call` or by the seat that talks."""

    def monitor(self, seat: str, mode: MonitorMode) -> None:
        """Our seat's telephone rings and hears that seat."""
