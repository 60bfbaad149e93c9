"""The start-up test of the Qt binding: some builds lose a reference on every call and abort later."""

import sys

from PySide6.QtCore import QObject

CALLS = 1_000
EMITS = 300
"""PySide6 6.12 on Python 3.11 loses one of True an emit, and aborts by the six hundredth."""
LOST_MAX = 100


class BindingLeaksError(RuntimeError):
    """The Qt binding loses references; the window must not start on it."""


def check_binding() -> None:
    """Refuse to start on a binding that leaks. Raises `BindingLeaksError`."""
    probe = QObject()
    before = _references()
    for _ in range(CALLS):
        probe.setObjectName("probe")
    for _ in range(EMITS):
        probe.objectNameChanged.emit("probe")
    lost = max(was - left for was, left in zip(before, _references(), strict=True))
    if lost > LOST_MAX:
        raise BindingLeaksError(f"PySide6 loses {lost} references in {CALLS} calls and {EMITS} signals")


def _references() -> tuple[int, int]:
    return sys.getrefcount(None), sys.getrefcount(True)
