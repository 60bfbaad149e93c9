"""Status keys are configuration: which message, pattern or bit means which moment (no published rule exists).

A rule is one `[[gateway.key_rule]]` (`store.config.KeyRule`); the first that fits a message wins, bits count
on their rising edge. What a rule `gives` is a milestone name, "sos" or a state; radio never interprets it.
"""

from collections.abc import Sequence

from radio.errors import KeyRuleError
from radio.terminal.codec import EVENT_REPORT, PASSTHROUGH, QUESTION_ANSWER
from radio.terminal.messages import EventReport, Message, Passthrough, QuestionAnswer
from radio.terminal.position import LocationReport
from store.config import KeyRule

ACCEPTS = "acknowledged"  # what a key gives when the crew takes an order
REFUSES = "refused"  # ... and when it cannot go


_NEEDS = {EVENT_REPORT: "event", QUESTION_ANSWER: "answer", PASSTHROUGH: "type"}


def checked(rules: Sequence[KeyRule]) -> tuple[KeyRule, ...]:
    """The rules, each with one trigger and what belongs to it; KeyRuleError names the one that is wrong."""
    for number, rule in enumerate(rules, start=1):
        triggers = (rule.message, rule.tlv, rule.alarm_bit, rule.status_bit)
        if sum(trigger is not None for trigger in triggers) != 1:
            raise KeyRuleError(f"key_rule {number}: needs exactly one of message, tlv, alarm_bit, status_bit")
        if rule.message is not None and rule.message not in _NEEDS:
            raise KeyRuleError(f"key_rule {number}: message 0x{rule.message:04x} carries no key")
        needed = "bit" if rule.tlv is not None else _NEEDS.get(rule.message or 0)
        if needed and getattr(rule, needed) is None:
            raise KeyRuleError(f"key_rule {number}: {needed} is missing")
    return tuple(rules)


def labels(rules: Sequence[KeyRule]) -> tuple[tuple[int, str], ...]:
    """(event id, label) pairs for 0x8301."""
    return tuple((rule.event, rule.label) for rule in rules if rule.event is not None and rule.label)


def key_of(rules: Sequence[KeyRule], message: Message) -> KeyRule | None:
    """The first rule that fits a key message, None when none does."""
    return next((rule for rule in rules if _fits(rule, message)), None)


def _fits(rule: KeyRule, message: Message) -> bool:
    match message:
        case EventReport(event_id=event_id):
            return rule.message == EVENT_REPORT and rule.event == event_id
        case QuestionAnswer(answer_id=answer_id):
            return rule.message == QUESTION_ANSWER and rule.answer == answer_id
        case Passthrough(kind=kind, content=content):
            return rule.message == PASSTHROUGH and rule.type == kind and _byte_fits(rule, content)
        case _:
            return False


def _byte_fits(rule: KeyRule, content: bytes) -> bool:
    if rule.value is None:
        return True
    return rule.offset < len(content) and content[rule.offset] & rule.mask == rule.value


def bit_rules(rules: Sequence[KeyRule]) -> tuple[KeyRule, ...]:
    """The rules that look at bits of a position."""
    return tuple(rule for rule in rules if rule.message is None)


def set_bits(rules: Sequence[KeyRule], report: LocationReport) -> frozenset[str]:
    """What the set bits of a report give now; compare with the report before to see an edge."""
    return frozenset([rule.gives for rule in rules if _is_set(rule, report)])


def _is_set(rule: KeyRule, report: LocationReport) -> bool:
    if rule.alarm_bit is not None:
        return bool(report.alarm >> rule.alarm_bit & 1)
    if rule.status_bit is not None:
        return bool(report.status >> rule.status_bit & 1)
    raw = report.value(rule.tlv) if rule.tlv is not None else None
    return raw is not None and rule.bit is not None and bool(int.from_bytes(raw, "big") >> rule.bit & 1)
