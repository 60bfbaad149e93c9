"""The real child process: it answers, it is started again when it dies, it goes when told."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from mapview.canvas.cartographer import ChildCartographer
from mapview.canvas.sheets import BlockKey, Label, TileKey, blocks_for, tiles_for
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of

pytestmark = pytest.mark.process
WAIT_MS = 20_000


class Received:
    """Collects answers."""

    def __init__(self, cartographer: ChildCartographer) -> None:
        self.tiles: dict[TileKey, str] = {}
        self.blocks: dict[BlockKey, list[Label]] = {}
        cartographer.on_tile = self.tiles.__setitem__
        cartographer.on_block = self.blocks.__setitem__


@pytest.fixture
def cartographer(qtbot: QtBot, city_path: Path, tmp_path: Path) -> Iterator[ChildCartographer]:
    child = ChildCartographer(city_path, tmp_path)
    yield child
    child.stop()
    assert child.pid == 0


@pytest.fixture
def view(middle: tuple[float, float]) -> View:
    return View(*pixel_of(*middle), 14, 600, 400)


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=WAIT_MS)


def test_wanted_pieces_arrive(qtbot: QtBot, cartographer: ChildCartographer, view: View) -> None:
    got = Received(cartographer)
    tiles, blocks = tiles_for(view, 0), blocks_for(view, 0)
    cartographer.want(tiles, blocks, "day", 1.0)
    until(qtbot, lambda: len(got.tiles) == len(tiles) and len(got.blocks) == len(blocks))
    assert all(Path(path).is_file() for path in got.tiles.values())
    assert any(got.blocks.values())


def test_a_new_wish_replaces_the_old_one(qtbot: QtBot, cartographer: ChildCartographer, view: View) -> None:
    got = Received(cartographer)
    far = tiles_for(view.panned(20_000, 0), 2000)
    near = tiles_for(view, 0)
    cartographer.want(far, [], "day", 1.0)
    cartographer.want(near, [], "day", 1.0)
    until(qtbot, lambda: set(near) <= set(got.tiles))
    assert len(set(got.tiles) - set(near)) <= 2


def test_tiles_of_the_old_theme_are_not_shown(
    qtbot: QtBot, cartographer: ChildCartographer, view: View
) -> None:
    got = Received(cartographer)
    cartographer.want(tiles_for(view, 0), [], "day", 1.0)
    cartographer.want(tiles_for(view, 0), [], "night", 1.0)
    until(qtbot, lambda: len(got.tiles) == len(tiles_for(view, 0)))
    assert all("night-1" in path for path in got.tiles.values())


def test_a_killed_baker_comes_back_and_finishes(
    qtbot: QtBot, cartographer: ChildCartographer, view: View, caplog: pytest.LogCaptureFixture
) -> None:
    got = Received(cartographer)
    until(qtbot, lambda: cartographer.pid != 0)
    first = cartographer.pid
    tiles = tiles_for(view, 600)
    cartographer.want(tiles, [], "day", 1.0)
    os.kill(first, signal.SIGKILL)
    until(qtbot, lambda: set(got.tiles) == set(tiles))
    assert cartographer.pid not in (0, first)
    assert caplog.text.count("starting it again") == 1
