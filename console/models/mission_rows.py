"""The missions of the incident in hand as rows: order state, hospital and the line of milestones."""

from msgspec import Struct

from console.i18n import say
from console.models import acts
from console.models.ages import age, clock
from console.models.desk import Desk
from console.models.labels import site_name, step, word
from console.models.rows import look
from console.models.spoken import waiting_orders
from dispatch import commands as cmd
from dispatch.kinds import TERMINAL_REFUSED, OrderStatus


class StepDot(Struct, frozen=True):
    """One milestone of the line. `at` "" : not reached. `next`: the key records this one."""

    name: str
    at: str
    source: str
    next: bool
    corrected: bool = False


class MissionRow(Struct, frozen=True):
    """`order_tone` colours the order's state; `next_words` "" when there is no next step."""

    id: str
    number: str
    kind: str
    look: str
    order: str
    order_tone: str
    hospital: str
    age: str
    steps: tuple[StepDot, ...]
    next_words: str
    chosen: bool
    active: bool
    result: str = ""
    unheard: bool = False  # the order timed out: the crew must be called


_ORDER_TONES = {
    OrderStatus.WAITING: "info",
    OrderStatus.DELIVERED: "info",
    OrderStatus.ACCEPTED: "ok",
    OrderStatus.TIMED_OUT: "fault",
    OrderStatus.CANCELLED: "quiet",
}


def missions(desk: Desk, now: int) -> list[MissionRow]:
    """The missions of the incident in hand, crews to be called first; one without a verdict is being sent."""
    chosen = acts.selected_mission(desk)
    rows = [
        _mission_row(desk, m.id, chosen.id if chosen else "", now)
        for m in desk.missions_of(desk.incident_id())
    ]
    known = {row.id for row in rows}
    for command, at in waiting_orders(desk):
        if command.mission_id not in known and command.incident_id == desk.incident_id():
            rows.append(_sending_row(desk, command, at, now))
    rows.sort(key=lambda row: (not row.active, not row.unheard))
    return rows


def _sending_row(desk: Desk, command: cmd.AssignVehicle, at: int, now: int) -> MissionRow:
    vehicle = desk.floor.vehicles[command.vehicle_id]
    return MissionRow(
        id=command.mission_id,
        number=vehicle.number,
        kind=word(vehicle.kind),
        look="assigned",
        order=say("已口头派车 {at}，待补录", at=clock(at))
        if command.manual
        else say("发送中 {age}", age=age(at, now)),
        order_tone="warning",
        hospital="",
        age="",
        steps=(),
        next_words="",
        chosen=False,
        active=True,
    )


def _mission_row(desk: Desk, mission_id: str, chosen: str, now: int) -> MissionRow:
    mission = desk.floor.missions[mission_id]
    vehicle = desk.floor.vehicles[mission.vehicle_id]
    hospital = desk.floor.hospitals.get(mission.hospital_id or "")
    upcoming = acts.upcoming(mission)
    reached = {entry.kind: entry for entry in mission.milestones if not entry.late}
    steps = tuple(
        StepDot(
            name=word(kind),
            at=clock(reached[kind].at) if kind in reached else "",
            source=word(reached[kind].source) if kind in reached else "",
            next=kind is upcoming,
            corrected=kind in reached and reached[kind].original_at is not None,
        )
        for kind in type(mission.stage)
    )
    order = word(mission.order_status)
    if mission.manual:
        order = say("口头派车，补录")
    elif mission.late_from:
        order = say("{site}派车，补录：{order}", site=site_name(desk.floor, mission.late_from), order=order)
    if mission.order_status is OrderStatus.TIMED_OUT:
        order = say("指令超时，请用电台")
        if mission.order_failure == TERMINAL_REFUSED:
            order = say("车载终端拒绝：已有他令或听命他方，请用电台核实")
    last = max((entry.at for entry in mission.milestones), default=mission.ordered_at)
    return MissionRow(
        id=mission.id,
        number=vehicle.number,
        kind=word(vehicle.kind),
        look=look(desk, vehicle) if mission.active else "off_duty",
        order=order,
        order_tone=_ORDER_TONES[mission.order_status],
        hospital=hospital.name if hospital else "",
        age=age(last, now) if mission.active else "",
        steps=steps,
        next_words=step(upcoming) if upcoming else "",
        chosen=mission.id == chosen,
        active=mission.active,
        result=word(mission.result) if mission.result else "",
        unheard=mission.active and mission.order_status is OrderStatus.TIMED_OUT,
    )
