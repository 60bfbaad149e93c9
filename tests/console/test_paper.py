"""The paper sheet: a readable A4 page an incident, complete, Chinese; files kept small, faults said once."""

import unicodedata
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtPdf import QPdfDocument

from console import i18n
from console.models import paper, whereabouts
from console.models.ages import clock, day
from console.paper import ROUND_FILES_MAX, DeskPaper, PaperTray, write_pdf
from console.ports import HubMode, Link
from dispatch.kinds import Need, Severity
from dispatch.shapes import Circle, Spot
from dispatch.whereabouts import CallerDetail, CallerPlace, Source
from dispatch.words import Place
from tests.console.busy import ADDRESSES, CENTRE, Seatful, busy
from tests.console.quiet import Quiet

Key = Qt.Key
pytestmark = pytest.mark.usefixtures("qapp")
A4_PT = (595, 842)
LONG = "患者家住六楼无电梯，楼道狭窄，需两名担架员；家属情绪激动，请先电话联系物业开启消防通道。" * 4


def read(path: Path) -> tuple[int, str, QPdfDocument]:
    """(pages, all text) of a PDF."""
    document = QPdfDocument()
    assert document.load(str(path)) is QPdfDocument.Error.None_
    words = "\n".join(document.getAllText(at).text() for at in range(document.pageCount()))
    return document.pageCount(), plain(words), document


def plain(words: str) -> str:
    """PDF text has radicals for some characters, and its own line breaks."""
    return unicodedata.normalize("NFKC", "".join(words.split()))


@pytest.fixture
def busy_seat(seat: Seatful) -> Seatful:
    busy(seat)
    return seat


def test_the_sheet_has_everything_known_with_its_times(busy_seat, tmp_path):
    desk = busy_seat.desk
    sheet = paper.sheet(desk, "e1", busy_seat.clock())
    write_pdf(tmp_path / "one.pdf", [sheet])
    pages, words, document = read(tmp_path / "one.pdf")
    assert pages == 1
    size = document.pagePointSize(0)
    assert (round(size.width()), round(size.height())) == A4_PT
    incident = desk.floor.incidents["e1"]
    for word in (
        "院前急救接警单", incident.number, ADDRESSES[1], "13945100001", "高处坠落", "0002.1",
        "手写", "签名", "补录",
    ):  # fmt: skip
        assert plain(word) in words, word


def test_every_open_incident_has_a_page_of_its_own_however_much_was_typed(busy_seat, tmp_path):
    desk = busy_seat.desk
    desk.type(remark=LONG, chief_complaint="突发胸痛、大汗", needs=frozenset(Need))
    desk.type(place=Place("南岗区学府路 74 号"), waiting_point="西门岗亭", severity=Severity.CRITICAL)
    sheets = paper.all_open(desk, busy_seat.clock())
    assert len(sheets) == 7, "six incidents and the call in hand"
    write_pdf(tmp_path / "all.pdf", sheets)
    pages, words, _ = read(tmp_path / "all.pdf")
    assert pages == len(sheets)
    assert plain("未编号：断网受理") in words
    assert plain(LONG[:20]) in words


def test_qt_says_nothing_of_timers_while_paper_is_made(busy_seat, tmp_path, qtlog):
    tray = PaperTray(tmp_path)
    sheets = paper.all_open(busy_seat.desk, busy_seat.clock())
    tray.keep_round(sheets, busy_seat.clock())
    tray.stop()
    assert list(tmp_path.glob("open-*.pdf"))
    assert not [one.message for one in qtlog.records if "Timer" in one.message]


def test_what_the_network_said_of_the_caller_is_on_it_with_its_doubt(busy_seat, tmp_path):
    desk = busy_seat.desk
    call_id, now = desk.call_id(), busy_seat.clock()
    circle = Circle(CENTRE, 45.0)
    measured = {"method": "A-GPS", "measured_at": now - 90_000, "confidence_percent": 68.0}
    near = CallerPlace("p1", Source.BY_VALUE, now, circle, said_by="运营商甲", **measured)
    unsure = [
        CallerPlace(f"p{at}", Source.BY_REFERENCE, now, Spot(CENTRE), cited=False) for at in range(2, 6)
    ]
    details = (
        CallerDetail("crash", "delta_v", "52 km/h"),
        CallerDetail("crash", "fire", "yes"),
        CallerDetail("subscriber", "name", "李四"),
        CallerDetail("comment", "text", LONG * 2),
    )
    desk.whereabouts.hear(call_id, (*unsure, near), details)
    whereabouts.adopt(desk)
    write_pdf(tmp_path / "one.pdf", [paper.in_hand(desk, now)])
    pages, words, _ = read(tmp_path / "one.pdf")
    assert pages == 1
    at = f"{day(now - 90_000)} {clock(now - 90_000)}"
    for word in (
        f"({CENTRE.lat:.5f}, {CENTRE.lon:.5f}) · ±45 米 · A-GPS · 可信 68% · 测于 {at}",
        "随来电 · 运营商甲（已采用）",
        "误差未知 · 方式未知 · 时间未知 · 位置服务器 · 来电未指明",
        "另有 2 处定位未印",
        "学府路 74 号 3 号楼 2 单元 501（网络定位 ±45 米）",
        "碰撞 ‼起火；速度变化 52 km/h",
        "机主 姓名 李四",
        "…（未印全）",
    ):
        assert plain(word) in words, word


