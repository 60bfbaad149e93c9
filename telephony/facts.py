"""What happened at the phone, in the past tense, as its process tells the seat.

`at_ms` is UTC since 1970, `mono_ns` the monotonic clock all processes of a machine share.
"""

from msgspec import Struct

from telephony.call_facts import *  # noqa: F403 - all facts are read from here
from telephony.call_facts import (
    CallAnswered,
    CallDialled,
    CallEarly,
    CallEnded,
    CallFetched,
    CallMedia,
    CallMoved,
    CallRejected,
    CallReplaced,
    CallRinging,
    CallSaid,
    CallTransferred,
    CodeDialled,
    DigitReceived,
    DigitsSent,
    Event,
    MetronomeSwitched,
    MonitorBegan,
    MonitorChanged,
    MonitorEnded,
    MonitorRefused,
    NotePublished,
    PromptBegan,
    PromptEnded,
    StrangerRefused,
    SupervisionStands,
    TransferFailed,
    TransferProgressed,
)
from telephony.sound_facts import *  # noqa: F403
from telephony.sound_facts import (
    CallQuality,
    CallStats,
    DeadAirBegan,
    DeadAirEnded,
    HeadsetState,
    HeadsetTried,
    HookPressed,
    RingChanged,
    SoundLevels,
    Words,
)

# --- the process ---


class Capabilities(Struct, frozen=True):
    """What the native library in use can do, found at start and not assumed.

    `sockets_max` 0: it does not tell. `headset_bridge`: sound by Qt, since `audio_devices` is empty in most
    builds. `short_transactions`: an exchange that is dead fails an order after 8 s, else after 32.
    `sees_sources`: strangers are kept out.
    """

    version: str
    codecs: tuple[str, ...]
    audio_devices: tuple[str, ...]
    tls: bool
    srtp: bool
    calls_max: int
    dtls_srtp: bool = False
    opus: bool = False
    ipv6: bool = False
    sockets_max: int = 0
    echo_canceller: bool = False
    headset_bridge: bool = False
    short_transactions: bool = False
    sees_sources: bool = False


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


class PhoneHung(Event, frozen=True):
    """`hung`: the process carries out no order; False: it does again. One that never does is restarted."""

    hung: bool


class PhoneFault(Event, frozen=True):
    """The phone broke a rule of its own and goes on: somebody should see this."""

    text: str


class CommandRefused(Event, frozen=True):
    """An order could not be carried out; `call_id` is the call it named."""

    call_id: str
    order: str
    reason: str


# --- line ---

NO_ANSWER_CODES = frozenset({408, 502, 503, 504})
LINE_DOWN = "no exchange answers: a number leads nowhere"
"""Why `CommandRefused` what dials a number while no registrar lives."""


class RegistrarState(Struct, frozen=True):
    """One registrar of a line. `alive` is our own heartbeat's word, `None` while it never answered one.

    `code` is the registrar's last SIP code; `why` says in plain words why it does not serve.
    """

    address: str
    registered: bool
    alive: bool | None = None
    code: int = 0
    why: Words | None = None

    @property
    def dead(self) -> bool:
        """Silent: its heartbeat has stopped, or neither that nor the registration was ever answered."""
        unheard = self.alive is None and not self.registered and self.code in NO_ANSWER_CODES
        return self.alive is False or unheard


class LineState(Event, frozen=True):
    """`code` and `text`: the serving registrar's last answer, code 0 before it. `direct`: no registrar.

    `registrars`: the primary first, then the backup; `serving` is the place of the one that calls go by, and
    `None` means the line is down: `why` says it in plain words. So it has been since `since_ms`.
    """

    account_id: str
    registered: bool
    code: int = 0
    text: str = ""
    direct: bool = False
    registrars: tuple[RegistrarState, ...] = ()
    serving: int | None = None
    since_ms: int = 0
    why: Words | None = None

    @property
    def dead(self) -> bool:
        """No registrar is there that could carry a number anywhere."""
        return bool(self.registrars) and all(one.dead for one in self.registrars)


class LineProbed(Event, frozen=True):
    """What came of a test call. `answered_ms` and `heard_ms` count from its INVITE; None: not reached.

    `level`: of what came back, 0..255, `level_db` the same in dB below full scale. `reason` "" means it is
    well: answered, and the tone was heard. `delay_ms`: from our tone to its return. `registrar` "": direct.
    """

    probe_id: str
    reason: str = ""
    answered_ms: int | None = None
    heard_ms: int | None = None
    level: int = 0
    target: str = ""
    registrar: str = ""
    delay_ms: int | None = None
    level_db: float | None = None
    at_ms: int = 0


# --- recording ---


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


AnyEvent = (
    PhoneReady
    | PhoneDown
    | PhoneHung
    | PhoneFault
    | LineState
    | CallRinging
    | CallDialled
    | CallEarly
    | CallAnswered
    | CallMedia
    | CallEnded
    | CallRejected
    | StrangerRefused
    | RecordingClosed
    | RecordingFailed
    | CallStats
    | LineProbed
    | CommandRefused
    | CallMoved
    | TransferProgressed
    | CallTransferred
    | TransferFailed
    | CallReplaced
    | DigitsSent
    | DigitReceived
    | PromptBegan
    | PromptEnded
    | MetronomeSwitched
    | MonitorBegan
    | MonitorChanged
    | MonitorEnded
    | MonitorRefused
    | SupervisionStands
    | CallQuality
    | DeadAirBegan
    | DeadAirEnded
    | HeadsetState
    | SoundLevels
    | RingChanged
    | HeadsetTried
    | HookPressed
    | CallSaid
    | CallFetched
    | CodeDialled
    | NotePublished
)
