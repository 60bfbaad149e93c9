"""Hub and relay as pure logic, joined by a list: copying, parking, catching up, handing on, being cut off."""

from collections import deque
from typing import Any

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.words import Dispatcher, Point, Seat, Station
from store.core.batch import Batch, decide_batch
from store.core.command_messages import EvidenceReq
from store.core.copied import CopyJob, fold
from store.core.following import RED_MS, Copy, ForkFound, NextHub, PublishPositions, ToTheHub, Trouble
from store.core.greeting import Identity
from store.core.hub_followers import Followers
from store.core.hub_logic import HubLogic
from store.core.journal import Head
from store.core.line import BUDGET_MIN, BUDGET_START, Line
from store.core.messages import (
    Ack,
    Catch,
    Cmd,
    Evs,
    Hello,
    Login,
    LoginOk,
    LoginRefused,
    Nack,
    Positions,
    Resume,
    SnapReq,
    Tick,
    Welcome,
    decode_from_hub,
    decode_to_hub,
)
from store.core.outputs import CheckPerson, ForSite, Origin, Publish, ReadJournal, Reply, addressed
from store.core.relay_logic import RelayLogic
from store.core.roster import Machine, MachineRole
from store.core.seals import SignKey
from store.core.site_messages import Follow, Forward, Forwarded, Journal, PositionsReq
from store.core.tokens import Token, seal
from store.core.wire import EPOCH_ZERO, FAR_BEHIND, FIX_VALID, Epoch, Mode, Position, encode

NOW = 1_790_000_000_000
HUB_SIGN, RELAY_SIGN = SignKey("hub", b"h" * 32), SignKey("relay-02", b"r" * 32)
RELAY = Machine("relay-02", "r" * 40, MachineRole.RELAY, site="02")
SEAT = Machine("seat-21", "s" * 40, MachineRole.SEAT, "21", site="02")
FOREIGN = Machine("seat-31", "f" * 40, MachineRole.SEAT, "31", site="03")
ROSTER = {one.name: one for one in (RELAY, SEAT, FOREIGN)}
LINE = b"line"
TOKEN = seal(Token(SEAT.public_key, "d1", "s21", NOW, NOW + 3_600_000), HUB_SIGN)


def floor() -> Floor:
    person = Dispatcher("d1", "1001", "王芳", frozenset({Role.DISPATCHER}))
    return Floor(seats={"s21": Seat("s21", "21", "02")}, dispatchers={"d1": person})


def new_hub(boot: int = 1, kept: Floor | None = None, head: Head | None = None) -> HubLogic:
    identity = Identity("01", "hub", Epoch(1, "01", boot), HUB_SIGN, 5571, 5572)
    return HubLogic(identity, kept or floor(), head or Head(), ROSTER.get)


