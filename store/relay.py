"""The relay process of a district: one stream from the commanding hub, a durable copy, local service.

Threads: main (sockets and all protocol state), writer (the copy), people (passwords while cut off). It opens
the same three ports as a hub, with the same door; where its line ends is shown, never guessed.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from store.bus.hub_line import HubLine
from store.bus.hub_sockets import HubSockets
from store.bus.keys import own_keys, own_name, own_sign_key
from store.bus.roster import RosterError, key_of_address
from store.config import Config
from store.core.batch import Batch
from store.core.copied import CopyJob
from store.core.following import Copy, ForkFound, Heard, NextHub, PublishPositions, ToTheHub
from store.core.hub_followers import FOLLOWING_ROLES
from store.core.line import Line
from store.core.messages import FromHub, decode_from_hub
from store.core.outputs import CheckPerson, ForSite, MakeSnapshot, Publish, Reply, addressed
from store.core.relay_logic import RelayLogic, RelayOutput
from store.core.site_messages import AccountsNews, AccountsReq, RosterNews, RosterReq
from store.core.wire import BadMessage, Epoch, Mode, encode
from store.db.copy import CopyStore
from store.db.engine import folder_of
from store.disk import DiskWatch, Room
from store.fault_watch import alarms
from store.hub_people import People
from store.hub_writer import Committed, Writer
from store.serving import Serving, identity_of, ports_of
from store.snapshot_maker import SnapshotMaker

TURN_MS = 50
"""The line is looked after at least so often."""
REPLICA_MS = 10_000
"""Accounts are asked for so often; the roster also when a Tick tells of a newer one."""
TOLD_MS = 60_000
"""The log says so often how the line is."""
STOP_S_MAX = 5.0

log = logging.getLogger(__name__)

SiteAnswer = list[Reply | ToTheHub]


class Site(Protocol):
    """The site around the relay: command of a scope, the way back of a fork. Called on the relay's loop."""

    def on_for_site(self, asked: ForSite, logic: RelayLogic, now: int, wall: int, /) -> SiteAnswer: ...
    def on_heard(self, heard: FromHub, now: int, /) -> SiteAnswer: ...
    def on_fork(self, fork: ForkFound, now: int, /) -> SiteAnswer: ...
    def on_copied(self, batch: Batch, now: int, /) -> SiteAnswer: ...
    def on_time(self, holder: Epoch | None, now: int, /) -> SiteAnswer: ...
    @property
    def alarm(self) -> str: ...


