"""FreeSWITCH's event socket (ESL) for one agent of mod_callcenter: a pure session.

Never run against a real FreeSWITCH: the protocol as its public documentation has it, proven by transcripts.
"""

import re
from collections import deque

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
from telephony.acd.queue_book import plain_number
from telephony.acd.session import QueueSession, read_fields
from telephony.acd.tcp_link import Turn

HEAD_BYTES_MAX = 65_536
BODY_BYTES_MAX = 1_048_576
ANSWER_MS_MAX = 5_000
ASK_AGAIN_MS = 10_000
STATUS = {
    SeatState.READY: "Available",
    SeatState.INTAKE: "On Break",
    SeatState.AFTER_CALL: "On Break",
    SeatState.PAUSED: "On Break",
    SeatState.AWAY: "On Break",
    SeatState.LOGGED_OUT: "Logged Out",
}
SEEN = {
    "Available": SeatState.READY,
    "Available (On Demand)": SeatState.READY,
    "On Break": SeatState.PAUSED,
    "Logged Out": SeatState.LOGGED_OUT,
}
CALLS = {"In a queue call": SeatState.INTAKE, "Receiving": SeatState.READY, "Waiting": SeatState.READY}
EAR = {
    MonitorMode.LISTEN: "",
    MonitorMode.WHISPER: "{eavesdrop_whisper_aleg=true}",
    MonitorMode.BARGE: "{eavesdrop_bridge_aleg=true,eavesdrop_bridge_bleg=true}",
}
ESL_CODES = re.compile(r"^-(ERR|USAGE)", re.MULTILINE)


class EslSettings(Struct, frozen=True):
    """`agent` and `queue` as mod_callcenter names them (8001@default, 120@default); `telephone` user/8001."""

    password: str
    queue: str
    agent: str
    telephone: str

    def __repr__(self) -> str:
        return f"EslSettings({self.queue!r}, {self.agent!r})"


