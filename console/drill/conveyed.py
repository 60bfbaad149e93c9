"""What the telephones and cars of a drill say of where they are, and what a look-up service would answer.

Of three callers one's telephone knows its place well, one's only its mast, one's nothing: then somebody asks.
Every figure is made up; the points lie around the true place as far off as they say.
"""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from console.drill.script import Case
from dispatch.shapes import ArcBand, Circle, Shape, moved
from dispatch.whereabouts import Outcome, Source, Way
from dispatch.words import Point
from telephony.location.found import Location
from telephony.location.recorded_lookup import Line, Transcript
from telephony.location.writing import PIDF_TYPE, write_pidf
from telephony.messages import Conveyed

KINDS = 3
SELDOM = 5  # of callers after a crash, one in so many has a car that calls for itself
GOOD_M = (8.0, 40.0)
MAST_M = (500.0, 1_200.0)
OPERATOR_M = (120.0, 600.0)
LINK_M = (5.0, 20.0)
OPERATOR_MS, LINK_MS = 3_000, 9_000
CONFIDENCE_PERCENT = 90.0
MADE_UP = "演示：全部答案由程序编造 demo: every answer is made up"
VEDS_TYPE = "application/EmergencyCallData.VEDS+xml"
CRASH = (
    '<AutomatedCrashNotification xmlns="http://www.veds.org/acn/3.1"><Crash>'
    "<DrivingIncidentPassengerQuantityText>2</DrivingIncidentPassengerQuantityText><CrashVehicle>"
    "<ItemMakeName>铃</ItemMakeName><ItemModelName>E1</ItemModelName>"
    "<Airbag><AirbagDeployedIndicator>true</AirbagDeployedIndicator></Airbag>"
    "<VehiclePropulsionStorageCode>ELECTRIC</VehiclePropulsionStorageCode></CrashVehicle></Crash>"
    "</AutomatedCrashNotification>"
)


def conveyed(case: Case, at_ms: int) -> tuple[Conveyed, ...]:
    """What goes out with this caller's call at `at_ms`."""
    dice = _dice(case)
    documents = []
    shape = _said(case, dice)
    if shape is not None:
        method = "A-GPS" if isinstance(shape, Circle) else "Cell"
        said = Location(
            Source.BY_VALUE, shape, None, CONFIDENCE_PERCENT, method, at_ms - dice.randrange(20_000)
        )
        documents.append(Conveyed(PIDF_TYPE, write_pidf(said)))
    if "车祸" in case.trouble.complaint and dice.randrange(SELDOM) == 0:
        documents.append(Conveyed(VEDS_TYPE, CRASH))
    return tuple(documents)


def write_answers(file: Path, cases: Sequence[Case]) -> None:
    """What a look-up service would say of these callers, for `RecordedLookup`."""
    lines = tuple(line for case in cases for line in _answers(case))
    file.write_bytes(msgspec.json.encode(Transcript(MADE_UP, lines)))


def _answers(case: Case) -> tuple[Line, ...]:
    dice = _dice(case)
    far, near = _around(case.point, dice, OPERATOR_M), _around(case.point, dice, LINK_M)
    return (
        _line(Way.OPERATOR, case, far, OPERATOR_MS, "中国移动", "Cell"),
        _line(Way.SMS_LINK, case, near, LINK_MS, "", "GPS"),
    )


def _line(way: Way, case: Case, circle: Circle, after_ms: int, operator: str, method: str) -> Line:
    centre, radius_m = circle.centre, circle.radius_m
    return Line(
        way, Outcome.LOCATED, case.number, after_ms, operator, centre.lat, centre.lon, radius_m, method=method
    )


def _said(case: Case, dice: random.Random) -> Shape | None:
    kind = sum(map(int, case.number)) % KINDS
    if kind == 1:
        return _around(case.point, dice, GOOD_M)
    if kind == 2:
        bearing, away = dice.uniform(0.0, 360.0), dice.uniform(*MAST_M)
        mast = moved(case.point, away, (bearing + 180.0) % 360.0)
        return ArcBand(mast, away * 0.6, away * 1.4, (bearing - 30.0) % 360.0, 60.0)
    return None


def _around(point: Point, dice: random.Random, reach_m: tuple[float, float]) -> Circle:
    """A circle that holds the point somewhere."""
    radius_m = dice.uniform(*reach_m)
    away = radius_m * math.sqrt(dice.random())
    return Circle(moved(point, away, dice.uniform(0.0, 360.0)), round(radius_m))


def _dice(case: Case) -> random.Random:
    return random.Random(case.number)  # noqa: S311 - a drill, not a secret
