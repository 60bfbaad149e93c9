"""The processes of a simulated site: a hub that commands, or a relay that follows and may come back from a split.

They carry out what the real pure logic gives out, over the world's lossy lines and on the site's disk.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.decide_late import decode_order
from dispatch.events import Event, MissionEnded, VehicleAssigned
from dispatch.floor import Floor, copy_of
from dispatch.words import CITY
from radio.terminal.order_text import OrderTail
from store.core.batch import Batch, Work, decide_batch, ids_to_look_up, result_of_late
from store.core.copied import CopyJob, fold
from store.core.following import Copy, ForkFound, Heard, NextHub, ToTheHub
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic, Origin, Publish, Reply, _Expected
from store.core.line import Line
from store.core.messages import (
    EPOCH_ZERO,
    Ack,
    Epoch,
    Follow,
    Forwarded,
    HandOver,
    Hashes,
    Late,
    LateDone,
    Mode,
    TakeCommand,
    Tick,
    decode_from_hub,
    decode_to_hub,
    encode,
)
from store.core.outputs import ReadHashes, ReadJournal, addressed
from store.core.rejoin import Ask, ReadTail, Rejoin, Rewind
from store.core.relay_logic import RelayLogic
from store.core.takeover import Pair, Standing, handed_over, open_conflicts, outranks, taken, why_not_take
from tests.store.core.simulated_store import SIGN, TICK_MS
from tests.store.core.site_disk import DISTRICT, SiteBug

if TYPE_CHECKING:
    from tests.store.core.sites import World

PEOPLE = Pair("ds1", "ds2")
HAND_OVER_MS = 2_000
RADIO_TRIES = 4
RADIO_AGAIN_MS = 800
RECONNECT_MS = 300
FOR_EVER_MS = 1 << 60
TICK = b"tick"
"""Before the Tick of one site for the other: a relay takes it from its line, a hub listens for it."""


class Party:
    """One process of a site; what it only remembers ends with it."""

    def __init__(self, world: "World", site: str) -> None:
        self.world, self.site = world, site
        self.disk = world.disks[site]
        self.bug = world.bug
        self.dead = self.frozen = False
        self.later: list[Callable[[], None]] = []
        world.after(0, self.tick)

    def wake(self, action: Callable[[], None]) -> None:
        """Do it now, when thawed, or never."""
        if self.frozen:
            self.later.append(action)
        elif not self.dead:
            action()

    def tick(self) -> None:
        if not self.dead:
            self.wake(self.on_tick)
            self.world.after(TICK_MS, self.tick)

    def on_tick(self) -> None:
        raise NotImplementedError

    def from_seat(self, seat: str, frame: bytes) -> None:
        raise NotImplementedError

    def from_site(self, frame: bytes) -> None:
        raise NotImplementedError


class Leader(Party):
    """A hub that commands, was fenced, or has handed over and waits until the other has it."""

    def __init__(self, world: "World", site: str) -> None:
        super().__init__(world, site)
        floor = self.disk.replay()
        head = self.disk.head
        assert head is not None
        self.given = self.disk.holder(floor)[1] != site
        epoch = self.disk.epoch if self.given else self.disk.claim(floor)
        self.logic = HubLogic(Identity(site, f"hub{epoch.boot}", epoch, SIGN), floor, head, self.machine_of)
        self.handing: str | None = None
        self.handing_until = 0
        self.lates: set[str] = set()
        if self.given:
            self.logic.mode = Mode.HANDING_OVER
        elif self.disk.word is not None and floor.authorities.get(CITY) != self.disk.word:
            word = self.disk.word
            world.after(0, lambda: self.wake(lambda: self.save_own(cmd.MoveAuthority(word))))

    def machine_of(self, name: str) -> Any:
        machine = self.world.machines.get(name)
        if machine is not None and self.bug is SiteBug.FOREIGN_MACHINE:
            return replace(machine, site=DISTRICT)
        return machine

    @property
    def epoch(self) -> Epoch:
        return self.logic.identity.epoch

    @property
    def commands(self) -> bool:
        return self.logic.mode is not Mode.FENCED and not self.given

    # --- what comes -------------------------------------------------------------------------------

    def on_tick(self) -> None:
        self.hand_over_on()
        self.emit(self.logic.on_time(self.world.now))
        self.write()

    def from_seat(self, seat: str, frame: bytes) -> None:
        origin = Origin(self.world.machines[seat], seat.encode())
        self.emit(self.logic.on_message(origin, decode_to_hub(frame), self.world.now))
        self.write()

    def from_site(self, frame: bytes) -> None:
        """A word of the other site's relay, or the Tick of its hub."""
        if frame.startswith(TICK):
            self.hear(decode_from_hub(frame[len(TICK) :]))
            return
        message = decode_to_hub(frame)
        other = self.world.other(self.site)
        if isinstance(message, Follow) and self.bug is SiteBug.TAIL_NOT_COMPARED:
            message = replace(message, hash=self.disk.hash_at(message.seq) or message.hash)
        if isinstance(message, Late):
            self.take_late(message)
        else:
            origin = Origin(self.world.machines[f"relay-{other}"], b"@" + other.encode())
            self.emit(self.logic.on_message(origin, message, self.world.now))
        self.write()

    def hear(self, tick: Any) -> None:
        """Another hub ticks: if it holds a higher (term, site), our time is over."""
        if not isinstance(tick, Tick):
            return
        mine, theirs = self.epoch, tick.epoch
        if self.bug is SiteBug.BOOT_IN_TERM:
            over = theirs.term + theirs.boot > mine.term + mine.boot
        elif self.bug is SiteBug.NOT_FENCED:
            over = False
        else:
            over = outranks(theirs, mine)
        if over:
            self.logic.mode, self.disk.word, self.disk.heard = Mode.FENCED, None, theirs
            self.world.restart(self.site, as_follower=True)

    def take_late(self, late: Late) -> None:
        if not self.commands:
            return
        order = decode_order(late.order)
        known = cmd.Late(late.site, late.term, late.seq, late.hlc, late.numbers, late.mission_id)
        if self.bug is not SiteBug.LATE_REFUSAL_DROPPED:
            order = replace(order, late=known)
        self.lates.add(late.cid)
        if late.cid not in self.logic._expected:
            work = Work(late.cid, order.machine, order, FOR_EVER_MS, late.after)
            self.logic._enqueue(work, _Expected(b"", order.machine), self.world.now)

    # --- the store --------------------------------------------------------------------------------

    def write(self) -> None:
        if not self.commands or self.handing:
            return
        works = self.logic.next_batch()
        if works:
            self.world.after(self.world.random.randint(1, 30), lambda: self.wake(lambda: self.save(works)))

    def save(self, works: list[Work]) -> None:
        world, disk, logic = self.world, self.disk, self.logic
        known = {cid: disk.verdicts[cid] for cid in ids_to_look_up(works) if cid in disk.verdicts}
        batch = decide_batch(logic.floor, works, known, logic.head, self.epoch, world.now)
        if not world.calm and world.random.random() < 0.01:  # power lost in the middle of the commit
            if world.random.random() < 0.5 and disk.commit(batch, works, self.epoch):
                world.decided(self, batch)
            world.crash(self.site, self)
        elif disk.commit(batch, works, self.epoch):
            world.decided(self, batch)
            self.committed(batch)
        else:
            self.dead = True  # another start has the store

    def committed(self, batch: Batch) -> None:
        world = self.world
        world.check_floor(batch.floor)
        for verdict, repeated in batch.answers:
            if verdict.cid in self.lates:
                self.lates.discard(verdict.cid)
                result = result_of_late(verdict, repeated=repeated)
                self.to_site(encode(LateDone(cid=verdict.cid, result=result)))
        self.emit(self.logic.on_committed(batch, world.now))
        for entry in batch.entries:
            event = msgspec.msgpack.decode(entry.body, type=Event)
            if isinstance(event, VehicleAssigned) and not event.mission.late_from:
                self.call(event.mission.vehicle_id, event.mission.id, RADIO_TRIES)
            elif isinstance(event, MissionEnded):
                self.recall(event.mission_id)
        self.given = self.disk.holder(batch.floor)[1] != self.site
        if self.given:
            self.handing, self.logic.mode = None, Mode.HANDING_OVER
        self.write()

    def call(self, vehicle: str, mission: str, tries: int) -> None:
        """The order by radio, some times over, while the mission runs."""
        running = self.logic.floor.missions.get(mission)
        if not self.commands or not tries or running is None or not running.active:
            return
        self.world.to_terminal(vehicle, OrderTail(mission, self.epoch.term, self.epoch.site))
        self.world.after(RADIO_AGAIN_MS, lambda: self.wake(lambda: self.call(vehicle, mission, tries - 1)))

    def recall(self, mission: str) -> None:
        ended = self.logic.floor.missions.get(mission)
        if ended is not None:
            term, site = self.epoch.term, self.epoch.site
            tail = OrderTail(f"R{mission}", term, site, replaces=mission, recall=True)
            self.world.to_terminal(ended.vehicle_id, tail)

    # --- what goes out ----------------------------------------------------------------------------

    def emit(self, outputs: list[Any]) -> None:
        for output in outputs:
            match output:
                case Reply():
                    self.answer(*addressed(output))
                case Publish(frame):
                    self.publish(frame)
                case ReadJournal(_, follow):
                    rows = self.disk.after(follow.seq)
                    same = self.disk.hash_at(follow.seq) == follow.hash
                    found = tuple(rows) if rows is not None and same else None
                    self.emit([*self.logic.followers.on_rows(output, found, self.logic.head)])
                case ReadHashes(_, asked):
                    pairs = [(seq, self.disk.hash_at(seq)) for seq in asked.seqs]
                    hashes = [(seq, known) for seq, known in pairs if known is not None]
                    self.emit([*self.logic.followers.on_hashes(output, hashes, self.logic.head)])

    def answer(self, route: bytes, frame: bytes) -> None:
        if route.startswith(b"@"):
            self.to_site(frame)
            return
        message = decode_from_hub(frame)
        if isinstance(message, Ack):
            self.world.acknowledged(self, message)
        self.world.to_seat(route.decode(), frame, self)

    def publish(self, frame: bytes) -> None:
        message = decode_from_hub(frame)
        self.world.published(self, message)
        for seat in self.world.seats:
            self.world.to_seat(seat, frame, self)
        if isinstance(message, Tick):
            self.to_site(TICK + frame)

    def to_site(self, frame: bytes) -> None:
        self.world.to_site(self, frame)

    # --- planned hand-over ------------------------------------------------------------------------

    def hand_over(self) -> None:
        """Two people order it: stop taking orders, wait until the other has everything."""
        if self.commands and not self.handing and not open_conflicts(self.logic.floor):
            self.handing = self.world.other(self.site)
            self.handing_until = self.world.now + HAND_OVER_MS

    def hand_over_on(self) -> None:
        if self.given and self.world.random.random() < 0.1:
            if self.bug is SiteBug.HAND_OVER_TAKEN_BACK:
                self.given, self.logic.mode = False, Mode.NORMAL
                self.logic.floor = copy_of(self.logic.floor)
                del self.logic.floor.authorities[CITY]
            elif self.bug is SiteBug.LEAVES_BEFORE_TAKEN:
                self.world.restart(self.site, as_follower=True)
        if not self.handing or self.logic._writing_since is not None:
            return
        if self.world.now > self.handing_until:
            self.handing = None
            return
        parked = [one.parked for one in self.logic.followers._by_route.values()]
        early = self.bug is SiteBug.HAND_OVER_EARLY
        if early or any(one is not None and one.seq == self.logic.head.seq for one in parked):
            self.write_word(self.handing)

    def write_word(self, to_site: str) -> None:
        """The last row of our time."""
        world, logic = self.world, self.logic
        asked = HandOver(
            id="h", scope=CITY, to_site=to_site, reason="计划", order_no="1", token=b"", second=b""
        )
        standing = Standing(self.site, CITY, logic.head)
        word = handed_over(logic.floor, standing, self.epoch.term, asked, PEOPLE, world.now)
        if self.bug is SiteBug.HAND_OVER_EARLY:
            world.told_to_command(to_site, word)
        self.save_own(cmd.MoveAuthority(word))

    def save_own(self, command: cmd.Command) -> None:
        order = self.logic.own_order(self.world.new_cid(), command, self.world.now)
        self.save([Work(order.cid, order.machine, order, FOR_EVER_MS)])


