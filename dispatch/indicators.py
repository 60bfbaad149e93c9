"""Quality figures of a stretch of time, each with the definition it was computed by (domain chapter 4.3).

Drills never count. Missing or negative intervals are left out and their number is given beside the figure.
"""

from dispatch.figure import Figure, gap, interval
from dispatch.floor import Floor
from dispatch.indicators_calls import call_figures
from dispatch.indicators_located import located_figures
from dispatch.kinds import CallClass, Direction, MilestoneKind
from dispatch.missed import dialled
from dispatch.stages import milestone
from dispatch.words import Call, Incident, Mission

ANSWER_GOAL_S = 10
TURNOUT_GOAL_S = 180


def figures(floor: Floor, since: int, until: int) -> tuple[Figure, ...]:
    """The interval figures of what began in [since, until) ms. Calls by ring, incidents by first intake."""
    calls = [call for call in floor.calls.values() if since <= call.rang_at < until and _counts(floor, call)]
    tries = dialled(calls)
    incidents = [
        incident
        for incident in floor.incidents.values()
        if not incident.drill and since <= (incident.first_accepted_at or incident.opened_at) < until
    ]
    missions = [floor.missions[key] for incident in incidents for key in incident.mission_ids]
    drills = {incident.id for incident in floor.incidents.values() if incident.drill}
    begun = [intake for intake in floor.intakes.values() if since <= intake.begun_at < until]
    intakes = [intake for intake in begun if intake.ended_at is not None and intake.incident_id not in drills]
    return (
        _answer_rate(tries),
        interval("answer", "t_answer - t_ring", (gap(c.rang_at, c.answered_at) for c in tries)),
        interval("dispatch", "t_order - t_accept0", (_dispatch_gap(i) for i in incidents)),
        interval("turnout", "t_go - t_recv", (_turnout(m) for m in missions)),
        _turnout_rate(missions),
        interval("response", "t_scene - t_accept0 (first vehicle)", (_response(floor, i) for i in incidents)),
        *call_figures(tries, intakes),
        *located_figures(calls),
    )


def rehearsed(floor: Floor, since: int, until: int) -> int:
    """How many calls and incidents of [since, until) ms are left out, as they belong to drills and tests."""
    calls = (call for call in floor.calls.values() if call.direction is Direction.INBOUND)
    drills = (incident for incident in floor.incidents.values() if incident.drill)
    return sum(since <= call.rang_at < until and _is_rehearsed(floor, call) for call in calls) + sum(
        since <= (incident.first_accepted_at or incident.opened_at) < until for incident in drills
    )


def _counts(floor: Floor, call: Call) -> bool:
    return call.direction is Direction.INBOUND and not _is_rehearsed(floor, call)


def _is_rehearsed(floor: Floor, call: Call) -> bool:
    incident = floor.incidents.get(call.incident_id or "")
    return call.call_class is CallClass.TEST or (incident is not None and incident.drill)


def _answer_rate(calls: list[Call]) -> Figure:
    goal_ms = ANSWER_GOAL_S * 1000
    over = [call for call in calls if call.answered_at is not None or call.ended_at is not None]
    good = [c for c in over if c.answered_at is not None and c.answered_at - c.rang_at <= goal_ms]
    value = len(good) / len(over) if over else None
    definition = f"answered within {ANSWER_GOAL_S} s / inbound calls, unanswered ones included"
    return Figure("answer_rate", definition, value, len(over), share=True)


def _turnout_rate(missions: list[Mission]) -> Figure:
    gaps = [gap for gap in map(_turnout, missions) if gap is not None and gap >= 0]
    good = [gap for gap in gaps if gap <= TURNOUT_GOAL_S * 1000]
    value = len(good) / len(gaps) if gaps else None
    definition = f"t_go - t_recv <= {TURNOUT_GOAL_S} s / missions with both times"
    return Figure("turnout_rate", definition, value, len(gaps), len(missions) - len(gaps), share=True)


def _dispatch_gap(incident: Incident) -> int | None:
    return gap(incident.first_accepted_at, incident.first_ordered_at)


def _step_at(mission: Mission, kind: MilestoneKind) -> int | None:
    step = milestone(mission, kind)
    return step.at if step else None


def _turnout(mission: Mission) -> int | None:
    received = _step_at(mission, MilestoneKind.ACKNOWLEDGED)
    return gap(received, _step_at(mission, MilestoneKind.DEPARTED))


def _response(floor: Floor, incident: Incident) -> int | None:
    scenes = [_step_at(floor.missions[key], MilestoneKind.ON_SCENE) for key in incident.mission_ids]
    arrived = [at for at in scenes if at is not None]
    return gap(incident.first_accepted_at, min(arrived)) if arrived else None
