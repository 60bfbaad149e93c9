"""A desk nobody touches locks itself: calls go on, nothing typed is lost, only a password orders again."""

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.lock import IdleWatch
from dispatch.administration import Act, NoteAdministration
from dispatch.commands import RegisterDispatcher
from dispatch.kinds import Role
from tests.console.busy import PASSWORDS

Key = Qt.Key
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def lock(shown):
    shown.key(Key.Key_L, CTRL_SHIFT)


def unlock(shown, staff, password):
    field = shown.find("login.staff")
    field.setText(staff)
    QTest.keyClicks(shown.find("login.password"), password)
    QTest.keyClick(shown.find("login.password"), Key.Key_Return)
    shown.settle()


def staff_of(seat):
    return seat.desk.floor.dispatchers[seat.desk.person.dispatcher_id].staff_number


def test_lock_at_once_keeps_what_was_typed_and_the_seat(seat, show):
    shown = show(seat)
    staff = staff_of(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路88号")
    seat_id = seat.desk.person.seat_id
    lock(shown)
    assert shown.find("login").isVisible()
    assert "已锁定" in shown.text("login.told")
    assert shown.text("login.staff") == staff
    assert shown.find("login.password").hasFocus()
    assert seat.desk.person is None
    assert seat.hub.floor.seats[seat_id].dispatcher_id is not None, "the seat stays logged in"
    unlock(shown, staff, "wrong")
    assert shown.find("login").isVisible()
    unlock(shown, staff, PASSWORDS[staff])
    assert not shown.find("login").isVisible()
    shown.wait_pause()
    (intake,) = seat.hub.floor.intakes.values()
    assert intake.form.place.address == "中山路88号"


def test_a_call_rings_on_the_locked_desk_and_is_answered(seat, show):
    shown = show(seat)
    staff = staff_of(seat)
    lock(shown)
    seat.phone.ring("13904510001")
    shown.settle()
    assert "13904510001" in shown.text("login.ringing")
    shown.key(Key.Key_F3)
    assert seat.desk.line.talking() is not None
    shown.type("中山路1号")
    unlock(shown, staff, PASSWORDS[staff])
    shown.wait_pause()
    (intake,) = seat.hub.floor.intakes.values()
    assert intake.form.place.address == "中山路1号"


def test_another_person_unlocks_as_a_change_of_seat(seat, show):
    shown = show(seat)
    staff, seat_id = staff_of(seat), seat.desk.person.seat_id
    other = next(number for number in PASSWORDS if number != staff)
    lock(shown)
    unlock(shown, other, PASSWORDS[other])
    assert staff_of(seat) == other
    assert seat.hub.floor.seats[seat_id].dispatcher_id == seat.desk.person.dispatcher_id


def test_a_disabled_account_ends_at_the_log_in_and_drafts_stay(seat, show):
    shown = show(seat)
    staff = staff_of(seat)
    shown.key(Key.Key_F2)
    shown.type("中山路88号")
    seat.hub.as_hub(NoteAdministration(Act.DISABLE_ACCOUNT, staff, "9001", "9002"))
    shown.settle()
    assert shown.find("login").isVisible()
    assert "账号已停用" in shown.text("login.told")
    assert seat.desk.person is None
    other = next(number for number in PASSWORDS if number != staff)
    unlock(shown, other, PASSWORDS[other])
    shown.wait_pause()
    (intake,) = seat.hub.floor.intakes.values()
    assert intake.form.place.address == "中山路88号"


def test_narrower_rights_ask_for_a_new_log_in(seat, show):
    shown = show(seat)
    person = seat.desk.floor.dispatchers[seat.desk.person.dispatcher_id]
    seat.hub.as_hub(RegisterDispatcher(replace(person, roles=frozenset({Role.OBSERVER}))))
    shown.settle()
    assert "权限已变更" in shown.text("login.told")
    assert seat.desk.person is None


class Watched:
    """An idle watch with a clock of its own."""

    def __init__(self, parent, minutes):
        self.now, self.calls, self.locked = 0.0, False, 0
        self.watch = IdleWatch(parent, minutes, lambda: self.calls, self._lock, lambda: self.now)

    def _lock(self):
        self.locked += 1


def test_the_desk_locks_when_idle_but_not_during_a_call(seat, show):
    shown = show(seat)
    watched = Watched(shown.window, 15)
    watched.now = 14 * 60
    shown.key(Key.Key_Shift)
    watched.now = 28 * 60
    watched.watch.look()
    assert watched.locked == 0, "a key was pressed"
    watched.calls = True
    watched.now = 60 * 60
    watched.watch.look()
    watched.calls = False
    watched.now = 74 * 60
    watched.watch.look()
    assert watched.locked == 0, "the call ended 14 minutes ago"
    watched.now = 76 * 60
    watched.watch.look()
    assert watched.locked == 1
    watched.watch.stop()


def test_no_minutes_no_lock(seat, show):
    watched = Watched(show(seat).window, 0)
    watched.now = 10_000_000.0
    watched.watch.look()
    assert watched.locked == 0
    watched.watch.stop()
