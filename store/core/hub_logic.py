"""What the hub does with messages, commits and time, as a pure state machine: input in, outputs out.

It never decides or stores by itself: works go to the writer in batches, one batch at a time, and whatever the
store committed comes back by `on_committed`, is published in order and only then answered.
"""

from collections import Counter, deque

from msgspec import Struct

from dispatch.commands import Command, LogIn
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.sites import CITY
from store.core.batch import BATCH_MAX, Batch, Work, result_of_late
from store.core.command_messages import DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.giver import work_of
from store.core.greeting import Identity, Standing, logged_in, resumed, roster_after, welcome
from store.core.hub_followers import Followers, MachineOf
from store.core.hub_sites import late_work
from store.core.journal import Head
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
    Ping,
    Pong,
    Positions,
    Resume,
    SnapReq,
    Tick,
    ToHub,
)
from store.core.outputs import (
    CheckPerson,
    ForSite,
    GiveAccounts,
    MakeSnapshot,
    Origin,
    Output,
    Publish,
    Relayed,
    Reply,
    Route,
    TakePositions,
)
from store.core.recent import Recent, portions
from store.core.roster import MachineRole
from store.core.site_messages import (
    AccountsReq,
    Follow,
    Forward,
    HashReq,
    Late,
    LateDone,
    PositionsReq,
    RosterNews,
    RosterReq,
)
from store.core.sparing import spared
from store.core.tokens import Seals
from store.core.wire import Mode, Verdict, encode

WAITING_MAX = 2000
WAITING_PER_MACHINE_MAX = 256
"""Commands waiting for the store; beyond it the hub says busy and the outbox tries again."""
LOGIN_DEADLINE_MS = 10_000
SITES = frozenset({MachineRole.RELAY, MachineRole.HUB})
"""Machines that stand for a whole site: they are given the accounts, so that people can log in there."""


class _Expected(Struct):
    """A command that waits for its verdict: where to answer, and for a log-in who it is for.

    `late`: another site handed it in and is told what became of it.
    """

    route: Route
    machine: str
    login: LoginOk | None = None
    late: bool = False


