"""The phone as the console sees it. `phone.Phone` and `virtual.VirtualPhone` keep the same contract."""

from collections.abc import Mapping
from typing import Protocol

from telephony.messages import HeadsetState, LineState, PhoneReady
from telephony.mirror import CallView, MonitorView
from telephony.monitoring import MonitorMode
from telephony.settings import AccountSettings, HeadsetSettings, TrustSettings, Voice


class PhonePort(Protocol):
    """Every method may be called from any thread and returns at once; what came of it is an event.

    Orders return False when there is no telephone at the moment: they are refused, never kept for later.
    """

    def start(self) -> None: ...
    def stop(self, deadline_s: float) -> None: ...
    def answer(self, call_id: str) -> bool: ...
    def reject(self, call_id: str, sip_code: int = 486) -> bool: ...
    def hang_up(self, call_id: str) -> bool: ...

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
        """The new call's id; `None` when refused. Whoever the operator talks with goes on hold."""

    def talk_to(self, call_id: str) -> bool:
        """Talk with this call alone: resume it, or take it out of a conference; the others go on hold."""

    def swap(self) -> bool:
        """Talk with the one that was put on hold last; False also when nobody waits."""

    def hold(self, call_id: str) -> bool: ...

    def confer(self, call_ids: tuple[str, ...]) -> bool:
        """These calls join whoever the operator talks with."""

    def leave_conference(self) -> bool:
        """The others talk on without the operator."""

    def rejoin_conference(self) -> bool: ...

    def transfer(self, call_id: str, target: str) -> bool:
        """Send the far end to a number or SIP address: `CallTransferred` or `TransferFailed` follows."""

    def transfer_to(self, call_id: str, other_call_id: str) -> bool:
        """Join the far ends of two answered calls and step out."""

    def send_digits(self, call_id: str, digits: str, *, by_info: bool = False) -> bool: ...

    def say(self, call_id: str, wav: str, *, loop: bool = False) -> bool:
        """Play a WAV file of this machine into the call."""

    def stop_saying(self, call_id: str) -> bool: ...
    def metronome(self, call_id: str, on: bool) -> bool: ...

    def supervise(
        self, target: str, monitored: str, mode: MonitorMode, by: str, account_id: str | None = None
    ) -> str | None:
        """Call the seat at `target` to be with its call `monitored`; our leg's id, `None` when refused.

        `by`: staff number, a space, name; signed, and what the seat's journal says of who it was.
        """

    def change_supervision(self, call_id: str, mode: MonitorMode, reason: str = "") -> bool:
        """The same leg in another mode; the seat is told the `reason`."""

    def trust(self, trust: TrustSettings) -> None:
        """Whom to obey from now on, also after every restart."""

    def configure(self, accounts: tuple[AccountSettings, ...]) -> None:
        """These accounts from now on, also after every restart."""

    def accept_calls(self, accept: bool) -> None:
        """Whether callers are let in from now on, also after every restart; else they hear 480 at once."""

    def dial_code(self, code: str) -> bool:
        """Say something to the exchange by a feature code; the answer is a `CodeDialled`."""

    def publish(self, note: str) -> bool:
        """The seat's state in the exchange's words, from now on, also after every restart."""

    def turn_away(self, sip_code: int | None) -> bool:
        """What new callers hear from now on, also after every restart; `None` lets them in."""

    def probe(self, target: str = "") -> str | None:
        """Begin a test call ("": to ourselves); its id, the answer is a `LineProbed`. `None` when refused."""

    def use_headset(self, headset: HeadsetSettings) -> bool:
        """These sound devices from now on, also after every restart; what is used is a `HeadsetState`."""

    def try_headset(self) -> str | None:
        """Record the operator for two seconds and play it back; its id, the answer is a `HeadsetTried`."""

    def try_ring(self, family: str) -> bool:
        """Sound this family once on the speaker."""

    def press_hook(self) -> bool:
        """The keyboard's hook key; comes back as `HookPressed`, like the headset's own."""

    @property
    def headset(self) -> HeadsetState | None:
        """The devices in use; `None` while there are none, or no telephone."""

    @property
    def ready(self) -> PhoneReady | None: ...
    @property
    def lines(self) -> Mapping[str, LineState]: ...
    @property
    def calls(self) -> Mapping[str, CallView]: ...
    @property
    def monitors(self) -> Mapping[str, MonitorView]: ...
