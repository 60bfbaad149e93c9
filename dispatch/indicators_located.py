"""手机定位成功率: how often a question where a caller is was answered with a place, by operator."""

from dispatch.figure import Figure
from dispatch.whereabouts import LookUp, Outcome
from dispatch.words import Call

ALL = "located"


def located_figures(calls: list[Call]) -> tuple[Figure, ...]:
    """Questions still open count as not answered; the operator of what nobody answered is ""."""
    asked = [one for call in calls for one in call.look_ups]
    operators = sorted({one.operator for one in asked})
    each = (_share(f"{ALL}_{name or 'unknown'}", [one for one in asked if one.operator == name])
            for name in operators)  # fmt: skip
    return _share(ALL, asked), *each


def _share(name: str, asked: list[LookUp]) -> Figure:
    found = sum(one.outcome is Outcome.LOCATED for one in asked)
    definition = "questions answered with a place / questions asked"
    return Figure(name, definition, found / len(asked) if asked else None, len(asked), share=True)
