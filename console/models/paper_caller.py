"""What the network said of a caller, on paper: where, how sure, how measured and when; crash, subscriber.

A page has little room: the best places, one line a topic, grave things first.
"""

from typing import TYPE_CHECKING

from console.i18n import say
from console.models.caller_details import TOPICS, YES, is_grave, name_words, topic_words, value_words
from console.models.whereabouts import best_first, is_taken, known
from console.models.whereabouts_words import look_up_words, printed
from dispatch.whereabouts import CallerDetail
from dispatch.words import Place

if TYPE_CHECKING:
    from console.models.desk import Desk

PLACES_ON_PAPER_MAX = 3
LOOK_UPS_ON_PAPER_MAX = 3
TOPIC_CHARS_MAX = 240


def caller_lines(desk: "Desk", call_id: str | None, in_form: Place) -> list[tuple[str, str]]:
    """Lines of (label, words) about this call. `in_form`: to mark the place that was taken."""
    if call_id is None:
        return []
    call = known(desk, call_id)
    places = best_first(call.places)
    lines = []
    for place in places[:PLACES_ON_PAPER_MAX]:
        taken = say("（已采用）") if is_taken(in_form, place) else ""
        lines.append((say("来电定位"), f"{printed(place)}{taken}"))
    if len(places) > PLACES_ON_PAPER_MAX:
        lines.append(("", say("另有 {n} 处定位未印", n=len(places) - PLACES_ON_PAPER_MAX)))
    lines += [(say("定位查询"), look_up_words(one)) for one in call.look_ups[-LOOK_UPS_ON_PAPER_MAX:]]
    for topic in TOPICS:
        words = _topic([one for one in call.details if one.topic == topic])
        if words:
            lines.append((topic_words(topic), words))
    return lines


def _topic(details: list[CallerDetail]) -> str:
    """All of it in one line; cut where there is too much, and that is said."""
    ordered = sorted(details, key=lambda one: not is_grave(one))
    words = "；".join(_detail(one) for one in ordered)
    return words if len(words) <= TOPIC_CHARS_MAX else words[:TOPIC_CHARS_MAX] + say("…（未印全）")


def _detail(one: CallerDetail) -> str:
    name = f"‼{name_words(one)}" if is_grave(one) else name_words(one)
    return name if one.value == YES else f"{name} {value_words(one)}"
