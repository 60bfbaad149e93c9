"""A relay's side of its line to the hub: what to ask for, what came, and whether it continues the copy.

Pure. One question of each kind is open at a time. A row counts only when its hash continues the chain; a hub
of a lower (term, site), a fenced one and another relay are left for the next address.
"""

from enum import Enum

from msgspec import Struct

from dispatch.sites import CITY
from store.core.command_messages import CommandAnswer, Evidence
from store.core.copied import Base, CopyJob
from store.core.decided import Decided, unpack
from store.core.journal import Head, broken_at
from store.core.line import PING_MS, Line
from store.core.messages import (
    FromHub,
    Hello,
    Nack,
    Ping,
    Pong,
    Positions,
    SnapBegin,
    SnapEnd,
    SnapPart,
    SnapReq,
    Tick,
    ToHub,
    Welcome,
)
from store.core.site_messages import AccountsNews, Follow, Hashes, Journal, LateDone, PositionsReq, RosterNews
from store.core.snapshots import Assembly
from store.core.wire import EPOCH_ZERO, PART_BYTES_MAX, BadMessage, Entry, Epoch, Mode, encode

RED_MS = 3000
"""No word of the hub for so long: cut off."""
ASK_AGAIN_MS = 5000
LINE_BYTES_MS_MIN = 7
"""The thinnest line (64 kbit/s): a part of a snapshot keeps every other word waiting so long."""
JOBS_MAX = 8
"""Pieces of the journal on their way to disk; the next one is asked for when there is room again."""
ROW_BYTES = 300


class ToTheHub(Struct, frozen=True):
    """To be sent to the hub; nothing queues while there is no connection."""

    message: ToHub


class Copy(Struct, frozen=True):
    """To be made durable; it comes back by `RelayLogic.on_copied`, in order."""

    job: CopyJob


class PublishPositions(Struct, frozen=True):
    frame: bytes


class NextHub(Struct, frozen=True):
    """This address does not command; `reason`: silent, fenced, older, relay, version, broken."""

    reason: str


class Heard(Struct, frozen=True):
    """What the hub said to the process around: roster, accounts, answers to a rejoin."""

    message: RosterNews | AccountsNews | Hashes | LateDone | CommandAnswer | Evidence


class ForkFound(Struct, frozen=True):
    """The commanding hub does not have our last row: this copy has a tail of its own (bus.md 5.8).

    `takes_copied`: it also takes in what another site accepted and we only copied.
    """

    epoch: Epoch
    head_seq: int
    takes_copied: bool = False


class Trouble(Enum):
    """Why the line is not well; the value is the alarm shown."""

    NONE = ""
    REVOKED = "revoked"
    VERSION = "version"
    BROKEN = "journal_broken"
    FORK = "fork"


UpOutput = ToTheHub | Copy | PublishPositions | NextHub | Heard | ForkFound


