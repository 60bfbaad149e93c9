"""Transcripts of one connection: keys that are pressed and orders that go out."""

from itertools import count

from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import (
    Answered,
    Moved,
    Pressed,
    Unanswered,
)
from radio.terminal.framing import Framer
from radio.terminal.header import parse_frame
from radio.terminal.parts import PARTS_WAIT_MS, build_frames
from tests.radio.terminal.talking import MINUTE, PHONE, WALL, Talk, moved, read, report

# --- keys -----------------------------------------------------------------------------------------


def pressed(talk: Talk) -> Pressed:
    (fact,) = talk.took()
    assert isinstance(fact, Pressed)
    return fact


def test_a_key_is_answered_only_when_it_is_stored() -> None:
    talk = Talk().log_in()
    assert talk.says(m.EventReport(2)) == []
    fact = pressed(talk)
    assert (fact.phone, fact.gives, fact.received_at_ms) == (PHONE, ("departed",), WALL)
    answer = read(talk.session.settle(fact, talk.now, stored=True))
    assert answer == [m.PlatformAnswer(2, codec.EVENT_REPORT, 0)]


def test_repeated_while_being_stored_repeated_after_it_was_stored() -> None:
    talk = Talk().log_in()
    talk.says(m.EventReport(2), serial=50)
    fact = pressed(talk)
    assert talk.says(m.EventReport(2), serial=50) == []
    assert talk.took() == []
    talk.session.settle(fact, talk.now, stored=True)
    talk.later(MINUTE)
    assert talk.says(m.EventReport(2), serial=50) == [m.PlatformAnswer(50, codec.EVENT_REPORT, 0)]
    assert talk.took() == []
    talk.later(2 * MINUTE)
    assert talk.says(m.EventReport(2), serial=50) == []
    assert pressed(talk).gives == ("departed",)


def test_not_stored_is_not_answered_and_may_come_again() -> None:
    talk = Talk().log_in()
    talk.says(m.EventReport(3), serial=50)
    assert talk.session.settle(pressed(talk), talk.now, stored=False) == []
    talk.says(m.EventReport(3), serial=50)
    assert pressed(talk).gives == ("on_scene",)


def test_pressed_twice_by_a_nervous_thumb() -> None:
    talk = Talk().log_in()
    talk.says(m.EventReport(3))
    talk.session.settle(pressed(talk), talk.now, stored=True)
    talk.later(1_000)
    assert talk.says(m.EventReport(3)) == [m.PlatformAnswer(3, codec.EVENT_REPORT, 0)]
    talk.later(3_000)
    assert talk.says(m.EventReport(3)) == []


def test_keys_by_passthrough_and_by_answer() -> None:
    talk = Talk().log_in()
    talk.says(m.Passthrough(0xF1, b"\x03"))
    assert pressed(talk).gives == ("on_scene",)
    talk.says(m.QuestionAnswer(1, 2))
    assert pressed(talk).gives == ("refused",)
    assert talk.says(m.Passthrough(0xF1, b"\x09")) == [m.PlatformAnswer(4, codec.PASSTHROUGH, 0)]
    assert talk.says(m.EventReport(99)) == [m.PlatformAnswer(5, codec.EVENT_REPORT, 3)]


def test_sos_counts_on_its_rising_edge_and_again_when_it_was_not_stored() -> None:
    talk = Talk().log_in()
    assert talk.says(report(alarm=1)) == []
    position, key = talk.took()
    assert isinstance(position, Moved)
    assert isinstance(key, Pressed)
    assert (key.gives, key.terminal_at_ms) == (("sos",), WALL)
    assert talk.session.settle(key, talk.now, stored=False) == []
    talk.says(report(WALL + 1_000, alarm=1))
    _, again = talk.took()
    assert isinstance(again, Pressed)
    assert len(talk.session.settle(again, talk.now, stored=True)) == 1
    assert len(talk.says(report(WALL + 2_000, alarm=1))) == 1
    assert [type(fact) for fact in talk.took()] == [Moved]


def test_duplicates_survive_a_new_connection() -> None:
    first = Talk().log_in()
    first.says(report(), serial=70)
    first.says(m.EventReport(2), serial=71)
    _, key = first.took()
    assert isinstance(key, Pressed)
    first.session.settle(key, first.now, stored=True)
    second = Talk(platform=first.platform).log_in()
    second.later(5_000)
    assert second.says(report(), serial=70) == [m.PlatformAnswer(70, codec.LOCATION_REPORT, 0)]
    assert second.says(m.EventReport(2), serial=71) == [m.PlatformAnswer(71, codec.EVENT_REPORT, 0)]
    assert second.took() == []
    assert first.platform.counters.duplicates == 2


