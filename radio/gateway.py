"""The terminal access server: owns every JT/T 808 connection and translates between them and `Dispatch`.

Rules it keeps: a key is answered only after `Dispatch.key` returned; a newer connection of a number
closes the older; an order waits for its vehicle until it expires and is never sent after that.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import Awaitable, Iterable, Sequence

import msgspec
from msgspec import Struct

from radio.connection import Connection
from radio.errors import OrderTextError
from radio.orders import Delivered, Failed, OrderBook
from radio.ports import Dispatch, Order, OrderFailure
from radio.terminal import facts as f
from radio.terminal.downlink import FLAG_DISPLAY, FLAG_SPEAK, FLAG_URGENT_2013, FLAG_URGENT_2019
from radio.terminal.header import plain_phone
from radio.terminal.keys import ACCEPTS, REFUSES, checked
from radio.terminal.messages import Text
from radio.terminal.order_text import OrderTail, write_order
from radio.terminal.platform import Limits, Platform
from radio.terminal.roster import KnownTerminal, Roster
from radio.terminal.session import LABELS_HANDLE, Step
from store.config import DEFAULT_KEY_RULES, KeyRule

log = logging.getLogger(__name__)

FAULTY_KEPT = 200
FAULTY_BYTES_KEPT = 128
ERRANDS_PER_TERMINAL_MAX = 32
TICKED_AT_ONCE = 100
ORDER_HANDLE = "order:"


class Settings(Struct, frozen=True):
    """Of one gateway. `port` 0: any free one. `secret`: from which codes are made; keep it."""

    host: str = "0.0.0.0"  # noqa: S104 terminals come from outside; firewall and APN are in front
    port: int = 8808
    secret: bytes = b""
    connections_max: int = 5000
    tick_s: float = 1.0
    strangers_max: int = 1000  # connections not authenticated yet; the oldest makes room
    store_again_s: float = 1.0
    store_s_max: float = 10.0  # longer and a key counts as not stored; the terminal repeats it
    limits: Limits = Limits()


class FaultyFrame(Struct, frozen=True):
    """For the diagnostics page: who sent what that could not be used."""

    at_ms: int
    address: str
    phone: str
    why: str
    hex: str


class _Pressing(Struct, frozen=True):
    connection: Connection
    pressed: f.Pressed


_Errand = _Pressing | Delivered | Failed


class Gateway:
    """The server. Everything runs on the event loop that called `start`."""

    def __init__(
        self,
        dispatch: Dispatch,
        known: Iterable[KnownTerminal],
        settings: Settings,
        rules: Sequence[KeyRule] = DEFAULT_KEY_RULES,
    ) -> None:
        """Raises KeyRuleError when a rule describes no key."""
        roster = Roster(known, settings.secret, duplicates_ms=settings.limits.duplicates_ms)
        self.platform = Platform(roster, checked(rules), settings.limits)
        self.faulty_frames: deque[FaultyFrame] = deque(maxlen=FAULTY_KEPT)
        self.closings: Counter[str] = Counter()
        self._dispatch = dispatch
        self._settings = settings
        self._orders = OrderBook()
        self._connections: set[Connection] = set()
        self._online: dict[str, Connection] = {}
        self._errands: dict[str, deque[_Errand]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticker: asyncio.Task[None] | None = None
        self._strangers: dict[Connection, None] = {}  # oldest first
        self._nobody = asyncio.Event()
        self._stores = True  # False after a failure, so that it is logged once
        self._server: asyncio.Server | None = None

    # --- life -------------------------------------------------------------------------------------

    async def start(self) -> int:
        """Listen; the port it got."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self), self._settings.host, self._settings.port, backlog=1024
        )
        self._ticker = asyncio.create_task(self._tick_forever())
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self, deadline_s: float = 2.0) -> None:
        """Close every connection, let keys being stored finish until the deadline."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close("gateway stops")
        if self._ticker is not None:
            self._ticker.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=deadline_s)
        for task in list(self._tasks):
            task.cancel()
        for connection in list(self._connections):
            connection.abort("gateway stops")
        if self._connections:
            self._nobody.clear()
            await self._nobody.wait()

    # --- what others ask --------------------------------------------------------------------------

    def send_order(self, order: Order) -> None:
        """Take an order; what becomes of it is told to `Dispatch`. The same number counts once."""
        now = self.now()
        phone = plain_phone(order.phone)
        if self.platform.roster.find(phone) is None:
            self._later(phone, Failed(order.order_no, OrderFailure.UNKNOWN_TERMINAL))
            return
        connection = self._online.get(phone)
        if connection is not None and order.replaces:
            connection.session.call_back(ORDER_HANDLE + order.replaces)
        for failed in self._orders.add(order, now.wall_ms):
            self._later(phone, failed)
        self._send_waiting(phone, now)

    def set_known(self, known: Iterable[KnownTerminal]) -> None:
        """A new allow-list; connections of numbers no longer on it are closed."""
        self.platform.roster.replace(known)
        for phone, connection in list(self._online.items()):
            if self.platform.roster.find(phone) is None:
                connection.close("no longer known")

    def counters(self) -> dict[str, int]:
        """For the diagnostics page: sums since the start, and what is here now."""
        counts: dict[str, int] = msgspec.structs.asdict(self.platform.counters)
        counts |= {f"closed: {why}": number for why, number in self.closings.items()}
        return counts | {
            "connections": len(self._connections),
            "online": len(self._online),
            "orders_open": len(self._orders),
        }

    # --- what connections tell (connection.Desk) --------------------------------------------------

    def now(self) -> f.Now:
        return f.Now(time.time_ns() // 1_000_000, time.monotonic_ns() // 1_000_000)

    def opened(self, connection: Connection) -> bool:
        self._connections.add(connection)
        self._strangers[connection] = None
        if len(self._strangers) > self._settings.strangers_max:
            next(iter(self._strangers)).abort("made room")
        return len(self._connections) <= self._settings.connections_max

    def closed(self, connection: Connection, why: str) -> None:
        self._connections.discard(connection)
        self._strangers.pop(connection, None)
        if not self._connections:
            self._nobody.set()
        self.closings[why] += 1
        phone = connection.session.phone
        if phone and self._online.get(phone) is connection:
            del self._online[phone]
            self._orders.link_lost(phone)
            self._dispatch.terminal_state(phone, online=False)

    def faulty(self, connection: Connection, why: str, raw: bytes) -> None:
        self._keep_faulty(connection, connection.session.phone, why, raw)

    def _keep_faulty(self, connection: Connection, phone: str, why: str, raw: bytes) -> None:
        shown = raw[:FAULTY_BYTES_KEPT].hex()
        self.faulty_frames.append(FaultyFrame(self.now().wall_ms, connection.address, phone, why, shown))

    def stepped(self, connection: Connection, step: Step) -> None:
        for fact in step.facts:
            match fact:
                case f.Moved(phone=phone, position=position):
                    self._dispatch.position(phone, position)
                case f.Pressed():
                    self._later(fact.phone, _Pressing(connection, fact))
                case f.Answered() | f.Unanswered():
                    self._order_outcome(fact)
                case f.Online(phone=phone):
                    self._came_online(phone, connection)
                case f.Faulty() | f.Refused():
                    raw = fact.raw if isinstance(fact, f.Faulty) else b""
                    self._keep_faulty(connection, fact.phone, fact.why, raw)
                case f.LoggedOut():
                    pass  # the connection closes with it

    def _came_online(self, phone: str, connection: Connection) -> None:
        older = self._online.get(phone)
        self._online[phone] = connection
        self._strangers.pop(connection, None)
        if older is not None and older is not connection:
            self._orders.link_lost(phone)
            older.abort("newer connection")
        else:
            self._dispatch.terminal_state(phone, online=True)
        # After this turn of the loop: the answer to 0x0102 leaves first.
        asyncio.get_running_loop().call_soon(self._send_waiting, phone, self.now())

    # --- orders -----------------------------------------------------------------------------------

    def _send_waiting(self, phone: str, now: f.Now) -> None:
        connection = self._online.get(phone)
        if connection is None:
            return
        for order in self._orders.to_send(phone, now.wall_ms):
            message = self._order_message(order, is_2019=connection.session.is_2019)
            if message is None:
                continue
            handle = ORDER_HANDLE + order.order_no
            frames = connection.session.send(message, handle, now, expires_ms=order.expires_at_ms)
            if frames:
                self._orders.sent(phone, order.order_no)
                connection.write(frames)

    def _order_message(self, order: Order, *, is_2019: bool) -> Text | None:
        urgent = FLAG_URGENT_2019 if is_2019 else FLAG_URGENT_2013
        tail = OrderTail(
            order.order_no,
            order.term,
            order.site,
            order.scene,
            order.hospital,
            order.replaces,
            order.recall,
        )
        try:
            return Text(urgent | FLAG_DISPLAY | FLAG_SPEAK, write_order(order.text, tail))
        except OrderTextError:
            phone = plain_phone(order.phone)
            self._orders.given_up(phone, order.order_no)
            self._later(phone, Failed(order.order_no, OrderFailure.NOT_WRITABLE))
            return None

    def _order_outcome(self, fact: f.Answered | f.Unanswered) -> None:
        if fact.handle == LABELS_HANDLE:
            return
        order_no = fact.handle.removeprefix(ORDER_HANDLE)
        if isinstance(fact, f.Answered):
            outcome = self._orders.answered(fact.phone, order_no, fact.result)
        else:
            outcome = self._orders.given_up(fact.phone, order_no)
        if outcome is not None:
            self._later(fact.phone, outcome)

    # --- facts that must be stored, one after the other per terminal ------------------------------

    def _later(self, phone: str, errand: _Errand) -> None:
        waiting = self._errands.get(phone)
        if waiting is not None:
            if isinstance(errand, _Pressing) and len(waiting) >= ERRANDS_PER_TERMINAL_MAX:
                self._settle(errand, stored=False)
            else:
                waiting.append(errand)
            return
        self._errands[phone] = deque((errand,))
        task = asyncio.create_task(self._run_errands(phone))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_errands(self, phone: str) -> None:
        waiting = self._errands[phone]
        try:
            while waiting:
                errand = waiting.popleft()
                try:
                    await self._run(phone, errand)
                except Exception:  # our own fault costs one errand, not those behind it
                    self.platform.counters.our_errors += 1
                    log.exception("errand of %s: %r", phone, errand)
        finally:
            del self._errands[phone]

    async def _run(self, phone: str, errand: _Errand) -> None:
        match errand:
            case _Pressing(pressed=pressed):
                stored = True
                for gives in pressed.gives:
                    stored = stored and await self._store_key(pressed, gives)
                self._settle(errand, stored=stored)
            case Delivered(order_no=order_no):
                at_ms = self.now().wall_ms
                while not await self._store(self._dispatch.order_delivered(order_no, at_ms)):
                    await asyncio.sleep(self._settings.store_again_s)
            case Failed(order_no=order_no, reason=reason):
                while not await self._store(self._dispatch.order_failed(order_no, reason)):
                    await asyncio.sleep(self._settings.store_again_s)

    async def _store_key(self, pressed: f.Pressed, gives: str) -> bool:
        key = self._dispatch.key(
            pressed.phone, gives, pressed.terminal_at_ms, pressed.received_at_ms, pressed.raw
        )
        if not await self._store(key):
            return False
        order_no = self._orders.open_for(pressed.phone)
        if not order_no or gives not in {ACCEPTS, REFUSES}:
            return True
        if gives == ACCEPTS:
            answer = self._dispatch.order_accepted(order_no, pressed.received_at_ms)
        else:
            answer = self._dispatch.order_failed(order_no, OrderFailure.CREW_REFUSED)
        stored = await self._store(answer)
        if stored:
            self._orders.crew_answered(pressed.phone)
        return stored

    async def _store(self, stored: Awaitable[None]) -> bool:
        """True once it is stored. Whatever fails behind the port, the terminals stay connected."""
        try:
            await asyncio.wait_for(stored, self._settings.store_s_max)
        except Exception:
            self.platform.counters.not_stored += 1
            if self._stores:
                log.exception("facts cannot be stored; keys stay unanswered until they can")
            self._stores = False
            return False
        if not self._stores:
            log.warning("facts are stored again")
        self._stores = True
        return True

    def _settle(self, errand: _Pressing, *, stored: bool) -> None:
        session = errand.connection.session
        errand.connection.write(session.settle(errand.pressed, self.now(), stored=stored))

    # --- time -------------------------------------------------------------------------------------

    async def _tick_forever(self) -> None:
        while True:
            await asyncio.sleep(self._settings.tick_s)
            try:
                await self._tick()
            except Exception:  # our own fault; the next second comes anyway
                self.platform.counters.our_errors += 1
                log.exception("tick")

    async def _tick(self) -> None:
        now = self.now()
        for failed in self._orders.expired(now.wall_ms):
            self._later("", failed)
        for phone in self._orders.phones():
            self._send_waiting(phone, now)
        for number, connection in enumerate(list(self._connections), start=1):
            self._tick_one(connection, now)
            if number % TICKED_AT_ONCE == 0:
                await asyncio.sleep(0)  # nobody waits for 2,000 others

    def _tick_one(self, connection: Connection, now: f.Now) -> None:
        try:
            connection.tick(now)
        except Exception:  # our own fault: the others have their time-outs and repetitions
            self.platform.counters.our_errors += 1
            log.exception("tick of %s", connection.address)
