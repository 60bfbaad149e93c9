"""One job after the other on a thread of its own."""

import queue
import threading

import pytest

from console.jobs import Jobs

WAIT_S = 5.0


def test_in_order_and_one_that_breaks_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()
    jobs = Jobs("test jobs", answers.put)
    jobs.put(lambda: 1 // 0)
    jobs.put(lambda: None)
    jobs.put(lambda: threading.current_thread().name)
    jobs.put(lambda: 2)
    jobs.finish()
    jobs.join(WAIT_S)
    assert [answers.get_nowait(), answers.get_nowait()] == ["test jobs", 2]
    assert answers.empty()
    assert "ZeroDivisionError" in caplog.text
