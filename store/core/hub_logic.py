"""What the hub does with messages, commits and time, as a pure state machine: input in, outputs out.

It never decides or stores by itself: works go to the writer in batches, one batch at a time, and whatever the
store committed comes back by `on_committed`, is published in order and only then answered.
"""

from collections import Counter, deque

from msgspec import Struct

from dispatch.commands import Command, LogIn, Order
from dispatch.floor import Floor
from dispatch.kinds import Role
from store.core.batch import BATCH_MAX, Batch, Work
from store.core.giver import seat_id_of, work_of
from store.core.journal import Head
from store.core.messages import (
    PART_BYTES_MAX,
    PROTO,
    PROTO_MIN,
    Ack,
    Catch,
    Cmd,
    Epoch,
    Ev,
    Evs,
    Hello,
    Login,
    LoginOk,
    LoginRefused,
    Mode,
    Nack,
    Ping,
    Pong,
    Position,
    Positions,
    SnapReq,
    Tick,
    ToHub,
    Verdict,
    Welcome,
    encode,
)
from store.core.roster import Machine, MachineRole
from store.core.snapshots import snapshot
from store.core.tokens import SECOND_MS_MAX, SESSION_MS_MAX, Token, seal

RING_EVENTS = 50_000
SNAPSHOT_MS = 250
"""A snapshot is encoded at most this often and shared by all askers."""
WAITING_MAX = 2000
WAITING_PER_MACHINE_MAX = 256
"""Commands waiting for the store; beyond it the hub says busy and the outbox tries again."""
LOGIN_DEADLINE_MS = 10_000


class Identity(Struct, frozen=True):
    """Who this hub is. Ports 0 in the simulator."""

    site: str
    instance: str
    epoch: Epoch
    secret: bytes
    events_port: int = 0
    positions_port: int = 0
    hubs: tuple[str, ...] = ()


class Origin(Struct, frozen=True):
    """Where a message came from. `machine` was proven by its key; `route` only leads the answer back."""

    machine: Machine
    route: bytes


class Reply(Struct, frozen=True):
    route: bytes
    frame: bytes


class Publish(Struct, frozen=True):
    """To every subscriber, in this order."""

    frame: bytes


class CheckPerson(Struct, frozen=True):
    """Prove the password on a thread of its own; the answer comes back by `on_person`."""

    origin: Origin
    login: Login


class TakePositions(Struct, frozen=True):
    """To be conflated, published and thinned into the track."""

    batch: tuple[Position, ...]


Output = Reply | Publish | CheckPerson | TakePositions


class _Expected(Struct):
    """A command that waits for its verdict: where to answer, and for a log-in who it is for."""

    route: bytes
    machine: str
    login: LoginOk | None = None


