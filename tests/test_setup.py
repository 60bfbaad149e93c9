"""The set-up script on machines that lack things, played by small stand-in commands on its PATH."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import LONGEST

PROJECT = Path(__file__).resolve().parents[1]
NEEDED = ("sh", "cat", "cut", "dirname", "sha256sum", "tr", "sort", "paste", "find", "head", "rm", "env")


class Machine:
    """A folder with the script in it, and a PATH that holds only what this machine has."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.commands = folder / "bin"
        (self.project / ".ci").mkdir(parents=True)
        self.commands.mkdir()
        shutil.copy(PROJECT / ".ci" / "setup", self.project / ".ci" / "setup")
        for lock in ("requirements.lock", "requirements-dev.lock"):
            (self.project / lock).write_text("", encoding="utf-8")
        for name in NEEDED:
            found = shutil.which(name)
            assert found
            (self.commands / name).symlink_to(found)
        self.has("id", "echo 1000")
        self.has("ldconfig", "true")
        self.has("fc-list", "echo 'Noto Sans CJK SC'")
        self.has("apt-get", "exit 9")
        self.has("apt-cache", '[ "$2" != libglib2.0-0t64 ]')
        self.has("python3", 'case "$*" in *ensurepip*) exit 0;; esac; exit 0')

    def has(self, name: str, script: str) -> None:
        file = self.commands / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(0o755)

    def setup(self, want: str = "run") -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.commands), "HOME": str(self.project), "LINGSHENG_PYTHON": "python3"}
        return subprocess.run(
            ["/bin/sh", ".ci/setup", want],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def command_in(output: str) -> list[str]:
    [line] = [line for line in output.splitlines() if "sudo" in line]
    return line.split("--no-install-recommends ", 1)[1].rstrip("'").split()


def test_without_root_the_one_command_is_shown(bare: Machine) -> None:
    done = bare.setup()
    assert done.returncode == 3
    packages = command_in(done.stderr)
    assert "libegl1" in packages
    assert "libglib2.0-0" in packages
    assert "fonts-noto-cjk" not in packages


def test_a_release_with_new_names_gets_the_new_names(bare: Machine) -> None:
    bare.has("apt-cache", "true")
    packages = command_in(bare.setup().stderr)
    assert "libglib2.0-0t64" in packages
    assert "libglib2.0-0" not in packages


def test_a_missing_font_and_a_python_without_venv_are_in_the_command(bare: Machine) -> None:
    bare.has("fc-list", "true")
    bare.has("find", "true")
    bare.has("python3", 'case "$*" in *ensurepip*) exit 1;; *python%d*) echo python3.11-venv;; esac')
    packages = command_in(bare.setup().stderr)
    assert "fonts-noto-cjk" in packages
    assert "python3.11-venv" in packages


def test_a_machine_without_apt_is_told_what_is_missing(bare: Machine) -> None:
    (bare.commands / "apt-get").unlink()
    done = bare.setup()
    assert done.returncode == 3
    assert "libegl1" in done.stderr


def test_wrong_use_is_refused(bare: Machine) -> None:
    assert bare.setup("all").returncode == 2


def test_the_locks_name_no_index_and_pin_with_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert not [line for line in text.splitlines() if line.startswith("--")]
        entries = [line for line in text.splitlines() if line and line[0].isalnum()]
        assert entries
        assert all("==" in entry and entry.endswith("\\") for entry in entries)


def test_the_files_that_begin_first_exist() -> None:
    assert [name for name in LONGEST if not (PROJECT / "tests" / name).is_file()] == []


def test_scripts_are_executable_and_parse() -> None:
    for name, shell in (("setup", "sh"), ("lock", "sh"), ("check", "bash"), ("run", "bash")):
        script = PROJECT / ".ci" / name
        assert os.access(script, os.X_OK)
        subprocess.run([shell, "-n", str(script)], check=True)
