"""What a led window shows and is told: the words between a test and `led.py`, without Qt."""

from msgspec import Struct, field


class Act(Struct):
    """`kind`: press (`text` is Qt's name of the key), write (`text` into `name`), click (`name`)."""

    kind: str
    name: str = ""
    text: str = ""


class Screen(Struct):
    """All visible words at `at` (s since 1970 UTC): of named widgets, and of lists cell by cell.

    `acts` is how many acts had been done by then, `focus` the name of what has the keyboard.
    """

    at: float = 0.0
    acts: int = 0
    focus: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def row(self, table: str, word: str) -> list[str] | None:
        """The first row of this list with a cell that contains the word."""
        return next((row for row in self.tables.get(table, ()) if any(word in cell for cell in row)), None)