class Sites:
    """A hub and a relay; frames wait in two queues until `pump`. `copy_now` False: the disk is slow."""

    def __init__(self) -> None:
        self.now = NOW
        self.hub = new_hub()
        self.relay = RelayLogic(
            Identity("02", "relay", EPOCH_ZERO, RELAY_SIGN, 6571, 6572), Floor(), None, Line(), NOW
        )
        self.cut = False
        self.copy_now = True
        self.jobs: deque[CopyJob] = deque()
        self.published: list[Any] = []
        self.answers: list[Any] = []
        self.positions: list[Positions] = []
        self.other: list[Any] = []
        self.to_hub: deque[bytes] = deque()
        self.to_relay: deque[bytes] = deque()
        self.copied_floor, self.copied_head = Floor(), Head()
        self.journal: list[Any] = []

    def connect(self) -> None:
        self.relay_out(self.relay.connected(self.now))
        self.pump()

    def relay_out(self, outputs: list[Any]) -> None:
        for output in outputs:
            match output:
                case ToTheHub(message):
                    if not self.cut:
                        self.to_hub.append(encode(message))
                case Copy(job):
                    self.jobs.append(job)
                case Publish(frame):
                    self.published.append(decode_from_hub(frame))
                case Reply(_, frame):
                    self.answers.append(decode_from_hub(frame))
                case PublishPositions(frame):
                    self.positions.append(decode_from_hub(frame))
                case _:
                    self.other.append(output)

    def hub_out(self, outputs: list[Any]) -> None:
        for output in outputs:
            if isinstance(output, Reply):
                route, frame = addressed(output)
                if route == LINE and not self.cut:
                    self.to_relay.append(frame)
            elif isinstance(output, ReadJournal):
                rows = [row for row in self.journal if row.seq > output.follow.seq]
                self.hub_out(self.hub.followers.on_rows(output, tuple(rows), self.hub.head))

    def pump(self) -> None:
        while self.to_hub or self.to_relay or (self.copy_now and self.jobs):
            if self.to_hub:
                message = decode_to_hub(self.to_hub.popleft())
                self.hub_out(self.hub.on_message(Origin(RELAY, LINE), message, self.now))
                self.write()
            if self.to_relay:
                self.relay_out(self.relay.on_hub(decode_from_hub(self.to_relay.popleft()), self.now))
            if self.copy_now and self.jobs:
                self.copy()

    def copy(self) -> None:
        job = self.jobs.popleft()
        if job.base is not None:
            batch = Batch(job.base.floor, job.base.head)
        else:
            batch, unknown = fold(self.copied_floor, self.copied_head, job.entries)
            assert unknown is None
        self.copied_floor, self.copied_head = batch.floor, batch.head
        self.relay_out(self.relay.on_copied(batch, self.now))

    def write(self) -> None:
        works = self.hub.next_batch()
        if works:
            batch = decide_batch(self.hub.floor, works, {}, self.hub.head, self.hub.identity.epoch, self.now)
            self.journal += batch.entries
            self.hub_out(self.hub.on_committed(batch, self.now))

    def rows(self, count: int) -> None:
        """Events of the hub's own."""
        for _ in range(count):
            name = f"st{self.hub.head.seq}"
            order = cmd.RegisterStation(Station(name, name, "站", Point(126.6, 45.7)))
            self.hub.enqueue_own(name, order, self.now)
            self.write()

    def tick(self, ms: int = 200) -> None:
        self.now += ms
        self.hub_out(self.hub.on_time(self.now))
        self.relay_out(self.relay.on_time(self.now))
        self.pump()

    def from_seat(self, message: Any, machine: Machine = SEAT) -> None:
        self.relay_out(self.relay.on_message(Origin(machine, b"seat"), message, self.now))
        self.pump()


def joined() -> Sites:
    sites = Sites()
    sites.rows(3)
    sites.connect()
    sites.tick()
    return sites


def of(kind: type, messages: list[Any]) -> list[Any]:
    return [message for message in messages if isinstance(message, kind)]


def seat_order(cid: str) -> Cmd:
    body = encode(cmd.ReportRinging(f"call-{cid}", "13800000000"))
    return Cmd(cid=cid, body=body, at=NOW, deadline_at=NOW + 60_000, token=TOKEN)


def test_a_new_district_begins_with_a_snapshot_and_goes_on_with_the_journal() -> None:
    sites = joined()
    assert sites.relay.head == sites.hub.head
    sites.rows(5)
    sites.pump()
    assert (sites.relay.floor, sites.relay.head) == (sites.hub.floor, sites.hub.head)
    assert sites.relay.epoch == sites.hub.identity.epoch
    evs = of(Evs, sites.published)
    assert [ev.seq for message in evs for ev in message.evs] == [4, 5, 6, 7, 8]


def test_nothing_is_shown_before_it_is_durable_in_the_copy() -> None:
    sites = joined()
    sites.copy_now = False
    sites.rows(2)
    sites.pump()
    assert sites.relay.head.seq == 3
    assert not of(Evs, sites.published)
    sites.tick()
    last = of(Tick, sites.published)[-1]
    assert (last.seq, last.behind) == (3, 2)
    sites.rows(FAR_BEHIND)
    sites.tick()
    sites.tick()
    last = of(Tick, sites.published)[-1]
    assert (last.seq, last.behind) == (FAR_BEHIND + 5, FAR_BEHIND + 2), "seats see that it catches up"
    sites.copy_now = True
    sites.pump()
    assert sites.relay.head.seq == FAR_BEHIND + 5


