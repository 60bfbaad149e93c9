"""One line format for every process: time in UTC+8, part, thread, level, place, message. Never a secret.

    2026-11-21 20:24:05.123 hub/main W store.db.journal: …

Every process writes its own file (`hub.log`, `seat-01.log` …), so that none turns over another's.
"""

import logging
import re
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from dispatch.moments import BEIJING

FILE_BYTES_MAX = 10_000_000
FILES_MAX = 9
SECRETS = re.compile(
    r"""(?ix) (//[^/:@\s]*:) [^/@\s]+ (?=@)              # password in a URL
      | (\b(?:password|passwd|secret|token|secret_key|response|cnonce)["']?\s*[=:]\s*["']?) [^\s"',;&)]+
    """
)
HIDDEN = r"\1\2***"


def start_log(part: str, level: str, folder: str) -> None:
    """Logs of this process go to stderr and, unless `folder` is empty, to `folder/part.log`.

    Raises OSError where the folder cannot be written.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        file = Path(folder) / f"{part}.log"
        handlers.append(
            RotatingFileHandler(
                file, maxBytes=FILE_BYTES_MAX, backupCount=FILES_MAX, encoding="utf-8", delay=True
            )
        )
    line = LogLine(part)
    for handler in handlers:
        handler.setFormatter(line)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level.upper())
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # six lines a start, never news
    logging.captureWarnings(capture=True)


class LogLine(logging.Formatter):
    """Formats a record, tracebacks included, with everything secret replaced by ***."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self.part = part

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone(BEIJING)
        thread = "main" if record.threadName == "MainThread" else record.threadName
        head = (
            f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {self.part}/{thread} {record.levelname[0]}"
        )
        text = f"{head} {record.name}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return SECRETS.sub(HIDDEN, text)
