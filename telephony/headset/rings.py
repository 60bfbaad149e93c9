"""Ring tones by family, made in code: 16 kHz mono, one period that repeats. No setting silences them."""

import enum
import math
from array import array
from functools import cache

from telephony.headset.frames import FRAME_BYTES, RATE_HZ

PERCENT_MIN = 30  # below this nobody in a loud room hears it
LOUDEST = 0.7 * 32767
FADE_MS = 5  # of every tone's ends: no clicks


class RingFamily(enum.StrEnum):
    """What calls, by its sound."""

    EMERGENCY = "emergency"  # two tones in turn, hardly a pause
    INTERNAL = "internal"  # another desk: one soft tone, a long pause
    WAITING = "waiting"  # somebody else rings while the operator speaks: two short tones, now and then
    CREW = "crew"  # a crew calls for help: three high tones, falling
    FAULT = "fault"  # the line is down: two low tones


# (Hz, ms) in order, 0 Hz is a pause. 450 Hz is the tone of telephones in China (GF002-9002).
# WAITING is played once: without its pause an output that begins late is closed before anything is heard.
SCORES: dict[RingFamily, tuple[tuple[int, int], ...]] = {
    RingFamily.EMERGENCY: ((880, 250), (660, 250), (880, 250), (660, 250), (0, 500)),
    RingFamily.INTERNAL: ((450, 1000), (0, 3000)),
    RingFamily.WAITING: ((450, 150), (0, 100), (450, 150), (0, 1600)),
    RingFamily.CREW: ((1320, 120), (0, 40), (1100, 120), (0, 40), (990, 200), (0, 600)),
    RingFamily.FAULT: ((330, 300), (0, 100), (330, 300), (0, 300)),
}
SHARE = {RingFamily.EMERGENCY: 1.0, RingFamily.INTERNAL: 0.6, RingFamily.WAITING: 0.4, RingFamily.CREW: 1.0,
         RingFamily.FAULT: 0.8}  # fmt: skip
IN_EAR_PERCENT = 10  # of full scale, before the share: under speech, whatever volume rings


def percent_of(asked: int) -> int:
    """The volume that is used: never below the floor."""
    return max(PERCENT_MIN, min(100, asked))


@cache
def ring_tone(family: RingFamily, percent: int, *, in_ear: bool = False) -> bytes:
    """One period at this volume; `in_ear`: at the ear of somebody who listens to a caller."""
    loud = LOUDEST * SHARE[family] * (IN_EAR_PERCENT if in_ear else percent_of(percent)) / 100
    samples = array("h")
    for hz, ms in SCORES[family]:
        count = RATE_HZ * ms // 1000
        if not hz:
            samples.extend([0] * count)
            continue
        fade = RATE_HZ * FADE_MS // 1000
        for n in range(count):
            edge = min(1.0, n / fade, (count - n) / fade)
            samples.append(round(loud * edge * math.sin(2 * math.pi * hz * n / RATE_HZ)))
    return samples.tobytes()


class Loop:
    """A tone without end, a frame at a time."""

    def __init__(self, period: bytes) -> None:
        self._period, self._at = period, 0

    def take(self) -> bytes:
        taken = b""
        while len(taken) < FRAME_BYTES:
            piece = self._period[self._at : self._at + FRAME_BYTES - len(taken)]
            self._at = (self._at + len(piece)) % len(self._period)
            taken += piece
        return taken


class Once:
    """These samples, then nothing."""

    def __init__(self, audio: bytes) -> None:
        self._audio, self._at = audio, 0

    def take(self) -> bytes | None:
        piece = self._audio[self._at : self._at + FRAME_BYTES]
        self._at += len(piece)
        return piece.ljust(FRAME_BYTES, b"\0") if piece else None
