"""Clock times and ages as people read them: UTC+8, seconds always shown, whole numbers."""

from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "UTC+8")
BEIJING_S = 8 * 3600
HOUR_S = 3600
MINUTE_S = 60


def local(at_ms: int) -> datetime:
    """The moment in UTC+8."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(BEIJING)


def clock(at_ms: int) -> str:
    """`20:45:33`."""
    seconds = at_ms // 1000 + BEIJING_S
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def day(at_ms: int) -> str:
    """`2026-11-21`."""
    return f"{local(at_ms):%Y-%m-%d}"


def span(seconds: float) -> str:
    """`4:05`, from an hour `1:02:33`; below zero counts as zero."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, HOUR_S)
    minutes, last = divmod(rest, MINUTE_S)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes}:{last:02}"


def age(since_ms: int, now_ms: int) -> str:
    """How long ago, as `span`."""
    return span((now_ms - since_ms) / 1000)
