"""What tests of several packages share: the demo city, made once and kept while its sources
stay the same. Windows are drawn offscreen."""

import fcntl
import gc
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mapview.democity.city import make_city
from mapview.geo.importer import CSV_KINDS, import_city
from mapview.geo.steps import ImportReport
from telephony.prompts.making import make_all

PROJECT = Path(__file__).parents[1]
KEPT = PROJECT / "build" / "test-city"

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


LONGEST = (
    "e2e/test_demo.py",
    "e2e/test_crashes.py",
    "e2e/test_reserve.py",
    "store/test_hub.py",
    "store/test_two_servers.py",
    "store/backup/test_backup.py",
    "store/test_relay.py",
    "e2e/test_without_hub.py",
    "console/test_modes_real.py",
    "store/test_enrolment.py",
    "store/test_audit.py",
    "console/test_command.py",
    "proof/test_kills.py",
    "models/test_spin.py",
    "store/powercut/test_power_cuts.py",
    "proof/test_partition.py",
    "store/test_mixed_versions.py",
    "proof/test_crowds.py",
    "console/test_window_lists.py",
    "console/test_without_hub.py",
    "store/test_site.py",
    "console/test_calls_up.py",
    "telephony/test_phone.py",
    "telephony/test_reserve_line.py",
)
"""Files of 15 s and more. Begun first, they leave short ones for the end, when all workers should be done."""


def pytest_sessionstart() -> None:
    """As in the window's process: a thread that drops a QObject of another one may wait for it for ever."""
    gc.disable()


def pytest_runtest_logfinish() -> None:
    """Here nothing else runs; older garbage goes with the file that made it."""
    gc.collect(1)


@pytest.fixture(scope="module", autouse=True)
def whole_collection() -> Iterator[None]:
    yield
    gc.collect()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; longer proofs that say nothing new at every commit wait for the night."""
    turn = {PROJECT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: turn.get(item.path, len(LONGEST)))
    if os.environ.get("LINGSHENG_NIGHTLY"):
        return
    skip = pytest.mark.skip(reason="nightly: LINGSHENG_NIGHTLY=1 or make proof")
    for item in items:
        if item.get_closest_marker("nightly"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def demo_folder() -> Path:
    """demo.osm.pbf, the five CSV files, city.sqlite, the report of its import, and the spoken prompts."""
    spoken = [*sorted((PROJECT / "telephony" / "prompts").glob("*.py")), PROJECT / "telephony" / "speech.py"]
    sources = [*sorted((PROJECT / "mapview").rglob("*.py")), *spoken]
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = KEPT / key
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test workers wait for the first of them
        if not (folder / "report.json").exists():
            folder.mkdir(exist_ok=True)
            make_city(folder)
            lists = {kind: folder / f"{kind}.csv" for kind in CSV_KINDS}
            report = import_city(folder / "demo.osm.pbf", lists, folder / "city.sqlite")
            (folder / "report.json").write_bytes(msgspec.json.encode(vars(report)))
        make_all(folder / "prompts")  # only what is missing
    return folder


@pytest.fixture(scope="session")
def demo_import(demo_folder: Path) -> tuple[Path, ImportReport]:
    """The imported demo city and the report of its import."""
    report = ImportReport()
    for name, told in msgspec.json.decode((demo_folder / "report.json").read_bytes()).items():
        getattr(report, name).update(told)
    return demo_folder / "city.sqlite", report


@pytest.fixture(scope="session")
def demo_city(demo_folder: Path) -> Path:
    """The imported demo city."""
    return demo_folder / "city.sqlite"
