"""Writes docs/configuration.md and lingsheng.example.toml from sections.py: `make docs`."""

import json
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect

from store.config.fields import key_texts
from store.config.key_rules import DEFAULT_KEY_RULES, KeyRule
from store.config.sections import Config
from store.config.words import type_words

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = PROJECT / "docs" / "configuration.md"
EXAMPLE = PROJECT / "lingsheng.example.toml"

HEAD = """# 配置 lingsheng.toml

由 `make docs` 根据 `store/config/sections.py` 生成，请勿手改。Written by `make docs`; do not edit.

各进程用 `--config 文件` 读取；不写时读当前文件夹的 `lingsheng.toml`，没有该文件则全部取默认值。
相对路径从配置文件所在的文件夹算起。写错的节名、键名会被拒绝并提示最接近的名称；所有错误一次列出，退出码 2。

Every process reads it by `--config FILE`; without that, `lingsheng.toml` in the current folder, and without a
file the defaults hold. Relative paths count from the folder of the file. Unknown names are refused with the
nearest known one; everything wrong is listed at once, exit code 2.

完整示例 a full example: [`lingsheng.example.toml`](../lingsheng.example.toml)
"""


def reference_text() -> str:
    """The configuration reference in Markdown."""
    parts = [HEAD]
    parts += [
        f"\n## [{section.name}]\n\n{_title(section.type)}\n\n{_table(section.type)}"
        for section in msgspec.structs.fields(Config)
    ]
    parts.append(f"\n## [[gateway.key_rule]]\n\n{_title(KeyRule)}\n\n{_table(KeyRule)}")
    return "".join(parts)


def example_text() -> str:
    """A file that says exactly what the defaults say."""
    parts = ["# 铃声配置示例：全部为默认值。Example configuration: every value is the default.\n"]
    for section in msgspec.structs.fields(Config):
        parts.append(f"\n# {_title(section.type)}\n[{section.name}]\n")
        for name, text in key_texts(section.type).items():
            value = getattr(section.default, name)
            if value is not DEFAULT_KEY_RULES:
                parts.append(f"{name} = {_toml(value)}  # {text['zh']} {text['en']}\n")
    parts += [f"\n[[gateway.key_rule]]\n{_rule(rule)}" for rule in DEFAULT_KEY_RULES]
    return "".join(parts)


def _title(section: type[Any]) -> str:
    return (section.__doc__ or "").splitlines()[0]


def _table(section: type[Any]) -> str:
    hints = get_type_hints(section, include_extras=True)
    rows = ["| 键 key | 取值 value | 默认 default | 说明 |\n|---|---|---|---|\n"]
    for field in msgspec.structs.fields(section):
        text = key_texts(section)[field.name]
        kind = type_words(inspect.type_info(hints[field.name]))
        cells = (f"`{field.name}`", "<br>".join(kind), _default(field), f"{text['zh']}<br>{text['en']}")
        rows.append(f"| {' | '.join(cells)} |\n")
    return "".join(rows)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "必填 required"
    if field.default is None:
        return "—"
    if field.default is DEFAULT_KEY_RULES:
        return "见示例文件 see the example"
    return f"`{_toml(field.default)}`"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _rule(rule: KeyRule) -> str:
    lines = []
    for field in msgspec.structs.fields(KeyRule):
        value = getattr(rule, field.name)
        if field.required or value != field.default:
            lines.append(f"{field.name} = {f'0x{value:04X}' if field.name == 'message' else _toml(value)}\n")
    return "".join(lines)


if __name__ == "__main__":
    REFERENCE.write_text(reference_text(), encoding="utf-8")
    EXAMPLE.write_text(example_text(), encoding="utf-8")