def test_an_ack_waits_for_its_row_in_the_copy() -> None:
    sites = joined()
    sites.copy_now = False
    sites.from_seat(seat_order("o1"))
    assert sites.hub.head.seq == 4
    assert not of(Ack, sites.answers)
    sites.copy_now = True
    sites.pump()
    (ack,) = of(Ack, sites.answers)
    assert (ack.cid, ack.seq, ack.refusal) == ("o1", 4, b"")


def test_only_machines_of_the_relays_own_site_are_handed_on() -> None:
    sites = joined()
    sites.from_seat(seat_order("o1"), FOREIGN)
    assert sites.answers[-1] == Nack(reason="elsewhere", cid="o1")
    smuggled = Forward(machine="seat-31", route=b"", frame=encode(seat_order("o1")))
    sites.hub_out(sites.hub.on_message(Origin(RELAY, LINE), smuggled, NOW))
    assert sites.hub.head.seq == 3
    assert sites.hub.bad_messages["relay-02"] == 1
    centre = replace(FOREIGN, name="seat-01", site="")
    sites.hub.followers.machine_of = {"seat-01": centre}.get
    for_centre = Forward(machine="seat-01", route=b"", frame=encode(seat_order("o3")))
    nowhere = replace(RELAY, site="")
    assert sites.hub.followers.unwrap(Origin(nowhere, LINE), for_centre) is None, "enrolled without its site"
    old_centre = replace(nowhere, name="hub", role=MachineRole.HUB)
    assert sites.hub.followers.unwrap(Origin(old_centre, LINE), for_centre) is not None
    sites.hub.followers.machine_of = ROSTER.get
    inner = encode(Forward(machine="seat-21", route=b"", frame=encode(seat_order("o2"))))
    nested = Forward(machine="seat-21", route=b"", frame=inner)
    assert sites.hub.followers.unwrap(Origin(RELAY, LINE), nested) is None
    assert (
        sites.hub.followers.unwrap(Origin(SEAT, b"x"), replace(nested, frame=encode(seat_order("o2"))))
        is None
    )


def test_the_same_order_again_goes_over_the_line_once() -> None:
    sites = joined()
    sites.cut = True
    sites.from_seat(seat_order("o1"))
    sites.cut = False
    sites.from_seat(seat_order("o1"))
    assert sites.hub.head.seq == 3
    sites.now += 2000
    sites.from_seat(seat_order("o1"))
    assert sites.hub.head.seq == 4
    assert len(of(Ack, sites.answers)) == 1


def test_cut_off_nobody_decides_and_people_still_log_in() -> None:
    sites = joined()
    sites.cut = True
    for _ in range(20):
        sites.tick()
    tick = of(Tick, sites.published)[-1]
    assert tick.mode == Mode.CUT_OFF
    assert tick.relay == "02"
    assert tick.hub_age_ms > RED_MS
    assert of(NextHub, sites.other)[-1].reason == "silent"
    sites.from_seat(seat_order("o1"))
    assert sites.answers[-1] == Nack(reason="cut_off", cid="o1")
    sites.from_seat(Login(id="a" * 32, staff_number="1001", password="x"))
    (check,) = of(CheckPerson, sites.other)
    sites.relay_out(sites.relay.on_person(check, "", 0, NOW))
    ok = sites.answers[-1]
    assert isinstance(ok, LoginOk)
    assert (ok.dispatcher_id, ok.seat_id, ok.journaled) == ("d1", "s21", False)
    sites.from_seat(SnapReq())
    assert sites.answers[-3].seq == 3
    sites.cut = False
    sites.rows(2)
    sites.connect()
    sites.tick()
    assert of(Tick, sites.published)[-1].mode == Mode.NORMAL
    assert sites.relay.head == sites.hub.head


