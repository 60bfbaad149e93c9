"""What is drawn over the base map, as plain facts: the console makes them, the canvas only shows them.

Points are WGS-84 degrees, times are milliseconds since 1970 UTC. No Qt here.
"""

from enum import StrEnum

from msgspec import Struct


class VehicleMark(Struct, frozen=True, gc=False):
    """One ambulance. `look` is a key of `palette.VEHICLE_SIGNS`.

    `heading_deg` None: not known, no nose is drawn. `speed_kmh` None: not reported.
    `at_ms` is when the position was taken; its age greys the mark.
    """

    id: str
    number: str
    lon: float
    lat: float
    look: str
    at_ms: int
    heading_deg: float | None = None
    speed_kmh: float | None = None


class IncidentMark(Struct, frozen=True, gc=False):
    """One open incident. `priority` 1 (gravest) … 4. `waiting`: nobody is on the way yet."""

    id: str
    number: str
    lon: float
    lat: float
    priority: int
    text: str = ""
    waiting: bool = False


class PlaceKind(StrEnum):
    HOSPITAL = "hospital"
    STATION = "station"
    AED = "aed"
    PIN = "pin"  # the place of the incident in hand, being set
    CALLER = "caller"  # where the network says the caller is


class PlaceMark(Struct, frozen=True, gc=False):
    """A place worth a sign. `radius_m` None: no circle; a circle says how unsure the place is."""

    id: str
    kind: PlaceKind
    lon: float
    lat: float
    name: str = ""
    radius_m: float | None = None


class AreaLook(StrEnum):
    TAKEN = "taken"  # in the form: a whole line
    OFFERED = "offered"  # shown beside the form: dashes
    OTHER = "other"  # said by somebody else as well: dots, no words


class AreaMark(Struct, frozen=True, gc=False):
    """Where the network says somebody is, with its doubt: never a bare pin.

    `ring` is its outline, not closed; a single point: nobody said how exact it is, which is drawn as such.
    `lon`, `lat`: its middle. `text` says how it was measured and how sure it is.
    """

    id: str
    ring: tuple[tuple[float, float], ...]
    lon: float
    lat: float
    text: str = ""
    look: AreaLook = AreaLook.OFFERED


class RouteMark(Struct, frozen=True, gc=False):
    """A way drawn as a line through (lon, lat) points; `text` is shown at its middle, e.g. the ETA.

    `main`: the vehicle that is proposed or on the way; the others are drawn quieter.
    """

    id: str
    points: tuple[tuple[float, float], ...]
    text: str = ""
    main: bool = True
