"""Who did what with recordings: noted for ever, and only by those who may."""

import pytest

from dispatch.archive_notes import ArchiveAct, ArchiveNoted, NoteArchive
from dispatch.decide import decide
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.refusals import NeedsReason, NotAllowed, NotPossible

NOON = 1_795_305_600_000


def order(role: Role, note: NoteArchive) -> Order:
    return Order("c1", note, NOON, "seat-01", frozenset({role}), seat_id="s1", dispatcher_id="d1")


def test_an_export_is_noted_with_who_and_why() -> None:
    note = NoteArchive("n1", ArchiveAct.HANDED_OUT, ("c1", "c2"), "投诉处理")
    assert decide(Floor(), order(Role.SHIFT_LEADER, note), NOON) == (ArchiveNoted(NOON, note, "s1", "d1"),)
    assert isinstance(decide(Floor(), order(Role.DISPATCHER, note), NOON), NotAllowed)


@pytest.mark.parametrize("act", [ArchiveAct.HANDED_OUT, ArchiveAct.DELETED])
def test_both_need_a_reason(act: ArchiveAct) -> None:
    note = NoteArchive("n1", act, ("c1",), " ")
    assert isinstance(decide(Floor(), order(Role.SHIFT_LEADER, note), NOON), NeedsReason)


def test_listening_needs_none_and_nothing_is_no_note() -> None:
    heard = NoteArchive("n1", ArchiveAct.LISTENED, ("c1",))
    assert isinstance(decide(Floor(), order(Role.DISPATCHER, heard), NOON), tuple)
    nothing = NoteArchive("n1", ArchiveAct.LISTENED, ())
    assert isinstance(decide(Floor(), order(Role.DISPATCHER, nothing), NOON), NotPossible)
    assert isinstance(decide(Floor(), order(Role.GATEWAY, heard), NOON), NotAllowed)