def test_a_log_in_while_cut_off_comes_into_the_journal_under_its_own_id() -> None:
    sites = joined()
    sites.hub.seals.trust({"relay-02": RELAY_SIGN.public})
    token = seal(Token(SEAT.public_key, "d1", "s21", NOW, NOW + 3_600_000), RELAY_SIGN)
    sites.from_seat(Resume(id="a" * 32, token=token))
    ok = sites.answers[-1]
    assert isinstance(ok, LoginOk)
    assert (ok.id, ok.journaled) == ("a" * 32, True)
    assert sites.hub.floor.seats["s21"].dispatcher_id == "d1"
    assert sites.journal[-1].cid == "a" * 32
    assert sites.relay.floor == sites.hub.floor
    stolen = seal(Token("x" * 40, "d1", "s21", NOW, NOW + 3_600_000), RELAY_SIGN)
    sites.from_seat(Resume(id="b" * 32, token=stolen))
    assert sites.answers[-1] == LoginRefused(id="b" * 32, reason="token")


def test_a_log_in_goes_to_the_hub_while_there_is_one() -> None:
    sites = joined()
    sites.from_seat(Login(id="a" * 32, staff_number="1001", password="x"))
    assert not of(CheckPerson, sites.other)


def test_catching_up_reads_what_the_memory_lacks_from_the_store() -> None:
    sites = joined()
    sites.rows(40)
    sites.hub = new_hub(2, sites.hub.floor, sites.hub.head)  # its memory is empty
    sites.to_relay.clear()
    sites.to_hub.clear()
    sites.relay.following.line.follow_bytes = 1000  # many pieces
    sites.connect()
    assert sites.relay.head == sites.hub.head
    assert sites.relay.epoch == Epoch(1, "01", 2)
    assert sites.relay.floor == sites.hub.floor


def test_a_restarted_hub_gives_the_relay_its_new_epoch_without_a_new_row() -> None:
    sites = joined()
    sites.hub = new_hub(2, sites.hub.floor, sites.hub.head)
    sites.connect()
    assert sites.relay.epoch == Epoch(1, "01", 2)
    sites.tick()
    assert of(Tick, sites.published)[-1].epoch == Epoch(1, "01", 2)


def test_a_tail_of_our_own_is_found_and_nothing_more_is_asked() -> None:
    sites = joined()
    other = new_hub(9)
    other.identity = replace(other.identity, epoch=Epoch(2, "03", 1))
    other.followers = Followers(other.identity.epoch, other._recent, ROSTER.get)
    sites.hub, sites.journal = other, []
    sites.rows(5)
    sites.connect()
    (fork,) = of(ForkFound, sites.other)
    assert fork.epoch == Epoch(2, "03", 1)
    assert sites.relay.following.trouble is Trouble.FORK
    assert sites.relay.head.seq == 3


def test_rows_that_do_not_continue_the_chain_are_not_taken() -> None:
    sites = joined()
    sites.rows(2)
    first, second = sites.journal[-2:]
    forged = Journal(epoch=Epoch(1, "01", 1), entries=(first, replace(second, machine="x")), head_seq=5)
    sites.to_relay.clear()
    sites.relay_out(sites.relay.on_hub(forged, sites.now))
    assert sites.relay.following.received is not None
    assert sites.relay.following.received.seq == 3
    assert of(NextHub, sites.other)[-1].reason == "broken"


def test_a_hub_of_a_lower_term_a_fenced_one_and_a_relay_are_left() -> None:
    sites = joined()
    for tick, reason in (
        (Tick(epoch=Epoch(1, "01", 0), seq=3, now_at=0, mode="normal"), "older"),
        (Tick(epoch=Epoch(1, "01", 1), seq=3, now_at=0, mode="fenced"), "fenced"),
        (Tick(epoch=Epoch(1, "01", 1), seq=3, now_at=0, mode="normal", relay="03"), "relay"),
    ):
        assert sites.relay.on_hub(tick, sites.now) == [NextHub(reason)]


def test_questions_about_command_go_to_the_site_and_catch_is_answered_here() -> None:
    sites = joined()
    sites.from_seat(EvidenceReq(scope="02"))
    assert isinstance(sites.other[-1], ForSite)
    assert (sites.relay.epoch.site, sites.relay.head.seq, sites.relay.following.heard_seq) == ("01", 3, 3)
    sites.rows(2)
    sites.pump()
    sites.from_seat(Catch(epoch=sites.relay.epoch, from_seq=4))
    assert [ev.seq for ev in sites.answers[-1].evs] == [4, 5]
    sites.from_seat(Hello())
    assert isinstance(sites.answers[-1], Welcome)
    assert (sites.answers[-1].relay, sites.answers[-1].events_port) == ("02", 6571)


