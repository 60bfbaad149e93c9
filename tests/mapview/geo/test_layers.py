"""Layer store: there and back, box and zoom filters, format refusal."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.geo import city_schema
from mapview.geo.errors import CityTooNewError, NotACityError
from mapview.geo.layers import (
    LayerStore,
    LayerWriter,
    Metadata,
    area_minzoom,
    create_city,
    pack_parts,
    unpack_parts,
    write_metadata,
)

BASE = 900_000_000
META = Metadata(city_schema.FORMAT, "1", "test", "", "ODbL 1.0", "© someone", (126.0, 45.0, 127.0, 46.0))
POINTS = st.lists(st.tuples(st.integers(0, 2**30), st.integers(0, 2**30)), min_size=1, max_size=9)


def ring(x: int, y: int, side: int) -> np.ndarray:
    return np.array([[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]], np.int64)


def make_city(path: Path) -> Path:
    city = create_city(path)
    writer = LayerWriter(city)
    writer.add("water", "lake", 8, "镜湖", 0, [ring(BASE, BASE, 9000), ring(BASE + 10, BASE + 10, 50)])
    writer.add("road", "primary", 7, "长江路", city_schema.ONEWAY, [np.array([[BASE, 5], [BASE + 9, 7]])])
    writer.add("road", "service", 15, "", 0, [np.array([[BASE + 5000, 5], [BASE + 5009, 7]])])
    assert writer.flush() == 3
    write_metadata(city, META)
    city.commit()
    city.close()
    return path


def test_reads_what_was_written(tmp_path: Path) -> None:
    with LayerStore(make_city(tmp_path / "city.sqlite")) as store:
        assert store.metadata == META
        (lake,) = store.read("water")
        assert (lake.name, lake.kind, len(lake.parts)) == ("镜湖", "lake", 2)
        assert (lake.parts[0] == ring(BASE, BASE, 9000)).all()
        assert [road.kind for road in store.read("road")] == ["primary", "service"]


def test_box_and_zoom_filter(tmp_path: Path) -> None:
    with LayerStore(make_city(tmp_path / "city.sqlite")) as store:
        assert [r.kind for r in store.read("road", zoom=14.9)] == ["primary"]
        assert [r.kind for r in store.read("road", (BASE + 4000, 0, BASE + 6000, 9))] == ["service"]
        assert store.read("building") == []
        with pytest.raises(ValueError, match="no layer"):
            store.read("roads")


@given(st.lists(POINTS, min_size=1, max_size=4))
def test_geometry_round_trip(parts: list[list[tuple[int, int]]]) -> None:
    arrays = [np.array(part, np.int64) for part in parts]
    back = unpack_parts(pack_parts(arrays))
    assert all((a == b).all() for a, b in zip(arrays, back, strict=True))


def test_area_minzoom() -> None:
    assert area_minzoom([ring(0, 0, 3 << 12)]) == 10
    assert area_minzoom([ring(0, 0, 10)]) == 16


def test_refuses_newer_foreign_and_missing_files(tmp_path: Path) -> None:
    newer = make_city(tmp_path / "newer.sqlite")
    with sqlite3.connect(newer) as city:
        city.execute(f"PRAGMA user_version = {city_schema.FORMAT + 1}")
    city.close()
    with pytest.raises(CityTooNewError, match="format"):
        LayerStore(newer)
    (tmp_path / "text.sqlite").write_text("not a database, but long enough to have a header " * 9)
    for name in ("text.sqlite", "missing.sqlite"):
        with pytest.raises(NotACityError):
            LayerStore(tmp_path / name)
