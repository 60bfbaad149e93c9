"""`python -m mapview.canvas.baker`: the child process that draws tiles and sets names.

One JSON order a line on standard input, one JSON answer a line on standard output, in order. The end
of standard input ends the process: no baker outlives its window. QPainter holds the interpreter
while it draws, so a thread would stall the window; a process does not.
"""

import argparse
import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from mapview.canvas.names import names_of
from mapview.canvas.palette import THEMES
from mapview.canvas.sheets import BlockKey, Label, LayerSource, TileKey
from mapview.canvas.style import STYLE_VERSION
from mapview.canvas.tile_painter import TilePainter
from mapview.geo.errors import GeoError
from mapview.geo.layers import LayerStore

CACHE_BYTES_MAX: Final = 300_000_000
CACHE_BYTES_KEPT: Final = 200_000_000  # what is left after clearing
PNG_QUALITY: Final = 80  # Qt's scale: little compression, 13 ms a tile; more gains 10 % for double the time
PNG_END: Final = b"IEND\xaeB`\x82"
EXIT_NO_CITY: Final = 2


class BakeTile(msgspec.Struct, frozen=True, tag="tile"):
    """Order: draw one tile."""

    key: TileKey
    theme: str
    ratio: float


class SetNames(msgspec.Struct, frozen=True, tag="names"):
    """Order: set the names of one block."""

    key: BlockKey


class TileBaked(msgspec.Struct, frozen=True, tag="tile"):
    """Answer: the tile is in this picture file."""

    key: TileKey
    theme: str
    ratio: float
    path: str


class NamesSet(msgspec.Struct, frozen=True, tag="names"):
    """Answer: the names of a block, in world pixels."""

    key: BlockKey
    labels: list[Label]


class NotMade(msgspec.Struct, frozen=True, tag="not_made"):
    """Answer: it did not work, and why; the next order may."""

    reason: str


Order = BakeTile | SetNames
Answer = TileBaked | NamesSet | NotMade
_orders: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)


class Oven:
    """Carries out orders; pictures are kept on disk for the next start."""

    def __init__(self, source: LayerSource, folder: Path) -> None:
        self._source = source
        self._folder = folder
        self._painters: dict[tuple[str, float], TilePainter] = {}

    def carry_out(self, order: Order) -> Answer:
        """Do it now; a tile that is on disk already is not drawn again. Raises OSError on a full disk."""
        if isinstance(order, SetNames):
            return NamesSet(order.key, names_of(self._source, order.key))
        level, column, row = order.key
        path = self._folder / f"{order.theme}-{order.ratio:g}" / f"{level}-{column}-{row}.png"
        if not _is_whole(path):
            self._bake(order, path)
        return TileBaked(order.key, order.theme, order.ratio, str(path))

    def _bake(self, order: BakeTile, path: Path) -> None:
        style = (order.theme, order.ratio)
        if style not in self._painters:
            self._painters[style] = TilePainter(self._source, THEMES[order.theme].map, order.ratio)
        picture = self._painters[style].paint(order.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"part{os.getpid()}-{path.name}")
        if not picture.save(str(part), quality=PNG_QUALITY):
            part.unlink(missing_ok=True)
            raise OSError(f"{path}: the picture could not be written")
        part.replace(path)  # two windows may share the folder: nobody sees half a picture


def _is_whole(path: Path) -> bool:
    """False for a picture that is not there, or was cut short when the machine lost its power."""
    try:
        with path.open("rb") as file:
            file.seek(-len(PNG_END), os.SEEK_END)
            return file.read() == PNG_END
    except OSError:
        return False


def folder_for(city: Path, cache: Path) -> Path:
    """Where the pictures of this very city file in this very style are kept."""
    facts = city.stat()
    text = f"{city.absolute()} {facts.st_size} {facts.st_mtime_ns} {STYLE_VERSION} {THEMES!r}"
    return cache / hashlib.sha256(text.encode()).hexdigest()[:16]


def clear_old(cache: Path, bytes_max: int = CACHE_BYTES_MAX, bytes_kept: int = CACHE_BYTES_KEPT) -> int:
    """Delete the oldest pictures once they take more than `bytes_max`; returns how many went."""
    pictures = []
    for path in cache.rglob("*.png"):
        with contextlib.suppress(FileNotFoundError):  # another window's baker clears or renames as well
            pictures.append((path, path.stat()))
    size = sum(facts.st_size for _, facts in pictures)
    if size <= bytes_max:
        return 0
    pictures.sort(key=lambda pair: pair[1].st_mtime)
    gone = 0
    for path, facts in pictures:
        if size <= bytes_kept:
            break
        path.unlink(missing_ok=True)
        size -= facts.st_size
        gone += 1
    return gone


def serve(oven: Oven, orders: BinaryIO, answers: BinaryIO) -> None:
    """Answer orders until they end. One that fails costs its piece of the map, not the process."""
    for line in orders:
        answer: Answer
        try:
            answer = oven.carry_out(_orders.decode(line))
        except Exception as error:  # noqa: BLE001  (the loop that owns the order)
            answer = NotMade(f"{type(error).__name__}: {error}")
        answers.write(msgspec.json.encode(answer) + b"\n")
        answers.flush()


def main(arguments: list[str] | None = None) -> int:
    """Entry of the child process."""
    parser = argparse.ArgumentParser(prog="python -m mapview.canvas.baker", description=__doc__)
    parser.add_argument("city", type=Path, help="city.sqlite")
    parser.add_argument("cache", type=Path, help="folder for pictures")
    options = parser.parse_args(arguments)
    try:
        store = LayerStore(options.city)
    except GeoError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_NO_CITY
    with store:
        folder = folder_for(options.city, options.cache)
        folder.mkdir(parents=True, exist_ok=True)
        clear_old(options.cache)
        serve(Oven(store, folder), sys.stdin.buffer, sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
