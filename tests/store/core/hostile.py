"""Messages no honest program would send: right in form, wild in every value; and damaged frames."""

import typing
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from dispatch.commands import Command
from dispatch.events import Event
from store.core.messages import Cmd, FromHub, Login, ToHub
from store.core.wire import encode

NAMES = ("s1", "s2", "st", "v1", "v2", "i1", "i2", "m1", "m2", "ds1", "c1", "k1", "01", "P", "CITY", "")
"""Ids that exist on the simulator's floor, and some that do not."""
MS = 1_000_000
INTEGERS = (0, 1, 2, -1, 7, MS, MS + 60_000, 2**31, 2**53, 2**63 - 1, -(2**63), 1 << 80)
"""MessagePack holds what fits into 64 bits; anything else is cut down to it."""
TEXT_MAX = 40

texts = st.one_of(st.sampled_from(NAMES), st.text(max_size=TEXT_MAX), st.just("x" * 70_000), st.just("\0"))
ids = st.one_of(st.sampled_from(NAMES[:-1]), st.sampled_from(("!", "~" * 64)))
integers = st.sampled_from(INTEGERS).map(lambda n: max(-(2**63), min(n, 2**64 - 1)))
reals = st.floats(allow_nan=True, allow_infinity=True)


def valued(type_: Any) -> st.SearchStrategy[Any]:
    """Values of this type, the odd ones first of all."""
    if isinstance(type_, inspect.StructType):
        return structs(type_.cls)
    if isinstance(type_, inspect.StrType) and type_.pattern:
        return ids
    simple = {
        inspect.StrType: texts,
        inspect.IntType: integers,
        inspect.FloatType: reals,
        inspect.BoolType: st.booleans(),
        inspect.NoneType: st.none(),
        inspect.BytesType: mostly(st.booleans().flatmap(lambda body: bodies if body else inner), noise, 4),
        inspect.AnyType: st.one_of(texts, integers, st.none()),
    }
    if type(type_) in simple:
        return simple[type(type_)]
    return _compound(type_)


def _compound(type_: Any) -> st.SearchStrategy[Any]:
    match type_:
        case inspect.UnionType():
            return st.one_of([valued(one) for one in type_.types])
        case inspect.EnumType():
            return st.sampled_from(list(type_.cls))
        case inspect.LiteralType():
            return st.sampled_from(list(type_.values))
        case inspect.TupleType():
            return st.tuples(*(valued(one) for one in type_.item_types))
        case inspect.VarTupleType():
            return st.lists(valued(type_.item_type), max_size=3).map(tuple)
        case inspect.ListType():
            return st.lists(valued(type_.item_type), max_size=3)
        case inspect.SetType() | inspect.FrozenSetType():
            return st.frozensets(valued(type_.item_type), max_size=3)
        case inspect.DictType():
            return st.dictionaries(valued(type_.key_type), valued(type_.value_type), max_size=2)
    raise TypeError(f"no strategy for {type_}")


@cache
def structs(cls: type) -> st.SearchStrategy[Any]:
    """Structs of this class; fields with a default are often left alone."""

    def build() -> st.SearchStrategy[Any]:
        fields = typing.cast(inspect.StructType, inspect.type_info(cls)).fields
        needed = {f.name: valued(f.type) for f in fields if f.required}
        free = {f.name: valued(f.type) for f in fields if not f.required}
        return st.fixed_dictionaries(needed, optional=free).map(lambda values: cls(**values))

    return st.deferred(build)


def any_of(union: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(typing.get_args(union)).flatmap(structs)


def encoded(values: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    return values.map(_encode_if_possible)


def _encode_if_possible(value: object) -> bytes:
    try:
        return encode(value)
    except (msgspec.MsgspecError, OverflowError, UnicodeEncodeError):
        return b"\xc1"


def mostly(
    usual: st.SearchStrategy[bytes], seldom: st.SearchStrategy[bytes], one_in: int = 8
) -> st.SearchStrategy[bytes]:
    return st.integers(1, one_in).flatmap(lambda n: seldom if n == one_in else usual)


nested = st.integers(1, 90_000).map(lambda depth: b"\x91" * depth + b"\xc0")
noise = st.one_of(st.binary(max_size=200), nested, st.just(b""))
commands = encoded(any_of(Command))
events = encoded(any_of(Event))
bodies = mostly(st.sampled_from((commands, commands, events)).flatmap(lambda one: one), noise)
inner = encoded(st.sampled_from((Cmd, Cmd, Login)).flatmap(structs))


@st.composite
def damaged(draw: st.DrawFn, frames: st.SearchStrategy[bytes]) -> bytes:
    """A frame as it is, cut short, with a byte changed, or with something behind it."""
    frame = bytearray(draw(frames))
    how = draw(st.integers(0, 12))
    if how == 0 and frame:
        del frame[draw(st.integers(0, len(frame) - 1)) :]
    elif how == 1 and frame:
        frame[draw(st.integers(0, len(frame) - 1))] = draw(st.integers(0, 255))
    elif how == 2:
        frame += draw(noise)
    return bytes(frame)


cmds = encoded(structs(Cmd))
to_hub = damaged(
    mostly(st.booleans().flatmap(lambda order: cmds if order else encoded(any_of(ToHub))), noise)
)
from_hub = damaged(mostly(encoded(any_of(FromHub)), noise))
