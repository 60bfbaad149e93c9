"""What we write of a place reads back the same."""

import pytest

from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot
from dispatch.whereabouts import Source
from dispatch.words import Point
from telephony.location.civic import CivicAddress
from telephony.location.found import Location
from telephony.location.pidf import read_pidf
from telephony.location.writing import write_pidf

AT = Point(126.6177, 45.7732)
CIVIC = CivicAddress((("A3", "道里区"), ("RD", "中央大街"), ("HNO", "128号 <&>")), "zh-CN")


@pytest.mark.parametrize(
    "shape",
    [
        Spot(AT),
        Circle(AT, 850.25),
        Ellipse(AT, 1275.0, 670.0, 43.2),
        ArcBand(AT, 3594.0, 4148.0, 20.0, 20.0),
        Polygon((AT, Point(126.62, 45.775), Point(126.62, 45.77))),
        None,
    ],
)
@pytest.mark.parametrize("civic", [CIVIC, None])
def test_what_is_written_reads_back(shape: Shape | None, civic: CivicAddress | None) -> None:
    if shape is None and civic is None:
        return
    said = Location(
        Source.BY_VALUE, shape, civic, 90.0, "A-GPS", 1_795_264_200_123, entity="pres:1@example.cn"
    )
    found, refused = read_pidf(write_pidf(said).encode(), Source.BY_VALUE)
    assert refused == ()
    assert found == (said,)
