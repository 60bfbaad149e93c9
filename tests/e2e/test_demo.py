"""`main.py demo --headless` as people run it, only with quicker crews: every step of three calls happens."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from console.drill.demo import PICTURES, SHOWN
from console.drill.household import PROJECT
from tests.e2e.conftest import link_city

pytestmark = [pytest.mark.process]
DEMO_S_MAX = 240.0
STEPS = 13
SPEEDUP = "60"
COLOURS_MIN = 50


def test_the_demo_by_itself(demo_folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "pictures"
    link_city(tmp_path / "demo", demo_folder)
    command = [sys.executable, "main.py", "demo", "--headless", "--folder", str(tmp_path / "demo")]
    command += ["--output", str(output), "--speedup", SPEEDUP]
    demo = subprocess.run(
        command, cwd=PROJECT, capture_output=True, text=True, timeout=DEMO_S_MAX, check=False
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stdout.count("✓") == SHOWN * STEPS
    assert "✗" not in demo.stdout
    for name in PICTURES:
        assert colours(output / name) > COLOURS_MIN, name
    recordings = [*(tmp_path / "demo" / "run" / "recordings").rglob("*.wav")]
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in recordings}) >= SHOWN
    shutil.rmtree(tmp_path / "demo" / "run")


def colours(path: Path) -> int:
    """How many different colours a coarse grid over the picture meets."""
    image = QImage(str(path))
    assert (image.width(), image.height()) == (1920, 1080), path
    return len({image.pixel(x, y) for x in range(0, 1920, 8) for y in range(0, 1080, 8)})
