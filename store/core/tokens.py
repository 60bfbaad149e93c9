"""Session tokens: who logged in at which machine, sealed with the Ed25519 key of the hub or relay there.

Every hub and relay proves every other one's tokens with the sign keys of the signed roster, also when they
cannot speak with each other. A token is bound to the key of its machine: copied it is worthless.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from store.core.seals import SEAL_BYTES, TOKEN_LABEL, SignKey, is_signed
from store.core.wire import encode

SESSION_MS_MAX = 12 * 3600 * 1000
SECOND_MS_MAX = 5 * 60 * 1000
CLOCK_SLACK_MS = 5 * 60 * 1000
LATE_ENTRY_MS_MAX = 24 * 3600 * 1000
"""An order may be so much older than the log-in under which it comes (a call taken before there was a hub),
and come so long after its end."""
SECOND_LATE_MS_MAX = 10 * 60 * 1000
"""A second person's proof outlives its end by no more: `at` is the seat's word, and a proof kept there would
confirm a day of orders."""
TOKEN_BYTES_MAX = 1024
PROVEN_MAX = 4096
"""Tokens remembered as proven: a check costs some 100 µs, every command carries one."""


class Token(Struct, frozen=True, array_like=True):
    """`machine`: public key of the machine it is good for. `second`: only to confirm another one's order.

    `issuer`: name of the hub or relay in the roster. Times in ms since 1970 UTC.
    """

    machine: str
    dispatcher_id: str
    seat_id: str | None
    issued_at: int
    expires_at: int
    second: bool = False
    issuer: str = ""


_decoder = msgspec.msgpack.Decoder(Token)


def seal(token: Token, key: SignKey) -> bytes:
    """The token as it travels, with the holder of `key` as its issuer."""
    body = encode(msgspec.structs.replace(token, issuer=key.name))
    return key.sign(TOKEN_LABEL, body) + body


class Seals:
    """Proves tokens. One thread."""

    def __init__(self, own: SignKey) -> None:
        """What this hub or relay sealed itself always counts."""
        self._own = {own.name: own.public}
        self._keys = self._own
        self._proven: dict[bytes, Token] = {}

    def trust(self, keys: Mapping[str, str]) -> None:
        """Name -> public sign key of everybody enrolled; whoever is left out counts no more."""
        self._keys = {**keys, **self._own}
        self._proven.clear()

    def proven(self, sealed: bytes) -> Token | None:
        """The token when an enrolled hub or relay sealed it; its machine and time are not looked at."""
        token = self._proven.get(sealed)
        if token is None and len(sealed) <= TOKEN_BYTES_MAX:
            token = self._prove(sealed)
            if token is not None:
                if len(self._proven) >= PROVEN_MAX:
                    self._proven.clear()
                self._proven[sealed] = token
        return token

    def _prove(self, sealed: bytes) -> Token | None:
        token = _claimed(sealed)
        public = self._keys.get(token.issuer) if token else None
        if public is None:
            return None
        return token if is_signed(public, TOKEN_LABEL, sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]) else None


def open_token(
    sealed: bytes,
    seals: Seals,
    machine: str,
    at: int,
    now: int,
    early_ms: int = CLOCK_SLACK_MS,
    late_ms: int = LATE_ENTRY_MS_MAX,
) -> Token | None:
    """The token, when it is proven, belongs to the machine with this key and was good at `at`; else `None`.

    `early_ms`: how long before the log-in it may have been, when the person answers for an older order.

    `at` is when the order says it was given: an order that waited out a break keeps its giver, but not
    longer than `late_ms` after the end of the log-in by the hub's clock, `now`.
    """
    token = seals.proven(sealed)
    if token is None or token.machine != machine:
        return None
    good = token.issued_at - early_ms <= at <= token.expires_at >= now - late_ms
    return token if good else None


def giver_of(sealed: bytes) -> str | None:
    """Whose token this claims to be, unproven; for the machine that got it itself."""
    token = _claimed(sealed)
    return token.dispatcher_id if token else None


def _claimed(sealed: bytes) -> Token | None:
    try:
        return _decoder.decode(sealed[SEAL_BYTES:])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
