"""The code sets of the trade: one enum each, values are what is stored and sent.

The words follow the project glossary; a value once stored is never renamed, only added to.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person or a machine is allowed to act as; rights are in `rights.py`."""

    DISPATCHER = "dispatcher"  # 调度员
    SHIFT_LEADER = "shift_leader"  # 调度班长
    ADMINISTRATOR = "administrator"  # 系统管理员: no orders about patients
    OBSERVER = "observer"  # 大屏: reads only
    RESERVE_DISPATCHER = "reserve_dispatcher"  # 储备调度员: as a dispatcher, at a reserve seat in service
    CONSULTANT = "consultant"  # 分流席、云咨询: takes in and advises, sends nobody
    HEAD_OF_DISPATCH = "head_of_dispatch"  # 调度科科长: corrects, orders reserve seats, stands beside others
    STATION_DUTY = "station_duty"  # 分站值班员: the vehicles of one station
    QUALITY_REVIEWER = "quality_reviewer"  # 质控员: reads and listens
    LEADER = "leader"  # 中心领导: reads only
    SEAT = "seat"  # 坐席机: what the machine itself reports, with nobody logged in
    GATEWAY = "gateway"  # vehicle-terminal gateway, a machine
    HUB = "hub"  # the hub's own housekeeping


class Direction(StrEnum):
    INBOUND = "in"
    OUTBOUND = "out"


class CallResult(StrEnum):
    """How a call ended, from the centre's point of view."""

    TALKED = "talked"
    NOT_ANSWERED = "not_answered"  # 振铃未接
    REJECTED = "rejected"
    LINE_FAULT = "line_fault"  # 话路中断
    GAVE_UP = "gave_up"  # 排队放弃: never rang at a seat


class SupervisionMode(StrEnum):
    """How a supervisor is with a call of a seat (班长监听)."""

    LISTEN = "listen"  # 监听: heard by nobody
    WHISPER = "whisper"  # 耳语: heard by the operator only
    BARGE = "barge"  # 强插: heard by all
    TAKE_OVER = "take_over"  # 接管: in the operator's place
    RELEASE = "release"  # 强拆: ended by force


class CallClass(StrEnum):
    """What the call was about (来电类别)."""

    DISPATCH = "dispatch"  # 急救派车
    CHASE = "chase"  # 催车
    TURNED_BACK = "turned_back"  # 回车
    TRANSFER = "transfer"  # 转院/非急救
    CONSULTATION = "consultation"  # 咨询
    NUISANCE = "nuisance"  # 骚扰: labelled, never blocked
    SILENT = "silent"  # 无声
    MISDIAL = "misdial"  # 误拨
    PARTNER = "partner"  # 联动
    WORK = "work"  # 工作
    TEST = "test"  # 测试
    OTHER = "other"


class HowPlaced(StrEnum):
    """Where a place came from: decides how far it is believed."""

    SPOKEN = "spoken"
    SEARCH = "search"
    MAP = "map"
    NETWORK = "network"
    TERMINAL = "terminal"


class IncidentType(StrEnum):
    ON_SCENE = "on_scene"  # 现场急救
    HOSPITAL_TRANSFER = "hospital_transfer"  # 医院转诊
    GOING_HOME = "going_home"  # 回家/非急救转运
    LONG_DISTANCE = "long_distance"  # 长途
    EVENT_COVER = "event_cover"  # 保障
    OTHER = "other"


EMERGENCY_TYPES = frozenset({IncidentType.ON_SCENE})


class Severity(StrEnum):
    """病情, gravest first in `SEVERITY_RANK`."""

    CRITICAL = "critical"  # 危重
    SEVERE = "severe"  # 重
    MODERATE = "moderate"  # 中
    MILD = "mild"  # 轻
    UNKNOWN = "unknown"


SEVERITY_RANK = {
    Severity.CRITICAL: 0,
    Severity.SEVERE: 1,
    Severity.UNKNOWN: 2,
    Severity.MODERATE: 3,
    Severity.MILD: 4,
}


class Answer(StrEnum):
    """A spoken yes-or-no question; not yet asked is not the same as not known."""

    NOT_ASKED = "not_asked"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Need(StrEnum):
    STRETCHER = "stretcher"
    STAIRS = "stairs"
    OXYGEN = "oxygen"
    ISOLATION = "isolation"
    HEAVY_PATIENT = "heavy_patient"
    POLICE = "police"


