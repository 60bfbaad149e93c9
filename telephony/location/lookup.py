"""Asking where a caller is: the operator's one query per call (打一查一) and the link sent by SMS.

`LocationLookup` is the port an operator's or a city's service is joined to; `LookupDesk` keeps the book
(pure): one question per call and way, time-outs, late answers, why it was allowed, how often it worked.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from dispatch.whereabouts import ASK_AGAIN, Basis, Outcome, Way
from telephony.location.found import Location

KEPT_MAX = 2_000
K = TypeVar("K")
V = TypeVar("V")


ANSWER_MS_MAX = {Way.OPERATOR: 15_000, Way.SUBSCRIBER: 10_000, Way.SMS_LINK: 180_000}


CLAUSES = {
    Basis.EMERGENCY: "个人信息保护法第十三条第一款第（四）项",
    Basis.CONSENT: "个人信息保护法第十三条第一款第（一）项",
}


class LookupRequest(Struct, frozen=True):
    """`asked_by`: the dispatcher's id. `clause`: what it was allowed by, kept with it."""

    lookup_id: str
    call_id: str
    number: str
    way: Way
    basis: Basis
    asked_by: str
    asked_at_ms: int
    clause: str = ""


class LookupAnswer(Struct, frozen=True, omit_defaults=True):
    """`location` only when LOCATED. `late`: it came after its time-out had been told, and still counts."""

    lookup_id: str
    call_id: str
    way: Way
    outcome: Outcome
    at_ms: int
    location: Location | None = None
    subscriber_name: str = ""
    subscriber_address: str = ""
    operator: str = ""
    detail: str = ""
    late: bool = False


class LocationLookup(Protocol):
    """A service that can be asked. Answers come by `on_answer`, on any thread, at most once a request."""

    @property
    def ways(self) -> frozenset[Way]: ...

    def start(self, on_answer: Callable[[LookupAnswer], None]) -> None: ...

    def ask(self, request: LookupRequest) -> None:
        """Returns at once and never raises; trouble is an answer `FAILED`."""

    def stop(self) -> None: ...


class Tally(Struct, frozen=True):
    """手机定位成功率: located of asked."""

    asked: int = 0
    located: int = 0


class LookupDesk:
    """Pure book-keeping; time is an argument. Keeps the last `KEPT_MAX` requests."""

    def __init__(self) -> None:
        self._open: dict[str, LookupRequest] = {}
        self._timed_out: dict[str, LookupRequest] = {}
        self._asked: dict[tuple[str, Way], str] = {}
        self._tallies: dict[tuple[Way, str], Tally] = {}

    def ask(self, request: LookupRequest) -> LookupRequest | LookupAnswer:
        """The request to hand on with its clause, or the answer that says why not."""
        if not request.number:
            return _answer(request, Outcome.NO_NUMBER, request.asked_at_ms)
        key = (request.call_id, request.way)
        if key in self._asked:
            return _answer(request, Outcome.ALREADY_ASKED, request.asked_at_ms)
        self._asked[key] = request.lookup_id
        noted = replace(request, clause=request.clause or CLAUSES[request.basis])
        self._open[request.lookup_id] = noted
        _keep_newest(self._asked)
        _keep_newest(self._timed_out)
        return noted

    def answered(self, answer: LookupAnswer) -> LookupAnswer | None:
        """The answer to show; None when nobody asked for it or it came twice."""
        late = self._timed_out.pop(answer.lookup_id, None)
        request = self._open.pop(answer.lookup_id, late)
        if request is None:
            return None
        if answer.outcome in ASK_AGAIN:
            self._asked.pop((request.call_id, request.way), None)  # it may be asked again
        self._count(answer, again=late is not None)
        named = replace(answer, call_id=request.call_id, way=request.way)
        return replace(named, late=late is not None)

    def due(self, now_ms: int) -> tuple[LookupAnswer, ...]:
        """The questions whose time is over; each is told once, a late answer is still taken."""
        over = [r for r in self._open.values() if now_ms - r.asked_at_ms >= ANSWER_MS_MAX[r.way]]
        for request in over:
            self._timed_out[request.lookup_id] = self._open.pop(request.lookup_id)
            self._asked.pop((request.call_id, request.way), None)
        answers = tuple(_answer(request, Outcome.TIMED_OUT, now_ms) for request in over)
        for answer in answers:
            self._count(answer, again=False)
        return answers

    def tallies(self) -> dict[tuple[Way, str], Tally]:
        """By way and operator; the operator of what was never answered is ""."""
        return dict(self._tallies)

    def _count(self, answer: LookupAnswer, *, again: bool) -> None:
        """A late answer moves from the unanswered to its operator."""
        if again:
            old = self._tallies[answer.way, ""]
            self._tallies[answer.way, ""] = Tally(old.asked - 1, old.located)
        key = (answer.way, answer.operator)
        old = self._tallies.get(key, Tally())
        self._tallies[key] = Tally(old.asked + 1, old.located + (answer.outcome is Outcome.LOCATED))


def _keep_newest(kept: dict[K, V]) -> None:
    while len(kept) > KEPT_MAX:
        del kept[next(iter(kept))]


def _answer(request: LookupRequest, outcome: Outcome, at_ms: int) -> LookupAnswer:
    return LookupAnswer(request.lookup_id, request.call_id, request.way, outcome, at_ms)
