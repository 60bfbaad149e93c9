"""The few words the map itself says, Chinese and English."""

from types import MappingProxyType
from typing import Final

from mapview.canvas.marks import IncidentMark, VehicleMark
from mapview.canvas.palette import Look

_WORDS: Final = MappingProxyType(
    {
        "zh": {
            "locked": "视图已锁定 · T 解锁",
            "following": "跟随 {number} · 拖动停止",
            "pin": "点选位置 · 回车取中心 · Esc 取消",
            "seconds": "{n} 秒前",
            "minutes": "{n} 分钟前",
            "hours": "{n} 小时前",
            "speed": "{n} 公里/时",
        },
        "en": {
            "locked": "View locked · T unlocks",
            "following": "Following {number} · drag to stop",
            "pin": "Click the place · Enter takes the centre · Esc cancels",
            "seconds": "{n} s ago",
            "minutes": "{n} min ago",
            "hours": "{n} h ago",
            "speed": "{n} km/h",
        },
    }
)


def word(lang: str, key: str, **values: object) -> str:
    """The text for a key in a language, "zh" or "en"."""
    return _WORDS[lang][key].format(**values)


def age_text(lang: str, age_ms: int) -> str:
    """How old something is, in the largest unit that fits; what lies ahead counts as now."""
    seconds = max(age_ms, 0) // 1000
    if seconds < 120:
        return word(lang, "seconds", n=seconds)
    if seconds < 7200:
        return word(lang, "minutes", n=seconds // 60)
    return word(lang, "hours", n=seconds // 3600)


def vehicle_tip(lang: str, mark: VehicleMark, look: Look, now_ms: int) -> str:
    """Number, state, speed where known, age of the position."""
    parts = [mark.number, look.zh if lang == "zh" else look.en]
    if mark.speed_kmh is not None:
        parts.append(word(lang, "speed", n=round(mark.speed_kmh)))
    parts.append(age_text(lang, now_ms - mark.at_ms))
    return " · ".join(parts)


def incident_tip(lang: str, mark: IncidentMark, look: Look) -> str:
    """Number, priority, and what it is about where that is known."""
    parts = [mark.number, look.zh if lang == "zh" else look.en, mark.text]
    return " · ".join(part for part in parts if part)
