"""The heart of the write path: a batch of orders in, journal rows, verdicts and the floor after it out.

Pure; runs inside the store's transaction and in the simulator. Rules kept here: one verdict per command id,
refusals included; a repeated id gets the stored verdict; nobody is answered before `after` has its verdict.
What another site accepted while it was apart is never refused: merged, known, or a conflict for a person.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dispatch.apply import apply
from dispatch.decide import decide
from dispatch.decide_late import in_conflict
from dispatch.decision import Decision
from dispatch.events import ConflictFound, Event
from dispatch.floor import TABLES, Floor, Ref, copy_of
from dispatch.order import Order
from dispatch.refusals import InConflict, NotAllowed, NotPossible, Refusal, TooLate
from dispatch.rights import may
from dispatch.scopes import held_elsewhere
from dispatch.sites import CITY
from store.core.decided import Decided
from store.core.hlc import next_hlc
from store.core.journal import Head, row_hash
from store.core.wire import Entry, Epoch, Verdict, encode, typed

BATCH_MAX = 64
"""Commands in one transaction."""
INTERNAL_ERROR = NotPossible("internal_error")
STORE_REFUSED = NotPossible("store_constraint")
UNSUPPORTED = NotPossible("unsupported_command")

_refusals: msgspec.msgpack.Decoder[Refusal] = msgspec.msgpack.Decoder(Refusal)


class Work(Struct, frozen=True):
    """One command on its way to its verdict. `refusal` is set where the hub already knows it cannot be."""

    cid: str
    machine: str
    order: Order | None
    deadline_at: int
    after: str | None = None
    refusal: Refusal | None = None
    site: str = ""
    """Where the machine stands by the roster; "" is the centre, or the hub's own order."""

    @property
    def kind(self) -> str:
        """The command's name; "" when it could not be read."""
        return type(self.order.command).__name__ if self.order else ""

    @property
    def by(self) -> str:
        return (self.order.dispatcher_id or "") if self.order else ""

    @property
    def seat_id(self) -> str:
        return (self.order.seat_id or "") if self.order else ""


class Changed(Struct, frozen=True):
    """The last form of a thing after event `seq`; `thing` None: it left the floor as the store knows it."""

    seq: int
    thing: Any | None
    on_floor: bool = True


class Batch(Struct):
    """What a batch came to. `answers`: (verdict, repeated). `held` have to wait for their predecessor.

    `renewed` are verdicts that stood otherwise before; `faults` name our own broken rules. `decided`: what
    of all this goes into the store and to the copies.
    """

    floor: Floor
    head: Head
    entries: list[Entry] = []
    verdicts: list[Verdict] = []
    answers: list[tuple[Verdict, bool]] = []
    held: list[str] = []
    changed: dict[Ref, Changed] = {}
    faults: list[str] = []
    renewed: list[Verdict] = []
    decided: list[Decided] = []


def ids_to_look_up(works: Iterable[Work]) -> set[str]:
    """The command ids whose stored verdicts `decide_batch` needs."""
    return {cid for work in works for cid in (work.cid, work.after) if cid is not None}


def decide_batch(
    floor: Floor,
    works: Iterable[Work],
    known: Mapping[str, Verdict],
    head: Head,
    epoch: Epoch,
    now_ms: int,
    scope: str = CITY,
    desk: Floor | None = None,
) -> Batch:
    """Decide the works in order on a copy of the floor. Raises whatever a broken rule of ours raises.

    `scope`: what the hub of `epoch.site` commands. `desk`: a floor equal to `floor` to work on, which is
    changed: then only the tables that change are copied; it is of no use any more when this raises.
    """
    batch = Batch(copy_of(floor) if desk is None else desk, head)
    settled = dict(known)
    for work in works:
        verdict = settled.get(work.cid)
        if verdict is not None and _is_refused_twin(work, verdict):
            verdict = settled[work.cid] = _keep_twin(batch, work, epoch, now_ms)
            batch.renewed.append(verdict)
            batch.answers.append((verdict, False))
        elif verdict is not None:
            batch.answers.append((verdict, True))
        elif work.after is not None and work.after not in settled:
            batch.held.append(work.cid)
        else:
            refusal = _carry_out(batch, work, epoch, now_ms, scope)
            verdict = Verdict(work.cid, batch.head.seq, encode(refusal) if refusal else b"", epoch)
            settled[work.cid] = verdict
            batch.verdicts.append(verdict)
            batch.answers.append((verdict, False))
    if desk is not None:
        batch.floor = _with_changes(floor, desk, {table for table, _ in batch.changed})
    return batch


def _with_changes(before: Floor, desk: Floor, changed: Collection[str]) -> Floor:
    """A floor nobody will change: tables without a change are those of `before`."""
    tables = {table: getattr(before, table) for table in TABLES}
    return Floor(**tables | {table: dict(getattr(desk, table)) for table in changed})


def decide_alone(
    floor: Floor,
    work: Work,
    known: Mapping[str, Verdict],
    head: Head,
    epoch: Epoch,
    now_ms: int,
    scope: str = CITY,
) -> Batch:
    """As `decide_batch` for one command; if our own rule breaks on it, it is refused and named as a fault."""
    try:
        return decide_batch(floor, [work], known, head, epoch, now_ms, scope)
    except Exception as error:  # noqa: BLE001 - the loop that owns the message sets it aside
        return refused(floor, work, head, epoch, INTERNAL_ERROR, repr(error), now_ms)


