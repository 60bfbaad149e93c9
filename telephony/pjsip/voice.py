"""What the bridge can play: an end's voice (a WAV in a loop, a tone, nothing), prompts, the metronome."""

import functools

import pjsua2 as pj

from telephony.messages import EngineError
from telephony.pjsip.engine import Engine
from telephony.settings import Voice

LINGER_S = 2.0  # such news is some milliseconds on its way
TONE_ON_MS = 1000
TONE_VOLUME = 8000  # of 32767: -12 dB
TICK_HZ = 1000
TICK_MS = 40
TICKS_MS = (545, 546, 545, 546, 545, 546, 545, 546, 545, 546, 545)  # 6000 ms: 110 a minute, not 110.09


def open_voice(voice: Voice) -> pj.AudioMedia | None:
    """The source to connect, `None` for silence. Raises `EngineError` when the WAV cannot be played."""
    if voice.wav:
        return open_prompt(voice.wav, loop=True)
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
    generator.play(pj.ToneDescVector([_desc(hz, TONE_ON_MS, 0)]), True)
    return generator


def _desc(hz: int, on_ms: int, off_ms: int) -> pj.ToneDesc:
    tone = pj.ToneDesc()
    tone.freq1, tone.on_msec, tone.off_msec, tone.volume = hz, on_ms, off_ms, TONE_VOLUME
    return tone


def metronome() -> pj.ToneGenerator:
    """110 ticks a minute, from now on."""
    generator = idle_source()
    generator.play(pj.ToneDescVector([_desc(TICK_HZ, TICK_MS, ms - TICK_MS) for ms in TICKS_MS]), True)
    return generator


def open_prompt(wav: str, loop: bool) -> pj.AudioMediaPlayer:
    """Raises `EngineError` when the file cannot be played."""
    player = pj.AudioMediaPlayer()
    try:
        player.createPlayer(wav, 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
    except pj.Error as error:
        raise EngineError(f"cannot play {wav}: {error.reason}") from error
    return player


def linger(engine: Engine, media: pj.AudioMedia | None) -> None:
    """Drop it when nothing can tell it anything any more; whoever calls this has let go of it.

    The library tells a player on a thread of its own that it came to its end, also one that is gone by then,
    and the process dies of it.
    """
    if media is not None:
        engine.defer(functools.partial(_drop, media), LINGER_S)


def _drop(_media: pj.AudioMedia) -> None:
    """The last to hold it."""


def played_s(player: pj.AudioMediaPlayer) -> float:
    """How long its file lasts."""
    file, audio = player.getInfo(), player.getPortInfo().format
    bytes_per_s = audio.clockRate * audio.channelCount * (file.payloadBitsPerSample // 8)
    return float(file.sizeBytes / bytes_per_s) if bytes_per_s else 0.0
