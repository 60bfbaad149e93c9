"""Two bounded buffers between the library's clock thread and Qt's: 16 kHz, mono, 16 bit, 20 ms a frame.

Each has one writer and one reader; a deque's ends are atomic, so there is no lock. The figures are measured:
three frames of lead lose nothing, more than twelve waiting frames are an echo of the past and are dropped.
"""

from collections import deque

RATE_HZ = 16_000
FRAME_MS = 20
FRAME_BYTES = RATE_HZ * FRAME_MS // 1000 * 2
LEAD_FRAMES = 3
WAITING_FRAMES_MAX = 12
SILENCE = bytes(FRAME_BYTES)


class Frames:
    """Bytes of any size in, whole frames out, never older than `WAITING_FRAMES_MAX`."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._rest = b""
        self._leading = True
        self.dropped = self.missing = 0

    def put(self, audio: bytes) -> None:
        """The writer's side."""
        audio = self._rest + audio
        whole = len(audio) - len(audio) % FRAME_BYTES
        for at in range(0, whole, FRAME_BYTES):
            self._waiting.append(audio[at : at + FRAME_BYTES])
        self._rest = audio[whole:]

    def take(self) -> bytes | None:
        """The reader's side: the next frame, `None` while the lead is being filled again."""
        waiting = len(self._waiting)
        if waiting > WAITING_FRAMES_MAX:
            for _ in range(waiting - LEAD_FRAMES):
                self._waiting.popleft()
            self.dropped += waiting - LEAD_FRAMES
        if self._leading and waiting < LEAD_FRAMES:
            return None
        self._leading = not waiting
        if not waiting:
            self.missing += 1
            return None
        return self._waiting.popleft()
