"""The words of every code of the trade, in Chinese and English. A test keeps every member in here."""

import re
from enum import StrEnum

from console.i18n import pick
from console.models.distribution_words import DISTRIBUTION_WORDS
from console.models.reserve_words import RESERVE_WORDS
from dispatch.alarms import AlarmKind
from dispatch.floor import Floor
from dispatch.kinds import (
    AbortReason,
    Answer,
    CallClass,
    CallResult,
    Centre,
    CloseReason,
    ConflictChoice,
    CrewCall,
    Direction,
    EmergencyDepartment,
    EmptyRunReason,
    HoldReason,
    HowPlaced,
    IncidentState,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    Need,
    OrderStatus,
    RefuseReason,
    RequestKind,
    RequestState,
    Role,
    SceneReason,
    SeatKind,
    SeatState,
    Severity,
    SupervisionMode,
    SuspendReason,
    VehicleKind,
    VehicleState,
)
from dispatch.recommend import Caution, Reason, Shortfall

_Words = dict[str, tuple[str, str]]

WORDS: dict[type[StrEnum], _Words] = {
    Role: {
        "dispatcher": ("调度员", "dispatcher"),
        "shift_leader": ("调度班长", "shift leader"),
        "administrator": ("系统管理员", "administrator"),
        "observer": ("只读", "observer"),
        "reserve_dispatcher": ("储备调度员", "reserve dispatcher"),
        "consultant": ("咨询员", "consultant"),
        "head_of_dispatch": ("调度科科长", "head of dispatch"),
        "station_duty": ("分站值班员", "station duty"),
        "quality_reviewer": ("质控员", "quality reviewer"),
        "leader": ("中心领导", "leader"),
        "seat": ("坐席机", "seat machine"),
        "gateway": ("网关", "gateway"),
        "hub": ("中枢", "hub"),
    },
    Direction: {"in": ("呼入", "incoming"), "out": ("呼出", "outgoing")},
    SupervisionMode: {
        "listen": ("监听", "listens"),
        "whisper": ("耳语", "whispers"),
        "barge": ("强插", "barges in"),
        "take_over": ("接管", "takes over"),
        "release": ("强拆", "releases by force"),
    },
    CallResult: {
        "talked": ("已通话", "talked"),
        "not_answered": ("振铃未接", "not answered"),
        "rejected": ("已拒接", "rejected"),
        "line_fault": ("话路中断", "line fault"),
        "gave_up": ("排队放弃", "gave up waiting"),
    },
    CallClass: {
        "dispatch": ("急救派车", "dispatch"),
        "chase": ("催车", "chase"),
        "turned_back": ("回车", "turned back"),
        "transfer": ("转院", "transfer"),
        "consultation": ("咨询", "enquiry"),
        "nuisance": ("骚扰", "nuisance"),
        "silent": ("无声", "silent"),
        "misdial": ("误拨", "misdial"),
        "partner": ("联动", "partner"),
        "work": ("工作", "work"),
        "test": ("测试", "test"),
        "other": ("其他", "other"),
    },
    HowPlaced: {
        "spoken": ("口述", "spoken"),
        "search": ("地址库", "address index"),
        "map": ("地图点选", "set on map"),
        "network": ("网络定位", "network"),
        "terminal": ("终端", "terminal"),
    },
    IncidentType: {
        "on_scene": ("现场急救", "on-scene emergency"),
        "hospital_transfer": ("医院转诊", "hospital transfer"),
        "going_home": ("非急救转运", "non-emergency"),
        "long_distance": ("长途", "long-distance"),
        "event_cover": ("保障", "event cover"),
        "other": ("其他", "other"),
    },
    ConflictChoice: {
        "keep_ours": ("保留 A（现行）", "keep A (ours)"),
        "keep_late": ("保留 B（补录）", "keep B (late)"),
        "both": ("两者都发生", "both happened"),
        "merge": ("合并事件", "merge incidents"),
    },
    Severity: {
        "critical": ("危重", "critical"),
        "severe": ("重", "severe"),
        "moderate": ("中", "moderate"),
        "mild": ("轻", "mild"),
        "unknown": ("未定", "unknown"),
    },
    Answer: {
        "not_asked": ("未问", "not asked"),
        "yes": ("有", "yes"),
        "no": ("无", "no"),
        "unknown": ("不详", "unsure"),
    },
    Need: {
        "stretcher": ("担架", "stretcher"),
        "stairs": ("楼梯", "stairs"),
        "oxygen": ("吸氧", "oxygen"),
        "isolation": ("隔离", "isolation"),
        "heavy_patient": ("超重", "heavy"),
        "police": ("报警", "police"),
    },
    IntakeOutcome: {
        "dispatched": ("正常派车", "dispatched"),
        "held": ("挂起", "held"),
        "joined": ("并入", "joined"),
        "chase": ("催车", "chase"),
        "turned_back": ("回车", "turned back"),
        "no_vehicle": ("欲派无车", "no vehicle"),
        "refused": ("拒绝出车", "refused"),
        "consultation": ("咨询", "enquiry"),
        "special": ("特殊来电", "special call"),
    },
    IncidentState: {"open": ("处理中", "open"), "held": ("挂起", "held"), "closed": ("已结束", "closed")},
    HoldReason: {
        "no_vehicle": ("欲派无车", "no vehicle"),
        "appointment": ("预约", "appointment"),
        "awaiting_caller": ("待核实", "to be verified"),
        "other": ("其他", "other"),
    },
    CloseReason: {
        "completed": ("正常完成", "completed"),
        "caller_cancelled": ("回车", "caller cancelled"),
        "false_alarm": ("虚假报警", "false alarm"),
        "duplicate": ("重复", "duplicate"),
        "other_provider": ("转其他机构", "other provider"),
        "advice_only": ("仅指导", "advice only"),
        "other": ("其他", "other"),
    },
    MilestoneKind: {
        "assigned": ("派车", "ordered"),
        "acknowledged": ("收到", "received"),
        "departed": ("出车", "departed"),
        "on_scene": ("到现场", "at scene"),
        "patient_aboard": ("上车", "aboard"),
        "left_scene": ("离现场", "left"),
        "at_hospital": ("到医院", "hospital"),
        "handed_over": ("移交", "hand-over"),
        "completed": ("完成", "done"),
        "road_standby": ("途中待命", "on road"),
        "returned": ("返站", "returned"),
    },
    MilestoneSource: {
        "terminal": ("终端按键", "terminal key"),
        "seat": ("手工按键", "by hand"),
        "position": ("位置", "position"),
        "hub": ("指令", "order"),
    },
    OrderStatus: {
        "waiting": ("待送达", "to be delivered"),
        "delivered": ("已送达", "delivered"),
        "accepted": ("已受理", "accepted"),
        "timed_out": ("超时", "timed out"),
        "cancelled": ("已取消", "cancelled"),
    },
    MissionResult: {
        "completed": ("正常完成", "completed"),
        "aborted": ("中止", "aborted"),
        "empty_run": ("放空车", "empty run"),
        "refused": ("拒绝出车", "refused"),
        "ended_at_scene": ("现场处置", "ended at scene"),
    },
    AbortReason: {
        "before_departure": ("出车前退车", "before departure"),
        "on_the_way": ("中途退车", "on the way"),
        "reassigned": ("改派", "re-assigned"),
        "other": ("其他", "other"),
    },
    EmptyRunReason: {
        "sent_back": ("现场退车", "sent back"),
        "nobody_there": ("现场无人", "nobody there"),
        "dead_at_scene": ("现场死亡", "dead at scene"),
        "other_vehicle": ("它车送走", "other vehicle"),
        "police": ("110 送走", "taken by police"),
        "other": ("其他", "other"),
    },
    RefuseReason: {
        "fault": ("车辆故障", "vehicle fault"),
        "crew": ("车组原因", "crew"),
        "road": ("道路原因", "road"),
        "other": ("其他", "other"),
    },
    SceneReason: {
        "treated": ("现场处置", "treated"),
        "patient_refuses": ("病人不去", "patient refuses"),
        "gone_on_arrival": ("车到人走", "gone on arrival"),
        "dead_not_moved": ("死亡不送", "dead, not moved"),
        "other": ("其他", "other"),
    },
    VehicleKind: {
        "intensive": ("监护", "ICU"),
        "basic": ("普通", "basic"),
        "negative_pressure": ("负压", "neg.p."),
    },
    VehicleState: {
        "in_station": ("站内待命", "in station"),
        "on_road": ("途中待命", "on the road"),
        "busy": ("任务中", "busy"),
        "decontaminating": ("洗消中", "decontaminating"),
        "suspended": ("暂停调用", "suspended"),
        "repair": ("维修", "in repair"),
        "off_duty": ("未值班", "off duty"),
    },
    CrewCall: {
        "sos": ("紧急报警", "SOS"),
        "assistance": ("请求支援", "asks for support"),
        "cannot_go": ("无法执行", "cannot go"),
    },
    SuspendReason: {
        "fault": ("故障", "fault"),
        "fuel": ("加油", "fuel"),
        "restock": ("补充物资", "restock"),
        "decontamination": ("洗消", "decontamination"),
        "rest": ("休息", "rest"),
        "crew_incomplete": ("车组不齐", "crew incomplete"),
        "inspection": ("检查", "inspection"),
        "other": ("其他", "other"),
    },
    Centre: {
        "chest_pain": ("胸痛", "chest pain"),
        "stroke": ("卒中", "stroke"),
        "trauma": ("创伤", "trauma"),
        "maternal": ("孕产妇", "maternal"),
        "neonatal": ("新生儿", "neonatal"),
    },
    EmergencyDepartment: {
        "open": ("正常", "open"),
        "busy": ("繁忙", "busy"),
        "diverting": ("分流", "diverting"),
    },
    SeatKind: {
        "city": ("中心席", "city seat"),
        "reserve": ("储备席", "reserve seat"),
        "training": ("培训席", "training seat"),
    },
    SeatState: {
        "logged_out": ("未登录", "logged out"),
        "ready": ("就绪", "ready"),
        "intake": ("受理", "taking a call"),
        "after_call": ("话后", "after call"),
        "paused": ("暂停", "paused"),
        "away": ("离席", "away"),
    },
    RequestKind: {
        "incident": ("转单", "transfer"),
        "help": ("增援", "help"),
        "bulletin": ("通报", "bulletin"),
    },
    RequestState: {
        "open": ("待签收", "not signed yet"),
        "signed": ("已签收", "signed"),
        "returned": ("退单", "returned"),
        "withdrawn": ("已撤回", "withdrawn"),
        "undelivered": ("未送达", "undelivered"),
    },
    AlarmKind: {
        "ringing": ("振铃超时", "ringing too long"),
        "intake_long": ("受理超时", "intake too long"),
        "no_vehicle": ("未派车", "no vehicle sent"),
        "order_unconfirmed": ("指令未确认", "order unconfirmed"),
        "not_departed": ("未出车", "not departed"),
        "hold_due": ("挂起到时", "hold is due"),
        "crew_call": ("车组呼叫", "crew calls"),
        "seat_not_ready": ("储备席未就绪", "reserve seat not ready"),
        "activation_due": ("启用到期", "activation is due"),
        "self_test_due": ("自检逾期", "self-test overdue"),
        "request_unsigned": ("无人签收", "nobody signed"),
        "request_undelivered": ("未送达", "undelivered"),
        "missed_waiting": ("未接待回拨", "missed, ring back"),
        "call_long": ("通话过久", "call too long"),
    },
    Reason: {
        "fastest": ("最快", "fastest"),
        "kind_fits": ("车型合适", "kind fits"),
        "isolation_fits": ("可隔离", "isolation"),
        "on_the_road": ("已在途中", "on the road"),
        "centre_fits": ("专科中心", "centre fits"),
        "nearest": ("最近", "nearest"),
    },
    Caution: {
        "estimated": ("估算", "estimated"),
        "position_stale": ("位置旧", "old position"),
        "position_unknown": ("位置不明", "no position"),
        "unreachable": ("无路可达", "unreachable"),
        "kind_too_low": ("车型偏低", "kind too low"),
        "no_isolation": ("不可隔离", "no isolation"),
        "busy_can_divert": ("任务中可改派", "busy, can divert"),
        "voice_only": ("需电台通知", "voice only"),
        "department_busy": ("急诊繁忙", "ED busy"),
        "diverting": ("急诊分流", "ED diverting"),
        "no_beds": ("无床", "no beds"),
    },
    Shortfall: {
        "no_vehicle": ("无可派车辆", "no vehicle free"),
        "no_suitable_kind": ("无合适车型", "no suitable kind"),
        "no_isolation": ("无负压车", "no isolation vehicle"),
        "no_place": ("尚无坐标，无法计算到达时间", "no point yet: no travel times"),
    },
}