def refused(
    floor: Floor, work: Work, head: Head, epoch: Epoch, refusal: Refusal, fault: str, now_ms: int
) -> Batch:
    """The batch of one command that decide or a constraint of the store broke on."""
    batch = Batch(floor, head, faults=[f"{work.kind} {work.cid}: {fault}"])
    if work.order is not None and work.order.late is not None:
        batch.floor = copy_of(floor)
        for event in in_conflict(batch.floor, work.order, work.order.late, refusal, now_ms):
            _journal(batch, work, event, epoch, now_ms)
        refusal = InConflict(f"x{work.cid}")
    verdict = Verdict(work.cid, batch.head.seq, encode(refusal), epoch)
    batch.verdicts.append(verdict)
    batch.answers.append((verdict, False))
    return batch


def decided_by(verdicts: Iterable[Verdict], works: Iterable[Work], now_ms: int) -> list[Decided]:
    """The verdicts with their orders, as they are kept. `now_ms`: when."""
    by_cid = {work.cid: work for work in works}
    return [_decided(verdict, by_cid[verdict.cid], now_ms) for verdict in verdicts]


def _decided(verdict: Verdict, work: Work, now_ms: int) -> Decided:
    """The order is what a site would hand in if it turned out that another one commanded."""
    kept = work.order is not None and (not verdict.refusal or is_conflict(verdict))
    return Decided(
        cid=verdict.cid,
        seq=verdict.seq,
        epoch=verdict.epoch,
        refusal=verdict.refusal,
        kind=work.kind,
        machine=work.machine,
        by=work.by,
        seat_id=work.seat_id,
        site=work.site,
        at=now_ms,
        order=encode(work.order) if kept else b"",
    )


def _is_refused_twin(work: Work, verdict: Verdict) -> bool:
    """The giver was told no here, after another site had accepted the same order."""
    is_late = work.order is not None and work.order.late is not None
    return is_late and bool(verdict.refusal) and not is_conflict(verdict)


def _keep_twin(batch: Batch, work: Work, epoch: Epoch, now_ms: int) -> Verdict:
    """Whoever was told no must not see it happen: a person settles it."""
    assert work.order is not None
    assert work.order.late is not None
    for event in in_conflict(batch.floor, work.order, work.order.late, NotPossible("refused_here"), now_ms):
        _journal(batch, work, event, epoch, now_ms)
    return Verdict(work.cid, batch.head.seq, encode(InConflict(f"x{work.cid}")), epoch)


def is_conflict(verdict: Verdict) -> bool:
    """True when the order waits, or waited, for a person to settle it."""
    return bool(verdict.refusal) and isinstance(refusal_of(verdict.refusal), InConflict)


def result_of_late(verdict: Verdict, *, repeated: bool) -> str:
    """What the site that handed it in is told: merged, repeated or conflict."""
    if is_conflict(verdict):
        return "conflict"
    return "repeated" if repeated else "merged"


def _carry_out(batch: Batch, work: Work, epoch: Epoch, now_ms: int, scope: str) -> Refusal | None:
    order = work.order
    late = order is not None and order.late is not None
    if work.refusal is not None and not late:
        return work.refusal
    if now_ms > work.deadline_at and not late:
        return TooLate(work.deadline_at)
    if order is None:
        return UNSUPPORTED
    elsewhere = held_elsewhere(batch.floor, order, epoch.site, scope)
    if elsewhere is not None:
        return elsewhere
    order = replace(order, decided_by=epoch.site)
    decision = _decide(batch.floor, order, work.refusal, now_ms)
    if not isinstance(decision, tuple):
        return decision
    for event in decision:
        _journal(batch, work, event, epoch, now_ms)
    found = [event.conflict.id for event in decision if isinstance(event, ConflictFound)]
    return InConflict(found[0]) if late and found else None


def _decide(floor: Floor, order: Order, doubt: Refusal | None, now_ms: int) -> Decision:
    """Who gave a late order is looked up here: without the right it waits for a person to settle it.

    `doubt`: why it has to wait for one in any case.
    """
    if order.late is None:
        return decide(floor, order, now_ms)
    person = floor.dispatchers.get(order.dispatcher_id or "")
    order = replace(order, roles=order.roles | person.roles if person else order.roles)
    kind = type(order.command)
    if doubt is None and not may(order.roles, kind):
        doubt = NotAllowed(kind.__name__)
    if doubt is not None and order.late is not None:
        return in_conflict(floor, order, order.late, doubt, now_ms)
    return decide(floor, order, now_ms)


def _journal(batch: Batch, work: Work, event: Event, epoch: Epoch, now_ms: int) -> None:
    head = batch.head
    refs = show(batch, event, head.seq + 1)
    entry = Entry(
        seq=head.seq + 1,
        epoch=epoch,
        cid=work.cid,
        hlc=next_hlc(head.hlc, now_ms),
        kind=type(event).__name__,
        entity=":".join(refs[0]) if refs else "",
        machine=work.machine,
        by=work.by,
        body=encode(event),
    )
    entry = replace(entry, hash=row_hash(head.hash, entry))
    batch.entries.append(entry)
    batch.head = Head(entry.seq, entry.hlc, entry.hash)


def show(batch: Batch, event: Event, seq: int) -> tuple[Ref, ...]:
    """Bring the batch's floor up to row `seq`; what changed, for the state tables."""
    refs = apply(batch.floor, event)
    for ref in refs:
        thing = batch.floor.get(*ref)
        if thing is not None:
            batch.changed[ref] = Changed(seq, thing)
        else:
            before = batch.changed.get(ref)
            batch.changed[ref] = Changed(seq, before.thing if before else None, on_floor=False)
    return refs


def refusal_of(verdict_refusal: bytes) -> Refusal | None:
    """The refusal inside a verdict; `None`: accepted. Raises BadMessage for a kind unknown here."""
    return typed(_refusals, verdict_refusal) if verdict_refusal else None
