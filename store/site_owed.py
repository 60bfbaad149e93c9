"""What this site still owes: stores on servers it led from, whose last rows the next to command may lack.

The list is a file beside the store, shortened only when a tail is handed in; so it outlives any fall, and
nobody has to remember (bus.md 5.8). A promoted standby is in it before it is led from, the database of the
configuration from the moment this site is fenced: until then its own row says that we lead.
"""

from pathlib import Path

from msgspec import Struct

from store.private_file import locked, replace_private

FILE = "owed-tails"


class Owed(Struct, frozen=True):
    """The store at `url`, led from in `term`."""

    term: int
    url: str


class OwedTails:
    """The file, one "term url" a line. Relay, its thread and `main.py site` may change it. Raises OSError."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def all(self) -> list[Owed]:
        """In the order they were led from."""
        if not self._path.exists():
            return []
        lines = self._path.read_text(encoding="utf-8").splitlines()
        pairs = [line.split(" ", 1) for line in lines if " " in line]
        return [Owed(int(term), url) for term, url in pairs]

    def has(self, url: str) -> bool:
        return any(one.url == url for one in self.all())

    def add(self, url: str, term: int) -> None:
        """Durable before this returns; the newest term counts."""
        with locked(self._path):
            if Owed(term, url) not in self.all():
                self._write([*(one for one in self.all() if one.url != url), Owed(term, url)])

    def remove(self, url: str) -> None:
        """Its tail is with the site that commands."""
        if not self.has(url):  # as nearly always: nothing is written
            return
        with locked(self._path):
            self._write([one for one in self.all() if one.url != url])

    def read_from(self, url: str) -> None:
        """What is owed longest is to be read from `url` from now on; a store that is owed itself stays so."""
        with locked(self._path):
            owed = self.all()
            if owed and not self.has(url):
                self._write([Owed(owed[0].term, url), *owed[1:]])

    def _write(self, owed: list[Owed]) -> None:
        replace_private(self._path, "".join(f"{one.term} {one.url}\n" for one in owed).encode())
