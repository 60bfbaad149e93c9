"""冲突核对: what two sites ordered while they were apart, as rows and as two sides to compare.

A is what stands here, B what came late from the other site. What followed from B there is folded under it.
"""

from msgspec import MsgspecError, Struct

from console.i18n import say
from console.models.ages import clock, day
from console.models.command_words import command_word, rule_words
from console.models.commanding import who
from console.models.desk import Desk
from console.models.labels import field, site_name, step, word
from console.models.latest import short
from dispatch import commands as cmd
from dispatch.decide_late import decode_order
from dispatch.floor import Floor
from dispatch.kinds import ConflictChoice
from dispatch.order import Order
from dispatch.sites import Conflict
from dispatch.words import Mission

HLC_BITS = 16


class ConflictRow(Struct, frozen=True):
    """One line of the list. `followed`: how many orders hang on it."""

    id: str
    at: str
    site: str
    what: str
    target: str
    rule: str
    followed: str
    state: str
    tone: str


class Side(Struct, frozen=True):
    """One of the two: its title, what was ordered, what the vehicle did; `heading` "": the usual one."""

    title: str
    lines: tuple[str, ...]
    steps: tuple[str, ...]
    heading: str = ""
    plain: bool = False  # nothing but the lines


def rows(desk: Desk, *, settled: bool) -> list[ConflictRow]:
    """Open ones oldest first, settled ones newest first."""
    found = [one for one in desk.floor.conflicts.values() if (one.settled is not None) is settled]
    if settled:
        found.sort(key=lambda one: -(one.settled.at if one.settled else 0))
    else:
        found.sort(key=lambda one: (one.given_at, one.id))
    return [_row(desk, one) for one in found]


def _row(desk: Desk, one: Conflict) -> ConflictRow:
    floor = desk.floor
    if one.settled is not None:
        state = f"{word(one.settled.choice)} {clock(one.settled.at)} {who(floor, one.settled.dispatcher_id)}"
    elif _being_settled(desk, one.id):
        state = say("正在提交")
    else:
        state = say("待核对")
    return ConflictRow(
        id=one.id,
        at=clock(one.given_at),
        site=site_name(floor, one.from_site),
        what=command_word(one.kind),
        target=target(floor, one),
        rule=rule_words(one.rule),
        followed=say("+{n} 条", n=len(one.dependents)) if one.dependents else "",
        state=state,
        tone="quiet" if one.settled else "warning",
    )


def _being_settled(desk: Desk, conflict_id: str) -> bool:
    return any(
        isinstance(pending.command, cmd.SettleConflict) and pending.command.conflict_id == conflict_id
        for pending in desk.pending.values()
    )


def next_open(desk: Desk, after: str) -> str:
    """The id of the next conflict that waits, after this one and round again; "" when none does."""
    keys = [row.id for row in rows(desk, settled=False)]
    left = [key for key in keys if key != after and not _being_settled(desk, key)]
    later = keys[keys.index(after) + 1 :] if after in keys else []
    return next((key for key in later if key in left), left[0] if left else "")


def target(floor: Floor, one: Conflict) -> str:
    """Vehicle and incident it is about."""
    vehicle = floor.vehicles.get(one.vehicle_id)
    incident = floor.incidents.get(one.incident_id)
    parts = [vehicle.number if vehicle else "", _incident(floor, one.incident_id) if incident else ""]
    return " → ".join(part for part in parts if part) or "–"


def _incident(floor: Floor, incident_id: str) -> str:
    incident = floor.incidents.get(incident_id)
    return (
        f"{short(incident.number, floor)} {incident.place.address}".strip()
        if incident
        else say("（无此事件）")
    )


# --- the two sides -----------------------------------------------------------------------------------


def order_of(one: Conflict) -> Order | None:
    """The late order; None: of a newer program, it cannot be read here."""
    try:
        return decode_order(one.order)
    except (MsgspecError, RecursionError):
        return None


