"""Spelling with known readings: initials, sounds callers mix up, splitting what was typed, what fits a name.

Pure and light: the readings themselves come from `pinyin`, which has the dictionary.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

SPLITS_MAX: Final = 8
SYLLABLE_LETTERS_MAX: Final = 6

_UNITS: Final = re.compile(r"[a-z]+|\d+|[\u3400-\u9fff\U00020000-\U0003134f]")

_INITIALS: Final = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_NO_INITIAL: Final = ("a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "o", "ou")
_FINALS: Final = (
    *_NO_INITIAL, "i", "ia", "ian", "iang", "iao", "ie", "in", "ing", "iong", "iu", "ong",
    "u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo", "v", "ve",
)  # fmt: skip
_SYLLABLES: Final = frozenset([a + b for a in _INITIALS for b in _FINALS] + [*_NO_INITIAL])
_SOUNDS: Final = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_NASALS: Final = re.compile(r"(?<=[aei])ng$")


def units_of(text: str) -> list[str]:
    """Chinese characters one by one, runs of small letters and of digits; all else is dropped."""
    return _UNITS.findall(text)


def is_chinese(unit: str) -> bool:
    return unit >= "\u3400"


def initials(reading: tuple[str, ...]) -> str:
    """First letters: 红旗大街 -> hqdj; numbers stay whole."""
    return "".join(syllable if syllable.isdigit() else syllable[0] for syllable in reading)


def endings(parts: list[str]) -> list[str]:
    """The joined text from every part on: what a prefix search needs to find any part of a name."""
    return ["".join(parts[i:]) for i in range(len(parts))]


def sounds_like(syllable: str) -> str:
    """The syllable as those hear it who do not tell zh from z, n from l or -ng from -n."""
    for spelling, sound in _SOUNDS:
        if syllable.startswith(spelling):
            syllable = sound + syllable[2:]
            break
    if syllable[:1] == "n" and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return _NASALS.sub("n", syllable)


def splits(letters: str) -> list[tuple[str, ...]]:
    """Ways to read letters as syllables, initials and a last syllable that is not finished, likeliest first.

    `hongqdj` -> (hong, q, d, j). The fewer parts the likelier; at most `SPLITS_MAX` are given.
    """
    best: list[list[tuple[str, ...]]] = [[()]]
    for end in range(1, len(letters) + 1):
        ways = [
            (*way, letters[start:end])
            for start in range(max(0, end - SYLLABLE_LETTERS_MAX), end)
            if _can_be_part(letters[start:end], end == len(letters))
            for way in best[start]
        ]
        best.append(sorted(ways, key=len)[:SPLITS_MAX])
    return best[-1]


def _can_be_part(part: str, last: bool) -> bool:
    return part in _SYLLABLES or part in _INITIALS or (last and part in _unfinished())


@cache
def _unfinished() -> frozenset[str]:
    return frozenset(syllable[:n] for syllable in _SYLLABLES for n in range(1, len(syllable) + 1))


def align(parts: tuple[str, ...], units: list[str], reading: tuple[str, ...]) -> Iterator[int]:
    """Positions in a name where every typed part fits: a character itself, letters the start of its sound."""
    for first in range(len(units) - len(parts) + 1):
        here = zip(parts, units[first:], reading[first:], strict=False)
        if all(part == unit if is_chinese(part) else sound.startswith(part) for part, unit, sound in here):
            yield first


def part_choices(units: list[str]) -> list[tuple[str, ...]]:
    """What was typed as parts to align: every run of letters split in its likeliest ways."""
    choices: list[tuple[str, ...]] = [()]
    for unit in units:
        ways = splits(unit) if unit.isascii() and unit.isalpha() else [(unit,)]
        choices = [(*before, *way) for before in choices for way in ways[:4]]
    return choices[:8]


def fits(typed: str, name: str, known: Iterable[tuple[str, ...]]) -> bool:
    """True when letters and characters typed stand somewhere in this name, by one of its known readings.

    Both are normalised already (small letters).
    """
    own = units_of(name)
    ways = ((parts, reading) for reading in known for parts in _choices(typed))
    return any(next(align(parts, own, reading), None) is not None for parts, reading in ways)


@lru_cache(maxsize=64)
def _choices(typed: str) -> tuple[tuple[str, ...], ...]:
    """Remembered, for it is asked of name after name."""
    return tuple(parts for parts in part_choices(units_of(typed)) if parts)
