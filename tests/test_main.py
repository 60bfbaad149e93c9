"""The command line: help of every part, both languages, and the documented exit codes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import main
from store.exits import ExitCode

PROJECT = Path(main.__file__).parent
LIGHT = ("PySide6", "zmq", "sqlalchemy", "pjsua2", "numpy", "scipy")


def test_help_names_every_part_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == ExitCode.DONE
    for name in ("demo", "hub", "seat", "wall", "gateway", "doctor", "city"):
        assert f"    {name} " in text
    assert "退出码 exit codes" in text


@pytest.mark.parametrize("part", [part.name for part in main.PARTS])
def test_every_part_has_help(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([part, "--help"])
    assert ended.value.code == ExitCode.DONE
    assert f"main.py {part}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hbu"], "did you mean: hub"),
        ([], "required"),
        (["seat", "--lang", "fr"], "invalid choice"),
        (["hub", "--nonsense"], "unrecognized"),
    ],
)
def test_a_wrong_command_line_ends_with_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(arguments)
    assert ended.value.code == ExitCode.USAGE
    assert said in capsys.readouterr().err


def test_a_wrong_configuration_ends_with_2_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lingsheng.toml"
    file.write_text("[hub]\ntik_ms = 100\n", encoding="utf-8")
    assert main.main(["hub", "--config", str(file)]) == ExitCode.USAGE
    assert "tick_ms" in capsys.readouterr().err


def test_a_log_folder_that_cannot_be_made_ends_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    file = tmp_path / "lingsheng.toml"
    file.write_text('[log]\ndir = "file/log"\n', encoding="utf-8")
    assert main.main(["gateway", "--config", str(file)]) == ExitCode.CANNOT_START
    assert "[log] dir" in capsys.readouterr().err


def test_version_is_that_of_the_project() -> None:
    assert main.version().startswith("lingsheng 0.")


def test_the_command_line_loads_no_heavy_library() -> None:
    script = f"import sys, main; print([name for name in {LIGHT} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_terminal_without_chinese_stops_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "main.py", "hub", "--help"],
        cwd=PROJECT,
        env={"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == ExitCode.DONE


def test_output_nobody_reads_any_more_ends_a_part_quietly() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "main.py", "doctor"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as part:
        assert part.stdout is not None
        assert part.stderr is not None
        part.stdout.close()
        assert (part.stderr.read(), part.wait(30)) == (b"", -signal.SIGPIPE)


def test_what_moves_databases_outlives_a_closed_socket() -> None:
    """It asks servers over the network: a write one of them does not take is an error to be told."""
    assert not main.parse(["store", "rejoin", "--source", "host=x"]).prints
    assert main.parse(["audit", "verify"]).prints


def test_a_part_run_in_a_test_leaves_the_process_its_signals() -> None:
    """A write to a closed socket must stay an error, not the end of whoever called `main`."""
    main.main(["site", "--config", "/nowhere/lingsheng.toml", "report"])
    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN
