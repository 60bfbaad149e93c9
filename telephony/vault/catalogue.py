"""What is in the vault, read from its labels little by little, and what this seat has put there.

It lies beside the recordings of this seat and belongs to one vault: of another one nothing is known.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from telephony.archive.catalogue import Catalogue
from telephony.archive.labels import Label
from telephony.vault.folder import OWNER_ONLY, wav_of

FILE = "vault.sqlite"
Kind = Literal["kept", "own_day", "known", "day", "deleted"]
"""Own labels that are in, own days of which all are; of the vault: labels and days read, deleted calls."""


class VaultCatalogue(Catalogue):
    """Of the recordings of all seats: only for the account it runs under. Raises `sqlite3.Error`, too."""

    def __init__(self, folder: Path, own: Path) -> None:
        super().__init__(folder, own / FILE)
        (own / FILE).chmod(OWNER_ONLY)
        with self._link:
            self._link.execute(
                "CREATE TABLE IF NOT EXISTS noted (kind, path, changed_ns, PRIMARY KEY (kind, path))"
            )
            self._link.execute("CREATE TABLE IF NOT EXISTS vault (id)")
            self._link.execute("CREATE INDEX IF NOT EXISTS by_path ON recording (path)")

    def rebuild(self) -> int:
        """Nothing at once: the vault may be large and far."""
        return 0

    def belong_to(self, vault_id: str) -> None:
        """All is forgotten that is of another vault."""
        if self._link.execute("SELECT id FROM vault").fetchall() == [(vault_id,)]:
            return
        with self._link:
            for forget in ("DELETE FROM noted", "DELETE FROM recording", "DELETE FROM vault"):
                self._link.execute(forget)
            self._link.execute("INSERT INTO vault VALUES (?)", (vault_id,))

    def changed_ns(self, kind: Kind, under: str = "") -> dict[str, int]:
        """When each of this kind was changed; `under`: in this folder only."""
        query = "SELECT path, changed_ns FROM noted WHERE kind = ? AND path >= ? AND path < ?"
        return dict(self._link.execute(query, (kind, *_range(under))).fetchall())

    def remember(self, kind: Kind, paths: Iterable[str], changed_ns: int) -> None:
        rows = [(kind, path, changed_ns) for path in paths]
        with self._link:
            self._link.executemany("INSERT OR REPLACE INTO noted VALUES (?, ?, ?)", rows)

    def is_deleted(self, call_id: str) -> bool:
        """Somebody deleted it from the vault for good."""
        query = "SELECT 1 FROM noted WHERE kind = 'deleted' AND path = ?"
        return bool(self._link.execute(query, (call_id,)).fetchall())

    def take(self, read: Sequence[tuple[str, int, Label | None]], gone: Iterable[str]) -> None:
        """What labels in the vault say, None where one cannot be understood, and which are gone."""
        dropped = [(path,) for path in gone]
        unclear = [(path,) for path, _, label in read if label is None]
        self._put([label for _, _, label in read if label is not None])
        with self._link:
            rows = [(path, at) for path, at, _ in read]
            self._link.executemany("INSERT OR REPLACE INTO noted VALUES ('known', ?, ?)", rows)
            self._link.executemany("DELETE FROM noted WHERE kind = 'known' AND path = ?", dropped)
            wavs = [(wav_of(path),) for (path,) in dropped + unclear]
            self._link.executemany("DELETE FROM recording WHERE path = ?", wavs)

    def lose_day(self, day: str) -> None:
        """Nothing is left of it in the vault."""
        with self._link:
            self._link.execute("DELETE FROM noted WHERE kind = 'day' AND path = ?", (day,))
            self._link.execute(
                "DELETE FROM noted WHERE kind = 'known' AND path >= ? AND path < ?", _range(day)
            )
            self._link.execute("DELETE FROM recording WHERE path >= ? AND path < ?", _range(day))


def _range(folder: str) -> tuple[str, str]:
    """Every path in it, as the index finds them: "0" is what follows "/". "": every path there is."""
    return (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
