"""The version of the program, from pyproject.toml: it runs from its folder and is not installed."""

import functools
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


@functools.cache
def version() -> str:
    """`0.1.0`; "" where the file is missing."""
    try:
        text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(text)["project"]["version"])
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return ""
