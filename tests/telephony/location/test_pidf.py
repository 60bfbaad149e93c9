"""PIDF-LO: every shape, addresses, order, axis order, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot, reach_m
from dispatch.whereabouts import Source
from dispatch.words import Point
from telephony.location.civic import spoken
from telephony.location.found import Location
from telephony.location.pidf import read_pidf
from telephony.location.safe_xml import XML_BYTES_MAX, Why
from tests.telephony.location import documents as doc

HARBIN = Point(126.6177, 45.7732)
SQUARE = Polygon((Point(126.615, 45.775), Point(126.62, 45.775), Point(126.62, 45.77), Point(126.615, 45.77)))


def only(document: bytes) -> Location:
    found, refused = read_pidf(document, Source.BY_VALUE)
    assert refused == ()
    (location,) = found
    return location


def why(document: bytes) -> Why:
    found, refused = read_pidf(document, Source.BY_VALUE)
    assert found == ()
    return refused[0].why


@pytest.mark.parametrize(
    ("xml", "shape"),
    [
        (doc.POINT, Spot(HARBIN)),
        (doc.CIRCLE, Circle(HARBIN, 850.24)),
        (doc.ELLIPSE, Ellipse(HARBIN, 1275, 670, 43.2)),
        (doc.ARC_BAND, ArcBand(HARBIN, 3594, 4148, 20, 20)),
        (doc.POLYGON, SQUARE),
        (doc.PRISM, Polygon(SQUARE.ring[:3])),
        (doc.SPHERE, Circle(HARBIN, 850.24)),
    ],
)
def test_every_shape_with_latitude_first(xml: str, shape: Shape) -> None:
    assert only(doc.presence(xml)).shape == shape


def test_method_time_expiry_confidence_and_entity() -> None:
    location = only(doc.presence(doc.CIRCLE + doc.CONFIDENCE))
    assert (location.method, location.confidence_percent) == ("Cell", 90.0)
    assert location.at_ms == 1_795_305_600_000
    assert location.expires_ms == 1_795_392_000_000
    assert location.entity == "pres:13904510001@example.cn"
    assert location.shape is not None
    assert reach_m(location.shape) == 850.24


def test_a_device_of_the_data_model() -> None:
    location = only(doc.device_presence(doc.POINT))
    assert (location.method, location.at_ms) == ("GPS", 1_795_305_600_000)
    assert location.confidence_percent is None
    assert location.shape is not None
    assert reach_m(location.shape) is None, "a point is of unknown size"


def test_an_address_is_read_out_as_people_say_it() -> None:
    location = only(doc.presence(doc.CIVIC))
    assert location.shape is None
    assert location.civic is not None
    assert spoken(location.civic) == "黑龙江省哈尔滨市道里区中央大街128号3层马迭尔宾馆"
    assert location.civic.first("A3") == "道里区"


def test_shape_and_address_of_one_place_stay_together() -> None:
    location = only(doc.presence(doc.CIRCLE + doc.CIVIC))
    assert location.shape == Circle(HARBIN, 850.24)
    assert location.civic is not None


def test_several_places_keep_the_order_of_the_document() -> None:
    found, _ = read_pidf(doc.presence(doc.CIRCLE, doc.POLYGON, doc.CIVIC), Source.BY_VALUE)
    assert [type(location.shape) for location in found] == [Circle, Polygon, type(None)]


def test_a_bad_shape_costs_only_itself() -> None:
    found, refused = read_pidf(doc.presence(doc.CIRCLE.replace("850.24", "-1"), doc.POINT), Source.BY_VALUE)
    assert [location.shape for location in found] == [Spot(HARBIN)]
    assert [r.why for r in refused] == [Why.BAD_SHAPE]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("EPSG::4326", "EPSG::2056", Why.UNKNOWN_CRS),
        ("EPSG::4326", "OGC:1.3:CRS84", Why.UNKNOWN_CRS),
        ("45.7732 126.6177", "126.6177 45.7732", Why.BAD_SHAPE),
        ("45.7732 126.6177", "45.7732", Why.BAD_SHAPE),
        ("45.7732 126.6177", "nan 126", Why.BAD_SHAPE),
        ("850.24", "inf", Why.BAD_SHAPE),
        ("850.24", "1e30", Why.BAD_SHAPE),
        ("EPSG::9001", "EPSG::9002", Why.BAD_SHAPE),
    ],
)
def test_shapes_that_cannot_be_meant(old: str, new: str, reason: Why) -> None:
    assert why(doc.presence(doc.CIRCLE.replace(old, new))) is reason


def test_an_arc_inside_out_and_a_line_are_no_places() -> None:
    assert why(doc.presence(doc.ARC_BAND.replace("3594", "5000"))) is Why.BAD_SHAPE
    two = doc.POLYGON.replace("<gml:pos>45.770 126.620</gml:pos><gml:pos>45.770 126.615</gml:pos>", "")
    assert why(doc.presence(two)) is Why.BAD_SHAPE
    many = doc.POLYGON.replace("<gml:pos>45.775 126.620</gml:pos>", "<gml:pos>45 126</gml:pos>" * 600)
    assert why(doc.presence(many)) is Why.TOO_LARGE


BOMB = (
    b'<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><presence>&c;</presence>'
)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (BOMB, Why.FORBIDDEN),
        (b'<!DOCTYPE p SYSTEM "file:///etc/passwd"><p/>', Why.FORBIDDEN),
        (b'<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>', Why.FORBIDDEN),
        (b"<presence>", Why.NOT_XML),
        (b"", Why.NOT_XML),
        (b"\xff\xfe\x00", Why.NOT_XML),
        (b'<?xml version="1.0" encoding="no-such"?><p/>', Why.NOT_XML),
        (b"<other/>", Why.WRONG_KIND),
        (b'<presence xmlns="urn:ietf:params:xml:ns:pidf"/>', Why.NO_LOCATION),
        (b"<a>" * 60 + b"</a>" * 60, Why.TOO_LARGE),
        (b"<p>" + b"<a/>" * 5000 + b"</p>", Why.TOO_LARGE),
        (b"<p>" + b" " * XML_BYTES_MAX + b"</p>", Why.TOO_LARGE),
    ],
)
def test_hostile_documents_are_refused_with_their_reason(document: bytes, reason: Why) -> None:
    assert why(document) is reason


def test_chinese_encodings_are_read() -> None:
    text = doc.presence(doc.CIVIC).decode().replace("UTF-8", "GB2312", 1)
    location = only(text.encode("gb18030"))
    assert location.civic is not None
    assert location.civic.first("RD") == "中央大街"


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(octets: bytes) -> None:
    assert read_pidf(octets, Source.BY_VALUE)[1]


@settings(deadline=None)
@given(st.data())
def test_any_damage_gives_an_answer(data: st.DataObject) -> None:
    document = bytearray(doc.presence(doc.CIRCLE + doc.CIVIC, doc.ARC_BAND, doc.POLYGON))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(document) - 1))
        document[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=12))
    found, refused = read_pidf(bytes(document), Source.BY_VALUE)
    assert found or refused


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0.01, 1e6))
def test_numbers_come_back_as_written(lat: float, lon: float, radius_m: float) -> None:
    xml = doc.CIRCLE.replace("45.7732 126.6177", f"{lat!r} {lon!r}").replace("850.24", repr(radius_m))
    assert only(doc.presence(xml)).shape == Circle(Point(lon, lat), radius_m)
