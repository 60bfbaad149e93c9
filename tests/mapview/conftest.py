"""The demo city, generated and imported once per test session for everybody who needs a whole city."""

from pathlib import Path

import pytest

from mapview.democity.city import make_city
from mapview.democity.osm_file import OsmFile
from mapview.geo.importer import CSV_KINDS, import_city
from mapview.geo.steps import ImportReport

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """demo.osm.pbf and the five CSV files."""
    folder = tmp_path_factory.mktemp("demo")
    make_city(folder)
    return folder


@pytest.fixture(scope="session")
def demo_import(demo_folder: Path) -> tuple[Path, ImportReport]:
    """The imported demo city and the report of its import."""
    out = demo_folder / "city.sqlite"
    lists = {kind: demo_folder / f"{kind}.csv" for kind in CSV_KINDS}
    return out, import_city(demo_folder / "demo.osm.pbf", lists, out)


@pytest.fixture(scope="session")
def demo_city(demo_import: tuple[Path, ImportReport]) -> Path:
    """The imported demo city."""
    return demo_import[0]


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
