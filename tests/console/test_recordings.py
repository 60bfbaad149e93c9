"""Recordings in the window, by keys: search, picture, export that the journal notes first, recall."""

import wave
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console import i18n
from console.models import prompting
from console.panels.archive_parts import LOOK_EVERY_MS
from dispatch.archive_notes import ArchiveAct
from store.bus.keys import own_sign_key
from telephony import messages as phone
from telephony.archive.catalogue import Catalogue, Search
from telephony.archive.deletions import delete, unnoted
from telephony.archive.labels import Label, read_label
from telephony.archive.proving import prove
from telephony.archive.retention import DAY_MS, Holds, Rules, plan
from telephony.prompts.making import prompt_file
from telephony.recording import Unfinished
from tests.console.busy import START, busy
from tests.console.clipping import clipped
from tests.console.recorded import RATE_HZ, WAIT_MS, a_recording, field, notes, rows, told

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


# --- searching and listening -------------------------------------------------------------------------


def test_found_by_what_is_typed_and_seen_with_its_markers(leader, show, qtbot):
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3, timeout=WAIT_MS)
    assert shown.window.focusWidget() is field(shown, "number")
    for name, text, wanted in (
        ("number", "0002", ["13904510002"]),
        ("place", "学府", ["13904510001"]),
        ("incident", "2", ["13904510002"]),
        ("since", "20:00", ["13904510000"]),
        ("seat", "2", []),
    ):
        field(shown, name).setFocus()
        shown.type(text)
        shown.key(Key.Key_Return)
        qtbot.waitUntil(lambda wanted=wanted: rows(shown) == wanted, timeout=WAIT_MS)
        field(shown, name).clear()
    assert "没有符合的录音" in told(shown)
    field(shown, "since").setFocus()
    shown.type("昨天")
    shown.key(Key.Key_Return)
    assert "看不懂的时间：昨天" in told(shown)
    field(shown, "since").clear()
    shown.key(Key.Key_Return)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3, timeout=WAIT_MS)
    wave_form = shown.find("archive.wave")
    qtbot.waitUntil(lambda: wave_form._picture is not None, timeout=WAIT_MS)
    assert wave_form._picture.whole
    assert [one.kind for one in wave_form._picture.markers] == ["answered", "ordered"]
    shown.find("archive.table").setFocus()
    shown.key(Key.Key_N)
    assert shown.text("archive.time") == "0:00 / 0:02"
    shown.key(Key.Key_N)
    assert shown.text("archive.time") == "0:01 / 0:02"
    shown.key(Key.Key_Plus)
    assert shown.find("archive.speed.1.25").isChecked()
    shown.key(Key.Key_Escape)
    assert not shown.find("archive").isVisible()


def test_a_click_in_the_list_gives_its_keys_to_the_list(leader, show, qtbot):
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3, timeout=WAIT_MS)
    table = shown.find("archive.table")
    at = table.visualRect(table.rows_model.index(1, 3)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    shown.key(Key.Key_Plus)
    assert table.hasFocus(), "not typed into the field that was searched by"
    assert shown.find("archive.speed.1.25").isChecked()


@pytest.mark.nightly
def test_an_altered_recording_is_shown_as_such(leader, show, qtbot, archive):
    label = next(iter(Catalogue(archive).search(Search(number="0000"))))
    (archive / label.path).write_bytes(b"x" * 1000)
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    told_by = shown.window._over.archive.desk._listening
    qtbot.waitUntil(lambda: "校验值不符" in told_by._told.text(), timeout=WAIT_MS)


@pytest.mark.nightly
def test_listening_is_noted_once_for_each_time_a_recording_is_chosen(leader, show, qtbot):
    shown = show(leader)
    listen(shown, qtbot)
    (noted,) = notes(leader)
    assert noted.note.act is ArchiveAct.LISTENED
    assert noted.dispatcher_id == "d9"
    shown.window.lock()
    assert not shown.find("archive").isVisible(), "whoever comes next listens under a name of their own"
    leader.log_in("0900", "wang")
    shown.window._login.hide()
    listen(shown, qtbot)
    assert len(notes(leader)) == 2


def listen(shown, qtbot) -> None:
    """Open the recordings; play the first, pause, go on."""
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: shown.find("archive.wave")._picture is not None, timeout=WAIT_MS)
    shown.find("archive.table").setFocus()
    for _ in range(3):
        shown.key(Key.Key_Return)


def test_a_call_that_is_answered_makes_room(leader, show, qtbot):
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    leader.phone.ring("13900001111")
    shown.settle()
    shown.key(Key.Key_F3)
    assert not shown.find("archive").isVisible()
    assert leader.desk.line.talking() is not None


