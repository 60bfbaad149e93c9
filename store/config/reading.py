"""Reads lingsheng.toml. Everything wrong in it is told at once, in plain words, with the nearest known name.

A configuration is taken whole or not at all: a seat never starts with half of what a technician meant.
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from store.config.acd import Acd
from store.config.fields import key_texts
from store.config.phone import Phone
from store.config.sections import Config
from store.config.words import Words, choices, type_words, value_words

DEFAULT_FILE = Path("lingsheng.toml")
FILE_BYTES_MAX = 1_000_000
SQLITE = "sqlite:///"
PORT_MAX = 65_535
REGISTRAR = re.compile(r"sip:(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?(;[\w.=;-]+)?")
T = TypeVar("T")


class ConfigError(Exception):
    """The configuration cannot be used; `problems` has one bilingual line for each thing to mend."""

    def __init__(self, file: Path, problems: list[Words]) -> None:
        self.problems = tuple(problems)
        lines = [f"配置有误 / wrong configuration: {file}", *(f"  {problem}" for problem in problems)]
        super().__init__("\n".join(lines))


def load_config(path: Path | None) -> Config:
    """The configuration in `path`; None reads ./lingsheng.toml where there is one, else gives the defaults.

    Raises ConfigError. Relative paths in it count from the folder of the file.
    """
    if path is None and not DEFAULT_FILE.exists():
        return _absolute(Config(), Path.cwd())
    file = path or DEFAULT_FILE
    config = load_struct(Config, file, _contradictions)
    return _absolute(config, file.resolve().parent)


def load_struct(cls: type[T], file: Path, contradictions: Callable[[T], list[Words]]) -> T:
    """A file of sections as a struct; `contradictions` finds what no key shows alone. Raises ConfigError."""
    read, problems = _struct(cls, _toml(file), where="")
    if not problems:
        problems = contradictions(read)
    if problems:
        raise ConfigError(file, problems)
    return cast("T", read)


def _toml(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ConfigError(
            file, [Words(f"读不到文件（{error.strerror}）", f"cannot read it: {error.strerror}")]
        ) from error
    if len(content) > FILE_BYTES_MAX:
        raise ConfigError(file, [Words("文件过大", "the file is too large")])
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(file, [Words("不是 UTF-8 文本", "not UTF-8 text")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, [_syntax_words(str(error))]) from error
    except RecursionError as error:
        raise ConfigError(file, [Words("嵌套过深", "nested too deeply")]) from error


def _syntax_words(message: str) -> Words:
    found = re.search(r"line (\d+), column (\d+)", message)
    place = f"第 {found[1]} 行第 {found[2]} 列" if found else "文件末尾"
    return Words(f"{place}不合 TOML 语法", message)


def _struct(cls: type[Any], table: dict[str, Any], where: str) -> tuple[Any, list[Words]]:
    """One section (or the whole file) from a table: the struct, or None with what is wrong in it."""
    hints = get_type_hints(cls, include_extras=True)
    problems = [_unknown(name, list(hints), where) for name in table if name not in hints]
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(cls):
        if field.name in table:
            values[field.name], wrong = _value(
                hints[field.name], table[field.name], _place(where, field.name)
            )
            problems += wrong
        elif field.required:
            problems.append(Words(f"{where} 缺少 {field.name}", f"{where} lacks {field.name}"))
    return (None if problems else cls(**values)), problems


def _value(hint: Any, value: object, where: str) -> tuple[Any, list[Words]]:
    bare = hint.__origin__ if get_origin(hint) is Annotated else hint
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct) and isinstance(value, dict):
        return _struct(bare, value, where)
    if get_origin(bare) is tuple and isinstance(value, list):
        results = [
            _value(get_args(bare)[0], item, f"{where}[{number}]") for number, item in enumerate(value, 1)
        ]
        return tuple(item for item, _ in results), [problem for _, wrong in results for problem in wrong]
    try:
        return msgspec.convert(value, hint), []
    except msgspec.ValidationError:
        return None, [_wrong(inspect.type_info(hint), value, where)]


def _place(where: str, name: str) -> str:
    """[section], then [section] key, then [section] key[number] name."""
    return f"[{name}]" if not where else f"{where} {name}"


def _unknown(name: str, known: list[str], where: str) -> Words:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    zh = f"，是否应为 {near[0]}？" if near else "，可用的有 " + "、".join(known)
    en = f"; did you mean {near[0]}?" if near else "; known are " + ", ".join(known)
    if not where:
        return Words(f"没有名为 [{name}] 的部分{zh}", f"there is no section [{name}]{en}")
    return Words(f"{where} 没有名为 {name} 的键{zh}", f"{where} has no key {name}{en}")


def _wrong(kind: inspect.Type, value: object, where: str) -> Words:
    want, got = type_words(kind), value_words(value)
    near = difflib.get_close_matches(str(value), [str(c) for c in choices(kind)], n=1, cutoff=0.5)
    zh = f"，是否应为 {near[0]}？" if near else ""
    en = f"; did you mean {near[0]}?" if near else ""
    return Words(
        f"{where} 应为{want.zh}，写的却是{got.zh}{zh}", f"{where} must be {want.en}, not {got.en}{en}"
    )


def _contradictions(config: Config) -> list[Words]:
    """What no single key shows."""
    problems = []
    ports = (config.hub.command_port, config.hub.event_port, config.hub.position_port)
    if len(set(ports)) != len(ports):
        problems.append(Words("[hub] 的三个端口必须不同", "the three ports of [hub] must differ"))
    phone = config.phone
    if phone.registrar and not (phone.user and phone.password_file):
        problems.append(
            Words(
                "[phone] 有 registrar 时还须有 user 与 password_file",
                "[phone] with a registrar also needs user and password_file",
            )
        )
    problems += _of_registrars(phone)
    if phone.transport == "tls" and not phone.tls_ca_file:
        problems.append(
            Words(
                "[phone] 用 tls 时还须有 tls_ca_file",
                "[phone] with tls also needs tls_ca_file",
            )
        )
    problems += _of_acd(config.acd)
    for source in phone.trusted_sources:
        try:
            ipaddress.ip_network(source, strict=False)
        except ValueError:
            problems.append(
                Words(
                    f"[phone] trusted_sources 中的 {source} 不是地址或网段",
                    f"[phone] trusted_sources: {source} is neither an address nor a network",
                )
            )
    return problems


def _of_registrars(phone: Phone) -> list[Words]:
    """A telephone would not even begin to register there."""
    return [
        Words(
            f"[phone] {name} 应为 sip:主机[:端口]，写的却是 {uri}",
            f"[phone] {name} must be sip:host[:port], not {uri}",
        )
        for name, uri in (("registrar", phone.registrar), ("backup_registrar", phone.backup_registrar))
        if uri and not REGISTRAR.fullmatch(uri)
    ]


def _of_acd(acd: Acd) -> list[Words]:
    problems = []
    if acd.kind in {"asterisk", "freeswitch"} and not (acd.address and acd.secret_file):
        problems.append(
            Words(
                f"[acd] 用 {acd.kind} 时还须有 address 与 secret_file",
                f"[acd] with {acd.kind} also needs address and secret_file",
            )
        )
    host, _, port = acd.address.rpartition(":")
    if acd.address and not (host and port.isdigit() and 0 < int(port) <= PORT_MAX):
        problems.append(Words("[acd] address 应为 主机:端口", "[acd] address must be host:port"))
    return problems


def _absolute(config: Config, folder: Path) -> Config:
    """Every key marked `path` as an absolute path; empty stays empty."""
    changed = {}
    for section in msgspec.structs.fields(Config):
        values = getattr(config, section.name)
        paths = {name: _absolute_path(getattr(values, name), folder) for name in _path_keys(section.type)}
        changed[section.name] = msgspec.structs.replace(values, **paths)
    return msgspec.structs.replace(config, **changed)


def _path_keys(section: type[msgspec.Struct]) -> list[str]:
    return [name for name, text in key_texts(section).items() if text["path"]]


def _absolute_path(value: str, folder: Path) -> str:
    if value.startswith(SQLITE):
        return SQLITE + str(folder / Path(value.removeprefix(SQLITE)).expanduser())
    if not value or "://" in value:
        return value
    return str(folder / Path(value).expanduser())
