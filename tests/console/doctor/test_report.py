"""The table of checks as a technician reads it, and its exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

from console.doctor import machine, screen
from console.doctor.finding import Finding, Level, ok
from console.doctor.report import CHECKS, Check, run
from store.config import Config, Store
from store.exits import ExitCode

PROJECT = Path(__file__).resolve().parents[3]


def check(level: Level) -> Check:
    if level is Level.OK:
        return Check("好", "good", lambda _: ok("在", "there"))
    return Check("坏", "bad", lambda _: Finding(level, "不在", "absent", "装上", "install it"))


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ((Level.OK,), ExitCode.DONE),
        ((Level.OK, Level.WARN), ExitCode.DONE),
        ((Level.FAIL, Level.OK), ExitCode.FAILED),
    ],
)
def test_only_a_failure_fails(levels: tuple[Level, ...], code: ExitCode) -> None:
    assert run(Config(), "zh", [check(level) for level in levels]) is code


def test_a_finding_says_what_to_do_in_the_language_asked(capsys: pytest.CaptureFixture[str]) -> None:
    run(Config(), "en", [check(Level.OK), check(Level.FAIL)])
    run(Config(), "zh", [check(Level.FAIL)])
    assert capsys.readouterr().out.splitlines() == [
        "[ok  ] good: there",
        "[FAIL] bad: absent",
        "       → install it",
        "2 checks: 1 ok, 0 warnings, 1 failed",
        "[故障] 坏: 不在",
        "       → 装上",
        "共 1 项：正常 0，注意 0，故障 1",
    ]


def test_every_check_gives_both_languages_and_advice_for_what_is_not_ok(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for one in CHECKS:
        finding = one.look(Config(store=Store(dir=str(tmp_path))))
        assert finding.zh, one.en
        assert finding.en, one.en
        assert bool(finding.do_zh) == bool(finding.do_en) == (finding.level is not Level.OK), one.en


def test_qt_here_keeps_its_references_and_finds_chinese() -> None:
    """The pinned PySide6 must pass: 6.12.0 under Python 3.11 aborts after some thousand calls."""
    assert screen.qt(Config()).level is Level.OK
    assert screen.fonts(Config()).level is Level.OK


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    median_ms, worst_ms = machine.fsync_ms(tmp_path)
    assert 0 < median_ms <= worst_ms
    assert list(tmp_path.iterdir()) == []
    finding = machine.folder(Config(store=Store(dir="/proc")))
    assert finding.level is Level.FAIL


def test_the_doctor_comes_up_without_qt() -> None:
    """A machine whose Qt is broken is the one that needs a doctor."""
    script = "import sys, console.doctor; print('PySide6' in sys.modules, 'pjsua2' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False False"
