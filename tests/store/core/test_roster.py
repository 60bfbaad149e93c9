"""The signed roster: the signed bytes count as they are, anything else is nobody's roster."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.core.roster import BadRoster, Machine, MachineRole, Roster, open_roster, seal_roster
from store.core.seals import TOKEN_LABEL, SignKey

KEY = SignKey("roster", b"r" * 32)
ROSTER = Roster(7, (Machine("seat-01", "a" * 40, MachineRole.SEAT, "01", site="02", reserve=True),))
SEALED = seal_roster(ROSTER, KEY)


def test_a_sealed_roster_opens_with_the_public_key() -> None:
    assert open_roster(SEALED, KEY.public) == ROSTER


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(BadRoster, match="not signed"):
        open_roster(SEALED, SignKey("roster", b"s" * 32).public)
    with pytest.raises(BadRoster, match="not signed"):
        open_roster(SEALED, "no key")


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_changed_byte_is_believed(at: int, change: int) -> None:
    damaged = bytearray(SEALED)
    damaged[at] ^= change
    try:
        assert open_roster(bytes(damaged), KEY.public) == ROSTER, "outside of what is signed: spaces, hex"
    except BadRoster:
        return


@given(st.binary(max_size=200))
def test_noise_is_no_roster(noise: bytes) -> None:
    with pytest.raises(BadRoster):
        open_roster(noise, KEY.public)


def test_a_newer_field_does_not_break_an_older_reader() -> None:
    """The bytes are proven as they came, not as this version would write them."""
    newer = SEALED.replace(b'"seat_id"', b'"colour": "red", "seat_id"')
    content = newer[newer.index(b'"roster":') + 9 : -1]
    signature = KEY.sign(b"lingsheng roster\0", content).hex().encode()
    resealed = b'{"signature":"' + signature + b'","roster":' + content + b"}"
    assert open_roster(resealed, KEY.public) == ROSTER
    assert KEY.sign(TOKEN_LABEL, content).hex().encode() != signature
