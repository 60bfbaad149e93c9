"""A supervisor's signed wish to listen, whisper, barge in, take over or release: pure.

It travels as `X-Monitor: 2;mode;call_id;at_ms;by;reason;signature` on the INVITE of the supervisor's leg and
on the INFO that changes it, `by` (staff number and name) and the reason percent-encoded. The signature is an
HMAC with the site's secret; it counts for 30 s and once. The first form, which had no `2;` and signed no
person, is known and refused with a word of its own. Back comes `X-Monitor-State: mode;place;silent` on INFO
of the monitored telephone: how the leg stands, as often as that changes.
"""

import enum
import hashlib
import hmac
from collections import deque
from typing import NamedTuple
from urllib.parse import quote, unquote

from telephony.conversation import CallPlace

HEADER = "X-Monitor"
STATE_HEADER = "X-Monitor-State"
SILENT = "silent"
WINDOW_MS = 30_000
SEEN_MAX = 4096  # refused beyond: far more than people press in a minute
ID_CHARS = 32
VERSION = "2"
NOBODY_SIGNED = "no person signed"
BY_CHARS_MAX = 20
REASON_CHARS_MAX = 60
OCTETS_PER_CHAR = 9
"""Encoded, of a common Chinese character; a rare one has twelve, so that fewer of them fit. An INFO with more
than all this would be no datagram of 1,300 octets, beyond which the library tries TCP first.
"""


class MonitorMode(enum.StrEnum):
    """How a supervisor is with a call. `RELEASE` ends it by force."""

    LISTEN = "listen"  # heard by nobody
    WHISPER = "whisper"  # heard by the operator only
    BARGE = "barge"  # heard by all
    TAKE_OVER = "take_over"  # in the operator's place
    RELEASE = "release"


class MonitorWish(NamedTuple):
    """What is wanted of which call, by whom (staff number, a space, name), and why where that was said."""

    mode: MonitorMode
    call_id: str
    by: str
    reason: str = ""


class Judged(NamedTuple):
    """What a header says, as far as it can be read; `reason` is empty when it is to be obeyed."""

    wish: MonitorWish | None
    reason: str = ""


class MonitorStands(NamedTuple):
    """How a leg stands: its mode, where the call stands at its seat, whether nothing comes of its far end."""

    mode: MonitorMode
    place: CallPlace
    silent: bool = False


def stands_value(stands: MonitorStands) -> str:
    """The header's value."""
    return f"{stands.mode};{stands.place};{SILENT if stands.silent else ''}"


def read_stands(value: str) -> MonitorStands | None:
    """None: it says nothing that is known here."""
    mode, place, silent, *_ = [*(part.strip() for part in value.split(";")), "", "", ""]
    if mode not in set(MonitorMode) or place not in set(CallPlace):
        return None
    return MonitorStands(MonitorMode(mode), CallPlace(place), silent == SILENT)


def signed(wish: MonitorWish, at_ms: int, secret: str) -> str:
    """The header's value. A name or a reason that is too long is cut."""
    by, reason = _written(wish.by, BY_CHARS_MAX), _written(wish.reason, REASON_CHARS_MAX)
    text = f"{VERSION};{wish.mode};{wish.call_id};{at_ms};{by};{reason}"
    return f"{text};{_signature(text, secret)}"


class MonitorGate:
    """Judges wishes against one secret; remembers those of the last minute, so that none counts twice."""

    def __init__(self, secret: str) -> None:
        """An empty secret admits nobody."""
        self._secret = secret
        self._seen: set[str] = set()
        self._seen_at: deque[tuple[int, str]] = deque()

    def judge(self, value: str, now_ms: int) -> Judged:
        """Read one header. A wrong signature is not told apart from a wrong secret."""
        text, _, signature = value.strip().rpartition(";")
        wish, at_ms = _parsed(text)
        if wish is None:
            return Judged(None, NOBODY_SIGNED if _is_first_form(text) else "malformed")
        if not self._secret:
            return Judged(wish, "no secret set")
        if not hmac.compare_digest(
            signature.encode("utf-8", "replace"), _signature(text, self._secret).encode()
        ):
            return Judged(wish, "wrong signature")
        if not wish.by:
            return Judged(wish, NOBODY_SIGNED)
        if abs(now_ms - at_ms) > WINDOW_MS:
            return Judged(wish, "out of time")
        self._forget_before(now_ms - 2 * WINDOW_MS)
        if signature in self._seen:
            return Judged(wish, "replayed")
        if len(self._seen) >= SEEN_MAX:
            return Judged(wish, "too many")
        self._seen.add(signature)
        self._seen_at.append((now_ms, signature))
        return Judged(wish)

    def _forget_before(self, before_ms: int) -> None:
        """A signature is outdated by itself two windows after it was used, whichever clock was ahead."""
        while self._seen_at and self._seen_at[0][0] < before_ms:
            self._seen.discard(self._seen_at.popleft()[1])


def _parsed(text: str) -> tuple[MonitorWish | None, int]:
    version, *parts = text.split(";")
    if version != VERSION or len(parts) != 5 or parts[0] not in set(MonitorMode) or len(parts[1]) != ID_CHARS:
        return None, 0
    if not (parts[2].isascii() and parts[2].isdecimal()):
        return None, 0
    by, reason = _read(parts[3], BY_CHARS_MAX), _read(parts[4], REASON_CHARS_MAX)
    return MonitorWish(MonitorMode(parts[0]), parts[1], by, reason), int(parts[2][:ID_CHARS])


def _written(words: str, chars_max: int) -> str:
    """As much of it as there is room for."""
    letters = [quote(letter, safe="") for letter in words[:chars_max]]
    while sum(map(len, letters)) > chars_max * OCTETS_PER_CHAR:
        letters.pop()
    return "".join(letters)


def _read(encoded: str, chars_max: int) -> str:
    return "".join(filter(str.isprintable, unquote(encoded)))[:chars_max]


def _is_first_form(text: str) -> bool:
    parts = text.split(";")
    return len(parts) in {3, 4} and parts[0] in set(MonitorMode)


def _signature(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
