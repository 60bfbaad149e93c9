"""One line for every event worth announcing: the last change is always said, so that nobody has to search."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from console.i18n import say
from console.models.command_words import command_word
from console.models.commanding import held_words, home_of, who
from console.models.labels import site_name, step, word
from console.models.latest_calls import CALL_LINES
from console.models.latest_distribution import DISTRIBUTION_LINES
from console.models.latest_requests import REQUEST_LINES
from console.models.latest_reserve import RESERVE_LINES
from console.models.phone_reasons import unreached_words
from console.models.phone_words import result_words
from dispatch import events as ev
from dispatch.floor import Floor
from dispatch.kinds import TERMINAL_REFUSED, Direction, OrderStatus
from dispatch.sites import CITY


class Line(Struct, frozen=True):
    """`incident_id` None: the line belongs to no incident."""

    at: int
    text: str
    incident_id: str | None = None
    abnormal: bool = False


def line(event: ev.Event, floor: Floor, now: int) -> Line | None:
    """The line for an event just applied to `floor`; None for events nobody waits for."""
    of_call = CALL_LINES.get(type(event)) or DISTRIBUTION_LINES.get(type(event))
    if of_call is not None:
        made = of_call(event, floor)
        return Line(*made) if made else None
    apart = RESERVE_LINES.get(type(event)) or REQUEST_LINES.get(type(event))
    if apart is not None:
        return Line(*apart(event, floor))
    make = _MAKERS.get(type(event))
    return make(event, floor, now) if make else None


def _vehicle(floor: Floor, mission_id: str) -> tuple[str, str, str]:
    mission = floor.missions[mission_id]
    return (
        floor.vehicles[mission.vehicle_id].number,
        floor.incidents[mission.incident_id].number,
        mission.incident_id,
    )


def serial(number: str) -> str:
    """The last part of an incident number: `0012`."""
    return number.rsplit("-", 1)[-1]


def short(number: str, floor: Floor) -> str:
    """What people say of a number: its serial; `02-0012` where another site than the centre gave it."""
    site = number.split("-", 1)[0]
    elsewhere = site in floor.sites and site != home_of(floor, CITY)
    return f"{site}-{serial(number)}" if elsewhere else serial(number)


def _opened(event: ev.IncidentOpened, floor: Floor, now: int) -> Line:
    it = event.incident
    text = say("新事件 {number} {address}", number=short(it.number, floor), address=it.place.address)
    return Line(it.opened_at, text, it.id)


def _assigned(event: ev.VehicleAssigned, floor: Floor, now: int) -> Line:
    vehicle, number, incident_id = _vehicle(floor, event.mission.id)
    seat = floor.seats.get(event.mission.seat_id or "")
    text = say(
        "{vehicle} 派往 {number}（{seat} 台）",
        vehicle=vehicle,
        number=short(number, floor),
        seat=seat.number if seat else "–",
    )
    return Line(event.mission.ordered_at, text, incident_id)


def _progress(event: ev.OrderProgressed, floor: Floor, now: int) -> Line:
    vehicle, _, incident_id = _vehicle(floor, event.mission_id)
    text = say("{vehicle} 指令{status}", vehicle=vehicle, status=word(event.status))
    if event.status is OrderStatus.TIMED_OUT and event.remark == TERMINAL_REFUSED:
        text = say("{vehicle} 车载终端拒绝指令：已有他令或听命他方", vehicle=vehicle)
    return Line(event.at, text, incident_id, event.status is OrderStatus.TIMED_OUT)


def _reached(event: ev.MilestoneReached, floor: Floor, now: int) -> Line:
    vehicle, number, incident_id = _vehicle(floor, event.mission_id)
    text = f"{vehicle} {step(event.milestone.kind)}（{short(number, floor)}）"
    return Line(event.milestone.at, text, incident_id)


def _ended(event: ev.MissionEnded, floor: Floor, now: int) -> Line:
    vehicle, number, incident_id = _vehicle(floor, event.mission_id)
    return Line(event.at, f"{vehicle} {word(event.result)}（{short(number, floor)}）", incident_id)


def _vehicle_state(event: ev.VehicleStateChanged, floor: Floor, now: int) -> Line:
    return Line(event.at, f"{floor.vehicles[event.vehicle_id].number} {word(event.state)}")


def _rang(event: ev.CallRang, floor: Floor, now: int) -> Line:
    number = event.call.number or say("号码未显示")
    outbound = event.call.direction is Direction.OUTBOUND
    text = say("呼出 {number}", number=number) if outbound else say("来电 {number}", number=number)
    return Line(event.call.rang_at, text)


def _call_ended(event: ev.CallEnded, floor: Floor, now: int) -> Line:
    call = floor.calls[event.call_id]
    number = call.number or say("号码未显示")
    if event.sip_code or event.why:
        why = unreached_words(event.sip_code, event.why)
        return Line(event.at, say("{number} 没有接通：{why}", number=number, why=why), call.incident_id)
    return Line(event.at, f"{number} {result_words(call)}", call.incident_id)


def _joined(event: ev.IncidentJoined, floor: Floor, now: int) -> Line:
    number = short(floor.incidents[event.incident_id].number, floor)
    return Line(now, say("第 {n} 次受理并入 {number}", n=event.number, number=number), event.incident_id)


def _held(event: ev.IncidentHeld, floor: Floor, now: int) -> Line:
    number = short(floor.incidents[event.incident_id].number, floor)
    text = say("{number} 挂起：{reason}", number=number, reason=word(event.hold.reason))
    return Line(event.hold.since_at, text, event.incident_id)


def _closed(event: ev.IncidentClosed, floor: Floor, now: int) -> Line:
    number = short(floor.incidents[event.incident_id].number, floor)
    text = say("{number} 结束：{reason}", number=number, reason=word(event.closing.reason))
    return Line(event.closing.closed_at, text, event.incident_id)


def _crew_called(event: ev.CrewCalled, floor: Floor, now: int) -> Line:
    vehicle = floor.vehicles[event.vehicle_id]
    mission = floor.missions.get(vehicle.mission_id or "")
    text = f"{vehicle.number} {word(event.call)}"
    return Line(event.at, text, mission.incident_id if mission else None, abnormal=True)


def _crew_answered(event: ev.CrewCallAnswered, floor: Floor, now: int) -> Line:
    number = floor.vehicles[event.vehicle_id].number
    return Line(event.at, say("{vehicle} 车组呼叫已应答 {remark}", vehicle=number, remark=event.remark))


def _reopened(event: ev.IncidentReopened, floor: Floor, now: int) -> Line:
    number = short(floor.incidents[event.incident_id].number, floor)
    text = say("{number} 重开：{remark}", number=number, remark=event.remark)
    return Line(event.at, text, event.incident_id, abnormal=True)


def _taken(event: ev.IncidentTaken, floor: Floor, now: int) -> Line:
    incident = floor.incidents[event.incident_id]
    seat = floor.seats.get(incident.seat_id or "")
    text = say(
        "{number} 由 {seat} 台接管", number=short(incident.number, floor), seat=seat.number if seat else "–"
    )
    return Line(now, text, incident.id)


def _authority(event: ev.AuthorityMoved, floor: Floor, now: int) -> Line:
    it = event.authority
    site, scope = site_name(floor, it.site), held_words(floor, it)
    text = say("指挥权：{site}取得{scope}（第 {n} 届）", site=site, scope=scope, n=it.term)
    return Line(it.since_at, text, abnormal=True)


def _conflict(event: ev.ConflictFound, floor: Floor, now: int) -> Line:
    it = event.conflict
    text = say("冲突待核对：{site} 的{what}", site=site_name(floor, it.from_site), what=command_word(it.kind))
    return Line(it.came_at, text, it.incident_id or None, abnormal=True)


def _conflict_settled(event: ev.ConflictSettled, floor: Floor, now: int) -> Line:
    it = event.settlement
    text = say("冲突已核对：{choice}（{who}）", choice=word(it.choice), who=who(floor, it.dispatcher_id))
    return Line(it.at, text)


_MAKERS: dict[type, Callable[[Any, Floor, int], Line]] = {
    ev.CallRang: _rang,
    ev.CallEnded: _call_ended,
    ev.IncidentOpened: _opened,
    ev.IncidentJoined: _joined,
    ev.IncidentHeld: _held,
    ev.IncidentClosed: _closed,
    ev.IncidentReopened: _reopened,
    ev.IncidentTaken: _taken,
    ev.VehicleAssigned: _assigned,
    ev.OrderProgressed: _progress,
    ev.MilestoneReached: _reached,
    ev.MissionEnded: _ended,
    ev.VehicleStateChanged: _vehicle_state,
    ev.CrewCalled: _crew_called,
    ev.CrewCallAnswered: _crew_answered,
    ev.AuthorityMoved: _authority,
    ev.ConflictFound: _conflict,
    ev.ConflictSettled: _conflict_settled,
}
