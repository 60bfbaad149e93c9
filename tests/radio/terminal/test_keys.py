"""Key rules from configuration tables."""

import tomllib

import msgspec
import pytest

from radio.errors import KeyRuleError
from radio.terminal.keys import bit_rules, checked, key_of, labels, set_bits
from radio.terminal.messages import EventReport, Heartbeat, Passthrough, QuestionAnswer
from radio.terminal.position import LocationReport
from store.config import DEFAULT_KEY_RULES, KeyRule

TOML = """
[[key_rule]]
message = 0x0301
event = 2
gives = "departed"
[[key_rule]]
message = 0x0900
type = 0xF1
offset = 1
mask = 0x0F
value = 3
gives = "on_scene"
[[key_rule]]
message = 0x0900
type = 0xF1
gives = "any other"
[[key_rule]]
tlv = 0xE5
bit = 3
gives = "at_hospital"
[[key_rule]]
alarm_bit = 0
gives = "sos"
[[key_rule]]
status_bit = 15
gives = "rear_door"
"""
RULES = checked(msgspec.convert(tomllib.loads(TOML)["key_rule"], list[KeyRule]))


def test_first_match_wins() -> None:
    gives = [key_of(RULES, message) for message in (EventReport(2), Passthrough(0xF1, b"\x00\x73"))]
    assert [rule.gives for rule in gives if rule] == ["departed", "on_scene"]
    short = key_of(RULES, Passthrough(0xF1, b"\x00"))
    assert short is not None
    assert short.gives == "any other"
    assert key_of(RULES, Passthrough(0xF2, b"\x00\x03")) is None
    assert key_of(RULES, EventReport(3)) is None
    assert key_of(RULES, Heartbeat()) is None


def test_bits() -> None:
    report = LocationReport(1, 1 << 15, 0, 0, 0, 0, 0, bytes(6), ((0xE5, b"\x00\x08"),))
    assert set_bits(bit_rules(RULES), report) == {"at_hospital", "sos", "rear_door"}
    assert set_bits(bit_rules(RULES), LocationReport(0, 0, 0, 0, 0, 0, 0, bytes(6))) == set()


def test_default_map() -> None:
    rules = checked(DEFAULT_KEY_RULES)
    assert labels(rules)[1] == (2, "出车")
    answered = key_of(rules, QuestionAnswer(1, 1))
    assert answered is not None
    assert answered.gives == "acknowledged"


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (KeyRule("x", message=0x0301), "event is missing"),
        (KeyRule("x", message=0x0302), "answer is missing"),
        (KeyRule("x", message=0x0200), "carries no key"),
        (KeyRule("x", tlv=1), "bit is missing"),
        (KeyRule("x"), "exactly one"),
        (KeyRule("x", alarm_bit=0, tlv=1, bit=0), "exactly one"),
    ],
)
def test_wrong_rules_are_named(rule: KeyRule, says: str) -> None:
    with pytest.raises(KeyRuleError, match=f"key_rule 2.*{says}"):
        checked([KeyRule("sos", alarm_bit=0), rule])
