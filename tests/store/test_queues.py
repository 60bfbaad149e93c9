"""What waits between machines: an order past its deadline is never carried out, and a queue that overflowed
costs its reader nothing but a moment.
"""

import os
import signal
import threading
from pathlib import Path

import pytest

from dispatch import commands as cmd
from dispatch.kinds import SeatState
from store.bus import hub_sockets, link_sockets
from store.bus.link_state import LinkSettings, link_settings
from store.core.ids import new_id
from store.core.seat_logic import Expired
from store.hub import Hub
from tests.store.conftest import City, Desk, master_data
from tests.store.district import journal_of

pytestmark = pytest.mark.process
SOON_S = 0.5
QUEUED = 20
LONG = "1" * 60_000
"""A call's number: a few hundred of them are more than the system keeps of a connection."""
CALLS = 400


def ids_in_journal(city: City) -> set[str]:
    return {row.cid for row in journal_of(city.config.store.url)[0]}


def test_an_expired_order_of_a_seat_started_again_does_not_reach_the_new_hub(small_city: City) -> None:
    seat = small_city.seat("01")
    small_city.kill_hub()
    late = seat.link.order(cmd.SetSeatState("seat01", SeatState.AWAY), deadline_s=SOON_S)
    kept = seat.link.order(cmd.SetSeatState("seat01", SeatState.PAUSED))
    seat.wait(lambda: seat.link.state.unsent == 2, "both on disk")
    seat.close()
    small_city.desks.remove(seat)
    again = small_city.desk("seat-01")
    again.wait(lambda: Expired(late) in again.other, "told after the start")
    small_city.start_hub()
    assert again.verdict(kept).refusal is None
    assert late not in ids_in_journal(small_city)
    assert late not in again.verdicts


def test_a_hub_that_wakes_up_carries_out_nothing_the_dispatcher_was_told_to_decide_anew(
    small_city: City,
) -> None:
    """The order lies in the frozen hub's own receive buffer when its deadline passes."""
    seat = small_city.seat("01")
    assert small_city.process is not None
    os.kill(small_city.process.pid, signal.SIGSTOP)
    late = seat.link.order(cmd.SetSeatState("seat01", SeatState.AWAY), deadline_s=SOON_S)
    seat.wait(lambda: Expired(late) in seat.other, "expiry")
    os.kill(small_city.process.pid, signal.SIGCONT)
    assert seat.order(cmd.SetSeatState("seat01", SeatState.PAUSED)).refusal is None
    seat.wait(lambda: seat.floor.seats["seat01"].state is SeatState.PAUSED)
    assert late not in ids_in_journal(small_city)


class Hanging(Desk):
    """Its owner hangs in the callback while `gate` is closed; the line itself stays well."""

    def __init__(self, settings: LinkSettings) -> None:
        self.gate = threading.Event()
        self.gate.set()
        super().__init__(settings)

    def _ring(self) -> None:
        self.gate.wait()
        super()._ring()


@pytest.mark.nightly
def test_a_seat_whose_queue_overflowed_ends_with_the_same_floor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_sockets, "PUBLISHED_MAX", QUEUED)
    monkeypatch.setattr(link_sockets, "PUBLISHED_MAX", QUEUED)
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    hub = Hub(city.config, master_data)
    running = threading.Thread(target=hub.run)
    running.start()
    hanging = Hanging(link_settings(city.config, "wall"))
    city.desks.append(hanging)
    try:
        hanging.wait_live()
        seat = city.seat("01")
        hanging.gate.clear()
        hanging.take()  # from the next word on its thread hangs
        for _ in range(CALLS):
            assert seat.order(cmd.ReportRinging(new_id(), LONG)).refusal is None
        hanging.gate.set()
        seat.wait(lambda: len(seat.floor.calls) == CALLS, "all calls")
        hanging.wait(lambda: hanging.floor.calls == seat.floor.calls, "the same calls", 60)
    finally:
        hanging.gate.set()
        hub.stop()
        running.join(10)
        city.close()
