"""The word of a pause's reason, which travels as text."""

from console.models.labels import word
from dispatch.distribution import PauseReason

REASONS = {reason.value: reason for reason in PauseReason}


def reason_word(reason: str) -> str:
    """What is no reason of ours stands as it is."""
    known = REASONS.get(reason)
    return word(known) if known is not None else reason
