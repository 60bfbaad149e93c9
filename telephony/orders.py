"""What the seat orders of its phone process. `messages` joins orders and facts and carries them.

Calls are named by our own UUIDv7 (`call_id`), never by an id of the native library.
"""

from msgspec import Struct

from telephony.settings import AccountSettings, Voice


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


AnyCommand = ConfigureAccounts | Answer | Reject | HangUp | Dial | AcceptCalls | ProbeLine
