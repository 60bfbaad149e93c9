"""Transcripts of one connection: what comes in, what must go out, in order."""

from itertools import count
from typing import Any

import pytest
from msgspec.structs import replace

from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import (
    Answered,
    Fact,
    Faulty,
    LoggedOut,
    Moved,
    Now,
    Online,
    Pressed,
    Refused,
    Unanswered,
)
from radio.terminal.fields import write_time
from radio.terminal.framing import Framer
from radio.terminal.header import Frame, Line, build_frame, line_for, parse_frame
from radio.terminal.parts import PARTS_WAIT_MS, build_frames
from radio.terminal.platform import Limits, Platform
from radio.terminal.position import LocationReport
from radio.terminal.roster import KnownTerminal, Roster
from radio.terminal.session import REFUSALS_MAX, Session, Step
from store.config import DEFAULT_KEY_RULES, KeyRule

PHONE = "13912345678"
WALL = 1_772_323_750_000  # 2026-03-01 08:09:10 GMT+8
MINUTE = 60_000
LIMITS = Limits()
KEYS = (*DEFAULT_KEY_RULES, KeyRule("on_scene", message=0x0900, type=0xF1, offset=0, value=3))


class Talk:
    """A terminal and the session it talks to, on one fake clock."""

    def __init__(
        self,
        *known: KnownTerminal,
        version: int | None = None,
        limits: Limits = LIMITS,
        platform: Platform | None = None,
        serial: int = 1,
    ) -> None:
        rules = [replace(rule, label="") for rule in KEYS]  # no 0x8301 in the transcripts
        roster = Roster(known or [KnownTerminal(PHONE)], b"secret", duplicates_ms=limits.duplicates_ms)
        self.platform = platform or Platform(roster, rules, limits)
        self.now = Now(WALL, 1000)
        self.line = line_for(PHONE, version=version)
        self.session = Session(self.platform, "10.0.0.1", self.now)
        self.serials = count(serial)
        self.facts: list[Fact] = []
        self.closed = ""

    def later(self, ms: int) -> None:
        self.now = Now(self.now.wall_ms + ms, self.now.steady_ms + ms)

    def tick(self, ms: int = 0) -> list[m.Message]:
        self.later(ms)
        return self._took(self.session.tick(self.now))

    def says(
        self, message: m.Message, *, serial: int | None = None, line: Line | None = None
    ) -> list[m.Message]:
        numbers = self.serials if serial is None else count(serial)
        wire = build_frames(line or self.line, message, numbers)
        return [answer for one in wire for answer in self.hears(parse_frame(Framer().feed(one)[0]))]

    def hears(self, frame: Frame) -> list[m.Message]:
        return self._took(self.session.receive(frame, self.now))

    def _took(self, step: Step) -> list[m.Message]:
        self.facts += step.facts
        self.closed = self.closed or step.close
        return read(step.out)

    def took(self) -> list[Fact]:
        facts, self.facts = self.facts, []
        return facts

    def log_in(self) -> "Talk":
        code = self.platform.roster.code_for(KnownTerminal(PHONE))
        assert self.says(m.Authenticate(code)) == [m.PlatformAnswer(1, codec.AUTHENTICATE, 0)]
        assert self.took() == [Online(PHONE)]
        return self


def read(wire: list[bytes]) -> list[m.Message]:
    frames = [parse_frame(Framer().feed(one)[0]) for one in wire]
    return [codec.decode(f.msg_id, f.body, is_2019=f.version is not None) for f in frames]


def claim(**fields: Any) -> m.Register:
    return m.Register(23, 1, "LS", "A", fields.get("terminal_id", "7"), 2, fields.get("plate", "黑A1"))


def report(at_ms: int = WALL, *, status: int = 3, alarm: int = 0, **fields: Any) -> m.Location:
    lat = fields.get("lat_e6", 45_755_000)
    return m.Location(LocationReport(alarm, status, lat, 126_640_000, 140, 425, 87, write_time(at_ms)))


def moved(talk: Talk) -> list[tuple[int, bool, bool]]:
    """(time against the wall clock, stored, clock_ok) of the positions reported."""
    positions = [fact.position for fact in talk.took() if isinstance(fact, Moved)]
    return [(p.at_ms - WALL, p.stored, p.clock_ok) for p in positions]


