"""A thread that does one job after the other, so that the window never waits."""

import logging
import queue
import threading
from collections.abc import Callable

Job = Callable[[], object]

log = logging.getLogger(__name__)


class Jobs:
    """`name` is the thread's; what a job gives back goes to `answer`, on that thread, unless it is None."""

    def __init__(self, name: str, answer: Callable[[object], object]) -> None:
        self._name, self._answer = name, answer
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        self._jobs.put(job)

    def finish(self) -> None:
        """No more come after those that wait."""
        self._jobs.put(None)

    def join(self, wait_s_max: float) -> None:
        self._thread.join(wait_s_max)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                answer = job()
            except Exception:  # one job that breaks a rule of ours must not end the thread
                log.exception("%s", self._name)
                continue
            if answer is not None:
                self._answer(answer)
