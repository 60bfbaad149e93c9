"""The operator's mouth and ear as a port of the bridge: frames in and out, 20 ms each.

Its two callbacks run on the library's clock thread, 50 times a second: they only move frames.
"""

import pjsua2 as pj

from telephony.headset.ends import Ends
from telephony.headset.frames import FRAME_BYTES, FRAME_MS, RATE_HZ, SILENCE
from telephony.pjsip.echo import EchoCanceller

NAME = "headset"
USEC = 1000


class HeadsetPort(pj.AudioMediaPort):  # type: ignore[misc]  # pjsua2 has no types
    """Source: the microphone. Sink: the earphone."""

    def __init__(self, ends: Ends, echo: EchoCanceller | None) -> None:
        """Raises `pj.Error`. `echo` `None`: nothing is cancelled."""
        super().__init__()
        self._ends, self.echo = ends, echo
        self._silence = pj.ByteVector(SILENCE)
        audio = pj.MediaFormatAudio()
        audio.init(pj.PJMEDIA_FORMAT_PCM, RATE_HZ, 1, FRAME_MS * USEC, 16)
        self.createPort(NAME, audio)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        heard = self._ends.mouth.take()
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.size = FRAME_BYTES
        if heard is None:
            frame.buf = self._silence
            return
        echo = self.echo  # it may be taken out meanwhile
        if echo is not None:
            heard = echo.capture(heard)
        self._ends.operator.feed(heard)
        frame.buf = pj.ByteVector(heard)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        if not frame.size:  # nobody speaks to the operator
            return
        spoken = bytes(frame.buf)
        echo = self.echo
        if echo is not None:
            echo.playback(spoken)
        self._ends.ear.put(spoken)
        self._ends.caller.feed(spoken)
