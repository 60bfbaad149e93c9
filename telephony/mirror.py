"""What the seat knows of its phone, folded from events: pure, read from any thread without a lock.

The dictionaries are replaced, never changed, so whoever took one keeps a consistent picture.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType

import msgspec
from msgspec import Struct

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.location.said import Fetched, WithCall
from telephony.monitoring import MonitorMode

DIGITS_KEPT = 64


class CallStage(enum.StrEnum):
    RINGING = "ringing"  # comes in, waits for our answer
    DIALLING = "dialling"  # goes out, waits for theirs
    TALKING = "talking"


class CallView(Struct, frozen=True):
    """One live call. `audio`: packets may flow. `place` `None`: it rings and stands nowhere yet.

    `waiting`: it rings while the operator talks. `digits`: key tones of the far end so far, the last ones.
    `quality`: of the last second, `None` before the first. `dead_air_since_ms` `None`: the far end is heard.
    `supervises`: the call of another seat that this leg of a supervisor is with, "": none.
    `stands`: how that is, as the other seat's telephone says, `None`: it has not.
    `said`: what else came with the call, `None`: nothing so far; `fetched`: what location servers answered.
    """

    call_id: str
    account_id: str
    number: str
    name: str
    stage: CallStage
    since_ms: int
    audio: bool = False
    place: CallPlace | None = None
    place_since_ms: int = 0
    waiting: bool = False
    transferring: bool = False
    prompt: str = ""
    metronome: bool = False
    digits: str = ""
    quality: msg.CallQuality | None = None
    dead_air_since_ms: int | None = None
    said: WithCall | None = None
    fetched: tuple[Fetched, ...] = ()
    supervises: str = ""
    stands: msg.SupervisionStands | None = None


class MonitorView(Struct, frozen=True):
    """A supervisor who is with a call now."""

    monitor_id: str
    call_id: str
    mode: MonitorMode
    by_number: str
    by_name: str
    since_ms: int


class PhoneMirror:
    """`ready` is `None` while there is no telephone."""

    def __init__(self) -> None:
        self.ready: msg.PhoneReady | None = None
        self.headset: msg.HeadsetState | None = None
        self.lines: Mapping[str, msg.LineState] = MappingProxyType({})
        self.calls: Mapping[str, CallView] = MappingProxyType({})
        self.monitors: Mapping[str, MonitorView] = MappingProxyType({})

    def apply(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.PhoneReady():
                self.ready = event
            case msg.PhoneDown():
                self.ready, self.lines, self.calls = None, MappingProxyType({}), MappingProxyType({})
                self.monitors, self.headset = MappingProxyType({}), None
            case msg.HeadsetState():
                self.headset = event
            case msg.LineState(account_id):
                self.lines = MappingProxyType({**self.lines, account_id: event})
            case msg.CallEnded(call_id):
                self.calls = MappingProxyType({k: v for k, v in self.calls.items() if k != call_id})
            case msg.MonitorBegan() | msg.MonitorChanged() | msg.MonitorEnded():
                self._apply_monitor(event)
            case _:
                self._apply_call(event)

    def _apply_call(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.CallRinging(call_id, account_id, number, name, at_ms=at_ms, waiting=waiting):
                stage = CallStage.RINGING
                self._put(CallView(call_id, account_id, number, name, stage, at_ms, waiting=waiting))
            case msg.CallDialled(call_id, account_id, target, at_ms, supervises=supervises):
                stage = CallStage.DIALLING
                self._put(CallView(call_id, account_id, target, "", stage, at_ms, supervises=supervises))
            case msg.CallReplaced(call_id, replaced, number, name, at_ms) if replaced in self.calls:
                account_id = self.calls[replaced].account_id
                self._put(CallView(call_id, account_id, number, name, CallStage.TALKING, at_ms))
            case msg.CallAnswered(call_id, at_ms):
                self._change(call_id, stage=CallStage.TALKING, since_ms=at_ms, waiting=False)
            case msg.CallMedia(call_id, active):
                self._change(call_id, audio=active)
            case msg.CallQuality() | msg.DeadAirBegan() | msg.DeadAirEnded():
                self._apply_heard(event)
            case _:
                self._apply_detail(event)

    def _apply_detail(self, event: msg.AnyEvent) -> None:
        match event:
            case msg.SupervisionStands(call_id):
                self._change(call_id, stands=event)
            case msg.CallMoved(call_id, place, at_ms):
                self._change(call_id, place=place, place_since_ms=at_ms)
            case msg.TransferProgressed(call_id):
                self._change(call_id, transferring=True)
            case msg.TransferFailed(call_id):
                self._change(call_id, transferring=False)
            case msg.PromptBegan(call_id, wav):
                self._change(call_id, prompt=wav)
            case msg.PromptEnded(call_id):
                self._change(call_id, prompt="")
            case msg.MetronomeSwitched(call_id, on):
                self._change(call_id, metronome=on)
            case msg.CallSaid(call_id, said):
                self._change(call_id, said=said)
            case msg.CallFetched(call_id, fetched) if call_id in self.calls:
                self._change(call_id, fetched=(*self.calls[call_id].fetched, fetched))
            case msg.DigitReceived(call_id, digit) if call_id in self.calls:
                self._change(call_id, digits=(self.calls[call_id].digits + digit)[-DIGITS_KEPT:])
            case _:
                pass  # nothing to remember

    def _apply_heard(self, event: msg.CallQuality | msg.DeadAirBegan | msg.DeadAirEnded) -> None:
        match event:
            case msg.CallQuality(call_id):
                self._change(call_id, quality=event)
            case msg.DeadAirBegan(call_id, at_ms):
                self._change(call_id, dead_air_since_ms=at_ms)
            case msg.DeadAirEnded(call_id):
                self._change(call_id, dead_air_since_ms=None)

    def _apply_monitor(self, event: msg.MonitorBegan | msg.MonitorChanged | msg.MonitorEnded) -> None:
        rest = {k: v for k, v in self.monitors.items() if k != event.monitor_id}
        match event:
            case msg.MonitorBegan(monitor_id, call_id, mode, number, name, at_ms):
                rest[monitor_id] = MonitorView(monitor_id, call_id, mode, number, name, at_ms)
            case msg.MonitorChanged(monitor_id, mode=mode) if monitor_id in self.monitors:
                rest[monitor_id] = msgspec.structs.replace(self.monitors[monitor_id], mode=mode)
        self.monitors = MappingProxyType(rest)

    def lost_calls(self, reason: str, at_ms: int) -> list[msg.CallEnded]:
        """The end of every live call, as when the phone process died with them."""
        return [
            msg.CallEnded(c.call_id, msg.EndedBy.PHONE, 0, reason, c.stage is CallStage.TALKING, at_ms)
            for c in self.calls.values()
        ]

    def to_swap_with(self) -> str | None:
        """The call that was put on hold last, `None` when nobody waits."""
        waiting = [c for c in self.calls.values() if c.place is CallPlace.HELD]
        return max(waiting, key=lambda c: c.place_since_ms).call_id if waiting else None

    def _put(self, call: CallView) -> None:
        self.calls = MappingProxyType({**self.calls, call.call_id: call})

    def _change(self, call_id: str, **changes: object) -> None:
        if call_id in self.calls:
            self._put(msgspec.structs.replace(self.calls[call_id], **changes))