WORDS |= RESERVE_WORDS | DISTRIBUTION_WORDS

MILESTONE_LONG: dict[MilestoneKind, tuple[str, str]] = {
    MilestoneKind.ASSIGNED: ("已派车", "ordered"),
    MilestoneKind.ACKNOWLEDGED: ("收到指令", "order received"),
    MilestoneKind.DEPARTED: ("出车", "departed"),
    MilestoneKind.ON_SCENE: ("到达现场", "at scene"),
    MilestoneKind.PATIENT_ABOARD: ("病人上车", "patient aboard"),
    MilestoneKind.LEFT_SCENE: ("离开现场", "left scene"),
    MilestoneKind.AT_HOSPITAL: ("到达医院", "at hospital"),
    MilestoneKind.HANDED_OVER: ("移交完成", "handed over"),
    MilestoneKind.COMPLETED: ("任务完成", "completed"),
    MilestoneKind.ROAD_STANDBY: ("途中待命", "on the road"),
    MilestoneKind.RETURNED: ("返站", "returned"),
}

FIELDS: dict[str, tuple[str, str]] = {
    "place": ("现场地址", "Scene address"),
    "waiting_point": ("等车地址", "Waiting at"),
    "contact_name": ("联系人", "Contact"),
    "contact_phone": ("联系电话", "Phone"),
    "patient_count": ("人数", "Patients"),
    "patient_name": ("姓名", "Name"),
    "patient_sex": ("性别", "Sex"),
    "patient_age": ("年龄", "Age"),
    "chief_complaint": ("主诉", "Complaint"),
    "condition": ("病种判断", "Condition"),
    "severity": ("病情", "Severity"),
    "conscious": ("意识", "Conscious"),
    "breathing": ("呼吸", "Breathing"),
    "infectious": ("传染风险", "infectious"),
    "danger": ("现场危险", "danger"),
    "needs": ("需要", "Needs"),
    "remark": ("备注", "Remark"),
}


def word(member: StrEnum) -> str:
    """The code in the chosen language."""
    return pick(WORDS[type(member)][member.value])


def step(kind: MilestoneKind) -> str:
    """A milestone in full, as on a button."""
    return pick(MILESTONE_LONG[kind])


def short_station(name: str) -> str:
    """What tells a station from the others in a narrow column: 铃江市第一人民医院急救站 is 第一人民医院."""
    return re.sub(r"(?<=..)急救站$", "", re.sub(r"^\w{1,4}?市(?=\w{4})", "", name))


def site_name(floor: Floor, code: str) -> str:
    """The name of a site, its code where the floor does not know it."""
    site = floor.sites.get(code)
    return site.name if site else code or "–"


def field(name: str) -> str:
    """A field of the intake form."""
    return pick(FIELDS[name])
