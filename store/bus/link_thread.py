"""The bus thread of a link: owns the sockets, the outbox file and the pure logic of the seat."""

import logging
import queue
from collections.abc import Callable

import zmq
from msgspec.structs import replace

from dispatch.floor import copy_of
from store.bus.clock import Clock
from store.bus.link_hubs import KnownHubs
from store.bus.link_mail import CommandQuestion, LoginAsked, Mail, Notice, Ordered
from store.bus.link_resume import Resuming
from store.bus.link_scout import Ours, Scout, serves
from store.bus.link_sockets import HubConnection
from store.bus.link_state import LinkSettings, state_of
from store.bus.outbox_file import OutboxDisk
from store.bus.sockets import Context, Waker
from store.core.command_messages import CommandAnswer, DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.messages import Cmd, Hello, LoginRefused, Positions, Tick, ToHub, decode_from_hub
from store.core.outbox import Waiting
from store.core.seat_logic import (
    Expired,
    FloorReplaced,
    Happening,
    LoginCame,
    LoginNeeded,
    Phase,
    PositionsCame,
    SeatLogic,
    Send,
    Told,
    TryNextHub,
    VerdictCame,
    Welcomed,
)
from store.core.site_messages import RosterNews, RosterReq
from store.core.tokens import giver_of
from store.core.wire import FAR_BEHIND, PROTO, BadMessage, encode

TURN_MS = 50
REFUSED_BACK_OFF_MS = (1000, 2000, 5000)
LOGIN_RETRY_MS = 2000
LOGIN_MS_MAX = 10_000
START_ANEW_MS = 1000
ROSTER_MS = 5000
"""Between two questions for a newer roster."""
COMMAND_PROTO = 2
"""Since then a hub answers questions about the command of a scope."""
ASKED = "evidence"
"""What an EvidenceReq, which has no id, is called in an answer to it."""
CLOCK_OFFSET_MS_MIN = 500
"""Clocks closer than this to the hub's are left as they are."""

log = logging.getLogger(__name__)


def run_bus(settings: LinkSettings, clock: Clock, waker: Waker, mail: Mail) -> None:
    """The thread: turns until the owner says stop. A broken turn costs a connection, never the thread."""
    bus = _Bus(settings, clock, waker, mail)
    try:
        while not mail.stopping:
            try:
                bus.turn()
            except Exception:
                log.exception("bus: a turn broke, connecting anew")
                bus.start_anew()
    finally:
        bus.close()
        waker.close()


