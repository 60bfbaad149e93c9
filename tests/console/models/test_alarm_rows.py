"""Rows of what is overdue: a call that never ends names its seat, its number and how long it is up."""

import pytest

from console.models.alarm_rows import alarms
from dispatch import commands as cmd
from dispatch.kinds import CallResult
from tests.console.busy import Seatful


@pytest.mark.parametrize(("staff", "password", "mine"), [("0900", "wang", True), ("0102", "li", False)])
def test_a_call_of_a_seat_that_is_gone_is_the_leaders(staff: str, password: str, *, mine: bool) -> None:
    seat = Seatful()
    seat.hub.as_hub(cmd.ReportRinging("c", "13904510001"), seat_id="s2", person="d2")
    seat.hub.as_hub(cmd.ReportAnswered("c"), seat_id="s2", person="d2")
    seat.pump()
    seat.log_in(staff, password)
    seat.pass_time(3_595_000)
    assert not alarms(seat.desk, seat.clock())
    seat.pass_time(65_000)
    (row,) = alarms(seat.desk, seat.clock())
    assert (row.id, row.words, row.target, row.mine) == ("c", "通话过久", "02 台 13904510001", mine)
    assert row.age.startswith("1:01")
    seat.hub.as_hub(cmd.ReportCallEnded("c", CallResult.TALKED), seat_id="s2", person="d2")
    seat.pump()
    seat.pass_time(1_000)
    assert not alarms(seat.desk, seat.clock())