class Follower(Party):
    """A relay: it copies, shows, hands on; after a split it hands in its tail first."""

    def __init__(self, world: "World", site: str) -> None:
        super().__init__(world, site)
        disk = self.disk
        self.rejoin: Rejoin | None = None
        self.holder = EPOCH_ZERO
        self.jobs: deque[CopyJob] = deque()
        self.connected_to: Party | None = None
        self.last_try = world.now
        floor = disk.replay() if disk.base is not None else Floor()
        identity = Identity(site, f"relay-{site}", disk.epoch, SIGN)
        self.logic = RelayLogic(identity, floor, disk.head, Line(), world.now)

    # --- the line ---------------------------------------------------------------------------------

    def on_tick(self) -> None:
        self.redial()
        self.emit(self.logic.on_time(self.world.now))
        if self.rejoin is not None:
            self.step(self.rejoin.on_time(self.world.now))

    def redial(self) -> None:
        """The line of the real process: it is there, or it comes back by itself."""
        world = self.world
        hub = world.parties.get(world.other(self.site))
        if hub is None or hub.dead or world.line_cut(self.site):
            self.connected_to = None
        elif self.connected_to is not hub and world.now - self.last_try >= RECONNECT_MS:
            self.connected_to = hub
            self.last_try = world.now
            self.emit(self.logic.connected(world.now))
            if self.rejoin is not None:
                self.step(self.rejoin.start(world.now))

    def from_site(self, frame: bytes) -> None:
        frame = frame.removeprefix(TICK)
        message = decode_from_hub(frame)
        if self.bug is SiteBug.ACK_BEFORE_COPIED and isinstance(message, Forwarded):
            inner = decode_from_hub(message.frame)
            if isinstance(inner, Ack):
                message = replace(message, frame=encode(replace(inner, seq=0)))
        self.emit(self.logic.on_hub(message, self.world.now))

    def from_seat(self, seat: str, frame: bytes) -> None:
        message = decode_to_hub(frame)
        if self.bug is SiteBug.CUT_OFF_DECIDES and self.logic.following.cut_off(self.world.now):
            cid = getattr(message, "cid", None)
            if cid is not None:
                self.answer(seat, encode(Ack(cid=cid, epoch=self.logic.epoch, seq=self.logic.head.seq)))
                return
        origin = Origin(self.world.machines[seat], seat.encode())
        self.emit(self.logic.on_message(origin, message, self.world.now))

    # --- what goes out ----------------------------------------------------------------------------

    def emit(self, outputs: list[Any]) -> None:
        for output in outputs:
            match output:
                case Reply(route, frame):
                    assert isinstance(route, bytes)
                    self.answer(route.decode(), frame)
                case Publish(frame):
                    self.world.published(self, decode_from_hub(frame))
                    for seat in self.world.seats:
                        self.world.to_seat(seat, frame, self)
                case ToTheHub(message):
                    if self.connected_to is not None:
                        self.world.to_site(self, encode(message))
                case Copy(job):
                    self.copy(job)
                case NextHub():
                    self.connected_to = None
                    self.last_try = self.world.now
                    self.logic.following.dialled(self.world.now)
                case ForkFound(epoch):
                    self.fork_found(epoch)
                case Heard(Hashes() as hashes) if self.rejoin is not None:
                    self.step(self.rejoin.on_hashes(hashes, self.world.now))
                case Heard(LateDone() as done) if self.rejoin is not None:
                    self.step(self.rejoin.on_late_done(done, self.world.now))

    def answer(self, seat: str, frame: bytes) -> None:
        message = decode_from_hub(frame)
        if isinstance(message, Ack):
            self.world.acknowledged(self, message)
        self.world.to_seat(seat, frame, self)

    # --- the copy ---------------------------------------------------------------------------------

    def copy(self, job: CopyJob) -> None:
        if self.bug is SiteBug.SHOWN_BEFORE_COPIED and job.base is None:
            self.copied(fold(self.logic.floor, self.logic.head, job.entries)[0])
        self.jobs.append(job)
        if len(self.jobs) == 1:
            self.next_job()

    def next_job(self) -> None:
        """One after the other, as the one thread that writes does."""
        if self.jobs:
            job = self.jobs[0]
            self.world.after(self.world.random.randint(1, 40), lambda: self.wake(lambda: self.save(job)))

    def save(self, job: CopyJob) -> None:
        logic = self.logic
        self.jobs.popleft()
        if not self.world.calm and self.world.random.random() < 0.01:
            self.world.crash(self.site, self)
            return
        floor = self.disk.replay() if self.bug is SiteBug.SHOWN_BEFORE_COPIED else logic.floor
        batch = self.disk.copy(job, floor)
        if self.bug is not SiteBug.SHOWN_BEFORE_COPIED or job.base is not None:
            self.copied(batch)
        self.next_job()

    def copied(self, batch: Batch) -> None:
        self.world.check_floor(batch.floor)
        self.emit(self.logic.on_copied(batch, self.world.now))
        self.lead_when_named()

    def lead_when_named(self) -> None:
        """Planned hand-over: the row that names us is in our own copy."""
        term, site = self.disk.holder(self.logic.floor)
        if site == self.site and self.disk.base is not None and self.rejoin is None:
            if (term, site) > (self.disk.epoch.term, self.disk.epoch.site):
                self.disk.leads = True
                self.world.planned.add(term)
                self.world.restart(self.site)

    # --- coming back ------------------------------------------------------------------------------

    def fork_found(self, epoch: Epoch) -> None:
        head = self.disk.head
        if self.rejoin is None and self.disk.base is not None and head is not None:
            self.holder = epoch
            self.rejoin = Rejoin(self.disk.base.seq, head.seq, self.disk.hash_at)
            self.step(self.rejoin.start(self.world.now))

    def step(self, steps: list[Any]) -> None:
        for step in steps:
            match step:
                case Ask(message):
                    self.ask(message)
                case ReadTail(fork):
                    self.read_tail(fork)
                case Rewind(fork):
                    self.rewind(fork)

    def ask(self, message: Any) -> None:
        if isinstance(message, Late) and self.bug is SiteBug.LATE_WITH_NEW_ID:
            message = replace(message, cid=f"{message.cid}~", after=None)
        if self.connected_to is not None:
            self.world.to_site(self, encode(message))
        rejoin = self.rejoin
        if rejoin is not None and isinstance(message, Late) and self.bug is SiteBug.REWIND_BEFORE_ANSWERS:
            self.step(rejoin.on_late_done(LateDone(cid=message.cid, result="merged"), self.world.now))

    def read_tail(self, fork: int) -> None:
        assert self.rejoin is not None
        from_row = fork + 1 if self.bug is SiteBug.FORK_ONE_ROW_LATE else fork
        tail = [] if self.bug is SiteBug.REWIND_WITHOUT_EXPORT else self.disk.tail(from_row)
        self.world.check_tail(self.holder, tail)
        self.step(self.rejoin.on_tail(tail, self.world.now))

    def rewind(self, fork: int) -> None:
        assert self.rejoin is not None
        self.disk.rewind(fork)
        self.disk.epoch = self.holder
        self.rejoin.on_rewound()
        self.world.restart(self.site, as_follower=True)

    # --- taking command ---------------------------------------------------------------------------

    def take_command(self, *, break_glass: bool) -> None:
        """Two people here order it, by what this site knows."""
        logic, now = self.logic, self.world.now
        apart = self.disk.heard > self.disk.epoch  # our tail was not compared with theirs yet
        if not logic.has_copy or self.rejoin is not None or self.disk.head is None or apart:
            return
        following = logic.following
        standing = Standing(
            self.site,
            "",
            self.disk.head,
            logic.epoch.site,
            max(following.tick.epoch if following.tick else logic.epoch, self.disk.heard),
            following.heard_seq,
            following.heard_at,
        )
        asked = TakeCommand(
            id="t", scope=CITY, reason="中断", order_no="1", token=b"", second=b"", break_glass=break_glass
        )
        if why_not_take(standing, logic.floor, asked, PEOPLE, now):
            return
        self.world.begin_command(self.site, taken(logic.floor, standing, asked, PEOPLE, now))
