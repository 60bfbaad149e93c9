"""All calls and lines of one phone, keyed by our own ids: carries out orders, reports facts.

Keeps the rules of the native library: answers are deferred, refusals keep their call slot for a moment (a
flood must hit the library's own cheap 486), every call is held from creation to DISCONNECTED and only here.
Who hears whom is the mixer's business, who goes where the transfers', who listens in the supervision's.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pjsua2 as pj

from store.core.ids import new_id
from telephony import messages as msg
from telephony.conversation import CallPlace, confer, hold, leave, rejoin, talk_to
from telephony.monitoring import HEADER as MONITOR_HEADER
from telephony.monitoring import MonitorGate
from telephony.pjsip.codes import CodeCalls
from telephony.pjsip.digits import send_digits
from telephony.pjsip.door import NOT_ACCEPTABLE, Door
from telephony.pjsip.engine import SOCKET_LINGER_S, Engine
from telephony.pjsip.leg import Leg, LegOwner, now_ms
from telephony.pjsip.line import Line
from telephony.pjsip.lines import Lines
from telephony.pjsip.mixer import Mixer
from telephony.pjsip.options import with_code
from telephony.pjsip.outgoing import Outgoing
from telephony.pjsip.probe import LineProbe, TurnedAway
from telephony.pjsip.publishing import Publishing
from telephony.pjsip.recordings import Recordings
from telephony.pjsip.supervising import told_by_seat
from telephony.pjsip.supervision import Supervision
from telephony.pjsip.transfers import Transfers
from telephony.pjsip.voice import linger
from telephony.pjsip.watch import Watch
from telephony.recording import Unfinished
from telephony.sip_headers import (
    SipRequest,
    answer_after_s,
    caller_of,
    dialled_of,
    kept_headers,
    parse_request,
)
from telephony.trust import TrustedSources

SLOT_S_MIN = SOCKET_LINGER_S  # sooner freed slots let a flood of refused calls exhaust the sockets
BUSY_HERE = 486
GOODBYE_S_MAX = 0.5

log = logging.getLogger(__name__)


class Switchboard(LegOwner):
    """Every method belongs to the library's thread."""

    def __init__(
        self,
        engine: Engine,
        emit: Callable[[msg.AnyEvent], None],
        unfinished_dir: Path | None,
        close_recording: Callable[[Unfinished], None],
        read_invite: Callable[[str, str], None],
    ) -> None:
        """`unfinished_dir` `None`: nothing is recorded. `read_invite(call_id, INVITE)`: what else it says.

        Raises `EngineError` on an unusable microphone.
        """
        self._tell = emit
        self._read_invite = read_invite
        self._engine = engine
        self._recordings = Recordings(engine, emit, unfinished_dir, close_recording)
        self._legs: dict[str, Leg] = {}
        self._lines = Lines(self, engine)
        self._watch = Watch(emit, engine.settings.quality)
        self._probe: LineProbe | None = None
        self._away = TurnedAway(engine)
        self.secret = ""
        self._door = Door(emit, late_offers=engine.settings.late_offers)
        self.mixer = Mixer(engine, self._legs, emit)
        self._transfers = Transfers(engine, self, emit)
        self._supervision = Supervision(engine, self, self.mixer, self._away, emit)
        self.mixer.monitored = self._supervision
        self._outgoing = Outgoing(engine, self)
        self._codes = CodeCalls(engine, emit)
        self._publishing = Publishing(emit)
        self._duties = self._duty_table()
        engine.guard(self)

    def emit(self, event: msg.AnyEvent) -> None:
        self._tell(event)

    def obey(self, command: msg.AnyCommand) -> None:
        """Carry out one order, or say `CommandRefused`."""
        try:
            self._duties[type(command)](command)
        except pj.Error as error:
            self._refuse(command, error.reason)
        except msg.TelephonyError as error:
            self._refuse(command, str(error))
        except Exception as error:  # the loop goes on: other calls are up
            log.exception("order %s", type(command).__name__)
            self._refuse(command, str(error))

    def turn(self) -> None:
        """What is due: sound, accounts that waited for the last call to end, statistics."""
        self.mixer.turn()
        if self._probe is not None and self._probe.turn():
            self._probe = None
        self._supervision.turn()
        self._lines.turn(idle=not self._legs and self._probe is None)
        self._engine.connections.admit(self._door.may_connect(self._lines.registrar_addresses))
        self._publishing.turn(self._lines.first)
        self._watch.turn(self._legs.values())
        self._recordings.turn(self._legs.values())

    def close(self) -> None:
        """Goodbye to all calls, then drop everything native in the order the library needs."""
        groups = (self._legs, self._supervision.legs, self._codes.legs)
        for leg in [leg for legs in groups for leg in legs.values()]:
            leg.ended_by = msg.EndedBy.SEAT
        self._engine.hang_up_all()
        self._engine.turn_while(lambda: any((*groups, self._away.legs)), GOODBYE_S_MAX)
        self._probe = None
        for leg in [leg for legs in groups for leg in legs.values()]:  # the far end did not answer our BYE
            leg.owner.leg_ended(leg)
            leg.own_voice = leg.audio = None
            leg.this.disown()
        self.mixer.close()
        self._recordings.close()
        self._lines.close()

    @property
    def outlived(self) -> bool:
        """No call is up, and our address has changed: the library finds it out once, at its start."""
        return self._lines.moved and not self._legs

    @property
    def trusted(self) -> TrustedSources:
        return self._door.trusted

    # What lines and legs report, inside callbacks.

    def call_came(self, line: Line, pj_id: int, message: str, source: str) -> None:
        mono_ns = time.monotonic_ns()
        request = parse_request(message)
        if self._probe is not None and self._probe.is_mine(request):
            self._probe.came(line, pj_id)
        elif request.first(MONITOR_HEADER.lower()):
            self._supervision.came(line, pj_id, request, source)
        elif (code := self._door.refuses(request, message)) is not None:
            self._away.came(line, pj_id, code)
        else:
            call_id = self._ring(line, pj_id, request, source, mono_ns)
            self._engine.defer(lambda: self._read_invite(call_id, message))

    def is_stranger(self, source: str) -> bool:
        return self._door.is_stranger(source, self._lines.registrar_addresses)

    def shuts_out(self, request: SipRequest, source: str) -> bool:
        """All that strangers ask outside of calls, but for our own test call that comes in by no exchange."""
        if self._probe is not None and self._probe.is_mine(request):
            return False
        self._door.shut_out(request, source)
        return True

    def cannot_hear(self, request: SipRequest) -> None:
        self._door.tell(request, NOT_ACCEPTABLE)

    def audio_changed(self, leg: Leg) -> None:
        if leg.audio is not None:
            self._recordings.begin(leg)
        self.mixer.audio_changed(leg.call_id)

    def leg_answered(self, leg: Leg) -> None:
        self.mixer.changed()
        if leg.seconds_max is not None:
            call_id = leg.call_id
            self._engine.defer(lambda: self.hang_up(call_id), leg.seconds_max)

    def leg_barren(self, leg: Leg) -> None:
        """Nobody can talk there: ended at once, so that the caller is rung back."""
        self._end(leg, None, msg.EndedBy.NETWORK)

    def leg_ended(self, leg: Leg) -> None:
        self._legs.pop(leg.call_id, None)
        linger(self._engine, leg.own_voice)
        if time.monotonic() - leg.born_at_s < SLOT_S_MIN:
            self._engine.short_call_ended()
        self._supervision.call_ended(leg.call_id)
        self.mixer.ended(leg.call_id)
        back = self._transfers.ended(leg)
        if back is not None and not self.mixer.talking:
            self.enter(back)
        self._watch.ended(leg.call_id)
        self._recordings.end(leg)

    def info_came(self, leg: Leg, message: str, source: str) -> None:
        told = told_by_seat(leg, message)
        if told is not None:
            self.emit(told)

    def transfer_told(self, leg: Leg, sip_code: int, reason: str, final: bool) -> None:
        self._transfers.told(leg, sip_code, reason, final)

    def transfer_asked(self, leg: Leg, target: str) -> Leg | None:
        """A trusted exchange sends us: the new call is the operator's, the old one waits for its end."""
        if not self.trusted.include(leg.source) or not leg.answered or leg.transfer_target is not None:
            return None
        leg.transfer_target = target  # who sends us away is not told of hold
        return self._outgoing.sent_on(leg, target)

    def replace_asked(self, leg: Leg, source: str) -> bool:
        return self.trusted.include(source)

    def leg_replaced(self, leg: Leg, pj_id: int) -> Leg | None:
        """The new far end stands where the old one stood."""
        new = self.new_leg(leg.account, leg.account_id, pj_id)
        new.source, new.answering = leg.source, True
        far_end = caller_of(SipRequest("", (("from", str(new.getInfo().remoteUri)),)))
        self.emit(msg.CallReplaced(new.call_id, leg.call_id, far_end.number, far_end.name, now_ms()))
        self.mixer.put(new.call_id, self.mixer.places.get(leg.call_id, CallPlace.TALK))
        return new

    # What transfers, supervision and outgoing calls ask for.

    def leg_or_none(self, call_id: str) -> Leg | None:
        return self._legs.get(call_id)

    def hang_up(self, call_id: str, ended_by: msg.EndedBy = msg.EndedBy.SEAT) -> None:
        """Unless it is gone already."""
        leg = self._legs.get(call_id)
        if leg is not None:
            self._end(leg, None, ended_by)

    def line(self, account_id: str | None) -> Line:
        """Raises `EngineError`."""
        return self._lines.line(account_id)

    def forget(self, leg: Leg) -> bool:
        """A call that could not be placed; False when its end was told already."""
        if self._legs.pop(leg.call_id, None) is None:
            return False
        self.mixer.ended(leg.call_id)
        leg.this.disown()
        return True

    # Orders, outside callbacks.

    def _duty_table(self) -> dict[type[msg.Command], Callable[[Any], None]]:
        """Each order and who carries it out."""
        mixer, sounds = self.mixer, self.mixer.sounds
        return {
            **dict.fromkeys((msg.UseHeadset, msg.TryHeadset, msg.TryRing, msg.PressHook), _no_headset),
            msg.ConfigureAccounts: lambda o: self._lines.want(o.accounts),
            msg.AcceptCalls: self._door.accept,
            msg.ProbeLine: self._begin_probe,
            msg.Trust: self._set_trust,
            msg.Answer: lambda o: self._answer(self._leg(o.call_id)),
            msg.Reject: lambda o: self._end(self._leg(o.call_id), o.sip_code),
            msg.HangUp: lambda o: self._end(self._leg(o.call_id), None),
            msg.Dial: self._outgoing.dial,
            msg.TalkTo: lambda o: mixer.move(lambda p: talk_to(p, self._in_talk(o.call_id))),
            msg.Hold: lambda o: mixer.move(lambda p: hold(p, self._in_talk(o.call_id))),
            msg.Confer: lambda o: mixer.move(lambda p: confer(p, [self._in_talk(c) for c in o.call_ids])),
            msg.LeaveConference: lambda _: mixer.move(leave),
            msg.RejoinConference: lambda _: mixer.move(rejoin),
            msg.Transfer: self._transfer,
            msg.TransferTo: lambda o: self._transfers.attended(
                self._leg(o.call_id), self._leg(o.other_call_id)
            ),
            msg.SendDigits: lambda o: self.emit(send_digits(self._leg(o.call_id), o.digits, o.by_info)),
            msg.Say: mixer.say,
            msg.StopSaying: lambda o: sounds.stop_saying(self._leg(o.call_id).call_id),
            msg.Metronome: mixer.metronome,
            msg.Supervise: self._outgoing.supervise,
            msg.ChangeSupervision: self._outgoing.change_supervision,
            msg.DialCode: lambda o: self._codes.dial(self.line(None), o.code),
            msg.PublishNote: lambda o: self._publishing.want(o.note),
            msg.TurnAway: self._door.turn_away,
        }

    def _ring(self, line: Line, pj_id: int, request: SipRequest, source: str, mono_ns: int) -> str:
        leg = self.new_leg(line.account, line.settings.account_id, pj_id)
        leg.source = source
        call_id, caller = leg.call_id, caller_of(request)
        waiting = self.mixer.talking
        after_s = None if waiting or not self.trusted.include(source) else answer_after_s(request)
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
                waiting,
                after_s,
            )
        )
        self._engine.defer(lambda: self._say_ringing(call_id))
        if after_s is not None:
            self._engine.defer(lambda: self._answer_intercom(call_id), after_s)
        return call_id

    def _answer(self, leg: Leg) -> None:
        if not leg.incoming or leg.ended_by is not None:
            raise msg.EngineError("not a ringing call")
        if leg.answering:
            return
        self._recordings.begin(leg)  # before audio flows, so that the first word is on it
        leg.answer(with_code(200))
        leg.answering = True
        self.enter(leg)

    def _answer_intercom(self, call_id: str) -> None:
        """Unless somebody took it, or the operator talks by now: nothing interrupts speech."""
        leg = self._legs.get(call_id)
        if leg is not None and not leg.answering and leg.ended_by is None and not self.mixer.talking:
            self._answer(leg)

    def enter(self, leg: Leg) -> None:
        """The operator's conversation now, unless it is nobody's."""
        alone = leg.speaks_alone or not self._engine.settings.one_operator
        if alone:
            self.mixer.put(leg.call_id, CallPlace.ALONE)
        else:
            self.mixer.move(lambda places: talk_to(places, leg.call_id))

    def _end(self, leg: Leg, sip_code: int | None, ended_by: msg.EndedBy = msg.EndedBy.SEAT) -> None:
        """Hang up or refuse; a call that was never answered keeps its slot for `SLOT_S_MIN`."""
        if leg.ended_by is not None:
            return
        leg.ended_by = ended_by
        call_id = leg.call_id
        wait_s = 0.0 if leg.answering or not leg.incoming else leg.born_at_s + SLOT_S_MIN - time.monotonic()
        self._engine.defer(lambda: self._hang_up(call_id, sip_code), max(0.0, wait_s))

    def _hang_up(self, call_id: str, sip_code: int | None) -> None:
        leg = self._legs.get(call_id)
        if leg is not None:  # else the caller was quicker
            leg.hangup(with_code(0 if leg.answering or not leg.incoming else sip_code or BUSY_HERE))

    def _transfer(self, order: msg.Transfer) -> None:
        leg = self._leg(order.call_id)
        self._transfers.blind(leg, self._lines.line(leg.account_id).uri_of(order.target))

    def _set_trust(self, order: msg.Trust) -> None:
        """The gate remembers what was used: the same secret keeps its gate."""
        self._door.set_trust(order.trust)
        if order.trust.monitor_secret != self.secret:
            self.secret = order.trust.monitor_secret
            self._supervision.gate = MonitorGate(self.secret)

    def _begin_probe(self, order: msg.ProbeLine) -> None:
        """Calls come first: while one is up there is no test call."""
        if self._probe is not None or self._legs:
            self.emit(msg.LineProbed(order.probe_id, "busy"))
            return
        line = self._lines.line(None)
        target = line.uri_of(order.target) if order.target else self._lines.own_uri(line)
        self._probe = LineProbe(self._engine, line, order.probe_id, self.emit)
        self._probe.start(target)

    def _say_ringing(self, call_id: str) -> None:
        leg = self._legs.get(call_id)
        if leg is not None and not leg.answering and leg.ended_by is None:
            leg.answer(with_code(180))

    def new_leg(
        self, account: pj.Account, account_id: str, pj_id: int | None = None, call_id: str = ""
    ) -> Leg:
        leg = Leg(self, account, call_id or new_id(), pj_id)
        leg.account_id = account_id
        self._legs[leg.call_id] = leg
        return leg

    def _leg(self, call_id: str) -> Leg:
        if call_id not in self._legs:
            raise msg.EngineError("no such call")
        return self._legs[call_id]

    def _in_talk(self, call_id: str) -> str:
        """The id of a call that can be talked to. Raises for one that is not, or is nobody's."""
        if self.mixer.places.get(self._leg(call_id).call_id) in {None, CallPlace.ALONE}:
            raise msg.NotNowError("the call is not in conversation")
        return call_id

    def _refuse(self, command: msg.AnyCommand, reason: str) -> None:
        if isinstance(command, msg.ProbeLine):
            self._probe = None
            self.emit(msg.LineProbed(command.probe_id, reason))
            return
        call_id = getattr(command, "call_id", "")
        self.emit(msg.CommandRefused(call_id, type(command).__name__, reason))


def _no_headset(_order: msg.Command) -> None:
    """Where there is one, its orders never come here."""
    raise msg.NotNowError("this phone was started without a headset")