class _Bus:
    def __init__(self, settings: LinkSettings, clock: Clock, waker: Waker, mail: Mail) -> None:
        self._settings = settings
        self._clock = clock
        self._waker = waker
        self._mail = mail
        self._disk = OutboxDisk(settings.outbox)
        now = clock.steady_ms()
        self._logic = SeatLogic(self._disk.load(), now, self._disk.heard())
        self._context = Context()
        self._poller = zmq.Poller()
        self._poller.register(waker.fd, zmq.POLLIN)
        self._hubs = KnownHubs(settings)
        self._scout = Scout(self._dial)
        self._connection: HubConnection | None = None
        self._connect_at = now
        self._refusals = 0
        self._logins: dict[str, LoginAsked] = {}
        self._resuming = Resuming()
        self._login_needed: set[str] = set()
        self._seat_id = self._hub_app = ""
        self._offset_ms = 0
        self._proto = PROTO
        self._roster_at = now
        self._last_tick: Tick | None = None

    # --- one turn ---------------------------------------------------------------------------------

    def turn(self) -> None:
        """Wait for something, take it in, send what is due."""
        if self._connection is None and self._clock.steady_ms() >= self._connect_at:
            self._connect()
        ready: dict[object, int] = dict(self._poller.poll(self._wait_ms()))
        now = self._clock.steady_ms()
        if self._waker.fd in ready:
            self._waker.clear()
        happenings: list[Happening] = []
        if self._connection is not None:
            for admitted in self._connection.handshakes(ready):
                happenings += self._on_handshake(admitted, now)
        if self._connection is not None:
            for frame in self._connection.receive(ready):
                happenings += self._on_frame(frame, now)
        self._look_around(ready, now)
        happenings += self._take_orders(now)
        happenings += self._logic.on_time(now)
        self._carry_out(happenings, now)
        self._send_logins(now)
        self._disk.forget_settled()
        self._tell_state(now)

    def start_anew(self) -> None:
        """On to the next hub; what waits is in the outbox and is asked for and sent again."""
        self._hubs.go_next()
        self._disconnect(self._clock.steady_ms() + START_ANEW_MS)

    def close(self) -> None:
        self._scout.close()
        if self._connection is not None:
            self._connection.close()
        self._context.destroy(linger=0)
        self._disk.close()

    def _wait_ms(self) -> int:
        due = self._logic.outbox.next_due()
        left = TURN_MS if due is None else due - self._clock.steady_ms()
        return max(0, min(TURN_MS, left))

    # --- the hub ----------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._connection = self._dial(self._hubs.address)

    def _dial(self, address: str) -> HubConnection:
        key = self._hubs.key_of(address)
        return HubConnection(self._context, self._poller, address, self._settings.keys, key)

    def _look_around(self, ready: dict[object, int], now: int) -> None:
        """Another hub when ours does not command, and home again when it is well."""
        logic, hubs = self._logic, self._hubs
        tick = logic.last_tick
        behind, relay = (tick.behind, tick.relay) if tick else (0, "")
        lost = not serves(logic.mode, relay) or logic.phase(now) is Phase.RED
        stranded = lost or behind > FAR_BEHIND
        homeward = not stranded and hubs.address != hubs.home
        where = tuple(hubs.others()) if stranded else (hubs.home,) if homeward else ()
        ours = Ours(where, logic.replica.epoch, logic.replica.seq, homeward)
        better = self._scout.turn(ready, ours, now)
        if better is not None:
            log.info("link: from %s to %s", hubs.address, better)
            hubs.go(better)
            self._disconnect(now)

    def _disconnect(self, again_at: int) -> None:
        connection, self._connection = self._connection, None
        self._connect_at = again_at
        if connection is not None:
            connection.close()

    def _on_handshake(self, admitted: bool, now: int) -> list[Happening]:
        if admitted:
            self._refusals = 0
            self._send(self._hello())
            return self._logic.connected(now)
        wait_ms = REFUSED_BACK_OFF_MS[min(self._refusals, len(REFUSED_BACK_OFF_MS) - 1)]
        self._refusals += 1
        self._logic.refused_at_the_door()
        self._hubs.go_next()  # its roster may be an older one
        self._disconnect(now + wait_ms)
        return []

    def _hello(self) -> Hello:
        replica = self._logic.replica
        return Hello(app=self._settings.app, epoch=replica.epoch, seq=replica.seq)

    def _on_frame(self, frame: bytes, now: int) -> list[Happening]:
        try:
            message = decode_from_hub(frame)
        except BadMessage as error:
            log.warning("the hub sent a bad message: %s", error)
            return []
        if isinstance(message, RosterNews):
            self._hubs.take_roster(message.sealed)
            return []
        return self._logic.on_message(message, now)

    def _send(self, message: ToHub) -> bool:
        return self._connection is not None and self._connection.send(encode(message))

    # --- the owner's wishes -----------------------------------------------------------------------

    def _take_orders(self, now: int) -> list[Happening]:
        """Everything new goes to disk in one transaction before anything of it is sent."""
        fresh: list[Waiting] = []
        informed: list[Callable[[], None]] = []
        while True:
            try:
                one = self._mail.inbox.get_nowait()
            except queue.Empty:
                break
            match one:
                case Ordered(waiting, kept):
                    fresh.append(waiting)
                    informed += [kept] if kept else []
                case LoginAsked():
                    self._logins[one.login.id] = one
                case Positions():
                    self._send(one)
                case EvidenceReq() | TakeCommand() | HandOver() | DeclareIsland():
                    self._ask_command(one)
        self._disk.keep(fresh)
        for kept in informed if not self._disk.fault else ():
            kept()
        happenings: list[Happening] = []
        for waiting in fresh:
            happenings += self._logic.ordered(waiting, now)
        return happenings

    def _ask_command(self, question: CommandQuestion) -> None:
        """A hub of before the districts does not know the question: say so instead of waiting for ever."""
        if self._proto >= COMMAND_PROTO:
            self._send(question)
            return
        asked = ASKED if isinstance(question, EvidenceReq) else question.id
        self._post([Told(CommandAnswer(id=asked, reason="version", text=str(self._proto)))])

    def _send_logins(self, now: int) -> None:
        if resume := self._resuming.due(self._logic, self._mail.token, now):
            self._send(resume)
        for asked in list(self._logins.values()):
            if now > asked.until:
                del self._logins[asked.login.id]
                silent = LoginRefused(id=asked.login.id, reason="no_answer")
                self._post([LoginCame(asked.login.id, None, silent)])
            elif now >= asked.due_at and self._send(asked.login):
                asked.due_at = now + LOGIN_RETRY_MS

    # --- what happened ----------------------------------------------------------------------------

    def _send_unsettled(self, message: ToHub) -> None:
        """An order whose verdict lay behind the word that made us repeat it is not asked for again."""
        if not isinstance(message, Cmd) or message.cid in self._logic.outbox:
            self._send(self._by_hub_clock(message))

    def _carry_out(self, happenings: list[Happening], now: int) -> None:
        notices: list[Notice] = []
        for happening in happenings:
            match happening:
                case Send(message):
                    self._send_unsettled(message)
                case TryNextHub() if self._connection is not None:
                    self._hubs.go_next()
                    self._disconnect(now)
                case TryNextHub():
                    pass  # the back-off of a refused machine runs
                case PositionsCame(positions):
                    self._mail.post_positions(positions.batch)
                    self._mail.ring()
                case Welcomed(welcome):
                    self._seat_id, self._hub_app = welcome.seat_id, welcome.app
                    self._proto = welcome.proto
                    self._hubs.learn(welcome.hubs)
                    if self._connection is not None:
                        self._connection.subscribe(welcome.events_port, welcome.positions_port)
                case LoginCame():
                    notices += self._on_login(happening)
                case VerdictCame(cid) | Expired(cid):
                    self._disk.settled(cid)
                    self._login_needed.discard(cid)
                    notices.append(happening)
                case LoginNeeded(cid):
                    if cid is not None and cid not in self._login_needed:
                        self._login_needed.add(cid)
                        self._park_others(giver_of(self._mail.token))
                        notices.append(happening)
                case _:
                    notices.append(happening)
        self._post(notices)

    def _post(self, notices: list[Notice]) -> None:
        if not notices:
            return
        if not self._mail.post(notices):
            replica = self._logic.replica
            self._mail.replace_backlog(FloorReplaced(copy_of(replica.floor), replica.epoch, replica.seq))
        self._mail.ring()

    def _by_hub_clock(self, message: ToHub) -> ToHub:
        """Our (steady) times as the hub's clock would have shown them."""
        if isinstance(message, Cmd) and abs(self._offset_ms) >= CLOCK_OFFSET_MS_MIN:
            at, deadline_at = message.at + self._offset_ms, message.deadline_at + self._offset_ms
            return replace(message, at=at, deadline_at=deadline_at)
        return message

    def _on_login(self, came: LoginCame) -> list[Notice]:
        """The first answer counts. A fresh token also goes to what the same person ordered before.

        Only to that: nobody's order goes out in another's name. What others left behind steps aside.
        """
        asked = self._logins.pop(came.id, None)
        if asked is None:
            needed = self._resuming.answered(came) and came.ok is None
            return [LoginNeeded(None)] if needed else []
        if came.ok is not None and not asked.login.second:
            self._mail.token = came.ok.token
            self._resuming.logged_in(came.ok)
            renewed = [
                replace(waiting, token=came.ok.token)
                for waiting in self._logic.outbox.waiting()
                if waiting.cid in self._login_needed and giver_of(waiting.token) == came.ok.dispatcher_id
            ]
            self._disk.keep(renewed)
            for waiting in renewed:
                self._logic.outbox.renew(waiting)
            self._login_needed -= {waiting.cid for waiting in renewed}
            self._park_others(came.ok.dispatcher_id)
        return [came]

    def _park_others(self, person: str | None) -> None:
        """What waits for somebody else's log-in must not hold up the one who is there."""
        for waiting in self._logic.outbox.waiting() if person else ():
            if waiting.cid in self._login_needed and giver_of(waiting.token) != person:
                self._logic.outbox.park(waiting.cid)

    # --- the lamps --------------------------------------------------------------------------------

    def _tell_state(self, now: int) -> None:
        logic, tick = self._logic, self._logic.last_tick
        if tick is not None and tick is not self._last_tick:
            self._last_tick, self._offset_ms = tick, tick.now_at - now
            self._disk.keep_heard(logic.heard)
            if tick.roster > self._hubs.revision and now >= self._roster_at:
                self._roster_at = now + ROSTER_MS
                self._send(RosterReq(revision=self._hubs.revision))
        before = self._mail.state
        self._mail.state = replace(
            state_of(logic, now),
            hub=self._hubs.address,
            clock_offset_ms=self._offset_ms - (self._clock.now_ms() - now),
            seat_id=self._seat_id,
            hub_app=self._hub_app,
            login_needed=bool(self._login_needed),
            outbox_fault=self._disk.fault,
            proto=self._proto,
        )
        if (before.phase, before.mode) != (self._mail.state.phase, self._mail.state.mode):
            log.info("link: %s, hub %s", self._mail.state.phase.value, self._mail.state.mode)
            self._mail.ring()
