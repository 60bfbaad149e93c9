"""Who may speak: the allow-list, the code bound to each number, and what is remembered of a terminal.

The number in a frame is only a claim. The code is an HMAC over the number, so that it needs no store
and survives a restart; a terminal that was given its code beforehand has it in the list.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Iterable

from msgspec import Struct, field

from radio.terminal.header import plain_phone
from radio.terminal.messages import Register, RegisterResult

CODE_CHARACTERS = 16
POSITION_MARKS_MAX = 64  # repeated positions come at once or not at all
OTHER_MARKS_MAX = 256
ADDRESSES_MAX = 10_000
MINUTE_MS = 60_000


class KnownTerminal(Struct, frozen=True):
    """One line of the allow-list. `code` "": issued by us. `terminal_id`, `plate` "": not checked."""

    phone: str
    code: str = ""
    terminal_id: str = ""
    plate: str = ""


class Window:
    """Marks of messages already dealt with, forgotten after `keep_ms` or when `marks_max` newer ones came."""

    __slots__ = ("_keep_ms", "_marks", "_marks_max")

    def __init__(self, keep_ms: int, marks_max: int) -> None:
        self._keep_ms = keep_ms
        self._marks_max = marks_max
        self._marks: OrderedDict[int, int] = OrderedDict()

    def has(self, mark: int, now_ms: int) -> bool:
        since = self._marks.get(mark)
        return since is not None and now_ms - since < self._keep_ms

    def add(self, mark: int, now_ms: int) -> None:
        self._marks[mark] = now_ms
        if len(self._marks) > self._marks_max:
            self._marks.popitem(last=False)

    def forget(self, mark: int) -> None:
        self._marks.pop(mark, None)


class Terminal:
    """What outlives a connection: duplicates, live position time, bits already set, keys being stored."""

    __slots__ = (
        "clock_seen_right",
        "held",
        "known",
        "last_key",
        "live_at_ms",
        "others",
        "positions",
        "pressing",
    )

    def __init__(self, known: KnownTerminal, duplicates_ms: int) -> None:
        self.known = known
        self.live_at_ms = 0
        self.clock_seen_right = False
        self.held: frozenset[str] = frozenset()
        self.pressing: set[int] = set()
        self.last_key = ("", 0)  # what it gave, steady time it was stored
        self.positions = Window(duplicates_ms, POSITION_MARKS_MAX)
        self.others = Window(duplicates_ms, OTHER_MARKS_MAX)

    @property
    def phone(self) -> str:
        return self.known.phone


class Registrations(Struct):
    """Registrations per address and minute, so that numbers cannot be tried out in bulk."""

    per_minute_max: int
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)  # address -> (minute, count)

    def allow(self, address: str, now_ms: int) -> bool:
        minute = now_ms // MINUTE_MS
        since, count = self.counts.get(address, (minute, 0))
        count = count + 1 if since == minute else 1
        if address not in self.counts and len(self.counts) >= ADDRESSES_MAX:
            self.counts.clear()
        self.counts[address] = (minute, count)
        return count <= self.per_minute_max


class Roster:
    """The known terminals by plain number."""

    def __init__(self, known: Iterable[KnownTerminal], secret: bytes, *, duplicates_ms: int) -> None:
        self._secret = secret
        self._duplicates_ms = duplicates_ms
        self._terminals: dict[str, Terminal] = {}
        self.replace(known)

    def replace(self, known: Iterable[KnownTerminal]) -> None:
        """Take a new allow-list; what is remembered of terminals that stay is kept."""
        kept = self._terminals
        self._terminals = {}
        for line in known:
            phone = plain_phone(line.phone)
            plain = KnownTerminal(phone, line.code, line.terminal_id, line.plate)
            terminal = kept.get(phone) or Terminal(plain, self._duplicates_ms)
            terminal.known = plain
            self._terminals[phone] = terminal

    def find(self, phone: str) -> Terminal | None:
        """The terminal of a number in any notation, None when it is not in the list."""
        return self._terminals.get(plain_phone(phone))

    def code_for(self, known: KnownTerminal) -> str:
        """The code this number has to show in 0x0102."""
        if known.code:
            return known.code
        digest = hmac.new(self._secret, known.phone.encode(), hashlib.sha256)
        return digest.hexdigest()[:CODE_CHARACTERS]

    def register(self, phone: str, claim: Register) -> tuple[RegisterResult, str]:
        """(result, code) for 0x8100; the code is "" unless the result is OK."""
        terminal = self.find(phone)
        if terminal is None:
            return RegisterResult.NO_SUCH_TERMINAL, ""
        known = terminal.known
        if known.terminal_id and known.terminal_id != claim.terminal_id:
            return RegisterResult.TERMINAL_TAKEN, ""
        if known.plate and known.plate != claim.plate:
            return RegisterResult.NO_SUCH_VEHICLE, ""
        return RegisterResult.OK, self.code_for(known)

    def proves(self, phone: str, code: str) -> Terminal | None:
        """The terminal when the code is the one bound to this number, else None."""
        terminal = self.find(phone)
        if terminal is None:
            return None
        expected = self.code_for(terminal.known).encode()
        return terminal if hmac.compare_digest(expected, code.encode()) else None
