"""Tokens: of an enrolled hub or relay only, for one machine's key only, for their time only."""

import pytest
from msgspec.structs import replace

from store.core.roster import Machine, MachineRole, sign_keys
from store.core.seals import HEAD_LABEL, SEAL_BYTES, SignKey
from store.core.tokens import LATE_ENTRY_MS_MAX, TOKEN_BYTES_MAX, Seals, Token, giver_of, open_token, seal

OURS = SignKey("hub", b"k" * 32)
RELAY = SignKey("relay-02", b"r" * 32)
STRANGER = SignKey("hub", b"x" * 32)
NOW = 2_000_000
KEY = "k" * 40
TOKEN = Token(KEY, "d1", "s1", 1_000_000, 2_000_000)


@pytest.fixture
def seals() -> Seals:
    return Seals(OURS)


def test_a_token_opens_on_its_machine_in_its_time(seals: Seals) -> None:
    sealed = seal(TOKEN, OURS)
    assert open_token(sealed, seals, KEY, 1_500_000, NOW) == replace(TOKEN, issuer="hub")
    assert giver_of(sealed) == "d1"


def test_anything_else_does_not(seals: Seals) -> None:
    sealed = seal(TOKEN, OURS)
    assert open_token(sealed, Seals(STRANGER), KEY, 1_500_000, NOW) is None
    assert open_token(sealed, seals, "j" * 40, 1_500_000, NOW) is None
    assert open_token(sealed, seals, KEY, 2_000_001, NOW) is None
    assert open_token(sealed, seals, KEY, 1, NOW) is None
    forged = seal(replace(TOKEN, dispatcher_id="d2"), STRANGER)
    assert open_token(forged, seals, KEY, 1_500_000, NOW) is None
    body = sealed[SEAL_BYTES:]
    assert seals.proven(OURS.sign(HEAD_LABEL, body) + body) is None, "signed for another purpose"
    assert seals.proven(sealed + b"x" * TOKEN_BYTES_MAX) is None
    assert open_token(b"", seals, KEY, 1_500_000, NOW) is None
    assert giver_of(b"") is None


def test_every_site_proves_the_tokens_of_every_enrolled_one_and_of_nobody_else(seals: Seals) -> None:
    sealed = seal(TOKEN, RELAY)
    assert seals.proven(sealed) is None
    relay = Machine("relay-02", "r" * 40, MachineRole.RELAY, sign_key=RELAY.public)
    seals.trust(sign_keys([relay, Machine("seat-01", KEY, MachineRole.SEAT)]))
    assert seals.proven(sealed) == replace(TOKEN, issuer="relay-02")
    assert seals.proven(seal(TOKEN, OURS)) is not None, "its own always count"
    seals.trust({})
    assert seals.proven(sealed) is None, "struck off: what it sealed before counts no more"


@pytest.mark.parametrize("role", [MachineRole.SEAT, MachineRole.WALL, MachineRole.GATEWAY])
def test_nobody_but_hubs_and_relays_seals_whatever_key_the_roster_has(
    seals: Seals, role: MachineRole
) -> None:
    """Every new machine brings a sign key with its code: a seat would log in as whom it likes."""
    mallory = SignKey("seat-07", b"m" * 32)
    seals.trust(sign_keys([Machine("seat-07", KEY, role, sign_key=mallory.public)]))
    assert seals.proven(seal(TOKEN, mallory)) is None


def test_a_name_in_the_roster_does_not_replace_our_own_key(seals: Seals) -> None:
    seals.trust({"hub": STRANGER.public})
    assert seals.proven(seal(TOKEN, STRANGER)) is None
    assert seals.proven(seal(TOKEN, OURS)) is not None


def test_an_order_older_than_the_log_in_is_taken_only_where_a_late_entry_may_be(seals: Seals) -> None:
    issued = 10 * LATE_ENTRY_MS_MAX
    sealed = seal(replace(TOKEN, issued_at=issued, expires_at=issued + 1_000), OURS)
    hour_before = issued - 3_600_000
    assert open_token(sealed, seals, KEY, hour_before, issued) is None
    assert open_token(sealed, seals, KEY, hour_before, issued, LATE_ENTRY_MS_MAX) is not None
    too_early = issued - LATE_ENTRY_MS_MAX - 1
    assert open_token(sealed, seals, KEY, too_early, issued, LATE_ENTRY_MS_MAX) is None


def test_an_order_dated_back_does_not_revive_an_old_log_in(seals: Seals) -> None:
    sealed = seal(TOKEN, OURS)
    last = TOKEN.expires_at + LATE_ENTRY_MS_MAX
    assert open_token(sealed, seals, KEY, 1_500_000, last) is not None, "it waited out a break"
    assert open_token(sealed, seals, KEY, 1_500_000, last + 1) is None