class HubLogic:
    """One instance for one boot of the hub; every method belongs to the hub's I/O thread."""

    def __init__(self, identity: Identity, floor: Floor, head: Head) -> None:
        self.identity = identity
        self.floor = floor  # replaced by every commit, never changed in place
        self.head = head
        self.mode = Mode.NORMAL
        self.alarm = ""
        self.bad_messages: Counter[str] = Counter()
        self._queue: deque[tuple[Work, int]] = deque()  # work, when it came
        self._writing_since: int | None = None
        self._expected: dict[str, _Expected] = {}
        self._per_machine: Counter[str] = Counter()
        self._ring: deque[Ev] = deque(maxlen=RING_EVENTS)
        self._snapshot: list[bytes] = []
        self._snapshot_at: int | None = None

    # --- messages ---------------------------------------------------------------------------------

    def on_message(self, origin: Origin, message: ToHub, now: int) -> list[Output]:
        """Take one message of an enrolled machine."""
        match message:
            case Cmd():
                return self._on_cmd(origin, message, now)
            case Hello():
                return self._on_hello(origin, message, now)
            case Login():
                return [CheckPerson(origin, message)]
            case SnapReq():
                return [Reply(origin.route, frame) for frame in self._snapshot_frames(now)]
            case Catch():
                return [Reply(origin.route, encode(self._missed(message)))]
            case Ping():
                return [Reply(origin.route, encode(Pong(t=message.t)))]
            case Positions():
                return self._on_positions(origin, message)
            case _:
                return self.on_bad_message(origin)

    def on_bad_message(self, origin: Origin) -> list[Output]:
        """A frame of this machine that was none of our messages."""
        self.bad_messages[origin.machine.name] += 1
        return [Reply(origin.route, encode(Nack(reason="bad_message")))]

    def _on_hello(self, origin: Origin, hello: Hello, now: int) -> list[Output]:
        if hello.proto_max < PROTO_MIN or hello.proto_min > PROTO:
            return [Reply(origin.route, encode(Nack(reason="version", text=f"{PROTO_MIN}-{PROTO}")))]
        me = self.identity
        welcome = Welcome(
            proto=min(hello.proto_max, PROTO),
            site=me.site,
            instance=me.instance,
            machine=origin.machine.name,
            epoch=me.epoch,
            seq=self.head.seq,
            now_at=now,
            events_port=me.events_port,
            positions_port=me.positions_port,
            seat_id=seat_id_of(origin.machine, self.floor) or "",
            hubs=me.hubs,
        )
        return [Reply(origin.route, encode(welcome))]

    def _on_positions(self, origin: Origin, positions: Positions) -> list[Output]:
        if origin.machine.role is not MachineRole.GATEWAY:
            return self.on_bad_message(origin)
        return [TakePositions(positions.batch)]

    # --- commands ---------------------------------------------------------------------------------

    def _on_cmd(self, origin: Origin, cmd: Cmd, now: int) -> list[Output]:
        """Queue a command; a twin of one that is already on its way only renews the return address."""
        expected = self._expected.get(cmd.cid)
        if expected is not None:
            if expected.machine == origin.machine.name:
                expected.route = origin.route
            return []
        name = origin.machine.name
        if self.mode is Mode.FENCED:
            return [Reply(origin.route, encode(Nack(reason="fenced", cid=cmd.cid)))]
        if len(self._expected) >= WAITING_MAX or self._per_machine[name] >= WAITING_PER_MACHINE_MAX:
            return [Reply(origin.route, encode(Nack(reason="busy", cid=cmd.cid)))]
        work = work_of(origin.machine, cmd, self.floor, self.identity.secret, now)
        if work is None:
            return [Reply(origin.route, encode(Nack(reason="login_needed", cid=cmd.cid)))]
        self._enqueue(work, _Expected(origin.route, name), now)
        return []

    def _enqueue(self, work: Work, expected: _Expected, now: int) -> None:
        self._expected[work.cid] = expected
        self._per_machine[expected.machine] += 1
        self._queue.append((work, now))

    # --- people -----------------------------------------------------------------------------------

    def on_person(self, check: CheckPerson, reason: str, wait_s: int, now: int) -> list[Output]:
        """The password was checked; `reason` "" means it is right."""
        login, origin = check.login, check.origin
        people = self.floor.dispatchers.values()
        person = next((p for p in people if p.staff_number == login.staff_number), None)
        seat_id = seat_id_of(origin.machine, self.floor)
        if not reason and person is None:
            reason = "no_account"
        if not reason and not login.second and seat_id not in self.floor.seats:
            reason = "no_seat"
        if reason or person is None:
            return [Reply(origin.route, encode(LoginRefused(id=login.id, reason=reason, wait_s=wait_s)))]
        lasts = SECOND_MS_MAX if login.second else SESSION_MS_MAX
        token = Token(origin.machine.name, person.id, seat_id, now, now + lasts, login.second)
        ok = LoginOk(
            id=login.id,
            token=seal(token, self.identity.secret),
            dispatcher_id=person.id,
            roles=tuple(sorted(person.roles)),
            expires_at=token.expires_at,
            seat_id=None if login.second else seat_id,
        )
        if login.second or seat_id is None:
            return [Reply(origin.route, encode(ok))]
        self._journal_login(origin, ok, seat_id, now)
        return []

    def _journal_login(self, origin: Origin, ok: LoginOk, seat_id: str, now: int) -> None:
        """The log-in is a fact like any other: the answer waits until it is durable."""
        expected = self._expected.get(ok.id)
        if expected is not None:
            if expected.machine == origin.machine.name:
                expected.route = origin.route
            return
        order = self.own_order(ok.id, LogIn(seat_id, ok.dispatcher_id), now)
        work = Work(ok.id, self.identity.instance, order, now + LOGIN_DEADLINE_MS)
        self._enqueue(work, _Expected(origin.route, origin.machine.name, ok), now)

    def own_order(self, cid: str, command: Command, now: int) -> Order:
        """An order of the hub itself."""
        return Order(cid, command, now, self.identity.instance, frozenset({Role.HUB}))

    def enqueue_own(self, cid: str, command: Command, now: int) -> None:
        """Housekeeping goes the way of every command."""
        order = self.own_order(cid, command, now)
        work = Work(cid, self.identity.instance, order, now + LOGIN_DEADLINE_MS)
        self._enqueue(work, _Expected(b"", self.identity.instance), now)

    # --- the store --------------------------------------------------------------------------------

    def next_batch(self) -> list[Work]:
        """Up to BATCH_MAX works for the writer; empty while it has one already."""
        if self._writing_since is not None or not self._queue or self.mode is Mode.FENCED:
            return []
        taken = [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]
        self._writing_since = taken[0][1]
        return [work for work, _ in taken]

    def on_committed(self, batch: Batch, now: int) -> list[Output]:
        """The batch is durable: show it, publish it, then answer."""
        self._writing_since = None
        self.floor, self.head = batch.floor, batch.head
        evs = [Ev(entry.seq, entry.cid, entry.hlc, entry.body) for entry in batch.entries]
        self._ring.extend(evs)
        outputs: list[Output] = [
            Publish(encode(Evs(epoch=self.identity.epoch, evs=part))) for part in portions(evs)
        ]
        for cid in batch.held:
            self._forget(cid)
        for verdict, repeated in batch.answers:
            outputs += self._answer(verdict, repeated)
        return outputs

    def _answer(self, verdict: Verdict, repeated: bool) -> list[Output]:
        expected = self._forget(verdict.cid)
        if expected is None or not expected.route:
            return []
        if expected.login is None:
            message: Ack | LoginOk | LoginRefused = Ack(
                cid=verdict.cid,
                epoch=verdict.epoch,
                seq=verdict.seq,
                refusal=verdict.refusal,
                repeated=repeated,
            )
        elif verdict.refusal:
            message = LoginRefused(id=verdict.cid, reason="refused", refusal=verdict.refusal)
        else:
            message = expected.login
        return [Reply(expected.route, encode(message))]

    def _forget(self, cid: str) -> _Expected | None:
        expected = self._expected.pop(cid, None)
        if expected is not None:
            self._per_machine[expected.machine] -= 1
        return expected

    # --- time, snapshots, catching up -------------------------------------------------------------

    def on_time(self, now: int) -> list[Output]:
        """A Tick; call it every 200 ms from the loop that does all the rest."""
        age = self.store_age_ms(now)
        tick = Tick(
            epoch=self.identity.epoch,
            seq=self.head.seq,
            now_at=now,
            mode=self.mode,
            store_age_ms=age,
            alarm=self.alarm,
            waiting=len(self._expected),
        )
        return [Publish(encode(tick))]

    def store_age_ms(self, now: int) -> int:
        """How long the oldest command has waited for the store; 0: none waits."""
        since = [self._writing_since] if self._writing_since is not None else []
        since += [self._queue[0][1]] if self._queue else []
        return max(0, now - min(since)) if since else 0

    def _snapshot_frames(self, now: int) -> list[bytes]:
        if self._snapshot_at is None or not 0 <= now - self._snapshot_at < SNAPSHOT_MS:
            self._snapshot = snapshot(self.floor, self.identity.epoch, self.head.seq)
            self._snapshot_at = now
        return self._snapshot

    def _missed(self, catch: Catch) -> Evs:
        """What the asker lacks, as much as fits into one message; not ok when it is too far back."""
        first = self._ring[0].seq if self._ring else self.head.seq + 1
        epoch = self.identity.epoch
        if catch.epoch != epoch or not first <= catch.from_seq <= self.head.seq + 1:
            return Evs(epoch=epoch, evs=(), ok=False)
        missed = list(self._ring)[catch.from_seq - first :]
        return Evs(epoch=epoch, evs=portions(missed)[0] if missed else ())


def portions(evs: list[Ev]) -> list[tuple[Ev, ...]]:
    """The events in runs that fit into a message."""
    runs: list[tuple[Ev, ...]] = []
    run: list[Ev] = []
    size = 0
    for ev in evs:
        if run and size + len(ev.body) > PART_BYTES_MAX:
            runs.append(tuple(run))
            run, size = [], 0
        run.append(ev)
        size += len(ev.body) + 96
    if run:
        runs.append(tuple(run))
    return runs
