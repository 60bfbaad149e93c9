"""Calls that we place: the operator's, and a supervisor's to another seat."""

from typing import Protocol

import pjsua2 as pj

from telephony import messages as msg
from telephony.monitoring import MonitorWish
from telephony.pjsip.engine import Engine
from telephony.pjsip.leg import Leg, now_ms
from telephony.pjsip.line import Line
from telephony.pjsip.options import asserted, convey
from telephony.pjsip.supervising import change, opening
from telephony.pjsip.voice import open_voice

NOT_PLACED = "whom the far end named could not be called"


class Placing(Protocol):
    """What outgoing calls need from the switchboard."""

    secret: str

    def emit(self, event: msg.AnyEvent) -> None: ...
    def leg_or_none(self, call_id: str) -> Leg | None: ...
    def line(self, account_id: str | None) -> Line: ...
    def new_leg(
        self, account: pj.Account, account_id: str, pj_id: int | None = None, call_id: str = ""
    ) -> Leg: ...
    def enter(self, leg: Leg) -> None: ...
    def forget(self, leg: Leg) -> bool: ...
    def leg_ended(self, leg: Leg) -> None: ...


class Outgoing:
    """Lives on the library's one thread. Everything here raises `EngineError` or `pj.Error`."""

    def __init__(self, engine: Engine, board: Placing) -> None:
        self._engine, self._board = engine, board

    def dial(self, order: msg.Dial) -> None:
        board = self._board
        if board.leg_or_none(order.call_id) is not None:
            return
        line = board.line(order.account_id)
        target = line.reach(order.target)
        own_voice = None if order.voice is None else open_voice(order.voice)
        leg = board.new_leg(line.account, line.settings.account_id, call_id=order.call_id)
        leg.seconds_max, leg.own_voice = order.seconds_max, own_voice
        leg.speaks_alone = order.voice is not None
        about = order.call_back_of, order.incident_id
        board.emit(msg.CallDialled(leg.call_id, leg.account_id, target, now_ms(), *about))
        options = asserted(order.asserted_number, order.asserted_name)
        convey(options, order.conveyed)
        self._call(leg, target, options)

    def supervise(self, order: msg.Supervise) -> None:
        """An ordinary call of ours, to a seat that will hide it."""
        board = self._board
        if board.leg_or_none(order.call_id) is not None:
            return
        line = board.line(order.account_id)
        target = line.reach(order.target)
        leg = board.new_leg(line.account, line.settings.account_id, call_id=order.call_id)
        leg.supervised, leg.supervisor = order.monitored, order.by
        dialled = msg.CallDialled(leg.call_id, leg.account_id, target, now_ms(), supervises=order.monitored)
        board.emit(dialled)
        self._call(leg, target, opening(MonitorWish(order.mode, order.monitored, order.by), board.secret))

    def change_supervision(self, order: msg.ChangeSupervision) -> None:
        leg = self._board.leg_or_none(order.call_id)
        if leg is None:
            raise msg.EngineError("no such call")
        change(leg, order.mode, order.reason, self._board.secret)

    def sent_on(self, leg: Leg, target: str) -> Leg:
        """Inside a callback: the leg for a call that the far end of `leg` wants, and the library places."""
        board = self._board
        new = board.new_leg(leg.account, leg.account_id)
        call_id, new.transferred_from = new.call_id, leg.call_id
        dialled = msg.CallDialled(call_id, leg.account_id, target, now_ms(), transferred_from=leg.call_id)
        board.emit(dialled)
        board.enter(new)
        self._engine.defer(lambda: self._look_placed(call_id))
        return new

    def _look_placed(self, call_id: str) -> None:
        """The library tells nobody that it could not, and would abort at the next order to that call."""
        leg = self._board.leg_or_none(call_id)
        if leg is None or leg.getId() != pj.PJSUA_INVALID_ID:
            return
        self._board.leg_ended(leg)
        self._board.emit(msg.CallEnded(call_id, msg.EndedBy.PHONE, 0, NOT_PLACED, False, now_ms()))
        leg.this.disown()

    def _call(self, leg: Leg, target: str, options: pj.CallOpParam) -> None:
        """When it cannot be placed it has ended."""
        call_id = leg.call_id
        self._board.enter(leg)
        try:
            leg.makeCall(target, options)
        except pj.Error as error:
            if self._board.forget(leg):
                ended = msg.CallEnded(call_id, msg.EndedBy.PHONE, 0, str(error.reason), False, now_ms())
                self._board.emit(ended)
            raise
