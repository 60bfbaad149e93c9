"""The hub process: decide, save, publish, in that order; the only writer of its city.

Threads: main (sockets and all protocol state), writer (the store), people (passwords). Nothing is answered or
published before the store has it; the Tick comes from the same loop as everything else, so a hung hub shows.
"""

import logging
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from dispatch.commands import ArchiveEnded, Command, MoveAuthority
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.sites import CITY, Authority
from store.bus.hub_sockets import BusError, HubSockets
from store.bus.keys import HUB, KeyFileError, own_keys, own_name, own_sign_key, pin_hub_key
from store.bus.roster import RosterError
from store.commit_watch import CommitWatch
from store.config import Config
from store.core.batch import Batch, Work, refusal_of
from store.core.hub_logic import HubLogic
from store.core.ids import new_id
from store.core.messages import Positions
from store.core.outputs import (
    CheckPerson,
    ForSite,
    GiveAccounts,
    MakeSnapshot,
    Output,
    Publish,
    ReadHashes,
    ReadJournal,
    Reply,
    TakePositions,
    addressed,
)
from store.core.roster import sign_keys
from store.core.site_messages import RosterNews
from store.core.wire import FROM_MEMORY, POSITIONS_PER_MESSAGE_MAX, Mode, Position, encode
from store.db.engine import folder_of
from store.db.errors import StoreError
from store.db.rebuild import rebuild as rebuild_store
from store.db.store import HubStore, Opened
from store.disk import DiskWatch, Room
from store.exits import CannotStartError, ExitCode
from store.fault_watch import alarms
from store.hub_office import ORDER_MS_MAX, Office
from store.hub_people import People
from store.hub_reader import Reader
from store.hub_writer import FAULT, Committed, Writer
from store.serving import Serving, identity_of, ports_of, this_process
from store.snapshot_maker import SnapshotMaker

POSITIONS_MS = 200
ARCHIVE_MS = 60_000  # little at a time: one event has to fit into a message
ARCHIVE_AFTER_MS = 24 * 3_600_000
STOP_S_MAX = 5.0
SEED_MS_MAX = 600_000

Seed = Callable[[], Iterable[Command]]
"""Master data for an empty store, as commands."""

log = logging.getLogger(__name__)


class Site(Protocol):
    """The site around the hub: command of a scope and its end. Called on the hub's loop; `now`: steady."""

    def on_for_site(self, asked: ForSite, hub: "Hub", now: int, wall: int, /) -> list[Reply]: ...
    def on_committed(self, batch: Batch, hub: "Hub", now: int, /) -> list[Reply]: ...
    def on_time(self, hub: "Hub", now: int, wall: int, /) -> list[Reply]: ...


