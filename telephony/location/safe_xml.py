"""XML from strangers: size, depth and count are limited; entities, DTDs and outside references are refused.

`UnreadableError` is for this package only: what leaves it is an `Unread` fact.
"""

import codecs
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from msgspec import Struct

from telephony.errors import TelephonyError

XML_BYTES_MAX = 131_072
XML_ELEMENTS_MAX = 4_000
XML_DEPTH_MAX = 40
TEXT_CHARS_MAX = 512
DETAIL_CHARS_MAX = 160
DECLARED = re.compile(rb'^\s*<\?xml[^>]*?encoding\s*=\s*["\']([A-Za-z0-9._-]{1,40})["\'][^>]*\?>')
CHINESE_ENCODINGS = {"gbk", "gb2312", "gb18030"}


class Why(StrEnum):
    """Why something that came with a call is not used."""

    TOO_LARGE = "too_large"
    FORBIDDEN = "forbidden"  # a DTD, an entity, a reference outside
    NOT_XML = "not_xml"
    WRONG_KIND = "wrong_kind"  # well-formed, but not what it should be
    NO_LOCATION = "no_location"
    BAD_SHAPE = "bad_shape"
    UNKNOWN_CRS = "unknown_crs"
    NO_SUCH_PART = "no_such_part"
    UNKNOWN_SCHEME = "unknown_scheme"
    NOT_ALLOWED = "not_allowed"  # the server is not on the list of location servers
    NO_ANSWER = "no_answer"
    TIMED_OUT = "timed_out"
    NOT_TRUSTED = "not_trusted"  # its certificate does not hold
    SERVER_SAYS_NO = "server_says_no"


class Unread(Struct, frozen=True):
    """Something that came with the call and is not used: what, why, and its own words cut short."""

    what: str
    why: Why
    detail: str = ""


class UnreadableError(TelephonyError):
    """Raised inside this package for one document; carries the fact to tell."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}")
        self.why = why
        self.detail = detail[:DETAIL_CHARS_MAX]

    def told(self, what: str) -> Unread:
        return Unread(what, self.why, self.detail)


def read_xml(octets: bytes) -> Element:
    """The root element. Raises `UnreadableError`."""
    if len(octets) > XML_BYTES_MAX:
        raise UnreadableError(Why.TOO_LARGE, f"{len(octets)} bytes")
    try:
        root: Element = ElementTree.fromstring(_plain(octets), forbid_dtd=True)
    except ParseError as error:
        raise UnreadableError(Why.NOT_XML, str(error)) from error
    except (ValueError, LookupError) as error:  # defusedxml's own refusals are ValueErrors
        forbidden = "Forbidden" in type(error).__name__ or "NotSupported" in type(error).__name__
        raise UnreadableError(Why.FORBIDDEN if forbidden else Why.NOT_XML, str(error)) from error
    _check_size(root)
    return root


def local(element: Element) -> str:
    """An element's name without its namespace."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2]


def named(root: Element, *names: str) -> Iterator[Element]:
    """All elements below with one of these names, whatever their namespace, in document order."""
    return (element for element in root.iter() if local(element) in names)


def text_of(element: Element | None) -> str:
    """Its text without line breaks and control characters; "" for none."""
    if element is None or element.text is None:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in element.text).split())[:TEXT_CHARS_MAX]


def first_text(root: Element, *names: str) -> str:
    """The text of the first element with one of these names."""
    return text_of(next(named(root, *names), None))


def number_of(text: str, low: float, high: float) -> float:
    """A finite number in a range. Raises `UnreadableError`."""
    try:
        value = float(text)
    except ValueError as error:
        raise UnreadableError(Why.BAD_SHAPE, text) from error
    if not (math.isfinite(value) and low <= value <= high):
        raise UnreadableError(Why.BAD_SHAPE, text)
    return value


def moment_ms(text: str) -> int | None:
    """An xs:dateTime as milliseconds since 1970 UTC; without a zone it is UTC; None for junk."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _plain(octets: bytes) -> bytes | str:
    """Chinese encodings are decoded here: the parser below knows Unicode and Latin only."""
    found = DECLARED.match(octets)
    encoding = found[1].decode("ascii").lower() if found else ""
    if found is None or encoding not in CHINESE_ENCODINGS:
        return octets
    return codecs.decode(octets[found.end() :], "gb18030", "replace")


def _check_size(root: Element) -> None:
    """Depth and count, without recursion."""
    count, level = 0, [root]
    depth = 0
    while level:
        depth += 1
        count += len(level)
        if depth > XML_DEPTH_MAX or count > XML_ELEMENTS_MAX:
            raise UnreadableError(Why.TOO_LARGE, f"{count} elements, {depth} deep")
        level = [child for element in level for child in element]
