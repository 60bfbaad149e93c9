"""What a relay does: it shows its seats the hub's floor from its own copy, and hands their orders on.

Pure: messages of seats and hub, commits of the copy and time in; outputs out. Rules kept here: seats see
only rows that are durable in the copy, under the hub's own (epoch, seq); an Ack is handed on only when the
copy has its row; cut off from the hub nobody decides, everybody may look and log in.
"""

from collections import Counter, deque

from msgspec import Struct
from msgspec.structs import replace

from dispatch.floor import Floor
from store.core.batch import Batch
from store.core.command_messages import DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.following import (
    Copy,
    Following,
    ForkFound,
    Heard,
    NextHub,
    PublishPositions,
    ToTheHub,
    Trouble,
    UpOutput,
)
from store.core.greeting import Identity, Standing, logged_in, roster_after, welcome
from store.core.hub_followers import FOLLOWING_ROLES
from store.core.journal import Head
from store.core.line import Line
from store.core.messages import (
    Ack,
    Catch,
    Cmd,
    Evs,
    FromHub,
    Hello,
    Login,
    LoginOk,
    Nack,
    Ping,
    Pong,
    Positions,
    Resume,
    SnapReq,
    Tick,
    ToHub,
    decode_from_hub,
)
from store.core.outputs import CheckPerson, ForSite, MakeSnapshot, Origin, Publish, Reply, Route
from store.core.recent import Recent, portions
from store.core.roster import MachineRole
from store.core.site_messages import Forward, Forwarded, RosterNews, RosterReq
from store.core.wire import BODY_BYTES_MAX, EPOCH_ZERO, FAR_BEHIND, BadMessage, Epoch, Mode, encode

FORWARD_AGAIN_MS = 1500
"""The same order again within this time is on its way already: a thin line carries it once."""
FORWARDED_MS_MAX = 60_000
"""A question nobody answered is forgotten after this."""
FORWARDED_MAX = 4000
FORWARD_BYTES_MAX = 2 * BODY_BYTES_MAX
"""More would break the frame's limit with its envelope, and with it the line of the whole district."""


RelayOutput = (
    Reply
    | Publish
    | CheckPerson
    | ForSite
    | MakeSnapshot
    | ToTheHub
    | Copy
    | PublishPositions
    | NextHub
    | Heard
    | ForkFound
)


Asked = Cmd | Login | Resume
"""What is handed on and answered."""


class _OnItsWay(Struct):
    """Something handed on: where its answer goes and when it was sent last."""

    route: Route
    sent_at: int