def position(number: int, at: int) -> Position:
    return Position(f"v{number}", at, 45_700_000, 126_600_000, 300, 90, FIX_VALID)


def test_positions_come_by_budget_the_longest_unheard_first_and_only_the_newest() -> None:
    sites = joined()
    for at in (1, 2, 3):
        sites.hub_out(sites.hub.followers.on_positions([position(n, at) for n in range(100)]))
    sites.pump()
    first = sites.positions[0]
    assert first.batch[0].at == 1  # a question was waiting
    assert 0 < len(first.batch) < 100
    heard = {one.vehicle_id: one for message in sites.positions for one in message.batch}
    for _ in range(200):
        if len(heard) == 100 and all(one.at == 3 for one in heard.values()):
            break
        sites.tick(50)
        heard |= {one.vehicle_id: one for message in sites.positions for one in message.batch}
    else:
        raise AssertionError("every vehicle is heard in the end")
    order = [one.vehicle_id for message in sites.positions[1:] for one in message.batch]
    assert order[:10] == [f"v{n}" for n in range(len(first.batch), len(first.batch) + 10)]


def test_a_line_that_queues_words_gets_fewer_positions_and_fewer_ticks() -> None:
    line = Line()
    for _ in range(10):
        line.pong(80)
    assert line.queue_ms == 0
    line.positions_came(int(line.budget), 0)
    line.pong(80)
    assert line.budget > BUDGET_START
    line.pong(900)
    assert line.budget > BUDGET_START, "one stuck word is a lost packet"
    for _ in range(12):
        line.pong(900)
    assert line.budget == BUDGET_MIN
    assert line.tick_ms == 1000
    assert Line(5000).budget == 5000


def test_a_question_of_a_machine_that_is_no_relay_is_no_question() -> None:
    hub = new_hub()
    for message in (Follow(seq=0, hash=bytes(32)), PositionsReq(bytes_max=9)):
        (answer,) = hub.on_message(Origin(SEAT, b"x"), message, NOW)
        assert decode_from_hub(answer.frame) == Nack(reason="bad_message")


def test_a_relay_that_is_gone_is_forgotten() -> None:
    sites = joined()
    assert [site for site, _ in sites.hub.followers.sites(sites.now)] == ["02"]
    sites.hub.on_time(sites.now + 60_000)
    assert sites.hub.followers.sites(sites.now) == []


def test_what_one_machine_sends_never_costs_the_district_its_line() -> None:
    sites = joined()
    sites.hub.followers.machine_of = {}.get  # struck at the hub, the relay does not know it yet
    sites.from_seat(seat_order("o1"))
    assert sites.answers[-1] == Nack(reason="bad_message")
    assert not of(NextHub, sites.other)
    assert sites.relay.following.trouble is Trouble.NONE
    sites.hub.followers.machine_of = ROSTER.get
    endless = replace(seat_order("o2"), body=bytes(1024 * 1024 - 200))
    sites.from_seat(endless)
    assert sites.answers[-1] == Nack(reason="bad_message")
    assert not sites.to_hub


def test_an_ack_asked_for_again_is_held_once_while_the_disk_is_slow() -> None:
    sites = joined()
    said = encode(Ack(cid="o1", epoch=Epoch(1, "01", 1), seq=4))
    for _ in range(20):
        sites.cut = True
        sites.from_seat(seat_order("o1"))
        sites.relay_out(sites.relay.on_hub(Forwarded(route=b"seat-21/o1", frame=said), sites.now))
        sites.cut = False
    sites.rows(1)
    sites.pump()
    assert len(of(Ack, sites.answers)) == 1


def test_a_relay_is_heard_in_a_night_without_any_change() -> None:
    """Its questions stay parked, so only its pings tell that command could be handed over to it."""
    sites = joined()
    ages = []
    for _ in range(50):
        sites.tick()
        ages += [age for _, age in sites.hub.followers.sites(sites.now)]
    assert len(ages) == 50
    assert max(ages) < 1000
