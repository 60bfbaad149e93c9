"""Asterisk's manager interface (AMI) for one seat of an app_queue queue: a pure session.

Never run against a real Asterisk: the protocol as its public documentation has it, proven by transcripts.
"""

import hashlib
import itertools
from collections.abc import Callable

from msgspec import Struct

from dispatch.kinds import SeatState
from telephony.acd.orders import (
    AcdOrder,
    AskQueue,
    ForceHangup,
    LogIn,
    LogOut,
    Monitor,
    SetState,
    is_word,
    one_line,
)
from telephony.acd.port import AcdFact, MonitorMode, OrderDone, OrderRefused
from telephony.acd.queue_book import QueueBook, plain_number
from telephony.acd.session import QueueSession, read_fields
from telephony.acd.tcp_link import Turn

MESSAGE_BYTES_MAX = 65_536
ANSWER_MS_MAX = 5_000
PING_MS = 10_000
SPY = {MonitorMode.LISTEN: "q", MonitorMode.WHISPER: "qw", MonitorMode.BARGE: "qB"}
STATES = {1: SeatState.READY, 2: SeatState.INTAKE, 3: SeatState.INTAKE, 4: SeatState.LOGGED_OUT}
STATES |= {5: SeatState.LOGGED_OUT, 6: SeatState.READY, 7: SeatState.INTAKE, 8: SeatState.INTAKE}
WORDS = {SeatState.AFTER_CALL: "wrap-up", SeatState.AWAY: "away", SeatState.INTAKE: "busy"}
Message = dict[str, str]


class AmiSettings(Struct, frozen=True):
    """`interface` is the seat's device (PJSIP/8001), `seat` its number."""

    user: str
    secret: str
    queue: str
    seat: str
    interface: str

    def __repr__(self) -> str:
        return f"AmiSettings({self.user!r}, {self.queue!r}, {self.interface!r})"


class AmiSession(QueueSession):
    """Greeting → challenge → log-in → full list → events. Every order is one action with an id of its own."""

    def __init__(self, settings: AmiSettings) -> None:
        super().__init__(settings.queue)
        self._settings = settings
        self._greeted = False
        self._ids = itertools.count(1)
        self._open: dict[str, tuple[str, int]] = {}
        self._heard_ms = 0
        self._asked_ms = 0
        self._listing = False

    def connected(self, now_ms: int) -> Turn:
        self._heard_ms = self._asked_ms = now_ms
        return Turn()

    def received(self, octets: bytes, now_ms: int) -> Turn:
        self._heard_ms = now_ms
        self._buffer += octets
        turn = Turn()
        while (message := self._next()) is not None:
            self._take(message, now_ms, turn)
        if len(self._buffer) > MESSAGE_BYTES_MAX:
            turn.broken = "a message without end"
        return turn

    def on_time(self, now_ms: int) -> Turn:
        turn = Turn()
        for action_id, (name, asked_ms) in list(self._open.items()):
            if now_ms - asked_ms >= ANSWER_MS_MAX:
                del self._open[action_id]
                self._no_answer(name, turn)
        if self.up and now_ms - max(self._heard_ms, self._asked_ms) >= PING_MS:
            self._asked_ms = now_ms
            turn.send.append(self._action({"Action": "Ping"}, "Ping", now_ms))
        return turn

    def _no_answer(self, name: str, turn: Turn) -> None:
        if name in ("Ping", "Challenge", "Login", "List"):
            turn.broken = f"no answer to {name}"
        else:
            turn.facts.append(OrderRefused(name, "no answer"))

    def _next(self) -> Message | None:
        """The next whole message; the first line of all is a greeting, no message."""
        if not self._greeted:
            line, found, rest = self._buffer.partition(b"\r\n")
            if not found:
                return None
            self._greeted, self._buffer = True, rest
            return {"greeting": line.decode("utf-8", "replace")}
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        self._buffer = rest
        return read_fields(head)

    def _take(self, message: Message, now_ms: int, turn: Turn) -> None:
        if "greeting" in message:
            if not message["greeting"].startswith("Asterisk Call Manager"):
                turn.broken = f"no Asterisk: {message['greeting'][:60]}"
                return
            turn.send.append(self._action({"Action": "Challenge", "AuthType": "MD5"}, "Challenge", now_ms))
        elif "response" in message:
            self._answered(message, now_ms, turn)
        elif "event" in message:
            self._happened(message, now_ms, turn)

    def _answered(self, message: Message, now_ms: int, turn: Turn) -> None:
        name, _ = self._open.pop(message.get("actionid", ""), ("", 0))
        good = message["response"].lower() in ("success", "pong", "goodbye")
        if name == "Challenge" and good:
            proof = hashlib.md5(
                (message.get("challenge", "") + self._settings.secret).encode(), usedforsecurity=False
            )
            login = {"Action": "Login", "AuthType": "MD5", "Username": self._settings.user}
            login |= {"Key": proof.hexdigest(), "Events": "call,agent"}
            turn.send.append(self._action(login, "Login", now_ms))
        elif name in ("Challenge", "Login") and not good:
            turn.broken = f"not let in: {message.get('message', '')}"
        elif name == "Login":
            self.up = True
            turn.send.append(self._list(now_ms))
        elif name and name not in ("Ping", "List"):
            refused = OrderRefused(name, message.get("message", "refused"))
            turn.facts.append(OrderDone(name) if good else refused)

    def _happened(self, event: Message, now_ms: int, turn: Turn) -> None:
        if event.get("queue", self._settings.queue) != self._settings.queue:
            return
        take = _EVENTS.get(event["event"].lower())
        if take is not None:
            fact = take(self._book, event, now_ms)
            turn.facts += [] if fact is None else [fact]
        if event["event"].lower() == "queueparams":
            self._listing = True
            self._book.forget()
        if event["event"].lower() == "queuestatuscomplete":
            self._listing = False
            turn.facts.append(self._book.picture(now_ms))
        elif take is not None and not self._listing:
            turn.facts.append(self._book.picture(now_ms))

    def _octets(self, order: AcdOrder, now_ms: int) -> list[bytes] | None:
        fields = self._fields(order)
        return None if fields is None else [self._action(fields, type(order).__name__, now_ms)]

    def _fields(self, order: AcdOrder) -> Message | None:
        """The action of an order."""
        own = {"Queue": self._settings.queue, "Interface": self._settings.interface}
        match order:
            case LogIn():
                return {"Action": "QueueAdd", **own, "MemberName": self._settings.seat, "Paused": "false"}
            case LogOut():
                return {"Action": "QueueRemove", **own}
            case SetState(SeatState.LOGGED_OUT):
                return {"Action": "QueueRemove", **own}
            case SetState(state, reason):
                paused = "false" if state is SeatState.READY else "true"
                why = one_line(reason or WORDS.get(state, "pause"), 80)
                return {"Action": "QueuePause", **own, "Paused": paused, "Reason": why}
            case AskQueue():
                return {"Action": "QueueStatus", "Queue": self._settings.queue}
            case ForceHangup(call) if is_word(call):
                return {"Action": "Hangup", "Channel": call, "Cause": "16"}
            case Monitor(seat, mode) if is_word(seat):
                spied = self._settings.interface.partition("/")[0] + f"/{seat}"
                spy = {"Application": "ChanSpy", "Data": f"{spied},{SPY[mode]}", "Async": "true"}
                return {"Action": "Originate", "Channel": self._settings.interface, **spy}
        return None

    def _list(self, now_ms: int) -> bytes:
        return self._action({"Action": "QueueStatus", "Queue": self._settings.queue}, "List", now_ms)

    def _action(self, fields: Message, name: str, now_ms: int) -> bytes:
        action_id = f"ls{next(self._ids)}"
        self._open[action_id] = (name, now_ms)
        return write_message({**fields, "ActionID": action_id})


