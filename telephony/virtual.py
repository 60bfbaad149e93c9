"""A phone without telephony: the same contract as `phone.Phone`, driven by the test or drill that owns it."""

import threading
import time
from collections.abc import Callable, Mapping

from store.core.ids import new_id
from telephony import messages as msg
from telephony.mirror import CallStage, CallView, PhoneMirror
from telephony.settings import AccountSettings, Voice

CAPABILITIES = msg.Capabilities("virtual", ("PCMA/8000/1",), (), tls=False, srtp=False, calls_max=4)


class VirtualPhone:
    """Events come at once, on the thread that caused them; one lock keeps their order.

    The far end is played by `ring`, `far_end_answers`, `far_end_hangs_up`; the process by `die` and `revive`.
    """

    def __init__(
        self, on_event: Callable[[msg.AnyEvent], None], accounts: tuple[AccountSettings, ...] = ()
    ) -> None:
        self._on_event = on_event
        self._accounts = accounts
        self.accepting = True
        self._mirror = PhoneMirror()
        self._lock = threading.RLock()

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
    ) -> str | None:
        if self.ready is None:
            return None
        call_id = new_id()
        self._tell(msg.CallDialled(call_id, account_id or self._first_account(), target, _now_ms()))
        self._tell(msg.CallEarly(call_id, 180))
        return call_id

    def configure(self, accounts: tuple[AccountSettings, ...]) -> None:
        self._accounts = accounts
        if self.ready is not None:
            for account in accounts:
                direct = account.registrar is None
                code = 0 if direct else 200
                self._tell(msg.LineState(account.account_id, not direct, code, "", direct))

    def accept_calls(self, accept: bool) -> None:
        self.accepting = accept

    def probe(self, target: str = "") -> str | None:
        if self.ready is None:
            return None
        probe_id = new_id()
        self._tell(msg.LineProbed(probe_id, "", 1, 2, 200))
        return probe_id

    @property
    def ready(self) -> msg.PhoneReady | None:
        return self._mirror.ready

    @property
    def lines(self) -> Mapping[str, msg.LineState]:
        return self._mirror.lines

    @property
    def calls(self) -> Mapping[str, CallView]:
        return self._mirror.calls

    # The far end and the world.

    def ring(self, number: str, name: str = "", dialled: str = "120") -> str:
        """Somebody calls; returns the call's id."""
        call_id = new_id()
        if not self.accepting:
            self._tell(msg.CallRejected(number, name, dialled, 480, _now_ms()))
            return call_id
        account_id = self._first_account()
        self._tell(
            msg.CallRinging(call_id, account_id, number, name, dialled, "", _now_ms(), time.monotonic_ns())
        )
        return call_id

    def far_end_answers(self, call_id: str) -> None:
        self._talk(call_id)

    def far_end_hangs_up(self, call_id: str) -> None:
        """Before the answer this is an abandoned call (487)."""
        answered = self.calls[call_id].stage is CallStage.TALKING
        self._end(call_id, msg.EndedBy.FAR_END, 200 if answered else 487)

    def die(self, reason: str = "killed by SIGKILL") -> None:
        """The phone process is gone, and its calls with it."""
        for ended in self._mirror.lost_calls("phone_restarted", _now_ms()):
            self._tell(ended)
        self._tell(msg.PhoneDown(reason, restarting=True))

    def revive(self) -> None:
        self.start()

    def _talk(self, call_id: str) -> None:
        self._tell(msg.CallMedia(call_id, active=True))
        self._tell(msg.CallAnswered(call_id, _now_ms(), time.monotonic_ns()))

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
        self._tell(msg.CallEnded(call_id, ended_by, sip_code, "", answered, _now_ms()))

    def _first_account(self) -> str:
        return self._accounts[0].account_id if self._accounts else "virtual"

    def _tell(self, event: msg.AnyEvent) -> None:
        with self._lock:
            self._mirror.apply(event)
            self._on_event(event)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
