"""What is being typed. The window shows the floor's form with the typed fields laid over it.

A pause of typing sends the touched fields. A field being typed is never replaced by anybody else's edit: a
conflict keeps both values until a person chooses. Typed text leaves only when the floor shows it.
"""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, Struct, field
from msgspec.structs import replace

from dispatch.changes import FormChanges, changed_form, difference
from dispatch.commands import ChangeIntake, Command
from dispatch.floor import Floor
from dispatch.refusals import Refusal, StaleForm
from dispatch.words import Form

PAUSE_MS = 400
"""A pause of typing this long sends what was typed."""
NOT_KNOWN = 0
"""The revision looked at before a crash: the newest counts."""


class Sent(Struct):
    """Changes under way: `rev` is the revision they should make, `accepted` means durable at the hub."""

    cid: str
    changes: FormChanges
    rev: int
    accepted: bool = False


class Draft(Struct):
    """Typed fields of one intake: `edits` not yet sent, `under_way` in the order they were sent."""

    edits: FormChanges = FormChanges()
    under_way: list[Sent] = field(default_factory=list)
    typed_at: int = 0
    disputed: tuple[str, ...] = ()
    base_rev: int = 1  # the revision the typist was looking at when the edits began; or NOT_KNOWN
    resting: bool = False  # the hub did not take it: kept, not sent again until typed again


