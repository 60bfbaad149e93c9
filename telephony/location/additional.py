"""Additional data of an emergency call (RFC 7852): who provides the line, who the subscriber is, what device.

Unknown elements are passed over: every block may carry extensions.
"""

from collections.abc import Callable
from xml.etree.ElementTree import Element

from msgspec import Struct

from telephony.location.safe_xml import (
    Unread,
    UnreadableError,
    Why,
    first_text,
    local,
    named,
    read_xml,
    text_of,
)
from telephony.location.veds import Crash, read_crash

PURPOSE = "emergencycalldata."
MANY_MAX = 12


class _Block(Struct, frozen=True, tag_field="is", tag=True, omit_defaults=True):
    """Base of the blocks; the tag on the wire is the class name."""


class Person(Struct, frozen=True, omit_defaults=True):
    """An xCard (RFC 6351) as far as a dispatcher uses it."""

    name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str = ""
    birthday: str = ""
    gender: str = ""
    languages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


class Provider(_Block, frozen=True):
    """RFC 7852 4.1; `contact_uri` reaches its operators round the clock."""

    name: str = ""
    provider_id: str = ""
    id_series: str = ""
    kind: str = ""
    contact_uri: str = ""
    languages: tuple[str, ...] = ()
    contact: Person | None = None
    subcontractor: str = ""


class Service(_Block, frozen=True):
    """RFC 7852 4.2: residence or business; the kinds of line; fixed or mobile."""

    environment: str = ""
    kinds: tuple[str, ...] = ()
    mobility: str = ""


class Device(_Block, frozen=True):
    """RFC 7852 4.3; `ids` as (type, value), e.g. ("IMEI", …)."""

    classification: str = ""
    maker: str = ""
    model: str = ""
    ids: tuple[tuple[str, str], ...] = ()


class Subscriber(_Block, frozen=True):
    """RFC 7852 4.4; `private`: the subscriber asked that it be kept within the emergency service."""

    person: Person = Person()
    private: bool = False


class Comment(_Block, frozen=True):
    """RFC 7852 4.5: (language, text)."""

    texts: tuple[tuple[str, str], ...] = ()


Block = Provider | Service | Device | Subscriber | Comment | Crash


def is_block_type(content_type: str) -> bool:
    """True for the MIME types of RFC 7852 and RFC 8148."""
    return content_type.startswith("application/" + PURPOSE) and content_type.endswith("+xml")


def read_blocks(octets: bytes, what: str) -> tuple[tuple[Block, ...], tuple[Unread, ...]]:
    """The blocks of one document; total: never raises."""
    try:
        blocks = blocks_under(read_xml(octets))
    except UnreadableError as error:
        return (), (error.told(what),)
    return blocks, () if blocks else (Unread(what, Why.WRONG_KIND),)


def blocks_under(root: Element) -> tuple[Block, ...]:
    """Every known block in an element, e.g. in the provided-by of a PIDF-LO (RFC 7852 5.3)."""
    found = [_READERS[local(e)](e) for e in root.iter() if local(e) in _READERS]
    return tuple(found[:MANY_MAX])


def _provider(root: Element) -> Block:
    contact = next(named(root, "DataProviderContact"), None)
    return Provider(
        name=first_text(root, "DataProviderString"),
        provider_id=first_text(root, "ProviderID"),
        id_series=first_text(root, "ProviderIDSeries"),
        kind=first_text(root, "TypeOfProvider"),
        contact_uri=first_text(root, "ContactURI"),
        languages=_texts(root, "Language"),
        contact=None if contact is None else _person(contact),
        subcontractor=first_text(root, "SubcontractorPrincipal"),
    )


def _service(root: Element) -> Block:
    return Service(
        first_text(root, "ServiceEnvironment"),
        _texts(root, "ServiceType"),
        first_text(root, "ServiceMobility"),
    )


def _device(root: Element) -> Block:
    ids = tuple((e.get("TypeOfDeviceID", "")[:40], text_of(e)) for e in named(root, "UniqueDeviceID"))
    return Device(
        first_text(root, "DeviceClassification"),
        first_text(root, "DeviceMfgr"),
        first_text(root, "DeviceModelNr"),
        ids[:MANY_MAX],
    )


def _subscriber(root: Element) -> Block:
    return Subscriber(_person(root), root.get("privacyRequested", "").strip().lower() in ("true", "1"))


def _comment(root: Element) -> Block:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    texts = [(e.get(lang, "")[:35], text_of(e)) for e in named(root, "Comment") if text_of(e)]
    return Comment(tuple(texts[:MANY_MAX]))


def _person(root: Element) -> Person:
    card = next(named(root, "vcard"), root)
    names = _values(card, "fn") or _values(card, "n")
    return Person(
        name=" ".join(names),
        phones=tuple(v.removeprefix("tel:") for v in _values(card, "tel")),
        emails=_values(card, "email"),
        address=" ".join(_values(card, "adr")),
        birthday=next(iter(_values(card, "bday")), ""),
        gender=next(iter(_values(card, "gender")), ""),
        languages=_values(card, "lang"),
        notes=_values(card, "note"),
        relations=_values(card, "related"),
    )


def _values(card: Element, name: str) -> tuple[str, ...]:
    """The values of a property: text of its children, its parameters left out."""
    found: list[str] = []
    for element in named(card, name):
        parameters = {id(e) for p in named(element, "parameters") for e in p.iter()}
        found += [text_of(e) for e in element.iter() if e is not element and id(e) not in parameters]
    return tuple(value for value in found if value)[:MANY_MAX]


def _texts(root: Element, name: str) -> tuple[str, ...]:
    return tuple(text for e in named(root, name) if (text := text_of(e)))[:MANY_MAX]


_READERS: dict[str, Callable[[Element], Block]] = {
    "EmergencyCallData.ProviderInfo": _provider,
    "EmergencyCallData.ServiceInfo": _service,
    "EmergencyCallData.DeviceInfo": _device,
    "EmergencyCallData.SubscriberInfo": _subscriber,
    "EmergencyCallData.Comment": _comment,
    "AutomatedCrashNotification": read_crash,
}
