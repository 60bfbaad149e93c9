"""The list of calls by keys: a lost caller is found, taken in and can be rung back."""

from PySide6.QtCore import Qt


def test_a_lost_caller_is_taken_in_by_keys(seat, show):
    shown = show(seat)
    lost = seat.phone.ring("13904510001")
    shown.settle()
    seat.phone.die()
    shown.settle()
    assert shown.text("notice.act")
    shown.key(Qt.Key.Key_C, Qt.KeyboardModifier.AltModifier)
    shown.key(Qt.Key.Key_Down)
    shown.key(Qt.Key.Key_Return)
    assert seat.desk.call_id() == lost
    assert shown.text("form.contact_phone") == "13904510001"
