"""Which vehicles show their number, so that no number lies on another or hides a vehicle. No Qt.

Important vehicles choose first; those that show a number already keep it before equals, so that
numbers do not flicker while everything moves.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapview.canvas.room import Rect, Room

TAGS_MAX: Final = 300  # more cannot be read anyway
CELL_PX: Final = 8

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def tag_rect(x: float, y: float, width: float, height: float, below: float) -> Rect:
    """Where the tag of a vehicle at (x, y) goes: centred, `below` px under it."""
    return x - width / 2, y + below, x + width / 2, y + below + height


def chosen(
    xs: Floats, ys: Floats, first: Ints, width: float, height: float, below: float, room: Room
) -> list[int]:
    """Indices of the vehicles that show a tag. `first`: indices in order of importance.

    All tags are taken to be as wide as the widest. `room` holds what is taken already (marks).
    """
    crowded = _crowded(xs, ys, width, height, below)
    shown: list[int] = []
    for index in first[~crowded[first]].tolist():
        rect = tag_rect(float(xs[index]), float(ys[index]), width, height, below)
        if room.is_free(rect):
            room.take(rect)
            shown.append(index)
            if len(shown) >= TAGS_MAX:
                break
    return shown


def _crowded(xs: Floats, ys: Floats, width: float, height: float, below: float) -> NDArray[np.bool_]:
    """True where another vehicle stands inside the tag: counted with a summed-area table."""
    if not len(xs):
        return np.zeros(0, bool)
    column = ((xs - xs.min()) // CELL_PX).astype(np.int64)
    row = ((ys - ys.min()) // CELL_PX).astype(np.int64)
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    counts = np.bincount(row * columns + column, minlength=rows * columns).reshape(rows, columns)
    table = np.zeros((rows + 1, columns + 1), np.int64)
    table[1:, 1:] = counts.cumsum(axis=0).cumsum(axis=1)
    reach = int(np.ceil(width / 2 / CELL_PX))
    left, right = np.clip(column - reach, 0, columns), np.clip(column + reach + 1, 0, columns)
    top = np.clip(row + max(int(below // CELL_PX), 1), 0, rows)
    bottom = np.clip(row + int(np.ceil((below + height) / CELL_PX)) + 1, 0, rows)
    inside = table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
    crowded: NDArray[np.bool_] = inside > 0
    return crowded
