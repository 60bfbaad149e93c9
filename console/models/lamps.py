"""The lamps of the status line: words, tone and what to do.

A lamp has a shape besides its colour: ● well, ▲ look, ■ broken, ○ not there.
"""

from msgspec import Struct

from console.i18n import say
from console.models.commanding import open_conflicts
from console.models.desk import Desk
from console.models.island_rows import to_check
from console.models.labels import site_name
from console.models.modes import CITY_OLD_MS, CLOCK_OFF_MS, CLOCK_WRONG_MS, DISK_CRITICAL_PERCENT, banners
from console.models.phone_faults import unrecorded_words
from console.models.queue_rows import link_words
from console.models.site_lamps import gravest, site_lamps
from console.models.sound_lamps import headset_sign, phone_sign
from console.ports import HubMode

POSITIONS_OLD_MS = 60_000
SHAPES = {"ok": "●", "warning": "▲", "fault": "■", "quiet": "○"}


class Lamp(Struct, frozen=True):
    """`key` is part of the object name; `detail` is the tooltip."""

    key: str
    name: str
    tone: str
    state: str
    detail: str

    @property
    def shape(self) -> str:
        return SHAPES[self.tone]


def lamps(desk: Desk, now: int) -> tuple[Lamp, ...]:
    """All lamps, in the order of the status line."""
    always = (
        _phone(desk),
        *_headset(desk),
        _radio(desk, now),
        _hub(desk, now),
        _store(desk, now),
        _recorder(desk),
        _clock(desk),
    )
    return (*always, *_acd(desk), *_city(desk), *_sites(desk), *_conflicts(desk))


def _mode_words(desk: Desk, now: int) -> str:
    """What the banners say of the hub."""
    return "\n".join(banner.text for banner in banners(desk.standing(now)))


def _phone(desk: Desk) -> Lamp:
    sign = phone_sign(desk)
    return Lamp("phone", say("电话"), sign.tone, sign.state, sign.detail)


def _headset(desk: Desk) -> list[Lamp]:
    """Only where this machine's sound is the telephone's."""
    sign = headset_sign(desk)
    return [] if sign is None else [Lamp("headset", say("耳机"), sign.tone, sign.state, sign.detail)]


def _radio(desk: Desk, now: int) -> Lamp:
    ages = [now - moved.at_ms for moved in desk.positions.values()]
    if not ages:
        return Lamp("radio", say("车台"), "quiet", say("无"), say("还没有收到任何车辆位置"))
    fresh = sum(age <= POSITIONS_OLD_MS for age in ages)
    tone = "ok" if fresh else "fault"
    detail = say("{n} 辆车在 1 分钟内报告过位置，共 {all} 辆", n=fresh, all=len(ages))
    return Lamp("radio", say("车台"), tone, f"{fresh}/{len(ages)}", detail)


def _hub(desk: Desk, now: int) -> Lamp:
    link = desk.link
    if link.mode is HubMode.REVOKED:
        return Lamp("hub", say("中枢"), "fault", say("撤权"), _mode_words(desk, now))
    if link.mode in {HubMode.CUT_OFF, HubMode.CITY_CUT_OFF, HubMode.NOT_ENROLLED}:
        return Lamp("hub", say("中枢"), "fault", say("断"), _mode_words(desk, now))
    if link.mode is HubMode.NORMAL:
        detail = say(
            "往返 {ms} 毫秒，待发 {n} 条，最早一条待存（含异地备份）已等 {store} 毫秒",
            ms=link.round_trip_ms,
            n=link.waiting,
            store=link.store_age_ms,
        )
        return Lamp("hub", say("中枢"), "ok", f"{link.round_trip_ms} ms", detail)
    return Lamp("hub", say("中枢"), "warning", say("注意"), _mode_words(desk, now))


