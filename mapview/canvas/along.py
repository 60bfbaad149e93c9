"""Names along lines: joining the pieces of a road, cutting them to a block, setting letters on them.

Steep Chinese names run from top to bottom with upright letters, as on street maps of the country;
everything else reads from left to right. No letter is ever turned by more than 90 degrees. No Qt.
"""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from mapview.canvas.room import Rect

Point = tuple[float, float]

STEEP_DEG: Final = 55.0
BEND_MAX_DEG: Final = 30.0  # between neighbouring letters
TURN_STEP_DEG: Final = 3  # coarser steps mean fewer pictures of letters
LATIN_WIDTH: Final = 0.58  # of the letter size
_TRIES: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)


def chunks_of(text: str) -> list[str]:
    """The pieces that stay whole: single Chinese characters, runs of Latin letters and digits."""
    chunks: list[str] = []
    for char in text:
        if chunks and ord(char) < 0x2E80 and ord(chunks[-1][-1]) < 0x2E80:
            chunks[-1] += char
        else:
            chunks.append(char)
    return chunks


def chunk_width(chunk: str) -> float:
    """Width in letter sizes."""
    return sum(1.0 if ord(char) >= 0x2E80 else LATIN_WIDTH for char in chunk)


def joined(parts: Sequence[Sequence[Point]]) -> list[list[Point]]:
    """Lines made by joining parts at shared ends, longest first. Direction is not kept."""
    rest = [list(part) for part in parts if len(part) > 1]
    by_end: dict[Point, list[int]] = defaultdict(list)
    for index, part in enumerate(rest):
        by_end[part[0]].append(index)
        by_end[part[-1]].append(index)
    used: set[int] = set()
    lines = []
    for index, part in enumerate(rest):
        if index not in used:
            used.add(index)
            line = _grown(list(reversed(_grown(part, rest, by_end, used))), rest, by_end, used)
            lines.append(line)
    return sorted(lines, key=length, reverse=True)


def _grown(
    line: list[Point], parts: list[list[Point]], by_end: dict[Point, list[int]], used: set[int]
) -> list[Point]:
    """The line continued at its end as long as exactly one unused part goes on without a sharp turn."""
    while True:
        nexts = [index for index in by_end[line[-1]] if index not in used]
        for index in nexts:
            more = parts[index] if parts[index][0] == line[-1] else parts[index][::-1]
            if _bend(line[-2], line[-1], more[1]) < 60.0:
                used.add(index)
                line = line + more[1:]
                break
        else:
            return line


def _bend(before: Point, at: Point, after: Point) -> float:
    one = math.atan2(at[1] - before[1], at[0] - before[0])
    two = math.atan2(after[1] - at[1], after[0] - at[0])
    return abs(math.degrees((two - one + math.pi) % math.tau - math.pi))


def length(line: Sequence[Point]) -> float:
    """Length of a line in its own unit."""
    return sum(math.dist(a, b) for a, b in pairwise(line))


def clipped(line: Sequence[Point], rect: Rect) -> list[list[Point]]:
    """The runs of the line inside the rectangle."""
    runs: list[list[Point]] = []
    for a, b in pairwise(line):
        piece = _clip_segment(a, b, rect)
        if piece is None:
            continue
        if runs and runs[-1][-1] == piece[0]:
            runs[-1].append(piece[1])
        else:
            runs.append([piece[0], piece[1]])
    return runs


def _clip_segment(a: Point, b: Point, rect: Rect) -> tuple[Point, Point] | None:
    """Liang-Barsky."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    enter, leave = 0.0, 1.0
    for step, room in (
        (-dx, a[0] - rect[0]),
        (dx, rect[2] - a[0]),
        (-dy, a[1] - rect[1]),
        (dy, rect[3] - a[1]),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    if enter >= leave:
        return None
    start = a if enter == 0.0 else (a[0] + enter * dx, a[1] + enter * dy)
    end = b if leave == 1.0 else (a[0] + leave * dx, a[1] + leave * dy)
    return start, end


class Ruler:
    """Points by distance along a line."""

    def __init__(self, line: Sequence[Point]) -> None:
        self._line = line
        self._at = [0.0]
        for a, b in pairwise(line):
            self._at.append(self._at[-1] + math.dist(a, b))
        self.length = self._at[-1]

    def point(self, distance: float) -> Point:
        """The point `distance` from the start, cut at the ends."""

        index = min(max(bisect_right(self._at, distance) - 1, 0), len(self._line) - 2)
        a, b = self._line[index], self._line[index + 1]
        span = self._at[index + 1] - self._at[index]
        share = min(max((distance - self._at[index]) / span, 0.0), 1.0) if span else 0.0
        return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


Placed = tuple[str, float, float, int]  # chunk, x, y, turn in degrees


def settings_along(text: str, line: Sequence[Point], size: float, spacing: float) -> list[list[Placed]]:
    """Ways to set `text` on the line, best first; none where it is too short or too crooked."""
    chunks = chunks_of(text)
    widths = [chunk_width(chunk) * size for chunk in chunks]
    need = sum(widths) + spacing * size * (len(chunks) - 1)
    ruler = Ruler(line)
    if ruler.length < need + size:
        return []
    ways = []
    for share in _TRIES:
        start = ruler.length * share - need / 2
        if start >= 0 and start + need <= ruler.length:
            way = _set(chunks, widths, ruler, start, need, spacing * size)
            if way is not None:
                ways.append(way)
    return ways


def _set(
    chunks: list[str], widths: list[float], ruler: Ruler, start: float, need: float, gap: float
) -> list[Placed] | None:
    first, last = ruler.point(start), ruler.point(start + need)
    heading = math.degrees(math.atan2(last[1] - first[1], last[0] - first[0]))
    upright = _is_steep(heading) and all(len(chunk) == 1 for chunk in chunks)
    forward = heading > 0 if upright else -90.0 < heading <= 90.0
    placed, turns, along = [], [], 0.0
    for chunk, width in zip(chunks, widths, strict=True):
        middle = along + width / 2
        at = start + middle if forward else start + need - middle
        turn = _turn(ruler, at, width / 2, forward=forward) - (90.0 if upright else 0.0)
        turns.append(turn)
        x, y = ruler.point(at)
        placed.append((chunk, x, y, round(turn / TURN_STEP_DEG) * TURN_STEP_DEG))
        along += width + gap
    crooked = any(abs(a - b) > BEND_MAX_DEG for a, b in pairwise(turns))
    return None if crooked or any(abs(turn) > 90.0 for turn in turns) else placed


def _is_steep(heading: float) -> bool:
    return STEEP_DEG < abs(heading) < 180.0 - STEEP_DEG


def _turn(ruler: Ruler, at: float, half: float, *, forward: bool) -> float:
    a, b = ruler.point(at - half), ruler.point(at + half)
    if not forward:
        a, b = b, a
    return math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
