"""How a new machine gets into the roster: a one-time code, two fingerprints compared by people, a signature.

The door of enrolment takes any key and one kind of message. Its CURVE key is known to everybody, so it keeps
listeners out and proves nothing: who is who is settled by the fingerprints on the two screens.
"""

import hashlib
import re
import secrets
import unicodedata
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from store.core.wire import BadMessage, typed

ENROL_BYTES_MAX = 4096
"""Of a question; the answer holds the whole roster."""
CODE_MS = 10 * 60 * 1000
"""So long after it was made a code may be used, and so long a machine may wait for its approval."""
TRIES_MAX = 5
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that sounds or looks like something else."""
DIGITS = "0123456789"
CODE_HALF = 4
FINGERPRINT_GROUPS = 6
GROUP = 10_000
SALT_BYTES = 16
NAME_PATTERN = "[a-z0-9][a-z0-9-]{0,31}"
"""Names become file names."""


class InvitationState(StrEnum):
    OPEN = "open"  # the code was given, nobody has used it
    ASKED = "asked"  # the right code came: two screens show fingerprints
    APPROVED = "approved"
    SPENT = "spent"  # too many wrong codes


class Knock(Struct, frozen=True, tag=True):
    """The one question. `public_key` must be the key of the connection; `sign_key`: hubs and relays only."""

    code: Annotated[str, Meta(max_length=16)]
    public_key: Annotated[str, Meta(max_length=40)]
    sign_key: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""


class Wait(Struct, frozen=True, tag=True):
    """The code is right: compare the fingerprints of these keys and of yours, and ask again."""

    hub_public: str
    roster_public: str
    machine: str
    role: str
    seat_id: str = ""


class Enrolled(Struct, frozen=True, tag=True):
    """Approved. Everything the machine needs; `hubs` are command addresses in the order to be tried."""

    machine: str
    hub_public: str
    roster_public: str
    roster: bytes
    hubs: tuple[str, ...]
    site: str = ""


class NotEnrolled(Struct, frozen=True, tag=True):
    """`reason`: wrong_code, too_late, too_many, used, busy, struck."""

    reason: str


Answer = Wait | Enrolled | NotEnrolled

_knocks: msgspec.msgpack.Decoder[Knock] = msgspec.msgpack.Decoder(Knock)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def decode_knock(frame: bytes) -> Knock:
    """The question; raises BadMessage."""
    if len(frame) > ENROL_BYTES_MAX:
        raise BadMessage("too long")
    return typed(_knocks, frame)


def decode_answer(frame: bytes) -> Answer:
    """The answer; raises BadMessage."""
    return typed(_answers, frame)


def new_code() -> str:
    """XXXX-XXXX: the first half finds the invitation, the second is the secret."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(2 * CODE_HALF))
    return f"{letters[:CODE_HALF]}-{letters[CODE_HALF:]}"


def plain(code: str) -> str:
    """A code as somebody typed it: any case, with or without hyphen and spaces, also in full width."""
    return "".join(letter for letter in _narrow(code).upper() if letter in LETTERS)


def _narrow(typed_in: str) -> str:
    return unicodedata.normalize("NFKC", typed_in)


def selector(code: str) -> str:
    """The half that finds the invitation; "" for what is no code."""
    letters = plain(code)
    return letters[:CODE_HALF] if len(letters) == 2 * CODE_HALF else ""


def code_hash(code: str, salt: bytes) -> bytes:
    """What is kept of a code; slow on purpose (some 30 ms)."""
    return hashlib.scrypt(plain(code).encode(), salt=salt, n=2**13, r=8, p=1)


def is_name(name: str) -> bool:
    """True for what a machine may be called."""
    return re.fullmatch(NAME_PATTERN, name) is not None


def fingerprint(*keys: str) -> str:
    """Six groups of four digits (80 bits) to be read out over the telephone; empty keys do not count."""
    number = int.from_bytes(hashlib.sha256("\0".join(filter(None, keys)).encode()).digest(), "big")
    groups = []
    for _ in range(FINGERPRINT_GROUPS):
        number, group = divmod(number, GROUP)
        groups.append(f"{group:04d}")
    return " ".join(groups)


def is_same_fingerprint(typed_in: str, shown: str) -> bool:
    """As somebody typed it: only the digits count, also those of a Chinese keyboard in full width."""
    digits = "".join(letter for letter in _narrow(typed_in) if letter in DIGITS)
    return secrets.compare_digest(digits, shown.replace(" ", ""))