def _store(desk: Desk, now: int) -> Lamp:
    link = desk.link
    if link.outbox_fault or desk.keeping_fault:
        detail = say("本机存盘失败：{text}。请检查磁盘", text=link.outbox_fault or desk.keeping_fault)
        return Lamp("store", say("存储"), "fault", say("本机失败"), detail)
    if link.mode in {HubMode.CUT_OFF, HubMode.CITY_CUT_OFF}:
        return Lamp("store", say("存储"), "quiet", "?", say("与中枢断开，不知道存储状态"))
    if link.mode is HubMode.DISK_FULL:
        return Lamp("store", say("存储"), "fault", say("已满"), _mode_words(desk, now))
    if link.disk_percent < DISK_CRITICAL_PERCENT:
        return Lamp("store", say("存储"), "fault", f"{link.disk_percent} %", _mode_words(desk, now))
    slow = link.mode in {HubMode.STORE_SWITCH, HubMode.AWAITING_COPY, HubMode.DISK_LOW, HubMode.ISLAND}
    detail = say("最早一条待存指令已等 {ms} 毫秒", ms=link.store_age_ms)
    return Lamp("store", say("存储"), "warning" if slow else "ok", say("慢") if slow else say("正常"), detail)


def _recorder(desk: Desk) -> Lamp:
    lamp = desk.line.lamp
    if lamp.recorder_fault:
        detail = say("录音失败：{text}。请检查磁盘", text=unrecorded_words(lamp.recorder_fault))
        return Lamp("recorder", say("录音"), "fault", say("失败"), detail)
    if not lamp.running:
        return Lamp("recorder", say("录音"), "quiet", say("停"), say("电话未运行，没有录音"))
    talking = bool(desk.line.up())
    return Lamp("recorder", say("录音"), "ok", say("录音中") if talking else say("就绪"), say("双向录音"))


def _clock(desk: Desk) -> Lamp:
    off = desk.link.clock_ms
    detail = say("本机与中枢时钟相差 {ms} 毫秒", ms=off)
    if abs(off) <= CLOCK_OFF_MS:
        return Lamp("clock", say("时钟"), "ok", say("准"), detail)
    tone = "fault" if abs(off) > CLOCK_WRONG_MS else "warning"
    return Lamp("clock", say("时钟"), tone, f"{off / 1000:+.1f} s", detail)


def _acd(desk: Desk) -> list[Lamp]:
    """Only where somebody distributes the calls and listens to the state of seats."""
    state, tone = link_words(desk)
    if not state:
        return []
    reason = desk.distribution.link_reason or "–"
    detail = say("坐席状态告知交换机：{state}（{reason}）", state=state, reason=reason)
    return [Lamp("acd", say("话务"), tone, state, detail)]


def _city(desk: Desk) -> list[Lamp]:
    """Only at a district's relay: how old what it knows of the city is."""
    link = desk.link
    if not link.relay:
        return []
    seconds = link.hub_age_ms // 1000
    detail = say(
        "经 {site} 中继收看，市中心数据为 {n} 秒前", site=site_name(desk.floor, link.relay), n=seconds
    )
    tone = "fault" if link.hub_age_ms > CITY_OLD_MS else "ok"
    return [Lamp("city", say("市区数据"), tone, say("{n} 秒前", n=seconds), detail)]


def _sites(desk: Desk) -> list[Lamp]:
    """A sign for each site where there are several; the words are the tooltip."""
    every = site_lamps(desk.floor, desk.link)
    if not every:
        return []
    state, detail = " ".join(f"{it.shape}{it.code}" for it in every), "\n".join(it.line for it in every)
    return [Lamp("sites", say("各中心"), gravest(every), state, detail)]


def _conflicts(desk: Desk) -> list[Lamp]:
    """Only while a conflict, or what was recorded on an island, waits for a person."""
    found, count, alone = [], open_conflicts(desk.floor), to_check(desk)
    if count:
        detail = say("{n} 项指令冲突等待核对：Ctrl+G 打开冲突核对", n=count)
        found.append(Lamp("conflicts", say("冲突"), "warning", str(count), detail))
    if alone:
        detail = say("孤岛期间 {n} 件记录待核对：Ctrl+G，再选孤岛", n=alone)
        found.append(Lamp("island", say("孤岛记录"), "warning", str(alone), detail))
    return found
