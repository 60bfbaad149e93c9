"""Session tokens: who logged in at which machine, sealed with HMAC-SHA256 by the hub's secret.

The secret lives in the store, so a token outlives a restart of the hub; a copied token is worthless on
another machine.
"""

import hashlib
import hmac

import msgspec
from msgspec import Struct

from store.core.messages import encode

SEAL_BYTES = 32
SESSION_MS_MAX = 12 * 3600 * 1000
SECOND_MS_MAX = 5 * 60 * 1000
CLOCK_SLACK_MS = 5 * 60 * 1000
LATE_ENTRY_MS_MAX = 24 * 3600 * 1000
"""An order may be so much older than the log-in under which it comes (a call taken before there was a hub),
and come so long after its end."""


class Token(Struct, frozen=True, array_like=True):
    """`second`: good only to confirm another person's order. Times in ms since 1970 UTC."""

    machine: str
    dispatcher_id: str
    seat_id: str | None
    issued_at: int
    expires_at: int
    second: bool = False


_decoder = msgspec.msgpack.Decoder(Token)


def seal(token: Token, secret: bytes) -> bytes:
    """The token as it travels."""
    body = encode(token)
    return hmac.digest(secret, body, hashlib.sha256) + body


def open_token(
    sealed: bytes, secret: bytes, machine: str, at: int, now: int, early_ms: int = CLOCK_SLACK_MS
) -> Token | None:
    """The token, when it is ours, belongs to `machine` and was good at `at`; else `None`.

    `early_ms`: how long before the log-in it may have been, when the person answers for an older order.

    `at` is when the order says it was given: an order that waited out a break keeps its giver, but not
    longer than LATE_ENTRY_MS_MAX after the end of the log-in by the hub's clock, `now`.
    """
    body = sealed[SEAL_BYTES:]
    if not hmac.compare_digest(sealed[:SEAL_BYTES], hmac.digest(secret, body, hashlib.sha256)):
        return None
    try:
        token = _decoder.decode(body)
    except msgspec.MsgspecError:
        return None
    good = token.issued_at - early_ms <= at <= token.expires_at >= now - LATE_ENTRY_MS_MAX
    return token if good and token.machine == machine else None


def giver_of(sealed: bytes) -> str | None:
    """Whose token this claims to be, unproven; for the machine that got it itself."""
    try:
        return _decoder.decode(sealed[SEAL_BYTES:]).dispatcher_id
    except msgspec.MsgspecError:
        return None
