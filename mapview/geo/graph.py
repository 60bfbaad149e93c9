"""Import step 3: builds the road graph of a city from an .osm.pbf."""

import sqlite3
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from mapview.geo.road_edges import Edge, Shape, directed_edges, split_at_junctions
from mapview.geo.road_graph import Flags, Ints, RoadGraph, save_graph
from mapview.geo.road_source import RoadSource, read_roads
from mapview.geo.steps import ImportReport, StepProgress
from mapview.geo.turns import permitted_turns, turn_kinds


def build(source: Path, city: sqlite3.Connection, report: ImportReport, progress: StepProgress) -> None:
    """Read the roads at `source` and write the table `road_graph` into the city file."""
    roads = read_roads(source)
    progress(0.4)
    graph = graph_of(roads)
    progress(0.9)
    save_graph(graph, city)
    report.count("graph.edges", len(graph.edge_shape))
    report.count("graph.edges_main", int(graph.edge_main.sum()))
    report.count("graph.turns", len(graph.arc_from))
    report.count("graph.restrictions", len(roads.restrictions))
    if roads.missing_nodes:
        report.lose("graph.road_node_missing", roads.missing_nodes)
    for relation in roads.broken_restrictions:
        report.lose("graph.restriction_broken", example=f"relation {relation}")


def graph_of(roads: RoadSource) -> RoadGraph:
    """The search graph of the roads as read."""
    shapes = split_at_junctions(roads)
    edges = directed_edges(shapes, roads.signals)
    table = permitted_turns(edges, roads.restrictions)
    arcs = turn_kinds(table, edges, shapes)
    return _assemble(shapes, edges, table.base, [(int(a), int(b), int(t)) for a, b, t in arcs])


def _assemble(
    shapes: list[Shape], edges: list[Edge], base: list[int], arcs: list[tuple[int, int, int]]
) -> RoadGraph:
    names = ("", *sorted({shape.run.name for shape in shapes} - {""}))
    number = {name: i for i, name in enumerate(names)}
    arc = np.array(arcs, np.int32).reshape(-1, 3)
    counts = [0, *(len(shape.points) for shape in shapes)]
    no_points = np.empty((0, 2), np.int32)
    all_edges = [edges[b] for b in base]
    return RoadGraph(
        names=names,
        shape_start=np.cumsum(counts, dtype=np.int32),
        shape_points=np.concatenate([no_points, *(shape.points for shape in shapes)]),
        shape_class=np.array([shape.run.road_class for shape in shapes], np.uint8),
        shape_name=np.array([number[shape.run.name] for shape in shapes], np.int32),
        shape_length_m=np.array([shape.length_m for shape in shapes], np.float64),
        shape_bearing_start=np.array([shape.bearing_start for shape in shapes], np.float64),
        shape_bearing_end=np.array([shape.bearing_end for shape in shapes], np.float64),
        edge_shape=np.array([edge.shape for edge in all_edges], np.int32),
        edge_backward=np.array([edge.backward for edge in all_edges], np.bool_),
        edge_signal=np.array([edge.signal for edge in all_edges], np.bool_),
        edge_base=np.array(base, np.int32),
        edge_main=_main_part(len(base), arc),
        arc_from=arc[:, 0].copy(),
        arc_to=arc[:, 1].copy(),
        arc_turn=arc[:, 2].astype(np.uint8),
    )


def _main_part(edge_count: int, arc: Ints) -> Flags:
    if not edge_count:
        return np.zeros(0, np.bool_)
    turns = csr_matrix((np.ones(len(arc)), (arc[:, 0], arc[:, 1])), shape=(edge_count, edge_count))
    _, part = connected_components(turns, directed=True, connection="strong")
    return np.asarray(part == np.bincount(part).argmax())
