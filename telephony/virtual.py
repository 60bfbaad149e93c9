"""A phone without telephony: the same contract as `phone.Phone`, driven by the test or drill that owns it."""

import threading
import time
from collections.abc import Callable, Mapping

from store.core.ids import new_id
from telephony import conversation as rules
from telephony import messages as msg
from telephony.conversation import CallPlace, Places
from telephony.location.said import Fetched, WithCall
from telephony.mirror import CallStage, CallView, MonitorView, PhoneMirror
from telephony.monitoring import MonitorMode
from telephony.settings import AccountSettings, HeadsetSettings, TrustSettings, Voice

CAPABILITIES = msg.Capabilities("virtual", ("PCMA/8000/1",), (), tls=False, srtp=False, calls_max=4)


class VirtualPhone:
    """Events come at once, on the thread that caused them; one lock keeps their order.

    The far end is played by `ring`, `far_end_answers`, `far_end_hangs_up`, `far_end_keys`, `far_end_accepts`
    and `far_end_declines` (a transfer), `supervisor_comes` and so on; the process by `die` and `revive`.
    """

    def __init__(
        self,
        on_event: Callable[[msg.AnyEvent], None],
        accounts: tuple[AccountSettings, ...] = (),
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`clock`: ms since 1970 UTC, what the facts are stamped with."""
        self._on_event, self._now_ms = on_event, clock
        self._accounts = accounts
        self.accepting = True
        self.turning_away: int | None = None
        self.note = ""
        self._mirror = PhoneMirror()
        self._lock = threading.RLock()
        self._places: Places = {}
        self._transfers: dict[str, str] = {}
        self.trusted = TrustSettings()
        self.sent_digits: list[tuple[str, str]] = []
        self.supervised: list[tuple[str, MonitorMode, str]] = []

    def start(self) -> None:
        self._tell(msg.PhoneReady(0, "null", CAPABILITIES))
        self.configure(self._accounts)

    def stop(self, deadline_s: float) -> None:
        for call_id in self.calls:
            self._end(call_id, msg.EndedBy.SEAT, 200)
        self._tell(msg.PhoneDown("stopped"))

    def answer(self, call_id: str) -> bool:
        if self.ready is None:
            return False
        call = self.calls.get(call_id)
        if call is None or call.stage is CallStage.DIALLING:
            self._tell(msg.CommandRefused(call_id, "Answer", "no such ringing call"))
        elif call.stage is CallStage.RINGING:
            self._move(lambda places: rules.talk_to(places, call_id))
            self._talk(call_id)
        return True

    def reject(self, call_id: str, sip_code: int = 486) -> bool:
        return self._order_end(call_id, "Reject", sip_code)

    def hang_up(self, call_id: str) -> bool:
        return self._order_end(call_id, "HangUp", 200)

    def dial(
        self,
        target: str,
        account_id: str | None = None,
        *,
        asserted_number: str = "",
        asserted_name: str = "",
        voice: Voice | None = None,
        seconds_max: float | None = None,
        call_back_of: str = "",
        incident_id: str = "",
    ) -> str | None:
        if self.ready is None:
            return None
        call_id = new_id()
        line = account_id or self._first_account()
        self._tell(msg.CallDialled(call_id, line, target, self._now_ms(), call_back_of, incident_id))
        if voice is None:
            self._move(lambda places: rules.talk_to(places, call_id))
        else:
            self._move(lambda places: {**places, call_id: CallPlace.ALONE})
        self._tell(msg.CallEarly(call_id, 180))
        return call_id

    def talk_to(self, call_id: str) -> bool:
        return self._order("TalkTo", (call_id,), lambda places: rules.talk_to(places, call_id))

    def swap(self) -> bool:
        waiting = self._mirror.to_swap_with()
        return waiting is not None and self.talk_to(waiting)

    def hold(self, call_id: str) -> bool:
        return self._order("Hold", (call_id,), lambda places: rules.hold(places, call_id))

    def confer(self, call_ids: tuple[str, ...]) -> bool:
        return self._order("Confer", call_ids, lambda places: rules.confer(places, call_ids))

    def leave_conference(self) -> bool:
        return self._order("LeaveConference", (), rules.leave)

    def rejoin_conference(self) -> bool:
        return self._order("RejoinConference", (), rules.rejoin)

    def transfer(self, call_id: str, target: str) -> bool:
        """The far end tries and says no more until `far_end_accepts` or `far_end_declines`."""
        return self._on_answered("Transfer", call_id, lambda: self._begin_transfer(call_id, target))

    def transfer_to(self, call_id: str, other_call_id: str) -> bool:
        return self._on_answered("TransferTo", call_id, lambda: self._begin_transfer(call_id, other_call_id))

    def send_digits(self, call_id: str, digits: str, *, by_info: bool = False) -> bool:
        def send() -> None:
            self.sent_digits.append((call_id, digits))
            self._tell(msg.DigitsSent(call_id, digits, by_info))

        return self._on_answered("SendDigits", call_id, send)

    def say(self, call_id: str, wav: str, *, loop: bool = False) -> bool:
        """It plays until `stop_saying` or `prompt_is_over`."""
        return self._on_answered("Say", call_id, lambda: self._tell(msg.PromptBegan(call_id, wav, 1.0)))

    def stop_saying(self, call_id: str) -> bool:
        return self._on_answered("StopSaying", call_id, lambda: self._end_prompt(call_id, whole=False))

    def metronome(self, call_id: str, on: bool) -> bool:
        def switch() -> None:
            if self.calls[call_id].metronome != on:
                self._tell(msg.MetronomeSwitched(call_id, on))

        return self._on_answered("Metronome", call_id, switch)

    def supervise(
        self, target: str, monitored: str, mode: MonitorMode, by: str, account_id: str | None = None
    ) -> str | None:
        """The other seat lets us in at `far_end_answers`; `supervised` keeps the modes asked for."""
        if self.ready is None:
            return None
        call_id, line = new_id(), account_id or self._first_account()
        self.supervised.append((call_id, mode, ""))
        self._tell(msg.CallDialled(call_id, line, target, self._now_ms(), supervises=monitored))
        self._move(lambda places: rules.talk_to(places, call_id))
        return call_id

    def change_supervision(self, call_id: str, mode: MonitorMode, reason: str = "") -> bool:
        order, asked = "ChangeSupervision", (call_id, mode, reason)
        return self._on_answered(order, call_id, lambda: self.supervised.append(asked))

    def trust(self, trust: TrustSettings) -> None:
        self.trusted = trust

    def configure(self, accounts: tuple[AccountSettings, ...]) -> None:
        self._accounts = accounts
        if self.ready is not None:
            for account in accounts:
                direct = account.registrar is None
                code = 0 if direct else 200
                self._tell(msg.LineState(account.account_id, not direct, code, "", direct))

    def accept_calls(self, accept: bool) -> None:
        self.accepting = accept

    def dial_code(self, code: str) -> bool:
        return self._say(msg.CodeDialled(code, 603))

    def publish(self, note: str) -> bool:
        self.note = note
        return self._say(msg.NotePublished(note, 200))

    def turn_away(self, sip_code: int | None) -> bool:
        self.turning_away = sip_code
        return self.ready is not None

    def probe(self, target: str = "") -> str | None:
        probe_id = new_id()
        return probe_id if self._say(msg.LineProbed(probe_id, "", 1, 2, 200)) else None

    def use_headset(self, headset: HeadsetSettings) -> bool:
        ear, mouth = headset.ear or "virtual ear", headset.mouth or "virtual mouth"
        there = (self.headset.ears, self.headset.mouths) if self.headset is not None else ((), ())
        return self._say(msg.HeadsetState(ear, mouth, headset.speaker or ear, True, None, *there))

    def try_headset(self) -> str | None:
        trial_id = new_id()
        return trial_id if self._say(msg.HeadsetTried(trial_id, -20.0)) else None

    def try_ring(self, family: str) -> bool:
        return self.ready is not None

    def press_hook(self) -> bool:
        return self._say(msg.HookPressed(msg.HookSource.KEYBOARD, self._now_ms()))

    @property
    def headset(self) -> msg.HeadsetState | None:
        return self._mirror.headset

    @property
    def ready(self) -> msg.PhoneReady | None:
        return self._mirror.ready

    @property
    def lines(self) -> Mapping[str, msg.LineState]:
        return self._mirror.lines

    @property
    def calls(self) -> Mapping[str, CallView]:
        return self._mirror.calls

    @property
    def monitors(self) -> Mapping[str, MonitorView]:
        return self._mirror.monitors

    # The far end and the world.

    def happens(self, fact: msg.AnyEvent) -> None:
        """Anything a phone may tell: of its line, its sound, its devices."""
        self._tell(fact)

    def ring(self, number: str, name: str = "", dialled: str = "120", *, said: WithCall | None = None) -> str:
        """Somebody calls, `said` comes with the call; returns the call's id."""
        call_id = new_id()
        refusal = self.turning_away if self.accepting else 480
        if refusal is not None:
            self._tell(msg.CallRejected(number, name, dialled, refusal, self._now_ms()))
            return call_id
        account_id = self._first_account()
        waiting = CallPlace.TALK in self._places.values()
        stamps = self._now_ms(), time.monotonic_ns()
        self._tell(msg.CallRinging(call_id, account_id, number, name, dialled, "", *stamps, waiting=waiting))
        if said is not None:
            self._tell(msg.CallSaid(call_id, said))
        return call_id

    def stranger_calls(self, source: str, count: int = 1) -> None:
        """Somebody who is not the exchange: nothing rings."""
        self._tell(msg.StrangerRefused(source, "", count, self._now_ms()))

    def location_server_answers(self, call_id: str, fetched: Fetched) -> None:
        self._tell(msg.CallFetched(call_id, fetched))

    def far_end_answers(self, call_id: str) -> None:
        self._talk(call_id)

    def far_end_hangs_up(self, call_id: str) -> None:
        """Before the answer this is an abandoned call (487)."""
        answered = self.calls[call_id].stage is CallStage.TALKING
        self._end(call_id, msg.EndedBy.FAR_END, 200 if answered else 487)

    def far_end_keys(self, call_id: str, digits: str) -> None:
        for digit in digits:
            self._tell(msg.DigitReceived(call_id, digit, by_info=False))

    def far_end_accepts(self, call_id: str) -> None:
        """The transfer got there: the call ends."""
        self._tell(msg.CallTransferred(call_id, self._transfers.pop(call_id), self._now_ms()))
        self._end(call_id, msg.EndedBy.SEAT, 200)

    def far_end_declines(self, call_id: str, sip_code: int = 603) -> None:
        """The transfer failed: the call is still ours."""
        del self._transfers[call_id]
        self._tell(msg.TransferFailed(call_id, sip_code, "Declined"))

    def heard_badly(self, call_id: str, *, final: bool = False) -> None:
        """A fifth of the audio is lost; `final` says it of the whole call."""
        self._tell(msg.CallQuality(call_id, 20.0, 45.0, 180.0, 2.4, bad=True, final=final))

    def falls_silent(self, call_id: str, over_after_ms: int | None = None) -> None:
        """Nobody hears them; given how long that lasted, it is over."""
        if over_after_ms is None:
            self._tell(msg.DeadAirBegan(call_id, self._now_ms()))
        else:
            self._tell(msg.DeadAirEnded(call_id, self._now_ms(), over_after_ms))

    def prompt_is_over(self, call_id: str) -> None:
        self._end_prompt(call_id, whole=True)

    def supervisor_comes(self, call_id: str, mode: MonitorMode, number: str, name: str = "") -> str:
        """A signed call for this one came; the hidden leg's id."""
        monitor_id = new_id()
        self._tell(msg.MonitorBegan(monitor_id, call_id, mode, number, name, self._now_ms()))
        self._follow(call_id, mode)
        return monitor_id

    def supervisor_changes(self, monitor_id: str, mode: MonitorMode, reason: str = "") -> None:
        call_id = self.monitors[monitor_id].call_id
        self._tell(msg.MonitorChanged(monitor_id, call_id, mode, self._now_ms(), reason=reason))
        self._follow(call_id, mode)

    def supervisor_goes(self, monitor_id: str) -> None:
        self._tell(msg.MonitorEnded(monitor_id, self.monitors[monitor_id].call_id, self._now_ms()))
        self._move(rules.give_back)

    def stranger_tries(self, call_id: str, reason: str = "wrong signature") -> None:
        """Somebody without right wants to listen."""
        self._tell(msg.MonitorRefused("", "", "192.0.2.1:5060", reason, self._now_ms(), call_id, None))

    def die(self, reason: str = "killed by SIGKILL") -> None:
        """The phone process is gone, and its calls with it."""
        for ended in self._mirror.lost_calls("phone_restarted", self._now_ms()):
            self._tell(ended)
        self._places, self._transfers = {}, {}
        self._tell(msg.PhoneDown(reason, restarting=True))

    def revive(self) -> None:
        self.start()

    def _talk(self, call_id: str) -> None:
        self._tell(msg.CallMedia(call_id, active=True))
        self._tell(msg.CallAnswered(call_id, self._now_ms(), time.monotonic_ns()))

    def _order_end(self, call_id: str, order: str, sip_code: int) -> bool:
        if self.ready is None:
            return False
        if call_id in self.calls:
            self._end(call_id, msg.EndedBy.SEAT, sip_code)
        else:
            self._tell(msg.CommandRefused(call_id, order, "no such call"))
        return True

    def _end(self, call_id: str, ended_by: msg.EndedBy, sip_code: int) -> None:
        answered = self.calls[call_id].stage is CallStage.TALKING
        self._transfers.pop(call_id, None)
        self._move(lambda places: rules.ended(places, call_id))
        self._tell(msg.CallEnded(call_id, ended_by, sip_code, "", answered, self._now_ms()))
        for monitor_id in [m.monitor_id for m in self.monitors.values() if m.call_id == call_id]:
            self.supervisor_goes(monitor_id)

    def _order(self, order: str, call_ids: tuple[str, ...], rule: Callable[[Places], Places]) -> bool:
        if self.ready is None:
            return False
        for call_id in call_ids:
            if self._places.get(call_id) in {None, CallPlace.ALONE}:
                self._tell(msg.CommandRefused(call_id, order, "the call is not in conversation"))
                return True
        try:
            self._move(rule)
        except msg.NotNowError as error:
            self._tell(msg.CommandRefused("", order, str(error)))
        return True

    def _on_answered(self, order: str, call_id: str, action: Callable[[], None]) -> bool:
        if self.ready is None:
            return False
        call = self.calls.get(call_id)
        if call is None or call.stage is not CallStage.TALKING:
            self._tell(msg.CommandRefused(call_id, order, "the call is not answered"))
        else:
            action()
        return True

    def _move(self, rule: Callable[[Places], Places]) -> None:
        with self._lock:
            before, self._places = self._places, rule(self._places)
            for call_id, place in self._places.items():
                if before.get(call_id) is not place:
                    self._tell(msg.CallMoved(call_id, place, self._now_ms()))

    def _begin_transfer(self, call_id: str, target: str) -> None:
        self._transfers[call_id] = target
        self._tell(msg.TransferProgressed(call_id, 100))

    def _end_prompt(self, call_id: str, *, whole: bool) -> None:
        if self.calls[call_id].prompt:
            self._tell(msg.PromptEnded(call_id, self.calls[call_id].prompt, whole))

    def _follow(self, call_id: str, mode: MonitorMode) -> None:
        """What the supervisor's mode does to the call."""
        if mode is MonitorMode.TAKE_OVER:
            self._move(lambda places: rules.take_over(places, call_id))
        elif mode is MonitorMode.RELEASE:
            self._end(call_id, msg.EndedBy.SUPERVISOR, 200)
        else:
            self._move(rules.give_back)

    def _say(self, event: msg.AnyEvent) -> bool:
        if self.ready is None:
            return False
        self._tell(event)
        return True

    def _first_account(self) -> str:
        return self._accounts[0].account_id if self._accounts else "virtual"

    def _tell(self, event: msg.AnyEvent) -> None:
        with self._lock:
            self._mirror.apply(event)
            self._on_event(event)
