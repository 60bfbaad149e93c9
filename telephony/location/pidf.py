"""PIDF-LO documents (RFC 4119, 5139, 5491, 7459) into locations, in the order the document has them."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from dispatch.shapes import Shape
from dispatch.whereabouts import Source
from telephony.location.civic import read_civic
from telephony.location.found import Location
from telephony.location.gml import is_shape, read_shape
from telephony.location.safe_xml import (
    Unread,
    UnreadableError,
    Why,
    first_text,
    local,
    moment_ms,
    named,
    number_of,
    read_xml,
    text_of,
)

PIDF = "urn:ietf:params:xml:ns:pidf"
GEOPRIV = "urn:ietf:params:xml:ns:pidf:geopriv10"
LOCATIONS_MAX = 16


def read_pidf(
    octets: bytes, source: Source, what: str = "pidf"
) -> tuple[tuple[Location, ...], tuple[Unread, ...]]:
    """Every location of a document and what of it could not be used; total: never raises."""
    try:
        return locations_under(read_xml(octets), source, what)
    except UnreadableError as error:
        return (), (error.told(what),)


def locations_under(
    root: Element, source: Source, what: str = "pidf"
) -> tuple[tuple[Location, ...], tuple[Unread, ...]]:
    """The same of an element that holds, or is, a `presence`."""
    found: list[Location] = []
    refused: list[Unread] = []
    presence = root if local(root) == "presence" else next(named(root, "presence"), None)
    if presence is None:
        return (), (Unread(what, Why.WRONG_KIND, local(root)[:80]),)
    for holder in presence:  # tuple (RFC 3863), device or person (RFC 4479)
        for geopriv in holder.iter(f"{{{GEOPRIV}}}geopriv"):
            for info in geopriv.iter(f"{{{GEOPRIV}}}location-info"):
                _read_info(info, _about(presence, holder, geopriv, source), what, found, refused)
    if not found and not refused:
        refused.append(Unread(what, Why.NO_LOCATION))
    return tuple(found[:LOCATIONS_MAX]), tuple(refused[:LOCATIONS_MAX])


def _about(presence: Element, holder: Element, geopriv: Element, source: Source) -> Location:
    """All that is said around a place, without the place."""
    return Location(
        source,
        method=first_text(geopriv, "method"),
        at_ms=moment_ms(first_text(holder, "timestamp")),
        expires_ms=moment_ms(first_text(geopriv, "retention-expiry")),
        entity=presence.get("entity", "")[:200],
        note=first_text(holder, "note"),
    )


def _read_info(
    info: Element, about: Location, what: str, found: list[Location], refused: list[Unread]
) -> None:
    """One place: shape and address together are one compound location (RFC 5491 3.4)."""
    civic = next((read_civic(child) for child in info if local(child) == "civicAddress"), None)
    confidence = _confidence(info)
    shapes = list(_shapes(info, what, refused))
    for shape in shapes:
        found.append(replace(about, shape=shape, civic=civic, confidence_percent=confidence))
        civic = None
    if civic is not None and civic.fields:
        found.append(replace(about, civic=civic, confidence_percent=confidence))


def _shapes(info: Element, what: str, refused: list[Unread]) -> Iterator[Shape]:
    for child in info:
        if is_shape(child):
            try:
                yield read_shape(child)
            except UnreadableError as error:
                refused.append(error.told(what))


def _confidence(info: Element) -> float | None:
    """RFC 7459 5: a percentage, or "unknown"."""
    element = next((child for child in info if local(child) == "confidence"), None)
    try:
        return None if element is None else number_of(text_of(element), 0.0, 100.0)
    except UnreadableError:
        return None
