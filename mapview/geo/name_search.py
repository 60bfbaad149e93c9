"""Finds names: from the certain to the vague, stopping as soon as there is enough to offer.

A match is (score, row of gaz_name, how). Each tier asks one index for a bounded number of rows, which the
index gives best first; no query scans the names, except the last one, over a list in memory.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process

from mapview.geo.address import spoken_digits
from mapview.geo.pinyin import readings
from mapview.geo.places import KIND_RANK, Matched, PlaceKind
from mapview.geo.spelling import align, initials, is_chinese, part_choices, sounds_like, splits, units_of

ROWS_MAX: Final = 48
ALIGN_ROWS_MAX: Final = 240
ENOUGH: Final = 8
REMEMBERED_MAX: Final = 256
FUZZY_RATIO_MIN: Final = 65
FUZZY_SOUND_RATIO_MIN: Final = 75  # letters agree by chance more often than characters
FUZZY_CHARACTERS_MIN: Final = 3

BASE_SCORE: Final[dict[Matched, float]] = {
    Matched.EXACT: 100.0,
    Matched.PREFIX: 85.0,
    Matched.PINYIN: 80.0,
    Matched.INITIALS: 70.0,
    Matched.CONTAINS: 65.0,
    Matched.HOMOPHONE: 55.0,
    Matched.NEAR_SOUND: 40.0,
    Matched.LOOSE: 35.0,
    Matched.FUZZY: 15.0,
}
_INSIDE_LOSS: Final = 8.0
"""Lost by a name that has the typed sound in its middle only."""
_LENGTH_LOSS: Final = 0.4
_LENGTH_LOSS_MAX: Final = 6.0
_RANK_LOSS: Final = 0.04


class NameRow(NamedTuple):
    """A name and its place as the tables have them."""

    number: int
    place: int
    name: str
    readings: tuple[tuple[str, ...], ...]
    kind: PlaceKind
    shown: str
    lon: float
    lat: float
    district: str


class Match(NamedTuple):
    """A name that answers the query."""

    score: float
    row: NameRow
    how: Matched


_COLUMNS: Final = (
    "SELECT n.id, n.place, n.name, n.py, p.kind, p.name, p.lon, p.lat, p.district"
    " FROM gaz_name n JOIN gaz_place p ON p.id = n.place WHERE n.id"
)
_PREFIX: Final = _COLUMNS + " IN (SELECT id FROM gaz_name WHERE name >= ? AND name < ? ORDER BY id LIMIT ?)"
_TEXT: Final = _COLUMNS + " IN (SELECT rowid FROM gaz_text WHERE gaz_text MATCH ? ORDER BY rowid LIMIT ?)"
_LAST_CHARACTER: Final = "\U0010ffff"


class NameSearch:
    """Search by name in an open city file. The connection must allow the caller's thread."""

    def __init__(self, city: sqlite3.Connection) -> None:
        self._city = city
        rows = city.execute("SELECT id, name, py FROM gaz_name WHERE length(name) > 1").fetchall()
        self._all_names = {number: name for number, name, _ in rows}
        self._all_sounds = {number: "".join(_readings_of(py)[0]) for number, _, py in rows}
        self.find_sure = lru_cache(maxsize=REMEMBERED_MAX)(self._find_sure)

    def find(self, query: str) -> tuple[Match, ...]:
        """The names for a normalised query, best first; guesses only where nothing is sure."""
        found = self.find_sure(query)
        best: dict[int, Match] = {}
        for tier in () if found or not units_of(query) else self._vague_tiers(query):
            _keep_best(best, tier)
            if best:
                break
        return found or _ordered(best)

    def _find_sure(self, query: str) -> tuple[Match, ...]:
        """By characters, sound and initials; each place once, best first."""
        best: dict[int, Match] = {}
        if not units_of(query):
            return ()
        for tier in self._plain_tiers(query):
            _keep_best(best, tier)
            if len(best) >= ENOUGH:
                break
        return _ordered(best)

    def _plain_tiers(self, query: str) -> Iterator[Iterable[Match]]:
        units = units_of(query)
        yield self._prefixed(query)
        if any(map(is_chinese, units)):
            yield self._containing(query, units)
            if not all(map(is_chinese, units)):
                yield self._aligned(units)
            yield self._sounding(query, Matched.HOMOPHONE)
        else:
            yield self._sounding(query, Matched.PINYIN)
            yield self._by_initials(query)
            yield self._aligned(units)

    def _vague_tiers(self, query: str) -> Iterator[Iterable[Match]]:
        """Asked one after the other until one answers: guesses must not stand beside what was said."""
        yield self._near_sounding(query)
        yield self._loose(units_of(query))
        yield self._fuzzy(query)

    def _rows(self, sql: str, *values: str | int) -> list[NameRow]:
        return [
            NameRow._make((*row[:3], _readings_of(row[3]), PlaceKind(row[4]), *row[5:]))
            for row in self._city.execute(sql, values).fetchall()
        ]

    def _text(self, column: str, phrase: str, limit: int = ROWS_MAX) -> list[NameRow]:
        return self._rows(_TEXT, f'{column} : "{phrase}" *', limit)

    def _prefixed(self, query: str) -> Iterator[Match]:
        texts = dict.fromkeys((query, query.replace(" ", ""), spoken_digits(query)))
        for text in texts:
            for row in self._rows(_PREFIX, text, text + _LAST_CHARACTER, ROWS_MAX):
                how = Matched.EXACT if row.name == text else Matched.PREFIX
                yield _match(row, how, len(row.name) - len(text))

    def _containing(self, query: str, units: list[str]) -> Iterator[Match]:
        if not all(map(is_chinese, units)):
            return
        for row in self._text("c", " ".join(units)):
            yield _match(row, Matched.CONTAINS, len(row.name) - len(query))

    def _sounding(self, query: str, how: Matched) -> Iterator[Match]:
        for reading in readings(query):
            letters = "".join(reading)
            for row in self._text("py", letters):
                sounds = ["".join(known) for known in row.readings]
                at_start = any(sound.startswith(letters) for sound in sounds)
                extra = min(map(len, sounds)) - len(letters)
                yield _match(row, how, extra / 2, 0.0 if at_start else _INSIDE_LOSS)

    def _by_initials(self, query: str) -> Iterator[Match]:
        letters = "".join(units_of(query))
        for row in self._text("ini", letters):
            names = [initials(reading) for reading in row.readings]
            at_start = any(name.startswith(letters) for name in names)
            extra = len(names[0]) - len(letters)
            yield _match(row, Matched.INITIALS, extra, 0.0 if at_start else _INSIDE_LOSS)

    def _aligned(self, units: list[str]) -> Iterator[Match]:
        """Letters and characters mixed, full syllables and initials mixed: 红旗dj, hongqdj."""
        for parts in part_choices(units):
            chinese = [part for part in parts if is_chinese(part)]
            if chinese:
                found = self._rows(_TEXT, f"c : {' '.join(chinese)}", ALIGN_ROWS_MAX)
            else:
                found = self._text("ini", "".join(part[0] for part in parts), ALIGN_ROWS_MAX)
            how = (
                Matched.INITIALS if not chinese and all(len(part) == 1 for part in parts) else Matched.PINYIN
            )
            for row in found:
                own = units_of(row.name)
                first = min((i for r in row.readings for i in align(parts, own, r)), default=-1)
                if first >= 0:
                    loss = _INSIDE_LOSS if first else 0.0
                    yield _match(row, how, len(own) - len(parts), loss)

    def _near_sounding(self, query: str) -> Iterator[Match]:
        if not any(map(is_chinese, query)):
            queries = {"".join(map(sounds_like, parts)) for parts in splits("".join(units_of(query)))[:2]}
        else:
            queries = {"".join(map(sounds_like, reading)) for reading in readings(query)}
        for letters in queries - {""}:
            for row in self._text("snd", letters):
                yield _match(row, Matched.NEAR_SOUND, len(row.name) - len(units_of(query)))

    def _loose(self, units: list[str]) -> Iterator[Match]:
        """All the characters, others between them: 医大二院."""
        chinese = [unit for unit in units if is_chinese(unit)]
        if len(chinese) < 2 or len(chinese) != len(units):
            return
        for row in self._rows(_TEXT, "c : (" + " AND ".join(chinese) + ")", ALIGN_ROWS_MAX):
            characters = iter(row.name)
            in_order = all(unit in characters for unit in chinese)
            yield _match(row, Matched.LOOSE, len(row.name) - len(units), 0.0 if in_order else _INSIDE_LOSS)

    def _fuzzy(self, query: str) -> Iterator[Match]:
        if len(query) < FUZZY_CHARACTERS_MIN:
            return
        spoken = "".join(readings(query)[0])
        for typed, names, ratio_min in (
            (query, self._all_names, FUZZY_RATIO_MIN),
            (spoken, self._all_sounds, FUZZY_SOUND_RATIO_MIN),
        ):
            near = process.extract(typed, names, scorer=fuzz.ratio, score_cutoff=ratio_min, limit=ENOUGH)
            for _, ratio, number in near:
                for row in self._rows(f"{_COLUMNS} = ?", number):
                    yield _match(row, Matched.FUZZY, 0, (100 - ratio) / 5)


def _readings_of(py: str) -> tuple[tuple[str, ...], ...]:
    """As `gazetteer.TABLES` keeps them."""
    return tuple(tuple(reading.split("'")) for reading in py.split(" "))


def _keep_best(best: dict[int, Match], matches: Iterable[Match]) -> None:
    for match in matches:
        old = best.get(match.row.place)
        if old is None or match.score > old.score:
            best[match.row.place] = match


def _ordered(best: dict[int, Match]) -> tuple[Match, ...]:
    return tuple(sorted(best.values(), key=lambda match: -match.score))


def _match(row: NameRow, how: Matched, extra: float, loss: float = 0.0) -> Match:
    length_loss = min(_LENGTH_LOSS_MAX, max(0.0, extra) * _LENGTH_LOSS)
    return Match(BASE_SCORE[how] - loss - length_loss - KIND_RANK[row.kind] * _RANK_LOSS, row, how)
