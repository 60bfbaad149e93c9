"""The calls of this seat's telephone as it tells them, before the hub has confirmed them.

The floor wins where it knows better; a call the hub cannot hear of stays on the screen all the same.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from console.models.labelling import Labelling
from console.models.phone_reasons import counted_reason
from console.models.talk_words import number_of
from dispatch import commands as cmd
from dispatch.call_notes import NoteSupervision, Quality, ReportCallQuality
from dispatch.floor import Floor
from dispatch.kinds import CallResult, Direction, SupervisionMode
from dispatch.words import Call, Recording
from telephony import messages as phone
from telephony.conversation import CallPlace

ENDED_KEPT_MAX = 50
WHY_CHARS_MAX = 80


class PhoneLamp(Struct):
    """How the telephone stands: words for the lamp come from `lamps`."""

    running: bool = False
    registered: bool = False
    direct: bool = False
    audio: str = ""
    text: str = ""
    account_id: str = ""  # the seat's own line, which is told first; the others are ring groups
    recorder_fault: str = ""
    hung: bool = False


class Line:
    """Calls of our own telephone, newest facts; `report` turns each fact into orders for the hub."""

    def __init__(self, site: str = "") -> None:
        self.site = site
        self.calls: dict[str, Call] = {}
        self.dialled: dict[str, str] = {}
        """What was dialled from the window, by call: of an address its number is a part only."""
        self.places: dict[str, CallPlace] = {}
        """Where each live call stands, the one that moved last at the end."""
        self.compared = False
        """The floor was asked once for calls of this seat that an earlier program left behind."""
        self.supervising: dict[str, str] = {}
        """Our own legs to calls of other seats, and those calls: they are no calls to anybody."""
        self.taken_over: set[str] = set()
        """Those of them in their seat's place."""
        self.left: dict[str, str] = {}
        """The one of them that ended last."""
        self.intercom: set[str] = set()
        """Calls that answer themselves: they want no form."""
        self.lamp = PhoneLamp()
        self.labels = Labelling()
        self._silent_ms: dict[str, int] = {}
        self.supervisors: dict[str, phone.MonitorBegan] = {}
        """Who is with our calls, by the hidden leg, in the mode of now."""

    def take(self, event: phone.AnyEvent) -> tuple[cmd.Command, ...]:
        """Remember what the telephone says; what the hub must hear of it."""
        match event:
            case phone.CallRinging():
                call = Call(event.call_id, self.site, Direction.INBOUND, event.number, event.at_ms)
                self.calls[call.id] = replace(call, name=event.name, dialled=event.dialled)
                if event.answer_after_s is not None:
                    self.intercom.add(call.id)
                return (cmd.ReportRinging(call.id, event.number, name=event.name, dialled=event.dialled),)
            case phone.CallDialled():
                return self._dialled(event)
            case phone.CallReplaced() if event.replaced_call_id in self.calls:
                return self._replaced(event)
            case phone.CallAnswered() if event.call_id in self.calls:
                self._edit(event.call_id, answered_at=event.at_ms)
                return (cmd.ReportAnswered(event.call_id),)
            case phone.CallEnded():
                return self._gone(event)
            case phone.CallQuality(final=True) if event.call_id in self.calls:
                return (self._quality(event),)
            case phone.MonitorBegan() | phone.MonitorChanged() | phone.MonitorEnded():
                return self._supervised(event)
            case phone.MonitorRefused():
                return (_refused(event),)
            case phone.PhoneDown():
                self._lamp(event)
                return self._supervisors_gone()
            case phone.RecordingClosed():
                self.lamp.recorder_fault = ""
                return (cmd.KeepRecording(event.call_id, _recording(event)),)
            case _:
                self._move(event)
                self._lamp(event)
                return ()

    def _dialled(self, event: phone.CallDialled) -> tuple[cmd.Command, ...]:
        if event.supervises:
            self.supervising[event.call_id] = event.supervises
            return ()
        number, back = number_of(event.target), event.call_back_of or None
        call = Call(event.call_id, self.site, Direction.OUTBOUND, number, event.at_ms, call_back_of=back)
        self.calls[call.id] = call
        return (cmd.ReportRinging(call.id, number, Direction.OUTBOUND, call_back_of=back),)

    def _replaced(self, event: phone.CallReplaced) -> tuple[cmd.Command, ...]:
        """Somebody else stands at the far end: another call, answered from its first moment."""
        direction = self.calls[event.replaced_call_id].direction
        call = Call(event.call_id, self.site, direction, event.number, event.at_ms, event.name)
        self.calls[call.id] = replace(call, answered_at=event.at_ms)
        ringing = cmd.ReportRinging(call.id, event.number, direction, event.name)
        return ringing, cmd.ReportAnswered(call.id)

    def _gone(self, event: phone.CallEnded) -> tuple[cmd.Command, ...]:
        supervised = self.supervising.pop(event.call_id, None)
        self.taken_over.discard(event.call_id)
        if supervised is not None:
            self.left = {event.call_id: supervised}
        self.places.pop(event.call_id, None)
        return (self._ended(event),) if event.call_id in self.calls else ()

    def _move(self, event: phone.AnyEvent) -> None:
        match event:
            case phone.CallMoved():
                self.places.pop(event.call_id, None)
                self.places[event.call_id] = event.place
            case phone.DeadAirEnded() if event.call_id in self.calls:
                self._silent_ms[event.call_id] = self._silent_ms.get(event.call_id, 0) + event.lasted_ms

    def _quality(self, it: phone.CallQuality) -> ReportCallQuality:
        silent_ms = self._silent_ms.pop(it.call_id, 0)
        heard = Quality(it.loss_percent, it.jitter_ms, it.delay_ms, it.mos, it.bad, silent_ms)
        return ReportCallQuality(it.call_id, heard)

    def _supervisors_gone(self) -> tuple[cmd.Command, ...]:
        """The telephone died, and their legs with it."""
        gone, self.places = list(self.supervisors), {}
        ends = (self._supervised(phone.MonitorEnded(monitor_id, "", 0)) for monitor_id in gone)
        return tuple(command for end in ends for command in end)

    def _supervised(
        self, event: phone.MonitorBegan | phone.MonitorChanged | phone.MonitorEnded
    ) -> tuple[cmd.Command, ...]:
        """Every step of a supervisor at this seat, with who it is."""
        if isinstance(event, phone.MonitorBegan):
            self.supervisors[event.monitor_id] = event
        known = self.supervisors.get(event.monitor_id)
        if known is None:
            return ()
        if isinstance(event, phone.MonitorChanged):
            known = self.supervisors[event.monitor_id] = replace(known, mode=event.mode)
        ended = isinstance(event, phone.MonitorEnded)
        if ended:
            del self.supervisors[event.monitor_id]
        mode = SupervisionMode(known.mode)
        who = known.by_number, known.by_name
        reason = event.reason if isinstance(event, phone.MonitorChanged) else ""
        return (NoteSupervision(known.monitor_id, known.call_id, mode, *who, ended, reason=reason),)

    def _ended(self, event: phone.CallEnded) -> cmd.ReportCallEnded:
        result, why = CallResult.TALKED if event.answered else CallResult.NOT_ANSWERED, (0, "")
        by_seat = event.ended_by is phone.EndedBy.SEAT
        if not event.answered and not self._came_in(event.call_id):  # nobody was cut off: it came to nothing
            why = why if by_seat else (event.sip_code, event.reason[:WHY_CHARS_MAX])
        elif event.ended_by in {phone.EndedBy.PHONE, phone.EndedBy.NETWORK}:
            result = CallResult.LINE_FAULT
        elif not event.answered and by_seat:
            result = CallResult.REJECTED
        self._edit(event.call_id, ended_at=event.at_ms, result=result)
        self._forget_old()
        self.intercom.discard(event.call_id)
        return cmd.ReportCallEnded(event.call_id, result, event.ended_by is phone.EndedBy.FAR_END, *why)

    def _came_in(self, call_id: str) -> bool:
        """Nobody refuses a call of his own."""
        return self.calls[call_id].direction is Direction.INBOUND

    def _edit(self, call_id: str, **fields: object) -> None:
        self.calls[call_id] = replace(self.calls[call_id], **fields)

    def _forget_old(self) -> None:
        ended = [key for key, call in self.calls.items() if call.ended_at is not None]
        for key in ended[:-ENDED_KEPT_MAX]:
            del self.calls[key]
            self._silent_ms.pop(key, None)  # a telephone that died told no quality
            self.dialled.pop(key, None)

    def _lamp(self, event: phone.AnyEvent) -> None:
        lamp = self.lamp
        match event:
            case phone.PhoneReady():
                lamp.running, lamp.audio, lamp.text, lamp.hung = True, event.audio, "", False
            case phone.PhoneHung():
                lamp.hung = event.hung
            case phone.PhoneDown():
                lamp.running, lamp.registered, lamp.text = False, False, event.reason
                lamp.hung = False
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

    def known(self, floor: Floor, call_ids: Iterable[str]) -> Iterator[Call]:
        """These calls and all of our line, each as known best; who is on neither is left out."""
        for call_id in dict.fromkeys((*call_ids, *self.calls)):
            call = self.call(floor, call_id)
            if call is not None:
                yield call

    def ringing(self) -> list[Call]:
        """Our own calls waiting to be answered, longest first."""
        found = [
            call
            for call in self.calls.values()
            if call.direction is Direction.INBOUND and call.answered_at is None and call.ended_at is None
        ]
        return sorted(found, key=lambda call: call.rang_at)

    def up(self) -> list[Call]:
        """Our calls that were answered or dialled and have not ended, oldest first; also those on hold."""
        return [
            call
            for call in self.calls.values()
            if call.ended_at is None
            and (call.answered_at is not None or call.direction is Direction.OUTBOUND)
        ]

    def at(self, place: CallPlace) -> list[Call]:
        """Our calls that stand there, the one that came there last at the end."""
        return [self.calls[key] for key, where in self.places.items() if where is place and key in self.calls]

    def talking(self) -> Call | None:
        """The call somebody is speaking on here; of a conference the one that joined last."""
        speaking = self.at(CallPlace.TALK)
        unplaced = [call for call in self.up() if call.id not in self.places]
        return next(iter((*reversed(speaking), *unplaced)), None)


def _refused(event: phone.MonitorRefused) -> NoteSupervision:
    mode = None if event.mode is None else SupervisionMode(event.mode)
    who = event.by_number, event.by_name
    return NoteSupervision("", event.call_id, mode, *who, refused=counted_reason(event), source=event.source)


def _recording(event: phone.RecordingClosed) -> Recording:
    return Recording(
        id=event.sha256[:32],
        path=event.path,
        sha256=event.sha256,
        duration_ms=event.duration_ms,
        bytes=event.bytes,
        repaired=event.repaired,
    )