class IntakeOutcome(StrEnum):
    DISPATCHED = "dispatched"  # 正常派车
    HELD = "held"  # 正常挂起
    JOINED = "joined"  # 并入已有事件
    CHASE = "chase"  # 催车
    TURNED_BACK = "turned_back"  # 回车
    NO_VEHICLE = "no_vehicle"  # 欲派无车
    REFUSED = "refused"  # 拒绝出车
    CONSULTATION = "consultation"  # 咨询
    SPECIAL = "special"  # 特殊事件: nuisance, silent, misdial …


class IncidentState(StrEnum):
    OPEN = "open"
    HELD = "held"  # 挂起
    CLOSED = "closed"


class HoldReason(StrEnum):
    NO_VEHICLE = "no_vehicle"  # 欲派无车
    APPOINTMENT = "appointment"  # 预约
    AWAITING_CALLER = "awaiting_caller"  # 待核实
    OTHER = "other"


class CloseReason(StrEnum):
    COMPLETED = "completed"
    CALLER_CANCELLED = "caller_cancelled"  # 回车
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    OTHER_PROVIDER = "other_provider"  # 转其他机构
    ADVICE_ONLY = "advice_only"
    OTHER = "other"


class MilestoneKind(StrEnum):
    """任务节点, in the order of `stages.STAGE_RANK`."""

    ASSIGNED = "assigned"  # 分配任务
    ACKNOWLEDGED = "acknowledged"  # 收到指令
    DEPARTED = "departed"  # 出车
    ON_SCENE = "on_scene"  # 到达现场
    PATIENT_ABOARD = "patient_aboard"  # 病人上车
    LEFT_SCENE = "left_scene"  # 离开现场
    AT_HOSPITAL = "at_hospital"  # 到达医院
    HANDED_OVER = "handed_over"  # 移交完成
    COMPLETED = "completed"  # 任务完成
    ROAD_STANDBY = "road_standby"  # 途中待命
    RETURNED = "returned"  # 返站


class MilestoneSource(StrEnum):
    TERMINAL = "terminal"  # 终端按键
    SEAT = "seat"  # 手工按键
    POSITION = "position"  # position rule, confirmed by a person
    HUB = "hub"  # the order itself


class OrderStatus(StrEnum):
    """How far the order has got on its way to the crew."""

    WAITING = "waiting"  # 待送达
    DELIVERED = "delivered"  # the terminal has it
    ACCEPTED = "accepted"  # 已受理: a person pressed the key
    TIMED_OUT = "timed_out"  # 超时
    CANCELLED = "cancelled"


TERMINAL_REFUSED = "refused"
"""Remark of an order that its vehicle's terminal turned down: a stale centre's, or a second one."""


class MissionResult(StrEnum):
    COMPLETED = "completed"  # 正常完成
    ABORTED = "aborted"  # 中止任务
    EMPTY_RUN = "empty_run"  # 放空车
    REFUSED = "refused"  # 拒绝出车
    ENDED_AT_SCENE = "ended_at_scene"  # 现场处置


class AbortReason(StrEnum):
    BEFORE_DEPARTURE = "before_departure"  # 出车前退车
    ON_THE_WAY = "on_the_way"  # 中途退车
    REASSIGNED = "reassigned"  # 改派
    OTHER = "other"


class EmptyRunReason(StrEnum):
    SENT_BACK = "sent_back"  # 现场退车
    NOBODY_THERE = "nobody_there"  # 现场无人
    DEAD_AT_SCENE = "dead_at_scene"  # 现场死亡
    OTHER_VEHICLE = "other_vehicle"  # 它车送走
    POLICE = "police"  # 110送走
    OTHER = "other"


class RefuseReason(StrEnum):
    FAULT = "fault"  # 车辆故障
    CREW = "crew"  # 车组原因
    ROAD = "road"  # 道路原因
    OTHER = "other"


class SceneReason(StrEnum):
    TREATED = "treated"  # 现场处置
    PATIENT_REFUSES = "patient_refuses"  # 病人不去
    GONE_ON_ARRIVAL = "gone_on_arrival"  # 车到人走
    DEAD_NOT_MOVED = "dead_not_moved"  # 死亡不送
    OTHER = "other"


class VehicleKind(StrEnum):
    INTENSIVE = "intensive"  # 监护型
    BASIC = "basic"  # 普通型
    NEGATIVE_PRESSURE = "negative_pressure"  # 负压型


