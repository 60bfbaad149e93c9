"""Exit codes of every process, and the error that says what this machine lacks.

CannotStartError(Exception)   raised by a part before it runs: library, screen, port, store, peer
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What `main.py` returns to whoever started it."""

    DONE = 0  # ended as asked
    FAILED = 1  # a check of `doctor`, or a step of `demo`, did not succeed
    USAGE = 2  # command line or lingsheng.toml is wrong
    CANNOT_START = 3  # something this machine lacks; said what and how to mend it
    FAULT = 4  # the program broke its own rule; the log has the details
    INTERRUPTED = 130  # Ctrl-C, as shells count it


class CannotStartError(Exception):
    """The part cannot run here; the message says in both languages what is missing and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(f"{zh} / {en}")
