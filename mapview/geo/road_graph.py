"""The road graph as arrays, and their table in the city file.

The nodes of the search are directed edges of roads, its arcs are permitted turns. Edges outside the
largest strongly connected part are kept (a vehicle may stand on one) but are never snapped to.
"""

import json
import sqlite3
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mapview.geo.errors import CityTooNewError, NotACityError

GRAPH_FORMAT: Final = 1
DEGREE_UNITS: Final = 10_000_000
"""Places are kept in the source's own 1e-7 degrees."""

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Small = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RoadGraph:
    """Arrays by shape (geometry between two junctions), by edge (one direction of it) and by arc (turn).

    Places are 1e-7 degrees WGS-84; bearings degrees from north in the order of the shape's points;
    `shape_name` indexes `names`, where 0 is the empty name. An edge whose `edge_base` is another edge is
    its copy for a restriction over via ways.
    """

    names: tuple[str, ...]
    shape_start: Ints
    shape_points: Ints
    shape_class: Small
    shape_name: Ints
    shape_length_m: Floats
    shape_bearing_start: Floats
    shape_bearing_end: Floats
    edge_shape: Ints
    edge_backward: Flags
    edge_signal: Flags
    edge_base: Ints
    edge_main: Flags
    arc_from: Ints
    arc_to: Ints
    arc_turn: Small

    def points_of(self, shape: int) -> Ints:
        """The points (n, 2) of one shape in 1e-7 degrees."""
        return self.shape_points[self.shape_start[shape] : self.shape_start[shape + 1]]


def save_graph(graph: RoadGraph, db: sqlite3.Connection) -> None:
    """Write the graph into the city file, replacing an earlier one. The caller commits."""
    db.execute("DROP TABLE IF EXISTS road_graph")
    db.execute("CREATE TABLE road_graph (part TEXT PRIMARY KEY, dtype TEXT, columns INTEGER, bytes BLOB)")
    heading = {"format": GRAPH_FORMAT, "names": graph.names}
    rows: list[tuple[str, str, int, bytes]] = [("", "json", 0, json.dumps(heading).encode())]
    for part in fields(graph)[1:]:
        array: NDArray[Any] = getattr(graph, part.name)
        columns = array.shape[1] if array.ndim == 2 else 0
        rows.append((part.name, array.dtype.str, columns, array.tobytes()))
    db.executemany("INSERT INTO road_graph VALUES (?, ?, ?, ?)", rows)


def load_graph(db: sqlite3.Connection) -> RoadGraph:
    """Raises NotACityError where the file has no road graph, CityTooNewError for a format of the future."""
    try:
        rows = db.execute("SELECT part, dtype, columns, bytes FROM road_graph").fetchall()
        parts = {part: (dtype, columns, blob) for part, dtype, columns, blob in rows}
        heading = json.loads(parts.pop("")[2])
        if heading["format"] > GRAPH_FORMAT:
            raise CityTooNewError(
                f"road graph of format {heading['format']}, this program knows {GRAPH_FORMAT}"
            )
        arrays = {name: _array(*stored) for name, stored in parts.items()}
        return RoadGraph(names=tuple(heading["names"]), **arrays)
    except (sqlite3.DatabaseError, KeyError, TypeError, ValueError) as error:
        raise NotACityError(f"no usable road graph: {error}") from error


def _array(dtype: str, columns: int, blob: bytes) -> NDArray[Any]:
    array = np.frombuffer(blob, np.dtype(dtype))
    return array.reshape(-1, columns) if columns else array
