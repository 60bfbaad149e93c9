"""The seat's side of the telephone: supervises the phone process, mirrors its state, replays its accounts.

When the process dies, its calls are reported lost at once and the process is back, registered again, in less
than two seconds; the window and what was typed in it never notice.
"""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from store.bus.child import Child, ChildPhase, ChildState
from store.core.ids import new_id
from telephony import messages as msg
from telephony.mirror import CallView, MonitorView, PhoneMirror
from telephony.monitoring import MonitorMode
from telephony.settings import AccountSettings, HeadsetSettings, PhoneSettings, TrustSettings, Voice

SILENCE_S_MAX = 10.0  # a loop that hangs so long is killed; a slow name server may hold it for seconds
PHONE_RESTARTED = "phone_restarted"

log = logging.getLogger(__name__)


class Phone:
    """One seat's phone. `on_event` is called on the phone's own thread and must return soon."""

    PROCESS = "telephony.process"  # the module that runs in the child

    def __init__(self, settings: PhoneSettings, on_event: Callable[[msg.AnyEvent], None]) -> None:
        self._settings = settings
        self._accounts = settings.accounts
        self._accepting = settings.accepting
        self._trust = settings.trust
        self._turning_away: int | None = None
        self._note = ""
        self._headset: HeadsetSettings | None = None
        self._on_event = on_event
        self._mirror = PhoneMirror()
        self._last_words = ""
        engine = msgspec.json.encode(settings.engine).decode()
        self._child = Child(
            self.PROCESS,
            [engine],
            self._on_message,
            self._on_state,
            silence_s_max=SILENCE_S_MAX,
            on_hung=lambda hung: self._tell(msg.PhoneHung(hung)),
        )

    def start(self) -> None:
        self._child.start()

    def stop(self, deadline_s: float) -> None:
        """Hang up, un-register, finish recordings; killed after `deadline_s`."""
        self._child.stop(deadline_s)

    def answer(self, call_id: str) -> bool:
        return self._send(msg.Answer(call_id))

    def reject(self, call_id: str, sip_code: int = 486) -> bool:
        return self._send(msg.Reject(call_id, sip_code))

    def hang_up(self, call_id: str) -> bool:
        return self._send(msg.HangUp(call_id))

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
        conveyed: tuple[msg.Conveyed, ...] = (),
    ) -> str | None:
        """Call a SIP address, or a number through the account's registrar; the call's id, `None` refused."""
        asserted, about = (asserted_number, asserted_name), (call_back_of, incident_id)
        order = msg.Dial(new_id(), target, account_id, *asserted, voice, seconds_max, *about, conveyed)
        return order.call_id if self._send(order) else None

    def talk_to(self, call_id: str) -> bool:
        return self._send(msg.TalkTo(call_id))

    def swap(self) -> bool:
        waiting = self._mirror.to_swap_with()
        return waiting is not None and self._send(msg.TalkTo(waiting))

    def hold(self, call_id: str) -> bool:
        return self._send(msg.Hold(call_id))

    def confer(self, call_ids: tuple[str, ...]) -> bool:
        return self._send(msg.Confer(call_ids))

    def leave_conference(self) -> bool:
        return self._send(msg.LeaveConference())

    def rejoin_conference(self) -> bool:
        return self._send(msg.RejoinConference())

    def transfer(self, call_id: str, target: str) -> bool:
        return self._send(msg.Transfer(call_id, target))

    def transfer_to(self, call_id: str, other_call_id: str) -> bool:
        return self._send(msg.TransferTo(call_id, other_call_id))

    def send_digits(self, call_id: str, digits: str, *, by_info: bool = False) -> bool:
        return self._send(msg.SendDigits(call_id, digits, by_info))

    def say(self, call_id: str, wav: str, *, loop: bool = False) -> bool:
        return self._send(msg.Say(call_id, wav, loop))

    def stop_saying(self, call_id: str) -> bool:
        return self._send(msg.StopSaying(call_id))

    def metronome(self, call_id: str, on: bool) -> bool:
        return self._send(msg.Metronome(call_id, on))

    def supervise(
        self, target: str, monitored: str, mode: MonitorMode, by: str, account_id: str | None = None
    ) -> str | None:
        order = msg.Supervise(new_id(), target, monitored, mode, by, account_id)
        return order.call_id if self._send(order) else None

    def change_supervision(self, call_id: str, mode: MonitorMode, reason: str = "") -> bool:
        return self._send(msg.ChangeSupervision(call_id, mode, reason))

    def trust(self, trust: TrustSettings) -> None:
        """From now on, also after every restart."""
        self._trust = trust
        self._send_trust()

    def configure(self, accounts: tuple[AccountSettings, ...]) -> None:
        """These accounts from now on, also after every restart."""
        self._accounts = accounts
        self._send_accounts()

    def accept_calls(self, accept: bool) -> None:
        """From now on, also after every restart."""
        self._accepting = accept
        self._send_accepting()

    def probe(self, target: str = "") -> str | None:
        order = msg.ProbeLine(new_id(), target)
        return order.probe_id if self._send(order) else None

    def dial_code(self, code: str) -> bool:
        return self._send(msg.DialCode(code))

    def publish(self, note: str) -> bool:
        """From now on, also after every restart."""
        self._note = note
        return self._send(msg.PublishNote(note))

    def turn_away(self, sip_code: int | None) -> bool:
        """From now on, also after every restart."""
        self._turning_away = sip_code
        return self._send(msg.TurnAway(sip_code))

    def use_headset(self, headset: HeadsetSettings) -> bool:
        """From now on, also after every restart."""
        self._headset = headset
        return self._send(msg.UseHeadset(headset))

    def try_headset(self) -> str | None:
        order = msg.TryHeadset(new_id())
        return order.trial_id if self._send(order) else None

    def try_ring(self, family: str) -> bool:
        return self._send(msg.TryRing(family))

    def press_hook(self) -> bool:
        return self._send(msg.PressHook())

    def recording_path(self, closed: msg.RecordingClosed) -> Path:
        """Where the recording lies on this machine."""
        assert self._settings.engine.recordings_dir is not None
        return Path(self._settings.engine.recordings_dir) / closed.path

    @property
    def headset(self) -> msg.HeadsetState | None:
        """The devices in use; `None` while there are none, or no telephone."""
        return self._mirror.headset

    @property
    def ready(self) -> msg.PhoneReady | None:
        """`None` while there is no telephone."""
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

    @property
    def child(self) -> ChildState:
        """How the process stands: pid, restarts, crash loop."""
        return self._child.state

    def _send(self, command: msg.Command) -> bool:
        return self._mirror.ready is not None and self._child.send(msg.encode(command))

    def _send_accounts(self) -> None:
        """Two threads may be here at once: the last order must be the newest accounts."""
        while True:
            accounts = self._accounts
            self._send(msg.ConfigureAccounts(accounts))
            if accounts is self._accounts:
                return

    def _send_accepting(self) -> None:
        """As above."""
        while True:
            accepting = self._accepting
            self._send(msg.AcceptCalls(accepting))
            if accepting is self._accepting:
                return

    def _send_trust(self) -> None:
        """As above."""
        while True:
            trust = self._trust
            self._send(msg.Trust(trust))
            if trust is self._trust:
                return

    # Below: the child's thread.

    def _on_message(self, frame: bytes) -> None:
        event = msg.decode_event(frame)
        if isinstance(event, msg.PhoneDown):
            self._last_words = event.reason  # told when the process has ended, with what follows from it
            return
        self._tell(event)
        if isinstance(event, msg.PhoneReady):
            self._last_words = ""
            self._send_trust()
            self._send_accepting()  # before there is a line anybody could call
            self._send(msg.TurnAway(self._turning_away))
            if self._note:
                self._send(msg.PublishNote(self._note))
            if self._headset is not None:
                self._send(msg.UseHeadset(self._headset))
            self._send_accounts()

    def _on_state(self, state: ChildState) -> None:
        if state.phase not in (ChildPhase.WAITING, ChildPhase.STOPPED):
            return
        for ended in self._mirror.lost_calls(PHONE_RESTARTED, time.time_ns() // 1_000_000):
            self._tell(ended)
        restarting = state.phase is ChildPhase.WAITING
        reason = self._last_words or state.reason or "" if restarting else "stopped"
        self._tell(msg.PhoneDown(reason, restarting, state.crash_loop))

    def _tell(self, event: msg.AnyEvent) -> None:
        self._mirror.apply(event)
        try:
            self._on_event(event)
        except Exception:  # a listener's mistake must not cost the telephone
            log.exception("listener failed on %r", event)
