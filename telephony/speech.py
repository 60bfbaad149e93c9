"""Chinese speech for virtual callers. Without espeak-ng a caller is a tone: the call is as real."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from telephony.settings import Voice

SPEAK_S_MAX = 20.0
WORDS_PER_MINUTE = 150
CHINESE = "cmn-latn-pinyin"  # the plain Chinese voice reads the tone digits aloud
CALLER_TONE_HZ = 440


def caller_voice(text: str, folder: Path) -> Voice:
    """The text spoken, from a WAV kept in `folder`; a tone where nothing can speak or nothing is said."""
    wav = speech_wav(text, folder) if text else None
    return Voice(tone_hz=CALLER_TONE_HZ) if wav is None else Voice(wav=str(wav))


def speech_wav(text: str, folder: Path, voice: str = CHINESE) -> Path | None:
    """A 16-bit mono WAV of the text, made once per text; `None` when espeak-ng is absent or fails."""
    speaker = shutil.which("espeak-ng")
    if speaker is None:
        return None
    key = text if voice == CHINESE else f"{voice}\0{text}"
    wav = folder / f"speech-{hashlib.sha256(key.encode()).hexdigest()[:16]}.wav"
    if wav.exists():
        return wav
    folder.mkdir(parents=True, exist_ok=True)
    scratch = wav.with_suffix(f".{os.getpid()}.part")
    command = [speaker, "-v", voice, "-s", str(WORDS_PER_MINUTE), "-w", str(scratch), "--", text]
    try:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            timeout=SPEAK_S_MAX,
            env={**os.environ, "LANG": "C.UTF-8"},
        )
    except (subprocess.SubprocessError, OSError):
        scratch.unlink(missing_ok=True)
        return None
    scratch.rename(wav)
    return wav
