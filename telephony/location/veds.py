"""What a crashed car says of itself (VEDS of NENA and APCO, RFC 8148), as far as a dispatcher acts on it.

Elements are found by their names alone: makers differ in namespaces and in where they nest them. The names
are not yet compared with the published schema; several stand side by side where we were not sure.
"""

from xml.etree.ElementTree import Element

from msgspec import Struct

from dispatch.words import Point
from telephony.location.safe_xml import UnreadableError, first_text, moment_ms, named, number_of, text_of

KMH_PER_MPH = 1.609_344
KMH_PER_MS = 3.6
SEATS_MAX = 80
DEGREES_PER_CLOCK_HOUR = 30.0
QUARTER_TURNS_MAX = 100.0


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
    `occupants`: the number said, else the occupied seats counted.
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
    rolled = _yes(first_text(root, "VehicleRolloverIndicator", "RolloverIndicator"))
    return Crash(
        at_ms=_crash_time(root),
        point=_point(root),
        heading_deg=_heading(root),
        make=first_text(root, "ItemMakeName", "VehicleMakeCode"),
        model=first_text(root, "ItemModelName", "VehicleModelCode"),
        year=first_text(root, "ItemModelYearDate"),
        colour=first_text(root, "ItemColorDescriptionText", "VehicleColorPrimaryCode"),
        plate=_plate(root),
        vin=first_text(root, "VehicleIdentification", "VehicleID"),
        fuel=first_text(root, "VehicleFuelCategoryCode", "PowerSourceCategoryCode", "FuelCategoryCode"),
        delta_v_kmh=_speed_kmh(next(named(root, "CrashPulseChangeInVelocityMeasure"), None)),
        force_from_deg=None if clock is None else clock % 12.0 * DEGREES_PER_CLOCK_HOUR,
        quarter_turns=turns,
        rolled_over=rolled if rolled is not None or turns is None else turns > 0,
        multiple_impacts=_yes(first_text(root, "MultipleImpactsIndicator", "CrashMultipleImpactsIndicator")),
        severe_injury=_yes(first_text(root, "SevereInjuryIndicator")),
        fire=_yes(first_text(root, "VehicleFireIndicator", "CrashVehicleFireIndicator")),
        occupants=_occupants(root, seats),
        airbags=tuple(_airbag(e) for e in named(root, "Airbag"))[:SEATS_MAX],
        seats=seats,
        rest_position=first_text(root, "VehicleFinalRestOrientationCategoryCode"),
        automatic=_automatic(root),
    )


def _crash_time(root: Element) -> int | None:
    for holder in named(root, "CrashDateTime", "IncidentDateTime", "ActivityDate", "EmergencyCallDateTime"):
        for element in holder.iter():
            at_ms = moment_ms(text_of(element))
            if at_ms is not None:
                return at_ms
    return moment_ms(first_text(root, "DateTime"))


def _point(root: Element) -> Point | None:
    lat = _number(first_text(root, "LatitudeDegreeValue"), -90.0, 90.0)
    lon = _number(first_text(root, "LongitudeDegreeValue"), -180.0, 180.0)
    if lat is None or lon is None:
        return None
    return Point(_with_minutes(lon, root, "Longitude"), _with_minutes(lat, root, "Latitude"))


def _with_minutes(degrees: float, root: Element, axis: str) -> float:
    """NIEM writes degrees, and minutes and seconds beside them; a minus stands before the degrees only."""
    minutes = _number(first_text(root, f"{axis}MinuteValue"), 0.0, 60.0) or 0.0
    seconds = _number(first_text(root, f"{axis}SecondValue"), 0.0, 60.0) or 0.0
    minus = first_text(root, f"{axis}DegreeValue").startswith("-")
    rest = minutes / 60.0 + seconds / 3600.0
    return degrees - rest if minus else degrees + rest


def _heading(root: Element) -> float | None:
    found = next(named(root, "VehicleHeadingMeasure", "HeadingMeasure", "LocationHeadingMeasure"), None)
    text = first_text(root, "VehicleHeadingValue", "HeadingValue") if found is None else _measured(found)
    return _number(text, 0.0, 360.0)


def _speed_kmh(measure: Element | None) -> float | None:
    """Without a unit it is km/h, as VEDS has it."""
    if measure is None:
        return None
    value = _number(_measured(measure), 0.0, 1000.0)
    unit = first_text(measure, "MeasureUnitText", "SpeedUnitCode", "VelocityUnitCode").lower()
    factor = {"mph": KMH_PER_MPH, "m/s": KMH_PER_MS, "mps": KMH_PER_MS}.get(unit, 1.0)
    return None if value is None else value * factor


def _measured(measure: Element) -> str:
    return first_text(measure, "MeasurePointValue", "MeasureValueText", "MeasureDecimalValue") or text_of(
        measure
    )


def _plate(root: Element) -> str:
    holder = next(named(root, "ConveyanceRegistrationPlateIdentification", "VehicleLicensePlateID"), None)
    return "" if holder is None else text_of(holder) or first_text(holder, "IdentificationID")


def _occupants(root: Element, seats: tuple[CarSeat, ...]) -> int | None:
    said = _number(
        first_text(root, "VehicleOccupantQuantity", "OccupantQuantity", "PassengerQuantity"), 0, 500
    )
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


def _automatic(root: Element) -> bool | None:
    text = first_text(root, "EmergencyCallTriggerCode", "CallTriggerCode", "ActivationCategoryCode").lower()
    return None if not text else "manual" not in text


def _yes(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower())


def _number(text: str, low: float, high: float) -> float | None:
    try:
        return number_of(text, low, high)
    except UnreadableError:
        return None
