"""Orders in, answers out; pictures are kept; a bad order costs one piece, not the process."""

import io
import os
from pathlib import Path

import msgspec
import pytest
from PySide6.QtGui import QImage

from mapview.canvas.baker import (
    EXIT_NO_CITY,
    Answer,
    BakeTile,
    NamesSet,
    NotMade,
    Order,
    Oven,
    SetNames,
    TileBaked,
    clear_old,
    folder_for,
    main,
    serve,
)
from mapview.canvas.sheets import LayerSource, blocks_for, tiles_for
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of


@pytest.fixture
def view(middle: tuple[float, float]) -> View:
    return View(*pixel_of(*middle), 14, 10, 10)


def answers_to(oven: Oven, *lines: bytes) -> list[Answer]:
    out = io.BytesIO()
    serve(oven, io.BytesIO(b"\n".join(lines) + b"\n"), out)
    return [msgspec.json.decode(line, type=Answer) for line in out.getvalue().splitlines()]


def test_tiles_and_names_are_answered_in_order(town: LayerSource, view: View, tmp_path: Path) -> None:
    tile, block = tiles_for(view, 0)[0], blocks_for(view, 0)[0]
    orders: list[Order] = [BakeTile(tile, "night", 1.0), SetNames(block)]
    baked, named = answers_to(Oven(town, tmp_path), *map(msgspec.json.encode, orders))
    assert isinstance(baked, TileBaked)
    assert baked.key == tile
    assert QImage(baked.path).width() == 512
    assert isinstance(named, NamesSet)
    assert named.labels
    assert named.labels[0].glyphs[0].text


def test_a_kept_tile_is_not_drawn_again(town: LayerSource, view: View, tmp_path: Path) -> None:
    order = BakeTile(tiles_for(view, 0)[0], "day", 1.0)
    first = Oven(town, tmp_path).carry_out(order)
    assert isinstance(first, TileBaked)
    before = Path(first.path).stat().st_mtime_ns
    second = Oven(town, tmp_path).carry_out(order)
    assert second == first
    assert Path(first.path).stat().st_mtime_ns == before
    assert [path.name for path in tmp_path.rglob("part*")] == []


@pytest.mark.parametrize("left", [0, 100])
def test_a_picture_cut_short_by_a_power_failure_is_drawn_again(
    town: LayerSource, view: View, tmp_path: Path, left: int
) -> None:
    oven, order = Oven(town, tmp_path), msgspec.json.encode(BakeTile(tiles_for(view, 0)[0], "day", 1.0))
    (first,) = answers_to(oven, order)
    assert isinstance(first, TileBaked)
    whole = Path(first.path).read_bytes()
    Path(first.path).write_bytes(whole[:left])
    answers_to(oven, order)
    assert Path(first.path).read_bytes() == whole


def test_a_bad_order_is_answered_and_the_next_one_works(
    town: LayerSource, view: View, tmp_path: Path
) -> None:
    good = msgspec.json.encode(SetNames(blocks_for(view, 0)[0]))
    odd = msgspec.json.encode(BakeTile(tiles_for(view, 0)[0], "no such theme", 1.0))
    bad, unknown, fine = answers_to(Oven(town, tmp_path), b'{"type":"?"}', odd, good)
    assert isinstance(bad, NotMade)
    assert isinstance(unknown, NotMade)
    assert isinstance(fine, NamesSet)


def test_a_folder_that_cannot_be_written_is_said(town: LayerSource, view: View, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    order = msgspec.json.encode(BakeTile(tiles_for(view, 0)[0], "day", 1.0))
    (answer,) = answers_to(Oven(town, blocked), order)
    assert isinstance(answer, NotMade)


def test_the_oldest_pictures_go_first(tmp_path: Path) -> None:
    for number in range(10):
        path = tmp_path / f"{number}.png"
        path.write_bytes(bytes(100))
        os.utime(path, (number, number))
    assert clear_old(tmp_path, 1000, 500) == 0
    assert clear_old(tmp_path, 999, 500) == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n}.png" for n in range(5, 10)]


def test_another_city_file_has_another_folder(city_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "city.sqlite"
    copy.write_bytes(city_path.read_bytes())
    assert folder_for(copy, tmp_path) != folder_for(city_path, tmp_path)
    assert folder_for(copy, tmp_path) == folder_for(copy, tmp_path)


def test_no_city_file_is_an_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.sqlite"), str(tmp_path)]) == EXIT_NO_CITY
    assert "none.sqlite" in capsys.readouterr().err
