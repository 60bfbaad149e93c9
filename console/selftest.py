"""The start-up test of the Qt binding: some builds lose a reference of None on every call and abort later."""

import sys

from PySide6.QtCore import QObject

CALLS = 1_000
LOST_MAX = 100


class BindingLeaksError(RuntimeError):
    """The Qt binding loses references; the window must not start on it."""


def check_binding() -> None:
    """Refuse to start on a binding that leaks. Raises `BindingLeaksError`."""
    probe = QObject()
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        probe.setObjectName("probe")
    lost = before - sys.getrefcount(None)
    if lost > LOST_MAX:
        raise BindingLeaksError(f"PySide6 loses {lost} references in {CALLS} calls")
