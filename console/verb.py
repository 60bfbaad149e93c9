"""One act of a dispatcher: its id, names, key and who may. Their tables are `verbs.py` and `verbs_*.py`."""

from msgspec import Struct

from console.i18n import pick
from dispatch.kinds import Role


class Verb(Struct, frozen=True):
    """One act. `key` is Qt's portable text, "" for none; `takes` says what may follow on the command line."""

    id: str
    zh: str
    en: str
    key: str
    words: tuple[str, ...]
    section: str
    takes: str = ""
    order: type | None = None
    strip: bool = False  # shown in the strip of keys at the foot
    zh_long: str = ""
    en_long: str = ""
    roles: frozenset[Role] | None = None  # who may, where it is no order of the trade

    @property
    def name(self) -> str:
        return pick((self.zh, self.en))

    @property
    def long(self) -> str:
        """A sentence for tooltip and help."""
        return pick((self.zh_long or self.zh, self.en_long or self.en))
