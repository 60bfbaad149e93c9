"""What the seat knows of its phone, folded from events: pure, read from any thread without a lock.

Both dictionaries are replaced, never changed, so whoever took one keeps a consistent picture.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Struct

from telephony import messages as msg


class CallStage(enum.StrEnum):
    RINGING = "ringing"  # comes in, waits for our answer
    DIALLING = "dialling"  # goes out, waits for theirs
    TALKING = "talking"


class CallView(Struct, frozen=True):
    """One live call. `audio`: packets may flow."""

    call_id: str
    account_id: str
    number: str
    name: str
    stage: CallStage
    since_ms: int
    audio: bool = False


class PhoneMirror:
    """`ready` is `None` while there is no telephone."""

    def __init__(self) -> None:
        self.ready: msg.PhoneReady | None = None
        self.lines: Mapping[str, msg.LineState] = MappingProxyType({})
        self.calls: Mapping[str, CallView] = MappingProxyType({})

    def apply(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.PhoneReady():
                self.ready = event
            case msg.PhoneDown():
                self.ready, self.lines, self.calls = None, MappingProxyType({}), MappingProxyType({})
            case msg.LineState(account_id):
                self.lines = MappingProxyType({**self.lines, account_id: event})
            case msg.CallRinging(call_id, account_id, number, name, at_ms=at_ms):
                self._put(CallView(call_id, account_id, number, name, CallStage.RINGING, at_ms))
            case msg.CallDialled(call_id, account_id, target, at_ms):
                self._put(CallView(call_id, account_id, target, "", CallStage.DIALLING, at_ms))
            case msg.CallAnswered(call_id, at_ms):
                self._change(call_id, stage=CallStage.TALKING, since_ms=at_ms)
            case msg.CallMedia(call_id, active):
                self._change(call_id, audio=active)
            case msg.CallEnded(call_id):
                self.calls = MappingProxyType({k: v for k, v in self.calls.items() if k != call_id})
            case _:
                pass  # nothing to remember

    def lost_calls(self, reason: str, at_ms: int) -> list[msg.CallEnded]:
        """The end of every live call, as when the phone process died with them."""
        return [
            msg.CallEnded(c.call_id, msg.EndedBy.PHONE, 0, reason, c.stage is CallStage.TALKING, at_ms)
            for c in self.calls.values()
        ]

    def _put(self, call: CallView) -> None:
        self.calls = MappingProxyType({**self.calls, call.call_id: call})

    def _change(self, call_id: str, **changes: object) -> None:
        if call_id in self.calls:
            self._put(msgspec.structs.replace(self.calls[call_id], **changes))