def ours(floor: Floor, one: Conflict) -> Side:
    """A: the mission of ours in its way, else how the thing it was about stands here."""
    title = say("A 现行（本方）")
    against = floor.missions.get(one.against)
    if against is not None:
        return Side(title, tuple(_mission_lines(floor, against)), tuple(_mission_steps(against)))
    lines = [say("没有任务与之冲突；现状：")]
    vehicle = floor.vehicles.get(one.vehicle_id)
    incident = floor.incidents.get(one.incident_id)
    intake = floor.intakes.get(one.intake_id)
    if vehicle is not None:
        lines.append(f"{vehicle.number} {word(vehicle.state)}")
    if incident is not None:
        lines += [_incident(floor, incident.id), word(incident.state), incident.complaint]
    if intake is not None and incident is None:
        lines += [intake.form.place.address, intake.form.chief_complaint]
    if vehicle is None and incident is None and intake is None:
        lines.append(say("本方没有这件事的记录"))
    return Side(title, tuple(line for line in lines if line), ())


def theirs(floor: Floor, one: Conflict) -> Side:
    """B: the late order, and what its vehicle did there."""
    title = say("B 补录（{site}）", site=site_name(floor, one.from_site))
    order = order_of(one)
    if order is None:
        return Side(title, (say("这条指令来自更新的版本，请在新版本的坐席上核对"),), ())
    at = order.late.hlc >> HLC_BITS if order.late and order.late.hlc else one.given_at
    lines = [
        _moment(at),
        say("下令：{who}　{seat} 台", who=who(floor, order.dispatcher_id), seat=_seat(floor, order.seat_id)),
        command_word(one.kind),
    ]
    numbers = "、".join(order.late.numbers) if order.late else ""
    if numbers:
        lines.append(say("当时告知的编号：{numbers}", numbers=numbers))
    lines += _order_lines(floor, order)
    return Side(title, tuple(line for line in lines if line), tuple(_followed(floor, one)))


def _moment(at: int) -> str:
    return f"{day(at)} {clock(at)}"


def _seat(floor: Floor, seat_id: str | None) -> str:
    seat = floor.seats.get(seat_id or "")
    return seat.number if seat else "–"


def _mission_lines(floor: Floor, mission: Mission) -> list[str]:
    vehicle = floor.vehicles.get(mission.vehicle_id)
    result = f"{word(mission.result)} {mission.reason}".strip() if mission.result else say("进行中")
    lines = [
        _moment(mission.ordered_at),
        say(
            "下令：{who}　{seat} 台",
            who=who(floor, mission.dispatcher_id),
            seat=_seat(floor, mission.seat_id),
        ),
        say("任务 {number}：{result}", number=mission.number, result=result),
        f"{vehicle.number if vehicle else '–'} → {_incident(floor, mission.incident_id)}",
        mission.order_text,
    ]
    return [line for line in lines if line]


def _mission_steps(mission: Mission) -> list[str]:
    return [f"{clock(entry.at)} {step(entry.kind)}（{word(entry.source)}）" for entry in mission.milestones]


def _order_lines(floor: Floor, order: Order) -> list[str]:
    """What the late order said, in words."""
    command = order.command
    match command:
        case cmd.AssignVehicle():
            vehicle = floor.vehicles.get(command.vehicle_id)
            sent = f"{vehicle.number if vehicle else '–'} → {_incident(floor, command.incident_id)}"
            manual = say("电台口头派车") if command.manual else ""
            return [sent, command.order_text, manual]
        case cmd.ChangeIntake():
            names = "、".join(field(name) for name in command.changes.touched())
            return [say("改动：{fields}", fields=names)]
        case cmd.CloseIncident():
            return [_incident(floor, command.incident_id), word(command.reason), command.remark]
        case cmd.RecordMilestone() | cmd.RecordVehicleKey():
            return [f"{clock(command.at)} {step(command.kind)}"]
        case _:
            incident_id = getattr(command, "incident_id", "")
            return [_incident(floor, incident_id) if incident_id else "", getattr(command, "remark", "")]


