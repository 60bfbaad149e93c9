"""What came with a call beside a place (RFC 7852, VEDS), as plain pairs: kept with the call, read by anybody.

`name` and "yes"/"no" are codes of the journal; words in both languages are given only when shown.
"""

from collections.abc import Iterator

from console.i18n import pick, say
from console.models.ages import clock
from dispatch.whereabouts import DETAILS_MAX, CallerDetail
from telephony.location.additional import Block, Comment, Device, Person, Provider, Service, Subscriber
from telephony.location.safe_xml import Unread
from telephony.location.veds import Crash

VALUE_CHARS_MAX = 200
YES, NO = "yes", "no"
CRASH, SUBSCRIBER, DEVICE, SERVICE, PROVIDER = "crash", "subscriber", "device", "service", "provider"
COMMENT, UNREAD = "comment", "unread"

TOPICS: dict[str, tuple[str, str]] = {
    CRASH: ("车辆碰撞", "Crash"),
    SUBSCRIBER: ("机主", "Subscriber"),
    COMMENT: ("备注", "Comments"),
    DEVICE: ("话机", "Telephone"),
    SERVICE: ("线路", "Line"),
    PROVIDER: ("运营方", "Provider"),
    UNREAD: ("未能读取", "Not readable"),
}
"""In the order they are shown."""

NAMES: dict[str, tuple[str, str]] = {
    "occupants": ("车内人数", "occupants"),
    "unbelted": ("未系安全带", "not belted"),
    "severe_injury": ("可能重伤", "severe injury likely"),
    "fire": ("起火", "fire"),
    "fuel_leaking": ("漏油", "fuel leaking"),
    "rolled_over": ("翻车", "rolled over"),
    "airbags": ("气囊弹出", "airbags deployed"),
    "multiple_impacts": ("多次碰撞", "several impacts"),
    "delta_v": ("速度变化", "change of speed"),
    "force_from": ("受力方向", "force came from"),
    "rest": ("停止姿态", "came to rest"),
    "car": ("车型", "vehicle"),
    "colour": ("颜色", "colour"),
    "plate": ("车牌", "plate"),
    "vin": ("车架号", "VIN"),
    "fuel": ("动力", "power"),
    "heading": ("行驶方向", "heading"),
    "at": ("碰撞时间", "time of crash"),
    "automatic": ("自动报警", "called by itself"),
    "name": ("姓名", "name"),
    "phone": ("电话", "phone"),
    "email": ("邮箱", "e-mail"),
    "address": ("登记地址", "registered address"),
    "birthday": ("出生日期", "date of birth"),
    "gender": ("性别", "sex"),
    "language": ("语言", "language"),
    "note": ("说明", "note"),
    "relation": ("关系人", "related"),
    "private": ("要求保密", "keep private"),
    "kind": ("种类", "kind"),
    "id": ("编号", "id"),
    "contact": ("值班电话", "round the clock"),
    "for": ("转售方", "subcontractor"),
    "environment": ("场所", "environment"),
    "mobility": ("移动性", "mobility"),
    "model": ("型号", "model"),
    "text": ("内容", "text"),
    "too_large": ("过大", "too large"),
    "forbidden": ("含禁用内容", "forbidden content"),
    "not_xml": ("格式错误", "not well-formed"),
    "wrong_kind": ("类型不符", "wrong kind"),
    "no_location": ("没有位置", "no location"),
    "bad_shape": ("图形错误", "bad shape"),
    "unknown_crs": ("坐标系不明", "unknown datum"),
    "no_such_part": ("缺少正文", "part missing"),
    "unknown_scheme": ("地址方式不支持", "unknown scheme"),
    "not_allowed": ("服务器未列入名单", "server not listed"),
    "no_answer": ("无应答", "no answer"),
    "timed_out": ("超时", "timed out"),
    "not_trusted": ("证书不可信", "certificate not trusted"),
    "server_says_no": ("服务器拒绝", "the server says no"),
}
_VALUES: dict[str, tuple[str, str]] = {
    YES: ("是", "yes"),
    NO: ("否", "no"),
    "electric": ("电动（高压电池）", "electric (high voltage)"),
    "home": ("住宅", "home"),
}
_ELECTRIC = ("battery", "electric", "ev", "bev", "phev", "hybrid", "hydrogen")
GRAVE = frozenset({"severe_injury", "fire", "fuel_leaking", "rolled_over"})
GRAVE_COUNTS = frozenset({"airbags", "unbelted"})


def details_of(blocks: tuple[Block, ...], refused: tuple[Unread, ...] = ()) -> tuple[CallerDetail, ...]:
    """Everything said, cut to a length a journal can keep; what could not be read is said as well."""
    found = [detail for block in blocks for detail in _of(block)]
    found += [CallerDetail(UNREAD, one.why.value, f"{one.what} {one.detail}".strip()) for one in refused]
    cut = (CallerDetail(it.topic, it.name, it.value[:VALUE_CHARS_MAX]) for it in found if it.value)
    return tuple(dict.fromkeys(cut))[:DETAILS_MAX]


def topic_words(topic: str) -> str:
    return pick(TOPICS.get(topic, (topic, topic)))


def name_words(detail: CallerDetail) -> str:
    return pick(NAMES.get(detail.name, (detail.name, detail.name)))


def value_words(detail: CallerDetail) -> str:
    value = detail.value
    if detail.name == "at" and value.isdigit():
        return clock(int(value))
    if detail.name == "force_from" and value.isdigit():
        return force_words(int(value))
    return pick(_VALUES.get(value, (value, value)))


