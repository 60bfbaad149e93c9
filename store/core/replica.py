"""A replica of the floor: subscribe, buffer, snapshot, apply; a gap means catch up, a new epoch a snapshot.

The only recovery there is, the same for a stalled seat, a restarted hub and a site cut off for a week.
Pure: messages and times in, things to ask and things that happened out.
"""

import msgspec
from msgspec import Struct

from dispatch.apply import apply
from dispatch.events import Event
from dispatch.floor import Floor, copy_of
from store.core.messages import Catch, Evs, SnapBegin, SnapEnd, SnapPart, SnapReq, Tick
from store.core.snapshots import Assembly
from store.core.wire import EPOCH_ZERO, BadMessage, Epoch, Ev, typed

ASK_AGAIN_MS = 1000
BUFFER_MAX = 50_000

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Ask(Struct, frozen=True):
    """To be sent to the hub."""

    message: SnapReq | Catch


class Applied(Struct, frozen=True):
    """This event is on the floor now."""

    ev: Ev
    event: Event


class Replaced(Struct, frozen=True):
    """The whole floor is new; `floor` is a copy of it as it came, before what was applied on top."""

    floor: Floor
    epoch: Epoch
    seq: int


Outcome = Ask | Applied | Replaced
FloorMessage = Evs | Tick | SnapBegin | SnapPart | SnapEnd


class Replica:
    """State of the replica; every method returns what follows, in order."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.epoch: Epoch = EPOCH_ZERO
        self.seq = 0
        self.unknown_events = 0
        """Events of a newer kind than this program knows: it needs an update."""
        self._whole = False  # the floor is one of `epoch`
        self._heard_epoch: Epoch = EPOCH_ZERO
        self._heard_seq = 0
        self._buffer: dict[int, Ev] = {}
        self._assembly: Assembly | None = None
        self._asked_at: int | None = None

    @property
    def live(self) -> bool:
        """The floor holds everything heard of."""
        return self._whole and self.seq >= self._heard_seq

    @property
    def heard_seq(self) -> int:
        return self._heard_seq

    def on_message(self, message: FloorMessage, now: int) -> list[Outcome]:
        """Take one message of the hub."""
        if isinstance(message, Evs):
            return self._on_evs(message, now)
        if isinstance(message, Tick):
            return self._on_tick(message, now)
        return self._on_snapshot(message, now)

    def on_time(self, now: int) -> list[Outcome]:
        """Ask again for what did not come."""
        if self._asked_at is not None and now - self._asked_at >= ASK_AGAIN_MS:
            self._asked_at = None
            return self._ask(now)
        return []

    def start(self, now: int) -> list[Outcome]:
        """Connected (again): begin with whatever is missing."""
        self._asked_at = None
        return self._ask(now)

    def _hear(self, epoch: Epoch, seq: int) -> bool:
        """Note how far the hub is; False for a word of an older hub."""
        if epoch < self._heard_epoch:
            return False
        if epoch > self._heard_epoch:
            self._heard_epoch, self._heard_seq = epoch, 0
            self._whole = self._whole and epoch == self.epoch
            self._buffer.clear()
            self._assembly = None
            self._asked_at = None
        self._heard_seq = max(self._heard_seq, seq)
        return True

    def _on_tick(self, tick: Tick, now: int) -> list[Outcome]:
        return self._ask(now) if self._hear(tick.epoch, tick.seq) else []

    def _on_evs(self, message: Evs, now: int) -> list[Outcome]:
        last = message.evs[-1].seq if message.evs else 0
        if not self._hear(message.epoch, last):
            return []
        if not message.ok:
            self._whole = False
            self._asked_at = None
        for ev in message.evs:
            if (ev.seq > self.seq or not self._whole) and len(self._buffer) < BUFFER_MAX:
                self._buffer[ev.seq] = ev
        return (self._drain() if self._whole else []) + self._ask(now)

    def _drain(self) -> list[Outcome]:
        """Apply what continues the floor."""
        outcomes: list[Outcome] = []
        before = self.seq
        while self._whole and (ev := self._buffer.pop(self.seq + 1, None)) is not None:
            self.seq = ev.seq
            outcomes += self._apply(ev)
        if self._whole:
            self._buffer = {seq: ev for seq, ev in self._buffer.items() if seq > self.seq}
        if self.seq > before or not self._whole:
            self._asked_at = None  # that answer came; whatever is still missing is a new question
        return outcomes

    def _apply(self, ev: Ev) -> list[Outcome]:
        """An unknown kind keeps the sequence; an event that does not fit makes the floor suspect."""
        try:
            event = typed(_events, ev.body)
        except BadMessage:
            self.unknown_events += 1
            return []
        try:
            apply(self.floor, event)
        except KeyError:
            self._whole = False
            return []
        return [Applied(ev, event)]

    def _ask(self, now: int) -> list[Outcome]:
        if self.live or self._asked_at is not None:
            return []
        self._asked_at = now
        if self._whole:
            return [Ask(Catch(epoch=self.epoch, from_seq=self.seq + 1))]
        return [Ask(SnapReq())]

    def _on_snapshot(self, message: SnapBegin | SnapPart | SnapEnd, now: int) -> list[Outcome]:
        if isinstance(message, SnapBegin):
            if self._hear(message.epoch, message.seq):
                self._assembly = Assembly(message)
            return []
        assembly = self._assembly
        if assembly is None or message.id != assembly.begin.id:
            return []
        self._asked_at = now  # it is coming: do not ask for it twice
        if isinstance(message, SnapPart):
            assembly.take(message)
            return []
        return self._take_floor(assembly, now)

    def _take_floor(self, assembly: Assembly, now: int) -> list[Outcome]:
        self._assembly = None
        self._asked_at = None
        begin = assembly.begin
        if self._whole and begin.epoch == self.epoch and begin.seq <= self.seq:
            return self._ask(now)  # an answer to an older question
        try:
            floor = assembly.floor()
        except BadMessage:
            return self._ask(now)
        self.floor, self.epoch, self.seq, self._whole = floor, begin.epoch, begin.seq, True
        replaced = Replaced(copy_of(floor), begin.epoch, begin.seq)
        return [replaced, *self._drain(), *self._ask(now)]
