"""When was that? Live or track, the terminal's clock or ours (reference rules 1.4 and 1.12.7).

An older time never replaces the live position; a clock more than 10 min off is not believed.
"""

from radio.terminal.facts import Position
from radio.terminal.position import LocationReport
from radio.terminal.roster import Terminal

CLOCK_OFF_MS_MAX = 10 * 60 * 1000
DEAD_CLOCK_BEFORE_MS = 1_420_070_400_000  # 2015-01-01 UTC: a clock without battery starts in 2000


def position_of(terminal: Terminal, report: LocationReport, received_ms: int, *, kept: bool) -> Position:
    """The position of a report; `kept`: the terminal itself says it is from its store (0x0704 type 1).
    Moves the terminal's live time forward."""
    at_ms, stored, clock_ok = place_in_time(terminal, report.at_ms, received_ms, kept=kept)
    if report.has_fix and not stored:
        terminal.live_at_ms = at_ms
    return Position(
        lon=report.lon,
        lat=report.lat,
        at_ms=at_ms,
        received_at_ms=received_ms,
        speed_kmh=report.speed_01kmh / 10,
        course_deg=report.course_deg,
        altitude_m=report.altitude_m,
        has_fix=report.has_fix,
        stored=stored,
        clock_ok=clock_ok,
        alarm=report.alarm,
        status=report.status,
        odometer_km=report.odometer_km,
    )


def place_in_time(
    terminal: Terminal, at_ms: int | None, received_ms: int, *, kept: bool
) -> tuple[int, bool, bool]:
    """(time, stored, clock_ok).

    An old time is a replay when this terminal's clock has been seen right before, else a wrong clock:
    then the receive time counts, or a vehicle with a dead battery would never move on the map.
    """
    if at_ms is None or at_ms < DEAD_CLOCK_BEFORE_MS or at_ms > received_ms + CLOCK_OFF_MS_MAX:
        return received_ms, kept, False
    if kept:
        return at_ms, True, True
    if received_ms - at_ms <= CLOCK_OFF_MS_MAX:
        if not terminal.clock_seen_right:
            terminal.clock_seen_right = True
            terminal.live_at_ms = min(terminal.live_at_ms, at_ms)
        return at_ms, at_ms < terminal.live_at_ms, True
    if terminal.clock_seen_right:
        return at_ms, True, True
    return received_ms, False, False
