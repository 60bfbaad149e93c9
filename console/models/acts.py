"""The dispatcher's acts on a desk. Each does what it says or tells the dispatcher why not and what to do."""

from msgspec.structs import replace

from console.i18n import say
from console.models.desk import Desk
from console.models.directory import typed_number
from console.models.following import hints
from console.models.labels import field, step, word
from console.models.latest import short
from console.models.state import Topic
from console.models.whereabouts import keeps_point
from console.models.whereabouts_words import place_words
from dispatch import commands as cmd
from dispatch.kinds import (
    Answer,
    HowPlaced,
    MilestoneKind,
    MilestoneSource,
    Severity,
)
from dispatch.stages import ENDING, next_stage
from dispatch.words import Call, Form, Mission, Place, Point, Vehicle
from store.core.ids import new_id
from telephony.conversation import CallPlace

# --- calls and intakes -----------------------------------------------------------------------------


def answer(desk: Desk) -> None:
    """Answer the call that rings longest here."""
    ringing, talking = desk.line.ringing(), desk.line.talking()
    if not ringing:
        desk.notice(say("没有振铃的来电"), say("手工受理请按 F2"), grave=False)
    elif talking is not None:
        desk.notice(say("正在通话"), say("Ctrl+F3 保持并接听，或先按 F10 挂机"), "answer_second")
    elif not desk.phone.answer(ringing[0].id):
        desk.notice(say("电话不可用"), say("请用话机接听，再按 F2 手工受理"))


def hang_up(desk: Desk) -> None:
    """End the call somebody speaks on here."""
    call = desk.line.talking()
    if call is None and (waiting := desk.line.at(CallPlace.HELD)):
        what = say("没有正在通话的一方，{n} 路在保持", n=len(waiting))
        desk.notice(what, say("Ctrl+F9 取回后 F10 挂机"), "hold_call", grave=False)
    elif call is None:
        desk.notice(say("当前没有通话"), grave=False)
    else:
        desk.phone.hang_up(call.id)


def reject(desk: Desk) -> None:
    """Refuse the call that rings longest here: it can ring at another seat."""
    ringing = desk.line.ringing()
    if ringing:
        desk.phone.reject(ringing[0].id)
    else:
        desk.notice(say("没有振铃的来电"), grave=False)


def call_back(desk: Desk) -> None:
    """Dial the contact of the form in hand."""
    number, about = desk.form().contact_phone, desk.incident_id() or ""
    if not number:
        desk.notice(say("没有联系电话"), say("在“联系电话”栏输入号码后再回拨"))
    elif not typed_number(number):
        what = say("“{text}”不是能拨的号码", text=number)
        desk.notice(what, say("请改正“联系电话”栏，或 Ctrl+F2 拨号"), "dial")
    elif desk.line.talking() is not None:
        desk.notice(say("正在通话"), say("先按 F10 挂机，再回拨"))
    elif desk.phone.dial(typed_number(number), call_back_of=desk.call_id() or "", incident_id=about) is None:
        desk.notice(say("电话不可用"), say("请用话机回拨 {number}", number=number))


def new_intake(desk: Desk) -> None:
    """A form by hand."""
    desk.begin_intake(None, "")


def take_missed(desk: Desk, call: Call) -> None:
    """A form for a call that ended before anybody answered: its number stands ready to be rung back."""
    desk.begin_intake(call.id, call.number)


def put_aside(desk: Desk) -> None:
    """Clear the middle; whatever is unfinished stays in the lists."""
    desk.take_in_hand()


def type_address(desk: Desk, text: str) -> None:
    """Words typed as the scene address: a point that belonged to other words is let go."""
    place = desk.form().place
    if text != place.address:
        desk.type(place=replace(place, address=text) if keeps_point(desk) else Place(address=text))


def choose_place(desk: Desk, name: str, point: Point, how: HowPlaced) -> None:
    """An address taken from the index, or a point set on the map."""
    old = desk.form().place
    address = name or old.address
    desk.type(place=Place(address=address, point=point, how=how, confirmed=how is HowPlaced.MAP))


def set_answer(desk: Desk, name: str, value: str) -> None:
    """One of the quick answers: conscious, breathing, severity; pressing it again takes it back."""
    kind: type[Answer | Severity] = Severity if name == "severity" else Answer
    blank = Severity.UNKNOWN if name == "severity" else Answer.NOT_ASKED
    same = getattr(desk.form(), name) == value
    desk.type(**{name: blank if same else kind(value)})
    desk.changed(Topic.FORM)


