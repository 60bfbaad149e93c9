"""The paper sheet (接警单): one A4 page an incident, with everything known and lines to write on.

It is for the hour in which no screen can be trusted: complete by itself, in words, with original times.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from console.i18n import say
from console.models.ages import clock, day
from console.models.commanding import who
from console.models.labels import field, step, word
from console.models.paper_caller import caller_lines
from console.models.spoken import waiting_orders
from console.models.whereabouts_words import place_words
from dispatch.kinds import Answer, IncidentState, MilestoneKind, Severity
from dispatch.words import Call, Form, Incident, Mission

if TYPE_CHECKING:
    from console.models.desk import Desk

BLANK = "________________"
STEPS_ON_PAPER = (
    MilestoneKind.ACKNOWLEDGED,
    MilestoneKind.DEPARTED,
    MilestoneKind.ON_SCENE,
    MilestoneKind.PATIENT_ABOARD,
    MilestoneKind.AT_HOSPITAL,
    MilestoneKind.COMPLETED,
)


class Part(Struct, frozen=True):
    """A heading with lines of (label, words)."""

    heading: str
    lines: tuple[tuple[str, str], ...]


class Sheet(Struct, frozen=True):
    """One page. `key`: id of its incident or intake; `number` as people say it, "" while there is none."""

    key: str
    title: str
    number: str
    parts: tuple[Part, ...]
    foot: str


def in_hand(desk: "Desk", now: int) -> Sheet | None:
    """The sheet of what is in hand; None with nothing in hand."""
    key = desk.incident_id() or desk.hand.intake_id
    return sheet(desk, key, now) if key else None


def all_open(desk: "Desk", now: int) -> list[Sheet]:
    """Every incident that is not closed, then every intake that is none yet, oldest first."""
    running = [it for it in desk.floor.incidents.values() if it.state is not IncidentState.CLOSED]
    running.sort(key=lambda it: it.opened_at)
    loose = [it.id for it in desk.floor.intakes.values() if it.ended_at is None and it.incident_id is None]
    begun = [key for key in desk.begun if key not in desk.floor.intakes]
    return [sheet(desk, key, now) for key in (*(it.id for it in running), *loose, *begun)]


def sheet(desk: "Desk", key: str, now: int) -> Sheet:
    """The page of this incident or intake."""
    incident = desk.floor.incidents.get(key)
    intakes = incident.intake_ids if incident else _intakes_of(desk, key)
    number = incident.number if incident else ""
    seat = desk.floor.seats.get(desk.person.seat_id or "") if desk.person else None
    person = who(desk.floor, desk.person.dispatcher_id if desk.person else None)
    parts = [_head(desk, incident, intakes)]
    parts += [_intake(desk, intake_id, at) for at, intake_id in enumerate(intakes, 1)]
    parts += _missions(desk, incident, key)
    parts.append(_hand_written())
    foot = say(
        "打印 {day} {at}　{seat} 台　{who}　口头派车恢复后须补录，原时间以本单为准",
        day=day(now),
        at=clock(now),
        seat=seat.number if seat else "–",
        who=person,
    )
    return Sheet(key, say("院前急救接警单"), number or say("（未编号：断网受理）"), tuple(parts), foot)


def _intakes_of(desk: "Desk", key: str) -> tuple[str, ...]:
    """The intakes of an incident the hub does not know yet, or the intake itself."""
    found = [intake for intake in (*desk.begun, *desk.floor.intakes) if desk.incident_of(intake) == key]
    return tuple(dict.fromkeys(found)) or (key,)


def _head(desk: "Desk", incident: Incident | None, intakes: tuple[str, ...]) -> Part:
    first = desk.floor.intakes.get(intakes[0])
    begun = desk.begun.get(intakes[0])
    since = first.begun_at if first else begun.at if begun else None
    lines = [(say("开始受理"), _time(since))]
    if incident is not None:
        lines += [
            (say("生成事件"), _time(incident.opened_at)),
            (say("类型"), word(incident.type)),
            (say("状态"), word(incident.state)),
        ]
    return Part(say("时间"), tuple(lines))


def _time(at: int | None) -> str:
    return f"{day(at)} {clock(at)}" if at else BLANK


def _intake(desk: "Desk", intake_id: str, number: int) -> Part:
    """All that was asked, answered or not: what nobody asked stands as a line to write on."""
    form = desk.form_of(intake_id)
    intake, begun = desk.floor.intakes.get(intake_id), desk.begun.get(intake_id)
    call_id = intake.call_id if intake else begun.call_id if begun else None
    call = desk.line.call(desk.floor, call_id)
    said = caller_lines(desk, call_id, form.place)
    lines = [*_call_lines(call), *said, *((field(name), words) for name, words in _form_words(form))]
    return Part(say("第 {n} 次受理", n=number), tuple(lines))


def _call_lines(call: Call | None) -> list[tuple[str, str]]:
    if call is None:
        return [(say("来电"), say("手工受理"))]
    ended = f" – {clock(call.ended_at)}" if call.ended_at else ""
    answered = say("接听 {at}", at=clock(call.answered_at)) if call.answered_at else say("未接")
    words = say("{number}　振铃 {at}", number=call.number or say("号码未显示"), at=clock(call.rang_at))
    return [(say("来电"), f"{words}　{answered}{ended}")]


def _form_words(form: Form) -> list[tuple[str, str]]:
    sexes = {"male": say("男"), "female": say("女")}
    blank = BLANK
    point = form.place.point
    where = place_words(form.place) or blank
    if point is not None:
        where = f"{where}（{point.lat:.5f}, {point.lon:.5f}）"
    return [
        ("place", where),
        ("waiting_point", form.waiting_point or blank),
        ("contact_name", form.contact_name or blank),
        ("contact_phone", form.contact_phone or blank),
        ("chief_complaint", form.chief_complaint or blank),
        ("severity", blank if form.severity is Severity.UNKNOWN else word(form.severity)),
        ("conscious", blank if form.conscious is Answer.NOT_ASKED else word(form.conscious)),
        ("breathing", blank if form.breathing is Answer.NOT_ASKED else word(form.breathing)),
        ("patient_count", str(form.patient_count)),
        ("patient_name", form.patient_name or blank),
        ("patient_sex", sexes.get(form.patient_sex, blank)),
        ("patient_age", form.patient_age or blank),
        ("condition", form.condition or blank),
        ("needs", "、".join(sorted(word(need) for need in form.needs)) or "–"),
        ("infectious", say("有") if form.infectious else "–"),
        ("danger", say("有") if form.danger else "–"),
        ("remark", form.remark or blank),
    ]


def _missions(desk: "Desk", incident: Incident | None, key: str) -> list[Part]:
    known = [desk.floor.missions[one] for one in incident.mission_ids] if incident else []
    parts = [_mission(desk, mission) for mission in known]
    ids = {mission.id for mission in known}
    for command, at in waiting_orders(desk):
        if command.incident_id == key and command.mission_id not in ids:
            vehicle = desk.floor.vehicles.get(command.vehicle_id)
            how = say("口头派车，待补录") if command.manual else say("指令待发")
            lines = [(say("派车"), f"{_time(at)}　{how}"), (say("内容"), command.order_text)]
            lines += [(step(kind), BLANK) for kind in STEPS_ON_PAPER]
            number = vehicle.number if vehicle else "–"
            parts.append(Part(say("车辆 {number}", number=number), tuple(lines)))
    return parts


def _mission(desk: "Desk", mission: Mission) -> Part:
    vehicle, floor = desk.floor.vehicles.get(mission.vehicle_id), desk.floor
    reached = {entry.kind: entry for entry in mission.milestones if not entry.late}
    mark = say("口头派车，补录") if mission.manual else word(mission.order_status)
    lines = [(say("派车"), f"{_time(mission.ordered_at)}　{mission.number}　{mark}")]
    lines += [(step(k), clock(reached[k].at) if k in reached else BLANK) for k in STEPS_ON_PAPER]
    hospital = floor.hospitals.get(mission.hospital_id or "")
    lines.append((say("送往医院"), hospital.name if hospital else BLANK))
    if mission.result:
        lines.append((say("结果"), word(mission.result)))
    return Part(say("车辆 {number}", number=vehicle.number if vehicle else "–"), tuple(lines))


def _hand_written() -> Part:
    """Lines for the pen: the next vehicle, what crew and hospital said, who signs."""
    return Part(
        say("手写"),
        (
            (say("增派车辆"), f"{BLANK}　{say('时间')} {BLANK}　{say('车组复诵')} {BLANK}"),
            (say("回拨"), f"{BLANK}{BLANK}"),
            (say("医院通知"), f"{BLANK}{BLANK}"),
            (say("签名"), f"{BLANK}　{say('补录人')} {BLANK}"),
        ),
    )
