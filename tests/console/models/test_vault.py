"""How the vault stands, in words; each trouble told once."""

import pytest

from console.models.vault import CALM_MS, LATE_MS, VaultWatch, vault_words
from telephony.vault.messages import VaultState

AWAY = VaultState(waiting=3, fault="away", words="not mounted")
FLAWED = VaultState(flaws=(("2026-11-22/a.json", "damaged"),), flawed=1)
GONE = LATE_MS + 2_000


@pytest.mark.parametrize(
    ("state", "sign", "tone"),
    [
        (VaultState(), "●", "ok"),
        (VaultState(waiting=2), "2", "quiet"),
        (VaultState(unread=40, waiting=2), "△", "warning"),
        (AWAY, "not mounted", "warning"),
        (VaultState(fault="full"), "已满", "warning"),
        (VaultState(fault="part"), "部分", "warning"),
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
    assert watch.due(AWAY, GONE) is None
    assert watch.due(VaultState(), GONE + 1000) is None
    back = watch.due(VaultState(), GONE + 1000 + CALM_MS)
    assert back is not None
    assert not back.grave
    assert watch.due(VaultState(), GONE + 2000 + CALM_MS) is None


def test_a_short_trouble_is_not_told() -> None:
    watch = VaultWatch()
    for at in range(0, 10 * LATE_MS, LATE_MS // 2):
        calm = at % LATE_MS
        assert watch.due(VaultState() if calm else AWAY, at) is None
        assert not calm or watch.due(VaultState(), at + CALM_MS) is None


def test_one_that_answers_only_for_moments_is_away() -> None:
    """A mount that holds: its process is killed, begins anew, and holds again."""
    watch = VaultWatch()
    told = [watch.due(VaultState() if at % 20 == 0 else AWAY, at * 1000) for at in range(0, 400, 5)]
    (one,) = (each for each in told if each is not None)
    assert one.grave


def test_each_flaw_is_told_and_told_again_when_it_comes_again() -> None:
    watch = VaultWatch()
    other = VaultState(flaws=(("2026-11-22/b.json", "missing"), *FLAWED.flaws), flawed=2)
    told = [watch.due(state, 0) for state in (FLAWED, FLAWED, other, VaultState(), FLAWED)]
    assert [one.what.split("/")[-1] if one else None for one in told] == [
        "a.json",
        None,
        "b.json",
        None,
        "a.json",
    ]


def cut(*names: str, flawed: int) -> VaultState:
    """The newest three, newest first, of so many."""
    newest = sorted(names, reverse=True)[:3]
    return VaultState(flaws=tuple((f"2026-11-22/{name}.json", "damaged") for name in newest), flawed=flawed)


def test_flaws_beyond_what_is_listed_are_counted_and_not_told_when_they_move_up() -> None:
    watch = VaultWatch()
    full = cut("b", "c", "d", flawed=104)
    assert "104" in vault_words(full)[0]
    states = (full, cut("a", "b", "d", flawed=103), cut("b", "d", "e", flawed=104), cut("b", "d", flawed=2))
    told = [watch.due(state, 0) for state in states]
    assert [one.what.split("/")[-1] if one else None for one in told] == ["b.json", None, "e.json", None]
    assert told[0] is not None
    assert "104" in told[0].what
