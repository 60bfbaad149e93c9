"""Far ends that we send elsewhere, blindly or to somebody we have talked with.

REFER (RFC 3515), Replaces (RFC 3891). Whatever fails, the call stays with the operator.
"""

from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj

from telephony import messages as msg
from telephony.errors import NotNowError
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, now_ms

TRANSFER_S_MAX = 45.0  # as long as a telephone may ring there
REPLACED_S_MAX = 2.0  # by then whoever takes our place has ended our call with him (RFC 3891)
OK, MULTIPLE_CHOICES = 200, 300


class Exchange(Protocol):
    """What transfers need from the switchboard."""

    def leg_or_none(self, call_id: str) -> Leg | None: ...
    def hang_up(self, call_id: str) -> None: ...


class Transfers:
    """Our own transfers, one at a time for each call. Lives on the library's one thread."""

    def __init__(self, engine: Engine, exchange: Exchange, emit: Callable[[msg.AnyEvent], None]) -> None:
        self._engine, self._exchange, self._emit = engine, exchange, emit

    def blind(self, leg: Leg, target: str) -> None:
        """Raises `NotNowError` or `pj.Error`."""
        self._begin(leg, target)
        self._sent(leg, lambda: leg.xfer(target, pj.CallOpParam(True)))

    def attended(self, leg: Leg, other: Leg) -> None:
        """Raises `NotNowError` or `pj.Error`."""
        if leg is other or not other.answered:
            raise NotNowError("the other call is not answered")
        self._begin(leg, other.call_id)
        self._sent(leg, lambda: leg.xferReplaces(other, pj.CallOpParam(True)))

    def told(self, leg: Leg, sip_code: int, reason: str, final: bool) -> None:
        """Inside a callback: what the far end reports; only a final code decides."""
        target, call_id = leg.transfer_target, leg.call_id
        if target is None:
            return
        if sip_code < OK:
            self._emit(msg.TransferProgressed(call_id, sip_code))
            if final:  # it will tell no more, and did not get there
                self._failed(leg, sip_code, reason)
        elif sip_code < MULTIPLE_CHOICES:
            self._emit(msg.CallTransferred(call_id, target, now_ms()))
            self._engine.defer(lambda: self._exchange.hang_up(call_id))
            # a far end that knows no Replaces has taken a second call: ours with it would stay up
            self._engine.defer(lambda: self._exchange.hang_up(target), REPLACED_S_MAX)
        else:
            self._failed(leg, sip_code, reason)

    def ended(self, leg: Leg) -> Leg | None:
        """Inside a callback. Whoever sent us to it is a call like others again: to talk with, if it came to
        nothing; `None` else.
        """
        sender = self._exchange.leg_or_none(leg.transferred_from)
        if sender is None:
            return None
        sender.transfer_target = None
        return None if leg.answered or sender.ended_by is not None else sender

    def _begin(self, leg: Leg, target: str) -> None:
        if not leg.answered or leg.transfer_target is not None:
            raise NotNowError("only an answered call can be transferred, once at a time")
        leg.transfer_target = target

    def _sent(self, leg: Leg, send: Callable[[], None]) -> None:
        call_id, target = leg.call_id, leg.transfer_target
        try:
            send()
        except pj.Error:
            leg.transfer_target = None
            raise
        self._engine.defer(lambda: self._out_of_time(call_id, target), TRANSFER_S_MAX)

    def _out_of_time(self, call_id: str, target: str | None) -> None:
        leg = self._exchange.leg_or_none(call_id)
        if leg is not None and leg.ended_by is None and leg.transfer_target == target:
            self._failed(leg, 0, "no word of it")

    def _failed(self, leg: Leg, sip_code: int, reason: str) -> None:
        leg.transfer_target = None
        self._emit(msg.TransferFailed(leg.call_id, sip_code, reason))
