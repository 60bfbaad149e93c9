"""A floor in parts and back: written a little at a time it is byte for byte what it would be in one go."""

import pytest

from dispatch.floor import TABLES, Floor
from dispatch.kinds import VehicleKind
from dispatch.words import Point, Station, Vehicle
from store.core.journal import Head
from store.core.messages import SnapBegin, SnapPart, decode_from_hub
from store.core.snapshots import Assembly, map_header, pieces, snapshot
from store.core.wire import Epoch, encode


def floor(vehicles: int) -> Floor:
    return Floor(
        vehicles={f"v{n}": Vehicle(f"v{n}", str(n), "A1", VehicleKind.BASIC, "st1") for n in range(vehicles)},
        stations={"st1": Station("st1", "S1", "江北站", Point(126.6, 45.7))},
        serials={"01-2026": 7},
    )


@pytest.mark.parametrize("vehicles", [0, 1, 15, 16, 127, 128, 129, 1000, 65_536])
def test_pieces_are_the_whole(vehicles: int) -> None:
    assert b"".join(pieces(floor(vehicles))) == encode(floor(vehicles))


@pytest.mark.parametrize("length", [0, 15, 16, 65_535, 65_536])
def test_the_header_is_that_of_the_encoder(length: int) -> None:
    whole = encode({n: n for n in range(length)})
    assert whole.startswith(map_header(length))


def test_what_was_taken_apart_is_put_together() -> None:
    before = floor(5000)
    begin, *rest = [decode_from_hub(frame) for frame in snapshot(before, Epoch(1, "01", 1), Head(3))]
    assert isinstance(begin, SnapBegin)
    assembly = Assembly(begin)
    for part in rest[:-1]:
        assert isinstance(part, SnapPart)
        assembly.take(part)
    after = assembly.floor()
    assert [getattr(after, table) for table in TABLES] == [getattr(before, table) for table in TABLES]
