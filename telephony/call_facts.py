"""What happened to calls, in the past tense: the part of `facts.py` that is about one call or its supervisor.

`at_ms` is UTC since 1970, `mono_ns` the monotonic clock all processes of a machine share.
"""

import enum

from msgspec import Struct

from telephony.conversation import CallPlace
from telephony.location.said import Fetched, WithCall
from telephony.monitoring import MonitorMode


class Event(Struct, frozen=True, tag=True, omit_defaults=True):
    """Base of all facts from the phone."""


# --- calls ---


class EndedBy(enum.StrEnum):
    """Who ended a call."""

    FAR_END = "far_end"
    SEAT = "seat"
    SUPERVISOR = "supervisor"  # released by force
    NETWORK = "network"  # no answer to signalling, refused by a proxy, time limit
    PHONE = "phone"  # our own phone process died with the call


class CallRinging(Event, frozen=True):
    """A call came in. `number` is empty when withheld; `headers` as received, names in lower case.

    `waiting`: the operator is talking. `answer_after_s`: a trusted intercom call, answered by itself then.
    """

    call_id: str
    account_id: str
    number: str
    name: str
    dialled: str
    sip_call_id: str
    at_ms: int
    mono_ns: int
    headers: tuple[tuple[str, str], ...] = ()
    waiting: bool = False
    answer_after_s: float | None = None


class CallDialled(Event, frozen=True):
    """Our own call goes out. `transferred_from`: the call whose far end sent us there.

    `supervises`: it is no call to anybody but the way to another seat's call, which this is.
    """

    call_id: str
    account_id: str
    target: str
    at_ms: int
    call_back_of: str = ""
    incident_id: str = ""
    transferred_from: str = ""
    supervises: str = ""


class CallEarly(Event, frozen=True):
    """The far end of our own call rings (180) or talks before answering (183)."""

    call_id: str
    sip_code: int


class CallAnswered(Event, frozen=True):
    call_id: str
    at_ms: int
    mono_ns: int


class CallMedia(Event, frozen=True):
    """Audio began or stopped to flow (far end holds)."""

    call_id: str
    active: bool


class CallEnded(Event, frozen=True):
    """`answered` tells a talk from an abandoned call; `reason` is the text of the final SIP code."""

    call_id: str
    ended_by: EndedBy
    sip_code: int
    reason: str
    answered: bool
    at_ms: int


class CallRejected(Event, frozen=True):
    """A call beyond the engine's capacity was refused by the library itself; nothing rang."""

    number: str
    name: str
    dialled: str
    sip_code: int
    at_ms: int


class StrangerRefused(Event, frozen=True):
    """A call, or anything else outside of one, from elsewhere than the exchange heard 403. Not each is told.

    `source`: the address, "…" for all beyond those that are counted one by one; `count`: so far.
    """

    source: str
    number: str
    count: int
    at_ms: int


# --- what came with a call ---


class CallSaid(Event, frozen=True):
    """The INVITE said more than who calls: places, references to them, additional data (RFC 6442, 7852).

    It comes soon after `CallRinging`, which never waits for it; a short call may have ended by then.
    """

    call_id: str
    said: WithCall


class CallFetched(Event, frozen=True):
    """What a location server answered, or why there is nothing; one for each reference."""

    call_id: str
    fetched: Fetched


# --- conversation ---


class CallMoved(Event, frozen=True):
    """The call stands elsewhere among the others now: in talk, on hold, in a conference without operator."""

    call_id: str
    place: CallPlace
    at_ms: int


class TransferProgressed(Event, frozen=True):
    """What the far end tells of the call it makes for us (100, 180 ...)."""

    call_id: str
    sip_code: int


class CallTransferred(Event, frozen=True):
    """The far end got there; our call with it ends."""

    call_id: str
    target: str
    at_ms: int


class TransferFailed(Event, frozen=True):
    """The call is still ours. `sip_code` 0: nothing was heard of it in time."""

    call_id: str
    sip_code: int
    reason: str


class CallReplaced(Event, frozen=True):
    """Somebody took our far end's place: `call_id` goes on where `replaced_call_id` was, which ends."""

    call_id: str
    replaced_call_id: str
    number: str
    name: str
    at_ms: int


class DigitsSent(Event, frozen=True):
    call_id: str
    digits: str
    by_info: bool


class DigitReceived(Event, frozen=True):
    """One key tone of the far end; `by_info`: as INFO and not in the audio stream."""

    call_id: str
    digit: str
    by_info: bool


# --- sounds into a call ---


class PromptBegan(Event, frozen=True):
    call_id: str
    wav: str
    duration_s: float


class PromptEnded(Event, frozen=True):
    """`whole`: to its end and not stopped."""

    call_id: str
    wav: str
    whole: bool


class MetronomeSwitched(Event, frozen=True):
    call_id: str
    on: bool


# --- the seat's state, said to the exchange ---


class CodeDialled(Event, frozen=True):
    """The exchange's final answer to a feature code; some take it and answer 603 with a word in `reason`."""

    code: str
    sip_code: int
    reason: str = ""


class NotePublished(Event, frozen=True):
    """The exchange's answer to another note, or to one that went wrong (0: no telephone could send it)."""

    note: str
    sip_code: int


# --- supervision ---


class MonitorBegan(Event, frozen=True):
    """A supervisor is with a call of this seat; `monitor_id` is the hidden leg.

    `by_number`, `by_name`: the staff number and name that were signed.
    """

    monitor_id: str
    call_id: str
    mode: MonitorMode
    by_number: str
    by_name: str
    at_ms: int


class MonitorChanged(Event, frozen=True):
    """`by_seat`: the operator took the call back from a take-over. `reason`: why, where the wish said it."""

    monitor_id: str
    call_id: str
    mode: MonitorMode
    at_ms: int
    by_seat: bool = False
    reason: str = ""


class MonitorEnded(Event, frozen=True):
    monitor_id: str
    call_id: str
    at_ms: int


class SupervisionStands(Event, frozen=True):
    """How our own leg `call_id` stands, as the telephone it supervises says: who hears whom follows from it.

    `place`: where the supervised call stands there. `silent`: nothing comes from its far end.
    """

    call_id: str
    mode: MonitorMode
    place: CallPlace
    silent: bool
    at_ms: int


class MonitorRefused(Event, frozen=True):
    """Somebody tried; `call_id` and `mode` as far as they could be read, `source` is the network address.

    `by_number`, `by_name`: as signed; where the signature is not to be believed, what the call displayed.

    `count` over 1: that many of this address for this reason within a minute; the newest is the one told.
    """

    by_number: str
    by_name: str
    source: str
    reason: str
    at_ms: int
    call_id: str = ""
    mode: MonitorMode | None = None
    count: int = 1
