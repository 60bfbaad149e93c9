"""Fixtures of the trade's tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from trade import Centre120


@pytest.fixture
def centre() -> Centre120:
    return Centre120()
