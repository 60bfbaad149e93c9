"""The stage of a demo: a configuration that loads, keys, accounts and instructions for the autopilot."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from console.drill import script, stage
from console.drill.cases import cases
from console.seat import phone_settings
from store.bus.roster import read_roster
from telephony.location.recorded_lookup import RecordedLookup
from telephony.prompts.making import missing


@pytest.fixture
def city(demo_city: Path, tmp_path: Path) -> Path:
    """A demo root whose city is there already."""
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "city.sqlite").symlink_to(demo_city)
    return tmp_path


def test_a_stage_is_complete_and_made_anew_each_time(city: Path) -> None:
    said: list[str] = []
    built = stage.build_stage(city, lambda zh, en: said.append(en), autopilot=True)
    assert not said, "the city was there"
    assert built.config.seat.autopilot
    assert built.config.map.city == str(city / "city" / "city.sqlite")
    assert RecordedLookup(Path(built.config.phone.location_lookup)).ways == frozenset(), (
        "no drill, no answers"
    )
    names = {machine.name for machine in read_roster(Path(built.config.keys.dir) / "roster.json")}
    seats = {f"seat-{number}" for number in (*stage.SEAT_NUMBERS, *(one[0] for one in stage.RESERVE_SEATS))}
    assert names >= {*seats, "wall", "gateway", stage.WATCHER}
    made = Path(built.config.recordings.prompts_dir)
    assert missing(made) == () or shutil.which("espeak-ng") is None, "what callers hear was spoken"
    if not missing(made):
        assert phone_settings(built.config).engine.hold_voice.wav == str(made.resolve() / "hold.zh.wav")
    (built.folder / "old").touch()
    again = stage.build_stage(city, lambda zh, en: None, autopilot=False)
    assert not (again.folder / "old").exists()
    assert not again.config.seat.autopilot


def test_the_autopilot_reads_what_the_demo_wrote(demo_city: Path, tmp_path: Path) -> None:
    called = list(cases(demo_city, 7, 6))
    stage.write_drill(tmp_path, called, tmp_path / "out")
    drill = script.read_drill(tmp_path)
    assert drill is not None
    assert drill.cases == tuple(called)
    assert script.read_drill(tmp_path / "elsewhere") is None


def test_callers_are_drawn_by_seed(demo_city: Path) -> None:
    assert list(cases(demo_city, 7, 9)) == list(cases(demo_city, 7, 9))
    called = list(cases(demo_city, 8, 9))
    assert len({case.number for case in called}) == 9
    assert all(case.place in case.says for case in called)
    assert any(case.typed.isascii() for case in called), "estates are typed in pinyin"


@pytest.mark.parametrize("window", ["console.seat", "console.drill.autopilot", "console.wall.process"])
def test_a_window_imports_nothing_that_makes_cities(window: str) -> None:
    heavy = {"scipy", "shapely", "osmium", "pypinyin", "sqlalchemy", "alembic", "rapidfuzz", "pjsua2"}
    look = f"import sys, {window}; print({heavy!r} & set(sys.modules))"
    project = Path(stage.__file__).resolve().parents[2]
    found = subprocess.run(
        [sys.executable, "-c", look], cwd=project, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "set()"
