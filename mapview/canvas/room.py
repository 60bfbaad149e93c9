"""Which rectangles of a picture are taken: the one rule by which no two names overlap. No Qt."""

from typing import Final

Rect = tuple[float, float, float, float]  # left, top, right, bottom

CELL_PX: Final = 48  # about the size of what is asked for


class Room:
    """Taken rectangles, found again through a coarse grid."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Rect]] = {}

    def is_free(self, rect: Rect) -> bool:
        """True if nothing taken overlaps `rect`; touching edges do not overlap."""
        left, top, right, bottom = rect
        for cell in _cells(rect):
            for taken in self._cells.get(cell, ()):
                if taken[0] < right and left < taken[2] and taken[1] < bottom and top < taken[3]:
                    return False
        return True

    def take(self, rect: Rect) -> None:
        """Mark `rect` as taken."""
        for cell in _cells(rect):
            self._cells.setdefault(cell, []).append(rect)

    def copy(self) -> "Room":
        """An equal one that can be filled apart."""
        other = Room()
        other._cells = {cell: list(taken) for cell, taken in self._cells.items()}
        return other

    def take_if_free(self, rects: list[Rect]) -> bool:
        """Take all of `rects`, or none if one of them is not free."""
        if not all(map(self.is_free, rects)):
            return False
        for rect in rects:
            self.take(rect)
        return True


def _cells(rect: Rect) -> list[tuple[int, int]]:
    columns = range(int(rect[0] // CELL_PX), int(rect[2] // CELL_PX) + 1)
    rows = range(int(rect[1] // CELL_PX), int(rect[3] // CELL_PX) + 1)
    return [(column, row) for column in columns for row in rows]
