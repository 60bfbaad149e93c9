"""The words of the map."""

import pytest

from mapview.canvas.marks import VehicleMark
from mapview.canvas.palette import DAY
from mapview.canvas.texts import age_text, vehicle_tip


@pytest.mark.parametrize(
    ("age_ms", "zh", "en"),
    [
        (-5, "0 秒前", "0 s ago"),
        (59_999, "59 秒前", "59 s ago"),
        (180_000, "3 分钟前", "3 min ago"),
        (7_200_000, "2 小时前", "2 h ago"),
    ],
)
def test_ages(age_ms: int, zh: str, en: str) -> None:
    assert age_text("zh", age_ms) == zh
    assert age_text("en", age_ms) == en


def test_tip_of_a_vehicle() -> None:
    mark = VehicleMark("a", "A101", 120.6, 31.3, "departed", 1_000, 90.0, 41.6)
    assert vehicle_tip("zh", mark, DAY.vehicle(mark.look), 9_000) == "A101 · 驶向现场 · 42 公里/时 · 8 秒前"
    quiet = VehicleMark("a", "A101", 120.6, 31.3, "in_station", 1_000)
    assert vehicle_tip("en", quiet, DAY.vehicle(quiet.look), 1_000) == "A101 · in station · 0 s ago"
