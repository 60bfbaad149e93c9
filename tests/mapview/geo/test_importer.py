"""Whole imports: the demo city, the real extracts where present, and sources that cannot be used."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from mapview.geo.errors import CityFileError, SourceError
from mapview.geo.importer import ATTRIBUTION, CSV_KINDS, import_city
from mapview.geo.layers import Feature, LayerStore, create_city
from mapview.geo.projection import pixel_of
from mapview.geo.steps import ImportReport

IMPORT_S_MAX = 30.0
DEMO = tuple[Path, ImportReport]


def polygon_of(feature: Feature) -> Any:
    return shapely.Polygon(feature.parts[0], feature.parts[1:])


def test_demo_city_imports_without_a_loss(demo_import: DEMO) -> None:
    _, report = demo_import
    assert not report.losses
    assert report.counts["rows.vehicles"] == 30
    assert report.counts["layer.building"] > 10_000


def test_every_layer_is_filled(demo_city: Path) -> None:
    with LayerStore(demo_city) as store:
        for layer in ("landuse", "green", "campus", "water", "waterline", "building", "rail", "road"):
            assert store.read(layer), layer
        kinds = {feature.kind for feature in store.read("boundary")}
        assert kinds == {"city", "district", "subdistrict"}
        assert {"hospital", "station", "aed", "fire", "police", "metro"} <= {
            place.kind for place in store.read("place")
        }


def test_areas_keep_their_holes(demo_city: Path) -> None:
    with LayerStore(demo_city) as store:
        river = next(f for f in store.read("water") if f.name == "铃江")
        assert len(river.parts) == 2  # the island is a hole
        assert all((part[0] == part[-1]).all() for part in river.parts)


def test_points_of_interest_carry_the_lists(demo_city: Path) -> None:
    with LayerStore(demo_city) as store:
        hospitals = store.pois("hospital")
        assert len(hospitals) == len({h.name for h in hospitals})  # list and map are one
        assert all(h.code for h in hospitals)
        assert "chest_pain" in str(hospitals[0].attributes["centres"])
        assert len(store.pois("station")) == 18
        assert len(store.pois("aed")) == 80


def test_metadata_and_extent(demo_city: Path) -> None:
    with LayerStore(demo_city) as store:
        west, south, east, north = store.metadata.extent
        assert 101 < west < east < 103
        assert 40 < south < north < 41
        assert store.metadata.attribution == ATTRIBUTION
        left, top, right, bottom = store.extent_px()
        assert (left, top) == pytest.approx(pixel_of(west, north))
        assert left < right
        assert top < bottom


def test_progress_runs_from_nothing_to_all(village: Path, tmp_path: Path) -> None:
    seen: list[tuple[str, float]] = []
    import_city(village, {}, tmp_path / "c.sqlite", lambda *step: seen.append(step))
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, pytest.approx(1.0))
    assert [*dict.fromkeys(step for step, _ in seen)] == ["layers", "poi", "graph", "gazetteer"]
    assert [path.name for path in tmp_path.iterdir()] == ["c.sqlite"]


@pytest.mark.parametrize("content", [b"", b"not a map at all" * 100])
def test_a_source_that_is_no_map_leaves_the_old_city(content: bytes, tmp_path: Path) -> None:
    source, out = tmp_path / "bad.osm.pbf", tmp_path / "city.sqlite"
    source.write_bytes(content)
    out.write_text("the old one")
    with pytest.raises(SourceError):
        import_city(source, {}, out)
    assert out.read_text() == "the old one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.osm.pbf", "city.sqlite"]


def test_a_file_cut_in_the_middle_is_refused(demo_folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "cut.osm.pbf"
    source.write_bytes((demo_folder / "demo.osm.pbf").read_bytes()[:200_000])
    with pytest.raises(SourceError):
        import_city(source, {}, tmp_path / "city.sqlite")


def test_a_named_node_that_is_nowhere_does_not_stop_the_import(
    write_town: Callable[..., Path], tmp_path: Path
) -> None:
    beyond_the_pole = 6_000_000.0
    nodes = {1: (0, 0), 2: (300, 0), 3: (0, beyond_the_pole), 4: (0, beyond_the_pole)}
    tags = {3: {"place": "suburb", "name": "无此地"}, 4: {"amenity": "hospital", "name": "无此院"}}
    road = {10: ((1, 2), {"highway": "residential", "name": "人民路"})}
    out = tmp_path / "city.sqlite"
    import_city(write_town(nodes, road, tags), {}, out)
    with LayerStore(out) as store:
        assert store.read("place") == []
        assert store.pois() == []


def test_a_full_disk_is_said_and_leaves_the_old_city(
    village: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small_disk(path: Path) -> sqlite3.Connection:
        city = create_city(path)
        city.execute("PRAGMA max_page_count = 60")
        return city

    monkeypatch.setattr("mapview.geo.importer.create_city", small_disk)
    out = tmp_path / "city.sqlite"
    out.write_text("the old one")
    with pytest.raises(CityFileError, match="full"):
        import_city(village, {}, out)
    assert out.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [out]


def test_missing_and_unknown_lists(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        import_city(tmp_path / "none.osm.pbf", {}, tmp_path / "city.sqlite")
    with pytest.raises(SourceError, match="unknown CSV"):
        import_city(tmp_path / "none.osm.pbf", {"boats": tmp_path}, tmp_path / "city.sqlite")
    assert "vehicles" in CSV_KINDS


@pytest.mark.nightly
def test_harbin_extract(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "harbin.sqlite"
    began = time.perf_counter()
    report = import_city(shared_data / "harbin-demo.osm.pbf", {}, out)
    assert time.perf_counter() - began < IMPORT_S_MAX
    assert report.counts["layer.building"] > 16_000
    with LayerStore(out) as store:
        west, south, east, north = store.metadata.extent
        assert (west, south) == pytest.approx((126.506, 45.658), abs=0.01)
        assert (east, north) == pytest.approx((126.772, 45.831), abs=0.01)
        assert any(feature.name == "松花江" for feature in store.read("water"))
        assert 60 < len(store.pois("hospital")) < 78  # node, way and relation of one house are one
        districts = {f.name: polygon_of(f) for f in store.read("boundary") if f.kind == "district"}
        subs = {f.name: polygon_of(f) for f in store.read("boundary") if f.kind == "subdistrict"}
    assert set(districts) == {"道里区", "南岗区", "道外区", "松北区", "香坊区"}  # all five leave the box
    inside = {"水泥路街道办事处": "道外区", "朝阳镇": "香坊区", "新发镇": "道里区", "王岗镇": "南岗区"}
    for sub, district in inside.items():
        spot = subs[sub].representative_point()
        assert [name for name, shape in districts.items() if shape.contains(spot)] == [district]


def test_incomplete_extract_keeps_what_is_there_and_says_what_is_not(
    shared_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "chengdu.sqlite"
    report = import_city(shared_data / "chengdu-core-2017-12.osm.pbf", {}, out)
    assert report.counts["layer.road"] > 1_500
    assert report.losses["way nodes missing"] > 1_000
    assert report.examples["way nodes missing"]
    assert any(line.startswith("! way nodes missing") for line in report.lines())
