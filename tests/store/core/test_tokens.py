"""Tokens: ours only, for one machine only, for their time only."""

from msgspec.structs import replace

from store.core.tokens import Token, giver_of, open_token, seal

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