def join(desk: Desk, incident_id: str | None = None) -> None:
    """The caller in hand reports something we know: add the intake to that incident."""
    hand = desk.hand
    if hand.intake_id is None or desk.incident_id() is not None:
        desk.notice(say("没有可并入的受理单"), say("接听来电后，在未派车前并入"))
        return
    likely = hints(desk)
    target = incident_id or (likely[0].incident_id if likely else None)
    if target is None:
        desk.notice(say("没有相似的事件"), say("在命令行输入：/并入 事件号"))
        return
    desk.forms.flush(desk.floor, hand.intake_id)
    desk.give(cmd.JoinIncident(hand.intake_id, target))


def next_waiting(desk: Desk, waiting: list[str]) -> None:
    """Take the next of these incident or intake ids in hand, after the one in hand."""
    if not waiting:
        desk.notice(say("没有待处理的事件"), grave=False)
        return
    here = desk.incident_id() or desk.hand.intake_id
    at = waiting.index(here) + 1 if here in waiting else 0
    show(desk, waiting[at % len(waiting)])


def show(desk: Desk, key: str) -> None:
    """Take an incident or an intake in hand by its id."""
    if key in desk.floor.incidents:
        desk.take_in_hand(incident_id=key)
    else:
        desk.take_in_hand(intake_id=key)


# --- orders ----------------------------------------------------------------------------------------


def order_text(desk: Desk, form: Form) -> str:
    """What the crew reads: where, who calls, what is the matter, what to bring. Empty parts are left out."""
    parts = [
        place_words(form.place),
        form.waiting_point and say("等车：{where}", where=form.waiting_point),
        form.chief_complaint,
        "" if form.severity is Severity.UNKNOWN else word(form.severity),
        "、".join(sorted(word(need) for need in form.needs)),
        field("infectious") if form.infectious else "",
        field("danger") if form.danger else "",
        " ".join(part for part in (form.contact_name, form.contact_phone) if part),
        form.remark,
    ]
    return "；".join(part for part in parts if part)


def order(desk: Desk, vehicle: Vehicle | None = None, told: str = "") -> None:
    """Send the selected (or this) vehicle: opens the incident if need be; the intake ends by itself.

    `told`: the crew has its order by voice, and how; it is only recorded.
    """
    if vehicle is None:
        vehicle = desk.floor.vehicles.get(desk.hand.vehicle_id or "")
    if vehicle is None:
        desk.notice(say("没有选中车辆"), say("用 Ctrl+数字 或在列表中选一辆车"))
    elif vehicle.mission_id is not None:
        mission = desk.floor.missions[vehicle.mission_id]
        number = short(desk.floor.incidents[mission.incident_id].number, desk.floor)
        what = say("{vehicle} 正在执行 {number} 的任务", vehicle=vehicle.number, number=number)
        desk.notice(what, say("改派请按 Shift+F4，或另选一辆车"))
    else:
        _assign(desk, vehicle, None, told)


def divert(desk: Desk, vehicle: Vehicle | None = None, told: str = "") -> None:
    """Re-assign a vehicle that is on its way elsewhere (改派)."""
    if vehicle is None:
        vehicle = desk.floor.vehicles.get(desk.hand.vehicle_id or "")
    if vehicle is None or vehicle.mission_id is None:
        desk.notice(say("改派要先选一辆任务中的车"), say("没有任务的车用 F4 派车"))
    else:
        _assign(desk, vehicle, vehicle.mission_id, told)


def _assign(desk: Desk, vehicle: Vehicle, supersedes: str | None, told: str) -> None:
    hand, form = desk.hand, desk.form()
    if hand.intake_id is None:
        desk.notice(say("没有受理中的事件"), say("先接听（F3）、手工受理（F2）或在列表中选一个事件"))
        return
    if is_closed(desk):
        return
    if not form.place.exists:
        desk.notice(say("还没有地址"), say("输入现场地址（大致位置也可）后再派车"), "go_form")
        return
    if _already_sending(desk, vehicle):
        desk.notice(say("{vehicle} 的派车指令正在发送", vehicle=vehicle.number), grave=False)
        return
    desk.forms.flush(desk.floor, hand.intake_id)
    incident_id = desk.incident_id()
    if incident_id is None:
        incident_id = desk.open_incident(hand.intake_id)
    text = "；".join(part for part in (order_text(desk, form), told) if part)
    desk.give(
        cmd.AssignVehicle(new_id(), incident_id, vehicle.id, text, supersedes=supersedes, manual=bool(told))
    )


