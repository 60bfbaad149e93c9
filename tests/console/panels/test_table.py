"""The list of rows: only what changed is drawn again."""

from msgspec import Struct
from PySide6.QtCore import QModelIndex

from console.panels.table import Cell, Column, RowModel


class Line(Struct, frozen=True):
    id: str
    name: str
    age: str


def model() -> tuple[RowModel[Line], list[tuple[int, int, int]]]:
    """Two lines, and what the view was told: column, first row, last row."""
    made: RowModel[Line] = RowModel(
        (Column("", 0, lambda row: Cell(row.name)), Column("", 50, lambda row: Cell(row.age)))
    )
    told: list[tuple[int, int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        assert first.column() == last.column()
        told.append((first.column(), first.row(), last.row()))

    made.put([Line("a", "A", "0:01"), Line("b", "B", "0:07"), Line("c", "C", "")])
    made.dataChanged.connect(note)
    return made, told


def test_a_second_that_passes_draws_the_ages_only() -> None:
    made, told = model()
    made.put([Line("a", "A", "0:02"), Line("b", "B", "0:08"), Line("c", "C", "")])
    assert told == [(1, 0, 1)]


def test_nothing_new_draws_nothing() -> None:
    made, told = model()
    made.put(list(made.rows))
    assert not told


def test_rows_that_change_places_are_drawn_where_they_differ() -> None:
    made, told = model()
    first, second, third = made.rows
    made.put([second, first, third])
    assert told == [(0, 0, 1), (1, 0, 1)]
    assert [row.id for row in made.rows] == ["b", "a", "c"]
