"""The library's echo canceller takes the loudspeaker out of the microphone, in a process of its own."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process
ERLE_DB_MIN = 20.0
RUN_S_MAX = 60

# Echo of noise 40 ms later at half its height; the last two of eight seconds are compared.
PROGRAM = """
import os, random, array
import pjsua2 as pj
from telephony.headset.frames import FRAME_BYTES, RATE_HZ, SILENCE
from telephony.headset.levels import rms_db
from telephony.pjsip.echo import EchoCanceller
endpoint = pj.Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 0
config.uaConfig.threadCnt = 0
endpoint.libInit(config)
echo = EchoCanceller(RATE_HZ, FRAME_BYTES)
noise = random.Random(1)
played, before, after = [SILENCE, SILENCE], [], []
for n in range(400):
    frame = array.array("h", (noise.randrange(-6000, 6000) for _ in range(FRAME_BYTES // 2))).tobytes()
    played.append(frame)
    heard = array.array("h", (s // 2 for s in memoryview(played[-3]).cast("h"))).tobytes()
    echo.playback(frame)
    clean = echo.capture(heard)
    if n >= 300:
        before.append(rms_db(heard))
        after.append(rms_db(clean))
echo.close()
print(sum(before) / 100 - sum(after) / 100, flush=True)
os._exit(0)
"""


def test_the_echo_of_a_loudspeaker_is_taken_out() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=RUN_S_MAX, check=True
    )
    erle_db = float(done.stdout.split()[-1])
    assert erle_db > ERLE_DB_MIN
