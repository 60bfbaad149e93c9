"""A sound server without sound: a headset and a speaker that are not there, heard and spoken to by files."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

RATE_HZ = 16_000
START_S_MAX = 8.0
END_S_MAX = 5.0
EAR, MOUTH = "Headset", "HeadsetMic"  # names that people see
SPEAKER = "Speaker"


class SoundServer:
    """A pulseaudio of our own; `environment` is what its clients need."""

    def __init__(self, folder: Path) -> None:
        self.environment = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{folder}/pulse.sock",
        }
        native = f"module-native-protocol-unix socket={folder}/pulse.sock auth-anonymous=1"
        self.process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-L", native],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._await_start()
        self._modules: dict[str, list[str]] = {}
        self.plug_speaker()
        self.plug()

    def plug(self) -> None:
        """The headset is there: an output, and a microphone fed by `speak`."""
        self._modules["headset"] = [
            self._load("module-null-sink", "sink_name=ear", f"sink_properties=device.description={EAR}"),
            self._load("module-null-sink", "sink_name=voice", "sink_properties=device.description=Voice"),
            self._load(
                "module-remap-source",
                "master=voice.monitor",
                "source_name=mouth",
                f"source_properties=device.description={MOUTH}",
            ),
        ]

    def unplug(self) -> None:
        for module in reversed(self._modules.pop("headset")):
            self._control("unload-module", module)

    def plug_speaker(self) -> None:
        properties = f"sink_properties=device.description={SPEAKER}"
        self._load("module-null-sink", "sink_name=speaker", properties)

    @contextmanager
    def heard_at(self, sink: str = "ear") -> Iterator["Listening"]:
        """Everything that an output is given meanwhile."""
        listening = Listening(sink, self.environment)
        try:
            yield listening
        finally:
            listening.end()

    @contextmanager
    def spoken(self, raw: Path) -> Iterator[None]:
        """The operator speaks these samples (16 kHz, 16 bit, raw)."""
        command = ["pacat", "--playback", "--device=voice", "--raw", *_FORMAT, str(raw)]
        process = subprocess.Popen(command, env=self.environment, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.kill()
            process.wait(END_S_MAX)

    @contextmanager
    def echo(self) -> Iterator[None]:
        """The microphone hears the headset's output, as where somebody talks by loudspeaker."""
        words = ("source=ear.monitor", "sink=voice", "latency_msec=20")
        module = self._load("module-loopback", *words)
        try:
            yield
        finally:
            self._control("unload-module", module)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(END_S_MAX)

    def _load(self, *module: str) -> str:
        return self._control("load-module", *module).strip()

    def _control(self, *arguments: str) -> str:
        asked = ["pactl", *arguments]
        return subprocess.run(
            asked, env=self.environment, check=True, capture_output=True, text=True, timeout=END_S_MAX
        ).stdout

    def _await_start(self) -> None:
        deadline_s, never = time.monotonic() + START_S_MAX, threading.Event()
        while True:
            try:
                self._control("info")
            except subprocess.SubprocessError:
                assert time.monotonic() < deadline_s, "the sound server does not start"
                never.wait(0.05)
            else:
                return


_FORMAT = ["--format=s16le", "--channels=1", f"--rate={RATE_HZ}", "--latency-msec=20"]


class Listening:
    """One recorder at an output's monitor."""

    def __init__(self, sink: str, environment: dict[str, str]) -> None:
        command = ["parec", f"--device={sink}.monitor", "--raw", *_FORMAT]
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._pieces: list[bytes] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def samples(self) -> Any:
        """What was heard so far."""
        heard = b"".join(self._pieces)
        return np.frombuffer(heard[: len(heard) // 2 * 2], "<i2").astype(float)

    def until_loud(self, level: float = 300.0, within_s: float = 6.0) -> None:
        """Wait until something sounds."""
        deadline_s, never = time.monotonic() + within_s, threading.Event()
        while not len(self.samples()) or np.abs(self.samples()[-RATE_HZ // 4 :]).max() < level:
            assert time.monotonic() < deadline_s, "nothing is heard"
            never.wait(0.05)

    def until_longer_by(self, count: int, more_s_max: float = 6.0) -> Any:
        """All that was heard, once so many more samples of it are there; `more_s_max` over their own time."""
        wanted, never = len(self.samples()) + count, threading.Event()
        deadline_s = time.monotonic() + count / RATE_HZ + more_s_max
        while len(heard := self.samples()) < wanted:
            assert time.monotonic() < deadline_s, "the sound server gives no more"
            never.wait(0.05)
        return heard

    def end(self) -> None:
        self._process.kill()
        self._process.wait(END_S_MAX)
        self._thread.join(END_S_MAX)

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            while piece := stream.read(1280):
                self._pieces.append(piece)


@contextmanager
def running_sound(folder: Path) -> Iterator[SoundServer]:
    """Skips without pulseaudio."""
    missing = [p for p in ("pulseaudio", "pactl", "parec", "pacat") if shutil.which(p) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    server = SoundServer(folder)
    try:
        yield server
    finally:
        server.end()
