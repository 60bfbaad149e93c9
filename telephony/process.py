"""The phone process: one thread owns the native library from birth to death. `python -m telephony.process`.

Started by `telephony.phone`, with its settings as one JSON argument. It ends when its parent does.
"""

import logging
import os
import queue
import sys
from pathlib import Path

import msgspec

from store.bus.pipe import ChildEnd, open_child_end
from telephony.location.reader import InviteReader
from telephony.messages import (
    AnyEvent,
    BadMessageError,
    EngineError,
    PhoneDown,
    PhoneFault,
    PhoneReady,
    decode_command,
    encode,
)
from telephony.operator_sound import OperatorSound
from telephony.pjsip.engine import Engine
from telephony.pjsip.switchboard import Switchboard
from telephony.recording import Unfinished, unfinished_in
from telephony.recording_closer import RecordingCloser
from telephony.settings import EngineSettings

CLOSER_S_MAX = 5.0
COMMANDS_PER_TURN_MAX = 64
PRIVATE_UMASK = 0o077  # recordings are for the account the seat runs under
EXIT_CANNOT_START = 3
NAME_LOOK_UP = (
    "timeout:1 attempts:1"  # resolv.conf(5): its own choice of 5 s, twice, would hold our one thread
)
ADDRESS_CHANGED = "own address changed"

_settings = msgspec.json.Decoder(EngineSettings)


class PhoneProcess:
    """Joins pipe, engine, switchboard and recording closer into one loop."""

    def __init__(self, settings: EngineSettings, pipe: ChildEnd) -> None:
        """Raises `EngineError` when the library cannot start, `OSError` when the folder cannot be made."""
        self._pipe = pipe
        self._told: queue.SimpleQueue[AnyEvent] = queue.SimpleQueue()
        self._unheard = False
        self._sound: OperatorSound | None = None
        self._unfinished_dir: Path | None = None
        self._closer: RecordingCloser | None = None
        if settings.recordings_dir is not None:
            recordings = Path(settings.recordings_dir)
            self._unfinished_dir = recordings / "unfinished" / str(settings.sip_port)
            self._unfinished_dir.mkdir(parents=True, exist_ok=True)
            self._closer = RecordingCloser(recordings, self._told.put)
        self._engine = Engine(settings, self._emit)
        capabilities = self._engine.start()
        self._reader = InviteReader(settings.location_servers, self._told.put)
        self._switchboard = Switchboard(
            self._engine, self._emit, self._unfinished_dir, self._close_recording, self._reader.read
        )
        self._repair()
        self._sound = self._join_sound(settings)
        audio = "null" if self._sound is None else "headset"
        self._emit(PhoneReady(self._engine.sip_port, audio, capabilities))

    def run(self) -> None:
        """Until the parent asks us to finish, is gone or reads no more: a lost fact must not go unnoticed.

        Or until this machine has another address: the parent starts us anew.
        """
        while not self._pipe.ended and not self._unheard:
            if self._switchboard.outlived:
                self._emit(PhoneDown(ADDRESS_CHANGED))
                return
            self._engine.turn()
            self._engine.do(self._switchboard.turn)
            if self._sound is not None:
                self._engine.do(self._sound.turn)
            self._obey()
            self._tell_of_threads()

    def close(self) -> None:
        """Goodbyes, un-registration, recordings finished; nothing native is left for the exit to trip on."""
        self._switchboard.close()
        if self._sound is not None:
            self._sound.close()
            self._sound = None
        if self._closer is not None:
            self._closer.stop(CLOSER_S_MAX)
        self._reader.stop()
        self._tell_of_threads()
        self._engine.close()

    def _obey(self) -> None:
        for _ in range(COMMANDS_PER_TURN_MAX):
            frame = self._pipe.receive()
            if frame is None:
                return
            try:
                order = decode_command(frame)
                if self._sound is None or not self._sound.obey(order):
                    self._switchboard.obey(order)
            except BadMessageError as error:
                self._emit(PhoneFault(f"order not understood: {error}"))

    def _tell_of_threads(self) -> None:
        """What the recording closer and the reader of INVITEs have done."""
        while not self._told.empty():
            self._emit(self._told.get())

    def _repair(self) -> None:
        if self._unfinished_dir is not None and self._closer is not None:
            for unfinished in unfinished_in(self._unfinished_dir):
                self._closer.close(unfinished, left_behind=True)

    def _close_recording(self, unfinished: Unfinished) -> None:
        if self._closer is not None:
            self._closer.close(unfinished)

    def _join_sound(self, settings: EngineSettings) -> OperatorSound | None:
        """`None`: the operator has no sound here, and nothing of it is loaded."""
        if settings.headset is None:
            return None
        sound = OperatorSound(settings.headset, self._emit)
        self._switchboard.mixer.join_headset(sound.port, sound.port)
        sound.start()
        return sound

    def _emit(self, event: AnyEvent) -> None:
        if self._sound is not None:
            self._sound.hear(event)
        if not self._pipe.send(encode(event)):
            self._unheard = True


def ask_names_briefly() -> None:
    """The library asks for a registrar's name on our thread: whoever waits 10 s for it is killed as hung.

    Call before the first name is asked for: the system's resolver reads this once. What is set already stays.
    """
    os.environ.setdefault("RES_OPTIONS", NAME_LOOK_UP)


def main() -> int:
    ask_names_briefly()
    logging.basicConfig(format="%(asctime)s phone %(levelname)s %(name)s %(message)s")
    os.umask(PRIVATE_UMASK)
    settings = _settings.decode(sys.argv[1])
    pipe = open_child_end()
    pipe.ready()
    try:
        phone = PhoneProcess(settings, pipe)
    except (EngineError, OSError) as error:
        pipe.send(encode(PhoneDown(str(error))))
        pipe.close()
        return EXIT_CANNOT_START
    phone.run()
    phone.close()
    pipe.close()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # the library's own exit handlers abort
