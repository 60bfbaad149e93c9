"""How well a call is heard: the figures that were measured with real loss come out of the counters again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.quality import Counters, Heard, Silence, Tally, estimated_mos, heard_between, is_bad, listen
from telephony.settings import QualitySettings

LIMIT_MS = 1600
counts = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("loss_percent", "mos"),
    [(0.0, 4.38), (0.5, 4.34), (2.3, 4.16), (5.5, 3.83), (10.2, 3.35), (16.7, 2.81)],
)
def test_the_model_gives_the_known_figures(loss_percent: float, mos: float) -> None:
    assert estimated_mos(loss_percent, 60.0) == pytest.approx(mos, abs=0.06)


def test_a_gap_of_the_buffer_is_not_counted_twice() -> None:
    before = Counters(100, 0)
    after = Counters(190, 10, gaps=10, jitter_ms=3.0, round_trip_ms=20.0, buffer_ms=60.0)
    heard = heard_between(before, after)
    assert (heard.loss_percent, heard.jitter_ms, heard.delay_ms) == (10.0, 3.0, 90.0)


def test_late_packets_that_became_gaps_are_loss() -> None:
    assert heard_between(Counters(0, 0), Counters(100, 0, gaps=20)).loss_percent == 20.0


def test_what_is_bad() -> None:
    limits = QualitySettings()
    assert not is_bad(Heard(1.0, 10.0, 80.0, 4.2), limits)
    assert is_bad(Heard(1.0, 10.0, 80.0, 3.5), limits)
    assert is_bad(Heard(3.1, 10.0, 80.0, 4.2), limits)
    assert is_bad(Heard(1.0, 61.0, 80.0, 4.2), limits)


@given(counts, counts, counts, counts, counts, counts)
def test_every_counter_gives_a_score(a: int, b: int, c: int, d: int, e: int, f: int) -> None:
    heard = heard_between(Counters(a, b, c), Counters(d, e, f))
    assert 1.0 <= heard.mos <= 4.5
    assert 0.0 <= heard.loss_percent <= 100.0


def test_what_a_buffer_lacks_before_the_first_packet_is_no_loss() -> None:
    tally = Tally()
    for counters in (Counters(0, 0), Counters(0, 0, gaps=3), Counters(8, 0, gaps=4), Counters(58, 0, gaps=4)):
        tally.take(counters)
    for heard in (tally.since_told(), tally.whole()):
        assert heard is not None
        assert heard.loss_percent == 0.0


def test_a_call_is_judged_over_all_its_streams() -> None:
    """A hold and a resume each build a new one; the call may end while it is held."""
    tally = Tally()
    assert tally.whole() is None
    tally.take(Counters(0, 0, gaps=1))
    tally.take(Counters(75, 25, gaps=20))
    assert tally.since_told() == tally.whole()
    assert tally.since_told() is None
    tally.take(Counters(5, 0, gaps=2, buffer_ms=60.0))
    tally.take(Counters(100, 0, gaps=2, buffer_ms=60.0))
    second, whole = tally.since_told(), tally.whole()
    assert second is not None
    assert whole is not None
    assert (second.loss_percent, whole.loss_percent) == (0.0, 12.5)
    assert whole.delay_ms == 80.0


def test_late_packets_count_beside_those_of_an_earlier_stream_that_never_came() -> None:
    tally = Tally()
    for counters in (Counters(90, 10), Counters(5, 0), Counters(100, 0, gaps=20)):
        tally.take(counters)
    whole = tally.whole()
    assert whole is not None
    assert whole.loss_percent == 15.0


def test_dead_air_begins_with_the_last_packet_and_ends_with_the_next() -> None:
    silence = Silence(10, 1000)
    silence = listen(silence, 12, 1250, LIMIT_MS)
    assert listen(silence, 12, 2800, LIMIT_MS).dead_since_ms is None
    dead = listen(silence, 12, 2850, LIMIT_MS)
    assert dead.dead_since_ms == 1250
    assert listen(dead, 12, 9000, LIMIT_MS).dead_since_ms == 1250
    assert listen(dead, 13, 9250, LIMIT_MS) == Silence(13, 9250)
