"""The lines of the latest changes that are about requests between sites."""

from collections.abc import Callable
from typing import Any

from console.i18n import say
from console.models.labels import site_name, word
from console.models.latest_reserve import Words
from console.models.requests import about
from dispatch.floor import Floor
from dispatch.kinds import RequestState
from dispatch.requests import RequestAnswered, RequestMade

ABNORMAL = frozenset({RequestState.RETURNED, RequestState.UNDELIVERED})


def _made(event: RequestMade, floor: Floor) -> Words:
    it = event.request
    ends = {"from_": site_name(floor, it.from_site), "to": site_name(floor, it.to_site)}
    text = say("{kind} {from_} → {to}：{what}", kind=word(it.kind), what=about(floor, it), **ends)
    return it.made_at, text, it.incident_id, False


def _answered(event: RequestAnswered, floor: Floor) -> Words:
    it = floor.requests[event.request_id]
    ends = {"from_": site_name(floor, it.from_site), "to": site_name(floor, it.to_site)}
    became = f"{word(event.state)} {event.reason}".strip()
    text = say("{kind} {from_} → {to}：{became}", kind=word(it.kind), became=became, **ends)
    return event.at, text, it.incident_id, event.state in ABNORMAL


REQUEST_LINES: dict[type, Callable[[Any, Floor], Words]] = {
    RequestMade: _made,
    RequestAnswered: _answered,
}
