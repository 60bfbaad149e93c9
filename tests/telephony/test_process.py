"""The phone process: a name server that says nothing does not hold its one thread until it is killed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from telephony.phone import SILENCE_S_MAX

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
SILENT = "127.0.0.2"
INSIDE = 'ip link set lo up && mount --bind "$0" /etc/resolv.conf && exec "$@"'
REGISTRARS = 2
ASK = f"""
import socket, sys, time
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("{SILENT}", 53))
from telephony.process import ask_names_briefly
ask_names_briefly()
begun_s = time.monotonic()
try:
    socket.getaddrinfo("exchange.example", 5060, socket.AF_INET)
except socket.gaierror:
    print(time.monotonic() - begun_s)
"""


def test_a_silent_name_server_holds_the_phone_for_a_moment_only(tmp_path: Path) -> None:
    unshare, names = shutil.which("unshare"), tmp_path / "resolv.conf"
    names.write_text(f"nameserver {SILENT}\n")
    inside = [unshare or "", "-Urmn", "sh", "-c", INSIDE, str(names)]
    if unshare is None or subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user namespaces here")
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    env.pop("RES_OPTIONS", None)
    asked = subprocess.run(
        [*inside, sys.executable, "-c", ASK], env=env, check=True, capture_output=True, text=True
    )
    assert REGISTRARS * float(asked.stdout) < SILENCE_S_MAX / 2, asked
