"""PIDF-LO documents of what we know ourselves (RFC 4119, 5139, 5491, 7459): to hand a place on with a call,
and for drills. `pidf.read_pidf` reads back what this writes.
"""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from dispatch.points import Point
from dispatch.shapes import ArcBand, Circle, Ellipse, Polygon, Shape, Spot
from telephony.location.found import Location

PIDF_TYPE = "application/pidf+xml"
DIGITS = 7  # of a degree: a centimetre
_PIDF = "urn:ietf:params:xml:ns:pidf"
_GEOPRIV = f"{_PIDF}:geopriv10"
_CIVIC = f"{_GEOPRIV}:civicAddr"
_GML = "http://www.opengis.net/gml"
_GS = "http://www.opengis.net/pidflo/1.0"
_CONFIDENCE = "urn:ietf:params:xml:ns:geopriv:conf"
_CRS = "urn:ogc:def:crs:EPSG::4326"
_METRE = "urn:ogc:def:uom:EPSG::9001"
_DEGREE = "urn:ogc:def:uom:EPSG::9102"
_XML = "http://www.w3.org/XML/1998/namespace"

for _prefix, _space in (("gp", _GEOPRIV), ("cl", _CIVIC), ("gml", _GML), ("gs", _GS), ("con", _CONFIDENCE)):
    register_namespace(_prefix, _space)
register_namespace("", _PIDF)


def write_pidf(location: Location) -> str:
    """One document with one place; points must be WGS-84 degrees."""
    root = Element(f"{{{_PIDF}}}presence", {"entity": location.entity or "pres:caller@lingsheng.invalid"})
    holder = SubElement(root, f"{{{_PIDF}}}tuple", {"id": "place"})
    geopriv = SubElement(SubElement(holder, f"{{{_PIDF}}}status"), f"{{{_GEOPRIV}}}geopriv")
    info = SubElement(geopriv, f"{{{_GEOPRIV}}}location-info")
    if location.shape is not None:
        _write_shape(info, location.shape)
    if location.civic is not None:
        lang = {f"{{{_XML}}}lang": location.civic.lang} if location.civic.lang else {}
        civic = SubElement(info, f"{{{_CIVIC}}}civicAddress", lang)
        for name, value in location.civic.fields:
            SubElement(civic, f"{{{_CIVIC}}}{name}").text = value
    if location.confidence_percent is not None:
        sure = SubElement(info, f"{{{_CONFIDENCE}}}confidence", {"pdf": "unknown"})
        sure.text = f"{location.confidence_percent:g}"
    SubElement(geopriv, f"{{{_GEOPRIV}}}usage-rules")
    if location.method:
        SubElement(geopriv, f"{{{_GEOPRIV}}}method").text = location.method
    if location.at_ms is not None:
        at = datetime.fromtimestamp(location.at_ms / 1000, UTC)
        SubElement(holder, f"{{{_PIDF}}}timestamp").text = at.isoformat(timespec="milliseconds")
    return tostring(root, encoding="unicode")


def _write_shape(info: Element, shape: Shape) -> None:
    match shape:
        case Spot(centre):
            _centred(info, _GML, "Point", centre)
        case Circle(centre, radius_m):
            _measure(_centred(info, _GS, "Circle", centre), "radius", radius_m)
        case Ellipse(centre, major_m, minor_m, bearing_deg):
            ellipse = _centred(info, _GS, "Ellipse", centre)
            _measure(ellipse, "semiMajorAxis", major_m)
            _measure(ellipse, "semiMinorAxis", minor_m)
            _measure(ellipse, "orientation", bearing_deg, _DEGREE)
        case ArcBand(centre, inner_m, outer_m, start_deg, opening_deg):
            band = _centred(info, _GS, "ArcBand", centre)
            _measure(band, "innerRadius", inner_m)
            _measure(band, "outerRadius", outer_m)
            _measure(band, "startAngle", start_deg, _DEGREE)
            _measure(band, "openingAngle", opening_deg, _DEGREE)
        case Polygon(ring):
            polygon = SubElement(info, f"{{{_GML}}}Polygon", {"srsName": _CRS})
            outer = SubElement(SubElement(polygon, f"{{{_GML}}}exterior"), f"{{{_GML}}}LinearRing")
            for corner in (*ring, ring[0]):
                SubElement(outer, f"{{{_GML}}}pos").text = _pos(corner)


def _centred(info: Element, space: str, name: str, centre: Point) -> Element:
    shape = SubElement(info, f"{{{space}}}{name}", {"srsName": _CRS})
    SubElement(shape, f"{{{_GML}}}pos").text = _pos(centre)
    return shape


def _measure(shape: Element, name: str, value: float, unit: str = _METRE) -> None:
    SubElement(shape, f"{{{_GS}}}{name}", {"uom": unit}).text = f"{value:.6g}"


def _pos(point: Point) -> str:
    return f"{point.lat:.{DIGITS}f} {point.lon:.{DIGITS}f}"
