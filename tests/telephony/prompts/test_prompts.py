"""Prompts: all are there in both languages, a centre's own come first, bad files are found."""

import wave
from pathlib import Path

import numpy as np
import pytest

from telephony.prompts.__main__ import main
from telephony.prompts.checking import Fault, check
from telephony.prompts.making import check_folder, make_all, prompt_file, unknown_names
from telephony.prompts.sayings import BY_NAME, SAYINGS
from tests.telephony.exchange import needs


def write(
    path: Path,
    *,
    rate_hz: int = 8_000,
    seconds: float = 1.0,
    level: int = 8_000,
    channels: int = 1,
    width: int = 2,
) -> Path:
    wave_form = np.sin(np.arange(int(rate_hz * seconds)) * 0.3) * level
    samples = np.repeat(np.clip(wave_form, -32_768, 32_767).astype("<i2"), channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes() if width == 2 else bytes(len(samples) * width))
    return path


def test_names_are_unique_and_both_languages_have_words() -> None:
    assert len(BY_NAME) == len(SAYINGS)
    assert all(saying.zh and saying.en and saying.en.isascii() for saying in SAYINGS)
    assert {"hold", "stay", "ask_where", "cpr_start"} <= BY_NAME.keys()


def test_espeak_speaks_them_once(tmp_path: Path) -> None:
    needs("espeak-ng")
    few = [BY_NAME["hold"], BY_NAME["cpr_start"]]
    assert make_all(tmp_path, few) == 4
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.wav")}
    assert sorted(made) == ["cpr_start.en.wav", "cpr_start.zh.wav", "hold.en.wav", "hold.zh.wav"]
    assert all(checked.good for checked in check_folder(tmp_path)), check_folder(tmp_path)
    assert make_all(tmp_path, few) == 4
    assert made == {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.wav")}


def test_a_centres_own_recording_comes_first(tmp_path: Path) -> None:
    own, made = tmp_path / "own", tmp_path / "made"
    own.mkdir()
    made.mkdir()
    write(made / "hold.zh.wav")
    write(own / "hold.en.wav")
    assert prompt_file("hold", "zh", (own, made)) == made / "hold.zh.wav"
    write(own / "hold.zh.wav")
    assert prompt_file("hold", "zh", (own, made)) == own / "hold.zh.wav"
    (own / "hold.zh.wav").write_bytes(b"no sound")
    assert prompt_file("hold", "zh", (own, made)) == made / "hold.zh.wav"
    (made / "hold.zh.wav").unlink()
    assert prompt_file("hold", "zh", (own, made)) == own / "hold.en.wav"
    assert prompt_file("stay", "zh", (own, made)) is None
    write(own / "hodl.zh.wav")
    assert unknown_names(own) == ("hodl.zh.wav",)


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        ({}, ()),
        ({"channels": 2}, (Fault.NOT_MONO,)),
        ({"width": 1}, (Fault.NOT_16_BIT,)),
        ({"rate_hz": 11_025}, (Fault.RATE,)),
        ({"seconds": 0.1}, (Fault.TOO_SHORT,)),
        ({"seconds": 61}, (Fault.TOO_LONG,)),
        ({"level": 100}, (Fault.SILENT,)),
        ({"level": 90_000}, (Fault.CLIPPED,)),
    ],
)
def test_faults_are_found(tmp_path: Path, options: dict[str, float], faults: tuple[Fault, ...]) -> None:
    assert check(write(tmp_path / "x.wav", **options)).faults == faults  # type: ignore[arg-type]


@pytest.mark.parametrize("octets", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + b"\0" * 16])
def test_what_is_no_wav_is_unreadable(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "x.wav").write_bytes(octets)
    assert check(tmp_path / "x.wav").faults == (Fault.UNREADABLE,)
    assert check(tmp_path / "none.wav").faults == (Fault.UNREADABLE,)


def test_a_centre_checks_its_own_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "hold.zh.wav")
    write(tmp_path / "hodl.zh.wav")
    write(tmp_path / "stay.zh.wav", channels=2)
    assert main(["check", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "hodl.zh.wav" in said
    assert "not_mono" in said
    assert "missing: hold.en.wav" in said
    assert "missing: hold.zh.wav" not in said
