"""lingsheng.toml is taken whole or refused with every mistake named in plain words."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kinds import SeatKind
from store.config import Config, ConfigError, KeyRule, load_config


def load(folder: Path, text: str) -> Config:
    file = folder / "lingsheng.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(file)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        load(folder, text)
    return str(refused.value)


def test_no_file_gives_the_defaults_with_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load_config(None)
    assert config.hub == Config().hub
    assert config.keys.dir == str(tmp_path / "lingsheng-data/keys")
    assert config.store.url == f"sqlite:///{tmp_path}/lingsheng-data/hub.sqlite"
    assert config.phone.password_file == ""


def test_the_file_in_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lingsheng.toml").write_text('[site]\ncode = "HRB"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_config(None).site.code == "HRB"


def test_values_are_typed(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
        [seat]
        kind = "reserve"
        [hub]
        hubs = ["10.0.0.1:5570", "hub-2:5570"]
        [[gateway.key_rule]]
        message = 0x0900
        type = 0xF1
        offset = 2
        value = 3
        gives = "on_scene"
        """,
    )
    assert config.seat.kind is SeatKind.RESERVE
    assert config.hub.hubs == ("10.0.0.1:5570", "hub-2:5570")
    assert config.gateway.key_rule == (
        KeyRule(message=0x0900, type=0xF1, offset=2, value=3, gives="on_scene"),
    )


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("sqlite:////var/lib/hub.sqlite", "sqlite:////var/lib/hub.sqlite"),
        ("sqlite:///hub.sqlite", "sqlite:///{folder}/hub.sqlite"),
        ("postgresql+psycopg://hub@a,b/hub", "postgresql+psycopg://hub@a,b/hub"),
    ],
)
def test_relative_paths_count_from_the_folder_of_the_file(tmp_path: Path, url: str, read: str) -> None:
    assert load(tmp_path, f'[store]\nurl = "{url}"').store.url == read.format(folder=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[hubb]", "there is no section [hubb]; did you mean hub?"),
        ("[hub]\ncomand_port = 1", "[hub] has no key comand_port; did you mean command_port?"),
        ("[hub]\nzzzzzz = 1", "[hub] has no key zzzzzz; known are host, "),
        ("[hub]\ntick_ms = 9", "[hub] tick_ms must be a whole number 50..2000, not the number 9"),
        ("[hub]\ntick_ms = true", "[hub] tick_ms must be a whole number 50..2000, not true"),
        ('[hub]\ncommand_port = "5570"', 'command_port must be a whole number 1..65535, not the text "5570"'),
        ('[hub]\nhubs = ["a:1", "b"]', '[hub] hubs[2] must be text "host:port", not the text "b"'),
        ("[hub]\nhubs = 3", '[hub] hubs must be a list, each text "host:port", not the number 3'),
        ("[hub]\nhost = 2026-11-21", "[hub] host must be text in quotes, not the date or time 2026-11-21"),
        ("hub = 3", "[hub] must be a table, not the number 3"),
        ('[seat]\nautopilot = "yes"', "[seat] autopilot must be true or false"),
        ('[log]\nlevel = "warn"', "; did you mean warning?"),
        ("[[gateway.key_rule]]\nevnt = 1", "[gateway] key_rule[1] has no key evnt; did you mean event?"),
        ("[[gateway.key_rule]]\nevent = 1", "[gateway] key_rule[1] lacks gives"),
        ("[[gateway.key_rule]]\ngives = 's'\nmessage = 1", "one of 0x0301, 0x0302, 0x0900, not the number 1"),
        ("[hub]\ncommand_port = 5571", "the three ports of [hub] must differ"),
        ('[phone]\nregistrar = "sip:pbx"', "[phone] with a registrar also needs user and password_file"),
        ('[phone]\nregistrar = "10.0.0.1:5060"', "registrar must be sip:host[:port], not 10.0.0.1:5060"),
        ('[phone]\nbackup_registrar = "sip:"', "backup_registrar must be sip:host[:port], not sip:"),
        ("[hub\n", "第 1 行第 5 列"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, '[hub]\ntick_ms = 1\nx = 2\n[seat]\nnumber = 1\n[log]\nlevel = "loud"')
    assert len(refused.value.problems) == 4


def test_a_password_in_a_wrong_url_is_not_repeated(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[store]\nurl = "mysql://hub:geheim@host/db"')
    assert "mysql://…@host/db" in said
    assert "geheim" not in said


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml\n.*cannot read it"):
        load_config(tmp_path / "absent.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a = " + b"[" * 5000, b"#" * 1_000_001])
def test_files_that_are_no_configuration(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "lingsheng.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError):
        load_config(file)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "lingsheng.toml"
    file.write_bytes(b'\xef\xbb\xbf[site]\ncode = "02"\n')
    assert load_config(file).site.code == "02"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_configuration_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.mktemp("any") / "lingsheng.toml"
    file.write_bytes(content)
    with contextlib.suppress(ConfigError):
        assert isinstance(load_config(file), Config)