def is_closed(desk: Desk) -> bool:
    """True, and said with what to do, when the incident in hand is closed: nothing more is ordered on it."""
    incident = desk.incident()
    if incident is None or incident.closing is None:
        return False
    what = say("事件 {number} 已结束", number=short(incident.number, desk.floor))
    desk.notice(what, say("同一件事：Ctrl+O 重开后再操作；另一件事：F2 新建受理"), "reopen")
    return True


def _already_sending(desk: Desk, vehicle: Vehicle) -> bool:
    given = [pending.command for pending in desk.pending.values()]
    given += [one.command for one in desk.unsigned]
    return any(isinstance(one, cmd.AssignVehicle) and one.vehicle_id == vehicle.id for one in given)


def choose_vehicle(desk: Desk, vehicle_id: str) -> None:
    """The dispatcher's own pick; it stays until another is made."""
    desk.hand.vehicle_id, desk.hand.chosen = vehicle_id, True
    desk.changed(Topic.ADVICE, Topic.VEHICLES, Topic.POSITIONS)


def choose_row(desk: Desk, row: int) -> None:
    """Pick by the number of the row, counted from 1."""
    picks = desk.recommendation.picks
    if row <= len(picks):
        choose_vehicle(desk, picks[row - 1].id)
    else:
        desk.notice(say("推荐列表没有第 {row} 行", row=row), grave=False)


# --- missions --------------------------------------------------------------------------------------


def next_milestone(desk: Desk, mission: Mission | None = None) -> None:
    """Record the next step of the selected mission by hand, now."""
    if mission is None:
        mission = selected_mission(desk)
    kind = upcoming(mission) if mission else None
    if mission is None or kind is None:
        desk.notice(say("没有进行中的任务"), say("先派车，或在任务列表中选一个任务"))
        return
    record(desk, mission, kind)


def record(desk: Desk, mission: Mission, kind: MilestoneKind) -> None:
    """Record this step by hand, now."""
    for pending in desk.pending.values():
        command = pending.command
        if isinstance(command, cmd.RecordMilestone) and (command.mission_id, command.kind) == (
            mission.id,
            kind,
        ):
            return
    now = desk.clock()
    desk.give(cmd.RecordMilestone(mission.id, kind, now, MilestoneSource.SEAT))
    text = say(
        "已记录：{vehicle} {step}", vehicle=desk.floor.vehicles[mission.vehicle_id].number, step=step(kind)
    )
    desk.notice(text, grave=False)


def upcoming(mission: Mission) -> MilestoneKind | None:
    """The step the next-milestone key records; None when the mission is over and the vehicle home."""
    if not mission.active and mission.stage not in ENDING:
        return None
    return next_stage(mission)


def selected_mission(desk: Desk) -> Mission | None:
    """The mission the mission keys act on: the chosen one, else the last running one."""
    chosen = desk.floor.missions.get(desk.hand.mission_id or "")
    if chosen is not None and chosen.active:
        return chosen
    running = [mission for mission in desk.missions_of(desk.incident_id()) if mission.active]
    return running[-1] if running else chosen


def mission_of_vehicle(desk: Desk, vehicle: Vehicle) -> Mission | None:
    return desk.floor.missions.get(vehicle.mission_id or vehicle.last_mission_id or "")


def incident_of_vehicle(desk: Desk, vehicle_id: str) -> str | None:
    """The incident a vehicle is under way for, None for none."""
    mission = desk.floor.missions.get(desk.floor.vehicles[vehicle_id].mission_id or "")
    return mission.incident_id if mission else None


def choose_mission(desk: Desk, mission_id: str) -> None:
    desk.hand.mission_id = mission_id
    desk.changed(Topic.MISSIONS)


def take_over(desk: Desk) -> None:
    """Take the incident in hand from the seat that holds it."""
    incident = desk.incident()
    if incident is None:
        desk.notice(say("没有可接管的事件"), say("先在列表中选一个事件"))
    else:
        desk.give(cmd.TakeIncident(incident.id))


# --- second person, conflicts ----------------------------------------------------------------------


def confirm_second(desk: Desk, token: bytes) -> None:
    """A second person has proved who they are for the order that asked for one."""
    command, desk.wants_second = desk.wants_second, None
    if command is not None:
        desk.give(command, token)


def settle_conflict(desk: Desk, *, mine: bool) -> None:
    """Keep our value of a disputed field, or take the other seat's."""
    intake_id = desk.forms.disputed(desk.hand.intake_id)
    if intake_id is None:
        desk.notice(say("没有两人同改的内容"), grave=False)
    elif intake_id != desk.hand.intake_id:
        show(desk, intake_id)  # nobody settles what is not on the screen
    else:
        desk.forms.choose(desk.floor, intake_id, mine=mine)
        desk.changed(Topic.FORM, Topic.NOTICE)
