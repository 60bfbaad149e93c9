"""`deploy check` on a machine where nothing runs: every line says what is wrong and what to do."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from store.config import Config, Phone
from store.deploy.checks import Here, check_machine, checks_of, headset, screen, services, supervision
from store.deploy.city_file import read_city
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


@pytest.mark.peer
def test_systemd_takes_every_unit_and_a_fault_in_one_is_named(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not installed: systemd")
    python = tmp_path / "program" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch(0o755)
    text = (PROJECT / "deploy" / "city.example.toml").read_text(encoding="utf-8")
    paths = f'[paths]\nprogram = "{tmp_path}/program"\nunits = "{tmp_path}/units-{{machine}}"\n'
    (tmp_path / "city.toml").write_text(f"{paths}\n{text}", encoding="utf-8")
    make_kit(tmp_path / "city.toml", tmp_path / "kit")
    city = read_city(tmp_path / "city.toml")
    for machine in city.machine:
        here = Here(city, machine, Config(), tmp_path)
        made = tmp_path / "kit" / machine.name / str(tmp_path).lstrip("/") / f"units-{machine.name}"
        assert (services in checks_of(here)) is made.exists()
        if not made.exists():
            continue
        shutil.copytree(made, city.path("units", machine))
        [finding] = services(here)
        assert finding.mark == "●", finding
    hub = tmp_path / "units-a1" / "lingsheng-hub.service"
    hub.write_text(hub.read_text(encoding="utf-8").replace("Restart=always", "Restart=now"), encoding="utf-8")
    python.unlink()
    said = [finding.what.en for finding in services(Here(city, city.machine[0], Config(), tmp_path))]
    assert any("lingsheng-hub.service" in words and "now" in words for words in said)
    assert any("is not executable" in words for words in said)


def test_a_seat_without_sound_or_without_its_supervisors_secret_is_told(tmp_path: Path) -> None:
    city = read_city(PROJECT / "deploy" / "city.example.toml")
    seat = next(machine for machine in city.machine if machine.name == "seat-01")
    secret = tmp_path / "monitor.secret"

    def said(**phone: Any) -> str:
        here = Here(city, seat, Config(phone=Phone(**phone)), tmp_path)
        checks = [check for check in checks_of(here) if check in (headset, supervision)]
        return "".join(finding.mark for check in checks for finding in check(here))

    assert said() == "■▲"
    whole = {"headset": True, "monitor_secret_file": str(secret)}
    assert said(**whole) == "●■", "not there"
    secret.write_text("")
    assert said(**whole) == "●■", "empty"
    secret.write_text("x\n")
    secret.chmod(0o644)
    assert said(**whole) == "●▲", "everybody's: it works, and is said"
    secret.chmod(0o600)
    assert said(**whole) == "●●"


def test_a_seat_without_its_screen_or_its_sound_server_is_told(tmp_path: Path) -> None:
    city = read_city(PROJECT / "deploy" / "city.example.toml")
    known = {name: Here(city, machine, Config(), tmp_path) for name in ("seat-01", "wall-1", "a1")
             if (machine := city.machine_named(name)) is not None}  # fmt: skip
    assert [screen in checks_of(here) for here in known.values()] == [True, True, False]

    def said(name: str) -> str:
        [finding] = screen(known[name])
        return f"{finding.mark} {finding.what.en}"

    assert "screen.env" in said("seat-01")
    (tmp_path / "screen.env").write_text(f"DISPLAY=:49152\nXDG_RUNTIME_DIR={tmp_path}\n")
    assert said("wall-1") == "■ no screen :49152"
    (tmp_path / "screen.env").write_text(f"DISPLAY=elsewhere:0\nXDG_RUNTIME_DIR={tmp_path}\n")
    assert said("seat-01").startswith("■ no sound server")
    assert said("wall-1")[0] == "●", "it makes no sound"
    (tmp_path / "pulse").mkdir()
    (tmp_path / "pulse" / "native").touch()
    assert said("seat-01")[0] == "●"


def test_a_folder_that_is_no_kit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="no kit"):
        check_machine(tmp_path)
