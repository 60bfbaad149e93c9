"""The calls of the incident in hand: how well each was heard, and who listened to its recording."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from console import i18n
from console.models.archive import row
from console.models.quality_words import BAD, FAIR, GOOD, grade
from console.models.record_rows import record_rows
from console.panels.records import RecordsTable
from console.theme import Theme
from dispatch import commands as cmd
from dispatch.archive_notes import USES_KEPT_MAX, ArchiveAct, NoteArchive
from dispatch.call_notes import Quality, ReportCallQuality
from dispatch.kinds import CallResult, Direction
from dispatch.words import Recording
from telephony.archive.labels import Label
from tests.console.busy import Seatful, busy
from tests.console.clipping import cut_cells


class Deck:
    """Plays by turns, as the player does."""

    def __init__(self) -> None:
        self.playing = False
        self.asked: list[Path] = []

    def toggle(self, path: Path) -> bool:
        self.playing = not self.playing
        self.asked.append(path)
        return self.playing


@pytest.fixture
def ended(seat: Seatful) -> str:
    """The caller in hand has hung up and their recording is closed."""
    busy(seat)
    call_id = seat.desk.call_id()
    assert call_id is not None
    seat.phone.hang_up(call_id)
    kept = cmd.KeepRecording(call_id, Recording("r1", f"2026-11-21/{call_id}.wav", "f" * 64, 62_000, 1))
    seat.hub.as_hub(kept, seat_id="s1", person="d1")
    seat.pump()
    return call_id


@pytest.mark.parametrize("language", ["zh", "en"])
def test_however_a_call_ended_its_words_are_not_cut(seat: Seatful, ended: str, qtbot, language: str) -> None:
    i18n.use(language)
    seat.hub.as_hub(ReportCallQuality(ended, Quality(20.0, 45.0, 180.0, 2.4, bad=True)))
    seat.pump()
    table = RecordsTable(seat.desk, Theme(), Deck().toggle, Path("recordings"))
    qtbot.addWidget(table)
    table.resize(745, 200)
    table.show()
    call = seat.desk.floor.calls[ended]
    kept = replace(call.recordings[-1], duration_ms=3_725_000)
    for direction in Direction:
        for result in CallResult:
            known = replace(call, direction=direction, result=result, recordings=(kept,), number="")
            seat.desk.floor.calls[ended] = known
            table.refresh()
            assert not cut_cells(table)


def test_each_playing_is_noted_with_who_and_shown_with_the_call(seat, ended, qtbot):
    deck = Deck()
    table = RecordsTable(seat.desk, Theme(), deck.toggle, Path("recordings"))
    qtbot.addWidget(table)
    assert table.refresh() == 1
    for _ in range(3):
        table.play()  # plays, stops, plays
    seat.pump()
    assert deck.asked == [Path(f"recordings/2026-11-21/{ended}.wav")] * 3
    notes = list(seat.desk.line.labels.noted)
    assert [(one.note.act, one.note.call_ids) for one in notes] == [(ArchiveAct.LISTENED, (ended,))] * 2
    (shown,) = record_rows(seat.desk)
    assert shown.used.startswith("调听 张敏 11-21 20:")
    assert len(shown.uses.splitlines()) == 2


def test_nobody_listens_without_a_name(seat, ended, qtbot):
    deck = Deck()
    table = RecordsTable(seat.desk, Theme(), deck.toggle, Path("recordings"))
    qtbot.addWidget(table)
    table.refresh()
    seat.desk.person = None
    table.play()
    assert not deck.asked
    assert seat.desk.notices[-1].what == "无权调听录音"


def test_an_export_stands_with_the_call_and_among_the_latest(seat, ended):
    seat.log_in("0900", "wang")
    for at in range(USES_KEPT_MAX + 5):
        seat.desk.give(NoteArchive(f"n{at}", ArchiveAct.HANDED_OUT, (ended, "gone", ended), "投诉处理"))
    seat.pump()
    assert len(seat.desk.floor.calls[ended].uses) == USES_KEPT_MAX, "once for each note, the newest"
    (shown,) = record_rows(seat.desk)
    assert shown.used.startswith("导出 王芳")
    assert shown.used.endswith("投诉处理")
    assert seat.desk.latest[-1].text == "王芳 导出录音 3 段：投诉处理"


@pytest.mark.parametrize(
    ("quality", "heard", "words", "tone"),
    [
        (Quality(0.0, 4.0, 40.0, 4.36), GOOD, "● 音质好 4.4", "ok"),
        (Quality(2.0, 9.0, 90.0, 3.7), FAIR, "△ 音质一般 3.7 丢包 2 %", ""),
        (Quality(20.0, 45.0, 180.0, 2.4, bad=True), BAD, "▲ 音质差 2.4 丢包 20 %", "warning"),
    ],
)
def test_how_well_a_call_was_heard_in_both_lists(seat, ended, quality, heard, words, tone):
    seat.hub.as_hub(ReportCallQuality(ended, quality), seat_id="s1", person="d1")
    seat.pump()
    (shown,) = record_rows(seat.desk)
    assert (shown.heard, shown.tone) == (words, tone)
    (label,) = seat.desk.line.labels.due(seat.desk)
    assert (label.heard, label.mos, label.loss_percent) == (heard, quality.mos, quality.loss_percent)
    found = row(label)
    assert words in found.note
    assert found.tone == tone


def test_a_call_nobody_measured_says_nothing_of_it():
    assert grade(None) == ""
    label = Label("c" * 32, "2026-11-21/x.wav", "", 0, 0, 0)
    assert (row(label).note, row(label).tone) == ("", "")
