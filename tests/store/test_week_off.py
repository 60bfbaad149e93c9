"""A district that was switched off for a week: how fast its copy is whole again, and in how much memory.

LINGSHENG_WEEK_ROWS=3290000 pytest tests/store/test_week_off.py -s     seven days of the largest city
"""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.sizes import percentile, report, size
from dispatch import commands as cmd
from store.core.ids import new_id
from store.core.seat_logic import Phase
from store.db.engine import open_engine
from store.db.tables import VERDICT
from tests.store.conftest import City, Desk
from tests.store.district import District
from tests.store.long_history import write_history

pytestmark = pytest.mark.process
ROWS = size("WEEK_ROWS", 20_000)
PROVEN_ROWS_MAX = 400_000
"""More are not compared one by one here."""
GAP_S = 0.05
MB_MAX = 250
"""What hub and relay may hold, however much the copy lacks."""


@pytest.fixture
def district(small_city: City) -> Iterator[District]:
    made = District(small_city)
    made.enrol_seat("03", "seat-03")
    made.start()
    yield made
    made.close()


@pytest.mark.nightly
def test_a_district_that_was_off_for_a_week_catches_up_by_itself(
    small_city: City, district: District
) -> None:
    centre = small_city.seat("01")
    seat = district.lonely_desk("seat-03")
    seat.wait(lambda: seat.floor.vehicles)
    epoch = centre.link.state.epoch
    assert district.stop() == 0
    small_city.stop_hub()
    head = write_history(small_city.config.store.url, ROWS, epoch)
    small_city.start_hub()
    centre.wait(lambda: centre.link.state.epoch > epoch, "the hub again", 60)
    before = district.head().seq
    district.start()
    begun = time.monotonic()
    free = district.desk("seat-03", outbox=district.folder / "free.sqlite")
    free.wait(
        lambda: free.link.state.phase is Phase.LIVE and free.link.state.seq >= head.seq, "at the city", 60
    )
    rows, at, answers = head.seq - before, [begun], []
    for quarter in range(1, 5):  # as fast at its end as at its beginning
        answers += answered_until(centre, seat, before + rows * quarter // 4)
        at.append(time.monotonic())
    answers.sort()
    assert small_city.process is not None
    assert district.process is not None
    hub_mb, relay_mb = small_city.process.peak_mb(), district.process.peak_mb()
    report(
        "a week off",
        rows=rows,
        seconds=round(at[-1] - begun, 1),
        rows_s=round(rows / (at[-1] - begun)),
        rows_s_by_quarter=[round(rows / 4 / (end - start)) for start, end in itertools.pairwise(at)],
        copy_mb=round(Path(district.url.removeprefix("sqlite:///")).stat().st_size / 1e6),
        hub_mb_max=round(hub_mb),
        relay_mb_max=round(relay_mb),
        answered_meanwhile=len(answers),
        answer_ms_p50=round(percentile(answers, 0.5), 1),
        answer_ms_p99=round(percentile(answers, 0.99), 1),
    )
    assert max(hub_mb, relay_mb) < MB_MAX
    assert district.stop() == 0
    assert district.head().seq >= head.seq
    assert orders_kept(district.url, head.seq) >= ROWS  # with them it can be handed in what it copied
    if ROWS <= PROVEN_ROWS_MAX:
        district.prove()


def answered_until(centre: Desk, seat: Desk, seq: int) -> list[float]:
    """How long the hub's answers take, ms, to orders given until the district's seat has seen row `seq`."""
    taken = []
    while seat.link.state.seq < seq:
        given = time.monotonic()
        assert centre.order(cmd.ReportRinging(new_id(), "13800000000")).refusal is None
        answered = time.monotonic()
        taken.append((answered - given) * 1000)
        seat.wait(lambda until=answered + GAP_S: time.monotonic() > until)
        seat.events.clear()
    return taken


def orders_kept(url: str, last: int) -> int:
    """How many orders the store could hand in, of those up to row `last`."""
    kept = select(func.count()).where(VERDICT.c.order_body.is_not(None), VERDICT.c.seq <= last)
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return int(connection.execute(kept).scalar() or 0)
    finally:
        engine.dispose()
