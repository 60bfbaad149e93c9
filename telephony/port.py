"""The phone as the console sees it. `phone.Phone` and `virtual.VirtualPhone` keep the same contract."""

from collections.abc import Mapping
from typing import Protocol

from telephony.messages import LineState, PhoneReady
from telephony.mirror import CallView
from telephony.settings import AccountSettings, Voice


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
    ) -> str | None:
        """The new call's id; `None` when refused."""

    def configure(self, accounts: tuple[AccountSettings, ...]) -> None:
        """These accounts from now on, also after every restart."""

    def accept_calls(self, accept: bool) -> None:
        """Whether callers are let in from now on, also after every restart; else they hear 480 at once."""

    def probe(self, target: str = "") -> str | None:
        """Begin a test call ("": to ourselves); its id, the answer is a `LineProbed`. `None` when refused."""

    @property
    def ready(self) -> PhoneReady | None: ...
    @property
    def lines(self) -> Mapping[str, LineState]: ...
    @property
    def calls(self) -> Mapping[str, CallView]: ...
