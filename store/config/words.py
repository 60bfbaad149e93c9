"""Types and values of the configuration in plain Chinese and English."""

import re
from typing import NamedTuple

from msgspec import inspect

PASSWORD_IN_URL = re.compile(r"//[^/@\s]*@")
SHOWN_MAX = 40  # characters of a wrong value that are repeated in a refusal


class Words(NamedTuple):
    """The same thing in two languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"


SIMPLE = {
    inspect.IntType: Words("整数", "a whole number"),
    inspect.BoolType: Words("true 或 false", "true or false"),
    inspect.StrType: Words("文字（加引号）", "text in quotes"),
    inspect.StructType: Words("表", "a table"),
}


def type_words(kind: inspect.Type) -> Words:
    """What a key expects, e.g. 整数 1–65535 / a whole number 1..65535."""
    match kind:
        case inspect.Metadata(extra={"form": (zh, en)}):
            return Words(zh, en)
        case inspect.Metadata(type=inner):
            return type_words(inner)
        case inspect.UnionType(types=kinds):
            return type_words(next(k for k in kinds if not isinstance(k, inspect.NoneType)))
        case inspect.VarTupleType(item_type=item):
            each = type_words(item)
            return Words(f"列表，每项为{each.zh}", f"a list, each {each.en}")
    return _simple_words(kind)


def _simple_words(kind: inspect.Type) -> Words:
    if isinstance(kind, inspect.IntType) and kind.ge is not None and kind.le is not None:
        return Words(f"整数 {kind.ge}–{kind.le}", f"a whole number {kind.ge}..{kind.le}")
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    listed = [f"0x{c:04X}" if isinstance(c, int) else str(c) for c in choices(kind)]
    return Words("下列之一：" + "、".join(listed), "one of " + ", ".join(listed))


def choices(kind: inspect.Type) -> list[object]:
    """The values that may be chosen from; empty where the type is not a choice."""
    match kind:
        case inspect.Metadata(type=inner):
            return choices(inner)
        case inspect.LiteralType(values=values):
            return list(values)
        case inspect.EnumType(cls=cls):
            return [member.value for member in cls]
    return []


def value_words(value: object) -> Words:
    """What stands in the file instead."""
    match value:
        case bool():
            return Words(str(value).lower(), str(value).lower())
        case int() | float():
            return Words(f"数字 {value}", f"the number {value}")
        case str():
            shown = PASSWORD_IN_URL.sub("//…@", value)
            shown = shown if len(shown) <= SHOWN_MAX else shown[:SHOWN_MAX] + "…"
            return Words(f"文字“{shown}”", f'the text "{shown}"')
        case list():
            return Words("列表", "a list")
        case dict():
            return Words("表", "a table")
    return Words(f"日期或时间 {value}", f"the date or time {value}")
