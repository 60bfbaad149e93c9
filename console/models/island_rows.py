"""孤岛核对: what was recorded while this centre was an island, as rows and sides of the desk that settles.

One row for each incident, or call without one; people compare it with crews, recordings and paper.
"""

from collections.abc import Iterator

from msgspec import Struct

from console.i18n import say
from console.models.ages import clock, day
from console.models.commanding import who
from console.models.conflict_rows import ConflictRow, Side
from console.models.desk import Desk
from console.models.island import Islands
from console.models.labels import step, word
from console.models.latest import short
from dispatch.floor import Floor
from dispatch.kinds import MilestoneKind
from dispatch.words import Incident, Mission


class Entry(Struct, frozen=True):
    """One thing recorded; `key` is the incident, or the call where there is none."""

    key: str
    at: int
    words: str


def entries(floor: Floor, islands: Islands) -> list[Entry]:
    """Everything recorded meanwhile, in order."""
    if not islands.seen:
        return []
    every = (*_calls(floor, islands), *_incidents(floor, islands), *_missions(floor, islands))
    return sorted((it for it in every if islands.covers(it.at)), key=lambda it: it.at)


def _calls(floor: Floor, islands: Islands) -> Iterator[Entry]:
    """Words are made for what is shown only: a lamp counts all this whenever the status changes."""
    for call in floor.calls.values():
        if islands.covers(call.rang_at):
            words = say("来电 {number}", number=call.number or say("号码未显示"))
            yield Entry(call.incident_id or call.id, call.rang_at, words)


def _incidents(floor: Floor, islands: Islands) -> Iterator[Entry]:
    for incident in floor.incidents.values():
        until = incident.closing.closed_at if incident.closing else None
        if not (islands.covers(incident.opened_at) or islands.covers(until)):
            continue
        by = who(floor, incident.dispatcher_id)
        yield Entry(incident.id, incident.opened_at, say("生成事件（{who}）", who=by))
        done = incident.closing
        if done is not None:
            closed = say(
                "结束事件：{reason}（{who}）", reason=word(done.reason), who=who(floor, done.dispatcher_id)
            )
            yield Entry(incident.id, done.closed_at, closed)


def _missions(floor: Floor, islands: Islands) -> Iterator[Entry]:
    for mission in floor.missions.values():
        steps = (one.at for one in mission.milestones)
        if not any(map(islands.covers, (mission.ordered_at, mission.ended_at, *steps))):
            continue
        number = _vehicle(floor, mission)
        by = who(floor, mission.dispatcher_id)
        sent = say("派车 {vehicle}（{who}）", vehicle=number, who=by)
        yield Entry(mission.incident_id, mission.ordered_at, sent)
        for one in mission.milestones:
            if one.kind is not MilestoneKind.ASSIGNED:
                words = f"{number} {step(one.kind)}（{word(one.source)}）"
                yield Entry(mission.incident_id, one.at, words)
        if mission.result is not None and mission.ended_at is not None:
            yield Entry(
                mission.incident_id, mission.ended_at, f"{number} {word(mission.result)} {mission.reason}"
            )


def _vehicle(floor: Floor, mission: Mission) -> str:
    vehicle = floor.vehicles.get(mission.vehicle_id)
    return vehicle.number if vehicle else "–"


# --- as rows and sides of the desk -----------------------------------------------------------------------


def to_check(desk: Desk) -> int:
    """How many incidents and calls nobody has looked at yet."""
    return sum(row.tone == "warning" for row in rows(desk))


def rows(desk: Desk) -> list[ConflictRow]:
    """One for each incident or call anything was recorded of, oldest first; ticked ones last."""
    of: dict[str, list[Entry]] = {}
    for entry in entries(desk.floor, desk.islands):
        of.setdefault(entry.key, []).append(entry)
    found = [_row(desk, key, several) for key, several in of.items()]
    return sorted(found, key=lambda row: row.tone != "warning")


def _row(desk: Desk, key: str, several: list[Entry]) -> ConflictRow:
    floor, checked = desk.floor, desk.islands.is_checked(key, several[-1].at)
    incident = floor.incidents.get(key)
    seat = floor.seats.get((incident.seat_id if incident else floor.calls[key].seat_id) or "")
    return ConflictRow(
        id=key,
        at=clock(several[0].at),
        site=say("{seat} 台", seat=seat.number) if seat else "",
        what=say("事件") if incident else say("来电"),
        target=_named(floor, incident) if incident else floor.calls[key].number,
        rule=several[-1].words,
        followed=say("{n} 条", n=len(several)),
        state=say("● 已核对") if checked else say("▲ 待核对"),
        tone="quiet" if checked else "warning",
    )


def _named(floor: Floor, incident: Incident) -> str:
    return f"{short(incident.number, floor)} {incident.place.address}".strip()


def recorded(desk: Desk, key: str) -> Side:
    """Everything of this incident or call from that time."""
    floor = desk.floor
    incident = floor.incidents.get(key)
    lines = [_named(floor, incident), incident.complaint] if incident else [_number(floor, key)]
    found = [it for it in entries(floor, desk.islands) if it.key == key]
    steps = tuple(f"{clock(it.at)} {it.words}" for it in found)
    title, heading = say("孤岛期间的记录（仅存本中心）"), say("当时记录：")
    return Side(title, tuple(it for it in lines if it), steps, heading)


def _number(floor: Floor, key: str) -> str:
    call = floor.calls.get(key)
    return say("来电 {number}", number=call.number) if call else ""


def advice(desk: Desk) -> Side:
    """From when to when, and what to look for."""
    times = []
    for it in desk.islands.seen:
        until = clock(it.ended_at) if it.ended_at else say("此刻")
        times.append(
            say("孤岛：{day} {began} 至 {until}", day=day(it.began_at), began=clock(it.began_at), until=until)
        )
    return Side(
        say("怎么核对"),
        (
            *times,
            say("向车组和医院核实经过，与录音、纸面登记对照"),
            say("有出入的在事件里更正（Ctrl+M 更正时间），原记录保留"),
            say("本表按本台听到的孤岛起止；完整起止与授权人：main.py audit list"),
        ),
        (),
        plain=True,
    )