class Forms:
    """All drafts of this seat. `give` sends an order and returns its id."""

    def __init__(self, give: Callable[[Command], str]) -> None:
        self._give = give
        self.open = True
        """False while nothing may be sent: nobody is logged in, or no floor was seen yet."""
        self.drafts: dict[str, Draft] = {}

    def shown(self, floor: Floor, intake_id: str, blank: Form) -> Form:
        """The form as the typist sees it; `blank` where the hub has none yet."""
        intake = floor.intakes.get(intake_id)
        form = intake.form if intake else blank
        draft = self.drafts.get(intake_id)
        return changed_form(form, _overlay(draft)) if draft else form

    def type(
        self, floor: Floor, intake_id: str, values: dict[str, Any], now: int, seen_rev: int | None = None
    ) -> None:
        """The typist set these fields, looking at revision `seen_rev` of them (None: the newest)."""
        seen = _rev(floor, intake_id) if seen_rev is None else seen_rev
        draft = self.drafts.setdefault(intake_id, Draft(base_rev=seen))
        draft.base_rev = min(draft.base_rev, seen) if draft.edits.touched() else seen
        draft.edits = replace(draft.edits, **values)
        draft.typed_at, draft.resting = now, False

    def flush(self, floor: Floor, intake_id: str) -> None:
        """Send what was typed now, even if an earlier change is still under way."""
        draft = self.drafts.get(intake_id)
        if draft is None or not draft.edits.touched() or draft.disputed or not self.open:
            return
        base = max([draft.base_rev or _rev(floor, intake_id), *(sent.rev for sent in draft.under_way)])
        changes, draft.edits = draft.edits, FormChanges()
        cid = self._give(ChangeIntake(intake_id, base, changes))
        draft.under_way.append(Sent(cid, changes, base + 1))

    def flush_all(self, floor: Floor) -> None:
        """What was typed belongs to whoever typed it: it goes before somebody else sits down."""
        for intake_id in list(self.drafts):
            self.flush(floor, intake_id)

    def on_time(self, floor: Floor, now: int) -> None:
        """Send drafts whose typist has paused; drop what the floor shows by now."""
        for intake_id, draft in list(self.drafts.items()):
            self._settle(floor, intake_id, draft)
            idle = not draft.under_way and not draft.resting
            if idle and draft.edits.touched() and now - draft.typed_at >= PAUSE_MS:
                self.flush(floor, intake_id)

    def verdict(self, floor: Floor, intake_id: str, cid: str, refusal: Refusal | None) -> Refusal | None:
        """Settle our change `cid`. Returns the refusal when a person has to choose, else None."""
        draft = self.drafts.get(intake_id)
        sent = next((sent for sent in draft.under_way if sent.cid == cid), None) if draft else None
        if draft is None or sent is None:
            return None
        if refusal is None:
            sent.accepted = True
            self._settle(floor, intake_id, draft)
            return None
        self._take_back(draft, sent)
        if isinstance(refusal, StaleForm):
            draft.disputed = refusal.fields
        else:
            draft.resting = True
        return refusal

    def lost(self, intake_id: str, cid: str) -> None:
        """Nobody knows what became of our change `cid`: the text stays, a person looks."""
        draft = self.drafts.get(intake_id)
        if draft is None:
            return
        for sent in [one for one in draft.under_way if one.cid == cid]:
            self._take_back(draft, sent)
            draft.resting = True

    def _take_back(self, draft: Draft, sent: Sent) -> None:
        draft.under_way.remove(sent)
        draft.edits = FormChanges(**(sent.changes.touched() | draft.edits.touched()))

    def move(self, floor: Floor, intake_id: str, known: str, now: int) -> None:
        """What was typed into a form the hub does not have belongs to the one it has."""
        draft = self.drafts.pop(intake_id, None)
        if draft is not None:
            self.type(floor, known, _overlay(draft).touched(), now)

    def again(self, floor: Floor) -> None:
        """Another floor or another person: nothing rests any longer, and what the floor has is dropped."""
        for key, draft in list(self.drafts.items()):
            draft.resting = False
            intake = floor.intakes.get(key)
            if intake is None or draft.under_way or draft.disputed:
                continue
            draft.edits = difference(intake.form, changed_form(intake.form, draft.edits))
            self._settle(floor, key, draft)

    def choose(self, floor: Floor, intake_id: str, *, mine: bool) -> None:
        """Settle a conflict: send our values over the other's, or let the disputed ones go."""
        draft = self.drafts.get(intake_id)
        if draft is None:
            return
        if not mine:
            draft.edits = replace(draft.edits, **dict.fromkeys(draft.disputed, UNSET))
        draft.disputed, draft.base_rev = (), _rev(floor, intake_id)
        self.flush(floor, intake_id)
        self._settle(floor, intake_id, draft)

    def pending(self, intake_id: str) -> bool:
        """True while anything typed is not confirmed by the hub."""
        draft = self.drafts.get(intake_id)
        return draft is not None and (
            bool(draft.edits.touched()) or any(not sent.accepted for sent in draft.under_way)
        )

    def disputed(self, first: str | None = None) -> str | None:
        """The intake whose typist has to choose between two values, `first` before others; None: none."""
        found = [key for key, draft in self.drafts.items() if draft.disputed]
        return first if first in found else next(iter(found), None)

    def unsent(self) -> dict[str, FormChanges]:
        """All that the hub has not confirmed, for the crash copy."""
        return {key: _overlay(draft) for key, draft in self.drafts.items() if self.pending(key)}

    def restore(self, typed: dict[str, FormChanges]) -> None:
        """Take back what a crashed window had typed; `again` drops what the hub has already."""
        for key, kept in typed.items():
            self.drafts.setdefault(key, Draft(edits=kept, base_rev=NOT_KNOWN))

    def _settle(self, floor: Floor, intake_id: str, draft: Draft) -> None:
        rev = _rev(floor, intake_id)
        draft.under_way = [sent for sent in draft.under_way if not (sent.accepted and rev >= sent.rev)]
        if not draft.under_way and not draft.edits.touched():
            self.drafts.pop(intake_id, None)


def _overlay(draft: Draft) -> FormChanges:
    fields: dict[str, Any] = {}
    for sent in draft.under_way:
        fields |= sent.changes.touched()
    return FormChanges(**(fields | draft.edits.touched()))


def _rev(floor: Floor, intake_id: str) -> int:
    intake = floor.intakes.get(intake_id)
    return intake.rev if intake else 1
