"""What a crashed car says of itself (VEDS of NENA and APCO, RFC 8148), as far as a dispatcher acts on it.

Elements are found by their names alone: makers differ in namespaces and in where they nest them. Names and
codes are those of VEDS 3.1 (August 2018).
"""

from xml.etree.ElementTree import Element

from msgspec import Struct

from dispatch.words import Point
from telephony.location.safe_xml import UnreadableError, first_text, moment_ms, named, number_of, text_of

KMH_PER_MPH = 1.609_344
SEATS_MAX = 80
OCCUPANTS_MAX = 500
DEGREES_PER_CLOCK_HOUR = 30.0
QUARTER_TURNS_MAX = 100.0
DELTA_V_MAX = 999.0  # in either unit
BY_ITSELF = {"MANUAL": False, "AIRBAG": True, "TENSIONER": True, "ACCELEROMETERS": True, "INJURY": True}
"""What set the call off; NORMAL and OTHER say nothing about it."""


class Airbag(Struct, frozen=True):
    """`deployed` None: not said."""

    where: str
    deployed: bool | None


class CarSeat(Struct, frozen=True):
    """None: the car does not know."""

    where: str
    occupied: bool | None
    belted: bool | None


class Crash(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """None or "": not said, which is not the same as no.

    `force_from_deg`: where the main force came from, clockwise from straight ahead. `heading_deg`: of travel.
    `occupants`: the number said, else the occupied seats counted. `fuel`: every storage of energy it has.
    `delta_v_kmh`: of the heaviest impact.
    """

    at_ms: int | None = None
    point: Point | None = None
    heading_deg: float | None = None
    make: str = ""
    model: str = ""
    year: str = ""
    colour: str = ""
    plate: str = ""
    vin: str = ""
    fuel: str = ""
    delta_v_kmh: float | None = None
    force_from_deg: float | None = None
    quarter_turns: float | None = None
    rolled_over: bool | None = None
    multiple_impacts: bool | None = None
    severe_injury: bool | None = None
    fire: bool | None = None
    fuel_leaking: bool | None = None
    occupants: int | None = None
    airbags: tuple[Airbag, ...] = ()
    seats: tuple[CarSeat, ...] = ()
    rest_position: str = ""
    automatic: bool | None = None


def read_crash(root: Element) -> Crash:
    """An `AutomatedCrashNotification`; total: what cannot be read is not said."""
    seats = tuple(_seat(e) for e in named(root, "VehicleSeat"))[:SEATS_MAX]
    turns = _number(first_text(root, "CrashPulseRolloverQuarterTurnsValue"), 0.0, QUARTER_TURNS_MAX)
    clock = _number(first_text(root, "CrashPulsePrincipalDirectionOfForceValue"), 0.0, 12.0)
    rolled = _yes(first_text(root, "VehicleRolloverIndicator"))
    return Crash(
        at_ms=_crash_time(root),
        point=_point(root),
        heading_deg=_number(_measured(root, "ConveyanceHeadingMeasure"), 0.0, 360.0),
        make=first_text(root, "ItemMakeName"),
        model=first_text(root, "ItemModelName"),
        year=first_text(root, "ItemModelYearDate"),
        colour=first_text(root, "ConveyanceColorPrimaryText"),
        plate=_id_in(root, "ConveyanceRegistrationPlateIdentification"),
        vin=_id_in(root, "VehicleIdentification"),
        fuel=" ".join(dict.fromkeys(text_of(e) for e in named(root, "VehiclePropulsionStorageCode"))),
        delta_v_kmh=_delta_v_kmh(root),
        force_from_deg=None if clock is None else clock % 12.0 * DEGREES_PER_CLOCK_HOUR,
        quarter_turns=turns,
        rolled_over=rolled if rolled is not None or turns is None else turns > 0,
        multiple_impacts=_yes(first_text(root, "MultipleImpactsIndicator")),
        severe_injury=_yes(first_text(root, "SevereInjuryIndicator")),
        fire=_yes(first_text(root, "VehicleFireIndicator")),
        fuel_leaking=_yes(first_text(root, "FuelLeakingIndicator")),
        occupants=_occupants(root, seats),
        airbags=tuple(_airbag(e) for e in named(root, "Airbag"))[:SEATS_MAX],
        seats=seats,
        rest_position=first_text(root, "VehicleFinalRestOrientationCategoryCode"),
        automatic=BY_ITSELF.get(first_text(root, "NotificationDeviceTypeCode").upper()),
    )


def _crash_time(root: Element) -> int | None:
    """The crash's own: contacts with the car have times as well."""
    crash = next(named(root, "Crash"), None)
    holder = None if crash is None else next(named(crash, "ActivityDate"), None)
    return None if holder is None else moment_ms(first_text(holder, "DateTime"))


def _point(root: Element) -> Point | None:
    lat = _number(first_text(root, "LatitudeDegreeValue"), -90.0, 90.0)
    lon = _number(first_text(root, "LongitudeDegreeValue"), -180.0, 180.0)
    return None if lat is None or lon is None else Point(lon, lat)


def _delta_v_kmh(root: Element) -> float | None:
    """It is negative where the car was slowed. Without a unit it is km/h."""
    found = []
    for measure in named(root, "CrashPulseChangeInVelocityMeasure"):
        value = _number(first_text(measure, "MeasurePointValue"), -DELTA_V_MAX, DELTA_V_MAX)
        miles = first_text(measure, "MeasureUnitText").upper() == "MPH"
        found += [] if value is None else [abs(value) * (KMH_PER_MPH if miles else 1.0)]
    return max(found, default=None)


def _measured(root: Element, name: str) -> str:
    holder = next(named(root, name), None)
    return "" if holder is None else first_text(holder, "MeasurePointValue")


def _id_in(root: Element, name: str) -> str:
    holder = next(named(root, name), None)
    return "" if holder is None else first_text(holder, "IdentificationID")


def _occupants(root: Element, seats: tuple[CarSeat, ...]) -> int | None:
    said = _number(first_text(root, "DrivingIncidentPassengerQuantityText"), 0, OCCUPANTS_MAX)
    if said is not None:
        return int(said)
    known = [seat for seat in seats if seat.occupied is not None]
    return sum(bool(seat.occupied) for seat in known) if known else None


def _airbag(element: Element) -> Airbag:
    return Airbag(
        first_text(element, "AirbagCategoryCode"), _yes(first_text(element, "AirbagDeployedIndicator"))
    )


def _seat(element: Element) -> CarSeat:
    watched = _yes(first_text(element, "VehicleSeatbeltMonitoredIndicator"))
    belted = _yes(first_text(element, "VehicleSeatbeltFastenedIndicator"))
    return CarSeat(
        first_text(element, "VehicleSeatLocationCategoryCode"),
        _yes(first_text(element, "VehicleSeatOccupiedIndicator")),
        None if watched is False else belted,
    )


def _yes(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower())


def _number(text: str, low: float, high: float) -> float | None:
    try:
        return number_of(text, low, high)
    except UnreadableError:
        return None
