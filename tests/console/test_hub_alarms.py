"""What the hub says is wrong with itself: on the strip, in the list, noted by hand, gone with its cause."""

from PySide6.QtCore import Qt

from console.models.alarm_rows import alarms
from console.models.hub_alarm_words import TABLE
from console.models.hub_alarms import words
from console.ports import HubMode, Link

Key = Qt.Key
NOTE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
FAULT = "fault:1795300000000:1"
AGAIN = "fault:1795300060000:2"


def hear(seat, shown, alarm, mode=HubMode.NORMAL):
    seat.desk.take(Link(mode, alarm=alarm, round_trip_ms=1))
    shown.settle()


def lines(seat):
    return [line.text for line in seat.desk.latest]


def row(seat):
    return next((one for one in alarms(seat.desk, seat.clock()) if one.id.startswith("hub:")), None)


def test_an_alarm_stands_until_its_cause_is_gone_and_then_is_history(seat, show):
    shown = show(seat)
    hear(seat, shown, "unknown_rows")
    assert "升级区中继" in shown.text("banner")
    assert row(seat).words == "中继程序较旧"
    assert "升级区中继" in lines(seat)[-1]
    seat.pass_time(65_000)
    hear(seat, shown, "")
    assert not shown.find("banner").isVisible()
    assert row(seat) is None
    assert lines(seat)[-1] == "告警解除：中继程序较旧（1:05）"


def test_a_noted_alarm_leaves_the_strip_and_stays_in_the_list(seat, show):
    shown = show(seat)
    hear(seat, shown, FAULT)
    shown.key(Key.Key_G, NOTE)
    assert not shown.find("banner").isVisible()
    assert row(seat).target.startswith("已知悉")
    assert lines(seat)[-1] == "告警已知悉：中枢处理出错"
    hear(seat, shown, FAULT, HubMode.CUT_OFF)
    hear(seat, shown, FAULT)
    assert not shown.find("banner").isVisible(), "a hub not heard for a while changes nothing"
    hear(seat, shown, AGAIN)
    assert "2 条" in shown.text("banner"), "it happened again: somebody has to read it"
    shown.key(Key.Key_G, NOTE)
    shown.key(Key.Key_G, NOTE)
    assert "没有待知悉" in shown.text("notice.text")


def test_enter_in_the_list_notes_it(seat, show):
    shown = show(seat)
    hear(seat, shown, "door:refused")
    shown.key(Key.Key_G, Qt.KeyboardModifier.AltModifier)
    shown.key(Key.Key_Return)
    assert row(seat).target.startswith("已知悉")


def test_two_alarms_stand_side_by_side_and_a_short_disk_has_one_banner(seat, show):
    shown = show(seat)
    hear(seat, shown, f"disk_short:15\n{FAULT}")
    assert "15 %" in shown.text("banner")
    assert "1 条" in shown.text("banner")
    seat.desk.take(Link(HubMode.DISK_LOW, alarm="disk_short:7", disk_percent=7))
    shown.settle()
    assert shown.text("banner").count("磁盘") == 1


def test_a_link_that_is_slow_keeps_what_was_told(seat, show):
    shown = show(seat)
    hear(seat, shown, FAULT)
    hear(seat, shown, FAULT, HubMode.SLOW)
    assert row(seat) is not None
    assert not any("解除" in line for line in lines(seat))


def test_every_sentence_has_its_blanks_filled():
    for kind in TABLE:
        assert "{" not in words(f"{kind}:1795300000000:3")
