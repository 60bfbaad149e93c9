"""Acts that need a reason: each gives the question for the reason bar, or does at once what needs none."""

from console.i18n import say
from console.models.acts import incident_of_vehicle, is_closed, put_aside, selected_mission
from console.models.ages import clock
from console.models.asking import Ask, Choice
from console.models.desk import Desk
from console.models.labels import step, word
from console.models.latest import short
from console.models.modes import age_words
from console.models.state import Topic
from dispatch import commands as cmd
from dispatch.kinds import (
    AbortReason,
    CallClass,
    CloseReason,
    CrewCall,
    EmptyRunReason,
    HoldReason,
    IncidentState,
    IncidentType,
    IntakeOutcome,
    MilestoneKind,
    MissionResult,
    RefuseReason,
    SceneReason,
    SuspendReason,
    VehicleState,
)
from dispatch.stages import result_possible
from dispatch.words import Incident, Mission, Vehicle

MINUTE_MS = 60_000
HOLD_MIN = 15


def stop_mission(desk: Desk) -> Ask | None:
    """How the selected mission may end other than by completion, at its present stage."""
    mission = selected_mission(desk)
    if mission is None or not mission.active:
        desk.notice(say("没有进行中的任务"))
        return None
    kinds = (
        (MissionResult.ABORTED, AbortReason),
        (MissionResult.EMPTY_RUN, EmptyRunReason),
        (MissionResult.ENDED_AT_SCENE, SceneReason),
        (MissionResult.REFUSED, RefuseReason),
    )
    choices = [
        Choice(f"{result}:{reason}", f"{word(result)} · {word(reason)}")
        for result, reasons in kinds
        if result_possible(mission, result)
        for reason in reasons
        if reason != AbortReason.REASSIGNED
    ]
    if not choices:
        desk.notice(say("此阶段不能终止任务"), say("请按 F6 记录后续节点，直至任务完成"))
        return None
    number = desk.floor.vehicles[mission.vehicle_id].number

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(_stop_command(mission, value, remark))

    return Ask(say("{vehicle} 终止任务：选择原因", vehicle=number), tuple(choices), then)


def _stop_command(mission: Mission, value: str, remark: str) -> cmd.Command:
    result, reason = value.split(":")
    if result == MissionResult.ABORTED:
        return cmd.AbortMission(mission.id, AbortReason(reason), remark)
    if result == MissionResult.EMPTY_RUN:
        return cmd.EndEmptyRun(mission.id, EmptyRunReason(reason), remark)
    if result == MissionResult.ENDED_AT_SCENE:
        return cmd.EndAtScene(mission.id, SceneReason(reason), remark)
    return cmd.RefuseMission(mission.id, RefuseReason(reason), remark)


def correct_milestone(desk: Desk) -> Ask | None:
    """Set the time of a step of the selected mission anew, counted back from now; the first time is kept."""
    mission = selected_mission(desk)
    steps = [entry.kind for entry in mission.milestones[1:] if not entry.late] if mission else []
    if mission is None or not steps:
        desk.notice(say("没有可更正的节点"), say("先记录节点，再更正时间"))
        return None
    number = desk.floor.vehicles[mission.vehicle_id].number
    choices = tuple(Choice(kind, step(kind)) for kind in reversed(steps))

    def then(value: str, remark: str, minutes: int) -> None:
        at = desk.clock() - minutes * MINUTE_MS
        desk.give(cmd.CorrectMilestone(mission.id, MilestoneKind(value), at, remark))

    title = say("{vehicle} 更正节点时间（备注写原因）", vehicle=number)
    return Ask(title, choices, then, minutes=1, minutes_words=say("分钟前发生"))


def choose_hospital(desk: Desk, choices: tuple[Choice, ...]) -> Ask | None:
    """Where the selected mission takes the patient."""
    mission = selected_mission(desk)
    if mission is None or not mission.active:
        desk.notice(say("没有进行中的任务"), say("派车后再选送往医院"))
        return None
    if not choices:
        desk.notice(say("没有登记任何医院"), say("请管理员登记医院"))
        return None
    number = desk.floor.vehicles[mission.vehicle_id].number

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(cmd.ChooseHospital(mission.id, value))

    title = f"{say('{vehicle} 送往医院', vehicle=number)}　{age_words(desk.link)}"
    return Ask(title.rstrip(), choices, then, remark=False)


