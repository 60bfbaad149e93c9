"""How fast an ambulance drives: speed by road class, time lost at lights and turns.

The emergency figures are starting values, to be calibrated from the centre's own missions; one-way
streets and forbidden turns are kept, because ignoring them blindly made trips slower, not faster.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mapview.geo.road_graph import Floats, RoadGraph
from mapview.geo.roads import ROAD_CLASS_KMH, ROAD_CLASSES
from mapview.geo.turn import Turn

_M_S_PER_KMH: Final = 1 / 3.6


@dataclass(frozen=True, slots=True)
class Driving:
    """`speed_factor` by road class (1.0 where a class is not named), seconds lost at a light and per turn."""

    signal_s: float
    turn_s: Mapping[Turn, float]
    speed_factor: Mapping[str, float] = field(default_factory=dict)

    def edge_seconds(self, graph: RoadGraph) -> Floats:
        """Seconds to drive each edge from start to end, with the light at its end."""
        speeds = [ROAD_CLASS_KMH[name] * self.speed_factor.get(name, 1.0) for name in ROAD_CLASSES]
        shape_s = graph.shape_length_m / (np.array(speeds)[graph.shape_class] * _M_S_PER_KMH)
        return np.asarray(shape_s[graph.edge_shape] + graph.edge_signal * self.signal_s)

    def arc_seconds(self, graph: RoadGraph) -> Floats:
        """Seconds that each turn costs."""
        return np.array([self.turn_s[turn] for turn in Turn])[graph.arc_turn]


CIVIL: Final = Driving(
    signal_s=8.0,
    turn_s={Turn.NONE: 0.0, Turn.STRAIGHT: 1.5, Turn.RIGHT: 4.0, Turn.LEFT: 12.0, Turn.U_TURN: 20.0},
)
"""An ordinary car in flowing traffic."""

EMERGENCY: Final = Driving(
    signal_s=8.0 * 0.3,
    turn_s={Turn.NONE: 0.0, Turn.STRAIGHT: 1.0, Turn.RIGHT: 4.0, Turn.LEFT: 6.0, Turn.U_TURN: 15.0},
    speed_factor={
        "motorway": 1.1,
        "trunk": 1.15,
        "primary": 1.25,
        "secondary": 1.25,
        "tertiary": 1.2,
        "unclassified": 1.1,
        "residential": 1.1,
        "busway": 1.5,
    },
)
"""Blue light and siren."""
