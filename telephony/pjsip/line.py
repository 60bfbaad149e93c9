"""One account: its registration state out, its incoming calls to the switchboard."""

from typing import Protocol

import pjsua2 as pj

from telephony.messages import AnyEvent, LineState
from telephony.pjsip.guard import guarded
from telephony.settings import AccountSettings
from telephony.sip_headers import clean_text


class LineOwner(Protocol):
    """What a line needs from the switchboard."""

    def emit(self, event: AnyEvent) -> None: ...
    def call_came(self, line: "Line", pj_id: int, message: str) -> None: ...


class Line(pj.Account):  # type: ignore[misc]
    """Lives on the library's one thread, from `create` to `shutdown`."""

    def __init__(self, owner: LineOwner, settings: AccountSettings) -> None:
        super().__init__()
        self.owner = owner
        self.emit = owner.emit
        self.settings = settings

    def report(self) -> None:
        """Say how the line stands now."""
        state = self.getInfo()
        self.emit(
            LineState(
                self.settings.account_id,
                registered=bool(state.regIsActive),
                code=int(state.regStatus) if self.settings.registrar else 0,
                text=clean_text(str(state.regStatusText)) if self.settings.registrar else "",
                direct=self.settings.registrar is None,
            )
        )

    @guarded
    def onRegState(self, _param: pj.OnRegStateParam) -> None:
        self.report()

    @guarded
    def onIncomingCall(self, param: pj.OnIncomingCallParam) -> None:
        self.owner.call_came(self, int(param.callId), str(param.rdata.wholeMsg))