class Following:
    """`head` and `epoch` of the copy on disk; `head` None: there is none yet. Times in ms, steady.

    `before`: it lacks verdicts of the time before this row; 0: none.
    """

    def __init__(self, head: Head | None, epoch: Epoch, line: Line, now: int, before: int = 0) -> None:
        self.line = line
        self.received = head
        """The last row taken in; it may not be durable yet. `None`: waits for a base."""
        self.epoch = epoch
        """Of the hub that gave it."""
        self.tick: Tick | None = None
        """The last one of a hub that commands."""
        self.heard_at: int | None = None
        self.trouble = Trouble.NONE
        self.jobs = 0
        self._before = before
        self._told = -1
        self._since = now  # when this address was dialled
        self._connected = False
        self._asked_at: int | None = None
        self._piece_at = 0
        self._hungry_at: int | None = None
        self._ping_at = now
        self._assembly: Assembly | None = None
        self._offset: int | None = None

    # --- state ------------------------------------------------------------------------------------

    def hub_age_ms(self, now: int) -> int:
        """How long ago a commanding hub was heard; -1: never."""
        return -1 if self.heard_at is None else max(0, now - self.heard_at)

    def cut_off(self, now: int) -> bool:
        return self.heard_at is None or now - self.heard_at > RED_MS

    def holder(self, now: int) -> Epoch | None:
        """The hub that commands and is heard just now; `None`: cut off."""
        return self.tick.epoch if self.tick is not None and not self.cut_off(now) else None

    @property
    def heard_seq(self) -> int:
        """How far the hub was, as far as we know."""
        return max(self.tick.seq if self.tick else 0, self.received.seq if self.received else 0)

    def hub_time(self, now: int) -> int:
        """The hub's clock at our steady `now`, by which seats date orders; ours where it was never heard."""
        return now + (self._offset or 0)

    # --- what happens -----------------------------------------------------------------------------

    def dialled(self, now: int) -> None:
        """Another address, or the same one again."""
        self._since, self._connected = now, False
        self._asked_at = self._hungry_at = None
        self._assembly = None
        self._told = -1

    def connected(self, now: int) -> list[UpOutput]:
        """The hub admitted us: begin with whatever is missing."""
        self.dialled(now)
        self._connected = True
        head = self.received
        hello = Hello(app="relay", epoch=self.epoch, seq=head.seq if head else 0)
        return [ToTheHub(hello), *self._ask(now), *self._ask_positions(now)]

    def copied(self, now: int) -> list[UpOutput]:
        """One job is durable: there is room for the next."""
        self.jobs -= 1
        return self._ask(now)

    def on_time(self, now: int) -> list[UpOutput]:
        """Ask again for what did not come, measure the line, leave a silent hub."""
        if not self._connected:
            return self._leave_silent(now)
        outputs: list[UpOutput] = []
        again_ms = ASK_AGAIN_MS + self._part_ms()
        if self._asked_at is not None and now - self._asked_at >= again_ms:
            self._asked_at = None
        if self._hungry_at is not None and now - self._hungry_at >= ASK_AGAIN_MS:
            self._hungry_at = None
        outputs += self._ask(now)
        outputs += self._ask_positions(now)
        if now >= self._ping_at:
            self._ping_at = now + PING_MS
            outputs.append(ToTheHub(Ping(t=now)))
        return outputs + self._leave_silent(now)

    def on_message(self, message: FromHub, now: int) -> list[UpOutput]:
        """Take one message of the hub."""
        match message:
            case Tick():
                return self._on_tick(message, now)
            case Journal():
                return self._on_journal(message, now)
            case Positions():
                return self._on_positions(message, now)
            case Pong():
                self.line.pong(now - message.t)
                return []
            case SnapBegin() | SnapPart() | SnapEnd():
                return self._on_snapshot(message, now)
            case Welcome():
                return self._left(message.epoch, message.mode, message.relay, message.scope)
            case Nack():
                return self._on_nack(message)
            case RosterNews() | AccountsNews() | Hashes() | LateDone() | CommandAnswer() | Evidence():
                return [Heard(message)]
            case _:
                return []

    # --- the hub ----------------------------------------------------------------------------------

    def _left(self, epoch: Epoch, mode: str, relay: str, scope: str) -> list[UpOutput]:
        """Whether this address has to be left."""
        if relay:
            return [NextHub("relay")]
        if scope != CITY:  # a district that commands itself only
            return [NextHub("scope")]
        if mode == Mode.FENCED:
            return [NextHub("fenced")]
        return [NextHub("older")] if _older(epoch, self.epoch) else []

    def _on_tick(self, tick: Tick, now: int) -> list[UpOutput]:
        left = self._left(tick.epoch, tick.mode, tick.relay, tick.scope)
        if left:
            return left
        self._hear(now)
        self.tick = tick
        sample = tick.now_at - now
        if self._offset is None or sample > self._offset or self._offset - sample > RED_MS:
            self._offset = sample  # the least delayed word is nearest to the hub's clock
        else:
            self._offset -= 1
        return []

    def _hear(self, now: int) -> None:
        self.heard_at = now
        if self.trouble in {Trouble.REVOKED, Trouble.VERSION}:
            self.trouble = Trouble.NONE

    def _on_nack(self, nack: Nack) -> list[UpOutput]:
        if nack.reason == "revoked":
            self.trouble = Trouble.REVOKED
        elif nack.reason in {"version", "bad_message"}:  # a hub of before the districts
            self.trouble = Trouble.VERSION
            return [NextHub("version")]
        return []

    def _leave_silent(self, now: int) -> list[UpOutput]:
        if now - max(self._since, self.heard_at or 0) <= RED_MS + self._part_ms():
            return []
        self._since = now
        return [NextHub("silent")]

    def _part_ms(self) -> int:
        """What the next part of a snapshot may take; nothing when none is coming."""
        if self._assembly is None:
            return 0
        return min(PART_BYTES_MAX, self._assembly.begin.size) // LINE_BYTES_MS_MIN

    # --- the journal ------------------------------------------------------------------------------

    def _ask(self, now: int) -> list[UpOutput]:
        if not self._connected or self._asked_at is not None or self.jobs >= JOBS_MAX:
            return []
        if self.trouble is Trouble.FORK:
            return []
        self._asked_at = self._piece_at = now
        head = self.received
        if head is None:
            return [ToTheHub(SnapReq())]
        follow = Follow(
            seq=head.seq,
            hash=head.hash,
            bytes_max=self.line.follow_bytes,
            tick_ms=self.line.tick_ms,
            decided=True,
            told=self._told,
            before=self._before,
        )
        return [ToTheHub(follow)]

    def _on_journal(self, journal: Journal, now: int) -> list[UpOutput]:
        head = self.received
        if head is None or _older(journal.epoch, self.epoch):
            return []
        self._asked_at = None
        if not journal.ok:
            self.trouble = Trouble.FORK
            return [ForkFound(journal.epoch, journal.head_seq, journal.told >= 0)]
        entries = tuple(entry for entry in journal.entries if entry.seq > head.seq)
        if broken_at(entries, head) is not None:
            self.trouble = Trouble.BROKEN
            return [NextHub("broken")]
        self._hear(now)
        if self.trouble is Trouble.BROKEN:
            self.trouble = Trouble.NONE
        if entries:
            last = entries[-1]
            self.received = Head(last.seq, last.hlc, last.hash)
            if last.seq < journal.head_seq:
                size = sum(len(entry.body) + ROW_BYTES for entry in entries) + len(journal.decided)
                self.line.piece_came(now - self._piece_at, size)
        return self._take_piece(journal, entries) + self._ask(now)

    def _take_piece(self, journal: Journal, entries: tuple[Entry, ...]) -> list[UpOutput]:
        """What has to be made durable of it, rows or not."""
        decided = _decided(journal)
        before = journal.before if 0 <= journal.before < self._before else None
        if before is not None:
            self._before = before
        last = journal.entries[-1].seq if journal.entries else None
        if self.received is not None and last in {None, self.received.seq}:
            self._told = journal.told
        if not (entries or decided or before is not None or journal.epoch != self.epoch):
            return []
        self.epoch = journal.epoch
        self.jobs += 1
        return [Copy(CopyJob(journal.epoch, entries, decided=decided, before=before))]

    def _on_snapshot(self, message: SnapBegin | SnapPart | SnapEnd, now: int) -> list[UpOutput]:
        if self.received is not None:
            return []
        self._hear(now)
        self._asked_at = now  # it is coming
        if isinstance(message, SnapBegin):
            self._assembly = Assembly(message)
            return []
        assembly = self._assembly
        if assembly is None or message.id != assembly.begin.id:
            return []
        if isinstance(message, SnapPart):
            assembly.take(message)
            return []
        return self._begin(assembly, now)

    def _begin(self, assembly: Assembly, now: int) -> list[UpOutput]:
        self._assembly = self._asked_at = None
        begin = assembly.begin
        try:
            floor = assembly.floor()
        except BadMessage:
            return self._ask(now)
        head = Head(begin.seq, begin.hlc, begin.hash)
        if not begin.hash:  # a hub of before the districts
            self.trouble = Trouble.VERSION
            return [NextHub("version")]
        self.received, self.epoch = head, begin.epoch
        self._before = head.seq + 1
        self.jobs += 1
        base = Base(head, begin.epoch, floor, self.hub_time(now))
        return [Copy(CopyJob(begin.epoch, base=base, before=self._before)), *self._ask(now)]

    # --- positions --------------------------------------------------------------------------------

    def _ask_positions(self, now: int) -> list[UpOutput]:
        if not self._connected or self._hungry_at is not None or self.received is None:
            return []
        bytes_max = self.line.positions_due(now)
        if bytes_max is None:
            return []
        self._hungry_at = now
        return [ToTheHub(PositionsReq(bytes_max=bytes_max))]

    def _on_positions(self, positions: Positions, now: int) -> list[UpOutput]:
        self._hungry_at = None
        frame = encode(positions)
        self.line.positions_came(len(frame), now)
        return [PublishPositions(frame), *self._ask_positions(now)]


def _decided(journal: Journal) -> tuple[Decided, ...]:
    """What a newer hub packed in a way of its own is left: the rows say what has to be known."""
    try:
        return unpack(journal.entries, journal.decided)
    except BadMessage:
        return ()


def _older(epoch: Epoch, ours: Epoch) -> bool:
    """Between sites only (term, site) counts; inside one the boot keeps a frozen hub out."""
    return ours != EPOCH_ZERO and epoch < ours
