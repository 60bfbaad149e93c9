"""The processes of a demo: started in order, watched, ended in reverse by their own pids.

Each runs in a `ward`, which ends it when its standard input does: a demo that is killed leaves nobody behind.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

PROJECT = Path(__file__).resolve().parents[2]
STOP_S_MAX = 10.0
"""A little longer than a ward lets its process take (`ward.END_S_MAX`)."""


class Member:
    """One child; `name` is what people are told when it ends by itself."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        self.name = name
        self.process = process

    @property
    def ended(self) -> int | None:
        """Its exit code, None while it runs."""
        return self.process.poll()

    def stop(self) -> None:
        """Ask it to end, by the end of its input; after STOP_S_MAX insist."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Household:
    """All children of a demo; leaving the context ends them, the last started first."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._members: list[Member] = []

    def __enter__(self) -> "Household":
        self._log_folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._members:
            self._members.pop().stop()

    def start(self, name: str, *words: str, environment: Mapping[str, str] | None = None) -> Member:
        """Run a script or `-m module` from the project; what it prints goes to a file of its own."""
        with (self._log_folder / f"{name}.out").open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "console.drill.ward", *words],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )
        member = Member(name, process)
        self._members.append(member)
        return member

    def fallen(self) -> Member | None:
        """A child that ended although nobody asked it to."""
        return next((member for member in self._members if member.ended is not None), None)
