"""A hub or relay as a process of a test, forked from one that has read the program's modules.

Reading them costs each start most of a second of a core; `main.py hub` itself is started by tests/e2e.
"""

import os
import subprocess
import sys
from pathlib import Path

from bench.town import processes


class Forked:
    """As much of `subprocess.Popen` as tests use. `log` gets what the process prints."""

    def __init__(self, part: str, file: Path, log: Path) -> None:
        self._process = processes().Process(target=_run, args=(part, str(file), str(log)))
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid
        self.kill = self._process.kill
        self.terminate = self._process.terminate

    def poll(self) -> int | None:
        """The exit code, None while it runs; negative: the signal that ended it."""
        return self._process.exitcode

    def peak_mb(self) -> float:
        """The most memory it ever held, while it runs; Linux tells."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        [kb] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(kb) / 1024

    def wait(self, limit_s: float) -> int:
        """The exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(limit_s)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(self._process.name, limit_s)
        return code


def _run(part: str, file: str, log: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    if part == "hub":
        from tests.store import hub_process as program
    else:
        from tests.store import relay_process as program
    sys.exit(program.main(Path(file)))
