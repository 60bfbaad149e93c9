"""What the list of alarms and the strip show of what is overdue and of crews that call."""

from msgspec import Struct

from console.i18n import say
from console.models.ages import age, clock, day
from console.models.desk import Desk
from console.models.hub_alarms import PREFIX, HubAlarm, name, words
from console.models.labels import site_name, word
from console.models.latest import short
from console.models.requests import about, own_site, sent, to_sign
from console.models.rows import is_mine
from console.models.sound_lamps import SoundAlarm, sound_alarms
from dispatch.alarms import Alarm, AlarmKind
from dispatch.kinds import CheckResult, CrewCall, RequestState
from dispatch.reserve_commands import StandDown
from dispatch.words import Seat

OF_REQUESTS = frozenset({AlarmKind.REQUEST_UNSIGNED, AlarmKind.REQUEST_UNDELIVERED})
"""They have rows of their own from the moment they are made."""
OF_RESERVE = frozenset({AlarmKind.SEAT_NOT_READY, AlarmKind.ACTIVATION_DUE, AlarmKind.SELF_TEST_DUE})


class AlarmRow(Struct, frozen=True):
    """`loud`: a crew calls, which is everybody's until somebody answers."""

    id: str
    words: str
    target: str
    age: str
    mine: bool
    loud: bool = False


def alarms(desk: Desk, now: int) -> list[AlarmRow]:
    """A crew that calls first, then what is overdue, ours before others'."""
    rows = [_hub_row(one, now) for one in desk.hub_alarms.standing]
    rows += [_sound_row(one, now) for one in sound_alarms(desk)]
    rows += _request_rows(desk, now)
    rows += [_alarm_row(desk, alarm, now) for alarm in desk.alarms if _there(desk, alarm)]
    return sorted(rows, key=lambda row: (not row.loud, not row.mine))


def _hub_row(alarm: HubAlarm, now: int) -> AlarmRow:
    """Until its cause is gone, also when it was noted."""
    noted = say("已知悉　{words}", words=words(alarm.line)) if alarm.noted else words(alarm.line)
    return AlarmRow(PREFIX + alarm.kind, name(alarm.kind), noted, age(alarm.since, now), not alarm.noted)


def _sound_row(one: SoundAlarm, now: int) -> AlarmRow:
    """The seat's own line and headset: nobody else can look after them."""
    return AlarmRow(one.id, one.words, one.target, age(one.since, now), True, loud=one.grave)


def _there(desk: Desk, alarm: Alarm) -> bool:
    """False when the thing has left the floor since the alarms were last worked out."""
    floor = desk.floor
    if alarm.kind in OF_REQUESTS:
        return False
    if alarm.kind is AlarmKind.CREW_CALL:
        return alarm.id in floor.vehicles and floor.vehicles[alarm.id].crew_call is not None
    if alarm.kind in OF_RESERVE:
        return alarm.id in floor.seats or alarm.id in floor.activations
    return any(alarm.id in table for table in (floor.calls, floor.intakes, floor.incidents, floor.missions))


def _alarm_row(desk: Desk, alarm: Alarm, now: int) -> AlarmRow:
    if alarm.kind is AlarmKind.CREW_CALL:
        return _crew_row(desk, alarm, now)
    if alarm.kind in OF_RESERVE:
        return _reserve_row(desk, alarm, now)
    target, key = _alarm_target(desk, alarm)
    mine, since = is_mine(desk, alarm.seat_id), alarm.since
    if alarm.kind is AlarmKind.CALL_LONG:
        call = desk.floor.calls[alarm.id]
        mine, since = mine or desk.may(StandDown), call.answered_at or call.rang_at
    return AlarmRow(key, word(alarm.kind), target, age(since, now), mine)


def _request_rows(desk: Desk, now: int) -> list[AlarmRow]:
    """What waits for our signature, and what our site waits for; loud when nobody signed in time."""
    floor, ours, late = desk.floor, own_site(desk), {alarm.id for alarm in desk.alarms}
    rows = []
    for it in (*to_sign(desk), *sent(desk)):
        came = it.to_site == ours
        other = site_name(floor, it.from_site if came else it.to_site)
        words = f"{word(it.kind)} {'←' if came else '→'} {other}"
        if it.state is RequestState.UNDELIVERED:
            words = f"{words} {word(it.state)}"
        elif it.id in late:
            words = f"{words} {word(AlarmKind.REQUEST_UNSIGNED)}"
        mine = came or is_mine(desk, it.seat_id)
        target = about(floor, it) or site_name(floor, it.from_site)
        rows.append(AlarmRow(it.id, words, target, age(it.made_at, now), mine, loud=mine and it.id in late))
    return rows


