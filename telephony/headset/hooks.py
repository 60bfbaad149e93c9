"""The hook key of a headset: pressed to take a call, and to end it. One small port, an adapter per kind.

What a press means is the seat's business (`hook_means`); an adapter only says that it was pressed. The key of
a keyboard comes from the console as the order `PressHook` and needs no adapter.
"""

import contextlib
import os
import select
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import serial
from msgspec import Struct

from telephony.headset.ringing import SPOKEN_ON
from telephony.mirror import CallStage, CallView

REOPEN_S = 2.0
LOOK_S = 0.1
STOP_S_MAX = 1.0
HID_REPORT_BYTES_MAX = 64
HID_HOOK_BYTE, HID_HOOK_MASK = 1, 0x01  # telephony page 0x0B, usage 0x20: the first bit after the report's id

Pressed = Callable[[], None]


class HookKeys(Protocol):
    """Tells of every press, on a thread of its own, until stopped. A device that is gone is tried again."""

    def start(self, pressed: Pressed) -> None: ...
    def stop(self) -> None: ...


class HookAct(Struct, frozen=True):
    """What a press means now: answer or end this call."""

    call_id: str
    answer: bool


def hook_means(calls: Mapping[str, CallView]) -> HookAct | None:
    """End the call that is spoken on, else take the one that rings longest, else nothing.

    Who waits on hold, or is with others, is never cut off by a key that was meant for somebody else.
    """
    oldest = sorted(calls.values(), key=lambda c: c.since_ms)
    for stage in (CallStage.TALKING, CallStage.DIALLING, CallStage.RINGING):
        found = next((c for c in oldest if c.stage is stage and c.place in SPOKEN_ON), None)
        if found is not None:
            return HookAct(found.call_id, answer=stage is CallStage.RINGING)
    return None


class _Watched(ABC):
    """A device on a thread of its own, opened again as long as it is wanted."""

    def __init__(self, name: str) -> None:
        self._stopping = threading.Event()
        self._pressed: Pressed = lambda: None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self, pressed: Pressed) -> None:
        self._pressed = pressed
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_S_MAX)

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(OSError):  # unplugged (pyserial's errors are OSErrors): tried again
                self._watch()
            self._stopping.wait(REOPEN_S)

    @abstractmethod
    def _watch(self) -> None:
        """Until it is stopped. Raises OSError: unplugged."""


class SerialHook(_Watched):
    """A key on a serial line: every byte that comes is a press, so is every rise of CTS (a bare contact)."""

    def __init__(self, url: str) -> None:
        super().__init__("hook-serial")
        self._url = url

    def _watch(self) -> None:
        with serial.serial_for_url(self._url, timeout=LOOK_S) as port:
            down = _cts(port)
            while not self._stopping.is_set():
                was_down, down = down, _cts(port)
                if port.read(1):
                    port.reset_input_buffer()  # one press may be several bytes
                    self._pressed()
                elif down and not was_down:
                    self._pressed()


class HidHook(_Watched):
    """A USB headset's raw report file (/dev/hidrawN): a press is the hook bit changing to 1 or back to 0."""

    def __init__(self, path: Path) -> None:
        super().__init__("hook-hid")
        self._path = path

    def _watch(self) -> None:
        file = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            off_hook: bool | None = None
            while not self._stopping.is_set():
                if not select.select([file], [], [], LOOK_S)[0]:
                    continue
                report = os.read(file, HID_REPORT_BYTES_MAX)
                if not report:
                    return
                if len(report) > HID_HOOK_BYTE:
                    bit = bool(report[HID_HOOK_BYTE] & HID_HOOK_MASK)
                    if off_hook is not None and bit != off_hook:
                        self._pressed()
                    off_hook = bit
        finally:
            os.close(file)


def hooks_for(serial_url: str, hid_path: str) -> list[HookKeys]:
    """The adapters that the settings name."""
    found: list[HookKeys] = []
    if serial_url:
        found.append(SerialHook(serial_url))
    if hid_path:
        found.append(HidHook(Path(hid_path)))
    return found


def _cts(port: serial.Serial) -> bool:
    try:
        return bool(port.cts)
    except (OSError, NotImplementedError):  # a line without modem signals
        return False
