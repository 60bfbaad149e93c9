"""A running kamailio with our configuration: started, awaited, killed, frozen, ended by its own group."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.raw_caller import RawCaller

START_S_MAX = 20.0
ANSWER_S_MAX = 2.0
END_S_MAX = 10.0
MEMORY_MB = 64


class Exchange:
    """What a test does to it. `port`: where it answers SIP over UDP."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.port = port
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """As if its machine lost power."""
        self._signal(signal.SIGKILL)
        self._process.wait(END_S_MAX)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        self.thaw()
        self._signal(signal.SIGTERM)
        self._process.wait(END_S_MAX)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # gone already
            os.killpg(self._process.pid, number)


def launched(
    configuration: str,
    folder: Path,
    port: int,
    log: Path = Path(os.devnull),
    *,
    inside: Sequence[str] = (),
) -> Exchange:
    """It may not answer yet, and whoever launched it ends it. `log`: what it complains of.

    `inside`: words before the command. Raises `FileNotFoundError` without kamailio.
    """
    folder.mkdir(exist_ok=True)
    file = folder / "kamailio.cfg"
    file.write_text(configuration, encoding="utf-8")
    paths = ["-f", str(file), "-Y", str(folder), "-P", str(folder / "pid")]
    with log.open("wb") as complaints:
        process = subprocess.Popen(
            [*inside, "kamailio", "-DD", "-E", *paths, "-m", str(MEMORY_MB)],
            process_group=0,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
    return Exchange(process, port)


@contextlib.contextmanager
def running(
    configuration: str, folder: Path, port: int, *, host: str = "127.0.0.1", inside: Sequence[str] = ()
) -> Iterator[Exchange]:
    """From its first answer to OPTIONS on; ended with the context. `inside`: words before the command.

    Raises `FileNotFoundError` without kamailio, `TimeoutError` when it does not begin to answer.
    """
    exchange = launched(configuration, folder, port, inside=inside)
    try:
        wait_until_it_answers(port, host)
        yield exchange
    finally:
        exchange.end()


def wait_until_it_answers(port: int, host: str = "127.0.0.1") -> None:
    """Any answer to OPTIONS will do: a telephone knows no 120 and says 404. Raises `TimeoutError`."""
    probe = RawCaller(port, host)
    probe.wait_s = 0.1
    deadline_s = time.monotonic() + START_S_MAX
    try:
        while time.monotonic() < deadline_s:
            with contextlib.suppress(TimeoutError):
                probe.options()
                return
            # on a busy machine each answer would come after its question was given up
            probe.wait_s = min(2 * probe.wait_s, ANSWER_S_MAX)
        raise TimeoutError("the peer does not start")
    finally:
        probe.close()
