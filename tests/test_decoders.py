"""Typed decoders are made when a module is read, never in the middle of work.

msgspec fills in what it knows of a Struct at its first use and may let another thread in meanwhile; one that
decodes the same type then ends the process by a segmentation fault (12 threads that opened their first roster
at once: 9 processes of 60 died).
"""

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PACKAGES = ("console", "dispatch", "mapview", "radio", "store", "telephony")
ONE_THREAD = {"telephony/acd/__main__.py"}
"""A command that has no other thread."""


def found_in(source: str) -> list[str]:
    """Calls inside of functions that name a type to decode, or make a decoder."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            typed = call.func.attr == "decode" and any(word.arg == "type" for word in call.keywords)
            if typed or call.func.attr == "Decoder":
                found.append(ast.unparse(call))
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_typed_decoders_are_made_at_import(package: str) -> None:
    files = {file.relative_to(PROJECT).as_posix(): file for file in (PROJECT / package).rglob("*.py")}
    assert files
    found = {name: found_in(file.read_text(encoding="utf-8")) for name, file in files.items()}
    found = {name: calls for name, calls in found.items() if calls}
    assert found.keys() == {name for name in ONE_THREAD if name.startswith(f"{package}/")}, found


@pytest.mark.parametrize(
    "line", ["msgspec.json.decode(raw, type=Roster)", "msgspec.msgpack.Decoder(Event).decode(raw)"]
)
def test_a_decoder_in_a_function_is_found(line: str) -> None:
    assert found_in(f"def read(raw):\n    return {line}\n")
    assert not found_in("def read(raw):\n    return _rosters.decode(raw)\n")
