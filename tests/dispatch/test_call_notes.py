"""Notes about calls: quality, and every step of a supervisor, also one turned away."""

from dispatch import commands as cmd
from dispatch.call_notes import NoteSupervision, Quality, ReportCallQuality, SupervisionNoted
from dispatch.kinds import SupervisionMode as Mode
from dispatch.refusals import NotFound, NotPossible
from tests.dispatch.trade import Centre120

BAD = Quality(12.5, 40.0, 120.0, 2.8, bad=True, silent_ms=3_000)


def test_quality_stays_with_the_call(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c1", "13900000001"))
    centre.must(ReportCallQuality("c1", BAD))
    assert centre.floor.calls["c1"].quality == BAD
    assert isinstance(centre.give(ReportCallQuality("c2", BAD)), NotFound)


def test_a_supervision_is_one_entry_from_its_coming_to_its_going(centre: Centre120) -> None:
    centre.must(cmd.ReportRinging("c1", "13900000001"))
    centre.must(NoteSupervision("m1", "c1", Mode.LISTEN, "8100", "王芳"))
    began = centre.floor.calls["c1"].supervisions[0]
    assert (began.mode, began.by_name, began.ended_at) == (Mode.LISTEN, "王芳", None)
    centre.must(NoteSupervision("m1", "c1", Mode.BARGE, "8100", "王芳"))
    centre.must(NoteSupervision("m1", "c1", Mode.BARGE, "8100", "王芳", ended=True))
    (whole,) = centre.floor.calls["c1"].supervisions
    assert (whole.mode, whole.since_at) == (Mode.BARGE, began.since_at)
    assert whole.ended_at is not None
    assert isinstance(centre.give(NoteSupervision("m1", "c2", Mode.LISTEN)), NotFound)
    assert isinstance(centre.give(NoteSupervision("m1", "c1")), NotPossible)


def test_who_was_turned_away_is_noted_and_changes_nothing(centre: Centre120) -> None:
    (event,) = centre.must(
        NoteSupervision("m1", "nobody's", None, "9", "", refused="wrong signature", source="192.0.2.1:5060")
    )
    assert isinstance(event, SupervisionNoted)
    assert (event.refused, event.source) == ("wrong signature", "192.0.2.1:5060")
    assert not centre.floor.calls