def hold_or_resume(desk: Desk) -> Ask | None:
    """Hold the incident in hand with a reason and a reminder; a held one is resumed at once."""
    incident = desk.incident()
    if incident is not None and incident.state is IncidentState.HELD:
        desk.give(cmd.ResumeIncident(incident.id))
        return None
    if is_closed(desk):
        return None
    if desk.hand.intake_id is None or not desk.form().place.exists:
        desk.notice(say("没有可挂起的事件"), say("先输入现场地址"))
        return None
    intake_id = desk.hand.intake_id  # the answer is about this one, whatever is in hand by then
    choices = tuple(Choice(reason, word(reason)) for reason in HoldReason)

    def then(value: str, remark: str, minutes: int) -> None:
        _hold(desk, intake_id, HoldReason(value), remark, minutes)

    return Ask(
        say("挂起：选择原因和提醒时间"), choices, then, minutes=HOLD_MIN, minutes_words=say("分钟后提醒")
    )


def _hold(desk: Desk, intake_id: str, reason: HoldReason, remark: str, minutes: int) -> None:
    incident_id = desk.incident_of(intake_id)
    desk.forms.flush(desk.floor, intake_id)
    fresh = incident_id is None
    if incident_id is None:
        incident_id = desk.open_incident(intake_id)
    desk.give(cmd.HoldIncident(incident_id, reason, desk.clock() + minutes * MINUTE_MS, remark))
    if fresh:
        outcome = IntakeOutcome.NO_VEHICLE if reason is HoldReason.NO_VEHICLE else IntakeOutcome.HELD
        desk.give(cmd.EndIntake(intake_id, outcome, remark))


def close(desk: Desk) -> Ask | None:
    """End what is in hand: the incident with a reason, or a call that needs nobody with its class."""
    incident = desk.incident()
    if incident is not None:
        return None if is_closed(desk) else _close_incident(desk, incident)
    if desk.hand.intake_id is None:
        desk.notice(say("没有可结束的事件"), grave=False)
        return None
    intake_id, call_id = desk.hand.intake_id, desk.call_id()
    kinds = (
        CallClass.CONSULTATION,
        CallClass.NUISANCE,
        CallClass.SILENT,
        CallClass.MISDIAL,
        CallClass.TURNED_BACK,
        CallClass.TEST,
        CallClass.OTHER,
    )
    choices = tuple(Choice(kind, word(kind)) for kind in kinds)

    def then(value: str, remark: str, minutes: int) -> None:
        _end_intake(desk, intake_id, call_id, CallClass(value), remark)

    return Ask(say("不派车结束：选择来电类别"), choices, then)


def _end_intake(desk: Desk, intake_id: str, call_id: str | None, kind: CallClass, remark: str) -> None:
    desk.forms.flush(desk.floor, intake_id)
    outcomes = {
        CallClass.CONSULTATION: IntakeOutcome.CONSULTATION,
        CallClass.TURNED_BACK: IntakeOutcome.TURNED_BACK,
    }
    if call_id is not None:
        desk.give(cmd.ClassifyCall(call_id, kind))
    why = f"{word(kind)} {remark}".strip()
    desk.give(cmd.EndIntake(intake_id, outcomes.get(kind, IntakeOutcome.SPECIAL), why))
    if desk.hand.intake_id == intake_id:
        put_aside(desk)


def _close_incident(desk: Desk, incident: Incident) -> Ask:
    choices = tuple(Choice(reason, word(reason)) for reason in CloseReason)

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(cmd.CloseIncident(incident.id, CloseReason(value), remark))

    return Ask(say("结束事件 {number}：选择原因", number=short(incident.number, desk.floor)), choices, then)


