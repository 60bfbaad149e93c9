"""What the speaker's process really plays: from where it was told to, faster, at the pitch it was spoken."""

import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from console.record import PROGRAM_DIR
from console.speaker import write_wav
from telephony.headset.rings import RingFamily, ring_tone
from tests.telephony.sound_server import EAR, RATE_HZ, SPEAKER, SoundServer, running_sound

LOW_HZ, HIGH_HZ = 440, 1_000
SECONDS = 4
SAYS_S_MAX = 30.0
PERIODS, GAP_S_MAX = 4, 0.9


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[SoundServer]:
    with running_sound(tmp_path) as server:
        yield server


@pytest.fixture
def two_tones(tmp_path: Path) -> Path:
    """Two seconds low, two seconds high, on both sides."""
    at = np.arange(RATE_HZ * SECONDS) / RATE_HZ
    pitch = np.where(at < SECONDS / 2, LOW_HZ, HIGH_HZ)
    samples = (np.sin(2 * np.pi * pitch * at) * 12_000).astype("<i2").repeat(2)
    file = tmp_path / "两声.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    return file


class Child:
    """The process, and what it says."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "console.speaker_process"],
            cwd=PROGRAM_DIR,
            env={**environment, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.said: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self._take(lines)

    def _take(self, lines: IO[str]) -> None:
        for line in lines:
            self.said.append((time.monotonic(), line.strip()))

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def until(self, word: str) -> float:
        deadline_s, never = time.monotonic() + SAYS_S_MAX, threading.Event()
        while True:
            for at, said in self.said:
                if said.startswith(word):
                    return at
            assert time.monotonic() < deadline_s, self.said[-5:]
            never.wait(0.02)

    def positions(self) -> list[int]:
        return [int(said[3:]) for _, said in self.said if said.startswith("at ")]

    def end(self) -> None:
        """By the end of its input, as the window ends it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(5)
        self._thread.join(5)


@pytest.fixture
def child(sound: SoundServer) -> Iterator[Child]:
    made = Child(sound.environment)
    yield made
    made.end()


def pitch_hz(samples: np.ndarray) -> float:
    """The loudest frequency."""
    loud = samples[np.abs(samples) > 500]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert len(loud), "nothing was heard"
    return float(np.argmax(spectrum)) * RATE_HZ / len(samples)


@pytest.mark.nightly
def test_from_there_and_twice_as_fast_at_the_same_pitch(
    sound: SoundServer, two_tones: Path, child: Child
) -> None:
    with sound.heard_at("speaker") as speaker:
        child.tell(f"\tfrom 2300 2.0 {two_tones}")
        child.until("ended")
        heard = speaker.samples()
    assert min(child.positions()) >= 2_000, "not from the beginning"
    first = np.flatnonzero(np.abs(heard) > 500)[0]
    assert pitch_hz(heard[first : first + RATE_HZ // 2]) == pytest.approx(HIGH_HZ, rel=0.05)


@pytest.mark.nightly
def test_in_the_ear_that_is_in_use(sound: SoundServer, two_tones: Path, child: Child) -> None:
    with sound.heard_at("ear") as ear, sound.heard_at("speaker") as speaker:
        child.tell(f"\tdevice {EAR}")
        child.tell(f"\tfrom 0 2.0 {two_tones}")
        child.until("ended")
        heard, elsewhere = ear.samples(), speaker.samples()
    assert np.abs(heard).max() > 500
    assert not len(elsewhere) or np.abs(elsewhere).max() < 100


@pytest.mark.nightly
def test_paused_moved_and_resumed(two_tones: Path, child: Child) -> None:
    child.tell(f"\tfrom 0 1.0 {two_tones}")
    child.until("at ")
    child.tell("\tpause")
    child.tell("\tseek 3000")
    child.tell("\tspeed 1.5")
    child.tell("\tresume")
    child.until("at 3")
    child.until("ended")
    positions = child.positions()
    assert max(positions) <= SECONDS * 1_000 + 200
    assert not [at for at in positions if 1_500 < at < 2_900], "what was skipped was not played"


@pytest.mark.nightly
def test_a_ring_goes_on_where_there_still_is_an_output(
    sound: SoundServer, two_tones: Path, child: Child
) -> None:
    with sound.heard_at("ear") as ear:
        child.tell(f"\tdevice {EAR}")
        child.tell(f"\tloop {two_tones}")
        ear.until_loud()
    with sound.heard_at("speaker") as speaker:
        sound.unplug()
        speaker.until_loud()


@pytest.mark.nightly
def test_a_ring_goes_on_until_it_is_hushed(sound: SoundServer, tmp_path: Path, child: Child) -> None:
    """At the volume's floor, for several periods, with no gap longer than the tone's own pause."""
    ring = ring_tone(RingFamily.EMERGENCY, 0)
    file = tmp_path / "ring.wav"
    write_wav(file, ring, RATE_HZ)
    with sound.heard_at("speaker") as speaker:
        child.tell(f"\tdevice {SPEAKER}")
        child.tell(f"\tloop {file}")
        speaker.until_loud()
        heard = speaker.until_longer_by(PERIODS * len(ring) // 2)
        child.tell("")
        child.tell("\tfrom 0 1.0 nowhere.wav")
        child.until("silent")
        quiet = len(speaker.until_longer_by(RATE_HZ))
        after = speaker.until_longer_by(RATE_HZ)[quiet:]
    loud = np.flatnonzero(np.abs(heard) > 500)
    assert np.diff(loud).max() / RATE_HZ < GAP_S_MAX
    assert np.abs(after).max() < 100
    assert not [said for _, said in child.said if said == "ended"]
