"""Quality figures of a stretch of time, each with the definition it was computed by (domain chapter 4.3).

Drills never count. Missing or negative intervals are left out and their number is given beside the figure.
"""

import math
from collections.abc import Iterable
from statistics import mean, median

from msgspec import Struct

from dispatch.floor import Floor
from dispatch.kinds import CallClass, Direction, MilestoneKind
from dispatch.stages import milestone
from dispatch.words import Call, Incident, Mission

ANSWER_GOAL_S = 10
TURNOUT_GOAL_S = 180


class Figure(Struct, frozen=True):
    """`value` None: nothing to count. `share` figures are 0..1, the others seconds.

    `count` records went in, `left_out` had a missing or negative interval.
    """

    name: str
    definition: str
    value: float | None
    count: int
    left_out: int = 0
    median: float | None = None
    p90: float | None = None
    share: bool = False


def figures(floor: Floor, since: int, until: int) -> tuple[Figure, ...]:
    """The interval figures of what began in [since, until) ms. Calls by ring, incidents by first intake."""
    calls = [call for call in floor.calls.values() if since <= call.rang_at < until and _counts(floor, call)]
    incidents = [
        incident
        for incident in floor.incidents.values()
        if not incident.drill and since <= (incident.first_accepted_at or incident.opened_at) < until
    ]
    missions = [floor.missions[key] for incident in incidents for key in incident.mission_ids]
    return (
        _answer_rate(calls),
        _interval("answer", "t_answer - t_ring", (_gap(c.rang_at, c.answered_at) for c in calls)),
        _interval("dispatch", "t_order - t_accept0", (_dispatch_gap(i) for i in incidents)),
        _interval("turnout", "t_go - t_recv", (_turnout(m) for m in missions)),
        _turnout_rate(missions),
        _interval(
            "response", "t_scene - t_accept0 (first vehicle)", (_response(floor, i) for i in incidents)
        ),
    )


def _counts(floor: Floor, call: Call) -> bool:
    incident = floor.incidents.get(call.incident_id or "")
    rehearsed = call.call_class is CallClass.TEST or (incident is not None and incident.drill)
    return call.direction is Direction.INBOUND and not rehearsed


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


def _interval(name: str, definition: str, gaps_ms: Iterable[int | None]) -> Figure:
    every = list(gaps_ms)
    good = sorted(gap / 1000 for gap in every if gap is not None and gap >= 0)
    left_out = len(every) - len(good)
    if not good:
        return Figure(name, definition, None, 0, left_out)
    p90 = good[math.ceil(len(good) * 0.9) - 1]  # nearest rank
    return Figure(name, definition, mean(good), len(good), left_out, median(good), p90)


def _gap(start: int | None, end: int | None) -> int | None:
    return None if start is None or end is None else end - start


def _dispatch_gap(incident: Incident) -> int | None:
    return _gap(incident.first_accepted_at, incident.first_ordered_at)


def _step_at(mission: Mission, kind: MilestoneKind) -> int | None:
    step = milestone(mission, kind)
    return step.at if step else None


def _turnout(mission: Mission) -> int | None:
    received = _step_at(mission, MilestoneKind.ACKNOWLEDGED)
    return _gap(received, _step_at(mission, MilestoneKind.DEPARTED))


def _response(floor: Floor, incident: Incident) -> int | None:
    scenes = [_step_at(floor.missions[key], MilestoneKind.ON_SCENE) for key in incident.mission_ids]
    arrived = [at for at in scenes if at is not None]
    return _gap(incident.first_accepted_at, min(arrived)) if arrived else None
