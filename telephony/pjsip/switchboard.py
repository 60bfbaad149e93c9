"""All calls and lines of one phone, keyed by our own ids: carries out orders, reports facts.

Keeps the rules of the native library: answers are deferred, refusals keep their call slot for a moment (a
flood must hit the library's own cheap 486), every call is held from creation to DISCONNECTED and only here.
"""

import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

import pjsua2 as pj

from store.core.ids import new_id
from telephony import messages as msg
from telephony.pjsip.engine import SOCKET_LINGER_S, Engine
from telephony.pjsip.leg import Leg, now_ms
from telephony.pjsip.line import Line
from telephony.pjsip.probe import LineProbe, TurnedAway
from telephony.pjsip.recorder import CallRecorder
from telephony.pjsip.voice import idle_source, open_voice
from telephony.recording import Unfinished
from telephony.settings import AccountSettings
from telephony.sip_headers import SipRequest, caller_of, dialled_of, kept_headers, parse_request

SLOT_S_MIN = SOCKET_LINGER_S  # sooner freed slots let a flood of refused calls exhaust the sockets
STATS_EVERY_S = 1.0
BUSY_HERE = 486
NOT_HERE = 480  # temporarily unavailable: the exchange tries the next seat
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - compared with, not bound to
GOODBYE_S_MAX = 0.5

log = logging.getLogger(__name__)


