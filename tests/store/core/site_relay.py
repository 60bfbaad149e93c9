"""The relay of a simulated site: it follows, may come back from a split, and may be ordered to command.

It carries out what the real pure logic gives out, on lossy lines and the disk of the site.
"""

from collections import deque
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from dispatch.floor import Floor
from dispatch.sites import CITY
from store.core.batch import Batch
from store.core.command_messages import TakeCommand
from store.core.copied import CopyJob, fold
from store.core.following import Copy, ForkFound, Heard, NextHub, ToTheHub
from store.core.greeting import Identity
from store.core.hub_logic import Origin, Publish, Reply
from store.core.line import Line
from store.core.messages import Ack, decode_from_hub, decode_to_hub
from store.core.rejoin import Ask, ReadTail, Rejoin, Rewind
from store.core.relay_logic import RelayLogic
from store.core.site_messages import Forwarded, Hashes, Late, LateDone
from store.core.takeover import Standing, taken, why_not_take
from store.core.wire import EPOCH_ZERO, Epoch, encode
from tests.store.core.simulated_store import SIGN
from tests.store.core.site_disk import SiteBug
from tests.store.core.site_party import PEOPLE, TICK, Party

if TYPE_CHECKING:
    from tests.store.core.sites import World

RECONNECT_MS = 300


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
        self.logic = RelayLogic(identity, floor, disk.head, Line(), world.now, disk.before)

    # --- the line ---------------------------------------------------------------------------------

    def on_tick(self) -> None:
        self.redial()
        self.emit(self.logic.on_time(self.world.now))
        if self.rejoin is not None:
            self.step(self.rejoin.on_time(self.world.now))

    def redial(self) -> None:
        """The line of the real process: it is there, or it comes back by itself."""
        world = self.world
        hub = self.hub()
        if hub is None or hub.dead or world.line_cut(self.site):
            self.connected_to = None
        elif self.connected_to is not hub and world.now - self.last_try >= RECONNECT_MS:
            self.connected_to = hub
            self.last_try = world.now
            self.emit(self.logic.connected(world.now))
            if self.rejoin is not None:
                self.step(self.rejoin.start(world.now))

    def hub(self) -> Party | None:
        """Where this relay finds one."""
        return self.world.parties.get(self.world.other(self.site))

    def from_site(self, frame: bytes, site: str = "") -> None:
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
            self.copied(fold(self.logic.floor, self.logic.head, job.entries, job.decided)[0])
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
        named = site == self.site and (term, site) > (self.disk.epoch.term, self.disk.epoch.site)
        if named and self.disk.base is not None and self.rejoin is None:
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
        if not logic.has_copy or self.disk.head is None:
            return
        # our tail was not compared with theirs yet: who was told no there may stand accepted here
        apart = self.disk.heard > self.disk.epoch or self.rejoin is not None
        if apart and not break_glass:
            return
        following = logic.following
        heard = EPOCH_ZERO if self.bug is SiteBug.HEARD_TERM_FORGOTTEN else self.disk.heard
        standing = Standing(
            self.site,
            "",
            self.disk.head,
            logic.epoch.site,
            max(following.tick.epoch if following.tick else logic.epoch, heard),
            following.heard_seq,
            following.heard_at,
        )
        asked = TakeCommand(
            id="t", scope=CITY, reason="中断", order_no="1", token=b"", second=b"", break_glass=break_glass
        )
        if why_not_take(standing, logic.floor, asked, PEOPLE, now):
            return
        if apart:
            self.world.taken_back(self.site)
        self.world.begin_command(self.site, taken(logic.floor, standing, asked, PEOPLE, now))
