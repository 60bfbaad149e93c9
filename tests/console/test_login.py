"""Nobody is logged in and a call rings: it is answered, written down, and nothing takes the keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from console.login import SecondPerson
from console.ports import HubMode, Link, LogInAnswered
from dispatch.kinds import IncidentState
from tests.console.busy import PASSWORDS, Seatful

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def without_hub(show):
    seat = Seatful()
    seat.hub.drain()
    shown = show(seat)
    shown.window.open_login()
    shown.settle()
    return seat, shown


def test_a_call_is_answered_from_the_log_in_page_without_a_hub(show):
    seat, shown = without_hub(show)
    assert "尚未连上中枢" in shown.text("login.hub")
    seat.phone.ring("13904510001")
    shown.settle()
    assert "13904510001" in shown.text("login.ringing")
    shown.key(Key.Key_F3)
    assert seat.desk.line.talking() is not None
    assert shown.find("form.place").hasFocus()
    login = shown.find("login")
    assert login.isVisible()
    assert not login.geometry().intersects(shown.window._form.geometry()), "the form can be seen"
    shown.type("中山路88号")
    shown.key(Key.Key_1, Qt.KeyboardModifier.AltModifier)
    shown.key(Key.Key_F4)
    assert not seat.desk.pending, "nobody is sent in nobody's name"

    seat.desk.take(LogInAnswered(shown.window._login_id, reason="no_answer"))
    shown.settle()
    assert shown.find("form.place").hasFocus(), "the answer to a log-in leaves the typist alone"
    shown.key(Key.Key_L, CTRL)
    assert shown.find("login.staff").hasFocus()
    seat.hub.load()
    shown.settle()
    QTest.keyClicks(shown.find("login.staff"), "0101")
    QTest.keyClicks(shown.find("login.password"), PASSWORDS["0101"])
    QTest.keyClick(shown.find("login.password"), Key.Key_Return)
    shown.settle()
    shown.wait_pause()
    assert not login.isVisible()
    (intake,) = seat.hub.floor.intakes.values()
    assert (intake.form.place.address, intake.form.conscious) == ("中山路88号", "yes")


def test_without_a_hub_a_form_can_be_begun_by_hand_too(show):
    seat, shown = without_hub(show)
    shown.key(Key.Key_F2)
    assert seat.desk.hand.intake_id is not None
    assert shown.find("form.place").hasFocus()


def test_a_call_is_answered_while_a_second_person_confirms(seat, show):
    shown = show(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路")
    shown.wait_pause()
    shown.key(Key.Key_F9)
    shown.key(Key.Key_3)
    shown.key(Key.Key_Return)
    incident = seat.desk.incident()
    shown.key(Key.Key_F12)
    shown.key(Key.Key_3)
    shown.type("自行就医")
    shown.key(Key.Key_Return)
    assert "中山路" in shown.text("second.act")
    assert "自行就医" in shown.text("second.act")
    seat.phone.ring("13904510001")
    shown.settle()
    QTest.keyClick(shown.find("second.staff"), Key.Key_F3)
    shown.settle()
    assert seat.desk.line.talking() is not None
    assert shown.find("second_person").isVisible()
    assert incident.state is IncidentState.HELD


def test_a_hub_that_is_back_does_not_hide_the_form_that_waits(show):
    seat, shown = without_hub(show)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    seat.desk.take(Link(HubMode.NORMAL))
    seat.hub.load()
    shown.settle()
    shown.type("中山路")
    assert shown.text("form.place") == "中山路"
    shown.key(Key.Key_F4)
    assert seat.desk.pending == {}


def test_after_a_log_out_in_the_middle_of_a_call_nothing_of_it_is_shown(seat, show):
    shown = show(seat)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    shown.type("中山路")
    shown.wait_pause()
    shown.key(Key.Key_L, CTRL)
    shown.key(Key.Key_F10)
    assert seat.desk.line.talking() is None
    assert shown.find("login").geometry() == shown.window._page.rect()


def test_enter_after_the_number_of_the_second_person_asks_for_the_password_and_then_asks_once(qtbot):
    """An empty password would be a wrong one, counted against whoever was typed."""
    asked = []
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    dialog = SecondPerson(parent, "改派 A05", lambda *typed: asked.append(typed))
    dialog.open()
    staff, password = (dialog.findChild(QLineEdit, f"second.{name}") for name in ("staff", "password"))
    for field, words in ((staff, ""), (staff, "0102")):
        field.setText(words)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert asked == []
    assert dialog.focusWidget() is password
    password.setText("li")
    QTest.keyClick(password, Qt.Key.Key_Return)
    assert asked == [("0102", "li")]
