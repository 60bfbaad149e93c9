"""Times of the trade, ms since 1970 UTC: which clock is believed, and which local day a moment is in."""

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "UTC+8")
DAY_MS = 24 * 3600 * 1000
CLOCK_AHEAD_MS_MAX = 5_000
CLOCK_BEHIND_MS_MAX = 7 * DAY_MS
"""A giver's clock further ahead or behind than this is not believed; the hub's time is used."""
LATE_ENTRY_MS = 60_000
"""What comes to the hub later than this after it happened was written down without it (补录)."""


def believed(at: int, now: int) -> int:
    """The giver's time of an order, or the hub's `now` where that cannot be."""
    return at if now - CLOCK_BEHIND_MS_MAX <= at <= now + CLOCK_AHEAD_MS_MAX else now


def local_day(at: int) -> str:
    """The day in UTC+8, YYYYMMDD."""
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(BEIJING):%Y%m%d}"


def local_hour(at: int) -> str:
    """The hour in UTC+8, 00 to 23."""
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(BEIJING):%H}"
