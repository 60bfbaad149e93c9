"""Whatever ends a demo, kill -9 too, leaves none of its processes behind."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from console.drill.household import PROJECT

WAIT_S = 10.0
DEMO = """
import sys
from pathlib import Path
from console.drill.household import Household
with Household(Path(sys.argv[1])) as household:
    household.start("member", *sys.argv[2:])
    input()
"""
MEMBER = """
import signal, sys
pipe = open(sys.argv[1], "wb", buffering=0)
def told(*_):
    pipe.write(b"told ")
    raise SystemExit
signal.signal(signal.SIGTERM, told)
pipe.write(b"ready ")
signal.pause()
"""
DEAF = """
import signal
from console.drill.ward import watch
signal.signal(signal.SIGTERM, signal.SIG_IGN)
watch(0, 0.05)
"""


def test_a_killed_demo_takes_its_processes_with_it(tmp_path: Path) -> None:
    member, fifo = tmp_path / "member.py", tmp_path / "fifo"
    member.write_text(MEMBER, encoding="utf-8")
    os.mkfifo(fifo)
    heard = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    words = [sys.executable, "-c", DEMO, str(tmp_path / "log"), str(member), str(fifo)]
    demo = subprocess.Popen(words, cwd=PROJECT, stdin=subprocess.PIPE)
    assert said(heard) == b"ready "
    demo.kill()
    demo.communicate()
    assert said(heard) == b"told ", "it is asked, and ends in order"
    assert said(heard) == b"", "its end of the pipe closed with it"
    os.close(heard)


def said(pipe: int) -> bytes:
    """The next words of the member, nothing once it has ended."""
    assert select.select([pipe], [], [], WAIT_S)[0]
    return os.read(pipe, 100)


def test_who_does_not_end_in_order_is_killed() -> None:
    deaf = subprocess.run([sys.executable, "-c", DEAF], cwd=PROJECT, stdin=subprocess.DEVNULL, check=False)
    assert deaf.returncode == -signal.SIGKILL
