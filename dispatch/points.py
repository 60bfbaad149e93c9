"""The point, below everything that has a place."""

from msgspec import Struct


class Point(Struct, frozen=True):
    """A WGS-84 point in degrees."""

    lon: float
    lat: float