# --- out ------------------------------------------------------------------------------------------


def test_order_is_repeated_after_5_10_30_s_and_then_given_up() -> None:
    talk = Talk().log_in()
    order = m.Text(0x0D, "请到现场")
    assert read(talk.session.send(order, "one", talk.now)) == [order]
    sent_after_s = [second for second in range(1, 60) if talk.tick(1_000)]
    assert sent_after_s == [5, 15, 45]
    assert talk.took() == [Unanswered(PHONE, "one")]


def test_answer_ends_the_repetition() -> None:
    talk = Talk().log_in()
    talk.session.send(m.Text(0x0D, "一"), "one", talk.now)
    talk.session.send(m.Text(0x0D, "二"), "two", talk.now)
    assert talk.says(m.TerminalAnswer(2, codec.TEXT, 0)) == []
    assert talk.took() == [Answered(PHONE, "two", 0)]
    assert talk.says(m.TerminalAnswer(2, codec.TEXT, 0)) == []
    assert talk.took() == []
    assert talk.tick(5_000) == [m.Text(0x0D, "一")]


def test_a_stale_order_is_never_repeated() -> None:
    talk = Talk().log_in()
    talk.session.send(m.Text(0x0D, "一"), "one", talk.now, expires_ms=WALL + 4_000)
    assert talk.tick(5_000) == []
    assert talk.took() == [Unanswered(PHONE, "one")]


def test_nothing_is_sent_to_somebody_unproven() -> None:
    talk = Talk()
    talk.says(m.Heartbeat())
    assert talk.session.send(m.Text(0x0D, "一"), "one", talk.now) == []


def test_position_on_demand() -> None:
    talk = Talk().log_in()
    talk.session.send(m.AskLocation(), "where", talk.now)
    assert talk.says(m.LocationAnswer(1, report().report)) == []
    assert [type(fact) for fact in talk.took()] == [Moved, Answered]


def test_long_order_goes_in_parts_and_parts_are_sent_again() -> None:
    talk = Talk().log_in()
    wire = talk.session.send(m.Text(0x0D, "急" * 600), "long", talk.now)
    assert len(wire) == 2
    again = talk.session.receive(
        parse_frame(
            Framer().feed(build_frames(talk.line, m.ResendRequest(1, (2,), upward=True), count(9))[0])[0]
        ),
        talk.now,
    )
    assert again.out == [wire[1]]
    talk.says(m.TerminalAnswer(2, codec.TEXT, 0))
    assert talk.took() == [Answered(PHONE, "long", 0)]


def test_long_message_in_parts_is_answered_once_per_serial_and_lost_parts_are_asked_for() -> None:
    talk = Talk().log_in()
    reports = tuple(report(WALL - n * 1_000).report for n in range(60))
    wire = build_frames(talk.line, m.LocationBatch(True, reports), count(100))
    first, second = (parse_frame(Framer().feed(one)[0]) for one in wire)
    assert talk.hears(second) == [m.PlatformAnswer(101, codec.LOCATION_BATCH, 0)]
    assert talk.tick(PARTS_WAIT_MS) == [m.ResendRequest(100, (1,))]
    assert talk.hears(first) == [m.PlatformAnswer(100, codec.LOCATION_BATCH, 0)]
    assert len(moved(talk)) == 60


def test_a_bit_key_of_a_dead_clock_gets_the_time_it_came() -> None:
    talk = Talk().log_in()
    talk.says(report(at_ms=946_684_800_000, alarm=1))  # 2000-01-01: no battery
    (pressed,) = [fact for fact in talk.took() if isinstance(fact, Pressed)]
    assert pressed.terminal_at_ms == WALL


def test_what_is_called_back_is_repeated_no_more() -> None:
    talk = Talk().log_in()
    talk.session.send(m.Text(0, "old"), "order:1", talk.now)
    talk.session.send(m.Text(0, "new"), "order:2", talk.now)
    talk.session.call_back("order:1")
    assert talk.tick(5_000) == [m.Text(0, "new")]
    assert not [fact for fact in talk.took() if isinstance(fact, Unanswered)]
