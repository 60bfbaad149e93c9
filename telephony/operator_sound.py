"""The operator's sound in the phone process: the bridge's port, Qt's thread, rings and hook key joined.

Everything here belongs to the library's thread; what the others tell comes through one queue.
"""

import queue
import sys
import time
from collections.abc import Callable

from telephony import messages as msg
from telephony.headset.ends import Ends
from telephony.headset.frames import FRAME_BYTES, RATE_HZ
from telephony.headset.hooks import hooks_for
from telephony.headset.ringing import Ringing
from telephony.headset.sound import Ring, RingOnce, Sound, TryOut, Use
from telephony.pjsip.echo import EchoCanceller
from telephony.pjsip.headset_port import HeadsetPort
from telephony.pjsip.leg import now_ms
from telephony.settings import HeadsetSettings

LEVELS_EVERY_S = 0.1
STOP_S_MAX = 1.0
SWITCH_S = 0.001  # how long one thread may keep the others from the interpreter; five times that is usual


class OperatorSound:
    """Made where a headset is configured, after the library was started; `close` before it is destroyed."""

    def __init__(self, settings: HeadsetSettings, emit: Callable[[msg.AnyEvent], None]) -> None:
        """Raises `EngineError` where the echo canceller that is wanted is not there."""
        self._emit = emit
        self._told: queue.SimpleQueue[msg.AnyEvent] = queue.SimpleQueue()
        self._ends, self._ringing = Ends(), Ringing()
        self._echo = EchoCanceller(RATE_HZ, FRAME_BYTES) if settings.hands_free else None
        self.port: HeadsetPort | None = HeadsetPort(self._ends, self._echo)
        self._levels_due_s, self._fed = 0.0, 0
        self._sound = Sound(settings, self._ends, self._told.put)
        self._hooks = hooks_for(settings.hook_serial, settings.hook_hid)

    def start(self) -> None:
        sys.setswitchinterval(SWITCH_S)  # what calls wait for is the sound thread, and the other way round
        self._sound.start()
        for hook in self._hooks:
            hook.start(lambda: self._told.put(msg.HookPressed(msg.HookSource.HEADSET, now_ms())))

    def hear(self, event: msg.AnyEvent) -> None:
        """A fact of the phone: it may ring, or stop ringing."""
        before = self._ringing.plan()
        self._ringing.apply(event)
        plan = self._ringing.plan()
        if plan != before:
            self._sound.wish(Ring(plan))

    def obey(self, order: msg.AnyCommand) -> bool:
        """False when the order is not for the sound."""
        match order:
            case msg.UseHeadset(headset):
                self._use(headset)
            case msg.TryHeadset(trial_id):
                if self._ringing.up:
                    self._emit(msg.CommandRefused("", "TryHeadset", "a call is up"))
                else:
                    self._sound.wish(TryOut(trial_id))
            case msg.TryRing(family):
                if self._ringing.plan() is None and not self._ringing.up:
                    self._sound.wish(RingOnce(family))
            case msg.PressHook():
                self._emit(msg.HookPressed(msg.HookSource.KEYBOARD, now_ms()))
            case _:
                return False
        return True

    def _use(self, headset: HeadsetSettings) -> None:
        """The echo canceller is put into the port and taken out of it while the port's thread goes on."""
        self._sound.wish(Use(headset))
        if headset.hands_free and self._echo is None:
            try:
                self._echo = EchoCanceller(RATE_HZ, FRAME_BYTES)
            except msg.EngineError as error:
                self._emit(msg.CommandRefused("", "UseHeadset", str(error)))
        if self.port is not None:
            self.port.echo = self._echo if headset.hands_free else None

    def turn(self) -> None:
        """Tell what came from the other threads, and the levels while somebody is heard."""
        while not self._told.empty():
            self._emit(self._told.get())
        now_s = time.monotonic()
        if now_s >= self._levels_due_s and self._ends.caller.fed != self._fed:
            self._levels_due_s, self._fed = now_s + LEVELS_EVERY_S, self._ends.caller.fed
            self._emit(msg.SoundLevels(self._ends.caller.read(), self._ends.operator.read()))

    def close(self) -> None:
        """The bridge must have let go of the port."""
        for hook in self._hooks:
            hook.stop()
        self._sound.stop(STOP_S_MAX)
        self.port = None
        if self._echo is not None:
            self._echo.close()
