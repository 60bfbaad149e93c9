"""Datum conversion against published pairs, and there-and-back over all of China."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapview.geo.datum import Datum, from_wgs84, parse_datum, to_wgs84

PAIRS = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((126.64, 45.755), (126.645963978030, 45.756947826148)),
]


@pytest.mark.parametrize(("wgs", "gcj"), PAIRS)
def test_published_pairs_both_ways(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert from_wgs84(*wgs, Datum.GCJ02) == pytest.approx(gcj, abs=1e-11)
    assert to_wgs84(*gcj, Datum.GCJ02) == pytest.approx(wgs, abs=1e-11)


def test_bd09_pair_both_ways() -> None:
    there = from_wgs84(126.64, 45.755, Datum.BD09)
    assert there == pytest.approx((126.652583395378, 45.762672308364), abs=1e-11)
    assert to_wgs84(*there, Datum.BD09) == pytest.approx((126.64, 45.755), abs=1e-10)


def test_arrays_and_scalars_agree() -> None:
    lon, lat = np.array([116.377817, 2.35]), np.array([39.911954, 48.85])
    x, y = from_wgs84(lon, lat, Datum.GCJ02)
    assert (x[0], y[0]) == from_wgs84(116.377817, 39.911954, Datum.GCJ02)
    assert (x[1], y[1]) == (2.35, 48.85)  # no shift outside China


@given(st.floats(73.6, 134.4), st.floats(18.6, 53.4), st.sampled_from(list(Datum)))
def test_there_and_back_is_exact(lon: float, lat: float, datum: Datum) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, datum), datum)
    assert back == pytest.approx((lon, lat), abs=1e-9)


def test_names_of_datums() -> None:
    assert parse_datum(" WGS-84") is Datum.WGS84
    assert parse_datum("CGCS2000") is Datum.WGS84
    assert parse_datum("gcj_02") is Datum.GCJ02
    with pytest.raises(ValueError, match="unknown datum"):
        parse_datum("西安80")
