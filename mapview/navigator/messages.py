"""Requests to the navigator and its answers: frozen tagged structs, MessagePack on the pipe.

Points are (lon, lat) in WGS-84 degrees. An answer carries its request's id. `estimated` and `available`
say honestly when the child was away.
"""

from typing import Final

import msgspec

from mapview.geo.places import Found
from mapview.geo.route import Route

FOUND_MAX: Final = 50
NAMES_MAX: Final = 2_000

LonLat = tuple[float, float]


class BadMessageError(Exception):
    """What came over the pipe is no message of ours."""


class VehiclePoint(msgspec.Struct, frozen=True, array_like=True):
    """Where a vehicle is."""

    vehicle: str
    lon: float
    lat: float


class VehicleTime(msgspec.Struct, frozen=True, array_like=True):
    """Seconds and metres to the incident. `estimated`: straight line, no road was found or asked."""

    vehicle: str
    seconds: float
    metres: float
    estimated: bool


class Rank(msgspec.Struct, frozen=True, tag=True):
    """How long each vehicle needs to the target. `incident` keeps the target's field for the next time."""

    request_id: str
    incident: str
    target: LonLat
    vehicles: tuple[VehiclePoint, ...]


class RouteTo(msgspec.Struct, frozen=True, tag=True):
    """The way of one vehicle to the target."""

    request_id: str
    incident: str
    target: LonLat
    vehicle: VehiclePoint


class Search(msgspec.Struct, frozen=True, tag=True):
    """Places for what was typed; among equals those near `near` first."""

    request_id: str
    text: str
    near: LonLat | None = None
    limit: int = 10


class Reverse(msgspec.Struct, frozen=True, tag=True):
    """The address of a point."""

    request_id: str
    point: LonLat


class Spell(msgspec.Struct, frozen=True, tag=True):
    """How these names are read; the first `NAMES_MAX` are."""

    request_id: str
    names: tuple[str, ...]


class Ranked(msgspec.Struct, frozen=True, tag=True):
    """Answer to `Rank`, in the order of its vehicles."""

    request_id: str
    times: tuple[VehicleTime, ...]


class Routed(msgspec.Struct, frozen=True, tag=True):
    """Answer to `RouteTo`."""

    request_id: str
    vehicle: str
    route: Route


class PlacesFound(msgspec.Struct, frozen=True, tag=True):
    """Answer to `Search`, best first; not `available`: nobody could look."""

    request_id: str
    text: str
    places: tuple[Found, ...]
    available: bool = True


class AddressNamed(msgspec.Struct, frozen=True, tag=True):
    """Answer to `Reverse`; "" far from everything; not `available`: nobody could look."""

    request_id: str
    point: LonLat
    address: str
    available: bool = True


class Spelled(msgspec.Struct, frozen=True, tag=True):
    """Answer to `Spell`: each name's readings, as `pinyin.readings` gives them; empty: nobody could look."""

    request_id: str
    readings: dict[str, tuple[tuple[str, ...], ...]]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The child could not answer; the seat's side answers in its place."""

    request_id: str
    why: str


Request = Rank | RouteTo | Search | Reverse | Spell
Answer = Ranked | Routed | PlacesFound | AddressNamed | Spelled

_requests: Final[msgspec.msgpack.Decoder[Request]] = msgspec.msgpack.Decoder(Request)
_replies: Final[msgspec.msgpack.Decoder[Answer | Failed]] = msgspec.msgpack.Decoder(Answer | Failed)


def encode(message: Request | Answer | Failed) -> bytes:
    return msgspec.msgpack.encode(message)


def decode_request(frame: bytes) -> Request:
    """Raises BadMessageError."""
    try:
        return _requests.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadMessageError(f"not a request: {error}") from error


def decode_reply(frame: bytes) -> Answer | Failed:
    """Raises BadMessageError."""
    try:
        return _replies.decode(frame)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadMessageError(f"not an answer: {error}") from error
