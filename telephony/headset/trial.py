"""The test before a shift: two seconds of the operator's voice, then the same back into the ear. Pure."""

from telephony.facts import HeadsetTried, Words
from telephony.headset.frames import FRAME_BYTES, RATE_HZ
from telephony.headset.levels import FLOOR_DB, rms_db

TRIAL_BYTES = 2 * RATE_HZ * 2  # two seconds
LEVEL_BYTES = TRIAL_BYTES // 20  # a tenth of a second
QUIET_DB = -50.0  # a closed or wrong microphone; speech is -35..-15
LOUD_DB = -3.0
MUTE = Words("麦克风没有声音", "the microphone gives no sound")
QUIET = Words("麦克风声音太小，请靠近或调高音量", "too quiet: speak closer or raise the volume")
LOUD = Words("麦克风声音过大，已失真，请调低音量", "too loud, distorted: lower the volume")


class Trial:
    """One test."""

    def __init__(self, trial_id: str) -> None:
        self._trial_id = trial_id
        self._recorded = bytearray()
        self._told = 0

    def take(self, audio: bytes) -> bool:
        """What the microphone gave; True once it is enough."""
        self._recorded += audio[: TRIAL_BYTES - len(self._recorded)]
        return len(self._recorded) >= TRIAL_BYTES

    def level_due(self) -> float | None:
        """How loud the newest tenth of a second was, dB, each time there is another; `None` before that."""
        if len(self._recorded) - self._told < LEVEL_BYTES:
            return None
        newest, self._told = bytes(self._recorded[self._told :]), len(self._recorded)
        return round(rms_db(newest), 1)

    @property
    def recorded(self) -> bytes:
        return bytes(self._recorded)

    def result(self) -> HeadsetTried:
        """Judged by its loudest fifth of a second: people pause."""
        step = 10 * FRAME_BYTES
        pieces = [self._recorded[at : at + step] for at in range(0, len(self._recorded), step)]
        level_db = max((rms_db(bytes(piece)) for piece in pieces), default=FLOOR_DB)
        return HeadsetTried(self._trial_id, round(level_db, 1), _judged(level_db))


def _judged(level_db: float) -> Words | None:
    if level_db <= FLOOR_DB:
        return MUTE
    if level_db < QUIET_DB:
        return QUIET
    return LOUD if level_db > LOUD_DB else None
