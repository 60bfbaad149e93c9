"""What an exchange tells, as orders for the hub: pure. `ahead_ms`: hub time minus the exchange's."""

import hashlib

from dispatch.distribution import QueuedCall, ReportGaveUp
from telephony.acd.port import CallerGaveUp, QueuePicture


def queued_calls(picture: QueuePicture, ahead_ms: int) -> tuple[QueuedCall, ...]:
    """Who waits, in their order."""
    return tuple(
        QueuedCall(one.call, one.number, one.since_ms + ahead_ms, one.overflowed) for one in picture.waiting
    )


def gave_up(fact: CallerGaveUp, ahead_ms: int, site: str = "") -> ReportGaveUp:
    """The id is made from the exchange's name of the call, the same whoever reports it."""
    at = fact.at_ms + ahead_ms
    named = fact.call or f"{fact.number}/{fact.at_ms // 1000}"
    call_id = hashlib.sha256(f"{fact.queue}/{named}".encode()).hexdigest()[:32]
    return ReportGaveUp(call_id, fact.queue, fact.number, at - (fact.waited_ms or 0), at, site)
