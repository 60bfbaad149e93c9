"""Fixtures of the drill's tests."""

import pytest

from tests.dispatch.trade import Centre120


@pytest.fixture
def centre() -> Centre120:
    return Centre120()