def test_what_was_sent_by_voice_stands_on_it(seat, show, tmp_path):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("学府路一带")
    shown.wait_pause()
    seat.hub.holding = True
    seat.desk.take(Link(HubMode.CUT_OFF, tick_age_ms=9_000))
    shown.settle()
    for key in (Key.Key_F4, Key.Key_1, Key.Key_Return):
        shown.key(key)
    sheet = paper.in_hand(seat.desk, seat.clock())
    headings = [part.heading for part in sheet.parts]
    assert any(heading.startswith("车辆 A") for heading in headings)
    words = " ".join(words for part in sheet.parts for _, words in part.lines)
    assert "口头派车，待补录" in words
    assert "学府路一带" in words


def tray(seat: Seatful, folder: Path) -> DeskPaper:
    return DeskPaper(seat.desk, folder)


def test_the_key_saves_a_sheet_and_says_where(busy_seat, tmp_path, qtbot):
    desk_paper = tray(busy_seat, tmp_path / "paper")
    with qtbot.waitSignal(desk_paper._tray.told):
        desk_paper.print_sheet()
    desk_paper.stop()
    (path,) = (tmp_path / "paper").glob("sheet-*.pdf")
    assert read(path)[0] == 1
    assert str(path) in busy_seat.desk.notices[-1].what


def test_the_folder_is_kept_small(busy_seat, tmp_path):
    desk_paper = tray(busy_seat, tmp_path)
    sheets = paper.all_open(busy_seat.desk, busy_seat.clock())[:1]
    for at in range(ROUND_FILES_MAX + 3):
        desk_paper._tray.keep_round(sheets, busy_seat.clock() + at * 300_000)
    desk_paper.stop()
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert len(kept) == ROUND_FILES_MAX
    assert all(name.startswith("open-") for name in kept)


def test_a_folder_that_cannot_be_written_is_said_once(busy_seat, tmp_path, qtbot):
    wall = tmp_path / "file"
    wall.write_text("in the way")
    told = []
    made = PaperTray(wall / "paper")
    made.told.connect(told.append)
    sheets = paper.all_open(busy_seat.desk, busy_seat.clock())[:1]
    made.keep_round(sheets, busy_seat.clock())
    made.keep_round(sheets, busy_seat.clock())
    made.stop()
    qtbot.waitUntil(lambda: bool(told))
    assert len(told) == 1
    assert "未能保存" in told[0].what


def test_a_sheet_that_breaks_a_rule_of_ours_keeps_no_other_from_its_paper(busy_seat, tmp_path, caplog):
    made = PaperTray(tmp_path)
    sheets = paper.all_open(busy_seat.desk, busy_seat.clock())[:1]
    made.keep_round([replace(sheets[0], title=None)], busy_seat.clock())
    made.keep_round(sheets, busy_seat.clock() + 300_000)
    made.stop()
    assert len(list(tmp_path.glob("open-*.pdf"))) == 1
    assert "Traceback" in caplog.text


def test_nothing_in_hand_is_said(seat, tmp_path):
    desk_paper = tray(seat, tmp_path)
    desk_paper.print_sheet()
    desk_paper.keep_round()
    desk_paper.stop()
    assert "没有可打印" in seat.desk.notices[-1].what
    assert not list(tmp_path.iterdir())


def test_losing_the_hub_puts_all_that_is_open_on_paper(busy_seat, tmp_path, qtbot):
    from console.theme import Theme
    from console.window import SeatWindow, Setting

    window = SeatWindow(
        busy_seat.desk,
        Theme(),
        Setting("测试中心", "01", tmp_path, paper=tmp_path / "paper"),
        speaker=Quiet,
    )
    qtbot.addWidget(window)
    busy_seat.desk.changes()
    busy_seat.desk.take(Link(HubMode.CUT_OFF, tick_age_ms=4_000))
    window.show_changes(busy_seat.desk.changes())
    window.close()
    (path,) = (tmp_path / "paper").glob("open-*.pdf")
    assert read(path)[0] == 7


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_languages(busy_seat, tmp_path, language):
    i18n.use(language)
    write_pdf(tmp_path / "one.pdf", [paper.sheet(busy_seat.desk, "e0", busy_seat.clock())])
    assert read(tmp_path / "one.pdf")[0] == 1
