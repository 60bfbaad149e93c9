"""Where an end's voice comes from: a WAV in a loop, a tone, or nothing. The headset will be one more."""

import pjsua2 as pj

from telephony.messages import EngineError
from telephony.settings import Voice

TONE_ON_MS = 1000
TONE_VOLUME = 8000  # of 32767: -12 dB


def open_voice(voice: Voice) -> pj.AudioMedia | None:
    """The source to connect, `None` for silence. Raises `EngineError` when the WAV cannot be played."""
    if voice.wav:
        player = pj.AudioMediaPlayer()
        try:
            player.createPlayer(voice.wav)
        except pj.Error as error:
            raise EngineError(f"cannot play {voice.wav}: {error.reason}") from error
        return player
    if voice.tone_hz:
        return _tone(voice.tone_hz)
    return None


def idle_source() -> pj.ToneGenerator:
    """A source of silence: a recorder connected to it never stops growing, so both legs stay in step."""
    generator = pj.ToneGenerator()
    generator.createToneGenerator()
    return generator


def _tone(hz: int) -> pj.ToneGenerator:
    generator = idle_source()
    tone = pj.ToneDesc()
    tone.freq1, tone.on_msec, tone.off_msec, tone.volume = hz, TONE_ON_MS, 0, TONE_VOLUME
    generator.play(pj.ToneDescVector([tone]), True)
    return generator
