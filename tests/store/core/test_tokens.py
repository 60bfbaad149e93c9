"""Tokens: ours only, for one machine only, for their time only."""

from msgspec.structs import replace

from store.core.tokens import LATE_ENTRY_MS_MAX, Token, giver_of, open_token, seal

SECRET = b"k" * 32
NOW = 2_000_000
TOKEN = Token("seat-01", "d1", "s1", 1_000_000, 2_000_000)


def test_a_token_opens_on_its_machine_in_its_time() -> None:
    sealed = seal(TOKEN, SECRET)
    assert open_token(sealed, SECRET, "seat-01", 1_500_000, NOW) == TOKEN
    assert giver_of(sealed) == "d1"


def test_anything_else_does_not() -> None:
    sealed = seal(TOKEN, SECRET)
    assert open_token(sealed, b"x" * 32, "seat-01", 1_500_000, NOW) is None
    assert open_token(sealed, SECRET, "seat-02", 1_500_000, NOW) is None
    assert open_token(sealed, SECRET, "seat-01", 2_000_001, NOW) is None
    assert open_token(sealed, SECRET, "seat-01", 1, NOW) is None
    assert (
        open_token(seal(replace(TOKEN, dispatcher_id="d2"), b"x" * 32), SECRET, "seat-01", 1_500_000, NOW)
        is None
    )
    assert open_token(b"", SECRET, "seat-01", 1_500_000, NOW) is None
    assert giver_of(b"") is None


def test_an_order_older_than_the_log_in_is_taken_only_where_a_late_entry_may_be() -> None:
    issued = 10 * LATE_ENTRY_MS_MAX
    sealed = seal(replace(TOKEN, issued_at=issued, expires_at=issued + 1_000), SECRET)
    hour_before = issued - 3_600_000
    assert open_token(sealed, SECRET, "seat-01", hour_before, issued) is None
    assert open_token(sealed, SECRET, "seat-01", hour_before, issued, LATE_ENTRY_MS_MAX) is not None
    assert (
        open_token(sealed, SECRET, "seat-01", issued - LATE_ENTRY_MS_MAX - 1, issued, LATE_ENTRY_MS_MAX)
        is None
    )


def test_an_order_dated_back_does_not_revive_an_old_log_in() -> None:
    sealed = seal(TOKEN, SECRET)
    last = TOKEN.expires_at + LATE_ENTRY_MS_MAX
    assert open_token(sealed, SECRET, "seat-01", 1_500_000, last) == TOKEN, "it waited out a break"
    assert open_token(sealed, SECRET, "seat-01", 1_500_000, last + 1) is None
