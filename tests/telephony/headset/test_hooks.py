"""Hook keys on devices that are not there: a pseudo-terminal, a pipe in the place of a report file."""

import os
import queue
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from telephony.headset.hooks import HidHook, HookKeys, SerialHook, hooks_for

WAIT_S = 5.0
AGAIN_S = 0.3


class Presses:
    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[bool] = queue.SimpleQueue()

    def __call__(self) -> None:
        self._queue.put(True)

    def came(self, within_s: float) -> bool:
        try:
            return self._queue.get(timeout=within_s)
        except queue.Empty:
            return False


def pressing(hook: HookKeys, act: Callable[[], object]) -> None:
    """The device may still be opening: pressed again until it is heard, then once more for one press."""
    presses, deadline_s = Presses(), time.monotonic() + WAIT_S
    hook.start(presses)
    try:
        act()
        while not presses.came(AGAIN_S):
            assert time.monotonic() < deadline_s
            act()
        act()
        assert presses.came(WAIT_S)
        assert not presses.came(AGAIN_S)
    finally:
        hook.stop()


class Report:
    """The lines of a telephone key in a pipe's place; every `press` turns the hook bit."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.file = os.open(path, os.O_RDWR)
        self._bit = 0

    def press(self) -> None:
        os.write(self.file, bytes([3, self._bit, 0]))
        self._bit ^= 1


def test_a_key_on_a_serial_line() -> None:
    ours, theirs = os.openpty()
    try:
        pressing(SerialHook(os.ttyname(theirs)), lambda: os.write(ours, b"H"))
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_key_that_is_a_bit_of_a_report(tmp_path: Path) -> None:
    report = Report(tmp_path / "hidraw0")
    pressing(HidHook(tmp_path / "hidraw0"), report.press)
    os.close(report.file)


def test_a_device_that_comes_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.headset.hooks.REOPEN_S", 0.05)
    made: list[Report] = []

    def plug_and_press() -> None:
        if not made:
            made.append(Report(tmp_path / "hidraw0"))
        made[0].press()

    pressing(HidHook(tmp_path / "hidraw0"), plug_and_press)
    os.close(made[0].file)


def test_only_what_is_named_is_opened() -> None:
    assert hooks_for("", "") == []
    kinds = [type(hook) for hook in hooks_for("/dev/ttyUSB0", "/dev/hidraw0")]
    assert kinds == [SerialHook, HidHook]
