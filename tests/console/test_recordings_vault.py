"""Recordings of other seats in the window: found in the vault, heard, handed out, by those who may."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from telephony.archive.catalogue import Catalogue
from telephony.archive.labels import Label
from telephony.vault.folder import found_vault
from telephony.vault.vault import FETCHED, Vault
from tests.console.busy import START
from tests.console.recorded import WAIT_MS, a_recording, field, rows, told

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """What another seat put there."""
    folder, other = tmp_path / "vault", tmp_path / "seat-02"
    folder.mkdir()
    found_vault(folder, here=True)
    call_id = f"{START - 60_000:012x}{99:020x}"
    path, sha256, size = a_recording(other, call_id)
    known: dict[str, Any] = {"number": "13904510099", "seat": "02", "place": "友谊路368号"}
    Catalogue(other).note(Label(call_id, path, sha256, START - 60_000, 2_000, size, **known))
    theirs = Vault(other, folder)
    for one in theirs.waiting():
        theirs.put(*one)
    theirs.close()
    return folder


@pytest.mark.process
@pytest.mark.parametrize("who", ["leader", "dispatcher"])
def test_a_leader_finds_and_hands_out_what_another_seat_recorded(
    leader, show, qtbot, vault, archive, tmp_path, who
):
    leader.desk.readiness.setup = replace(leader.desk.readiness.setup, vault=vault)
    if who == "dispatcher":
        leader.log_in()
    shown = show(leader)
    shown.key(Key.Key_F, CTRL)
    qtbot.waitUntil(lambda: shown.window.second() or "●" in shown.text("archive.vault"), timeout=WAIT_MS)
    field(shown, "number").setFocus()
    shown.key(Key.Key_Return)
    if who == "dispatcher":
        qtbot.waitUntil(lambda: "找到 3 段" in told(shown), timeout=WAIT_MS)
        return
    qtbot.waitUntil(lambda: "其中 1 段来自他席" in told(shown), timeout=WAIT_MS)
    assert rows(shown)[:2] == ["13904510000", "13904510099"]
    shown.find("archive.table").setFocus()
    shown.key(Key.Key_Down)
    shown.key(Key.Key_Space)
    field(shown, "number").setFocus()
    shown.key(Key.Key_Return)
    qtbot.waitUntil(lambda: "其中 1 段来自他席" in told(shown), timeout=WAIT_MS)
    assert shown.text("archive.export") == "导出选中的 1 段…", "what is chosen waits for the vault's answer"
    field(shown, "seat").setFocus()
    shown.type("2")
    shown.key(Key.Key_Return)
    qtbot.waitUntil(lambda: rows(shown) == ["13904510099"], timeout=WAIT_MS)
    wave_form = shown.find("archive.wave")
    qtbot.waitUntil(
        lambda: (
            wave_form._picture is not None and wave_form._picture.file.is_relative_to(archive / "fetched")
        ),
        timeout=WAIT_MS,
    )
    assert wave_form._picture.whole
    shown.find("archive.export").click()
    shown.key(Key.Key_1)
    shown.key(Key.Key_Return)
    qtbot.waitUntil(lambda: "已导出 1 段并封签" in told(shown), timeout=WAIT_MS)
    assert len(list((tmp_path / "exports").iterdir())) == 1
    (heard,) = (archive / FETCHED).glob("*")
    assert heard.name == "heard", "what the export brought is gone"
    shown.window.lock()
    assert rows(shown) == []
    assert field(shown, "seat").text() == ""
    assert told(shown) == ""
    qtbot.waitUntil(lambda: not heard.exists(), timeout=WAIT_MS)