def _followed(floor: Floor, one: Conflict) -> list[str]:
    """What hangs on the late order, in order: first of all what the vehicle did."""
    found = []
    for dependent in one.dependents:
        try:
            order = decode_order(dependent.order)
        except (MsgspecError, RecursionError):
            found.append(say("（看不懂的后续指令）"))
            continue
        command = order.command
        if isinstance(command, cmd.RecordMilestone | cmd.RecordVehicleKey):
            source = word(command.source) if isinstance(command, cmd.RecordMilestone) else say("车载终端")
            found.append(f"{clock(command.at)} {step(command.kind)}（{source}）")
        else:
            found.append(f"{clock(order.at)} {command_word(type(command).__name__)}")
    return found


def outcome(floor: Floor, one: Conflict) -> str:
    """How it was settled, when, by whom, and on what ground; "" while it is open."""
    done = one.settled
    if done is None:
        return ""
    second = say("，第二人 {who}", who=who(floor, done.second_id)) if done.second_id else ""
    words = say(
        "已核对：{choice}　{at}　{who}{second}　依据：{remark}",
        choice=word(done.choice),
        at=_moment(done.at),
        who=who(floor, done.dispatcher_id),
        second=second,
        remark=done.remark or "–",
    )
    return f"● {words}"


# --- the choices ---------------------------------------------------------------------------------------


def choices(floor: Floor, one: Conflict) -> tuple[ConflictChoice, ...]:
    """What makes sense for this conflict."""
    order = order_of(one)
    if order is None:
        return (ConflictChoice.KEEP_OURS,)
    found = [ConflictChoice.KEEP_OURS, ConflictChoice.KEEP_LATE, ConflictChoice.BOTH]
    if one.incident_id and into(floor, one) not in {"", one.incident_id}:
        found.append(ConflictChoice.MERGE)
    return tuple(found)


def into(floor: Floor, one: Conflict) -> str:
    """The incident the late one would become part of, "" none."""
    against = floor.missions.get(one.against)
    return against.incident_id if against else ""


def is_sending(one: Conflict) -> bool:
    """True when the late order sent a vehicle: both can only have happened one after the other."""
    order = order_of(one)
    return order is not None and isinstance(order.command, cmd.AssignVehicle)


def consequence(floor: Floor, one: Conflict, choice: ConflictChoice, *, empty_run: bool) -> str:
    """What the button will do, before it is pressed."""
    vehicle = floor.vehicles.get(one.vehicle_id)
    number = vehicle.number if vehicle else say("该车")
    against = floor.missions.get(one.against)
    here = _incident(floor, against.incident_id) if against else ""
    there = _incident(floor, one.incident_id)
    followed = say("（及其后续 {n} 条）", n=len(one.dependents)) if one.dependents else ""
    match choice:
        case ConflictChoice.KEEP_OURS:
            return say("A 不变。B{followed}不执行，留档，不再提示。", followed=followed)
        case ConflictChoice.KEEP_LATE if is_sending(one) and against is not None:
            return say(
                "A 的任务（{here}）按改派终止，{vehicle} 改往 {there}，车组重新收到指令；B{followed}补录。",
                here=here,
                vehicle=number,
                there=there,
                followed=followed,
            )
        case ConflictChoice.KEEP_LATE:
            return say("B{followed}按原时间执行；与之不符的现状以 B 为准。", followed=followed)
        case ConflictChoice.BOTH if is_sending(one):
            end = say("以放空结束") if empty_run else say("以完成结束")
            return say(
                "A 不变。B 记为已发生的一趟任务（{vehicle} → {there}），{end}；不再派车。",
                vehicle=number,
                there=there,
                end=end,
            )
        case ConflictChoice.BOTH:
            return say("A 不变。B{followed}能补录的补录在旁。", followed=followed)
        case _:
            return say(
                "事件 {gone} 并入 {kept}：受理与任务都归后者，前者以重复结束；急救事件须第二人确认。",
                gone=there,
                kept=here,
            )