class VehicleState(StrEnum):
    """车辆状态, kept apart from the mission's milestones."""

    IN_STATION = "in_station"  # 站内待命
    ON_ROAD = "on_road"  # 途中待命: may be ordered before it returns
    BUSY = "busy"  # 任务中
    DECONTAMINATING = "decontaminating"  # 洗消中
    SUSPENDED = "suspended"  # 暂停调用
    REPAIR = "repair"  # 维修
    OFF_DUTY = "off_duty"  # 未值班


class CrewCall(StrEnum):
    """What a crew asks for by a key of its terminal; stands until a dispatcher answers."""

    SOS = "sos"  # 紧急报警
    ASSISTANCE = "assistance"  # 请求支援
    CANNOT_GO = "cannot_go"  # 无法执行


class SuspendReason(StrEnum):
    FAULT = "fault"
    FUEL = "fuel"
    RESTOCK = "restock"
    DECONTAMINATION = "decontamination"
    REST = "rest"
    CREW_INCOMPLETE = "crew_incomplete"
    INSPECTION = "inspection"
    OTHER = "other"


class Centre(StrEnum):
    """五大中心: the specialty centres a hospital runs."""

    CHEST_PAIN = "chest_pain"  # 胸痛
    STROKE = "stroke"  # 卒中
    TRAUMA = "trauma"  # 创伤
    MATERNAL = "maternal"  # 危重孕产妇
    NEONATAL = "neonatal"  # 危重儿童和新生儿


class EmergencyDepartment(StrEnum):
    OPEN = "open"
    BUSY = "busy"
    DIVERTING = "diverting"


class SeatKind(StrEnum):
    CITY = "city"
    RESERVE = "reserve"  # 储备席
    TRAINING = "training"


class SeatState(StrEnum):
    """席位状态; each change is an event with its time."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    INTAKE = "intake"  # 电话受理
    AFTER_CALL = "after_call"  # 话后
    PAUSED = "paused"
    AWAY = "away"


class ConflictChoice(StrEnum):
    """How a person settles what two sites ordered while they were apart."""

    KEEP_OURS = "keep_ours"  # 保留现行: the late order stays undone
    KEEP_LATE = "keep_late"  # 保留补录: it takes the place of ours
    BOTH = "both"  # 两者都发生: recorded beside ours, one ends as 放空
    MERGE = "merge"  # 合并事件: both incidents are one


class RequestKind(StrEnum):
    """What one site asks of another."""

    INCIDENT = "incident"  # 转单
    HELP = "help"  # 增援
    BULLETIN = "bulletin"  # 通报


class RequestState(StrEnum):
    """Where a request between sites stands."""

    OPEN = "open"  # 待签收
    SIGNED = "signed"  # 已签收
    RETURNED = "returned"  # 退单
    WITHDRAWN = "withdrawn"  # 已撤回
    UNDELIVERED = "undelivered"  # 未送达: command was divided; whoever sent it takes it back


class ReserveRole(StrEnum):
    """What a reserve seat is put into service for."""

    FULL = "full"  # 受理派车
    ANSWER_ONLY = "answer_only"  # 只受理
    CONSULT_ONLY = "consult_only"  # 只咨询


class ReserveStage(StrEnum):
    """Where a reserve seat stands in its activation; `activation.stage_of` reads it from the times."""

    ORDERED = "ordered"  # 已下令
    SEEN = "seen"  # 已确认
    READY = "ready"  # 就绪
    STANDING_DOWN = "standing_down"  # 撤收中: no new calls, what runs is handed back
    STOOD_DOWN = "stood_down"  # 已撤收


class CheckItem(StrEnum):
    """自检: what a seat proves before calls may ring there."""

    HUB = "hub"  # its floor is the hub's
    PHONE = "phone"  # registered
    TEST_CALL = "test_call"  # a real call through the line, answered
    AUDIO = "audio"  # what was said came back
    CLOCK = "clock"
    VERSION = "version"
    LISTS = "lists"  # 词典名册
    MAP = "map"
    PERSON = "person"  # logged in, qualified, at the seat


class CheckResult(StrEnum):
    OK = "ok"
    WARNING = "warning"  # told, does not hold the seat back
    FAULT = "fault"


class CallOutAnswer(StrEnum):
    """呼叫人员到岗: what came of calling a person out."""

    CALLED = "called"  # 已呼叫, no answer yet
    COMING = "coming"  # 应召
    DECLINED = "declined"  # 不能到
    NO_ANSWER = "no_answer"  # 未接
