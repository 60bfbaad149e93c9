"""A supervisor's signature: counts for 30 s, once, and for nothing else than what was signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.conversation import CallPlace
from telephony.errors import EngineError
from telephony.monitoring import (
    BY_CHARS_MAX,
    NOBODY_SIGNED,
    REASON_CHARS_MAX,
    WINDOW_MS,
    MonitorGate,
    MonitorMode,
    MonitorStands,
    MonitorWish,
    read_stands,
    signed,
    stands_value,
)
from telephony.trust import TrustedSources

CALL = "0" * 31 + "7"
BOSS = "1001 王芳"
WISH = MonitorWish(MonitorMode.LISTEN, CALL, BOSS)
NOW = 1_800_000_000_000
DATAGRAM_OCTETS = 1_300
INFO_OCTETS, INVITE_OCTETS = 400, 975
"""All else in them, as the library wrote them (386 and 960), with addresses a little longer."""


def test_a_signed_wish_is_obeyed_once() -> None:
    gate, value = MonitorGate("secret"), signed(WISH, NOW, "secret")
    assert gate.judge(value, NOW + 1000) == (WISH, "")
    assert gate.judge(value, NOW + 1001).reason == "replayed"
    assert gate.judge(signed(WISH, NOW + 1, "secret"), NOW + 1002).reason == ""


@pytest.mark.parametrize("off_ms", [-WINDOW_MS - 1, WINDOW_MS + 1])
def test_out_of_its_time_it_counts_for_nothing(off_ms: int) -> None:
    assert MonitorGate("secret").judge(signed(WISH, NOW, "secret"), NOW + off_ms).reason == "out of time"


def test_a_replay_never_fits_through_the_memory() -> None:
    gate, value = MonitorGate("secret"), signed(WISH, NOW + WINDOW_MS, "secret")
    assert gate.judge(value, NOW).reason == ""
    for later_ms in range(0, 3 * WINDOW_MS, 500):
        assert gate.judge(value, NOW + later_ms).reason in {"replayed", "out of time"}


def test_another_secret_or_none_lets_nobody_in() -> None:
    value = signed(WISH, NOW, "secret")
    assert MonitorGate("other").judge(value, NOW) == (WISH, "wrong signature")
    assert MonitorGate("").judge(signed(WISH, NOW, ""), NOW).reason == "no secret set"


def test_what_was_signed_cannot_be_changed() -> None:
    value = signed(WISH, NOW, "secret")
    for old, new in (("listen", "barge"), (CALL, "1" * 32), (str(NOW), str(NOW + 1)), ("1001", "1002")):
        assert MonitorGate("secret").judge(value.replace(old, new), NOW).reason == "wrong signature"


@given(
    st.text(min_size=1, max_size=90, alphabet=st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]))
)
def test_a_reason_travels_with_it_as_far_as_it_can_be_read(reason: str) -> None:
    wish = MonitorWish(MonitorMode.RELEASE, CALL, BOSS, reason)
    value = signed(wish, NOW, "secret")
    assert value.isascii()
    judged = MonitorGate("secret").judge(value, NOW)
    assert judged.wish is not None
    assert judged == (wish._replace(reason="".join(filter(str.isprintable, reason[:REASON_CHARS_MAX]))), "")
    text, _, signature = value.rpartition(";")
    assert MonitorGate("secret").judge(f"{text}x;{signature}", NOW).reason == "wrong signature"


def test_a_wish_that_names_no_person_is_refused_and_says_so() -> None:
    gate, nobody = MonitorGate("secret"), WISH._replace(by="")
    assert gate.judge(signed(nobody, NOW, "secret"), NOW) == (nobody, NOBODY_SIGNED)
    assert gate.judge(f"listen;{CALL};{NOW};{'0' * 64}", NOW) == (None, NOBODY_SIGNED), "an older console's"
    long = MonitorWish(MonitorMode.LISTEN, CALL, "1001 " + "王" * 40)
    judged = gate.judge(signed(long, NOW, "secret"), NOW)
    assert judged == (long._replace(by=long.by[:BY_CHARS_MAX]), "")


@pytest.mark.parametrize("letter", ["王", "𠮷"])
@pytest.mark.parametrize("mode", MonitorMode)
def test_what_it_adds_to_a_message_leaves_that_a_datagram(mode: MonitorMode, letter: str) -> None:
    """A name and a reason of sixty characters each: what is cut is cut at their ends."""
    wish = MonitorWish(
        mode, CALL, "10010001 " + letter * 60, letter * 60 if mode is MonitorMode.RELEASE else ""
    )
    value = signed(wish, NOW, "secret")
    rest = INFO_OCTETS if mode is MonitorMode.RELEASE else INVITE_OCTETS
    assert len(value) + rest < DATAGRAM_OCTETS
    judged = MonitorGate("secret").judge(value, NOW)
    assert judged.wish is not None
    assert not judged.reason
    assert wish.by.startswith(judged.wish.by)
    assert judged.wish.by.startswith("10010001 " + letter * 8)
    assert wish.reason.startswith(judged.wish.reason)


@given(st.text(max_size=120))
def test_noise_is_refused(noise: str) -> None:
    judged = MonitorGate("secret").judge(noise, NOW)
    assert judged.reason


@pytest.mark.parametrize(
    ("source", "trusted"),
    [
        ("10.1.2.3:5060", True),
        ("10.2.0.1:5060", False),
        ("192.0.2.7:5070", True),
        ("[fd00::1]:5060", True),
        ("10.1.2.3", False),
        ("", False),
        ("nonsense:1", False),
    ],
)
def test_trust_is_by_network_address(source: str, trusted: bool) -> None:
    assert TrustedSources(("10.1.0.0/16", "192.0.2.7", "fd00::/8")).include(source) is trusted


def test_a_source_that_is_no_address_is_said() -> None:
    with pytest.raises(EngineError):
        TrustedSources(("the exchange",))


@pytest.mark.parametrize("mode", list(MonitorMode))
@pytest.mark.parametrize("silent", [False, True])
def test_how_a_leg_stands_goes_and_comes(mode: MonitorMode, silent: bool) -> None:
    stands = MonitorStands(mode, CallPlace.HELD, silent)
    assert read_stands(stands_value(stands)) == stands


@given(st.text())
def test_what_is_no_state_says_nothing(value: str) -> None:
    assert read_stands(value) is None
