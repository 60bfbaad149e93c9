"""Status keys are configuration: which message, pattern or bit means which moment (no published rule exists).

A rule is one table of the configuration; the first rule that fits a message wins, bits count on
their rising edge. What a rule `gives` is a milestone name, "sos" or a state; radio never interprets it.
"""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from radio.errors import KeyRuleError
from radio.terminal.codec import EVENT_REPORT, PASSTHROUGH, QUESTION_ANSWER
from radio.terminal.messages import EventReport, Message, Passthrough, QuestionAnswer
from radio.terminal.position import LocationReport

ACCEPTS = "acknowledged"  # what a key gives when the crew takes an order
REFUSES = "refused"  # ... and when it cannot go


class KeyRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[key_rule]]` table. Exactly one trigger:

    message = 0x0301 with event; 0x0302 with answer; 0x0900 with type (+ offset, mask, value in its bytes);
    tlv with bit (counted from the lowest bit of the value); alarm_bit; status_bit.
    `label` is what 0x8301 shows on the terminal's key, "" for none.
    """

    gives: str
    label: str = ""
    message: int | None = None
    event: int | None = None
    answer: int | None = None
    type: int | None = None
    offset: int = 0
    mask: int = 0xFF
    value: int | None = None
    tlv: int | None = None
    bit: int | None = None
    alarm_bit: int | None = None
    status_bit: int | None = None


DEFAULT_TABLES: tuple[Mapping[str, object], ...] = (
    {"message": EVENT_REPORT, "event": 1, "gives": ACCEPTS, "label": "接收任务"},
    {"message": EVENT_REPORT, "event": 2, "gives": "departed", "label": "出车"},
    {"message": EVENT_REPORT, "event": 3, "gives": "on_scene", "label": "到达现场"},
    {"message": EVENT_REPORT, "event": 4, "gives": "patient_aboard", "label": "病人上车"},
    {"message": EVENT_REPORT, "event": 5, "gives": "at_hospital", "label": "到达医院"},
    {"message": EVENT_REPORT, "event": 6, "gives": "completed", "label": "完成"},
    {"message": EVENT_REPORT, "event": 7, "gives": "returned", "label": "回站"},
    {"message": EVENT_REPORT, "event": 8, "gives": "suspended", "label": "暂停"},
    {"message": EVENT_REPORT, "event": 9, "gives": "assistance", "label": "请求支援"},
    {"message": QUESTION_ANSWER, "answer": 1, "gives": ACCEPTS},
    {"message": QUESTION_ANSWER, "answer": 2, "gives": REFUSES},
    {"alarm_bit": 0, "gives": "sos"},
)

_NEEDS = {EVENT_REPORT: "event", QUESTION_ANSWER: "answer", PASSTHROUGH: "type"}


def read_rules(tables: Sequence[Mapping[str, object]]) -> tuple[KeyRule, ...]:
    """Checked rules; KeyRuleError names the table that is wrong."""
    return tuple(_rule(number, table) for number, table in enumerate(tables, start=1))


def _rule(number: int, table: Mapping[str, object]) -> KeyRule:
    try:
        rule = msgspec.convert(dict(table), KeyRule)
    except msgspec.ValidationError as wrong:
        raise KeyRuleError(f"key_rule {number}: {wrong}") from wrong
    triggers = (rule.message, rule.tlv, rule.alarm_bit, rule.status_bit)
    if sum(trigger is not None for trigger in triggers) != 1:
        raise KeyRuleError(f"key_rule {number}: needs exactly one of message, tlv, alarm_bit, status_bit")
    if rule.message is not None and rule.message not in _NEEDS:
        raise KeyRuleError(f"key_rule {number}: message 0x{rule.message:04x} carries no key")
    needed = "bit" if rule.tlv is not None else _NEEDS.get(rule.message or 0)
    if needed and getattr(rule, needed) is None:
        raise KeyRuleError(f"key_rule {number}: {needed} is missing")
    return rule


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
