"""The items of the readiness check: what was found, and in words what cures it. None: not known yet."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from console.i18n import say
from console.models.ages import day
from console.models.sound_lamps import mute_words, why_words
from console.ports import HubMode
from dispatch.activation import SERVES, is_qualified
from dispatch.kinds import CheckItem, CheckResult, ReserveRole, Role, SeatState
from dispatch.reserve import Activation, Check
from telephony.messages import LineProbed

if TYPE_CHECKING:
    from console.models.desk import Desk
    from console.models.readiness import Setup

CLOCK_WARN_MS = 500
CLOCK_FAULT_MS = 5_000
"""bus.md 5.10: from here on a seat may not stamp the times of calls."""
NO_HUB = frozenset({HubMode.CUT_OFF, HubMode.CITY_CUT_OFF, HubMode.REVOKED, HubMode.CATCHING_UP})
"""Nobody decides, or the floor here is not that of who does."""


class Asked:
    """What every item may look at."""

    def __init__(
        self, desk: "Desk", setup: "Setup", probed: LineProbed | None, order: Activation | None, now: int
    ) -> None:
        self.desk, self.setup, self.probed, self.order, self.now = desk, setup, probed, order, now


Found = tuple[CheckResult, str, str] | None
"""Result, what was found, what cures it."""


def check(
    item: CheckItem,
    desk: "Desk",
    setup: "Setup",
    probed: LineProbed | None,
    order: Activation | None,
    now: int,
) -> Check | None:
    """One item as it is now; None: it is still being found out."""
    found = _ITEMS[item](Asked(desk, setup, probed, order, now))
    return None if found is None else Check(item, *found)


def _ok(found: str) -> Found:
    return CheckResult.OK, found, ""


def _warn(found: str, cure: str) -> Found:
    return CheckResult.WARNING, found, cure


def _fault(found: str, cure: str) -> Found:
    return CheckResult.FAULT, found, cure


def _hub(a: Asked) -> Found:
    link = a.desk.link
    if link.mode in NO_HUB:
        return _fault(say("未连上中枢"), say("检查网线与交换机；仍不通时给中心网管打电话"))
    if link.mode is HubMode.SLOW:
        return _warn(say("中枢响应慢"), say("可以上岗；请网管检查线路"))
    return _ok(say("往返 {ms} 毫秒", ms=link.round_trip_ms))


def _phone(a: Asked) -> Found:
    lamp = a.desk.line.lamp
    if not lamp.running:
        return _fault(say("电话程序未运行"), say("等 10 秒自动重启；不行就重开本程序"))
    if not (lamp.registered or lamp.direct):
        if not lamp.text:
            return None
        return _fault(
            say("未注册：{text}", text=lamp.text), say("检查电话网线、分机号与口令，请中心查交换机")
        )
    return _ok(say("直连") if lamp.direct else say("已注册"))


def _test_call(a: Asked) -> Found:
    if a.probed is None:
        return _no_line(a)
    if a.probed.answered_ms is None:
        found = say("试呼不通：{reason}", reason=_why(a.probed.reason))
        return _fault(found, say("检查电话网线与防火墙，请中心查交换机上本分机"))
    return _ok(say("接通 {ms} 毫秒", ms=a.probed.answered_ms))


def _no_line(a: Asked) -> Found:
    """No test call yet: it comes, or there is no line to make one on."""
    phone = _phone(a)
    if phone is None or phone[0] is not CheckResult.FAULT:
        return None
    return _fault(say("电话未就绪"), say("先处理“电话注册”一项"))


def _audio(a: Asked) -> Found:
    if a.probed is None:
        return _no_line(a)
    if a.probed.heard_ms is None:
        return _fault(say("试呼听不到回声"), say("检查防火墙是否放行语音端口，再看耳机"))
    heard = say("回声 {ms} 毫秒，音量 {level}", ms=a.probed.heard_ms, level=a.probed.level)
    if a.desk.sounding.is_mute(a.now):
        return _fault(mute_words(), say("请用桌上话机，重开本程序"))
    headset = a.desk.sounding.headset
    if headset is not None and headset.why is not None:
        return _warn(heard, why_words(headset.why))
    if a.desk.line.lamp.audio == "null":
        return _warn(heard + say("；无声卡"), say("接上耳机；没有就先用桌上话机"))
    return _ok(heard)


def _why(reason: str) -> str:
    return {"no_answer": say("无应答"), "silent": say("无声")}.get(reason, reason)


def _clock(a: Asked) -> Found:
    off = a.desk.link.clock_ms
    found = say("相差 {ms} 毫秒", ms=off)
    if abs(off) > CLOCK_FAULT_MS:
        return _fault(found, say("让本机对时（中心时间服务器），再等一分钟"))
    if abs(off) > CLOCK_WARN_MS:
        return _warn(found, say("可以上岗；请网管检查对时服务"))
    return _ok(found)


def _version(a: Asked) -> Found:
    ours, hubs = a.setup.version, a.desk.link.hub_app
    if not hubs:
        return None if a.desk.link.mode is not HubMode.NORMAL else _warn(ours, say("中枢未报版本，可以上岗"))
    if ours != hubs:
        found = say("本机 {ours}，中枢 {hubs}", ours=ours, hubs=hubs)
        return _fault(found, say("运行升级程序后重开；急用时由班长注明原因放行"))
    return _ok(ours)


def _lists(a: Asked) -> Found:
    floor = a.desk.floor
    found = say(
        "车 {vehicles} 站 {stations} 院 {hospitals}",
        vehicles=len(floor.vehicles),
        stations=len(floor.stations),
        hospitals=len(floor.hospitals),
    )
    if not (floor.vehicles and floor.stations and floor.hospitals):
        return _fault(found, say("名册不全：请管理员在中枢登记车辆、站点、医院"))
    return _ok(found)


def _map(a: Asked) -> Found:
    if not a.setup.map_mark:
        return _fault(say("没有地图文件"), say("从中心拷入城市地图文件，改好 [map] city 后重开"))
    wanted = a.order.map_mark if a.order is not None else ""
    if wanted and wanted != a.setup.map_mark:
        return _warn(a.setup.map_mark, say("与中心地图（{mark}）不同，可以上岗；请更新地图", mark=wanted))
    return _ok(a.setup.map_mark)


def _person(a: Asked) -> Found:
    desk = a.desk
    seat = desk.floor.seats.get(desk.own_seat_id())
    person = desk.floor.dispatchers.get(seat.dispatcher_id or "") if seat else None
    if seat is None or person is None or desk.person is None:
        return _fault(say("无人登录"), say("请到岗人员按 Ctrl+L 登录"))
    if not person.roles & _serving(a, seat.id):
        return _fault(say("{name} 不是调度员", name=person.name), say("请有资格的调度员登录"))
    if not is_qualified(person, a.now):
        until = day(person.qualified_until_at) if person.qualified_until_at else say("无")
        found = say("{name} 储备资格：{until}", name=person.name, until=until)
        return _fault(found, say("换有资格的人；急用时由班长注明原因放行"))
    if seat.state in {SeatState.AWAY, SeatState.PAUSED}:
        return _fault(say("{name} 离席", name=person.name), say("回到坐席后按 Ctrl+E 就绪"))
    return _ok(say("{name}，资格至 {day}", name=person.name, day=day(person.qualified_until_at or 0)))


def _serving(a: Asked, seat_id: str) -> frozenset[Role]:
    turn = a.order.turn(seat_id) if a.order is not None else None
    consults = turn is not None and turn.role is ReserveRole.CONSULT_ONLY
    return SERVES | {Role.CONSULTANT} if consults else SERVES


_ITEMS: dict[CheckItem, Callable[[Asked], Found]] = {
    CheckItem.HUB: _hub,
    CheckItem.PHONE: _phone,
    CheckItem.TEST_CALL: _test_call,
    CheckItem.AUDIO: _audio,
    CheckItem.CLOCK: _clock,
    CheckItem.VERSION: _version,
    CheckItem.LISTS: _lists,
    CheckItem.MAP: _map,
    CheckItem.PERSON: _person,
}