def test_what_a_leader_heard_is_not_for_the_next_person_at_that_seat(leader, show, qtbot, archive):
    call_id = "d" * 32
    path, sha256, size = a_recording(archive, call_id)
    catalogue = Catalogue(archive)
    catalogue.note(Label(call_id, path, sha256, START, 2_000, size, number="137", call_class="supervised"))
    catalogue.close()
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: "137" in rows(shown), timeout=WAIT_MS)
    shown.key(Key.Key_Escape)
    leader.desk.stand_up()
    leader.pump()
    leader.log_in("0101", "zhang")
    shown.settle()
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3, timeout=WAIT_MS)
    assert "137" not in rows(shown), "a dispatcher hears the calls of this seat"
    assert "另有 1 段" in told(shown), "and is not left to think that this is all"


# --- handing out --------------------------------------------------------------------------------------


def test_an_export_is_noted_in_the_journal_then_written_and_sealed(leader, show, qtbot, tmp_path):
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3, timeout=WAIT_MS)
    shown.find("archive.table").setFocus()
    shown.key(Key.Key_Space)
    shown.key(Key.Key_Down)
    shown.key(Key.Key_Space)
    assert shown.text("archive.export") == "导出选中的 2 段…"
    shown.find("archive.export").click()
    shown.key(Key.Key_6)
    shown.key(Key.Key_Return)
    assert "须在备注写明用途" in told(shown)
    assert not notes(leader)
    shown.find("archive.export").click()
    shown.key(Key.Key_2)
    shown.type("调取函 118")
    shown.key(Key.Key_Return)
    qtbot.waitUntil(lambda: "已导出 2 段并封签" in told(shown), timeout=WAIT_MS)
    (noted,) = notes(leader)
    assert (noted.note.act, noted.note.reason) == (ArchiveAct.HANDED_OUT, "公安司法调取：调取函 118")
    assert len(noted.note.call_ids) == 2
    (export,) = (tmp_path / "exports").iterdir()
    key = own_sign_key(tmp_path / "keys", "seat-01")
    proof = prove(export, {key.name: key.public})
    assert proof.whole
    assert noted.note.detail == f"seat-01={key.public}", "the journal vouches for the seal"
    assert proof.listed is not None
    assert (proof.listed.export_id, proof.listed.by) == (noted.note.note_id, "王芳 0900")
    assert proof.listed.reason == noted.note.reason


@pytest.mark.nightly
def test_without_the_journal_nothing_leaves(leader, show, qtbot, tmp_path):
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: len(rows(shown)) == 3, timeout=WAIT_MS)
    leader.desk.person = replace(leader.desk.person, roles=frozenset({"dispatcher"}))
    shown.find("archive.export").click()
    assert "须由班长、科长或质控员" in told(shown)
    assert not (tmp_path / "exports").exists()


# --- what is learned of a call ---------------------------------------------------------------------------


def test_a_recording_learns_whose_call_it_was_and_what_happened(leader, show, qtbot, archive):
    shown = show(leader)
    busy(leader)
    shown.settle()
    talk = leader.desk.line.talking()
    assert talk is not None
    call = leader.desk.floor.calls[talk.id]
    path, sha256, size = a_recording(archive, call.id, seconds=60)
    shown.key(Key.Key_C, CTRL | SHIFT)
    leader.pass_time(5_000)
    shown.key(Key.Key_F4)
    leader.phone.hang_up(call.id)
    began = call.answered_at or call.rang_at
    leader.heard.append(phone.RecordingClosed(call.id, path, sha256, began, 120_000, size, repaired=True))
    shown.settle()
    shown.window.second()
    known = read_label(archive, path)
    qtbot.waitUntil(lambda: (read_label(archive, path) or known) is not None, timeout=WAIT_MS)
    label = read_label(archive, path)
    assert label is not None
    assert (label.number, label.seat, label.direction) == ("13904510001", "01", "in")
    assert label.dispatcher == "王芳 0900"
    assert label.place.startswith("南岗区学府路 74 号")
    assert label.incident_number == leader.desk.floor.incidents[label.incident_id].number
    assert {"metronome_on", "opened", "ordered"} <= {one.kind for one in label.markers}
    assert any("已修复归档" in one.what for one in leader.desk.notices)


@pytest.mark.nightly
def test_a_deletion_by_command_is_told_to_the_journal(leader, show, qtbot, archive):
    catalogue = Catalogue(archive)
    later = START + 400 * DAY_MS
    wanted = plan(catalogue.every(), Rules(365), Holds(), later)
    delete(catalogue, wanted, Holds(), later, run_id="f" * 32, by="admin", records=[archive])
    catalogue.close()
    shown = show(leader)
    shown.window.second()
    leader.clock.now += LOOK_EVERY_MS + 1
    shown.window.second()
    qtbot.waitUntil(lambda: shown.settle() or bool(notes(leader)), timeout=WAIT_MS)
    (noted,) = notes(leader)
    assert (noted.note.act, noted.note.reason, noted.note.detail) == (ArchiveAct.DELETED, "保存期满", "admin")
    assert len(noted.note.call_ids) == 3
    shown.window.second()
    qtbot.waitUntil(lambda: not unnoted(archive), timeout=WAIT_MS)


