"""The hub's side of the relays: all is pulled, one question open at a time, so nothing piles up on a line.

A `Follow` with nothing to answer is parked until the next commit, a `PositionsReq` until a vehicle moved;
what a relay has not taken is conflated here per vehicle, oldest change first. Orders of machines behind a
relay count only when the roster says that they stand in the relay's own site.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec import Struct

from store.core.decided import Decided, pack
from store.core.journal import Head
from store.core.messages import Cmd, Login, Positions, Resume, decode_to_hub
from store.core.outputs import Origin, ReadHashes, ReadJournal, Relayed, Reply
from store.core.recent import Recent, portion
from store.core.roster import Machine, MachineRole
from store.core.site_messages import Follow, Forward, Hashes, HashReq, Journal, PositionsReq
from store.core.wire import HASH_ZERO, PART_BYTES_MAX, BadMessage, Entry, Epoch, Position, encode

FOLLOWER_MS_MAX = 20_000
"""A relay that asked nothing for so long is gone; it comes back with its next question."""
HASHES_MAX = 256
TICK_SLACK_MS = 50
"""The hub's own beat is not exact; a relay's Tick goes out with the nearest one."""
FOLLOWING_ROLES = frozenset({MachineRole.RELAY, MachineRole.HUB})

MachineOf = Callable[[str], Machine | None]


class Unwrapped(NamedTuple):
    """A message a relay handed on, as if its machine were connected here."""

    origin: Origin
    message: Login | Resume | Cmd | Positions


class _Follower(Struct):
    """One relay. `moved`: positions it has not taken, in the order the vehicles first changed."""

    heard_at: int
    machine: Machine
    parked: Follow | None = None
    reading: bool = False
    hungry: PositionsReq | None = None
    moved: dict[str, Position] = {}
    tick_ms: int = 200
    tick_at: int = 0

    @property
    def site(self) -> str:
        return self.machine.site


class Followers:
    """All relays of one boot of the hub. `machine_of`: the roster by name."""

    def __init__(self, epoch: Epoch, recent: Recent, machine_of: MachineOf) -> None:
        self.machine_of = machine_of
        self._epoch = epoch
        self._recent = recent
        self._by_route: dict[bytes, _Follower] = {}
        self._last: dict[str, int] = {}

    def sites(self, now: int) -> list[tuple[str, int]]:
        """(site, ms since its relay was last heard) of every follower."""
        return [(one.site, now - one.heard_at) for one in self._by_route.values()]

    def last_heard(self, now: int) -> tuple[tuple[str, int], ...]:
        """(site, ms since any relay of it was heard), also of those that are gone; of this boot only."""
        for one in self._by_route.values():
            self._last[one.site] = max(self._last.get(one.site, 0), one.heard_at)
        return tuple((site, max(0, now - at)) for site, at in sorted(self._last.items()))

    def heard(self, origin: Origin, now: int) -> None:
        """A follower is alive: in a quiet night its questions stay parked for seconds."""
        follower = self._by_route.get(origin.route) if isinstance(origin.route, bytes) else None
        if follower is not None:
            follower.heard_at = now

    def roster_changed(self) -> None:
        """Who was struck, or is another machine now, hears nothing more, parked questions included.

        The others go on, also where their address or sign key is a new one.
        """
        for route, one in list(self._by_route.items()):
            machine = self.machine_of(one.machine.name)
            if machine is not None and _who(machine) == _who(one.machine):
                one.machine = machine
            else:
                del self._by_route[route]

    def caught_up(self, site: str, head: Head) -> bool:
        """True when a follower of this site has every row up to `head` and waits for the next."""
        parked = (one.parked for one in self._by_route.values() if one.site == site)
        return any(asked is not None and (asked.seq, asked.hash) == (head.seq, head.hash) for asked in parked)

    # --- questions --------------------------------------------------------------------------------

    def on_message(
        self, origin: Origin, message: Follow | PositionsReq | HashReq, head: Head, now: int
    ) -> list[Reply | ReadJournal | ReadHashes] | None:
        """Answer or park; `None`: this machine may not ask that."""
        route = origin.route
        if origin.machine.role not in FOLLOWING_ROLES or not isinstance(route, bytes):
            return None
        if isinstance(message, HashReq):
            return [ReadHashes(route, HashReq(seqs=message.seqs[:HASHES_MAX]))]
        follower = self._by_route.get(route)
        fresh = follower is None or follower.machine != origin.machine
        if follower is None or fresh:
            follower = self._by_route[route] = _Follower(now, origin.machine)
        follower.heard_at = now
        if isinstance(message, PositionsReq):
            follower.hungry = message
            return [*self._feed(route, follower)]
        follower.tick_ms = message.tick_ms
        return self._on_follow(route, follower, message, head, at_once=fresh)

    def _on_follow(
        self, route: bytes, follower: _Follower, follow: Follow, head: Head, *, at_once: bool
    ) -> list[Reply | ReadJournal | ReadHashes]:
        """The first question of a relay is answered at once: it learns that its journal goes on in ours."""
        follower.parked = None
        known = HASH_ZERO if follow.seq == 0 else self._recent.hash_at(follow.seq, head)
        if follow.seq > head.seq or (known is not None and known != follow.hash):
            return [Reply(route, self._journal((), head, ok=False, told=0 if follow.decided else -1))]
        rows = self._recent.after(follow.seq, head, _bytes_max(follow)) if known is not None else None
        if rows is None or self._is_in_store(follow):
            if follower.reading:
                return []  # the same question again, its answer is being read
            follower.reading = True
            return [ReadJournal(route, follow)]
        if not rows and not at_once and not self._recent_decided(follow, ())[0]:
            follower.parked = follow
            return []
        return [Reply(route, self._answer(follow, rows, head))]

    def _is_in_store(self, follow: Follow) -> bool:
        """What was decided before this hub's time, or too long ago for its memory."""
        if not follow.decided:
            return False
        return follow.told < 0 or follow.before > 0 or not self._recent.has_decided(follow.seq)

    def _recent_decided(self, follow: Follow, rows: tuple[Entry, ...]) -> tuple[tuple[Decided, ...], int]:
        return self._recent.decided(follow.seq, follow.told, rows) if follow.decided else ((), -1)

    def _answer(self, follow: Follow, rows: tuple[Entry, ...], head: Head) -> bytes:
        decided, told = self._recent_decided(follow, rows)
        return self._journal(rows, head, decided=decided, told=told)

    def unwrap(self, origin: Origin, forward: Forward) -> Unwrapped | None:
        """What a relay hands on for a machine of its own site; `None`: it must not, or it is none of ours."""
        machine, relay = self.machine_of(forward.machine), origin.machine
        if relay.role not in FOLLOWING_ROLES or not isinstance(origin.route, bytes):
            return None
        if machine is None or machine.site != relay.site:
            return None
        if relay.role is MachineRole.RELAY and not relay.site:
            return None  # enrolled without its site it would speak for everybody in the centre
        try:
            message = decode_to_hub(forward.frame)
        except BadMessage:
            return None
        if not isinstance(message, Login | Resume | Cmd | Positions):
            return None
        return Unwrapped(Origin(machine, Relayed(origin.route, forward.route)), message)

    # --- answers ----------------------------------------------------------------------------------

    def on_committed(self, head: Head) -> list[Reply]:
        """New rows: answer every question that waited for them."""
        replies = []
        for route, follower in self._by_route.items():
            if follower.parked is not None:
                follow, follower.parked = follower.parked, None
                rows = self._recent.after(follow.seq, head, _bytes_max(follow)) or ()
                replies.append(Reply(route, self._answer(follow, rows, head)))
        return replies

    def on_rows(
        self,
        read: ReadJournal,
        rows: tuple[Entry, ...] | None,
        head: Head,
        decided: tuple[Decided, ...] = (),
        before: int = -1,
    ) -> list[Reply]:
        """The store answered; `rows` None: the row that was named is not in the journal.

        `decided`, `before`: what was decided at these rows, and for a new copy before them.
        """
        follower = self._by_route.get(read.route)
        if follower is None:
            return []
        follower.reading = False
        published = portion((row for row in rows or () if row.seq <= head.seq), _bytes_max(read.follow))
        last = published[-1].seq if published else read.follow.seq
        shown = tuple(one for one in decided if one.seq <= last)
        told = 0 if read.follow.decided else -1  # what is in memory is said once more
        frame = self._journal(published, head, ok=rows is not None, decided=shown, told=told, before=before)
        return [Reply(read.route, frame)]

    def reading_failed(self, read: ReadJournal) -> None:
        """The store did not answer; the relay will ask again."""
        follower = self._by_route.get(read.route)
        if follower is not None:
            follower.reading = False

    def on_hashes(self, read: ReadHashes, rows: Iterable[tuple[int, bytes]], head: Head) -> list[Reply]:
        known = tuple((seq, row_hash) for seq, row_hash in rows if seq <= head.seq)
        answer = Hashes(rows=known, head_seq=head.seq, asked=read.asked.seqs)
        return [Reply(read.route, encode(answer))]

    def on_positions(self, batch: Iterable[Position]) -> list[Reply]:
        """Vehicles moved: keep the newest of each for every relay, feed those that asked."""
        newest = list(batch)
        replies: list[Reply] = []
        for route, follower in self._by_route.items():
            for position in newest:
                follower.moved[position.vehicle_id] = position
            replies += self._feed(route, follower)
        return replies

    def on_time(self, tick: bytes, now: int) -> list[Reply]:
        """Hand the Tick to each relay as often as it wants it, and forget those that are gone."""
        gone = [route for route, one in self._by_route.items() if now - one.heard_at > FOLLOWER_MS_MAX]
        for route in gone:
            del self._by_route[route]
        due = [route for route, one in self._by_route.items() if now >= one.tick_at]
        for route in due:
            self._by_route[route].tick_at = now + self._by_route[route].tick_ms - TICK_SLACK_MS
        return [Reply(route, tick) for route in due]

    def _feed(self, route: bytes, follower: _Follower) -> list[Reply]:
        if follower.hungry is None or not follower.moved:
            return []
        left = follower.hungry.bytes_max
        batch: list[Position] = []
        for position in follower.moved.values():
            left -= len(encode(position))
            if batch and left < 0:
                break
            batch.append(position)
        for position in batch:
            del follower.moved[position.vehicle_id]
        follower.hungry = None
        return [Reply(route, encode(Positions(batch=tuple(batch))))]

    def _journal(
        self,
        rows: tuple[Entry, ...],
        head: Head,
        *,
        ok: bool = True,
        decided: tuple[Decided, ...] = (),
        told: int = -1,
        before: int = -1,
    ) -> bytes:
        return encode(
            Journal(
                epoch=self._epoch,
                entries=rows,
                head_seq=head.seq,
                ok=ok,
                decided=pack(rows, decided),
                told=told,
                before=before,
            )
        )


def _who(machine: Machine) -> tuple[str, MachineRole, str]:
    """What a line was opened by and may ask for."""
    return machine.public_key, machine.role, machine.site


def _bytes_max(follow: Follow) -> int:
    return min(max(1, follow.bytes_max), PART_BYTES_MAX)
