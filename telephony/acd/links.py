"""The adapters that keep the contract of `AcdLink`: over AMI, over ESL, and by SIP alone."""

import threading
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from dispatch.kinds import SeatState
from telephony.acd import orders
from telephony.acd.ami import AmiSession, AmiSettings
from telephony.acd.esl import EslSession, EslSettings
from telephony.acd.hunt_group import FeatureCodes
from telephony.acd.port import (
    Ability,
    AcdFact,
    LinkChanged,
    MonitorMode,
    OnFact,
    OrderDone,
    OrderRefused,
)
from telephony.acd.tcp_link import Address, TcpLink

ALL = frozenset(Ability)
BUSY_HERE = 486
NOT_HERE = 480
NOTES = {
    SeatState.READY: "ready",
    SeatState.INTAKE: "busy",
    SeatState.AFTER_CALL: "busy",
    SeatState.PAUSED: "paused",
    SeatState.AWAY: "away",
    SeatState.LOGGED_OUT: "away",
}


class _OverTcp:
    """Orders become values for the session; the facts come from the line's thread."""

    abilities = ALL

    def __init__(self, link: TcpLink) -> None:
        self._link = link

    def start(self, on_fact: OnFact) -> None:
        self._link.start(on_fact)

    def stop(self) -> None:
        self._link.stop()

    def login(self) -> None:
        self._link.order(orders.LogIn())

    def logout(self) -> None:
        self._link.order(orders.LogOut())

    def set_state(self, state: SeatState, reason: str = "") -> None:
        self._link.order(orders.SetState(state, reason))

    def queue_stats(self) -> None:
        self._link.order(orders.AskQueue())

    def force_hangup(self, call: str) -> None:
        self._link.order(orders.ForceHangup(call))

    def monitor(self, seat: str, mode: MonitorMode) -> None:
        self._link.order(orders.Monitor(seat, mode))


class AsteriskLink(_OverTcp):
    """A centre with Asterisk and app_queue."""

    def __init__(self, address: Address, settings: AmiSettings) -> None:
        super().__init__(TcpLink(address, lambda: AmiSession(settings), "acd-ami"))


class FreeSwitchLink(_OverTcp):
    """A centre with FreeSWITCH and mod_callcenter."""

    def __init__(self, address: Address, settings: EslSettings) -> None:
        super().__init__(TcpLink(address, lambda: EslSession(settings), "acd-esl"))


class NoLink:
    """Nobody distributes the calls: they ring where they are dialled, whatever the seat's state is."""

    abilities: frozenset[Ability] = frozenset()

    def start(self, on_fact: OnFact) -> None:
        """There is nothing to tell."""

    def stop(self) -> None:
        """Nothing to end."""

    def login(self) -> None:
        """Nobody to tell, here and below."""

    def logout(self) -> None: ...
    def set_state(self, state: SeatState, reason: str = "") -> None: ...
    def queue_stats(self) -> None: ...
    def force_hangup(self, call: str) -> None: ...
    def monitor(self, seat: str, mode: MonitorMode) -> None: ...


class SipOrders(Protocol):
    """What the telephone does for a link by SIP alone. Each returns False when there is no telephone."""

    def dial_code(self, code: str) -> bool:
        """Dial a feature code and hang up after the final answer; nothing rings, nothing is recorded."""

    def publish(self, note: str) -> bool:
        """PUBLISH presence with this note (RFC 3903)."""

    def turn_away(self, sip_code: int | None) -> bool:
        """Answer every new caller so from now on; None lets them in."""


class SayBy(Struct, frozen=True):
    """How the exchange learns the state. Both may be used; the seat protects itself in any case."""

    codes: FeatureCodes | None = FeatureCodes()
    publish: bool = True


SAY_ALL = SayBy()


class SipOnlyLink:
    """The portable way: feature codes, PUBLISH, and 486/480 of our own in case the exchange did not listen.

    `ask_queue`, where given, fetches what is new of our own hunt group; else nobody knows the queue.
    """

    def __init__(
        self,
        phone: SipOrders,
        say_by: SayBy = SAY_ALL,
        ask_queue: Callable[[], tuple[AcdFact, ...] | None] | None = None,
    ) -> None:
        self._phone, self._say_by, self._ask_queue = phone, say_by, ask_queue
        self._on_fact: OnFact | None = None
        self._asking = threading.Lock()

    @property
    def abilities(self) -> frozenset[Ability]:
        known = {Ability.SEAT_STATE} | ({Ability.QUEUE} if self._ask_queue is not None else set())
        return frozenset(known)

    def start(self, on_fact: OnFact) -> None:
        self._on_fact = on_fact
        on_fact(LinkChanged(True, "sip"))

    def stop(self) -> None:
        """Nothing to end: the telephone un-registers by itself."""

    def login(self) -> None:
        self._say("LogIn", SeatState.READY)

    def logout(self) -> None:
        self._say("LogOut", SeatState.LOGGED_OUT)

    def set_state(self, state: SeatState, reason: str = "") -> None:
        """The reason stays with us: no feature code carries one."""
        self._say("SetState", state)

    def queue_stats(self) -> None:
        """Asked on a thread of its own; a question while one is under way is answered by that one."""
        if self._ask_queue is None:
            self._tell(OrderRefused("AskQueue", "not able"))
        elif self._asking.acquire(blocking=False):
            threading.Thread(target=self._fetch, name="acd-queue", daemon=True).start()

    def force_hangup(self, call: str) -> None:
        self._tell(OrderRefused("ForceHangup", "not able"))

    def monitor(self, seat: str, mode: MonitorMode) -> None:
        self._tell(OrderRefused("Monitor", "not able"))

    def _say(self, order: str, state: SeatState) -> None:
        note = NOTES[state]
        turned_away = self._phone.turn_away(_own_answer(state))
        said = [turned_away]
        if self._say_by.publish:
            said.append(self._phone.publish(note))
        if self._say_by.codes is not None:
            said.append(self._phone.dial_code(getattr(self._say_by.codes, note)))
        self._tell(OrderDone(order) if all(said) else OrderRefused(order, "no link"))

    def _fetch(self) -> None:
        assert self._ask_queue is not None
        try:
            facts = self._ask_queue()
        finally:
            self._asking.release()
        for fact in (OrderRefused("AskQueue", "no answer"),) if facts is None else facts:
            self._tell(fact)

    def _tell(self, fact: AcdFact) -> None:
        assert self._on_fact is not None
        self._on_fact(fact)


def _own_answer(state: SeatState) -> int | None:
    """What our telephone says to a caller it is sent all the same; during a call it decides itself."""
    if state in (SeatState.READY, SeatState.INTAKE):
        return None
    return BUSY_HERE if state is SeatState.AFTER_CALL else NOT_HERE