# --- log-in ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [None, 1])
def test_register_then_authenticate_in_the_dialect_of_the_terminal(version: int | None) -> None:
    talk = Talk(version=version)
    (answer,) = talk.says(claim())
    assert isinstance(answer, m.RegisterAnswer)
    assert (answer.reply_serial, answer.result) == (1, m.RegisterResult.OK)
    assert talk.says(m.Authenticate(answer.code)) == [m.PlatformAnswer(2, codec.AUTHENTICATE, 0)]
    assert talk.took() == [Online(PHONE)]


def test_nothing_but_refusals_before_authentication() -> None:
    talk = Talk()
    assert talk.says(report()) == [m.PlatformAnswer(1, codec.LOCATION_REPORT, 1)]
    assert talk.says(m.EventReport(2)) == [m.PlatformAnswer(2, codec.EVENT_REPORT, 1)]
    assert talk.took() == []


def test_unknown_number_wrong_code_and_wrong_device() -> None:
    stranger = Talk()
    assert stranger.says(claim(), line=line_for("13900000000")) == [m.RegisterAnswer(1, 4)]
    assert stranger.says(m.Authenticate("guess")) == [m.PlatformAnswer(2, codec.AUTHENTICATE, 1)]
    assert [type(fact) for fact in stranger.took()] == [Refused, Refused]
    bound = Talk(KnownTerminal(PHONE, terminal_id="99", plate="黑A1"))
    assert bound.says(claim()) == [m.RegisterAnswer(1, 3)]
    assert bound.says(claim(terminal_id="99", plate="黑A2")) == [m.RegisterAnswer(2, 2)]
    assert bound.says(claim(terminal_id="99"))[0].result == 0


def test_code_given_beforehand() -> None:
    talk = Talk(KnownTerminal("0" + PHONE, code="from the list"))
    talk.says(m.Authenticate("from the list"))
    assert talk.took() == [Online(PHONE)]


def test_guessing_closes_the_connection() -> None:
    talk = Talk()
    for _ in range(REFUSALS_MAX):
        assert not talk.closed
        talk.says(m.Authenticate("guess"))
    assert talk.closed == "refused too often"


def test_registrations_per_address_are_limited() -> None:
    talk = Talk(limits=Limits(registrations_per_minute=2))
    assert [len(talk.says(claim())) for _ in range(3)] == [1, 1, 0]
    talk.later(MINUTE)
    assert len(talk.says(claim())) == 1


def test_log_in_has_a_time_limit_however_much_is_said() -> None:
    talk = Talk()
    talk.later(29_000)
    talk.says(m.Heartbeat())
    assert not talk.closed
    talk.tick(1_000)
    assert talk.closed == "not authenticated in time"


def test_key_labels_are_pushed_and_repeated() -> None:
    roster = Roster([KnownTerminal(PHONE)], b"secret", duplicates_ms=1)
    platform = Platform(roster, DEFAULT_KEY_RULES[1:3], Limits())
    talk = Talk(platform=platform)
    answers = talk.says(m.Authenticate(roster.code_for(KnownTerminal(PHONE))))
    labels = m.SetEvents(1, ((2, "出车"), (3, "到达现场")))
    assert answers == [m.PlatformAnswer(1, codec.AUTHENTICATE, 0), labels]
    assert talk.tick(5_000) == [labels]
    talk.says(m.TerminalAnswer(1, codec.SET_EVENTS, 0))
    assert talk.tick(10_000) == []


# --- an ordinary day ------------------------------------------------------------------------------


def test_heartbeat_time_logout() -> None:
    talk = Talk().log_in()
    assert talk.says(m.Heartbeat()) == [m.PlatformAnswer(2, codec.HEARTBEAT, 0)]
    assert talk.says(m.AskTime()) == [m.ServerTime(WALL)]
    assert talk.says(m.LogOut()) == [m.PlatformAnswer(4, codec.LOG_OUT, 0)]
    assert talk.took() == [LoggedOut(PHONE)]
    assert talk.closed == "logged out"


