"""Transcripts of one connection: log-in, an ordinary day, live positions and the track."""

import pytest

from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.facts import (
    Faulty,
    LoggedOut,
    Moved,
    Online,
    Refused,
)
from radio.terminal.framing import Framer
from radio.terminal.header import Frame, build_frame, line_for, parse_frame
from radio.terminal.platform import Limits, Platform
from radio.terminal.roster import KnownTerminal, Roster
from radio.terminal.session import REFUSALS_MAX
from store.config import DEFAULT_KEY_RULES
from tests.radio.terminal.talking import MINUTE, PHONE, WALL, Talk, claim, moved, report

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