def write_message(fields: Message) -> bytes:
    lines = [f"{key}: {one_line(value)}\r\n" for key, value in fields.items()]
    return ("".join(lines) + "\r\n").encode()


def _joined(book: QueueBook, event: Message, now_ms: int) -> AcdFact | None:
    waited_ms = _whole(event.get("wait", "0")) * 1000
    book.joined(event.get("uniqueid", ""), _number(event), now_ms - waited_ms)
    return None


def _left(book: QueueBook, event: Message, _now_ms: int) -> AcdFact | None:
    book.left(event.get("uniqueid", ""))
    return None


def _gave_up(book: QueueBook, event: Message, now_ms: int) -> AcdFact | None:
    return book.gave_up(event.get("uniqueid", ""), now_ms, _number(event))


def _member(book: QueueBook, event: Message, _now_ms: int) -> AcdFact | None:
    interface = event.get("interface") or event.get("location") or event.get("stateinterface", "")
    seat = interface.rpartition("/")[2]
    if event.get("paused") == "1":
        book.seat(seat, SeatState.PAUSED, event.get("pausedreason", ""))
    else:
        status = _whole(event.get("status", "0"))
        book.seat(seat, STATES.get(status), "" if status in STATES else f"status {status}")
    return None


def _member_gone(book: QueueBook, event: Message, _now_ms: int) -> AcdFact | None:
    book.seat_gone((event.get("interface") or event.get("location", "")).rpartition("/")[2])
    return None


def _number(event: Message) -> str:
    return plain_number(event.get("calleridnum", ""))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


_EVENTS: dict[str, Callable[[QueueBook, Message, int], AcdFact | None]] = {
    "queuecallerjoin": _joined,
    "queueentry": _joined,
    "queuecallerleave": _left,
    "queuecallerabandon": _gave_up,
    "queuemember": _member,
    "queuememberadded": _member,
    "queuememberstatus": _member,
    "queuememberpause": _member,
    "queuememberremoved": _member_gone,
}
