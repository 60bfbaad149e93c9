"""The people of a drill who really phone in over SIP: each speaks and stays until the seat hangs up."""

import queue
import time
from pathlib import Path

from console.drill.conveyed import conveyed
from console.drill.script import Case
from telephony import messages as phone
from telephony.caller import Call, caller_phone, place

READY_S_MAX = 15.0
STAY_S_MAX = 120.0


class CallersError(Exception):
    """The callers' telephone does not start."""


class Callers:
    """One telephone for all of them; it carries four calls at a time."""

    def __init__(self, seat: str, speech: Path) -> None:
        """`seat` is the SIP address they dial; `speech` keeps what they say."""
        self._seat = seat
        self._speech = speech
        self._events: queue.SimpleQueue[phone.AnyEvent] = queue.SimpleQueue()
        self._phone = caller_phone(self._events.put)

    def start(self) -> None:
        """Wait until the line is there. Raises CallersError."""
        self._phone.start()
        try:
            while not isinstance(self._events.get(timeout=READY_S_MAX), phone.LineState):
                pass
        except queue.Empty as error:
            raise CallersError("the callers' telephone does not start") from error

    def stop(self) -> None:
        self._phone.stop(3.0)

    def ring(self, case: Case) -> bool:
        """One more person calls; False when the telephone is not there."""
        said = conveyed(case, time.time_ns() // 1_000_000)
        call = Call(self._seat, case.number, case.name, say=case.says, seconds=STAY_S_MAX, conveyed=said)
        return place(self._phone, call, self._speech) is not None
