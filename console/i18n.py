"""The language of the screen. Chinese stands in the source; `english.py` has the same words in English.

One language per process, chosen at start. A test keeps every string of the source in the English table.
"""

from typing import Final, Literal

from console.english import ENGLISH

Language = Literal["zh", "en"]


class _Choice:
    english = False


_CHOICE: Final = _Choice()


def use(language: str) -> None:
    """Show this language from now on: "zh" or "en"."""
    _CHOICE.english = language == "en"


def language() -> Language:
    return "en" if _CHOICE.english else "zh"


def say(zh: str, **values: object) -> str:
    """The words in the chosen language; {names} in them are filled from `values`."""
    text = ENGLISH[zh] if _CHOICE.english else zh
    return text.format(**values) if values else text


def pick(pair: tuple[str, str]) -> str:
    """One of (Chinese, English)."""
    return pair[1] if _CHOICE.english else pair[0]
