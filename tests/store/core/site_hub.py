"""The hub of a simulated site: it commands, was fenced, or has handed over and waits until the other has it.

It carries out what the real pure logic gives out, on lossy lines and the disk of the site.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.decide_late import decode_order
from dispatch.events import Event, MissionEnded, VehicleAssigned
from dispatch.floor import copy_of
from dispatch.order import Late as Lateness
from dispatch.sites import CITY
from radio.terminal.order_text import OrderTail
from store.core.batch import Batch, Work, decide_batch, decided_by, ids_to_look_up, result_of_late
from store.core.command_messages import HandOver
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic, Origin, Publish, Reply, _Expected
from store.core.messages import Ack, Tick, decode_from_hub, decode_to_hub
from store.core.outputs import ReadHashes, ReadJournal, addressed
from store.core.site_messages import Follow, Late, LateDone
from store.core.takeover import Standing, handed_over, open_conflicts, outranks
from store.core.wire import Epoch, Mode, encode
from tests.store.core.simulated_store import SIGN
from tests.store.core.site_disk import DISTRICT, SiteBug
from tests.store.core.site_party import PEOPLE, TICK, Party

if TYPE_CHECKING:
    from tests.store.core.sites import World

HAND_OVER_MS = 2_000
RADIO_TRIES = 4
RADIO_AGAIN_MS = 800
FOR_EVER_MS = 1 << 60

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


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

    def from_site(self, frame: bytes, site: str = "") -> None:
        """A word of another site's relay, or the Tick of its hub. `site` "": the other one's."""
        if frame.startswith(TICK):
            self.hear(decode_from_hub(frame[len(TICK) :]))
            return
        message = decode_to_hub(frame)
        other = site or self.world.other(self.site)
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
        if over and (theirs.term, theirs.site) <= (self.disk.epoch.term, self.disk.epoch.site):
            self.dead = True  # it stood still; the store knows of a newer command
        elif over:
            self.logic.mode, self.disk.word, self.disk.heard = Mode.FENCED, None, theirs
            self.world.restart(self.site, as_follower=True)

    def take_late(self, late: Late) -> None:
        if not self.commands:
            return
        order = decode_order(late.order)
        known = Lateness(late.site, late.term, late.seq, late.hlc, late.numbers, late.mission_id)
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
        desk = copy_of(logic.floor)
        batch = decide_batch(logic.floor, works, known, logic.head, self.epoch, world.now, desk=desk)
        assert batch.floor == desk, "what changes is told"
        decided = decided_by((*batch.verdicts, *batch.renewed), works, world.now)
        batch.decided = sorted(decided, key=lambda one: one.seq)
        if not world.calm and world.random.random() < 0.01:  # power lost in the middle of the commit
            if world.random.random() < 0.5 and disk.commit(batch, self.epoch):
                world.decided(self, batch)
            world.crash(self.site, self)
        elif disk.commit(batch, self.epoch):
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
                self.world.to_followers(self, encode(LateDone(cid=verdict.cid, result=result)))
        self.emit(self.logic.on_committed(batch, world.now))
        for entry in batch.entries:
            event = _events.decode(entry.body)
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
                    decided = self.disk.decided_at(follow)
                    replies = self.logic.followers.on_rows(output, found, self.logic.head, decided, 0)
                    self.emit([*replies])
                case ReadHashes(_, asked):
                    pairs = [(seq, self.disk.hash_at(seq)) for seq in asked.seqs]
                    hashes = [(seq, known) for seq, known in pairs if known is not None]
                    self.emit([*self.logic.followers.on_hashes(output, hashes, self.logic.head)])

    def answer(self, route: bytes, frame: bytes) -> None:
        if route.startswith(b"@"):
            self.world.to_follower(self, route[1:].decode(), frame)
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
            self.world.to_followers(self, TICK + frame)

    # --- planned hand-over ------------------------------------------------------------------------

    def hand_over(self) -> None:
        """Two people order it: stop taking orders, wait until the other has everything."""
        if self.commands and not self.handing and not open_conflicts(self.logic.floor):
            self.handing = self.world.other(self.site)
            self.handing_until = self.world.now + HAND_OVER_MS

    def hand_over_on(self) -> None:
        if self.given and self.world.random.random() < 0.3:
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
        there = [one for one in self.logic.followers._by_route.values() if one.site == self.handing]
        parked = [one.parked for one in there]
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
