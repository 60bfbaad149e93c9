"""Many callers, several phones behind the exchange, one phone killed among it: every caller is answered.

`bench/bench_phone_storm.py` is the same at full size, with a hub and a window.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.sizes import report
from bench.storm_group import Phones, Storm, missing, running_group
from telephony import messages as msg

pytestmark = [
    pytest.mark.peer,
    pytest.mark.process,
    pytest.mark.nightly,
    pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}"),
]
PHONES = 6
CALLS = 24
PER_S, TALK_MS = 2.0, 1_500
SIPP_S_MAX = 60.0
CLOSED_S_MAX = 10.0


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Callable[[], tuple[Phones, Storm]]]:
    ends: list[Callable[[], None]] = []
    with running_group(tmp_path, PHONES) as exchange:

        def blow() -> tuple[Phones, Storm]:
            phones = Phones(PHONES, exchange.port, tmp_path / "recordings", lambda command: None)
            ends.append(phones.stop)
            phones.start()
            begun = Storm(tmp_path / "sipp", exchange.port, calls=CALLS, per_s=PER_S, talk_ms=TALK_MS)
            ends.append(begun.stop)
            return phones, begun

        yield blow
        for end in reversed(ends):
            end()


def answered(phones: Phones) -> set[str]:
    """Numbers whose call was answered somewhere."""
    rang = {t.event.call_id: t.event.number for t in phones.of(msg.CallRinging)}
    return {rang[t.event.call_id] for t in phones.of(msg.CallAnswered)}


def test_nobody_is_lost(storm: Callable[[], tuple[Phones, Storm]]) -> None:
    phones, callers = storm()
    assert callers.wait(SIPP_S_MAX) == 0, callers.errors()
    assert answered(phones) == set(callers.numbers)
    assert phones.until(lambda: len(phones.of(msg.RecordingClosed)) == CALLS, CLOSED_S_MAX)
    used = {told.phone for told in phones.of(msg.CallAnswered)}
    assert used == set(range(PHONES)), "who is idle longest is next"


def test_a_phone_killed_among_it_costs_the_call_it_had_and_no_other(
    storm: Callable[[], tuple[Phones, Storm]],
) -> None:
    phones, callers = storm()
    assert phones.until(lambda: len(phones.of(msg.CallAnswered)) >= CALLS // 3, SIPP_S_MAX)
    victim = phones.phones[phones.of(msg.CallAnswered)[-1].phone]
    assert victim.phone.child.pid
    os.kill(victim.phone.child.pid, signal.SIGKILL)
    failed = callers.wait(SIPP_S_MAX)
    cut = [t.event for t in phones.of(msg.CallEnded) if t.event.ended_by is msg.EndedBy.PHONE]
    assert 1 <= len(cut) <= 2
    assert failed <= len(cut), callers.errors()
    assert answered(phones) == set(callers.numbers), "who came meanwhile was answered elsewhere or later"
    assert phones.until(lambda: len(phones.of(msg.RecordingClosed)) >= CALLS, CLOSED_S_MAX)
    repaired = [t.event for t in phones.of(msg.RecordingClosed) if t.event.repaired]
    assert {e.call_id for e in repaired} == {e.call_id for e in cut}, "what was said until then is kept"
    report("a phone killed in a storm", calls=CALLS, cut=len(cut), failed=failed)