def is_grave(detail: CallerDetail) -> bool:
    """True for what tells a crew to hurry or to take care."""
    if detail.topic != CRASH:
        return False
    if detail.name == "fuel":
        return detail.value == "electric"
    counted = detail.name in GRAVE_COUNTS and not detail.value.startswith("0")
    return counted or (detail.name in GRAVE and detail.value == YES)


def headline(details: tuple[CallerDetail, ...]) -> str:
    """The crash in one line, "" without one: who is in it and what makes it grave."""
    crash = {one.name: one for one in details if one.topic == CRASH}
    if not crash:
        return ""
    parts = [crash[name].value for name in ("car", "plate") if name in crash]
    if "occupants" in crash:
        parts.append(say("{n} 人", n=crash["occupants"].value))
    for name, one in crash.items():
        if is_grave(one):
            plain = one.value in {YES, "electric"}
            words = value_words(one) if name == "fuel" else name_words(one)
            parts.append(words if plain else f"{words} {one.value}")
    return say("车祸报警：{what}", what=" · ".join(parts) or say("详情见来电资料"))


def force_words(degrees: int) -> str:
    """Where it was hit, as people say it."""
    sides = (
        say("前方"), say("右前"), say("右侧"), say("右后"), say("后方"), say("左后"), say("左侧"), say("左前")
    )  # fmt: skip
    return sides[round(degrees / 45) % 8]


def _of(block: Block) -> Iterator[CallerDetail]:
    match block:
        case Crash():
            yield from _crash(block)
        case Subscriber(person, private):
            yield from _person(SUBSCRIBER, person)
            yield CallerDetail(SUBSCRIBER, "private", YES if private else "")
        case Device():
            yield CallerDetail(DEVICE, "kind", block.classification)
            yield CallerDetail(DEVICE, "model", f"{block.maker} {block.model}".strip())
            yield from (CallerDetail(DEVICE, "id", f"{kind} {value}".strip()) for kind, value in block.ids)
        case Service():
            yield CallerDetail(SERVICE, "environment", block.environment)
            yield CallerDetail(SERVICE, "kind", " ".join(block.kinds))
            yield CallerDetail(SERVICE, "mobility", block.mobility)
        case Provider():
            yield from _provider(block)
        case Comment(texts):
            yield from (CallerDetail(COMMENT, "text", text) for _, text in texts)


def _provider(block: Provider) -> Iterator[CallerDetail]:
    yield CallerDetail(PROVIDER, "name", block.name)
    yield CallerDetail(PROVIDER, "contact", block.contact_uri.removeprefix("tel:"))
    yield CallerDetail(PROVIDER, "id", f"{block.provider_id} {block.id_series}".strip())
    yield CallerDetail(PROVIDER, "kind", block.kind)
    yield CallerDetail(PROVIDER, "for", block.subcontractor)
    if block.contact is not None:
        yield from _person(PROVIDER, block.contact)


def _person(topic: str, it: Person) -> Iterator[CallerDetail]:
    yield CallerDetail(topic, "name", it.name)
    yield from (CallerDetail(topic, "note", note) for note in it.notes)
    yield CallerDetail(topic, "birthday", it.birthday)
    yield CallerDetail(topic, "gender", it.gender)
    yield CallerDetail(topic, "address", it.address)
    yield from (CallerDetail(topic, "phone", phone) for phone in it.phones)
    yield from (CallerDetail(topic, "relation", one.removeprefix("tel:")) for one in it.relations)
    yield CallerDetail(topic, "language", " ".join(it.languages))
    yield from (CallerDetail(topic, "email", email) for email in it.emails)


def _crash(it: Crash) -> Iterator[CallerDetail]:
    def of(name: str, value: object) -> CallerDetail:
        return CallerDetail(CRASH, name, "" if value is None else str(value))

    yield of("occupants", it.occupants)
    belts = [seat for seat in it.seats if seat.occupied and seat.belted is not None]
    if belts:
        yield of("unbelted", f"{sum(not seat.belted for seat in belts)}/{len(belts)}")
    yield of("severe_injury", _yes(it.severe_injury))
    yield of("fire", _yes(it.fire))
    yield of("fuel_leaking", _yes(it.fuel_leaking))
    yield of("rolled_over", _yes(it.rolled_over))
    if it.airbags:
        yield of("airbags", f"{sum(bool(bag.deployed) for bag in it.airbags)}/{len(it.airbags)}")
    yield of("multiple_impacts", _yes(it.multiple_impacts))
    yield of("delta_v", None if it.delta_v_kmh is None else f"{it.delta_v_kmh:.0f} km/h")
    yield of("force_from", None if it.force_from_deg is None else f"{it.force_from_deg:.0f}")
    yield of("rest", it.rest_position)
    yield of("car", " ".join(part for part in (it.make, it.model, it.year) if part))
    yield of("colour", it.colour)
    yield of("plate", it.plate)
    yield of("fuel", _power(it.fuel))
    yield of("heading", None if it.heading_deg is None else f"{it.heading_deg:.0f}°")
    yield of("at", it.at_ms)
    yield of("automatic", _yes(it.automatic))
    yield of("vin", it.vin)


def _power(fuel: str) -> str:
    words = fuel.lower().replace("_", " ").replace("-", " ").split()
    return "electric" if any(word in _ELECTRIC for word in words) else fuel


def _yes(value: bool | None) -> str | None:
    return None if value is None else YES if value else NO
