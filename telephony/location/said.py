"""What came with a call, as values. Nothing here reads or asks: whoever is told needs no more than this."""

from msgspec import Struct

from telephony.location.additional import Block
from telephony.location.found import Location, Reference
from telephony.location.safe_xml import Unread


class WithCall(Struct, frozen=True, omit_defaults=True):
    """`locations` in the order of the header: the order they were added on the way (RFC 6442 4.1), the first
    one counts first. `references` are to be fetched. `may_route` None: nobody said (Geolocation-Routing).
    """

    locations: tuple[Location, ...] = ()
    references: tuple[Reference, ...] = ()
    blocks: tuple[Block, ...] = ()
    refused: tuple[Unread, ...] = ()
    may_route: bool | None = None


class Fetched(Struct, frozen=True, omit_defaults=True):
    """What a reference gave; `took_ms` is the time it cost."""

    reference: Reference
    locations: tuple[Location, ...] = ()
    blocks: tuple[Block, ...] = ()
    refused: tuple[Unread, ...] = ()
    took_ms: int = 0
