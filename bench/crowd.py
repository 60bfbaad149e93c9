"""Many machines in a few processes: the parent's side. `ask` a crowd, `answer` when it is done."""

import contextlib
import os
import signal
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

from bench.crowd_seats import Seats
from bench.light_seats import LightSeats
from bench.town import END_S_MAX, Town, processes, set_clock

ANSWER_S_MAX = 120.0
SEATS_PER_PROCESS = 30


def child(pipe: Connection, file: str, names: list[str], options: dict[str, Any]) -> None:
    """Carries out what the parent asks for, one thing after the other, until it asks to end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_clock(options.pop("clock_ms", 0))
    light = options.pop("light", False)
    try:
        seats = LightSeats(file, names) if light else Seats(file, names, **options)
    except Exception as error:  # noqa: BLE001 - the parent shows it when it asks
        pipe.send((False, f"{error!r}\n{traceback.format_exc()}"))
        return
    try:
        while True:
            method, arguments = pipe.recv()
            try:
                pipe.send((True, getattr(seats, method)(*arguments)))
            except Exception as error:  # noqa: BLE001 - the parent shows it
                pipe.send((False, f"{error!r}\n{traceback.format_exc()}"))
            if method == "end":
                return
    except EOFError:  # the parent is gone
        seats.end()


class Crowd:
    """The machines `names` in one process."""

    def __init__(self, town: Town, names: Sequence[str], **options: Any) -> None:
        """`keep_times`: note when applied. `clock_ms`: clocks are wrong by it. `light`: LightSeats."""
        self.names = list(names)
        context = processes()
        self._pipe, theirs = context.Pipe()
        arguments = (theirs, str(town.files["first"]), self.names, options)
        self.process = context.Process(target=child, args=arguments, daemon=True)
        self.process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> None:
        """Begin something; `answer` waits for it."""
        self._pipe.send((method, arguments))

    def answer(self, limit_s: float = ANSWER_S_MAX) -> Any:
        """What the crowd found. Raises RuntimeError with its words when it failed there."""
        if not self._pipe.poll(limit_s):
            raise TimeoutError(f"no answer of {self.names[0]}… within {limit_s} s")
        done, value = self._pipe.recv()
        if not done:
            raise RuntimeError(value)
        return value

    def do(self, method: str, *arguments: Any, limit_s: float = ANSWER_S_MAX) -> Any:
        """`ask` and `answer`."""
        self.ask(method, *arguments)
        return self.answer(limit_s)

    def busy(self) -> bool:
        """True until the answer waits."""
        return not self._pipe.poll(0)

    def wait(self, seconds: float) -> bool:
        """Wait for the answer so long; True when it is there."""
        return self._pipe.poll(seconds)

    def freeze(self) -> None:
        """SIGSTOP."""
        os.kill(self.process.pid or 0, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        os.kill(self.process.pid or 0, signal.SIGCONT)

    def close(self) -> None:
        """In order when it answers, by force when not."""
        with contextlib.suppress(OSError, EOFError, TimeoutError, RuntimeError):
            self.thaw()
            self.do("end", limit_s=END_S_MAX)
        self.process.kill()
        self.process.join(END_S_MAX)
        self._pipe.close()


@contextlib.contextmanager
def crowds(
    town: Town, names: Sequence[str], per_process: int = SEATS_PER_PROCESS, **options: Any
) -> Iterator[list[Crowd]]:
    """The machines in as many processes as it takes."""
    made: list[Crowd] = []
    try:
        for at in range(0, len(names), per_process):
            made.append(Crowd(town, names[at : at + per_process], **options))  # noqa: PERF401 - closed below
        yield made
    finally:
        for crowd in made:
            crowd.close()


def all_do(
    crowd_list: Sequence[Crowd], method: str, *arguments: Any, limit_s: float = ANSWER_S_MAX
) -> list[Any]:
    """Ask all at once; their answers."""
    for crowd in crowd_list:
        crowd.ask(method, *arguments)
    return [crowd.answer(limit_s) for crowd in crowd_list]