# --- recall ------------------------------------------------------------------------------------------------


def test_the_last_seconds_again_while_talking(leader, show, qtbot, archive):
    shown = show(leader)
    shown.key(Key.Key_B, CTRL | SHIFT)
    assert leader.desk.notices[-1].what == "没有进行中的通话"
    busy(leader)
    shown.settle()
    call = leader.desk.line.talking()
    assert call is not None
    shown.key(Key.Key_B, CTRL | SHIFT)
    told = leader.desk.notices
    qtbot.waitUntil(lambda: any("没有录音在写" in one.what for one in told), timeout=WAIT_MS)
    growing = Unfinished(archive / "unfinished" / "5060", call.id, RATE_HZ, START)
    growing.folder.mkdir(parents=True)
    for leg in ("caller", "operator"):
        growing.leg(leg).write_bytes(bytes(44) + bytes([1, 2]) * (RATE_HZ * 20))
    shown.key(Key.Key_B, CTRL | SHIFT)
    qtbot.waitUntil(lambda: shown.find("recall").isVisible(), timeout=WAIT_MS)
    assert shown.text("recall.time") == "0:05 / 0:20"
    with wave.open(str(archive / "recall.wav")) as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (2, RATE_HZ * 20)
    shown.key(Key.Key_Left)
    assert shown.text("recall.time").startswith("0:0")
    shown.key(Key.Key_Escape)
    assert not shown.find("recall").isVisible()
    assert leader.desk.line.talking() is not None
    shown.window.close()
    assert not (archive / "recall.wav").exists()


# --- to the caller ----------------------------------------------------------------------------------


def a_prompt(folder: Path, name: str) -> None:
    folder.mkdir(exist_ok=True)
    with wave.open(str(folder / name), "wb") as out:
        out.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        out.writeframes(bytes([0, 40]) * RATE_HZ)


def test_the_beat_is_seen_for_as_long_as_the_caller_hears_it(leader, show):
    shown = show(leader)
    shown.key(Key.Key_C, CTRL | SHIFT)
    assert leader.desk.notices[-1].what == "没有正在通话的来电人"
    busy(leader)
    shown.settle()
    shown.key(Key.Key_C, CTRL | SHIFT)
    leader.pass_time(12_000)
    shown.window.second()
    assert shown.text("hears") == "♪ 13904510001 正听 CPR 节拍 110 次/分 0:12"
    assert shown.find("hears").isVisible()
    shown.key(Key.Key_C, CTRL | SHIFT)
    shown.window.second()
    assert not shown.find("hears").isVisible()


def test_a_recorded_question_by_two_keys_and_ended_by_one(leader, show, tmp_path):
    shown = show(leader)
    busy(leader)
    shown.settle()
    shown.key(Key.Key_V, CTRL | SHIFT)
    shown.key(Key.Key_3)
    shown.key(Key.Key_Return)
    assert "没有这段录音" in leader.desk.notices[-1].what
    a_prompt(tmp_path / "prompts", "ask_conscious.en.wav")
    a_prompt(tmp_path / "prompts", "hold.zh.wav")
    shown.key(Key.Key_E, CTRL | SHIFT)
    shown.key(Key.Key_3)
    shown.key(Key.Key_Return)
    shown.window.second()
    assert shown.text("hears") == "♪ 13904510001 正听英语录音：清醒吗"
    shown.key(Key.Key_V, CTRL | SHIFT)
    assert not any(call.prompt for call in leader.phone.calls.values())
    shown.key(Key.Key_W, CTRL | SHIFT)
    shown.window.second()
    assert shown.text("hears") == "♪ 13904510001 正听中文录音：请稍候，不要挂机。"
    call_id = next(iter(leader.phone.calls))
    leader.phone.hang_up(call_id)
    shown.settle()
    shown.window.second()
    assert not shown.find("hears").isVisible()


def test_every_prompt_offered_is_one_that_is_made(tmp_path):
    assert prompting.OFFERED.keys() <= prompting.BY_NAME.keys()
    assert prompt_file("ask_where", "zh", (tmp_path,)) is None


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.nightly)])
def test_nothing_of_it_is_clipped(leader, show, qtbot, language):
    i18n.use(language)
    shown = show(leader)
    busy(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: shown.find("archive.wave")._picture is not None, timeout=WAIT_MS)
    shown.settle()
    assert not clipped(shown.find("archive"))
