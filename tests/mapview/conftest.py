"""Maps for the tests of the map: the smallest one that imports, and the real extracts where they are."""

from pathlib import Path

import pytest

from mapview.democity.osm_file import OsmFile

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real extracts; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("no real extracts here")
    return SHARED


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The smallest map that imports: two streets, a crossing, a pond."""
    osm = OsmFile()
    middle = osm.node((0.0, 0.0))
    for name, (x, y) in (("东街", (400.0, 0.0)), ("北街", (0.0, 400.0))):
        osm.way([osm.node((-x, -y)), middle, osm.node((x, y))], {"highway": "residential", "name": name})
    osm.ring([(50, 50), (150, 50), (150, 150), (50, 50)], {"natural": "water", "name": "小湖"})
    path = tmp_path_factory.mktemp("village") / "village.osm.pbf"
    osm.write(path)
    return path
