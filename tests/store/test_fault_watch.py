"""A fault that was set aside is told with its time until nothing more happened for a while."""

from store.fault_watch import SHOWN_MS, FaultWatch, alarms


def test_a_fault_is_told_with_its_time_and_goes_when_nothing_follows() -> None:
    watch = FaultWatch()
    assert watch.alarm(5) == ""
    watch.note(1_000, 77_000)
    assert watch.alarm(1_000) == "fault:77000:1"
    watch.note(2_000, 78_000)
    assert watch.alarm(2_000 + SHOWN_MS - 1) == "fault:78000:2"
    assert watch.alarm(2_000 + SHOWN_MS) == ""
    watch.note(2_000_000, 99_000)
    assert watch.alarm(2_000_000) == "fault:99000:1", "counted anew after a quiet time"


def test_several_alarms_stand_one_a_line() -> None:
    assert alarms("", "") == ""
    assert alarms("door:refused", "", "fault:1:1") == "door:refused\nfault:1:1"
