"""`deploy check` on a machine where nothing runs: every line says what is wrong and what to do."""

from pathlib import Path

import pytest

from store.deploy.checks import check_machine
from store.deploy.making import make_kit
from store.exits import CannotStartError, ExitCode
from tests.store.conftest import PROJECT


def test_everything_is_looked_at_and_every_fault_has_advice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example city on loopback addresses nobody listens on."""
    text = (PROJECT / "deploy" / "city.example.toml").read_text(encoding="utf-8")
    for n in range(1, 5):
        text = text.replace(f'address = "10.{n}.', f'address = "127.77.{n}')
    (tmp_path / "city.toml").write_text(text.replace("127.77.1", "127.77.1"), encoding="utf-8")
    make_kit(tmp_path / "city.toml", tmp_path / "kit")
    folder = tmp_path / "kit" / "a1" / "etc" / "lingsheng"
    assert check_machine(folder) == ExitCode.FAILED
    lines = capsys.readouterr().out.splitlines()
    said = "\n".join(lines)
    for words in ("etcd 0/5", "Patroni does not answer", "the store cannot be used", "no hub answers"):
        assert words in said
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        assert line[0] in "●▲■ "
        assert line[0] not in "■▲" or following.startswith("    "), f"no advice: {line}"


def test_a_folder_that_is_no_kit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="no kit"):
        check_machine(tmp_path)