class RelayLogic:
    """One per start of the relay; every method belongs to its I/O thread. `now`: steady ms.

    `head` None: there is no copy yet. `identity.epoch` is the one the copy was last told. `before`: verdicts
    before this row are still to come, 0: none.
    """

    def __init__(
        self, identity: Identity, floor: Floor, head: Head | None, line: Line, now: int, before: int = 0
    ) -> None:
        self.identity = identity
        self.floor = floor  # replaced by every commit, never changed in place
        self.head = head or Head()
        self.epoch: Epoch = identity.epoch
        self.following = Following(head, identity.epoch, line, now, before)
        self.store_mode = Mode.NORMAL
        """How our own copy is; anything but NORMAL is shown instead of the hub's mode."""
        self.disk_percent = 100
        """Free on the disk under the copy: seats are told of the fuller one, ours or the hub's."""
        self.alarm = ""
        self.roster = RosterNews(revision=0)
        """The signed roster as it is handed on."""
        self.own_sites = {identity.site}
        """How the roster names this site; other sites' hubs and relays only ask how we stand."""
        self.bad_messages: Counter[str] = Counter()
        self._jobs: deque[Epoch] = deque()
        self._recent = Recent()
        self._on_its_way: dict[bytes, _OnItsWay] = {}
        self._held: dict[bytes, tuple[Ack, Reply]] = {}

    # --- state ------------------------------------------------------------------------------------

    @property
    def has_copy(self) -> bool:
        """False until the first snapshot is durable: before that nothing is shown."""
        return self.epoch != EPOCH_ZERO

    def mode(self, now: int) -> str:
        """What the seats are told; with a fork in our journal they have to go to the holder."""
        if self.following.trouble is Trouble.FORK:
            return Mode.FENCED
        if self.following.cut_off(now):
            return Mode.CUT_OFF
        if self.store_mode is not Mode.NORMAL:
            return self.store_mode
        return self.following.tick.mode if self.following.tick else Mode.NORMAL

    # --- the hub ----------------------------------------------------------------------------------

    def on_hub(self, message: FromHub, now: int) -> list[RelayOutput]:
        """Take one message of the hub."""
        if isinstance(message, Forwarded):
            return self._on_forwarded(message)
        return self._up(self.following.on_message(message, now))

    def connected(self, now: int) -> list[RelayOutput]:
        """The hub admitted us: what was on its way may be lost, it may go out again."""
        for one in self._on_its_way.values():
            one.sent_at = now - FORWARD_AGAIN_MS
        return self._up(self.following.connected(now))

    def on_copied(self, batch: Batch, now: int) -> list[RelayOutput]:
        """The oldest job is durable: show its rows, then what was held until they are."""
        epoch = self._jobs.popleft()
        self.floor, self.head, self.epoch = batch.floor, batch.head, epoch
        self._recent.take(batch.entries)
        outputs: list[RelayOutput] = [
            Publish(encode(Evs(epoch=epoch, evs=part))) for part in portions(batch.entries)
        ]
        outputs += [reply for ack, reply in self._held.values() if self._has(ack)]
        self._held = {key: held for key, held in self._held.items() if not self._has(held[0])}
        return outputs + self._up(self.following.copied(now))

    def _up(self, outputs: list[UpOutput]) -> list[RelayOutput]:
        for output in outputs:
            if isinstance(output, Copy):
                self._jobs.append(output.job.epoch)
        return [*outputs]

    def _on_forwarded(self, answer: Forwarded) -> list[RelayOutput]:
        """An Ack waits until the copy has its row: who takes over from this copy must know of it."""
        one = self._on_its_way.pop(answer.route, None)
        if one is None:
            return []
        reply = Reply(one.route, answer.frame)
        try:
            message = decode_from_hub(answer.frame)
        except BadMessage:
            return []
        if isinstance(message, Ack) and not message.refusal and not self._has(message):
            self._held[answer.route] = (message, reply)  # asked again while the disk is slow: once
            return []
        return [reply]

    def _has(self, ack: Ack) -> bool:
        """A copy with a tail of its own has a row of that number, but another one."""
        return ack.seq <= self.head.seq and ack.epoch <= self.epoch

    # --- the seats --------------------------------------------------------------------------------

    def on_message(self, origin: Origin, message: ToHub, now: int) -> list[RelayOutput]:
        """Take one message; machines of another site look for their own relay or a hub."""
        machine = origin.machine
        if machine.site not in self.own_sites and machine.role not in FOLLOWING_ROLES:
            cid = message.cid if isinstance(message, Cmd) else None
            return [Reply(origin.route, encode(Nack(reason="elsewhere", cid=cid)))]
        match message:
            case Cmd():
                return self._on_cmd(origin, message, now)
            case Login() if self.following.cut_off(now):
                return [CheckPerson(origin, message)]
            case Login() | Resume():
                return self._forward(origin, message, message.id.encode(), now)
            case Positions() if origin.machine.role is MachineRole.GATEWAY:
                return self._hand_on(origin, message, b"")
            case EvidenceReq() | TakeCommand() | HandOver() | DeclareIsland():
                return [ForSite(origin, message)]
            case _:
                return self._serve(origin, message, now)

    def _serve(self, origin: Origin, message: ToHub, now: int) -> list[RelayOutput]:
        """What the copy answers by itself."""
        match message:
            case Hello():
                return self._on_hello(origin, message, now)
            case SnapReq():
                return self._on_snap_req(origin, now)
            case Catch():
                missed = self._recent.missed(message, self.epoch, self.head)
                return [Reply(origin.route, encode(missed))]
            case Ping():
                return [Reply(origin.route, encode(Pong(t=message.t)))]
            case RosterReq():
                return [Reply(origin.route, encode(roster_after(self.roster, message.revision)))]
            case _:
                return self.on_bad_message(origin)

    def on_bad_message(self, origin: Origin) -> list[RelayOutput]:
        """A frame of this machine that was none of our messages."""
        self.bad_messages[origin.machine.name] += 1
        return [Reply(origin.route, encode(Nack(reason="bad_message")))]

    def on_person(self, check: CheckPerson, reason: str, wait_s: int, wall_now: int) -> list[RelayOutput]:
        """Somebody logged in while cut off; `wall_now` by the wall clock, for the token."""
        origin, sign = check.origin, self.identity.sign
        answer = logged_in(origin.machine, check.login, reason, wait_s, self.floor, sign, wall_now)
        if isinstance(answer, LoginOk) and answer.seat_id is not None:
            answer = replace(answer, journaled=False)  # the next hub hears of it from the seat itself
        return [Reply(origin.route, encode(answer))]

    def _on_hello(self, origin: Origin, hello: Hello, now: int) -> list[RelayOutput]:
        at = Standing(self.epoch, self.head.seq, self.mode(now), self.identity.site)
        clock = self.following.hub_time(now)
        return [
            Reply(origin.route, encode(welcome(self.identity, at, origin.machine, hello, self.floor, clock)))
        ]

    def _on_snap_req(self, origin: Origin, now: int) -> list[RelayOutput]:
        if not self.has_copy:
            return []  # the seat asks again, or another hub
        return [*self._recent.ask_snapshot(origin.route, self.floor, self.epoch, self.head, now)]

    def on_snapshot(self, made: MakeSnapshot, frames: list[bytes]) -> list[Reply]:
        """The snapshot of a large floor is encoded; no frames: it could not be."""
        return self._recent.on_snapshot(made, frames)

    def _on_cmd(self, origin: Origin, cmd: Cmd, now: int) -> list[RelayOutput]:
        if self.following.cut_off(now):
            return [Reply(origin.route, encode(Nack(reason="cut_off", cid=cmd.cid)))]
        return self._forward(origin, cmd, cmd.cid.encode(), now)

    def _forward(self, origin: Origin, message: Asked, key: bytes, now: int) -> list[RelayOutput]:
        """Hand it on; one that is on its way only gets a new return address."""
        if len(encode(message)) > FORWARD_BYTES_MAX:
            return self.on_bad_message(origin)
        key = origin.machine.name.encode() + b"/" + key
        one = self._on_its_way.get(key)
        if one is not None:
            one.route = origin.route
            if now - one.sent_at < FORWARD_AGAIN_MS:
                return []
            one.sent_at = now
        elif len(self._on_its_way) >= FORWARDED_MAX:
            cid = message.cid if isinstance(message, Cmd) else None
            return [Reply(origin.route, encode(Nack(reason="busy", cid=cid)))]
        else:
            self._on_its_way[key] = _OnItsWay(origin.route, now)
        return self._hand_on(origin, message, key)

    def _hand_on(self, origin: Origin, message: Asked | Positions, key: bytes) -> list[RelayOutput]:
        return [ToTheHub(Forward(machine=origin.machine.name, route=key, frame=encode(message)))]

    # --- time -------------------------------------------------------------------------------------

    def on_time(self, now: int) -> list[RelayOutput]:
        """Every 200 ms from the relay's own loop: the Tick for the seats, and what the line needs."""
        for key in [key for key, one in self._on_its_way.items() if now - one.sent_at > FORWARDED_MS_MAX]:
            del self._on_its_way[key]
        outputs = self._up(self.following.on_time(now))
        return [Publish(encode(self._tick(now))), *outputs] if self.has_copy else outputs

    def pump(self, now: int) -> list[RelayOutput]:
        """What is due between two Ticks: positions and the journal keep the line busy."""
        return self._up(self.following.on_time(now))

    def _tick(self, now: int) -> Tick:
        up, hub = self.following, self.following.tick
        disk = min((hub.disk_percent if hub else 100, ""), (self.disk_percent, self.identity.site))
        behind = max(0, up.heard_seq - self.head.seq)
        trouble = "" if up.trouble is Trouble.NONE else f"relay:{up.trouble.value}"
        return Tick(
            epoch=self.epoch,
            seq=up.heard_seq if behind > FAR_BEHIND else self.head.seq,
            now_at=up.hub_time(now),
            mode=self.mode(now),
            store_age_ms=hub.store_age_ms if hub else 0,
            alarm="\n".join(one for one in (self.alarm, trouble, hub.alarm if hub else "") if one),
            waiting=hub.waiting if hub else 0,
            scope=hub.scope if hub else "CITY",
            relay=self.identity.site,
            hub_age_ms=up.hub_age_ms(now),
            behind=behind,
            roster=self.roster.revision,
            disk_percent=disk[0],
            disk_at=disk[1],
        )