def _crew_row(desk: Desk, alarm: Alarm, now: int) -> AlarmRow:
    vehicle = desk.floor.vehicles[alarm.id]
    mission = desk.floor.missions.get(vehicle.mission_id or "")
    number = f" → {short(desk.floor.incidents[mission.incident_id].number, desk.floor)}" if mission else ""
    assert vehicle.crew_call is not None  # `_there` looked
    mine = mission is None or is_mine(desk, alarm.seat_id)
    words, target = word(vehicle.crew_call), f"{vehicle.number}{number}"
    return AlarmRow(vehicle.id, words, target, age(alarm.since, now), mine, loud=True)


def _reserve_row(desk: Desk, alarm: Alarm, now: int) -> AlarmRow:
    """A reserve seat that comes late or has not tested itself, an activation that is due to end."""
    floor = desk.floor
    seat = floor.seats.get(alarm.id)
    target = f"{seat.number} {site_name(floor, seat.site)}" if seat else floor.activations[alarm.id].reason
    never = alarm.kind is AlarmKind.SELF_TEST_DUE and seat is not None and seat.self_test is None
    if alarm.kind is AlarmKind.SELF_TEST_DUE and seat is not None:
        target = f"{target}　{_test_words(seat)}"
    since = say("从未自检") if never else age(alarm.since, now)
    mine = is_mine(desk, alarm.seat_id) or desk.may(StandDown)
    return AlarmRow(alarm.id, word(alarm.kind), target, since, mine)


def _test_words(seat: Seat) -> str:
    """What the last test found, and how the next one is made."""
    test = seat.self_test
    red = [word(one.item) for one in test.checks if one.result is CheckResult.FAULT] if test else []
    last = say("上次 {day} {at}", day=day(test.at)[5:], at=clock(test.at)[:5]) if test else say("没有记录")
    found = say("不合格：{items}", items="、".join(red)) if red else say("合格") if test else ""
    return f"{last} {found}".strip() + say("；请本区开机，在该席按 Ctrl+Shift+T")


def crews_calling(desk: Desk) -> str:
    """Words for the strip while crews call, gravest first; "" when none does."""
    calling = [vehicle for vehicle in desk.floor.vehicles.values() if vehicle.crew_call is not None]
    calling.sort(key=lambda vehicle: (vehicle.crew_call is not CrewCall.SOS, vehicle.crew_called_at or 0))
    named = [f"{v.number} {word(v.crew_call)}" for v in calling if v.crew_call is not None]
    return say("车组呼叫：{crews}，Ctrl+R 应答", crews="、".join(named)) if named else ""


def _alarm_target(desk: Desk, alarm: Alarm) -> tuple[str, str]:
    """Words for what the alarm is about, and the id that takes it in hand."""
    floor = desk.floor
    if alarm.kind in {AlarmKind.RINGING, AlarmKind.MISSED_WAITING}:
        return floor.calls[alarm.id].number or say("号码未显示"), alarm.id
    if alarm.kind is AlarmKind.CALL_LONG:
        call, seat = floor.calls[alarm.id], floor.seats.get(alarm.seat_id or "")
        number = call.number or say("号码未显示")
        return f"{say('{seat} 台', seat=seat.number)} {number}" if seat else number, alarm.id
    if alarm.kind is AlarmKind.INTAKE_LONG:
        form = floor.intakes[alarm.id].form
        return form.place.address or form.contact_phone, alarm.id
    if alarm.kind in {AlarmKind.NO_VEHICLE, AlarmKind.HOLD_DUE}:
        incident = floor.incidents[alarm.id]
        return f"{short(incident.number, floor)} {incident.place.address}", alarm.id
    mission = floor.missions[alarm.id]
    number = short(floor.incidents[mission.incident_id].number, floor)
    return f"{floor.vehicles[mission.vehicle_id].number} → {number}", mission.incident_id
