"""The sound thread beside the library's, so that neither waits for the other. Qt is loaded on it and by it.

Loading takes half a second: by then the line is registered, and a call that came first has its sound later.
"""

import logging
import queue
import threading
from collections.abc import Callable

from msgspec import Struct

from telephony.facts import AnyEvent, PhoneFault
from telephony.headset.ends import Ends
from telephony.headset.ringing import RingPlan
from telephony.settings import HeadsetSettings

log = logging.getLogger(__name__)


class Use(Struct, frozen=True):
    """These devices from now on."""

    settings: HeadsetSettings


class Ring(Struct, frozen=True):
    """From now on; `None`: silence."""

    plan: RingPlan | None


class TryOut(Struct, frozen=True):
    """Record the operator and play it back; whoever wishes it sees to it that nobody talks."""

    trial_id: str


class RingOnce(Struct, frozen=True):
    """One period of this family, to hear how loud it is."""

    family: str


Wish = Use | Ring | TryOut | RingOnce


class Sound:
    """Every method may be called from any thread and returns at once."""

    def __init__(self, settings: HeadsetSettings, ends: Ends, tell: Callable[[AnyEvent], None]) -> None:
        """`tell` is called on the sound thread."""
        self._settings, self._ends, self._tell = settings, ends, tell
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wish(self, wish: Wish) -> None:
        self._wishes.put(wish)

    def stop(self, deadline_s: float) -> None:
        self._wishes.put(None)
        self._thread.join(deadline_s)

    def _run(self) -> None:
        try:
            from telephony.headset.qt_loop import QtLoop

            QtLoop(self._settings, self._ends, self._tell, self._wishes).run()
        except Exception as error:  # without sound the calls go on, and somebody is told
            log.exception("sound")
            self._tell(PhoneFault(f"sound: {error}"))