class HubLogic:
    """One instance for one boot of the hub; every method belongs to the hub's I/O thread."""

    def __init__(
        self,
        identity: Identity,
        floor: Floor,
        head: Head,
        machine_of: MachineOf = lambda _name: None,
        scope: str = CITY,
    ) -> None:
        """`machine_of`: the roster by name, for machines behind a relay. `scope`: what this hub commands."""
        self.identity = identity
        self.scope = scope
        self.floor = floor  # replaced by every commit, never changed in place
        self.head = head
        self.mode = Mode.NORMAL
        self.alarm = ""
        self.sparing = False
        """The disk is nearly full: what is no call and no dispatch is refused."""
        self.disk_percent = 100
        """How much of the disk under the store is free."""
        self.seals = Seals(identity.sign)
        self.roster = RosterNews(revision=0)
        """The signed roster as it is handed on."""
        self.bad_messages: Counter[str] = Counter()
        self._queue: deque[tuple[Work, int]] = deque()  # work, when it came
        self._writing_since: int | None = None
        self._last_work: Work | None = None
        self._expected: dict[str, _Expected] = {}
        self._per_machine: Counter[str] = Counter()
        self._recent = Recent()
        self.followers = Followers(identity.epoch, self._recent, machine_of)

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
            case Resume():
                return self._on_resume(origin, message, now)
            case SnapReq():
                epoch, head = self.identity.epoch, self.head
                return [*self._recent.ask_snapshot(origin.route, self.floor, epoch, head, now)]
            case Catch():
                missed = self._recent.missed(message, self.identity.epoch, self.head)
                return [Reply(origin.route, encode(missed))]
            case Ping():
                self.followers.heard(origin, now)
                return [Reply(origin.route, encode(Pong(t=message.t)))]
            case Positions():
                return self._on_positions(origin, message)
            case RosterReq():
                return [Reply(origin.route, encode(roster_after(self.roster, message.revision)))]
            case _:
                return self._on_other_site(origin, message, now)

    def _on_other_site(self, origin: Origin, message: ToHub, now: int) -> list[Output]:
        """What is said between sites, and about who commands."""
        match message:
            case Follow() | PositionsReq() | HashReq():
                answers = self.followers.on_message(origin, message, self.head, now)
                return self.on_bad_message(origin) if answers is None else [*answers]
            case Forward():
                return self._on_forward(origin, message, now)
            case AccountsReq() if origin.machine.role in SITES:
                return [GiveAccounts(origin.route, message.digest)]
            case Late() if origin.machine.role in SITES:
                return self._on_late(origin, message, now)
            case EvidenceReq() | TakeCommand() | HandOver() | DeclareIsland():
                return [ForSite(origin, message)]
            case _:
                return self.on_bad_message(origin)

    def on_snapshot(self, made: MakeSnapshot, frames: list[bytes]) -> list[Reply]:
        """The snapshot of a large floor is encoded; no frames: it could not be."""
        return self._recent.on_snapshot(made, frames)

    def on_bad_message(self, origin: Origin) -> list[Output]:
        """A frame of this machine that was none of our messages."""
        self.bad_messages[origin.machine.name] += 1
        return [Reply(origin.route, encode(Nack(reason="bad_message")))]

    def _on_hello(self, origin: Origin, hello: Hello, now: int) -> list[Output]:
        taken = self.floor.authorities.get(self.scope)
        since_at = taken.since_at if taken is not None and taken.site == self.identity.site else 0
        at = Standing(self.identity.epoch, self.head.seq, self.mode, "", self.scope, since_at)
        answer = welcome(self.identity, at, origin.machine, hello, self.floor, now)
        return [Reply(origin.route, encode(answer))]

    def _on_forward(self, origin: Origin, forward: Forward, now: int) -> list[Output]:
        """A machine behind a relay speaks as if it were connected here."""
        unwrapped = self.followers.unwrap(origin, forward)
        if unwrapped is not None:
            return self.on_message(*unwrapped, now)
        outputs = self.on_bad_message(origin)
        if origin.machine.role in SITES and isinstance(origin.route, bytes):  # not the line, that machine
            nack = encode(Nack(reason="bad_message"))
            return [Reply(Relayed(origin.route, forward.route), nack)]
        return outputs

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
        if self._is_full(name):
            return [Reply(origin.route, encode(Nack(reason="busy", cid=cmd.cid)))]
        work = work_of(origin.machine, cmd, self.floor, self.seals, now)
        if work is None:
            return [Reply(origin.route, encode(Nack(reason="login_needed", cid=cmd.cid)))]
        self._enqueue(spared(work) if self.sparing else work, _Expected(origin.route, name), now)
        return []

    def _on_late(self, origin: Origin, late: Late, now: int) -> list[Output]:
        """An order another site accepted while it was apart; it may come as often as it likes."""
        expected = self._expected.get(late.cid)
        if expected is not None:
            if expected.late:
                expected.route = origin.route
            return []  # what its giver sends himself comes first; handed in again it meets that verdict
        work = late_work(late, self.followers.machine_of)
        if work is None or not self._may_hand_in(origin, late):
            return self.on_bad_message(origin)
        if self.mode in {Mode.FENCED, Mode.HANDING_OVER} or len(self._expected) >= WAITING_MAX:
            return []  # it is handed in again
        self._enqueue(work, _Expected(origin.route, origin.machine.name, late=True), now)
        return []

    def _may_hand_in(self, origin: Origin, late: Late) -> bool:
        """What that site accepted itself, or copied from one whose command ended before ours began."""
        own = self.identity.epoch
        copied = (late.term, late.site) < (own.term, own.site)
        return not origin.machine.site or origin.machine.site == late.site or copied

    def _is_full(self, machine: str) -> bool:
        return len(self._expected) >= WAITING_MAX or self._per_machine[machine] >= WAITING_PER_MACHINE_MAX

    def _enqueue(self, work: Work, expected: _Expected, now: int) -> None:
        self._expected[work.cid] = expected
        self._per_machine[expected.machine] += 1
        self._queue.append((work, now))

    # --- people -----------------------------------------------------------------------------------

    def on_person(self, check: CheckPerson, reason: str, wait_s: int, now: int) -> list[Output]:
        """The password was checked; `reason` "" means it is right."""
        origin, sign = check.origin, self.identity.sign
        answer = logged_in(origin.machine, check.login, reason, wait_s, self.floor, sign, now)
        if isinstance(answer, LoginRefused) or answer.seat_id is None:
            return [Reply(origin.route, encode(answer))]
        self._journal_login(origin, answer, answer.seat_id, now)
        return []

    def _on_resume(self, origin: Origin, resume: Resume, now: int) -> list[Output]:
        """A log-in at a relay that was cut off comes into the journal, under its own id."""
        answer = resumed(origin.machine, resume, self.seals, self.floor, now)
        if isinstance(answer, LoginRefused) or answer.seat_id is None:
            return [Reply(origin.route, encode(answer))]
        if self.mode is not Mode.FENCED:
            self._journal_login(origin, answer, answer.seat_id, now)
        return []

    def _journal_login(self, origin: Origin, ok: LoginOk, seat_id: str, now: int) -> None:
        """The log-in is a fact like any other: the answer waits until it is durable."""
        expected = self._expected.get(ok.id)
        if expected is not None:
            if expected.machine == origin.machine.name:
                expected.route = origin.route
            return
        if self._is_full(origin.machine.name):
            return  # it is asked again
        order = self.own_order(ok.id, LogIn(seat_id, ok.dispatcher_id), now)
        work = Work(ok.id, self.identity.instance, order, now + LOGIN_DEADLINE_MS)
        self._enqueue(work, _Expected(origin.route, origin.machine.name, ok), now)

    def own_order(self, cid: str, command: Command, now: int) -> Order:
        """An order of the hub itself."""
        return Order(cid, command, now, self.identity.instance, frozenset({Role.HUB}))

    def enqueue_own(self, cid: str, command: Command, now: int, lasts_ms: int = LOGIN_DEADLINE_MS) -> None:
        """Housekeeping goes the way of every command."""
        order = self.own_order(cid, command, now)
        work = Work(cid, self.identity.instance, order, now + lasts_ms)
        self._enqueue(work, _Expected(b"", self.identity.instance), now)

    # --- the store --------------------------------------------------------------------------------

    def next_batch(self) -> list[Work]:
        """Up to BATCH_MAX works for the writer; empty while it has one already."""
        if self._writing_since is not None or self.mode is Mode.FENCED:
            return []
        if self.mode is Mode.HANDING_OVER:
            return self._take_last()
        if not self._queue:
            return []
        taken = [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]
        self._writing_since = taken[0][1]
        return [work for work, _ in taken]

    def hand_over_by(self, cid: str, command: Command, now: int) -> None:
        """The last order decided here: nothing else is from now on, what waits is given to the next hub."""
        order = self.own_order(cid, command, now)
        self._last_work = Work(cid, self.identity.instance, order, now + LOGIN_DEADLINE_MS)
        self._expected[cid] = _Expected(b"", self.identity.instance)
        self._per_machine[self.identity.instance] += 1

    @property
    def writing(self) -> bool:
        """True while the store has a batch."""
        return self._writing_since is not None

    def _take_last(self) -> list[Work]:
        last, self._last_work = self._last_work, None
        if last is None:
            return []
        self._writing_since = last.order.at if last.order else 0
        return [last]

    def on_committed(self, batch: Batch, now: int) -> list[Output]:
        """The batch is durable: show it, publish it, then answer."""
        self._writing_since = None
        self.floor, self.head = batch.floor, batch.head
        self._recent.take(batch.entries, batch.decided)
        outputs: list[Output] = [
            Publish(encode(Evs(epoch=self.identity.epoch, evs=part))) for part in portions(batch.entries)
        ]
        outputs += self.followers.on_committed(self.head)
        for cid in batch.held:
            self._forget(cid)
        for verdict, repeated in batch.answers:
            outputs += self._answer(verdict, repeated)
        return outputs

    def _answer(self, verdict: Verdict, repeated: bool) -> list[Output]:
        expected = self._forget(verdict.cid)
        if expected is None or not expected.route:
            return []
        if expected.late:
            result = result_of_late(verdict, repeated=repeated)
            return [Reply(expected.route, encode(LateDone(cid=verdict.cid, result=result)))]
        if expected.login is None:
            message: Ack | LoginOk | LoginRefused = Ack(
                cid=verdict.cid,
                epoch=verdict.epoch,
                seq=verdict.seq,
                refusal=verdict.refusal,
                repeated=repeated,
                said_by=self.identity.epoch,
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

    # --- time -------------------------------------------------------------------------------------

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
            roster=self.roster.revision,
            scope=self.scope,
            disk_percent=self.disk_percent,
            sites=self.followers.last_heard(now),
        )
        frame = encode(tick)
        return [Publish(frame), *self.followers.on_time(frame, now)]

    def store_age_ms(self, now: int) -> int:
        """How long the oldest command has waited for the store; 0: none waits."""
        since = [self._writing_since] if self._writing_since is not None else []
        since += [self._queue[0][1]] if self._queue else []
        return max(0, now - min(since)) if since else 0
