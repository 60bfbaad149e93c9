"""A phone process whose operator's ear is a WAV file: what he hears can be compared.

Run as `python -m tests.telephony.listening`; the folder is in the environment.
"""

import os
import sys
import time
from pathlib import Path

import pjsua2 as pj

from telephony import process
from telephony.phone import Phone
from telephony.pjsip.voice import idle_source, open_voice

EAR = "LINGSHENG_TEST_EAR"


class ListeningPhone(Phone):
    PROCESS = __name__ if __name__ != "__main__" else "tests.telephony.listening"


class ListeningProcess(process.PhoneProcess):
    """Joins a recorder in the place of a headset."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.ear, self.idle = pj.AudioMediaRecorder(), idle_source()
        path = Path(os.environ[EAR])
        self.ear.createRecorder(str(path))
        self.idle.startTransmit(self.ear)  # it never stops growing
        path.with_suffix(".ms").write_text(str(time.time_ns() // 1_000_000))
        mouth = open_voice(self._engine.settings.microphone)
        self._switchboard.mixer.join_headset(mouth, self.ear)

    def close(self) -> None:
        self._switchboard.mixer.join_headset(None, None)
        self._switchboard.mixer.turn()
        del self.ear, self.idle
        super().close()


if __name__ == "__main__":
    process.PhoneProcess = ListeningProcess  # type: ignore[misc]
    code = process.main()
    sys.stderr.flush()
    os._exit(code)