def answer_crew(desk: Desk, vehicle: Vehicle | None = None) -> Ask | None:
    """Answer this crew, else the one that calls gravest and longest: speak first, then say so."""
    calling = [v for v in desk.floor.vehicles.values() if v.crew_call is not None]
    calling.sort(key=lambda v: (v.crew_call is not CrewCall.SOS, v.crew_called_at or 0))
    chosen = vehicle or next(iter(calling), None)
    if chosen is None or chosen.crew_call is None or chosen.crew_called_at is None:
        desk.notice(say("没有车组呼叫"), grave=False)
        return None
    incident_id = incident_of_vehicle(desk, chosen.id)
    if incident_id is not None and incident_id != desk.incident_id():
        desk.take_in_hand(incident_id=incident_id)

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(cmd.AnswerCrewCall(chosen.id, f"{spoken[value]} {remark}".strip()))

    spoken = {"radio": say("已用电台通话"), "phone": say("已用电话通话"), "other": say("已由他人通话")}
    choices = tuple(Choice(value, words) for value, words in spoken.items())
    called = f"{word(chosen.crew_call)} {clock(chosen.crew_called_at)}"
    return Ask(say("{vehicle} {call}：先通话，再确认", vehicle=chosen.number, call=called), choices, then)


def reopen(desk: Desk) -> Ask | None:
    """Open the closed incident in hand again; the words say why."""
    incident = desk.incident()
    if incident is None or incident.closing is None:
        desk.notice(say("手上不是已结束的事件"), say("Alt+E 列出今日已结束的事件，选一个再重开"))
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(cmd.ReopenIncident(incident.id, f"{why[value]} {remark}".strip()))

    why = {
        "caller": say("同一事件再次来电"),
        "mistake": say("误结束"),
        "worse": say("病情变化"),
        "other": say("其他原因"),
    }
    choices = tuple(Choice(value, words) for value, words in why.items())
    return Ask(say("重开事件 {number}：选择原因", number=short(incident.number, desk.floor)), choices, then)


def choose_type(desk: Desk) -> Ask | None:
    """What kind of incident this is: of the one in hand, or of the intake before it becomes one."""
    intake_id = desk.hand.intake_id
    if intake_id is None:
        desk.notice(say("没有受理中的事件"), say("先接听（F3）、手工受理（F2）或在列表中选一个事件"))
        return None
    if is_closed(desk):
        return None

    def then(value: str, remark: str, minutes: int) -> None:
        incident = desk.floor.incidents.get(desk.incident_of(intake_id) or "")
        if incident is not None:
            desk.give(cmd.ChangeIncident(incident.id, incident.rev, type=IncidentType(value)))
        else:
            desk.types[intake_id] = IncidentType(value)
            desk.save()
            desk.changed(Topic.FORM)

    choices = tuple(Choice(kind, word(kind)) for kind in IncidentType)
    title = say("事件类型，现为“{now}”", now=word(desk.type_of(intake_id)))
    return Ask(title, choices, then, remark=False)


def suspend_or_free(desk: Desk, vehicle: Vehicle | None = None) -> Ask | None:
    """Take a vehicle out of use with a reason, or put a suspended one back."""
    if vehicle is None:
        vehicle = desk.floor.vehicles.get(desk.hand.vehicle_id or "")
    if vehicle is None:
        desk.notice(say("没有选中车辆"), say("在车辆列表中选一辆车"))
        return None
    chosen = vehicle
    if chosen.state in {VehicleState.SUSPENDED, VehicleState.DECONTAMINATING, VehicleState.OFF_DUTY}:
        desk.give(cmd.SetVehicleState(chosen.id, VehicleState.IN_STATION))
        return None
    choices = tuple(Choice(reason, word(reason)) for reason in SuspendReason)

    def then(value: str, remark: str, minutes: int) -> None:
        desk.give(cmd.SuspendVehicle(chosen.id, SuspendReason(value), None, remark))

    return Ask(say("{vehicle} 暂停调用：选择原因", vehicle=chosen.number), choices, then)
