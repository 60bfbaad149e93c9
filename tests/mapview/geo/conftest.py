"""Hand-drawn towns: metres from a corner of Harbin, written as .osm.pbf or taken as roads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import pytest

from mapview.geo.projection import metres_per_degree
from mapview.geo.road_source import Restriction, RoadRun, RoadSource
from mapview.geo.roads import ROAD_CLASSES, Way, direction, road_name

CORNER = (126.64, 45.75)
EAST_M, NORTH_M = metres_per_degree(CORNER[1])


@dataclass
class Town:
    """Nodes in metres east and north of the corner; ways (node ids, tags); relations (members, tags)."""

    nodes: Mapping[int, tuple[float, float]]
    ways: Mapping[int, tuple[Sequence[int], Mapping[str, str]]]
    node_tags: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    relations: Mapping[int, tuple[Sequence[tuple[str, int, str]], Mapping[str, str]]] = field(
        default_factory=dict
    )

    @staticmethod
    def at(x: float, y: float) -> tuple[float, float]:
        """Degrees of a place in metres."""
        return CORNER[0] + x / EAST_M, CORNER[1] + y / NORTH_M

    def write(self, path: Path) -> Path:
        with osmium.SimpleWriter(str(path), overwrite=True) as out:
            for ref, place in self.nodes.items():
                tags = self.node_tags.get(ref, {})
                out.add_node(osmium.osm.mutable.Node(id=ref, location=self.at(*place), tags=tags))
            for ref, (nodes, tags) in self.ways.items():
                out.add_way(osmium.osm.mutable.Way(id=ref, nodes=list(nodes), tags=tags))
            for ref, (members, tags) in self.relations.items():
                out.add_relation(osmium.osm.mutable.Relation(id=ref, members=list(members), tags=tags))
        return path

    def roads(self, restrictions: Sequence[Restriction] = ()) -> RoadSource:
        """The same without a file: every way is one unbroken run."""
        runs = [
            RoadRun(ref, ROAD_CLASSES.index(tags["highway"]), direction(tags), road_name(tags), tuple(nodes),
                    np.array([[round(v * 1e7) for v in self.at(*self.nodes[n])] for n in nodes], np.int32))
            for ref, (nodes, tags) in self.ways.items()
        ]  # fmt: skip
        assert all(isinstance(run.way, Way) for run in runs)
        return RoadSource(runs, set(), list(restrictions))


@pytest.fixture(scope="session")
def town() -> Callable[..., Town]:
    return Town


@pytest.fixture
def write_town(tmp_path: Path) -> Callable[..., Path]:
    """Writes a town as .osm.pbf and returns its path."""

    def write(*args: object, **kwargs: object) -> Path:
        return Town(*args, **kwargs).write(tmp_path / "town.osm.pbf")

    return write