class Relay(Serving[RelayOutput]):
    """One start of a relay. `run` is the loop; everything but `stop` belongs to its thread."""

    logic: RelayLogic

    def __init__(self, config: Config, site: Site | None = None) -> None:
        """Opens the copy and the door. Raises StoreError, BusError, KeyFileError, RosterError."""
        super().__init__()
        self._config = config
        self._site = site
        keys_dir = Path(config.keys.dir)
        name = self._name = own_name(keys_dir, config.site.code)
        keys = own_keys(keys_dir, name)
        self._store = CopyStore(config.store.url)
        copied = self._store.open()
        identity = identity_of(config, copied.epoch, own_sign_key(keys_dir, name))
        now = self._clock.steady_ms()
        budget = config.relay.position_bytes_s
        self.line = Line(None if budget == "auto" else int(budget))
        self.logic = RelayLogic(identity, copied.floor, copied.head, self.line, now, copied.before)
        self._sockets = HubSockets(ports_of(config), keys, keys_dir / "roster.json")
        self._line = HubLine(
            self._sockets, config.relay.hubs, lambda address: key_of_address(keys_dir, address)
        )
        wake = self._sockets.waker.wake
        head_seq = copied.head.seq if copied.head else 0
        self._writer: Writer[CopyJob] = Writer(self._store, head_seq, self._clock.now_ms, wake)
        self._people = People(config.store.url, self._clock.steady_ms, wake)
        self._snapshots = SnapshotMaker(wake)
        self._tick_at = self._replica_at = self._told_at = 0
        self._heard = False
        self._unknown = "unknown_rows" if copied.unknown else ""  # until a newer program reads them
        self._store_mode = Mode.NORMAL
        self._disk = DiskWatch(folder_of(config.store.url), config.store.ballast_mb)
        self._left: set[tuple[str, str]] = set()
        self._sockets.open(now)
        self._take_roster()

    def run(self) -> None:
        """Serve until `stop`; ports and store are free again when this returns."""
        self._writer.start()
        self._people.start()
        self._snapshots.start()
        log.info("relay ready: epoch %s, seq %d", self.logic.epoch, self.logic.head.seq)
        try:
            while not self._stopping:
                self._turn()
        finally:
            self._finish()

    # --- one turn of the loop ---------------------------------------------------------------------

    def _turn(self) -> None:
        steady = self._clock.steady_ms()
        if self._line.dial(steady):
            self.logic.following.dialled(steady)
        received, strangers = self._sockets.receive(self._wait_ms(steady), steady)
        steady = self._clock.steady_ms()
        self._take_roster()
        self._send_away(strangers)
        self._take_hub(steady)
        for one in received:
            self._take(one, steady)
        self._take_reports(steady)
        for checked in self._people.take():
            wall = self._clock.now_ms()
            self._emit(self.logic.on_person(checked.check, checked.reason, checked.wait_s, wall))
        for made, frames in self._snapshots.take():
            self._emit(self.logic.on_snapshot(made, frames))
        self._look_at_clocks(self._clock.steady_ms())

    def _wait_ms(self, steady: int) -> int:
        return max(0, min(TURN_MS, self._tick_at - steady))

    def _take_hub(self, now: int) -> None:
        admitted, frames = self._line.receive(now)
        if admitted:
            log.info("line: connected to %s", self._line.address)
            self._emit(self.logic.connected(now))
        for frame in frames:
            if not self._line.dialled:
                break  # the rest is of a hub that was left with one of them
            try:
                self._emit(self.logic.on_hub(decode_from_hub(frame), now))
            except BadMessage as error:
                log.warning("the hub sent a bad message: %s", error)
            except Exception:
                log.exception("message of the hub set aside")
                self._note_fault()

    def _take_reports(self, now: int) -> None:
        for report in self._writer.take_reports():
            if isinstance(report, Committed):
                for fault in report.batch.faults:
                    log.error("not understood: %s", fault)
                    self._unknown = "unknown_rows"
                self._emit(self.logic.on_copied(report.batch, now))
                if self._site is not None:
                    self._emit(self._site.on_copied(report.batch, now))
            else:
                self._store_mode = report.mode
                self._set_mode()

    def _emit(self, outputs: Iterable[RelayOutput]) -> None:
        for output in outputs:
            match output:
                case Reply():
                    self._sockets.reply(*addressed(output))
                case Publish(frame):
                    self._sockets.publish(frame)
                case PublishPositions(frame):
                    self._sockets.publish_positions(frame)
                case ToTheHub(message):
                    self._line.send(encode(message))
                case Copy(job):
                    self._writer.submit(job)
                case CheckPerson():
                    self._people.ask(output)
                case MakeSnapshot():
                    self._snapshots.ask(output)
                case NextHub(reason):
                    self._leave(reason)
                case Heard(message):
                    self._emit(self._hear(message))
                case ForkFound():
                    self._emit(self._on_fork(output))
                case ForSite() if self._site is not None:
                    steady, wall = self._clock.steady_ms(), self._clock.now_ms()
                    self._emit(self._site.on_for_site(output, self.logic, steady, wall))

    def _leave(self, reason: str) -> None:
        """Said once for each address until a hub that commands is heard again."""
        if (self._line.address, reason) not in self._left:
            self._left.add((self._line.address, reason))
            log.warning("line: %s left: %s", self._line.address, reason)
        self._line.leave(self._clock.steady_ms())

    def _hear(self, message: FromHub) -> SiteAnswer:
        """Roster and accounts are ours, the rest is the site's."""
        match message:
            case RosterNews(sealed=sealed):
                self._keep_roster(sealed)
            case AccountsNews():
                self._people.keep_accounts(message)
            case _ if self._site is not None:
                return self._site.on_heard(message, self._clock.steady_ms())
        return []

    def _keep_roster(self, sealed: bytes) -> None:
        try:
            if sealed and self._sockets.take_roster(sealed):
                log.info("roster: revision %d", self._sockets.roster.revision)
        except RosterError as error:
            log.warning("roster of the hub not taken: %s", error)

    def _on_fork(self, fork: ForkFound) -> SiteAnswer:
        log.error("our journal is not the hub's, which has %d rows under %s", fork.head_seq, fork.epoch)
        return self._site.on_fork(fork, self._clock.steady_ms()) if self._site is not None else []

    # --- clocks -----------------------------------------------------------------------------------

    def _look_at_clocks(self, steady: int) -> None:
        if steady >= self._tick_at:
            self._tick_at = steady + self._config.hub.tick_ms
            of_site = self._site.alarm if self._site is not None else ""
            told = (self._unknown, self._sockets.alarm, self._faults.alarm(steady), of_site, self._disk.alarm)
            self.logic.alarm = alarms(*told)
            self._emit(self.logic.on_time(steady))
            if self._site is not None:
                self._emit(self._site.on_time(self.logic.following.holder(steady), steady))
        else:
            self._emit(self.logic.pump(steady))
        if self._disk.on_time(steady):
            self._writer.history_stopped = self._disk.room >= Room.CRITICAL
            self._set_mode()
        self.logic.disk_percent = self._disk.percent
        if self._left and not self.logic.following.cut_off(steady):
            self._left.clear()
            log.warning("line: %s commands", self._line.address)
        if steady >= self._told_at:
            self._told_at = steady + TOLD_MS
            self._tell_line(steady)
        heard = not self.logic.following.cut_off(steady)
        if heard and not self._heard:  # it had nobody to answer it until now
            self._replica_at = steady
        self._heard = heard
        tick, roster = self.logic.following.tick, self._sockets.roster
        newer = tick is not None and tick.roster > roster.revision
        if steady >= self._replica_at or (newer and steady >= self._replica_at - REPLICA_MS + 1000):
            self._replica_at = steady + REPLICA_MS
            self._line.send(encode(RosterReq(revision=roster.revision)))
            self._line.send(encode(AccountsReq(digest=self._people.digest)))

    def _set_mode(self) -> None:
        """A relay stores no positions; what else can wait is history."""
        low = self._store_mode is Mode.NORMAL and self._disk.room >= Room.LOW
        self.logic.store_mode = Mode.DISK_LOW if low else self._store_mode

    def _tell_line(self, now: int) -> None:
        """For the technician: what the line carries."""
        line, up = self.line, self.logic.following
        log.info(
            "line: %s, heard %d ms ago, round trip %s ms + %d ms queue, %d B/s for positions,"
            " %d kB in, %d kB out, %d rows behind",
            self._line.address or "no address",
            up.hub_age_ms(now),
            line.rtt_ms,
            line.queue_ms,
            line.budget,
            self._line.bytes_in // 1000,
            self._line.bytes_out // 1000,
            up.heard_seq - self.logic.head.seq,
        )

    def _take_roster(self) -> None:
        roster = self._sockets.roster
        if roster.revision != self.logic.roster.revision:
            self.logic.roster = RosterNews(revision=roster.revision, sealed=roster.sealed)
            ours = roster.machines.get(self._name)
            own_sites = {self._config.site.code, ours.site if ours else self._config.site.code}
            self.logic.own_sites = own_sites
            self._line.learn(
                tuple(
                    machine.address
                    for machine in roster.machines.values()
                    if machine.role in FOLLOWING_ROLES and machine.address and machine.site not in own_sites
                )
            )

    def _finish(self) -> None:
        """Let the running piece become durable, then close in reverse order."""
        done = self._writer.stop(STOP_S_MAX)
        self._people.stop(1.0)
        self._snapshots.stop(1.0)
        if done:
            self._store.close()
        self._line.close()
        self._sockets.close()
        log.info("relay ended")
