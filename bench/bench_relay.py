"""A district behind its relay: city command -> applied on the district's seat, near and over a line of 80 ms.

Also what the line carries for 1,000 moving vehicles and for events, and how fast a copy catches up. Real
processes, CURVE, SQLite FULL at hub and relay; the line is a proxy that delays.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dispatch import commands as cmd
from store.core.ids import new_id
from store.core.wire import FIX_VALID, Position
from tests.store.conftest import City, Desk
from tests.store.district import District
from tests.store.long_history import write_history
from tests.store.thin_line import ThinLine

COMMANDS = int(os.environ.get("LINGSHENG_RELAY_COMMANDS", "150"))
GAP_S = 0.02  # 50 commands a second
VEHICLES = 1000
POSITIONS_S = 6
CATCH_UP_ROWS = int(os.environ.get("LINGSHENG_WEEK_ROWS", "30000"))
RTT_S = 0.08


def run() -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="bench-relay-") as folder:
        city = City(Path(folder), f"sqlite:///{folder}/hub.sqlite")
        line = ThinLine(("127.0.0.1", city.config.hub.command_port))
        district = District(city, line=line.address)
        district.enrol_seat("03", "seat-03")
        try:
            city.start_hub()
            district.start()
            centre, gateway = city.seat("01"), city.desk("gateway")
            seat = district.lonely_desk("seat-03")
            seat.wait(lambda: seat.floor.vehicles)
            seat.wait_live()
            gateway.wait_live()
            figures = delays("relay_command_loopback", centre, seat)
            figures |= carried(line, centre, seat, gateway)
            line.set(delay_s=RTT_S / 2, loss=0.02)
            figures |= delays("relay_command_80ms", centre, seat)
            line.set(delay_s=0.0, loss=0.0)
            return figures | catch_up(city, district, centre, seat)
        finally:
            city.close()
            district.close()
            line.close()


def delays(name: str, centre: Desk, seat: Desk) -> dict[str, float]:
    """From the order at the centre to the event applied on the district's floor, ms."""
    given: dict[str, float] = {}
    for _ in range(COMMANDS):
        begun = time.perf_counter()
        given[centre.link.order(cmd.ReportRinging(new_id(), "13800000000"))] = begun
        pause(seat, begun + GAP_S - time.perf_counter())
    seat.wait(lambda: given.keys() <= seat.applied_at.keys())
    late = sorted((seat.applied_at[cid] - begun) * 1000 for cid, begun in given.items())
    return {f"{name}_p50_ms": statistics.median(late), f"{name}_p99_ms": late[-1 - len(late) // 100]}


def pause(desk: Desk, seconds: float) -> None:
    until = time.monotonic() + seconds
    desk.wait(lambda: time.monotonic() > until)


def carried(line: ThinLine, centre: Desk, seat: Desk, gateway: Desk) -> dict[str, float]:
    """Bytes on the wire, both ways, with packet overhead."""
    pause(seat, 1.0)
    idle = per_second(line, seat, lambda _second: None)
    per_second(line, seat, lambda second: report(gateway, second))  # the budget finds what the line carries
    moving = per_second(line, seat, lambda second: report(gateway, second))
    before = sum(line.carried.values())
    events = 100
    orders = [centre.link.order(cmd.ReportRinging(new_id(), "13800000000")) for _ in range(events)]
    seat.wait(lambda: set(orders) <= seat.applied_at.keys())
    return {
        "relay_idle_bytes_s": idle,
        "relay_positions_1000_bytes_s": moving - idle,
        "relay_event_bytes": (sum(line.carried.values()) - before) / events,
    }


def per_second(line: ThinLine, seat: Desk, act: Callable[[int], None]) -> float:
    before, begun = sum(line.carried.values()), time.monotonic()
    for second in range(POSITIONS_S):
        act(second)
        pause(seat, begun + second + 1 - time.monotonic())
    return (sum(line.carried.values()) - before) / (time.monotonic() - begun)


def report(gateway: Desk, second: int) -> None:
    """Every vehicle reports once a second."""
    now = int(time.time() * 1000)
    gateway.link.send_positions(
        Position(f"v{n}", now, 45_700_000 + n * 37 + second, 126_600_000 + n * 53, 300, n % 360, FIX_VALID)
        for n in range(VEHICLES)
    )


def catch_up(city: City, district: District, centre: Desk, seat: Desk) -> dict[str, float]:
    epoch = centre.link.state.epoch
    district.stop()
    city.stop_hub()
    head = write_history(city.config.store.url, CATCH_UP_ROWS, epoch)
    city.start_hub()
    centre.wait(lambda: centre.link.state.epoch > epoch, "the hub again", 60)
    before = district.head().seq
    district.start()
    begun = time.monotonic()
    seat.wait(lambda: seat.link.state.seq >= head.seq, "caught up", 600)
    took = time.monotonic() - begun
    size = sum(path.stat().st_size for path in district.folder.glob("copy.sqlite*"))
    rows = head.seq - before
    return {"relay_catch_up_rows_per_s": rows / took, "relay_copy_bytes_per_row": size / rows}
