"""Who talks with the operator and who waits: pure, total rules over the calls' places.

One conversation at a time is the operator's. Whoever enters it puts the others on hold, except into a
conference. Real and virtual phone use these same rules. Nothing here changes the mapping
it was given.
"""

import enum
from collections.abc import Collection, Mapping

from telephony.errors import NotNowError


class CallPlace(enum.StrEnum):
    """Where a call stands among the others. `ALONE`: it has its own voice and is nobody's conversation."""

    TALK = "talk"  # with the operator; several together are a conference
    HELD = "held"  # hears the hold announcement and nobody
    ASIDE = "aside"  # with each other, the operator has left them
    TAKEN = "taken"  # with the supervisor who took the call over
    ALONE = "alone"


Places = Mapping[str, CallPlace]
TALK, HELD, ASIDE, TAKEN = CallPlace.TALK, CallPlace.HELD, CallPlace.ASIDE, CallPlace.TAKEN


def in_place(places: Places, place: CallPlace) -> list[str]:
    """The calls there."""
    return [call_id for call_id, p in places.items() if p is place]


def talk_to(places: Places, call_id: str) -> Places:
    """The operator talks with this one and no other: answer, dial, resume, swap, split a conference."""
    others = [c for c in in_place(places, TALK) if c != call_id]
    return _settled(_moved(_moved(places, others, HELD), [call_id], TALK))


def hold(places: Places, call_id: str) -> Places:
    return _settled(_moved(places, [call_id], HELD))


def confer(places: Places, call_ids: Collection[str]) -> Places:
    """These calls join whoever the operator talks with. Raises `NotNowError` for calls that cannot."""
    if any(places.get(c) in {None, CallPlace.ALONE} for c in call_ids):
        raise NotNowError("no such call to confer with")
    return _settled(_moved(places, list(call_ids), TALK))


def leave(places: Places) -> Places:
    """The operator leaves a conference, its members talk on. Raises `NotNowError` when nobody would."""
    members = in_place(places, TALK)
    if len(members) < 2:
        raise NotNowError("there is no conference to leave")
    if in_place(places, ASIDE):
        raise NotNowError("another conference goes on without the operator")
    return _moved(places, members, ASIDE)


def rejoin(places: Places) -> Places:
    """Back into the conference that was left; whoever the operator talks with goes on hold."""
    members = in_place(places, ASIDE)
    if not members:
        raise NotNowError("there is no conference to return to")
    return _moved(_moved(places, in_place(places, TALK), HELD), members, TALK)


def take_over(places: Places, call_id: str) -> Places:
    """A supervisor takes this call and its conference. Raises `NotNowError` outside a conversation."""
    place = places.get(call_id)
    if place not in {TALK, ASIDE}:
        raise NotNowError("the call is not in conversation")
    return _moved(places, in_place(places, place), TAKEN)


def give_back(places: Places) -> Places:
    """The supervisor is gone: the operator has the calls again, on hold when talking with somebody else."""
    return _moved(places, in_place(places, TAKEN), HELD if in_place(places, TALK) else TALK)


def ended(places: Places, call_id: str) -> Places:
    """Without this call; the last one of a conference without operator waits on hold for somebody."""
    return _settled({c: p for c, p in places.items() if c != call_id})


def _moved(places: Places, call_ids: Collection[str], place: CallPlace) -> Places:
    return {**places, **dict.fromkeys(call_ids, place)}


def _settled(places: Places) -> Places:
    aside = in_place(places, ASIDE)
    return _moved(places, aside, HELD) if len(aside) == 1 else places
