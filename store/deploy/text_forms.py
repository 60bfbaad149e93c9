"""YAML, TOML and env files from plain values. JSON's strings are valid in both YAML and TOML."""

import json
from collections.abc import Mapping
from typing import Any


def yaml_text(value: Mapping[str, Any]) -> str:
    """Block style, keys in the order given, every text quoted: no word turns into a number or a truth."""
    return "".join(_mapping(value, 0))


def _mapping(value: Mapping[str, Any], depth: int) -> list[str]:
    return [line for key, item in value.items() for line in _entry(f"{'  ' * depth}{key}:", item, depth)]


def _entry(head: str, item: Any, depth: int) -> list[str]:
    if isinstance(item, Mapping) and item:
        return [f"{head}\n", *_mapping(item, depth + 1)]
    if isinstance(item, list) and item:
        indent = "  " * (depth + 1)
        return [f"{head}\n", *(f"{indent}- {json.dumps(each, ensure_ascii=False)}\n" for each in item)]
    return [f"{head} {json.dumps(item, ensure_ascii=False)}\n"]


def toml_text(sections: Mapping[str, Mapping[str, Any]]) -> str:
    """Sections of simple values and lists."""
    return "\n".join(
        f"[{name}]\n"
        + "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items())
        for name, keys in sections.items()
        if keys
    )


def env_text(values: Mapping[str, str]) -> str:
    """For EnvironmentFile= of systemd."""
    return "".join(f'{name}="{value}"\n' for name, value in values.items())
