"""How the vault stands, in words; each trouble told once."""

import pytest

from console.models.vault import LATE_MS, VaultWatch, vault_words
from telephony.archive.vault_messages import VaultState

AWAY = VaultState(waiting=3, since_ms=1, fault="away", words="not mounted")
FLAWED = VaultState(flaws=(("2026-11-22/a.json", "damaged"),))


@pytest.mark.parametrize(
    ("state", "sign", "tone"),
    [
        (VaultState(), "●", "ok"),
        (VaultState(waiting=2), "2", "quiet"),
        (VaultState(unread=40, waiting=2), "△", "warning"),
        (AWAY, "not mounted", "warning"),
        (VaultState(fault="full"), "已满", "warning"),
        (FLAWED, "■", "fault"),
    ],
)
def test_words(state: VaultState, sign: str, tone: str) -> None:
    words, told = vault_words(state)
    assert sign in words
    assert told == tone


def test_a_vault_that_is_away_is_told_once_and_when_it_is_back() -> None:
    watch = VaultWatch()
    assert watch.due(VaultState(), 0) is None
    assert watch.due(AWAY, 1000) is None
    assert watch.due(AWAY, 1000 + LATE_MS - 1) is None, "a restart of its server needs nobody"
    told = watch.due(AWAY, 1000 + LATE_MS)
    assert told is not None
    assert told.grave
    assert "3" in told.what
    assert watch.due(AWAY, 2000 + LATE_MS) is None
    back = watch.due(VaultState(), 3000 + LATE_MS)
    assert back is not None
    assert not back.grave
    assert watch.due(VaultState(), 4000 + LATE_MS) is None


def test_a_short_trouble_is_not_told() -> None:
    watch = VaultWatch()
    for at in range(0, 10 * LATE_MS, LATE_MS // 2):
        assert watch.due(AWAY if at % LATE_MS else VaultState(), at) is None


def test_each_flaw_is_told() -> None:
    watch = VaultWatch()
    told = watch.due(FLAWED, 0)
    assert told is not None
    assert "2026-11-22/a.json" in told.what
    assert watch.due(FLAWED, 1) is None
