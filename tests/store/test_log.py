"""One line format for every process, its own file, and never a secret."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.log import LogLine, start_log


@pytest.fixture
def root_log() -> Iterator[logging.Logger]:
    """The root logger, given back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def line(message: str, *args: object) -> str:
    record = logging.LogRecord("store.db", logging.WARNING, "", 0, message, args, None)
    record.created = 1_795_264_245.1239
    return LogLine("hub").format(record)


def test_a_line_has_time_in_utc8_part_thread_level_and_place() -> None:
    assert line("row %d", 7) == "2026-11-21 20:30:45.123 hub/main W store.db: row 7"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+psycopg://hub:geheim@a,b/db", "postgresql+psycopg://hub:***@a,b/db"),
        ("password=geheim next", "password=*** next"),
        ("{'token': 'geheim'}", "{'token': '***'}"),
        (
            'Digest username="801", response="geheim", uri="x"',
            'Digest username="801", response="***", uri="x"',
        ),
        ("call from 13904510001 at 10:20", "call from 13904510001 at 10:20"),
        ("tokens: 3 left", "tokens: 3 left"),
    ],
)
def test_secrets_are_not_written(text: str, shown: str) -> None:
    assert line(text).endswith("store.db: " + shown)


def test_a_traceback_is_written_and_cleaned() -> None:
    with pytest.raises(ValueError, match="geheim") as failed:
        int("password=geheim")
    error = failed.value
    told = (ValueError, error, error.__traceback__)
    text = LogLine("hub").format(logging.LogRecord("x", logging.ERROR, "", 0, "failed", (), told))
    assert "Traceback" in text
    assert "password=***" in text
    assert "geheim" not in text


def test_each_part_writes_its_own_file(
    tmp_path: Path, root_log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    start_log("seat-01", "info", str(tmp_path / "log"))
    logging.getLogger("console.seat").info("就绪")
    logging.getLogger("console.seat").debug("not at this level")
    for handler in root_log.handlers:
        handler.flush()
    written = (tmp_path / "log" / "seat-01.log").read_text(encoding="utf-8")
    assert "seat-01/main I console.seat: 就绪" in written
    assert written.count("\n") == 1


def test_without_a_folder_only_the_screen_is_written(root_log: logging.Logger, tmp_path: Path) -> None:
    start_log("hub", "warning", "")
    assert len(root_log.handlers) == 1


def test_starting_again_writes_no_line_twice(root_log: logging.Logger, tmp_path: Path) -> None:
    start_log("hub", "info", str(tmp_path))
    start_log("hub", "info", str(tmp_path))
    logging.getLogger("x").info("once")
    assert (tmp_path / "hub.log").read_text(encoding="utf-8").count("once") == 1
