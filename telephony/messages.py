"""What seat and phone process say to each other: tagged structs in MessagePack, checked by their decode.

Orders go in, past-tense facts come out. Calls are named by our own UUIDv7 (`call_id`), never by an id of the
native library. `at_ms` is UTC since 1970, `mono_ns` the monotonic clock all processes of a machine share.
"""

import enum

import msgspec
from msgspec import Struct

from telephony.settings import AccountSettings, Voice


class Command(Struct, frozen=True, tag=True, omit_defaults=True):
    """Base of all orders to the phone. Every order may be repeated without harm."""


class ConfigureAccounts(Command, frozen=True):
    """These and no other accounts. Applied when no call is up; unchanged accounts are left alone."""

    accounts: tuple[AccountSettings, ...]


class Answer(Command, frozen=True):
    call_id: str


class Reject(Command, frozen=True):
    """Refuse a ringing call with a SIP final code (486 busy, 480 away, 603 declined)."""

    call_id: str
    sip_code: int = 486


class HangUp(Command, frozen=True):
    call_id: str


class Dial(Command, frozen=True):
    """Place a call to a SIP URI, or to a number through the account's registrar.

    `account_id` `None`: the first account. `voice` `None`: the seat's microphone. `seconds_max` `None`: until
    somebody hangs up. The asserted identity goes out as P-Asserted-Identity (RFC 3325).
    """

    call_id: str
    target: str
    account_id: str | None = None
    asserted_number: str = ""
    asserted_name: str = ""
    voice: Voice | None = None
    seconds_max: float | None = None


class AcceptCalls(Command, frozen=True):
    """False (a reserve seat in calm times): whoever calls hears 480 at once and the exchange goes on to the
    next seat. Calls that are up go on.
    """

    accept: bool


class ProbeLine(Command, frozen=True):
    """Test call: dial `target`, play a tone, listen for it coming back. "": the account's own address.

    A call to ourselves is answered here and echoed; it never rings, is never recorded, is no call to anybody.
    """

    probe_id: str
    target: str = ""


AnyCommand = ConfigureAccounts | Answer | Reject | HangUp | Dial | AcceptCalls | ProbeLine


class EndedBy(enum.StrEnum):
    """Who ended a call."""

    FAR_END = "far_end"
    SEAT = "seat"
    NETWORK = "network"  # no answer to signalling, refused by a proxy, time limit
    PHONE = "phone"  # our own phone process died with the call


class Capabilities(Struct, frozen=True):
    """What the native library in use can do, found at start and not assumed."""

    version: str
    codecs: tuple[str, ...]
    audio_devices: tuple[str, ...]
    tls: bool
    srtp: bool
    calls_max: int


class Event(Struct, frozen=True, tag=True, omit_defaults=True):
    """Base of all facts from the phone."""


class PhoneReady(Event, frozen=True):
    """The engine runs. `audio` is "null" while no headset is joined: nobody hears the caller."""

    sip_port: int
    audio: str
    capabilities: Capabilities


class PhoneDown(Event, frozen=True):
    """No telephone now. `restarting`: it will be tried again; `crash_loop`: several deaths in a row."""

    reason: str
    restarting: bool = False
    crash_loop: bool = False


class PhoneFault(Event, frozen=True):
    """The phone broke a rule of its own and goes on: somebody should see this."""

    text: str


class LineState(Event, frozen=True):
    """`code` is the registrar's last SIP code, 0 before its first answer. `direct`: there is no registrar."""

    account_id: str
    registered: bool
    code: int = 0
    text: str = ""
    direct: bool = False


class CallRinging(Event, frozen=True):
    """A call came in. `number` is empty when withheld; `headers` as received, names in lower case."""

    call_id: str
    account_id: str
    number: str
    name: str
    dialled: str
    sip_call_id: str
    at_ms: int
    mono_ns: int
    headers: tuple[tuple[str, str], ...] = ()


class CallDialled(Event, frozen=True):
    """Our own call goes out."""

    call_id: str
    account_id: str
    target: str
    at_ms: int


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


class RecordingClosed(Event, frozen=True):
    """Both directions in one WAV (left caller, right operator); `path` is relative to the recordings folder.

    `repaired`: the phone died during the call, up to 0.25 s of its end may be missing. A phone that died soon
    after the call tells it again, with the same hash.
    """

    call_id: str
    path: str
    sha256: str
    started_at_ms: int
    duration_ms: int
    bytes: int
    repaired: bool = False


class RecordingFailed(Event, frozen=True):
    """This call is not, or no longer, recorded; what was written stays where it is."""

    call_id: str
    reason: str


class CallStats(Event, frozen=True):
    """Once a second while audio flows. `silent_ms`: how long no packet has come (dead air)."""

    call_id: str
    rx_packets: int
    lost_packets: int
    jitter_ms: float
    silent_ms: int


class LineProbed(Event, frozen=True):
    """What came of a test call. `answered_ms` and `heard_ms` count from its INVITE; None: not reached.

    `level`: of what came back, 0..255. `reason` "" means it is well: answered, and the tone was heard.
    """

    probe_id: str
    reason: str = ""
    answered_ms: int | None = None
    heard_ms: int | None = None
    level: int = 0


class CommandRefused(Event, frozen=True):
    """An order could not be carried out; `call_id` is the call it named."""

    call_id: str
    order: str
    reason: str


AnyEvent = (
    PhoneReady
    | PhoneDown
    | PhoneFault
    | LineState
    | CallRinging
    | CallDialled
    | CallEarly
    | CallAnswered
    | CallMedia
    | CallEnded
    | CallRejected
    | RecordingClosed
    | RecordingFailed
    | CallStats
    | LineProbed
    | CommandRefused
)

_encoder = msgspec.msgpack.Encoder()
_command_decoder: msgspec.msgpack.Decoder[AnyCommand] = msgspec.msgpack.Decoder(AnyCommand)
_event_decoder: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)


class TelephonyError(Exception):
    """Base of the package's errors.

    TelephonyError
    ├── BadMessageError   a frame on the pipe is not one of our messages
    └── EngineError       the native engine cannot start or carry out an order (telephony.pjsip)
    """


class BadMessageError(TelephonyError):
    """A frame that is no message of this version."""


class EngineError(TelephonyError):
    """The native engine says no; the text says why in its words."""


def encode(message: Command | Event) -> bytes:
    return _encoder.encode(message)


def decode_command(frame: bytes) -> AnyCommand:
    """Raises `BadMessageError`."""
    try:
        return _command_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadMessageError(str(error)) from error


def decode_event(frame: bytes) -> AnyEvent:
    """Raises `BadMessageError`."""
    try:
        return _event_decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadMessageError(str(error)) from error
