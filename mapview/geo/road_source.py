"""Reads roads, signals and turn restrictions out of an .osm.pbf.

Extracts are cut through roads: a missing node splits the road at the hole and is counted, nothing aborts.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import osmium
from numpy.typing import NDArray

from mapview.geo.errors import SourceError
from mapview.geo.roads import Way, direction, road_class, road_name

VIA_WAYS_MAX: Final = 8  # real ones have one to three; the ways through a mistaken grid are endless
_KIND: Final = re.compile(r"^(no|only)_(\w+)$")


@dataclass(frozen=True, slots=True)
class RoadRun:
    """An unbroken stretch of one OSM way: node ids and their places in 1e-7 degrees."""

    way_id: int
    road_class: int
    way: Way
    name: str
    nodes: tuple[int, ...]
    points: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Restriction:
    """One turn restriction; `via_node` is `None` where ways lie between `from` and `to`."""

    only: bool
    turn: str
    """`left_turn`, `straight_on`, `u_turn`, `entry` … as the source says it."""
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


@dataclass(slots=True)
class RoadSource:
    """Everything the road graph is made of, as it stood in the file."""

    runs: list[RoadRun] = field(default_factory=list)
    signals: set[int] = field(default_factory=set)
    restrictions: list[Restriction] = field(default_factory=list)
    missing_nodes: int = 0
    broken_restrictions: list[int] = field(default_factory=list)


def read_roads(pbf: Path) -> RoadSource:
    """Raises SourceError when the file cannot be read at all."""
    source = RoadSource()
    try:
        _read_ways(pbf, source)
        _read_signals(pbf, source)
        _read_restrictions(pbf, source)
    except (RuntimeError, OSError) as error:
        raise SourceError(f"{pbf}: {error}") from error
    return source


def _read_ways(pbf: Path, source: RoadSource) -> None:
    entities = osmium.osm.NODE | osmium.osm.WAY
    ways = osmium.FileProcessor(str(pbf), entities).with_locations()
    ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    ways.with_filter(osmium.filter.KeyFilter("highway"))
    for way in ways:
        tags = dict(way.tags)
        cls = road_class(tags)
        if cls is None:
            continue
        for nodes, points in _unbroken(way, source):
            shape = np.array(points, np.int32)
            source.runs.append(RoadRun(way.id, cls, direction(tags), road_name(tags), tuple(nodes), shape))


def _unbroken(way: "osmium.osm.Way", source: RoadSource) -> list[tuple[list[int], list[tuple[int, int]]]]:
    runs: list[tuple[list[int], list[tuple[int, int]]]] = [([], [])]
    for node in way.nodes:
        nodes, points = runs[-1]
        if not node.location.valid():
            source.missing_nodes += 1
            if nodes:
                runs.append(([], []))
        elif not nodes or nodes[-1] != node.ref:
            nodes.append(node.ref)
            points.append((node.location.x, node.location.y))
    return [run for run in runs if len(run[0]) > 1]


def _read_signals(pbf: Path, source: RoadSource) -> None:
    for key in ("highway", "crossing"):  # a signalled pedestrian crossing stops cars as well
        nodes = osmium.FileProcessor(str(pbf), osmium.osm.NODE)
        nodes.with_filter(osmium.filter.TagFilter((key, "traffic_signals")))
        source.signals.update(node.id for node in nodes)


def _read_restrictions(pbf: Path, source: RoadSource) -> None:
    relations = osmium.FileProcessor(str(pbf), osmium.osm.RELATION)
    relations.with_filter(osmium.filter.TagFilter(("type", "restriction")))
    for relation in relations:
        tags = dict(relation.tags)
        kind = _KIND.match(tags.get("restriction") or tags.get("restriction:motorcar", ""))
        if kind is None or "emergency" in tags.get("except", ""):
            continue
        members = [(m.type, m.role, m.ref) for m in relation.members]
        restriction = _restriction(kind[1] == "only", kind[2], members)
        if restriction is None:
            source.broken_restrictions.append(relation.id)
        else:
            source.restrictions.append(restriction)


def _restriction(only: bool, turn: str, members: list[tuple[str, str, int]]) -> Restriction | None:
    """`None` when a member that it needs was cut away, or it names more ways than a turn can have."""
    from_ways = tuple(ref for kind, role, ref in members if (kind, role) == ("w", "from"))
    to_ways = tuple(ref for kind, role, ref in members if (kind, role) == ("w", "to"))
    via_ways = tuple(ref for kind, role, ref in members if (kind, role) == ("w", "via"))
    via_nodes = [ref for kind, role, ref in members if (kind, role) == ("n", "via")]
    if not from_ways or not to_ways or len(via_ways) > VIA_WAYS_MAX or (not via_ways and len(via_nodes) != 1):
        return None
    return Restriction(only, turn, from_ways, None if via_ways else via_nodes[0], via_ways, to_ways)
