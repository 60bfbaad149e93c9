"""Districts from the boundary layer: odd rings included."""

from contextlib import closing
from pathlib import Path

import numpy as np

from mapview.geo.districts import Districts, read_boundaries
from mapview.geo.layers import LayerWriter, create_city
from mapview.geo.projection import IntArray, pixel_of


def ring(*points: tuple[float, float]) -> IntArray:
    return np.array([[round(v) for v in pixel_of(lon, lat)] for lon, lat in points], np.int64)


def test_a_border_that_crosses_itself_is_a_district_still(tmp_path: Path) -> None:
    with closing(create_city(tmp_path / "city.sqlite")) as city:
        writer = LayerWriter(city)
        bow_tie = ring((120.0, 30.0), (120.2, 30.2), (120.2, 30.0), (120.0, 30.2), (120.0, 30.0))
        square = ring((120.05, 30.0), (120.3, 30.0), (120.3, 30.3), (120.05, 30.3), (120.05, 30.0))
        for part in (bow_tie, square):
            writer.add("boundary", "district", 9, "南岗区", 0, [part])
        writer.flush()
        districts = Districts(read_boundaries(city))
        assert districts.of([(120.02, 30.05), (120.25, 30.25), (121.0, 30.0)]) == ["南岗区", "南岗区", ""]
