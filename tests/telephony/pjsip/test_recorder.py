"""Both legs of a recording start on the same tick: what both hear lies at the same sample."""

import os
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[3]
ROUNDS = 6
HEARD_S = 0.25
RATE_HZ = 16_000

RECORD = """
import os, sys
from pathlib import Path
import pjsua2 as pj
from telephony.pjsip.engine import Engine
from telephony.pjsip.recorder import CallRecorder
from telephony.pjsip.voice import idle_source, open_voice
from telephony.recording import LEGS, Unfinished, is_closed
from telephony.settings import EngineSettings, Transport, Voice
folder, rounds, heard_s, rate_hz = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
engine = Engine(EngineSettings(sip_port=0, bind_address="127.0.0.1", transports=(Transport.UDP,)), print)
engine.start()
idle = idle_source()
for number in range(rounds):
    voice = open_voice(Voice(wav=str(folder / "noise.wav")))
    unfinished = Unfinished(folder, f"{number:032x}", rate_hz, 1)
    recorder = CallRecorder(unfinished, idle)
    voice.startTransmit(recorder.far)
    voice.startTransmit(recorder.near)
    engine.turn_while(lambda: True, heard_s)
    recorder.close()
    engine.turn_while(lambda: not all(is_closed(unfinished.leg(leg)) for leg in LEGS), 2.0)
os._exit(0)
"""


def test_the_legs_are_aligned_to_the_sample(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 4000, RATE_HZ).astype("<i2")
    with wave.open(str(tmp_path / "noise.wav"), "wb") as file:
        file.setparams((1, 2, RATE_HZ, len(noise), "NONE", ""))
        file.writeframes(noise.tobytes())
    arguments = [str(tmp_path), str(ROUNDS), str(HEARD_S), str(RATE_HZ)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", RECORD, *arguments], env=env, check=True, capture_output=True)
    for number in range(ROUNDS):
        caller, operator = (
            np.frombuffer(path.read_bytes()[44:], "<i2").astype(float)
            for path in sorted(tmp_path.glob(f"{number:032x}.*.wav"))
        )
        both = min(len(caller), len(operator))
        assert both > RATE_HZ * HEARD_S / 2
        spectrum = np.fft.rfft(caller[:both], 2 * both) * np.conj(np.fft.rfft(operator[:both], 2 * both))
        correlation = np.fft.irfft(spectrum)
        assert int(correlation.argmax()) == 0, "lag in samples"
        assert correlation[0] > 0.9 * np.sqrt(np.dot(caller, caller) * np.dot(operator, operator))


FULL = """
import os, resource, signal, sys
from pathlib import Path
from types import SimpleNamespace
from telephony.pjsip import recordings
from telephony.pjsip.engine import Engine
from telephony.settings import EngineSettings, Transport
recordings.LOOK_S = 0.3
engine = Engine(EngineSettings(sip_port=0, bind_address="127.0.0.1", transports=(Transport.UDP,)), print)
engine.start()
told = []
kept = recordings.Recordings(engine, told.append, Path(sys.argv[1]), print)
leg = SimpleNamespace(call_id="0" * 32, recorder=None)
kept.begin(leg)
def look():
    kept.turn([leg])
    return not told
engine.turn_while(look, 1.0)
assert not told, "it grows"
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (leg.recorder.unfinished.leg("caller").stat().st_size,) * 2)
engine.turn_while(look, 5.0)
print(told, file=sys.stderr)
os._exit(0 if len(told) == 1 and told[0].call_id == leg.call_id else 1)
"""


def test_a_recording_that_grows_no_more_is_told(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], env=env, check=False, capture_output=True
    )
    assert run.returncode == 0, run.stderr[-400:]