class Hub(Serving[Output]):
    """One boot of the hub. `run` is the loop; everything but `stop` belongs to its thread."""

    logic: HubLogic

    def __init__(
        self,
        config: Config,
        seed: Seed | None = None,
        *,
        until_fenced: bool = False,
        scope: str = CITY,
        site: Site | None = None,
    ) -> None:
        """Claims the authority and opens the door. Raises StoreError, BusError, KeyFileError.

        `until_fenced`: `run` ends when another hub has taken over, instead of showing what it has. `scope`:
        what is commanded here.
        """
        super().__init__()
        self._until_fenced = until_fenced
        self._site = site
        self.handing_over = False
        """While command is being moved as planned nothing is decided."""
        self.fenced = False
        """Another site was heard to command: nothing is decided any more."""
        self._config = config
        keys_dir = Path(config.keys.dir)
        name = own_name(keys_dir, config.site.code)
        keys = own_keys(keys_dir, name)
        if name == HUB:
            pin_hub_key(keys_dir, keys.public)
        self._store = HubStore(config.store.url, config.site.code, this_process(), scope)
        opened = self._store.open()
        if opened.word is not None:
            opened = self._say_by_whose_order(opened, opened.word)
        if seed is not None and opened.head.seq == 0:
            opened = self._plant(seed, opened)
        identity = identity_of(config, opened.epoch, own_sign_key(keys_dir, name))
        self._sockets = HubSockets(ports_of(config), keys, keys_dir / "roster.json")
        self.logic = HubLogic(identity, opened.floor, opened.head, self._sockets.machine_of, scope)
        wake = self._sockets.waker.wake
        self._writer = Writer(self._store, opened.head.seq, self._clock.now_ms, wake)
        self._people = People(config.store.url, self._clock.steady_ms, wake)
        self._reader = Reader(config.store.url, wake)
        self._snapshots = SnapshotMaker(wake)
        self.commits = CommitWatch(config, wake)
        self._office = Office(config, self._sockets.enrolment, self.logic, self._clock.now_ms, wake)
        self._positions: dict[str, Position] = {}
        self._tick_at = self._positions_at = 0  # these three by the steady clock
        self._archive_at = self._clock.steady_ms() + ARCHIVE_MS
        self._store_mode = Mode.NORMAL
        self._disk = DiskWatch(folder_of(config.store.url), config.store.ballast_mb)
        self._store_text = ""
        self._sockets.open(self._clock.steady_ms())
        self._take_roster()

    def run(self) -> None:
        """Serve until `stop`."""
        self._writer.start()
        self._people.start()
        self._office.start()
        self._reader.start()
        self._snapshots.start()
        self.commits.start()
        log.info("hub ready: epoch %s, seq %d", self.logic.identity.epoch, self.logic.head.seq)
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._finish()

    # --- one turn of the loop ---------------------------------------------------------------------

    def _turn(self) -> None:
        steady = self._clock.steady_ms()
        received, strangers = self._sockets.receive(self._wait_ms(steady), steady)
        self._take_roster()
        now = self._clock.now_ms()
        self._send_away(strangers)
        for one in received:
            self._take(one, now)
        self._take_reports(now)
        for checked in self._people.take():
            self._emit(self.logic.on_person(checked.check, checked.reason, checked.wait_s, now))
            self._office.on_checked(checked, steady)
        self._emit(self._people.take_accounts())
        self._emit(self._reader.take(self.logic.followers, self.logic.head))
        for made, frames in self._snapshots.take():
            self._emit(self.logic.on_snapshot(made, frames))
        self._emit(self.commits.take())
        for note in self.commits.take_notes():
            self.logic.enqueue_own(new_id(), note, now, ORDER_MS_MAX)
        self._office.turn(self._clock.steady_ms())
        self._look_at_clocks(self._clock.steady_ms(), now)
        works = self.logic.next_batch()
        if works:
            self._writer.submit(works)

    def _wait_ms(self, steady: int) -> int:
        return max(0, min(self._tick_at, self._positions_at) - steady)

    def _take_roster(self) -> None:
        """A new revision: whose seals count changes with whose keys do."""
        roster = self._sockets.roster
        if roster.revision != self.logic.roster.revision:
            self.logic.seals.trust(sign_keys(roster.machines.values()))
            self.logic.roster = RosterNews(revision=roster.revision, sealed=roster.sealed)
            self.logic.followers.roster_changed()

    def _take_reports(self, now: int) -> None:
        for report in self._writer.take_reports():
            if isinstance(report, Committed):
                for fault in report.batch.faults:
                    log.error("our own rule broke: %s", fault)
                    self._note_fault()
                self._emit(self.logic.on_committed(report.batch, now))
                if self._site is not None:
                    self._emit(self._site.on_committed(report.batch, self, self._clock.steady_ms()))
            else:
                self._store_mode, self._store_text = report.mode, report.text
                self._set_mode()
                replaced = report.mode is Mode.FENCED and not self.handing_over
                self._stopping = self._stopping or (self._until_fenced and replaced)

    def _emit(self, outputs: Iterable[Output]) -> None:
        for output in outputs:
            match output:
                case Reply():
                    self._sockets.reply(*addressed(output))
                case Publish(frame):
                    self._sockets.publish(frame)
                case CheckPerson():
                    self._people.ask(output)
                case GiveAccounts():
                    self._people.ask_accounts(output)
                case TakePositions(batch):
                    self._take_positions(batch)
                case ReadJournal() | ReadHashes():
                    self._reader.ask(output)
                case MakeSnapshot():
                    self._snapshots.ask(output)
                case ForSite() if self._site is not None:
                    steady, wall = self._clock.steady_ms(), self._clock.now_ms()
                    self._emit(self._site.on_for_site(output, self, steady, wall))

    # --- clocks -----------------------------------------------------------------------------------

    def _look_at_clocks(self, steady: int, now: int) -> None:
        """What is due; a wall clock that somebody sets must never silence the Tick."""
        if steady >= self._tick_at:
            self._tick_at = steady + self._config.hub.tick_ms
            store = "store_fault" if self._store_text == FAULT else ""
            own = (self._sockets.alarm, self._faults.alarm(steady), self._disk.alarm, self.commits.alarm)
            self.logic.alarm = alarms(store, *own)
            if self._site is not None:
                self._emit(self._site.on_time(self, steady, now))
            self._set_mode()
            self._emit(self.logic.on_time(now))
        if steady >= self._positions_at:
            self._positions_at = steady + POSITIONS_MS
            self._publish_positions()
        if self._disk.on_time(steady):
            self._spare_disk(self._disk.room)
        self.logic.disk_percent = self._disk.percent
        if steady >= self._archive_at and not self.logic.sparing:
            self._archive_at = steady + ARCHIVE_MS
            self.logic.enqueue_own(new_id(), ArchiveEnded(now - ARCHIVE_AFTER_MS), now)

    def _take_positions(self, batch: Iterable[Position]) -> None:
        """Only the newest of each vehicle waits for the next round; what terminals had kept is track only."""
        every = tuple(batch)
        for position in every:
            last = self._positions.get(position.vehicle_id)
            if not position.flags & FROM_MEMORY and (last is None or position.at >= last.at):
                self._positions[position.vehicle_id] = position
        self._writer.put_positions(every)

    def _publish_positions(self) -> None:
        newest = list(self._positions.values())
        self._positions.clear()
        for at in range(0, len(newest), POSITIONS_PER_MESSAGE_MAX):
            batch = tuple(newest[at : at + POSITIONS_PER_MESSAGE_MAX])
            self._sockets.publish_positions(encode(Positions(batch=batch)))
        self._emit(self.logic.followers.on_positions(newest))

    def _spare_disk(self, room: Room) -> None:
        """Calls and dispatch are the last to stop."""
        self._writer.track_stopped = room >= Room.LOW
        self._writer.history_stopped = self.logic.sparing = room >= Room.CRITICAL
        self._set_mode()

    def _set_mode(self) -> None:
        mode = self._store_mode
        if mode is Mode.NORMAL:
            mode = self.commits.mode(self.logic.store_age_ms(self._clock.now_ms()))
        if mode is Mode.NORMAL and self._disk.room >= Room.LOW:
            mode = Mode.DISK_LOW
        if self.fenced:
            mode = Mode.FENCED
        elif self.handing_over:  # also after the last row: the next one to command still fetches it here
            mode = Mode.HANDING_OVER
        self.logic.mode = mode

    # --- start and end ----------------------------------------------------------------------------

    def _say_by_whose_order(self, opened: Opened, word: Authority) -> Opened:
        """The first row after a takeover says who ordered it and why; nothing is decided before it."""
        known = opened.floor.authorities.get(word.id)
        if known is not None and (known.term, known.site) >= (word.term, word.site):
            return opened
        now, instance = self._clock.now_ms(), self._store.instance
        cid = f"take-{word.id}-{word.term}-{word.site}"
        order = Order(cid, MoveAuthority(word), now, instance, frozenset({Role.HUB}))
        batch = self._store.run([Work(cid, instance, order, now + SEED_MS_MAX)], now)
        return replace(opened, floor=batch.floor, head=batch.head)

    def _plant(self, seed: Seed, opened: Opened) -> Opened:
        """Master data into an empty store, the way of every command, all of it or nothing."""
        now = self._clock.now_ms()
        roles = frozenset({Role.HUB})
        works = []
        for command in seed():
            cid = new_id()
            order = Order(cid, command, now, self._store.instance, roles)
            works.append(Work(cid, self._store.instance, order, now + SEED_MS_MAX))
        batch = self._store.run(works, now)
        for verdict, _ in batch.answers:
            if verdict.refusal:
                log.error("master data refused: %s", refusal_of(verdict.refusal))
        log.info("master data planted: %d commands", len(works))
        return replace(opened, floor=batch.floor, head=batch.head)

    def _finish(self) -> None:
        """Let the running batch end and be answered, then close in reverse order."""
        done = self._writer.stop(STOP_S_MAX)
        self._take_reports(self._clock.now_ms())
        self._people.stop(1.0)
        self._office.stop(1.0)
        self._reader.stop(1.0)
        self._snapshots.stop(1.0)
        self.commits.stop(1.0)
        if done:
            self._store.close()
        self._sockets.close()
        log.info("hub ended")


