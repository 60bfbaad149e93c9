"""How names of the directory are read, as far as the navigator has said: found by pinyin and initials.

The dictionary is the navigator's, this window only compares. Each name is asked for once; without a navigator
names are found by their characters.
"""

from collections.abc import Callable, Iterable

from mapview.geo.address import normal
from mapview.geo.spelling import fits

KNOWN_MAX = 4_000
ASKED_MAX = 2_000


class Spelling:
    """Belongs to a desk."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._waiting = False

    def learn(self, readings: dict[str, tuple[tuple[str, ...], ...]]) -> None:
        """The navigator answered, with nothing where it is away: then it is asked again."""
        self._waiting = False
        if len(self._known) + len(readings) > KNOWN_MAX:
            self._known.clear()  # names of callers come and go
        self._known |= readings

    def ask(self, spell: Callable[[tuple[str, ...]], object], names: Iterable[str]) -> None:
        """Have the navigator `spell` those that are not known yet; the answer comes later."""
        new = dict.fromkeys(name for name in names if name and name not in self._known)
        if new and not self._waiting:
            self._waiting = True
            spell(tuple(new)[:ASKED_MAX])

    def fits(self, typed: str, name: str) -> bool:
        """True when what was typed is how this name is read or begins, or its initials: `dyyy`, `shidiyi`."""
        return fits(normal(typed), normal(name), self._known.get(name, ()))
