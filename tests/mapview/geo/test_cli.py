"""`main.py city`: arguments, exit codes, and the demo city as a newcomer makes it."""

import argparse
from pathlib import Path

import pytest

from mapview.geo import cli
from mapview.geo.layers import LayerStore


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    return cli.run(parser.parse_args(words))


def test_import_prints_the_report(
    demo_folder: Path, village: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "city.sqlite"
    lists = ["--stations", str(demo_folder / "stations.csv")]
    assert run("import", str(village), *lists, "--out", str(out)) == 0
    printed = capsys.readouterr().out
    assert "layer.road" in printed
    assert "poi.station" in printed
    assert printed.rstrip().endswith(str(out))


def test_an_unusable_source_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", str(tmp_path / "none.osm.pbf"), "--out", str(tmp_path / "c")) == 1
    assert "no such file" in capsys.readouterr().err


@pytest.mark.nightly
@pytest.mark.process
def test_make_demo_writes_another_city_for_another_seed(demo_folder: Path, tmp_path: Path) -> None:
    assert run("make-demo", "--out", str(tmp_path), "--seed", "3") == 0
    with LayerStore(tmp_path / "city.sqlite") as store:
        assert store.pois("hospital")
        assert "虚构" in store.metadata.attribution
    name = "demo.osm.pbf"
    assert (tmp_path / name).read_bytes() != (demo_folder / name).read_bytes()
