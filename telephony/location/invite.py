"""Everything an INVITE says of where and who: Geolocation (RFC 6442, 8787) and Call-Info (RFC 7852).

Pure and total: any text gives an answer; what could not be used is told in `refused`.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote

from msgspec.structs import replace

from dispatch.whereabouts import Source
from telephony.location.additional import PURPOSE, Block, blocks_under, is_block_type, read_blocks
from telephony.location.found import Location, Reference
from telephony.location.parts import Part, body_of, parts_of
from telephony.location.pidf import locations_under
from telephony.location.safe_xml import Unread, UnreadableError, Why, named, read_xml
from telephony.location.said import WithCall
from telephony.sip_headers import SipRequest, parse_request, split_list

VALUES_MAX = 16
LENGTH_DIGITS_MAX = 9
PIDF_TYPE = "application/pidf+xml"
LOCATION = "location"
FETCHED = ("https:", "http:")
VALUE = re.compile(r"\s*<([^>]*)>\s*(.*)", re.DOTALL)
PARAMETER = re.compile(r';\s*([\w.!%*+`\'~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))')


class _Value(NamedTuple):
    uri: str
    parameters: dict[str, str]


def read_invite(message: str) -> WithCall:
    """Location and additional data of a raw INVITE."""
    request = parse_request(message)
    types = request.values("content-type") or request.values("c")
    parts = parts_of(types[0], body_of(message), request.first("content-id")) if types else []
    if not parts and not any(request.values(name) for name in ("geolocation", "call-info")):
        return WithCall()
    reading = _Reading(parts)
    for rank, value in enumerate(_values(request, "geolocation")):
        reading.geolocation(rank, value)
    reading.uncited_locations()
    for rank, value in enumerate(_values(request, "call-info")):
        purpose = value.parameters.get("purpose", "")
        if purpose.lower().startswith(PURPOSE):
            reading.call_info(rank, value.uri, purpose)
    reading.uncited_blocks()
    reading.cut(_missing(request, message))
    return reading.result(_may_route(request))


class _Reading:
    """The lists that grow while the headers are followed in order."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = {part.content_id: part for part in parts if part.content_id}
        self._all = parts
        self._used: set[int] = set()
        self._locations: list[Location] = []
        self._references: list[Reference] = []
        self._blocks: list[Block] = []
        self._refused: list[Unread] = []

    def geolocation(self, rank: int, value: _Value) -> None:
        source = value.parameters.get("loc-src", "")
        part = self._follow(rank, value.uri, LOCATION, source)
        if part is not None:
            self._take_pidf(part, source, cited=True)

    def call_info(self, rank: int, uri: str, purpose: str) -> None:
        part = self._follow(rank, uri, purpose)
        if part is not None:
            self._take_blocks(part)

    def uncited_locations(self) -> None:
        """A location no header names is still a location; it comes last and is marked."""
        for part in self._all:
            if part.content_type == PIDF_TYPE and id(part) not in self._used:
                self._take_pidf(part, "", cited=False)

    def uncited_blocks(self) -> None:
        for part in self._all:
            if is_block_type(part.content_type) and id(part) not in self._used:
                self._take_blocks(part)

    def cut(self, missing: int) -> None:
        """Told first: whatever else is wrong comes of it."""
        if missing > 0:
            self._refused.insert(0, Unread("INVITE", Why.TOO_LARGE, f"{missing} bytes were cut off"))

    def result(self, may_route: bool | None) -> WithCall:
        return WithCall(
            tuple(self._locations[:VALUES_MAX]),
            tuple(self._references[:VALUES_MAX]),
            tuple(self._blocks[:VALUES_MAX]),
            tuple(self._refused[:VALUES_MAX]),
            may_route,
        )

    def _follow(self, rank: int, uri: str, purpose: str, source: str = "") -> Part | None:
        """The part a cid: names (RFC 2392), or None with a reference or a refusal noted."""
        scheme, _, rest = uri.partition(":")
        if scheme.lower() == "cid":
            part = self._parts.get(unquote(rest, errors="replace"))
            if part is None:
                self._refused.append(Unread(uri[:80], Why.NO_SUCH_PART))
            return part
        if uri.lower().startswith(FETCHED):
            self._references.append(Reference(uri, purpose, rank, source))
        else:
            self._refused.append(Unread(uri[:80], Why.UNKNOWN_SCHEME, purpose))
        return None

    def _take_pidf(self, part: Part, source: str, *, cited: bool) -> None:
        if id(part) in self._used:
            return
        self._used.add(id(part))
        what = f"cid:{part.content_id}"[:80]
        try:
            root = read_xml(part.octets)
        except UnreadableError as error:
            self._refused.append(error.told(what))
            return
        locations, refused = locations_under(root, Source.BY_VALUE, what)
        self._locations += [replace(place, said_by=source, cited=cited) for place in locations]
        self._refused += refused
        self._blocks += blocks_under(root)
        for at, element in enumerate(named(root, "EmergencyCallDataReference")):
            uri, purpose = element.get("ref", ""), element.get("purpose", "")
            if at < VALUES_MAX and uri.lower().startswith(FETCHED):
                self._references.append(Reference(uri[:1024], purpose[:80], at))

    def _take_blocks(self, part: Part) -> None:
        if id(part) not in self._used:
            self._used.add(id(part))
            blocks, refused = read_blocks(part.octets, f"cid:{part.content_id}"[:80])
            self._blocks += blocks
            self._refused += refused


def _values(request: SipRequest, name: str) -> list[_Value]:
    """The header's values with their URIs, in order; values without angle brackets are no such values."""
    found = []
    for value in [part for line in request.values(name) for part in split_list(line)][:VALUES_MAX]:
        match = VALUE.match(value)
        if match is not None:
            parameters = {key.lower(): quoted or token for key, quoted, token in PARAMETER.findall(match[2])}
            found.append(_Value(match[1].strip(), parameters))
    return found


def _missing(request: SipRequest, message: str) -> int:
    """How much of the body was lost on its way, by its Content-Length; 0 where nobody said how long it is."""
    said = (request.first("content-length") or request.first("l")).strip()
    if not said.isascii() or not said.isdigit() or len(said) > LENGTH_DIGITS_MAX:
        return 0
    return int(said) - len(body_of(message))


def _may_route(request: SipRequest) -> bool | None:
    """RFC 6442 4.2."""
    return {"yes": True, "no": False}.get(
        request.first("geolocation-routing").partition(";")[0].strip().lower()
    )
