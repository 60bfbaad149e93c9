"""Where the sound of a prompt comes from: a centre's own folder first, else what espeak-ng made."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from telephony.prompts.checking import Checked, check
from telephony.prompts.sayings import LANGUAGES, SAYINGS, Saying
from telephony.speech import speech_wav

VOICES = {"zh": "cmn-latn-pinyin", "en": "en"}

log = logging.getLogger(__name__)


def make_all(folder: Path, sayings: Sequence[Saying] = SAYINGS) -> int:
    """Speak whatever is missing into `folder`; how many files are there then. 0: no espeak-ng here."""
    folder.mkdir(parents=True, exist_ok=True)
    return sum(_make(saying, language, folder) for saying in sayings for language in LANGUAGES)


def prompt_file(name: str, language: str, folders: Sequence[Path]) -> Path | None:
    """The first usable file of a prompt: the centre's own folder stands before the made one.

    Another language is better than silence; None when there is no sound at all. A file that cannot be
    played is passed over and logged.
    """
    for wanted in (language, *(other for other in LANGUAGES if other != language)):
        for folder in folders:
            path = folder / _file_name(name, wanted)
            if path.is_file():
                checked = check(path)
                if checked.good:
                    return path
                log.warning("prompt %s cannot be played: %s", path, ", ".join(checked.faults))
    return None


def check_folder(folder: Path) -> tuple[Checked, ...]:
    """Every WAV of a centre's folder, for `doctor`."""
    return tuple(check(path) for path in sorted(folder.glob("*.wav")))


def unknown_names(folder: Path) -> tuple[str, ...]:
    """Files that no prompt is called: a typing mistake, most likely."""
    known = {_file_name(saying.name, language) for saying in SAYINGS for language in LANGUAGES}
    return tuple(sorted(path.name for path in folder.glob("*.wav") if path.name not in known))


def missing(folder: Path) -> tuple[str, ...]:
    """Files this folder does not have; another folder may."""
    known = (_file_name(saying.name, language) for saying in SAYINGS for language in LANGUAGES)
    return tuple(name for name in known if not (folder / name).is_file())


def _make(saying: Saying, language: str, folder: Path) -> bool:
    target = folder / _file_name(saying.name, language)
    if target.exists():
        return True
    spoken = speech_wav(saying.words(language), folder / "spoken", VOICES[language])
    if spoken is None:
        return False
    scratch = target.with_suffix(f".{os.getpid()}.part")
    scratch.write_bytes(spoken.read_bytes())
    scratch.rename(target)
    return True


def _file_name(name: str, language: str) -> str:
    return f"{name}.{language}.wav"
