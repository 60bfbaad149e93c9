"""What is known of where a caller is: one struct for the INVITE, a location server and a look-up alike."""

from msgspec import Struct

from dispatch.shapes import Shape
from dispatch.whereabouts import Source
from telephony.location.civic import CivicAddress

CONFIDENCE_ASSUMED_PERCENT = 95.0
WGS84 = "wgs84"


class Location(Struct, frozen=True, omit_defaults=True):
    """A shape, a civic address, or both of the same place.

    `confidence_percent` None: not said; RFC 7459 4 then takes 95 for a shape with a size. `method` as in the
    registry of RFC 4119 (GPS, A-GPS, Cell, Wiretap …), "" unknown. `at_ms` None: nobody said when it was
    measured. `datum`: of the shape's points as given; anything but WGS-84 must be converted before drawing.
    `said_by`: who put it in (loc-src of RFC 8787, the operator), "" the caller's own telephone or unknown.
    `entity`: whom it is about. `cited` False: it came with the call, but no Geolocation header named it.
    """

    source: Source
    shape: Shape | None = None
    civic: CivicAddress | None = None
    confidence_percent: float | None = None
    method: str = ""
    at_ms: int | None = None
    expires_ms: int | None = None
    said_by: str = ""
    entity: str = ""
    note: str = ""
    datum: str = WGS84
    cited: bool = True


class Reference(Struct, frozen=True):
    """A place to ask: `purpose` "location", or the EmergencyCallData kind of RFC 7852. `rank` as received."""

    uri: str
    purpose: str
    rank: int
    said_by: str = ""
