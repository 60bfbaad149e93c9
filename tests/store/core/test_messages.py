"""Typed decoding is the input check: whatever comes gives a message or BadMessage, never anything else."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.core.messages import (
    Catch,
    Cmd,
    Evs,
    Hello,
    Login,
    Ping,
    Positions,
    SnapReq,
    Tick,
    decode_from_hub,
    decode_to_hub,
)
from store.core.wire import MESSAGE_BYTES_MAX, BadMessage, Epoch, Ev, Position, encode

TO_HUB = [
    Hello(app="test"),
    Login(id="a", staff_number="1001", password="x"),
    Cmd(cid="c", body=b"\x80", at=1, deadline_at=2, after="b"),
    SnapReq(),
    Catch(epoch=Epoch(1, "01", 2), from_seq=3),
    Ping(t=1),
    Positions(batch=(Position("v1", 1, 2, 3),)),
]


@pytest.mark.parametrize("message", TO_HUB, ids=lambda message: type(message).__name__)
def test_round_trip(message: object) -> None:
    assert decode_to_hub(encode(message)) == message


@given(st.binary(max_size=300))
def test_noise_gives_a_message_or_bad_message(noise: bytes) -> None:
    for decode in (decode_to_hub, decode_from_hub):
        try:
            decode(noise)
        except BadMessage:
            continue


@given(st.sampled_from(TO_HUB), st.data())
def test_a_cut_or_bent_frame_gives_a_message_or_bad_message(message: object, data: st.DataObject) -> None:
    frame = bytearray(encode(message))
    at = data.draw(st.integers(0, len(frame) - 1))
    frame[at] = data.draw(st.integers(0, 255))
    try:
        decode_to_hub(bytes(frame[: data.draw(st.integers(0, len(frame)))]))
    except BadMessage:
        return


def test_a_nested_bomb_and_an_endless_frame_are_bad_messages() -> None:
    for frame in (b"\x91" * 100_000, b"\x00" * (MESSAGE_BYTES_MAX + 1)):
        with pytest.raises(BadMessage):
            decode_to_hub(frame)


def test_a_newer_sender_may_add_fields() -> None:
    newer = msgspec.msgpack.encode({"type": "Ping", "v": 9, "t": 5, "colour": "red"})
    assert decode_to_hub(newer) == Ping(t=5, v=9)


def test_epochs_are_ordered_by_term_site_boot() -> None:
    epochs = [Epoch(1, "01", 9), Epoch(1, "02", 1), Epoch(2, "01", 1)]
    assert sorted([epochs[2], epochs[0], epochs[1]]) == epochs


def test_events_stay_readable_around_an_unknown_kind() -> None:
    evs = Evs(epoch=Epoch(1, "01", 1), evs=(Ev(1, "c", 0, b"\x81"),))
    assert decode_from_hub(encode(evs)) == evs
    tick = Tick(epoch=Epoch(1, "01", 1), seq=1, now_at=0, mode="a mode of the future")
    assert decode_from_hub(encode(tick)) == tick


@pytest.mark.parametrize("cid", ["", "c\0", "a b", "x" * 65, "编号"])
def test_an_odd_id_is_a_bad_message(cid: str) -> None:
    with pytest.raises(BadMessage):
        decode_to_hub(encode(Cmd(cid=cid, body=b"", at=0, deadline_at=0)))
