"""Codes and fingerprints as people type them, on any keyboard."""

import pytest

from store.core.enrolment import fingerprint, is_same_fingerprint, plain, selector

SHOWN = fingerprint("k" * 40)


@pytest.mark.parametrize("spaces", ["", " ", "-"])
def test_a_fingerprint_typed_in_full_width_is_the_same(spaces: str) -> None:
    wide = {digit: chr(0xFEE0 + ord(digit)) for digit in "0123456789"}
    typed = spaces.join("".join(wide[digit] for digit in group) for group in SHOWN.split())
    assert is_same_fingerprint(typed, SHOWN)
    assert is_same_fingerprint(SHOWN, SHOWN)


@pytest.mark.parametrize("typed", ["", "1" * 24, "²" * 24, "٣" * 24, SHOWN[:-1], SHOWN + "0"])
def test_anything_else_is_another_one_and_no_fault(typed: str) -> None:
    assert not is_same_fingerprint(typed, SHOWN)


def test_a_code_in_any_case_and_width() -> None:
    assert plain("ａｂｃｄ－ＥＦＧＨ") == plain("abcd efgh") == "ABCDEFGH"
    assert selector("ＡＢＣＤ－ＥＦＧＨ") == "ABCD"
    assert selector("ABCD") == ""
