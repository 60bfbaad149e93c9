"""Civic addresses (RFC 5139, RFC 6848) and their words in the order people say them here."""

from xml.etree.ElementTree import Element

from msgspec import Struct

from telephony.location.safe_xml import local, text_of

CIVIC_FIELDS_MAX = 60
# Large to small, as an address is written in Chinese (RFC 5139 3.1; A1 province … A6 neighbourhood).
CHINESE_ORDER = (
    *(
        "A1",
        "A2",
        "A3",
        "A4",
        "A5",
        "A6",
        "PRD",
        "RD",
        "RDSEC",
        "RDBR",
        "RDSUBBR",
        "STS",
        "POD",
        "HNO",
        "HNS",
    ),
    *("LMK", "LOC", "BLD", "UNIT", "FLR", "ROOM", "SEAT", "NAM", "PLC"),
)
WESTERN_ORDER = (
    *("NAM", "SEAT", "ROOM", "FLR", "UNIT", "BLD", "LMK", "LOC", "HNO", "HNS", "PRD", "RD", "STS", "POD"),
    *("RDSEC", "RDBR", "RDSUBBR", "A6", "A5", "A4", "A3", "A2", "A1", "PC", "country"),
)
LATIN_FROM = 0x250


class CivicAddress(Struct, frozen=True):
    """The elements as they came: (name, value), e.g. ("RD", "中央大街"). `lang` "" where nobody said."""

    fields: tuple[tuple[str, str], ...]
    lang: str = ""

    def first(self, name: str) -> str:
        """The value of an element, "" where it is absent."""
        return next((value for key, value in self.fields if key == name), "")


def read_civic(element: Element) -> CivicAddress:
    """A `civicAddress`; unknown elements are kept, empty ones dropped."""
    fields = [(local(child), text_of(child)) for child in element][:CIVIC_FIELDS_MAX]
    lang = element.get("{http://www.w3.org/XML/1998/namespace}lang", "")[:35]
    return CivicAddress(tuple((name, value) for name, value in fields if value), lang)


def spoken(address: CivicAddress) -> str:
    """One line: Chinese from large to small without gaps, others from small to large with commas."""
    chinese = address.lang.startswith("zh") or (
        not address.lang and any(ord(c) > LATIN_FROM for _, value in address.fields for c in value)
    )
    order = CHINESE_ORDER if chinese else WESTERN_ORDER
    words = [value for name in order for key, value in address.fields if key == name]
    kept = [word for at, word in enumerate(words) if at == 0 or word != words[at - 1]]
    return ("" if chinese else ", ").join(kept)
