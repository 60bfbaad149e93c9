"""Records one call: two files that start in the same turn and never stop growing until they are closed."""

import pjsua2 as pj

from telephony.messages import EngineError
from telephony.recording import Unfinished


class CallRecorder:
    """The caller's and the operator's leg. The idle source keeps both in step while nobody speaks."""

    def __init__(self, unfinished: Unfinished, idle: pj.AudioMedia) -> None:
        """Raises `EngineError` when a file cannot be made."""
        self.unfinished = unfinished
        self._caller, self._operator = pj.AudioMediaRecorder(), pj.AudioMediaRecorder()
        try:
            self._caller.createRecorder(str(unfinished.leg("caller")))
            self._operator.createRecorder(str(unfinished.leg("operator")))
            idle.startTransmit(self._caller)
            idle.startTransmit(self._operator)
        except pj.Error as error:
            raise EngineError(f"cannot record: {error.reason}") from error

    def hear(self, caller: pj.AudioMedia, operator: pj.AudioMedia | None) -> None:
        """Connect the voices; again whenever the call's audio was rebuilt."""
        caller.startTransmit(self._caller)
        if operator is not None:
            operator.startTransmit(self._operator)

    def close(self) -> Unfinished:
        """Dropping the ports makes the library write the headers on its own thread, a frame later."""
        del self._caller, self._operator
        return self.unfinished
