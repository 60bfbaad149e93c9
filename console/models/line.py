"""The calls of this seat's telephone as it tells them, before the hub has confirmed them.

The floor wins where it knows better; a call the hub cannot hear of stays on the screen all the same.
"""

from msgspec import Struct
from msgspec.structs import replace

from console.models.labelling import Labelling
from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import CallResult, Direction
from dispatch.words import Call, Recording
from telephony import messages as phone

ENDED_KEPT_MAX = 50


class PhoneLamp(Struct):
    """How the telephone stands: words for the lamp come from `lamps`."""

    running: bool = False
    registered: bool = False
    direct: bool = False
    audio: str = ""
    text: str = ""
    account_id: str = ""  # the seat's own line, which is told first; the others are ring groups
    recorder_fault: str = ""


class Line:
    """Calls of our own telephone, newest facts; `report` turns each fact into orders for the hub."""

    def __init__(self, site: str = "") -> None:
        self.site = site
        self.calls: dict[str, Call] = {}
        self.lamp = PhoneLamp()
        self.labels = Labelling()

    def take(self, event: phone.AnyEvent) -> tuple[cmd.Command, ...]:
        """Remember what the telephone says; what the hub must hear of it."""
        match event:
            case phone.CallRinging():
                call = Call(event.call_id, self.site, Direction.INBOUND, event.number, event.at_ms)
                self.calls[call.id] = replace(call, name=event.name, dialled=event.dialled)
                return (cmd.ReportRinging(call.id, event.number, name=event.name, dialled=event.dialled),)
            case phone.CallDialled():
                call = Call(event.call_id, self.site, Direction.OUTBOUND, event.target, event.at_ms)
                self.calls[call.id] = call
                return (cmd.ReportRinging(call.id, event.target, Direction.OUTBOUND),)
            case phone.CallAnswered() if event.call_id in self.calls:
                self._edit(event.call_id, answered_at=event.at_ms)
                return (cmd.ReportAnswered(event.call_id),)
            case phone.CallEnded() if event.call_id in self.calls:
                return (self._ended(event),)
            case phone.RecordingClosed():
                return (cmd.KeepRecording(event.call_id, _recording(event)),)
            case _:
                self._lamp(event)
                return ()

    def _ended(self, event: phone.CallEnded) -> cmd.ReportCallEnded:
        result = CallResult.TALKED if event.answered else CallResult.NOT_ANSWERED
        if event.ended_by in {phone.EndedBy.PHONE, phone.EndedBy.NETWORK}:
            result = CallResult.LINE_FAULT
        elif not event.answered and event.ended_by is phone.EndedBy.SEAT:
            result = CallResult.REJECTED
        self._edit(event.call_id, ended_at=event.at_ms, result=result)
        self._forget_old()
        return cmd.ReportCallEnded(event.call_id, result, event.ended_by is phone.EndedBy.FAR_END)

    def _edit(self, call_id: str, **fields: object) -> None:
        self.calls[call_id] = replace(self.calls[call_id], **fields)

    def _forget_old(self) -> None:
        ended = [key for key, call in self.calls.items() if call.ended_at is not None]
        for key in ended[:-ENDED_KEPT_MAX]:
            del self.calls[key]

    def _lamp(self, event: phone.AnyEvent) -> None:
        lamp = self.lamp
        match event:
            case phone.PhoneReady():
                lamp.running, lamp.audio, lamp.text = True, event.audio, ""
            case phone.PhoneDown():
                lamp.running, lamp.registered, lamp.text = False, False, event.reason
                lamp.account_id = ""
            case phone.LineState() if lamp.account_id in {"", event.account_id}:
                lamp.account_id = event.account_id
                lamp.registered, lamp.direct, lamp.text = event.registered, event.direct, event.text
            case phone.RecordingFailed():
                lamp.recorder_fault = event.reason
            case phone.PhoneFault():
                lamp.text = event.text

    def call(self, floor: Floor, call_id: str | None) -> Call | None:
        """The call as known best: the floor's record with our newer facts laid over it."""
        ours, theirs = self.calls.get(call_id or ""), floor.calls.get(call_id or "")
        if ours is None or theirs is None:
            return theirs or ours
        return replace(
            theirs,
            answered_at=theirs.answered_at or ours.answered_at,
            ended_at=theirs.ended_at or ours.ended_at,
            result=theirs.result or ours.result,
        )

    def all(self, floor: Floor) -> list[Call]:
        """Every call on the floor or on our line."""
        keys = dict.fromkeys([*floor.calls, *self.calls])
        return [call for key in keys if (call := self.call(floor, key)) is not None]

    def ringing(self) -> list[Call]:
        """Our own calls waiting to be answered, longest first."""
        found = [
            call
            for call in self.calls.values()
            if call.direction is Direction.INBOUND and call.answered_at is None and call.ended_at is None
        ]
        return sorted(found, key=lambda call: call.rang_at)

    def talking(self) -> Call | None:
        """The call somebody is speaking on here."""
        for call in self.calls.values():
            if call.ended_at is None and (
                call.answered_at is not None or call.direction is Direction.OUTBOUND
            ):
                return call
        return None


def _recording(event: phone.RecordingClosed) -> Recording:
    return Recording(
        id=event.sha256[:32],
        path=event.path,
        sha256=event.sha256,
        duration_ms=event.duration_ms,
        bytes=event.bytes,
        repaired=event.repaired,
    )
