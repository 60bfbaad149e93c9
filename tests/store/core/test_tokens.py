"""Tokens: ours only, for one machine only, for their time only."""

from msgspec.structs import replace

from store.core.tokens import LATE_ENTRY_MS_MAX, Token, giver_of, open_token, seal

SECRET = b"k" * 32
TOKEN = Token("seat-01", "d1", "s1", 1_000_000, 2_000_000)


def test_a_token_opens_on_its_machine_in_its_time() -> None:
    sealed = seal(TOKEN, SECRET)
    assert open_token(sealed, SECRET, "seat-01", 1_500_000) == TOKEN
    assert giver_of(sealed) == "d1"


def test_anything_else_does_not() -> None:
    sealed = seal(TOKEN, SECRET)
    assert open_token(sealed, b"x" * 32, "seat-01", 1_500_000) is None
    assert open_token(sealed, SECRET, "seat-02", 1_500_000) is None
    assert open_token(sealed, SECRET, "seat-01", 2_000_001) is None
    assert open_token(sealed, SECRET, "seat-01", 1) is None
    assert (
        open_token(seal(replace(TOKEN, dispatcher_id="d2"), b"x" * 32), SECRET, "seat-01", 1_500_000) is None
    )
    assert open_token(b"", SECRET, "seat-01", 1_500_000) is None
    assert giver_of(b"") is None


def test_an_order_older_than_the_log_in_is_taken_only_where_a_late_entry_may_be() -> None:
    issued = 10 * LATE_ENTRY_MS_MAX
    sealed = seal(replace(TOKEN, issued_at=issued, expires_at=issued + 1_000), SECRET)
    hour_before = issued - 3_600_000
    assert open_token(sealed, SECRET, "seat-01", hour_before) is None
    assert open_token(sealed, SECRET, "seat-01", hour_before, LATE_ENTRY_MS_MAX) is not None
    assert open_token(sealed, SECRET, "seat-01", issued - LATE_ENTRY_MS_MAX - 1, LATE_ENTRY_MS_MAX) is None
