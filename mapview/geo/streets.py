"""Streets from their ways: which ways are one street, where two streets cross, points along them.

Two streets of one name far apart stay two; flyovers share no node with what they cross and are found
by geometry.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from mapview.geo.named_source import StreetRun
from mapview.geo.projection import metres_per_degree

SAME_STREET_M: Final = 400.0
"""Ways of one name with a smaller gap between them are one street (carriageways, a missing piece)."""
SAME_CROSSING_M: Final = 90.0
SAMPLE_M: Final = 40.0

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Street:
    """A street: its middle, on the street, in degrees."""

    name: str
    drivable: bool
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where two streets meet; names in order."""

    first: str
    second: str
    lon: float
    lat: float


def join_streets(runs: Iterable[StreetRun]) -> list[Street]:
    """One street for each group of ways of a name that lie together."""
    by_name: dict[str, list[StreetRun]] = defaultdict(list)
    for run in runs:
        by_name[run.name].append(run)
    return [street for name, same in by_name.items() for street in _streets_of(name, same)]


def _streets_of(name: str, runs: list[StreetRun]) -> list[Street]:
    points = np.concatenate([run.points for run in runs])
    scale = np.array(metres_per_degree(float(points[0, 1])))
    run_of = np.repeat(np.arange(len(runs)), [len(run.points) for run in runs])
    near = cKDTree(points * scale).query_pairs(SAME_STREET_M, output_type="ndarray")
    links = np.concatenate([run_of[near], np.stack([np.arange(len(runs))] * 2, axis=1)])
    graph = coo_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(runs),) * 2)
    _, group = connected_components(graph, directed=False)
    streets = []
    for part in range(int(group.max()) + 1):
        own = points[group[run_of] == part]
        middle = own[np.hypot(*((own - own.mean(axis=0)) * scale).T).argmin()]
        drivable = any(run.drivable for run, g in zip(runs, group, strict=True) if g == part)
        streets.append(Street(name, drivable, float(middle[0]), float(middle[1])))
    return streets


def crossings_of(runs: list[StreetRun]) -> list[Crossing]:
    """Every place where two streets of different names meet, each once."""
    met: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for pair, point in [*_at_shared_nodes(runs), *_at_flyovers(runs)]:
        met[pair].append(point)
    return [Crossing(*pair, lon, lat) for pair, points in met.items() for lon, lat in _grouped(points)]


Met = tuple[tuple[str, str], tuple[float, float]]


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def _at_shared_nodes(runs: list[StreetRun]) -> Iterable[Met]:
    names: dict[int, dict[str, tuple[float, float]]] = defaultdict(dict)
    for run in runs:
        for node, (lon, lat) in zip(run.nodes, run.points, strict=True):
            names[node][run.name] = (float(lon), float(lat))
    for here in names.values():
        for a, b in combinations(here, 2):
            yield _pair(a, b), here[a]


def _at_flyovers(runs: list[StreetRun]) -> Iterable[Met]:
    lines = [shapely.LineString(run.points) for run in runs]
    tree = shapely.STRtree(lines)
    for i, j in tree.query(lines, predicate="crosses").T:
        if i < j and runs[i].name != runs[j].name and set(runs[i].nodes).isdisjoint(runs[j].nodes):
            for point in shapely.get_parts(shapely.intersection(lines[i], lines[j])):
                yield _pair(runs[i].name, runs[j].name), (point.centroid.x, point.centroid.y)


def _grouped(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Middles of the points that lie within one junction of each other."""
    scale = np.array(metres_per_degree(points[0][1]))
    groups: list[list[tuple[float, float]]] = []
    for point in points:
        for group in groups:
            if np.hypot(*((np.array(point) - group[0]) * scale)) <= SAME_CROSSING_M:
                group.append(point)
                break
        else:
            groups.append([point])
    return [(float(lon), float(lat)) for lon, lat in (np.mean(group, axis=0) for group in groups)]


def samples_of(run: StreetRun) -> Points:
    """Points (n, 2) in degrees along a way, at most `SAMPLE_M` apart."""
    scale = np.array(metres_per_degree(float(run.points[0, 1])))
    steps = np.hypot(*(np.diff(run.points, axis=0) * scale).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0.0, along[-1], max(2, int(np.ceil(along[-1] / SAMPLE_M)) + 1))
    return np.stack([np.interp(at, along, run.points[:, axis]) for axis in (0, 1)], axis=1)