def run(config: Config, seed: Seed | None = None) -> int:
    """The hub until SIGTERM or SIGINT; `seed` fills an empty store. Raises CannotStartError."""
    hub = start(config, seed)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: hub.stop())
    hub.run()
    return ExitCode.DONE


def rebuild(config: Config) -> int:
    """State tables and history made anew from the proven journal. Raises CannotStartError."""
    try:
        done = rebuild_store(config.store.url)
    except StoreError as error:
        raise CannotStartError(f"无法重建：{error}", f"cannot rebuild: {error}") from error
    log.info("rebuilt: %d events, %d things, head %s", done.events, done.things, done.head.hash.hex()[:16])
    for table, key in done.differences:
        log.warning("state of %s %s differed from the journal and was mended", table, key)
    return ExitCode.FAILED if done.differences else ExitCode.DONE


def start(config: Config, seed: Seed | None, *, until_fenced: bool = False) -> Hub:
    """A hub that holds the authority; `run` it. Raises CannotStartError."""
    try:
        return Hub(config, seed, until_fenced=until_fenced)
    except StoreError as error:
        raise CannotStartError(
            f"数据库不可用（{config.store.url}）：{error}", f"the store cannot be used: {error}"
        ) from error
    except (BusError, KeyFileError, RosterError) as error:
        raise CannotStartError(f"总线无法启动：{error}", f"the bus cannot start: {error}") from error
