"""A question that needs a reason: shown in the reason bar, never in a window of its own."""

from collections.abc import Callable

from msgspec import Struct


class Choice(Struct, frozen=True):
    """`value` goes to `then`; `words` is what the button says."""

    value: str
    words: str


class Ask(Struct, frozen=True):
    """`minutes`: first value of the reminder field, None for none. `then(value, remark, minutes)`."""

    title: str
    choices: tuple[Choice, ...]
    then: Callable[[str, str, int], None]
    remark: bool = True
    minutes: int | None = None
