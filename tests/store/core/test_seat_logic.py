"""The seat's end of the protocol as transcripts: what comes in, what must go out, in order.

hub      Tick 5          lost        Evs 7..7     Evs 6..7
seat              SnapReq      Snap 5        Catch 6        LIVE
"""

from dispatch.commands import SetSeatState
from dispatch.events import SeatStateChanged
from dispatch.floor import Floor
from dispatch.kinds import SeatState
from dispatch.words import Seat
from store.core.journal import Head
from store.core.messages import Ack, Catch, Cmd, Evs, Ping, SnapReq, Tick, decode_from_hub
from store.core.outbox import RETRY_MS, Outbox, Waiting
from store.core.replica import Applied
from store.core.seat_logic import (
    AMBER_MS,
    RED_MS,
    Expired,
    FloorReplaced,
    Phase,
    SeatLogic,
    Send,
    TryNextHub,
    VerdictCame,
)
from store.core.snapshots import snapshot
from store.core.wire import Epoch, Ev, encode

ONE, TWO = Epoch(1, "01", 1), Epoch(1, "01", 2)


def floor() -> Floor:
    return Floor(seats={"s": Seat("s", "01", "01")})


def ev(seq: int, state: SeatState = SeatState.AWAY) -> Ev:
    return Ev(seq, f"c{seq}", seq, encode(SeatStateChanged("s", seq, state)))


def tick(seq: int, epoch: Epoch = ONE) -> Tick:
    return Tick(epoch=epoch, seq=seq, now_at=0, mode="normal")


def waiting(cid: str, deadline_at: int = 10**9) -> Waiting:
    return Waiting(cid, encode(SetSeatState("s", SeatState.AWAY)), 0, deadline_at)


def sent(happenings: list[object]) -> list[object]:
    messages = [happening.message for happening in happenings if isinstance(happening, Send)]
    return [message for message in messages if not isinstance(message, Ping)]


def live(seq: int = 5, epoch: Epoch = ONE) -> SeatLogic:
    logic = SeatLogic([], 0)
    assert sent(logic.connected(0)) == [SnapReq()]
    happenings = [
        h
        for frame in snapshot(floor(), epoch, Head(seq))
        for h in logic.on_message(decode_from_hub(frame), 1)
    ]
    assert [type(happening) for happening in happenings] == [FloorReplaced]
    logic.on_message(tick(seq, epoch), 2)
    assert logic.phase(3) is Phase.LIVE
    return logic


def test_events_in_order_are_applied() -> None:
    logic = live()
    happenings = logic.on_message(Evs(epoch=ONE, evs=(ev(6), ev(7, SeatState.READY))), 10)
    assert [happening.ev.seq for happening in happenings if isinstance(happening, Applied)] == [6, 7]
    assert logic.replica.floor.seats["s"].state is SeatState.READY


def test_a_gap_is_asked_for_and_closed() -> None:
    logic = live()
    assert sent(logic.on_message(Evs(epoch=ONE, evs=(ev(7),)), 10)) == [Catch(epoch=ONE, from_seq=6)]
    assert logic.phase(11) is Phase.CATCHING_UP
    happenings = logic.on_message(Evs(epoch=ONE, evs=(ev(6), ev(7))), 20)
    assert [happening.ev.seq for happening in happenings if isinstance(happening, Applied)] == [6, 7]
    assert logic.phase(21) is Phase.LIVE


def test_a_tick_ahead_shows_lost_last_words() -> None:
    logic = live()
    assert sent(logic.on_message(tick(8), 10)) == [Catch(epoch=ONE, from_seq=6)]
    assert sent(logic.on_message(tick(8), 210)) == [], "one question at a time"
    assert sent(logic.on_time(1011)) == [Catch(epoch=ONE, from_seq=6)], "no answer: asked again"


def test_too_far_back_means_a_snapshot() -> None:
    logic = live()
    logic.on_message(tick(8), 10)
    assert sent(logic.on_message(Evs(epoch=ONE, evs=(), ok=False), 20)) == [SnapReq()]


def test_a_new_epoch_means_a_snapshot_and_an_old_one_nothing() -> None:
    logic = live()
    assert sent(logic.on_message(tick(5, TWO), 10)) == [SnapReq()]
    for frame in snapshot(floor(), TWO, Head(5)):
        logic.on_message(decode_from_hub(frame), 20)
    assert logic.phase(21) is Phase.LIVE
    assert logic.on_message(Evs(epoch=ONE, evs=(ev(6),)), 30) == [], "the word of a replaced hub"


def test_an_unknown_event_keeps_the_sequence() -> None:
    logic = live()
    logic.on_message(Evs(epoch=ONE, evs=(Ev(6, "c", 6, encode({"type": "FromTheFuture"})), ev(7))), 10)
    assert (logic.replica.seq, logic.replica.unknown_events) == (7, 1)


def test_silence_is_amber_then_red_then_the_next_hub() -> None:
    logic = live()
    assert logic.phase(2 + AMBER_MS) is Phase.LIVE
    assert logic.phase(3 + AMBER_MS) is Phase.AMBER
    assert logic.phase(3 + RED_MS) is Phase.RED
    assert TryNextHub() in logic.on_time(3 + RED_MS)
    assert TryNextHub() not in logic.on_time(4 + RED_MS), "it gets its time"


def test_a_command_is_sent_with_the_same_id_until_its_verdict() -> None:
    logic = live()
    first = sent(logic.ordered(waiting("a"), 1000))
    assert [message.cid for message in first] == ["a"]
    now = 1000
    for wait_ms in (*RETRY_MS, RETRY_MS[-1]):
        assert sent(logic.on_time(now + wait_ms - 1)) == []
        now += wait_ms
        logic.on_message(tick(5), now)
        assert [message.cid for message in sent(logic.on_time(now))] == ["a"]
    ack = Ack(cid="a", epoch=ONE, seq=6)
    assert logic.on_message(ack, now) == [VerdictCame("a", None, ONE, 6)]
    assert logic.on_message(ack, now) == [], "told once"


def test_each_command_names_its_predecessor() -> None:
    outbox = Outbox([waiting("a"), waiting("b")])
    outbox.put(waiting("c"))
    assert [(cmd.cid, cmd.after) for cmd in outbox.due(0)] == [("a", None), ("b", "a"), ("c", "b")]
    outbox.settle("a", 0)
    outbox.send_again(1)
    assert [(cmd.cid, cmd.after) for cmd in outbox.due(1)] == [("b", None), ("c", "b")]


def test_after_the_deadline_the_person_decides() -> None:
    logic = live()
    logic.ordered(waiting("a", deadline_at=2000), 1000)
    assert Expired("a") in logic.on_time(2001)
    assert not any(isinstance(message, Cmd) for message in sent(logic.on_time(5000)))


def test_a_parked_command_holds_up_nothing_and_moves_again_when_renewed() -> None:
    outbox = Outbox([waiting("a"), waiting("b")])
    outbox.park("a")
    assert [(cmd.cid, cmd.after) for cmd in outbox.due(0)] == [("b", None)]
    assert outbox.next_due() == RETRY_MS[0]
    outbox.settle("b", 0)
    assert outbox.next_due() == 10**9 + 1
    outbox.renew(waiting("a"))
    assert [cmd.cid for cmd in outbox.due(0)] == ["a"]