class Switchboard:
    """Every method belongs to the library's thread."""

    def __init__(
        self,
        engine: Engine,
        emit: Callable[[msg.AnyEvent], None],
        unfinished_dir: Path | None,
        close_recording: Callable[[Unfinished], None],
    ) -> None:
        """`unfinished_dir` `None`: nothing is recorded. Raises `EngineError` on an unusable microphone."""
        self.emit = emit
        self._engine = engine
        self._unfinished_dir = unfinished_dir
        self._close_recording = close_recording
        self._lines: dict[str, Line] = {}
        self._legs: dict[str, Leg] = {}
        self._wanted_accounts: tuple[AccountSettings, ...] | None = None
        self._idle: pj.AudioMedia | None = idle_source()
        self._microphone = open_voice(engine.settings.microphone)
        self._stats_due_s = 0.0
        self._accepting = True
        self._probe: LineProbe | None = None
        self._away = TurnedAway(engine)

    def obey(self, command: msg.AnyCommand) -> None:
        """Carry out one order, or say `CommandRefused`."""
        try:
            self._obey(command)
        except pj.Error as error:
            self._refuse(command, error.reason)
        except msg.EngineError as error:
            self._refuse(command, str(error))
        except Exception as error:  # the loop goes on: other calls are up
            log.exception("order %s", type(command).__name__)
            self._refuse(command, str(error))

    def turn(self) -> None:
        """What is due: accounts that waited for the last call to end, statistics."""
        if self._probe is not None and self._probe.turn():
            self._probe = None
        if self._wanted_accounts is not None and not self._legs and self._probe is None:
            wanted, self._wanted_accounts = self._wanted_accounts, None
            self._set_accounts(wanted)
        for line in self._lines.values():
            line.turn()
        now_s = time.monotonic()
        if now_s >= self._stats_due_s:
            self._stats_due_s = now_s + STATS_EVERY_S
            for leg in [leg for leg in self._legs.values() if leg.media_active]:
                with contextlib.suppress(pj.Error):  # its stream is being rebuilt
                    self.emit(leg.stats(now_s))

    def close(self) -> None:
        """Goodbye to all calls, then drop everything native in the order the library needs."""
        for leg in self._legs.values():
            leg.ended_by_us = True
        self._engine.hang_up_all()
        self._engine.turn_while(lambda: bool(self._legs or self._away.legs), GOODBYE_S_MAX)
        self._probe = None
        for leg in list(self._legs.values()):  # the far end did not answer our BYE
            self.leg_ended(leg)
            leg.this.disown()
        self._microphone = self._idle = None
        self._set_accounts(())

    # What lines and legs report, inside callbacks.

    def call_came(self, line: Line, pj_id: int, message: str, source: str) -> None:
        mono_ns = time.monotonic_ns()
        request = parse_request(message)
        if self._probe is not None and self._probe.is_mine(request):
            self._probe.came(line, pj_id)
            return
        if not self._accepting:
            self._turn_away(line, pj_id, request)
            return
        call_id = new_id()
        leg = self._legs[call_id] = Leg(self, line.account, call_id, pj_id)
        leg.account_id = line.settings.account_id
        caller = caller_of(request)
        self.emit(
            msg.CallRinging(
                call_id,
                line.settings.account_id,
                caller.number,
                caller.name,
                dialled_of(request),
                request.first("call-id"),
                now_ms(),
                mono_ns,
                kept_headers(request),
            )
        )
        self._engine.defer(lambda: self._say_ringing(call_id))

    def audio_began(self, leg: Leg) -> None:
        """Connect both directions and the recorder; again after every change of the call's audio."""
        self._record(leg)
        caller = leg.getAudioMedia(-1)
        operator = leg.own_voice or self._microphone
        if operator is not None:
            operator.startTransmit(caller)
        if leg.recorder is not None:
            leg.recorder.hear(caller, operator)

    def leg_answered(self, leg: Leg) -> None:
        if leg.seconds_max is not None:
            call_id = leg.call_id
            self._engine.defer(lambda: self.obey(msg.HangUp(call_id)), leg.seconds_max)

    def leg_ended(self, leg: Leg) -> None:
        self._legs.pop(leg.call_id, None)
        if time.monotonic() - leg.born_at_s < SLOT_S_MIN:
            self._engine.short_call_ended()
        if leg.recorder is not None:
            self._close_recording(leg.recorder.close())
            leg.recorder = None

    # Orders, outside callbacks.

    def _obey(self, command: msg.AnyCommand) -> None:
        match command:
            case msg.ConfigureAccounts(accounts):
                self._wanted_accounts = accounts
            case msg.Answer(call_id):
                self._answer(self._leg(call_id))
            case msg.Reject(call_id, sip_code):
                self._end(self._leg(call_id), sip_code)
            case msg.HangUp(call_id):
                self._end(self._leg(call_id), None)
            case msg.Dial():
                self._dial(command)
            case msg.AcceptCalls(accept):
                self._accepting = accept
            case msg.ProbeLine():
                self._begin_probe(command)

    def _answer(self, leg: Leg) -> None:
        if not leg.incoming or leg.ended_by_us:
            raise msg.EngineError("not a ringing call")
        if leg.answering:
            return
        self._record(leg)  # before audio flows, so that the first word is on it
        leg.answer(_with_code(200))
        leg.answering = True

    def _end(self, leg: Leg, sip_code: int | None) -> None:
        """Hang up or refuse; a call that was never answered keeps its slot for `SLOT_S_MIN`."""
        if leg.ended_by_us:
            return
        leg.ended_by_us = True
        call_id = leg.call_id
        wait_s = 0.0 if leg.answering or not leg.incoming else leg.born_at_s + SLOT_S_MIN - time.monotonic()
        self._engine.defer(lambda: self._hang_up(call_id, sip_code), max(0.0, wait_s))

    def _hang_up(self, call_id: str, sip_code: int | None) -> None:
        leg = self._legs.get(call_id)
        if leg is not None:  # else the caller was quicker
            leg.hangup(_with_code(0 if leg.answering or not leg.incoming else sip_code or BUSY_HERE))

    def _dial(self, order: msg.Dial) -> None:
        if order.call_id in self._legs:
            return
        line = self._line(order.account_id)
        target = line.uri_of(order.target)
        own_voice = None if order.voice is None else open_voice(order.voice)
        leg = Leg(self, line.account, order.call_id)
        leg.account_id, leg.seconds_max = line.settings.account_id, order.seconds_max
        leg.own_voice = own_voice
        self._legs[order.call_id] = leg
        self.emit(msg.CallDialled(order.call_id, line.settings.account_id, target, now_ms()))
        try:
            leg.makeCall(target, _dial_options(order))
        except pj.Error as error:
            if self._legs.pop(order.call_id, None) is not None:
                leg.this.disown()
                self.emit(
                    msg.CallEnded(order.call_id, msg.EndedBy.PHONE, 0, str(error.reason), False, now_ms())
                )
            raise

    def _begin_probe(self, order: msg.ProbeLine) -> None:
        """Calls come first: while one is up there is no test call."""
        if self._probe is not None or self._legs:
            self.emit(msg.LineProbed(order.probe_id, "busy"))
            return
        line = self._line(None)
        target = line.uri_of(order.target) if order.target else self._own_uri(line)
        self._probe = LineProbe(self._engine, line, order.probe_id, self.emit)
        self._probe.start(target)

    def _own_uri(self, line: Line) -> str:
        """Through the exchange where there is one, else straight to our own port."""
        if line.settings.registrar is not None:
            return line.uri_of(line.settings.user)
        bound = self._engine.settings.bind_address
        host = "127.0.0.1" if bound == ANY_ADDRESS else bound
        return f"sip:probe@{host}:{self._engine.sip_port}"

    def _turn_away(self, line: Line, pj_id: int, request: SipRequest) -> None:
        self._away.came(line, pj_id)
        caller = caller_of(request)
        self.emit(msg.CallRejected(caller.number, caller.name, dialled_of(request), NOT_HERE, now_ms()))

    def _say_ringing(self, call_id: str) -> None:
        leg = self._legs.get(call_id)
        if leg is not None and not leg.answering and not leg.ended_by_us:
            leg.answer(_with_code(180))

    def _record(self, leg: Leg) -> None:
        """Start recording once; a call goes on when its recording cannot start, and somebody is told."""
        if self._unfinished_dir is None or leg.recorder is not None:
            return
        rate_hz = self._engine.settings.clock_rate_hz
        try:
            unfinished = Unfinished(self._unfinished_dir, leg.call_id, rate_hz, now_ms())
            leg.recorder = CallRecorder(unfinished, self._idle)
        except msg.EngineError as error:
            self.emit(msg.RecordingFailed(leg.call_id, str(error)))

    def _set_accounts(self, wanted: tuple[AccountSettings, ...]) -> None:
        for account_id, line in list(self._lines.items()):
            if line.settings not in wanted:
                self._lines.pop(account_id).close()
        for settings in wanted:
            if settings.account_id not in self._lines:
                line = Line(self, settings)
                try:
                    line.open(self._engine.settings)
                except pj.Error as error:
                    self.emit(msg.LineState(settings.account_id, False, 0, str(error.reason)))
                    continue
                self._lines[settings.account_id] = line

    def _leg(self, call_id: str) -> Leg:
        if call_id not in self._legs:
            raise msg.EngineError("no such call")
        return self._legs[call_id]

    def _line(self, account_id: str | None) -> Line:
        line = next(iter(self._lines.values()), None) if account_id is None else self._lines.get(account_id)
        if line is None:
            raise msg.EngineError("no such account")
        return line

    def _refuse(self, command: msg.AnyCommand, reason: str) -> None:
        if isinstance(command, msg.ProbeLine):
            self._probe = None
            self.emit(msg.LineProbed(command.probe_id, reason))
            return
        call_id = getattr(command, "call_id", "")
        self.emit(msg.CommandRefused(call_id, type(command).__name__, reason))


def _with_code(sip_code: int) -> pj.CallOpParam:
    options = pj.CallOpParam(True)
    options.statusCode = sip_code
    return options


def _dial_options(order: msg.Dial) -> pj.CallOpParam:
    options = pj.CallOpParam(True)
    if order.asserted_number:
        header = pj.SipHeader()
        header.hName = "P-Asserted-Identity"
        name = _one_line(order.asserted_name).replace("\\", "\\\\").replace('"', '\\"')
        header.hValue = f'"{name}" <sip:{_one_line(order.asserted_number)}@lingsheng.invalid>'
        options.txOption.headers.append(header)
    return options


def _one_line(text: str) -> str:
    """Nothing that could start another header."""
    return "".join(c for c in text if c.isprintable())
