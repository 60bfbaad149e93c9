"""The milestone order of a mission and the states of a vehicle, as tables. One file owns every transition."""

from dispatch.kinds import MilestoneKind, MissionResult, VehicleState
from dispatch.words import Milestone, Mission

STAGE_ORDER: tuple[MilestoneKind, ...] = tuple(MilestoneKind)
STAGE_RANK: dict[MilestoneKind, int] = {kind: rank for rank, kind in enumerate(STAGE_ORDER)}

# These end a running mission; the vehicle is then in the state beside them.
ENDING: dict[MilestoneKind, VehicleState] = {
    MilestoneKind.COMPLETED: VehicleState.ON_ROAD,
    MilestoneKind.ROAD_STANDBY: VehicleState.ON_ROAD,
    MilestoneKind.RETURNED: VehicleState.IN_STATION,
}

CALLABLE = frozenset({VehicleState.IN_STATION, VehicleState.ON_ROAD})

_FREE = frozenset(VehicleState) - {VehicleState.BUSY}

# Where a person or a rule may take a vehicle from each state. BUSY is entered and left by missions only.
VEHICLE_MOVES: dict[VehicleState, frozenset[VehicleState]] = {
    state: frozenset() if state is VehicleState.BUSY else _FREE - {state} for state in VehicleState
}

# What becomes of the vehicle when its mission ends this way.
AFTER_RESULT: dict[MissionResult, VehicleState] = {
    MissionResult.COMPLETED: VehicleState.ON_ROAD,
    MissionResult.ABORTED: VehicleState.ON_ROAD,
    MissionResult.EMPTY_RUN: VehicleState.ON_ROAD,
    MissionResult.ENDED_AT_SCENE: VehicleState.ON_ROAD,
    MissionResult.REFUSED: VehicleState.SUSPENDED,
}

# With these the vehicle did what it was sent for; the others called it off.
SERVED = frozenset({MissionResult.COMPLETED, MissionResult.EMPTY_RUN, MissionResult.ENDED_AT_SCENE})

# A result may be given only while the mission's stage lies between these two (both included).
RESULT_STAGES: dict[MissionResult, tuple[MilestoneKind, MilestoneKind]] = {
    MissionResult.ABORTED: (MilestoneKind.ASSIGNED, MilestoneKind.ON_SCENE),
    MissionResult.REFUSED: (MilestoneKind.ASSIGNED, MilestoneKind.DEPARTED),
    MissionResult.EMPTY_RUN: (MilestoneKind.DEPARTED, MilestoneKind.ON_SCENE),
    MissionResult.ENDED_AT_SCENE: (MilestoneKind.ON_SCENE, MilestoneKind.PATIENT_ABOARD),
}


def advances(mission: Mission, kind: MilestoneKind) -> bool:
    """True when the milestone lies ahead of where the mission stands."""
    return STAGE_RANK[kind] > STAGE_RANK[mission.stage]


def result_possible(mission: Mission, result: MissionResult) -> bool:
    """True when the mission, at its stage, may end this way (domain table of results)."""
    first, last = RESULT_STAGES[result]
    return STAGE_RANK[first] <= STAGE_RANK[mission.stage] <= STAGE_RANK[last]


def milestone(mission: Mission, kind: MilestoneKind) -> Milestone | None:
    """The entry that counts for this step, or None when it never came."""
    found = [entry for entry in mission.milestones if entry.kind == kind]
    return next((entry for entry in found if not entry.late), found[0] if found else None)


def next_stage(mission: Mission) -> MilestoneKind | None:
    """The step a crew would usually report next; None after the last."""
    following = STAGE_ORDER[STAGE_RANK[mission.stage] + 1 :]
    return following[0] if following else None


def vehicle_came(mission: Mission) -> bool:
    """True when a vehicle served the incident: it came to the scene, or left and was not called off.

    One on its way may still be called off, and what was entered after the end (late) proves nothing. Nor does
    a run of another site that ended empty: its vehicle was ours, and went elsewhere.
    """
    elsewhere = mission.late_from and mission.result is MissionResult.EMPTY_RUN
    left_is_enough = mission.result in SERVED and not elsewhere
    first = MilestoneKind.DEPARTED if left_is_enough else MilestoneKind.ON_SCENE
    seen = range(STAGE_RANK[first], STAGE_RANK[MilestoneKind.COMPLETED])
    return any(STAGE_RANK[entry.kind] in seen for entry in mission.milestones if not entry.late)


def has_left(mission: Mission) -> bool:
    """True once the vehicle is out on the road for this mission."""
    return STAGE_RANK[mission.stage] >= STAGE_RANK[MilestoneKind.DEPARTED]
