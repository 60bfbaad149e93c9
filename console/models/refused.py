"""Every refusal in words: what happened, and what to do about it. Two short sentences, never a code."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from console.i18n import say
from console.models.ages import clock
from console.models.commanding import place_words
from console.models.labels import field, site_name, word
from dispatch import refusals as no
from dispatch.floor import Floor
from dispatch.kinds import (
    IncidentState,
    MilestoneKind,
    MissionResult,
    OrderStatus,
    RequestState,
    VehicleState,
)


class Explained(Struct, frozen=True):
    """What happened and what to do."""

    what: str
    do: str


def explain(refusal: no.Refusal, floor: Floor) -> Explained:
    """The refusal in the chosen language; the floor gives numbers for ids."""
    return _TEXTS[type(refusal)](refusal, floor)


def _thing(word_: str) -> str:
    things = {
        "call": say("来电"),
        "intake": say("受理单"),
        "incident": say("事件"),
        "mission": say("任务"),
        "vehicle": say("车辆"),
        "hospital": say("医院"),
        "seat": say("坐席"),
        "dispatcher": say("人员"),
        "milestone": say("节点"),
        "order": say("指令"),
        "recording": say("录音"),
        "station": say("急救站"),
        "activation": say("启用令"),
        "turn": say("储备席"),
        "request": say("请求"),
        "site": say("中心"),
    }
    return things.get(word_, word_)


def _state(text: str) -> str:
    for kind in (IncidentState, MilestoneKind, VehicleState, OrderStatus, MissionResult, RequestState):
        if text in {member.value for member in kind}:
            return word(kind(text))
    return {"ended": say("已结束"), "answered": say("已接听"), "joined": say("已并入事件")}.get(text, text)


def _not_found(refusal: no.NotFound, floor: Floor) -> Explained:
    return Explained(
        say("{thing}已不存在", thing=_thing(refusal.what)), say("可能已被其他坐席处理，请在列表中重新选择")
    )


def _already(refusal: no.AlreadyThere, floor: Floor) -> Explained:
    return Explained(say("{thing}已登记过", thing=_thing(refusal.what)), say("无需重复操作"))


def _wrong_state(refusal: no.WrongState, floor: Floor) -> Explained:
    what = say("{thing}目前为“{state}”", thing=_thing(refusal.what), state=_state(refusal.state))
    return Explained(what, say("此时不能这样操作，请看最新状态后再决定"))


def _taken(refusal: no.VehicleTaken, floor: Floor) -> Explained:
    what = say(
        "{vehicle} 已被 {seat} 台 {person} 于 {at} 派往 {incident}",
        vehicle=refusal.vehicle_number,
        seat=refusal.seat_number,
        person=refusal.dispatcher_name,
        at=clock(refusal.ordered_at),
        incident=refusal.incident_number,
    )
    return Explained(what, say("请改选下一辆车（Ctrl+数字），或与该台商量改派"))


def _not_callable(refusal: no.VehicleNotCallable, floor: Floor) -> Explained:
    what = say("{vehicle} 目前{state}，不能调派", vehicle=refusal.vehicle_number, state=word(refusal.state))
    return Explained(what, say("请改选推荐列表中的其他车辆"))


def _open(refusal: no.MissionsOpen, floor: Floor) -> Explained:
    what = say("尚有任务未结束：{numbers}", numbers="、".join(refusal.mission_numbers))
    return Explained(what, say("先完成或中止这些任务，再结束事件"))


def _place(refusal: no.NeedsPlace, floor: Floor) -> Explained:
    return Explained(say("还没有地址"), say("输入现场地址（大致位置也可）后再派车"))


def _reason(refusal: no.NeedsReason, floor: Floor) -> Explained:
    return Explained(say("必须写明原因"), say("在备注栏写一句原因后再确认"))


def _second(refusal: no.NeedsSecondPerson, floor: Floor) -> Explained:
    return Explained(say("需要第二人确认"), say("请另一位调度员或班长输入工号和口令"))


def _stale_form(refusal: no.StaleForm, floor: Floor) -> Explained:
    names = "、".join(field(name) for name in refusal.fields)
    return Explained(
        say("他人刚修改了：{fields}", fields=names), say("两种内容都已保留：Ctrl+K 用我的，Ctrl+J 用对方的")
    )


def _stale_incident(refusal: no.StaleIncident, floor: Floor) -> Explained:
    return Explained(say("事件刚被他人修改"), say("请看最新内容后再改一次"))


def _not_allowed(refusal: no.NotAllowed, floor: Floor) -> Explained:
    return Explained(say("当前角色无此权限"), say("请由调度员或班长登录后操作"))


def _late(refusal: no.TooLate, floor: Floor) -> Explained:
    return Explained(say("指令未能及时处理，已作废"), say("未执行。请看最新状态，需要时重新下达"))


def _elsewhere(refusal: no.HeldElsewhere, floor: Floor) -> Explained:
    what = say(
        "{scope}现由{site}指挥（第 {n} 届，自 {at}）",
        scope=place_words(floor, refusal.scope),
        site=site_name(floor, refusal.site),
        n=refusal.term,
        at=clock(refusal.since_at),
    )
    return Explained(what, say("请由该中心下令，或电话商定"))


def _in_conflict(refusal: no.InConflict, floor: Floor) -> Explained:
    return Explained(say("与本方已有指令冲突，已列入冲突核对"), say("按 Ctrl+G 逐条核对"))


def _rule(refusal: no.NotPossible, floor: Floor) -> Explained:
    rules = {
        "already_on_this_incident": (say("该车已在本事件任务中"), say("增援请另选一辆车")),
        "disk_low": (say("中枢磁盘将满，只保证接警与派车"), say("请稍后再改；立即通知维护释放空间")),
        "alarm_time_is_past": (say("提醒时间已过"), say("请填写将来的提醒时间")),
        "outcome_needs_incident": (say("该结果需要先有事件"), say("先派车、挂起或并入事件")),
        "incident_must_be_closed": (say("本受理已生成事件"), say("请用“结束事件”（F12）")),
        "assigned_by_order_only": (say("派车时刻只能由派车指令产生"), say("请改用其他节点")),
        "vehicle_has_no_mission": (say("该车没有任务"), say("请先派车")),
        "same_incident": (say("两者已是同一事件"), say("请改选“保留”或“两者都发生”")),
        "time_out_of_order": (say("时间早于上一节点或晚于下一节点"), say("请核对时间后重填")),
    }
    rules |= {
        "account_disabled": (say("下达人的账号已停用，未执行"), say("由其他人员登录后重新下达")),
        "reserve_calm": (say("储备席未启用，只能查看和培训"), say("由调度班长下达启用令（Shift+F9）")),
        "answer_only": (say("本席只受理，不派车"), say("事件已在全市待派列表，由中心席派车")),
        "consult_only": (say("本席只咨询，不建事件"), say("请口头报班长，由受理席接手本受理单")),
        "no_seats": (say("还没有选储备席"), say("在储备席面板选中坐席（空格），再下令")),
        "not_a_reserve_seat": (say("该坐席不是储备席"), say("请在储备席面板中选择")),
        "seat_already_activated": (say("该储备席已在启用中"), say("看右侧进度；撤收后才能再次启用")),
        "until_is_past": (say("到期时间已过"), say("请填写将来的时间，或留空直至撤收")),
    }
    rules |= {
        "not_of_this_site": (say("该事件不属本中心"), say("由所属中心转单")),
        "already_offered": (say("该事件已转单，待签收"), say("先撤回（Shift+F12），再转其他中心")),
        "same_site": (say("不能向本中心转单"), say("请选择其他中心")),
        "site_apart": (say("该中心现由他方指挥，送不到"), say("请用电话联系该中心")),
        "not_asked_here": (say("不是发给本中心的"), say("由被请求的中心签收")),
        "not_asked_by_us": (say("不是本中心发出的"), say("由发出的中心撤回")),
    }
    fallback = (say("按规则不能执行（{rule}）", rule=refusal.rule), say("请换一种方式，或告知班长"))
    return Explained(*rules.get(refusal.rule, fallback))


def _not_ready(refusal: no.NotReady, floor: Floor) -> Explained:
    items = "、".join(word(item) for item in refusal.items)
    return Explained(say("自检未过：{items}", items=items), say("按提示处理；急用时用“放行”并写明原因"))


def _holds(refusal: no.HoldsWork, floor: Floor) -> Explained:
    numbers = "、".join(number.rsplit("-", 1)[-1] for number in refusal.incident_numbers)
    what = say(
        "本席还有事件 {numbers}，未完受理 {n}，通话 {m}",
        numbers=numbers or say("无"),
        n=refusal.intakes,
        m=refusal.calls,
    )
    return Explained(what, say("事件逐起由其他坐席接管（Ctrl+T），受理与通话办完后自动撤收"))


_TEXTS: dict[type, Callable[[Any, Floor], Explained]] = {
    no.NotFound: _not_found,
    no.AlreadyThere: _already,
    no.WrongState: _wrong_state,
    no.VehicleTaken: _taken,
    no.VehicleNotCallable: _not_callable,
    no.MissionsOpen: _open,
    no.NeedsPlace: _place,
    no.NeedsReason: _reason,
    no.NeedsSecondPerson: _second,
    no.StaleForm: _stale_form,
    no.StaleIncident: _stale_incident,
    no.NotAllowed: _not_allowed,
    no.TooLate: _late,
    no.NotPossible: _rule,
    no.NotReady: _not_ready,
    no.HoldsWork: _holds,
    no.HeldElsewhere: _elsewhere,
    no.InConflict: _in_conflict,
}
