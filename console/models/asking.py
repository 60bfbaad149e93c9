"""A question that needs a reason: shown in the reason bar, never in a window of its own."""

from collections.abc import Callable

from msgspec import Struct


class Choice(Struct, frozen=True):
    """`value` goes to `then`; `words` is what the button says."""

    value: str
    words: str


class Ask(Struct, frozen=True):
    """`minutes`: first value of the minutes field, None for none; `minutes_words` say what it counts.

    `then(value, remark, minutes)` is called when the person confirms.
    """

    title: str
    choices: tuple[Choice, ...]
    then: Callable[[str, str, int], None]
    remark: bool = True
    minutes: int | None = None
    minutes_words: str = ""
