"""The queue of our own hunt group, asked of kamailio by JSON-RPC over a datagram (its `jsonrpcs` module)."""

import json
import socket
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from dispatch.kinds import SeatState
from telephony.acd.port import AcdFact, CallerGaveUp, QueuePicture
from telephony.acd.queue_book import QueueBook, plain_number
from telephony.acd.tcp_link import now_ms

ANSWER_S_MAX = 1.0
ANSWER_BYTES_MAX = 65_535
TABLES = ("waiting", "number", "state", "over")
GAVE_UP = "gaveup"
STATES = {
    "ready": SeatState.READY,
    "ringing": SeatState.READY,
    "busy": SeatState.INTAKE,
    "paused": SeatState.PAUSED,
    "away": SeatState.AWAY,
}


class HuntQueue:
    """Asked again and again: the picture, and each caller who gave up since, once."""

    def __init__(self, host: str, port: int, group: str) -> None:
        self._host, self._port, self._group = host, port, group
        self._told: set[str] = set()

    def __call__(self) -> tuple[AcdFact, ...] | None:
        """None when kamailio does not answer."""
        picture = ask_hunt_group(self._host, self._port, self._group)
        if picture is None:
            return None
        table = _dump(self._host, self._port, GAVE_UP) or {}
        found = [_gave_up(self._group, call, said) for call, said in table.items() if call not in self._told]
        self._told = set(table)
        return (picture, *(one for one in found if one is not None))


def _gave_up(group: str, call: str, said: str) -> CallerGaveUp | None:
    """`said`: when he came and when he went, in seconds, and his number."""
    came, _, rest = said.partition(",")
    went, _, number = rest.partition(",")
    if not (came.isdigit() and went.isdigit()):
        return None
    waited_ms = max(0, int(went) - int(came)) * 1000
    return CallerGaveUp(group, plain_number(number), int(went) * 1000, waited_ms, call=call)


class _Item(Struct):
    name: str
    value: str | int


class _Slot(Struct):
    slot: list[_Item] = []


class _Answer(Struct):
    result: list[_Slot] | None = None


_answers = msgspec.json.Decoder(_Answer)


def ask_hunt_group(host: str, port: int, group: str) -> QueuePicture | None:
    """Who waits and how the seats stand; None when kamailio does not answer in `ANSWER_S_MAX`."""
    tables: dict[str, Mapping[str, str]] = {}
    for name in TABLES:
        table = _dump(host, port, name)
        if table is None:
            return None
        tables[name] = table
    at_ms = now_ms()
    book = QueueBook(group)
    for call, since in tables["waiting"].items():
        number = plain_number(tables["number"].get(call, ""))
        book.joined(call, number, int(since) * 1000 if since.isdigit() else at_ms)
    for call in tables["over"]:
        book.overflowed(call)
    for seat, state in tables["state"].items():
        known = STATES.get(state)
        book.seat(seat, known, "" if known else state)
    return book.picture(at_ms)


def _dump(host: str, port: int, table: str) -> Mapping[str, str] | None:
    """A hash table; an empty one is answered like an unknown one, with an error."""
    question = {"jsonrpc": "2.0", "method": "htable.dump", "params": [table], "id": 1}
    try:
        with socket.socket(type=socket.SOCK_DGRAM) as link:
            link.settimeout(ANSWER_S_MAX)
            link.connect((host, port))
            link.send(json.dumps(question).encode())
            answer = _answers.decode(link.recv(ANSWER_BYTES_MAX))
    except (OSError, msgspec.MsgspecError):
        return None
    return {item.name: str(item.value) for slot in answer.result or () for item in slot.slot}
