"""The words of the wall in Chinese and English, one place for all of them."""

from typing import Final

from console.i18n import pick

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("指挥调度大屏", "Command wall"),
    "waiting_calls": ("等待接听", "Calls waiting"),
    "longest": ("最长 {age}", "longest {age}"),
    "nobody_waits": ("无人等待", "nobody waits"),
    "overflow": ("溢出 {n}", "overflow {n}"),
    "not_of_now": ("不是最新", "not of now"),
    "seats_ready": ("就绪坐席", "Seats ready"),
    "seats_of": ("共 {n} 席", "of {n} seats"),
    "missed": ("未接待回拨", "Missed calls"),
    "missed_late": ("{n} 个超时", "{n} late"),
    "missed_soon": ("一分钟内回拨", "within a minute"),
    "none_missed": ("均已回拨", "all called back"),
    "no_vehicle": ("待派事件", "Without vehicle"),
    "unserved": ("尚未派车", "no vehicle sent"),
    "all_served": ("均已派车", "all served"),
    "running": ("在途任务", "Missions running"),
    "unconfirmed": ("{n} 条指令未确认", "{n} unconfirmed"),
    "all_confirmed": ("指令均已确认", "all orders confirmed"),
    "callable": ("可派车辆", "Vehicles free"),
    "of_total": ("共 {n} 辆", "of {n}"),
    "answer_rate": ("10 秒接听率", "Answered in 10 s"),
    "dispatch": ("平均派车", "Mean dispatch"),
    "turnout": ("平均出车", "Mean turnout"),
    "response": ("平均反应", "Mean response"),
    "count": ("样本 {n}", "n = {n}"),
    "left_out": ("样本 {n}，缺 {m}", "n = {n}, {m} missing"),
    "open_incidents": ("未结事件", "Open incidents"),
    "no_incidents": ("当前没有未结事件", "No open incidents"),
    "vehicles_by_state": ("车辆状态", "Vehicles by state"),
    "calls_by_hour": ("今日来电（按小时）", "Calls today by hour"),
    "held": ("挂起", "held"),
    "more": ("另有 {n} 条", "{n} more"),
    "link_lost": (
        "与调度中枢断开 {age}，画面为 {at} 的情况",
        "Hub lost for {age}: the picture is of {at}",
    ),
    "never_heard": ("尚未连上调度中枢，没有画面", "No hub was heard yet: there is no picture"),
    "connecting": ("正在连接调度中枢…", "Connecting to the hub…"),
    "calm": ("平时", "CALM"),
    "island": ("孤岛", "ISLAND"),
    "cut_off": ("断网", "NO HUB"),
    "taken": ("接管", "COMMAND MOVED"),
    "updated": ("数据延迟 {ms} 毫秒", "data age {ms} ms"),
}

_SHORT_STATES: Final[dict[str, tuple[str, str]]] = {
    "in_station": ("站内", "station"),
    "on_road": ("途中", "road"),
    "assigned": ("已派", "ordered"),
    "departed": ("赴现场", "going"),
    "on_scene": ("现场", "scene"),
    "patient_aboard": ("送院", "loaded"),
    "at_hospital": ("医院", "hospital"),
    "decontaminating": ("洗消", "decon"),
    "suspended": ("暂停", "paused"),
    "off_duty": ("未值班", "off"),
}


def words(key: str, **values: object) -> str:
    """The words in the chosen language; {names} are filled from `values`."""
    text = pick(_WORDS[key])
    return text.format(**values) if values else text


def short_state(look: str) -> str:
    """A vehicle's look in a word short enough to stand under a bar."""
    return pick(_SHORT_STATES[look])
