"""Where the network says a caller is, in words: how measured, how sure, how old, by whom."""

from console.i18n import pick, say
from console.models.ages import clock, day, span
from dispatch.kinds import HowPlaced
from dispatch.shapes import distance_m
from dispatch.whereabouts import Basis, CallerPlace, LookUp, Outcome, Source, Way
from dispatch.words import Place

KILOMETRE_M = 1000.0
AGREE_M = 100.0  # a house from its street
DAY_S = 86_400
CONFIDENCE_ASSUMED = 95

SOURCES: dict[Source, tuple[str, str]] = {
    Source.BY_VALUE: ("随来电", "with the call"),
    Source.BY_REFERENCE: ("位置服务器", "location server"),
    Source.OPERATOR: ("运营商查询", "operator"),
    Source.SMS_LINK: ("短信定位", "SMS link"),
}
METHODS: dict[str, tuple[str, str]] = {
    "gps": ("GPS", "GPS"),
    "gnss": ("卫星", "GNSS"),
    "a-gps": ("A-GPS", "A-GPS"),
    "cell": ("基站", "cell"),
    "802.11": ("Wi-Fi", "Wi-Fi"),
    "wifi": ("Wi-Fi", "Wi-Fi"),
    "wiretap": ("线路登记", "line"),
    "wiremap": ("线路登记", "line"),
    "manual": ("人工登记", "manual"),
    "derived": ("推算", "derived"),
    "triangulation": ("三角测量", "triangulation"),
    "dhcp": ("DHCP", "DHCP"),
    "veds": ("车载", "vehicle"),
}
WAYS: dict[Way, tuple[str, str]] = {
    Way.OPERATOR: ("运营商定位（打一查一）", "operator, one per call"),
    Way.SUBSCRIBER: ("机主三字段", "subscriber's name and address"),
    Way.SMS_LINK: ("短信定位链接", "link by SMS"),
}
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.LOCATED: ("已定位", "located"),
    Outcome.NOT_FOUND: ("查无位置", "not found"),
    Outcome.DECLINED: ("被拒绝", "declined"),
    Outcome.TIMED_OUT: ("超时无答复", "timed out"),
    Outcome.FAILED: ("查询服务故障", "the service failed"),
    Outcome.ALREADY_ASKED: ("本次来电已查过", "asked already for this call"),
    Outcome.NO_NUMBER: ("没有号码", "no number"),
}
BASES: dict[Basis, tuple[str, str]] = {
    Basis.EMERGENCY: ("紧急情况", "emergency"),
    Basis.CONSENT: ("本人同意", "consent"),
}


def doubt(place: CallerPlace) -> str:
    """How far off it may be."""
    if place.shape is None:
        return say("仅地址")
    return _reach_words(place.uncertainty_m)


def reach_words(place: Place) -> str:
    """The doubt of a place in a form, "" for one that a person pointed out."""
    if place.how is HowPlaced.NETWORK:
        return say("仅地址") if place.point is None else _reach_words(place.uncertainty_m)
    return "" if place.uncertainty_m is None else _reach_words(place.uncertainty_m)


def place_words(place: Place) -> str:
    """What a crew reads of a place: a place of the network never without its doubt."""
    if place.how is not HowPlaced.NETWORK:
        return place.address
    doubtful = say("网络定位 {doubt}", doubt=reach_words(place))
    return f"{place.address}（{doubtful}）" if place.address else doubtful


def compared(place: Place, offered: CallerPlace) -> tuple[str, bool]:
    """Whether the place in the form lies where the network says the caller is; True: it does not."""
    there = offered.point
    if place.point is None or there is None:
        return "", False
    away_m = distance_m(there, place.point)
    if away_m <= max(offered.uncertainty_m or 0.0, AGREE_M):
        return say("与地址相符"), False
    far = say("{n} 米", n=round(away_m))
    if away_m >= KILOMETRE_M:
        far = say("{n} 公里", n=f"{away_m / KILOMETRE_M:.1f}")
    return say("距地址 {far}！", far=far), True


def _reach_words(reach_m: float | None) -> str:
    if reach_m is None:
        return say("误差未知")
    if reach_m >= KILOMETRE_M:
        return say("±{n} 公里", n=f"{reach_m / KILOMETRE_M:.1f}")
    return say("±{n} 米", n=round(reach_m))


def method(place: CallerPlace) -> str:
    return pick(METHODS.get(place.method.lower(), (place.method, place.method)))


def sureness(place: CallerPlace) -> str:
    """What was said of its confidence, "" when nothing was."""
    if place.confidence_percent is None:
        return ""
    return say("可信 {n}%", n=round(place.confidence_percent))


def measured(place: CallerPlace, now: int) -> str:
    """How long ago it was measured; of another day only that it is old."""
    if place.measured_at is None:
        return say("时间未知")
    seconds = (now - place.measured_at) / 1000
    return say("{age} 前", age=span(seconds)) if seconds < DAY_S else say("一天以前")


def short_words(place: CallerPlace) -> str:
    """For the map: `A-GPS ±45 米 可信 68%`."""
    parts = (method(place) or pick(SOURCES[place.source]), doubt(place), sureness(place))
    return " ".join(part for part in parts if part)


def summary(place: CallerPlace, now: int) -> str:
    """For the form: all of it in one line, the doubt first."""
    parts = [
        doubt(place),
        method(place) or say("方式未知"),
        sureness(place),
        measured(place, now),
        pick(SOURCES[place.source]),
        place.said_by,
        "" if place.cited else say("来电未指明"),
    ]
    return " · ".join(part for part in parts if part)


def whole(place: CallerPlace, now: int) -> str:
    """For the tooltip: nothing is left out, and what nobody said is said."""
    lines = [place.address, summary(place, now)]
    if place.shape is not None and place.confidence_percent is None and place.uncertainty_m is not None:
        lines.append(say("可信度未说明，按 {n}% 看待（RFC 7459）", n=CONFIDENCE_ASSUMED))
    if place.measured_at is not None:
        lines.append(say("测于 {at}", at=clock(place.measured_at)))
    if place.raw_datum != "wgs84":
        lines.append(say("原坐标系 {datum}，已换算", datum=place.raw_datum))
    return "\n".join(line for line in lines if line)


def printed(place: CallerPlace) -> str:
    """For paper, which has no age: the same with degrees (WGS-84) and the time it was measured."""
    point = place.point
    at = place.measured_at
    parts = [
        place.address,
        f"({point.lat:.5f}, {point.lon:.5f})" if point is not None else "",
        doubt(place),
        method(place) or say("方式未知"),
        sureness(place),
        say("时间未知") if at is None else say("测于 {at}", at=f"{day(at)} {clock(at)}"),
        pick(SOURCES[place.source]),
        place.said_by,
        "" if place.cited else say("来电未指明"),
    ]
    return " · ".join(part for part in parts if part)


def look_up_words(it: LookUp) -> str:
    """One question with its answer."""
    head = f"{clock(it.asked_at)} {pick(WAYS[it.way])}"
    if it.outcome is None:
        return say("{head}：等待答复", head=head)
    who = " ".join(part for part in (it.name, it.address) if part)
    late = say("（迟到）") if it.late else ""
    return f"{head}：{pick(OUTCOMES[it.outcome])}{late} {it.operator} {who}".strip()
