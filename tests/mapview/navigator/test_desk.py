"""The navigator's answers without its pipe, on the demo city."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mapview.geo.errors import NotACityError
from mapview.geo.layers import LayerStore
from mapview.geo.places import PlaceKind
from mapview.navigator.away import answer_without_child
from mapview.navigator.desk import NavigatorDesk
from mapview.navigator.fields import FIELDS_MAX
from mapview.navigator.messages import (
    AddressNamed,
    BadMessageError,
    PlacesFound,
    Rank,
    Ranked,
    Reverse,
    Routed,
    RouteTo,
    Search,
    Spell,
    Spelled,
    VehiclePoint,
    decode_reply,
    decode_request,
    encode,
)


@pytest.fixture(scope="module")
def desk(demo_city: Path) -> Iterator[NavigatorDesk]:
    made = NavigatorDesk(demo_city)
    yield made
    made.close()


@pytest.fixture(scope="module")
def vehicles(demo_city: Path) -> tuple[VehiclePoint, ...]:
    """One at every station."""
    with LayerStore(demo_city) as store:
        return tuple(VehiclePoint(poi.code, poi.lon, poi.lat) for poi in store.pois("station"))


@pytest.fixture(scope="module")
def hospital(demo_city: Path) -> tuple[float, float]:
    with LayerStore(demo_city) as store:
        return (store.pois("hospital")[0].lon, store.pois("hospital")[0].lat)


def test_vehicles_are_ranked_by_road(
    desk: NavigatorDesk, vehicles: tuple[VehiclePoint, ...], hospital: tuple[float, float]
) -> None:
    answer = desk.answer(Rank("r", "i", hospital, vehicles))
    assert isinstance(answer, Ranked)
    assert [time.vehicle for time in answer.times] == [vehicle.vehicle for vehicle in vehicles]
    assert not any(time.estimated for time in answer.times)
    assert min(answer.times, key=lambda time: time.seconds).seconds < 60
    route = desk.answer(RouteTo("w", "i", hospital, vehicles[3]))
    assert isinstance(route, Routed)
    assert route.route.seconds == pytest.approx(answer.times[3].seconds)
    assert route.route.metres == pytest.approx(answer.times[3].metres, rel=1e-3)
    assert len(route.route.polyline) > 3
    assert decode_reply(encode(route)) == route


def test_who_stands_far_from_any_road_gets_an_estimate(
    desk: NavigatorDesk, hospital: tuple[float, float]
) -> None:
    lost = VehiclePoint("V", hospital[0] + 2.0, hospital[1])
    answer = desk.answer(Rank("r", "i", hospital, (lost,)))
    assert isinstance(answer, Ranked)
    assert answer.times[0].estimated
    route = desk.answer(RouteTo("w", "i", hospital, lost))
    assert isinstance(route, Routed)
    assert route.route.estimated
    assert desk.answer(Rank("r", "i", hospital, ())) == Ranked("r", ())


def test_a_field_is_kept_while_its_target_stays(desk: NavigatorDesk, hospital: tuple[float, float]) -> None:
    fields = desk._fields
    kept = fields.field("kept", hospital)
    assert fields.field("kept", hospital) is kept
    assert fields.field("kept", (hospital[0] + 0.01, hospital[1])) is not kept
    for i in range(FIELDS_MAX):
        fields.field(f"incident {i}", hospital)
    assert len(fields._fields) == FIELDS_MAX
    assert "kept" not in fields._fields


def test_every_hospital_is_found_by_name_and_named_where_it_stands(
    desk: NavigatorDesk, demo_city: Path
) -> None:
    with LayerStore(demo_city) as store:
        hospitals = store.pois("hospital")
    for hospital in hospitals:
        answer = desk.answer(Search("s", hospital.name))
        assert isinstance(answer, PlacesFound)
        assert (answer.places[0].name, answer.places[0].kind) == (hospital.name, PlaceKind.HOSPITAL)
        named = desk.answer(Reverse("n", (hospital.lon, hospital.lat)))
        assert isinstance(named, AddressNamed)
        assert "区" in named.address


def test_a_limit_is_kept(desk: NavigatorDesk) -> None:
    answer = desk.answer(Search("s", "路", limit=10_000))
    assert isinstance(answer, PlacesFound)
    assert len(answer.places) <= 50


def test_requests_come_through_and_noise_does_not() -> None:
    request = Rank("r", "i", (126.6, 45.7), (VehiclePoint("V1", 126.5, 45.6),))
    assert decode_request(encode(request)) == request
    for noise in (b"", b"\xc1", encode(request)[:-3], b"\x91" * 5000, encode(Ranked("r", ()))):
        with pytest.raises(BadMessageError):
            decode_request(noise)


def test_a_file_that_is_no_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotACityError):
        NavigatorDesk(tmp_path / "nowhere.sqlite")


def test_names_are_spelled_for_whoever_has_no_dictionary(desk: NavigatorDesk) -> None:
    answer = desk.answer(Spell("r", ("大夫 Wang", "")))
    assert answer == Spelled("r", {"大夫 Wang": (("dai", "fu", "wang"), ("da", "fu", "wang")), "": ((),)})
    assert decode_reply(encode(answer)) == answer
    assert answer_without_child(Spell("r", ("大夫",))) == Spelled("r", {})
