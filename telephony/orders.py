"""What the seat orders of its phone process. `messages` joins orders and facts and carries them.

Calls are named by our own UUIDv7 (`call_id`), never by an id of the native library.
"""

from msgspec import Struct

from telephony.monitoring import MonitorMode
from telephony.settings import AccountSettings, HeadsetSettings, TrustSettings, Voice


class Command(Struct, frozen=True, tag=True, omit_defaults=True):
    """Base of all orders to the phone. Every order may be repeated without harm."""


# --- line ---


class ConfigureAccounts(Command, frozen=True):
    """These and no other accounts. Applied when no call is up; unchanged accounts are left alone."""

    accounts: tuple[AccountSettings, ...]


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


# --- calls ---


class Answer(Command, frozen=True):
    call_id: str


class Reject(Command, frozen=True):
    """Refuse a ringing call with a SIP final code (486 busy, 480 away, 603 declined)."""

    call_id: str
    sip_code: int = 486


class HangUp(Command, frozen=True):
    call_id: str


class Conveyed(Struct, frozen=True):
    """A document handed on with a call: PIDF-LO (RFC 6442) or additional data (RFC 7852), by value."""

    content_type: str
    body: str


class Dial(Command, frozen=True):
    """Place a call to a SIP URI, or to a number through the account's registrar.

    `account_id` `None`: the first account. `voice` `None`: the seat's microphone. `seconds_max` `None`: until
    somebody hangs up. The asserted identity goes out as P-Asserted-Identity (RFC 3325). Whoever the operator
    talks with goes on hold, unless the call has its own voice. `call_back_of` and `incident_id` come back
    with `CallDialled`: the call that was lost, what the call is about. `conveyed` goes out beside the offer.
    """

    call_id: str
    target: str
    account_id: str | None = None
    asserted_number: str = ""
    asserted_name: str = ""
    voice: Voice | None = None
    seconds_max: float | None = None
    call_back_of: str = ""
    incident_id: str = ""
    conveyed: tuple[Conveyed, ...] = ()


# --- conversation ---


class TalkTo(Command, frozen=True):
    """Talk with this call alone: resume, swap, take one out of a conference. The others go on hold."""

    call_id: str


class Hold(Command, frozen=True):
    """The far end hears the hold announcement and nobody hears the far end."""

    call_id: str


class Confer(Command, frozen=True):
    """These calls join whoever the operator talks with."""

    call_ids: tuple[str, ...]


class LeaveConference(Command, frozen=True):
    """The operator goes, the others talk on."""


class RejoinConference(Command, frozen=True):
    """Back into the conference that was left; whoever the operator talks with goes on hold."""


class Transfer(Command, frozen=True):
    """Send the far end to `target`, a SIP URI or a number (REFER, RFC 3515); then our call ends."""

    call_id: str
    target: str


class TransferTo(Command, frozen=True):
    """Join the far ends of two answered calls and step out (REFER with Replaces, RFC 3891)."""

    call_id: str
    other_call_id: str


class SendDigits(Command, frozen=True):
    """Key tones: RFC 4733 where the far end takes it, else INFO; `by_info` sends INFO in any case."""

    call_id: str
    digits: str
    by_info: bool = False


# --- sounds into a call ---


class Say(Command, frozen=True):
    """Play this WAV to the far end, the operator hears it lower. It takes the place of one that plays."""

    call_id: str
    wav: str
    loop: bool = False


class StopSaying(Command, frozen=True):
    call_id: str


class Metronome(Command, frozen=True):
    """110 ticks a minute for chest compressions."""

    call_id: str
    on: bool


# --- supervision ---


class Trust(Command, frozen=True):
    """Whom to obey from now on."""

    trust: TrustSettings


class Supervise(Command, frozen=True):
    """Call the seat at `target` to monitor its call `monitored`; `call_id` is our own leg.

    `by`: staff number, a space and the name of who does it. It is signed; a seat lets nobody in without.
    """

    call_id: str
    target: str
    monitored: str
    mode: MonitorMode
    by: str
    account_id: str | None = None


class ChangeSupervision(Command, frozen=True):
    """The same leg in another mode, or the monitored call released by force, and why."""

    call_id: str
    mode: MonitorMode
    reason: str = ""


# --- the seat's state, said to the exchange ---


class DialCode(Command, frozen=True):
    """Dial a feature code at the first account's registrar and hang up after its final answer."""

    code: str


class PublishNote(Command, frozen=True):
    """PUBLISH presence with this note from now on (RFC 3903), renewed for as long as the phone runs."""

    note: str


class TurnAway(Command, frozen=True):
    """Answer every new caller so (486 busy, 480 away); `None` lets them in, if `AcceptCalls` does."""

    sip_code: int | None


# --- headset ---


class UseHeadset(Command, frozen=True):
    """These devices from now on. Refused where the phone was started without a headset."""

    headset: HeadsetSettings


class TryHeadset(Command, frozen=True):
    """Record the operator for two seconds and play it back; the answer is a `HeadsetTried`."""

    trial_id: str


class TryRing(Command, frozen=True):
    """Sound this family (`headset.rings.RingFamily`) once on the speaker, while nothing rings or talks."""

    family: str


class PressHook(Command, frozen=True):
    """The hook key of the console's keyboard was pressed."""


AnyCommand = (
    ConfigureAccounts
    | Answer
    | Reject
    | HangUp
    | Dial
    | AcceptCalls
    | ProbeLine
    | TalkTo
    | Hold
    | Confer
    | LeaveConference
    | RejoinConference
    | Transfer
    | TransferTo
    | SendDigits
    | Say
    | StopSaying
    | Metronome
    | Trust
    | Supervise
    | ChangeSupervision
    | UseHeadset
    | TryHeadset
    | TryRing
    | PressHook
    | DialCode
    | PublishNote
    | TurnAway
)
