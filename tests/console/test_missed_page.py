"""The page of missed callers is laid out when somebody turns to it; its title counts them all the time."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QTabWidget

from tests.console.busy import Seatful


def test_rows_are_there_when_the_page_is_turned_to(seat: Seatful, show: Callable[[Seatful], Any]) -> None:
    shown = show(seat)
    for n in range(3):
        seat.phone.far_end_hangs_up(seat.phone.ring(f"1390451000{n}"))
    shown.settle()
    table = shown.find("missed.table")
    pages = [one for one in shown.window.findChildren(QTabWidget) if one.isAncestorOf(table)]
    titles = [pages[0].tabText(at) for at in range(pages[0].count())]
    assert "未接 3" in titles
    assert not table.rows_model.rows
    shown.window.go("missed")
    shown.settle()
    assert [row.number for row in table.rows_model.rows] == [f"1390451000{n}" for n in range(3)]
