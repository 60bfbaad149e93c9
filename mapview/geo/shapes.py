"""Coordinates out of pyosmium objects: fast through WKB, slowly and tolerantly where nodes are missing."""

import struct
from typing import Any, Final

import numpy as np
import osmium

from mapview.geo.projection import FloatArray

_WKB: Final = osmium.geom.WKBFactory()
_RING_POINTS_MIN: Final = 4

Rings = list[FloatArray]  # outer ring, then its holes


def line_of(way: Any) -> FloatArray | None:
    """All points of a way as (n, 2) degrees; None where a node is missing or fewer than 2 are left."""
    try:
        wkb = bytes.fromhex(_WKB.create_linestring(way))
    except (osmium.InvalidLocationError, RuntimeError):
        return None
    return np.frombuffer(wkb, "<f8", offset=9).reshape(-1, 2)


def runs_of(way: Any) -> list[FloatArray]:
    """The unbroken runs of a way with missing nodes, each of at least 2 points."""
    runs: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append((node.lon, node.lat))
        elif runs[-1]:
            runs.append([])
    return [np.array(run) for run in runs if len(run) > 1]


def closed_of(way: Any) -> FloatArray | None:
    """The ring of a closed way with missing nodes, shut over the hole; None if too little is left."""
    points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
    if points and points[0] != points[-1]:
        points.append(points[0])
    return np.array(points) if len(points) >= _RING_POINTS_MIN else None


def polygons_of(area: Any) -> list[Rings]:
    """The polygons of an assembled area; empty where it could not be assembled."""
    try:
        wkb = bytes.fromhex(_WKB.create_multipolygon(area))
    except (osmium.InvalidLocationError, RuntimeError):
        return []
    polygons, at = [], 9
    (count,) = struct.unpack_from("<I", wkb, 5)
    for _ in range(count):
        (ring_count,) = struct.unpack_from("<I", wkb, at + 5)
        at += 9
        rings = []
        for _ in range(ring_count):
            (points,) = struct.unpack_from("<I", wkb, at)
            rings.append(np.frombuffer(wkb, "<f8", points * 2, at + 4).reshape(-1, 2))
            at += 4 + points * 16
        polygons.append(rings)
    return polygons


def centre_of(ring: FloatArray) -> tuple[float, float]:
    """The centre of gravity of a closed ring in degrees (the mean of its points if it has no area)."""
    x, y = (ring - ring[0]).T
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    area = cross.sum() * 3
    if abs(area) < 1e-15:
        return float(ring[:, 0].mean()), float(ring[:, 1].mean())
    east = ((x[:-1] + x[1:]) * cross).sum() / area
    north = ((y[:-1] + y[1:]) * cross).sum() / area
    return float(ring[0, 0] + east), float(ring[0, 1] + north)
