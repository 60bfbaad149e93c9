"""The lamps of the status line and the banner of the hub's mode (bus.md 5.7): words, tone and what to do.

A lamp has a shape besides its colour: ● well, ▲ look, ■ broken, ○ not there.
"""

from msgspec import Struct

from console.i18n import say
from console.models.desk import Desk
from console.ports import HubMode, Link

CLOCK_OFF_MS = 1_000
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


class Banner(Struct, frozen=True):
    """Words of the hub's mode; empty `text` means no banner."""

    text: str = ""
    tone: str = ""


def lamps(desk: Desk, now: int) -> tuple[Lamp, ...]:
    """All lamps, in the order of the status line."""
    return (_phone(desk), _radio(desk, now), _hub(desk), _store(desk), _recorder(desk), _clock(desk))


def _phone(desk: Desk) -> Lamp:
    lamp = desk.line.lamp
    if not lamp.running:
        tone, state = "fault", say("停")
        detail = say("电话进程未运行，正在重启；请用话机接听。{text}", text=lamp.text)
    elif not (lamp.registered or lamp.direct):
        tone, state, detail = "fault", say("未注册"), say("交换机未注册：{text}", text=lamp.text)
    elif lamp.audio == "null":
        tone, state = "warning", say("无声卡")
        detail = say("没有声音设备：可接听和录音，但听不到来电人；来电以闪烁提示")
    else:
        tone, state, detail = "ok", say("正常"), say("电话正常")
    return Lamp("phone", say("电话"), tone, state, detail)


def _radio(desk: Desk, now: int) -> Lamp:
    ages = [now - moved.at_ms for moved in desk.positions.values()]
    if not ages:
        return Lamp("radio", say("车台"), "quiet", say("无"), say("还没有收到任何车辆位置"))
    fresh = sum(age <= POSITIONS_OLD_MS for age in ages)
    tone = "ok" if fresh else "fault"
    detail = say("{n} 辆车在 1 分钟内报告过位置，共 {all} 辆", n=fresh, all=len(ages))
    return Lamp("radio", say("车台"), tone, f"{fresh}/{len(ages)}", detail)


def _hub(desk: Desk) -> Lamp:
    link = desk.link
    if link.mode in {HubMode.CUT_OFF, HubMode.REVOKED}:
        return Lamp("hub", say("中枢"), "fault", say("断"), banner(link).text)
    if link.mode is HubMode.NORMAL:
        detail = say("往返 {ms} 毫秒，待发 {n} 条", ms=link.round_trip_ms, n=link.waiting)
        return Lamp("hub", say("中枢"), "ok", f"{link.round_trip_ms} ms", detail)
    return Lamp("hub", say("中枢"), "warning", say("注意"), banner(link).text)


def _store(desk: Desk) -> Lamp:
    link = desk.link
    if link.outbox_fault or desk.keeping_fault:
        detail = say("本机存盘失败：{text}。请检查磁盘", text=link.outbox_fault or desk.keeping_fault)
        return Lamp("store", say("存储"), "fault", say("本机失败"), detail)
    if link.mode is HubMode.CUT_OFF:
        return Lamp("store", say("存储"), "quiet", "?", say("与中枢断开，不知道存储状态"))
    if link.mode is HubMode.DISK_FULL:
        return Lamp("store", say("存储"), "fault", say("已满"), banner(link).text)
    slow = link.mode in {HubMode.STORE_SWITCH, HubMode.AWAITING_COPY, HubMode.DISK_LOW, HubMode.ISLAND}
    detail = say("最早一条待存指令已等 {ms} 毫秒", ms=link.store_age_ms)
    return Lamp("store", say("存储"), "warning" if slow else "ok", say("慢") if slow else say("正常"), detail)


def _recorder(desk: Desk) -> Lamp:
    lamp = desk.line.lamp
    if lamp.recorder_fault:
        detail = say("录音失败：{text}。请检查磁盘", text=lamp.recorder_fault)
        return Lamp("recorder", say("录音"), "fault", say("失败"), detail)
    if not lamp.running:
        return Lamp("recorder", say("录音"), "quiet", say("停"), say("电话未运行，没有录音"))
    talking = desk.line.talking() is not None
    return Lamp("recorder", say("录音"), "ok", say("录音中") if talking else say("就绪"), say("双向录音"))


def _clock(desk: Desk) -> Lamp:
    off = desk.link.clock_ms
    detail = say("本机与中枢时钟相差 {ms} 毫秒", ms=off)
    if abs(off) <= CLOCK_OFF_MS:
        return Lamp("clock", say("时钟"), "ok", say("准"), detail)
    return Lamp("clock", say("时钟"), "warning", f"{off / 1000:+.1f} s", detail)


def banner(link: Link, held: int = 0) -> Banner:
    """The banner of this mode, with time and what to do; none in normal operation. `held`: kept unsigned."""
    waiting = link.waiting + held
    tick_s, store_s = link.tick_age_ms // 1000, link.store_age_ms // 1000
    texts = {
        HubMode.NORMAL: Banner(say("中枢告警：{text}", text=link.alarm), "warning")
        if link.alarm
        else Banner(),
        HubMode.SLOW: Banner(say("与调度中枢通信延迟 {n} 秒，指令将自动补发", n=tick_s), "warning"),
        HubMode.CUT_OFF: Banner(_cut_off(tick_s, waiting), "fault"),
        HubMode.STORE_SWITCH: Banner(
            say("数据库切换中（通常 ≤20 秒），受理不受影响，派车指令排队 {n} 条", n=link.waiting), "warning"
        ),
        HubMode.AWAITING_COPY: Banner(say("等待异地备份确认 {n} 秒", n=store_s), "warning"),
        HubMode.ISLAND: Banner(say("孤岛模式：记录仅存本中心，恢复后需核对"), "fault"),
        HubMode.TAKEN_OVER: Banner(say("已接管：{text}", text=link.text), "info"),
        HubMode.REVOKED: Banner(say("本中枢已被撤权，仅可查看"), "fault"),
        HubMode.CATCHING_UP: Banner(say("正在同步 {text}", text=link.text), "info"),
        HubMode.DISK_LOW: Banner(say("中枢磁盘空间不足：只保证接警与派车，请通知维护"), "warning"),
        HubMode.DISK_FULL: Banner(
            say("中枢磁盘已满，指令排队 {n} 条，派车请用电台并登记，立即通知维护", n=link.waiting), "fault"
        ),
    }
    return texts[link.mode]


def _cut_off(silent_s: int, waiting: int) -> str:
    """`silent_s` 0: no hub was heard since this window was started."""
    if not silent_s:
        return say("尚未连上中枢，接警存本机（待发 {n} 条），派车请用电台并登记", n=waiting)
    return say("已与中枢断开 {s} 秒，接警已存本机（待发 {n} 条），派车请用电台并登记", s=silent_s, n=waiting)
