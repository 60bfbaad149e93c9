"""What a key of lingsheng.toml is made of: its texts and limits, and the types several keys share."""

from typing import Annotated, Any, Literal, get_type_hints

from msgspec import Meta, Struct


def key(zh: str, en: str, *, path: bool = False, ge: int | None = None, le: int | None = None) -> Meta:
    """The text and limits of one key. `path`: relative values count from the folder of the file."""
    return Meta(extra={"zh": zh, "en": en, "path": path}, ge=ge, le=le)


def form(pattern: str, zh: str, en: str) -> Meta:
    """A text of a fixed form, with the words that say which."""
    return Meta(pattern=pattern, extra={"form": (zh, en)})


Port = Annotated[int, Meta(ge=1, le=65535)]
Byte = Annotated[int, Meta(ge=0, le=255)]
Bit = Annotated[int, Meta(ge=0, le=31)]
Message = Literal[0x0301, 0x0302, 0x0900]
HostPort = Annotated[str, form(r"^[^\s:/]+:[0-9]{1,5}$", "文字“主机:端口”", 'text "host:port"')]
StoreUrl = Annotated[
    str,
    form(
        r"^(sqlite:///|postgresql\+psycopg://)\S+$",
        "文字 sqlite:///文件 或 postgresql+psycopg://…",
        "text sqlite:///file or postgresql+psycopg://…",
    ),
]
PositionBudget = Annotated[
    str, form(r"^(auto|[1-9][0-9]{2,8})$", "文字 auto 或数字（加引号）", 'text "auto" or a number, quoted')
]
SiteCode = Annotated[str, form(r"^[0-9A-Z]{2,4}$", "2–4 位数字或大写字母", "2-4 digits or capitals")]
SeatNumber = Annotated[str, form(r"^[0-9]{1,3}$", "1–3 位数字（加引号）", "1-3 digits, quoted")]


def key_texts(section: type[Struct]) -> dict[str, dict[str, Any]]:
    """For each key of a section the `extra` of its `key(...)`: zh, en, path."""
    hints = get_type_hints(section, include_extras=True)
    return {
        name: next(meta.extra for meta in hint.__metadata__ if meta.extra and "path" in meta.extra)
        for name, hint in hints.items()
    }