def test_silence() -> None:
    talk = Talk().log_in()
    talk.tick(189_000)
    assert not talk.closed
    talk.says(m.Heartbeat())
    talk.tick(189_000)
    assert not talk.closed
    talk.tick(1_000)
    assert talk.closed == "silent"


def test_position() -> None:
    talk = Talk().log_in()
    assert talk.says(report()) == [m.PlatformAnswer(2, codec.LOCATION_REPORT, 0)]
    (fact,) = talk.took()
    assert isinstance(fact, Moved)
    assert (fact.position.lon, fact.position.lat, fact.position.speed_kmh) == (126.64, 45.755, 42.5)
    assert (fact.position.at_ms, fact.position.received_at_ms) == (WALL, WALL)


def test_unknown_bad_and_encrypted_messages_are_answered_and_survived() -> None:
    talk = Talk().log_in()
    assert talk.says(m.Other(0x0F01, b"x")) == [m.PlatformAnswer(2, 0x0F01, 3)]
    assert talk.says(m.Other(codec.LOCATION_REPORT, b"short")) == [
        m.PlatformAnswer(3, codec.LOCATION_REPORT, 2)
    ]
    assert [type(fact) for fact in talk.took()] == [Faulty]
    plain = parse_frame(Framer().feed(build_frame(talk.line, codec.HEARTBEAT, 9, b""))[0])
    sealed = Frame(**{name: getattr(plain, name) for name in plain.__struct_fields__} | {"encryption": 1})
    assert talk.hears(sealed) == [m.PlatformAnswer(9, codec.HEARTBEAT, 3)]
    assert talk.says(report(lat_e6=116_000_000)) == [m.PlatformAnswer(4, codec.LOCATION_REPORT, 0)]
    assert [type(fact) for fact in talk.took()] == [Faulty]
    assert talk.platform.counters.encrypted == 1


def test_another_number_on_a_proven_connection_is_ignored() -> None:
    talk = Talk().log_in()
    assert talk.says(m.EventReport(2), line=line_for("13900000000")) == []
    assert [type(fact) for fact in talk.took()] == [Faulty]


# --- live or track --------------------------------------------------------------------------------


def test_older_positions_are_track() -> None:
    talk = Talk().log_in()
    talk.says(report(WALL - 1_000))
    talk.says(report(WALL - 60_000))
    talk.says(report(WALL))
    assert moved(talk) == [(-1_000, False, True), (-60_000, True, True), (0, False, True)]


def test_replay_of_an_hour_by_plain_positions_never_moves_the_marker() -> None:
    talk = Talk().log_in()
    talk.says(report(WALL))
    talk.later(60 * MINUTE)
    for minute in range(1, 49):
        talk.says(report(WALL + minute * MINUTE))
    talk.says(report(WALL + 60 * MINUTE))
    found = moved(talk)[1:]
    assert all(stored for at, stored, _ in found if at < 49 * MINUTE)
    assert found[-1] == (60 * MINUTE, False, True)


def test_stored_batch() -> None:
    talk = Talk().log_in()
    reports = tuple(report(WALL - n * MINUTE).report for n in (30, 20, 10))
    assert talk.says(m.LocationBatch(True, reports)) == [m.PlatformAnswer(2, codec.LOCATION_BATCH, 0)]
    assert moved(talk) == [(-n * MINUTE, True, True) for n in (30, 20, 10)]
    talk.says(report(WALL - 5_000))
    assert moved(talk) == [(-5_000, False, True)]


def test_dead_clock_uses_the_receive_time_and_says_so() -> None:
    talk = Talk().log_in()
    for _ in range(2):
        talk.says(report(946_700_000_000))
        talk.later(5_000)
    assert moved(talk) == [(0, False, False), (5_000, False, False)]
    talk.says(report(WALL + 8 * 60 * MINUTE))  # a wrong time zone
    assert moved(talk) == [(10_000, False, False)]
    talk.says(report(WALL + 9_000))  # the clock has been set
    assert moved(talk) == [(9_000, False, True)]


def test_no_fix_does_not_become_the_live_position() -> None:
    talk = Talk().log_in()
    talk.says(report(WALL + 5_000, status=1))
    talk.says(report(WALL))
    assert moved(talk) == [(5_000, False, True), (0, False, True)]


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