class EslSession(QueueSession):
    """auth/request → auth → events wanted → full lists → events. Answers come in the order of commands."""

    def __init__(self, settings: EslSettings) -> None:
        super().__init__(settings.queue)
        self._settings = settings
        self._waiting: deque[tuple[str, int]] = deque()
        self._asked_ms = 0

    def connected(self, now_ms: int) -> Turn:
        self._asked_ms = now_ms
        return Turn()

    def received(self, octets: bytes, now_ms: int) -> Turn:
        self._buffer += octets
        turn = Turn()
        while not turn.broken and (frame := self._next(turn)) is not None:
            self._take(*frame, now_ms, turn)
        return turn

    def on_time(self, now_ms: int) -> Turn:
        """Lists are asked for now and then: events may have been missed, and silence must be noticed."""
        turn = Turn()
        if self._waiting and now_ms - self._waiting[0][1] >= ANSWER_MS_MAX:
            turn.broken = f"no answer to {self._waiting[0][0]}"
        elif self.up and now_ms - self._asked_ms >= ASK_AGAIN_MS:
            turn.send += self._lists(now_ms)
        return turn

    def _next(self, turn: Turn) -> tuple[dict[str, str], bytes] | None:
        """The next frame with its body; its length is in its head."""
        head, found, rest = self._buffer.partition(b"\n\n")
        if not found:
            turn.broken = "a head without end" if len(self._buffer) > HEAD_BYTES_MAX else ""
            return None
        fields = read_fields(head)
        length = fields.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= BODY_BYTES_MAX):
            turn.broken = f"a body of {length[:20]} bytes"
            return None
        size = int(length)
        if len(rest) < size:
            return None
        self._buffer = rest[size:]
        return fields, rest[:size]

    def _take(self, fields: dict[str, str], body: bytes, now_ms: int, turn: Turn) -> None:
        kind = fields.get("content-type", "")
        text = body.decode("utf-8", "replace")
        if kind == "auth/request":
            turn.send.append(self._say(f"auth {one_line(self._settings.password)}", "auth", now_ms))
        elif kind == "command/reply":
            self._replied(fields.get("reply-text", ""), now_ms, turn)
        elif kind == "api/response":
            self._answered(text, now_ms, turn)
        elif kind == "text/event-plain":
            self._happened(read_fields(body, quoted=True), now_ms, turn)
        elif kind in ("text/disconnect-notice", "text/rude-rejection"):
            turn.broken = kind.partition("/")[2]

    def _replied(self, reply: str, now_ms: int, turn: Turn) -> None:
        name, _ = self._waiting.popleft() if self._waiting else ("", 0)
        if not reply.startswith("+OK"):
            turn.broken = f"{name}: {reply[:80]}"
        elif name == "auth":
            turn.send.append(self._say("event plain CUSTOM callcenter::info", "event", now_ms))
        elif name == "event":
            self.up = True
            turn.send += self._lists(now_ms)

    def _answered(self, text: str, now_ms: int, turn: Turn) -> None:
        name, _ = self._waiting.popleft() if self._waiting else ("", 0)
        if name == "agents":
            self._book.forget()
            for row in read_table(text):
                self._see(row)
        elif name == "members":
            for row in read_table(text):
                self._wait(row, now_ms)
            turn.facts.append(self._book.picture(now_ms))
        elif name:
            refused = ESL_CODES.search(text) is not None
            turn.facts.append(OrderRefused(name, one_line(text, 80)) if refused else OrderDone(name))

    def _see(self, row: dict[str, str]) -> None:
        status, state = row.get("status", ""), row.get("state", "")
        seen = SEEN.get(status)
        if seen is SeatState.READY:
            seen = CALLS.get(state, seen)
        since_ms = _epoch_ms(row.get("last_status_change", ""))
        self._book.seat(seat_of(row.get("name", "")), seen, "" if seen else status, since_ms)

    def _wait(self, row: dict[str, str], now_ms: int) -> None:
        if row.get("state", "") not in ("Waiting", "Trying"):
            return
        joined_ms = _epoch_ms(row.get("joined_epoch", ""))
        call, number = row.get("session_uuid", ""), plain_number(row.get("cid_number", ""))
        self._book.joined(call, number, now_ms if joined_ms is None else joined_ms)

    def _happened(self, event: dict[str, str], now_ms: int, turn: Turn) -> None:
        if event.get("event-subclass") != "callcenter::info":
            return
        if event.get("cc-queue", self._settings.queue) != self._settings.queue:
            return
        call, number = (
            event.get("cc-member-session-uuid", ""),
            plain_number(event.get("cc-member-cid-number", "")),
        )
        fact: AcdFact | None = None
        match event.get("cc-action", ""):
            case "member-queue-start":
                self._book.joined(call, number, now_ms)
            case "bridge-agent-start":
                self._book.left(call)
                self._book.seat(seat_of(event.get("cc-agent", "")), SeatState.INTAKE)
            case "bridge-agent-end":
                self._book.seat(seat_of(event.get("cc-agent", "")), SeatState.READY)
            case "member-queue-end" if event.get("cc-cause") == "Cancel":
                fact = self._book.gave_up(call, now_ms, number)
            case "member-queue-end":
                self._book.left(call)
            case "agent-status-change":
                status = event.get("cc-agent-status", "")
                seen = SEEN.get(status)
                self._book.seat(seat_of(event.get("cc-agent", "")), seen, "" if seen else status)
            case _:
                return
        turn.facts += [] if fact is None else [fact]
        turn.facts.append(self._book.picture(now_ms))

    def _octets(self, order: AcdOrder, now_ms: int) -> list[bytes] | None:
        if isinstance(order, AskQueue):
            return self._lists(now_ms)
        command = self._command(order)
        return None if command is None else [self._api(command, type(order).__name__, now_ms)]

    def _command(self, order: AcdOrder) -> str | None:
        status = f"callcenter_config agent set status {self._settings.agent}"
        match order:
            case LogIn():
                return f"{status} 'Available'"
            case LogOut():
                return f"{status} 'Logged Out'"
            case SetState(state, _):
                return f"{status} '{STATUS[state]}'"
            case ForceHangup(call) if is_word(call):
                return f"uuid_kill {call} NORMAL_CLEARING"
            case Monitor(seat, mode) if is_word(seat):
                return f"originate {EAR[mode]}{self._settings.telephone} &eavesdrop({seat})"
        return None

    def _lists(self, now_ms: int) -> list[bytes]:
        self._asked_ms = now_ms
        queue = self._settings.queue
        return [
            self._api(f"callcenter_config queue list agents {queue}", "agents", now_ms),
            self._api(f"callcenter_config queue list members {queue}", "members", now_ms),
        ]

    def _api(self, command: str, name: str, now_ms: int) -> bytes:
        return self._say(f"api {command}", name, now_ms)

    def _say(self, line: str, name: str, now_ms: int) -> bytes:
        self._waiting.append((name, now_ms))
        return f"{line}\n\n".encode()


def read_table(text: str) -> list[dict[str, str]]:
    """A table with bars; its first line has the names, "+OK" ends it."""
    lines = [line for line in text.splitlines() if "|" in line]
    if not lines:
        return []
    names = lines[0].split("|")
    return [dict(zip(names, line.split("|"), strict=False)) for line in lines[1:]]


def _epoch_ms(text: str) -> int | None:
    """Seconds since 1970; 0 means never."""
    return int(text) * 1000 if text.isascii() and text.isdigit() and 0 < int(text[:11]) < 10**11 else None


def seat_of(agent: str) -> str:
    return agent.partition("@")[0]
