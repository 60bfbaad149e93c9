"""What released versions said is still understood: version N wrote `tests/vectors/protocol-N.msgpack`.

Each kind of message, command, event and refusal is in there once with every field and once with the fewest.
"""

import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dispatch.commands import Command
from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.refusals import Refusal
from store.core import messages
from store.core.messages import FromHub, SnapBegin, SnapPart, ToHub
from store.core.outbox import Waiting
from store.core.snapshots import Assembly
from store.core.wire import PROTO, PROTO_MIN, encode

VECTORS = Path(__file__).parents[2] / "vectors"
RELEASED = sorted(VECTORS.glob("protocol-*.msgpack"))
UNIONS: dict[str, Any] = {
    "to_hub": ToHub,
    "from_hub": FromHub,
    "commands": Command,
    "events": Event,
    "refusals": Refusal,
}


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest) -> dict[str, Any]:
    read: dict[str, Any] = msgspec.msgpack.decode(request.param.read_bytes())
    return read


def kept(old: Any, new: Any) -> bool:
    """Everything the old form said stands in the new one, which may say more behind or beside it."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and kept(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        return len(old) <= len(new) and all(kept(a, b) for a, b in zip(old, new, strict=False))
    return bool(old == new)


def same(frame: bytes, type_: Any) -> bool:
    thing = msgspec.msgpack.decode(frame, type=type_)
    return kept(msgspec.msgpack.decode(frame), msgspec.msgpack.decode(encode(thing)))


@pytest.mark.parametrize("what", UNIONS)
def test_every_released_word_keeps_its_meaning(released: dict[str, Any], what: str) -> None:
    frames = released[what]
    assert len(frames) >= 14
    lost = [msgspec.msgpack.decode(frame) for frame in frames if not same(frame, UNIONS[what])]
    assert not lost


def test_released_floors_outboxes_and_snapshots_are_read(released: dict[str, Any]) -> None:
    assert same(released["floor"], Floor)
    assert same(released["waiting"], Waiting)
    begin, *parts, _ = [messages.decode_from_hub(frame) for frame in released["snapshot"]]
    assert isinstance(begin, SnapBegin)
    assembly = Assembly(begin)
    for part in parts:
        assert isinstance(part, SnapPart)
        assembly.take(part)
    assert assembly.floor() == msgspec.msgpack.decode(released["floor"], type=Floor)


def test_the_released_protocol_is_still_spoken(released: dict[str, Any]) -> None:
    assert PROTO_MIN <= released["protocol"] <= PROTO


def shapes() -> dict[str, tuple[bool, list[str]]]:
    """Each struct of today: array_like, and its fields in order."""
    classes = [cls for union in UNIONS.values() for cls in typing.get_args(union)]
    classes += [messages.Epoch, messages.Ev, messages.Position]
    return {cls.__name__: (cls.__struct_config__.array_like, list(cls.__struct_fields__)) for cls in classes}


def test_the_released_version_reads_what_is_said_today(released: dict[str, Any]) -> None:
    """It knows its fields by name, or by place in an array: none may be gone or moved."""
    today = shapes()
    for name, shape in released["shapes"].items():
        array, fields = today[name]
        assert array == shape["array"], name
        if array:
            assert fields[: len(shape["fields"])] == shape["fields"], name
        else:
            assert set(shape["fields"]) <= set(fields), name
