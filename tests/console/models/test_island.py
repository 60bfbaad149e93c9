"""What was recorded on an island: noted by every seat, listed afterwards, ticked off, kept over a restart."""

import pytest
from PySide6.QtCore import Qt

from console import i18n
from console.models import island_rows, lamps
from console.models.island import KEPT_MS, Islands
from console.ports import HubMode, Link
from dispatch import commands as cmd
from dispatch.kinds import MilestoneKind
from tests.console.busy import MIN, Seatful, busy
from tests.console.clipping import clipped

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def alone(seat: Seatful) -> None:
    """An island of three minutes: A05 departs, A06 is sent to e5, a caller hangs up before the answer."""
    busy(seat)
    seat.pass_time(1_000)
    seat.desk.take(Link(HubMode.ISLAND, seat_id="s1"))
    seat.pass_time(MIN)
    seat.hub.as_hub(cmd.RecordVehicleKey("v5", MilestoneKind.DEPARTED, seat.clock()))
    seat.hub.as_hub(cmd.AssignVehicle("m-alone", "e5", "v6", "友谊路"), seat_id="s2", person="d2")
    seat.hub.as_hub(cmd.ReportRinging("c-alone", "13900009999"), seat_id="s2", person="d2")
    seat.pass_time(2 * MIN)
    seat.desk.take(Link(HubMode.NORMAL, seat_id="s1"))
    seat.pass_time(MIN)


def test_only_what_was_recorded_meanwhile_is_listed_by_incident(seat):
    alone(seat)
    found = {row.id: row for row in island_rows.rows(seat.desk)}
    assert set(found) == {"e4", "e5", "c-alone"}
    assert "A06" in found["e5"].rule
    assert "0005" in found["e4"].target
    assert found["c-alone"].target == "13900009999"
    told = island_rows.recorded(seat.desk, "e5")
    assert any("派车 A06（李强）" in one for one in told.steps)
    assert any("孤岛：2026-11-21" in one for one in island_rows.advice(seat.desk).lines)
    seat.hub.as_hub(cmd.RecordVehicleKey("v5", MilestoneKind.ON_SCENE, seat.clock()))
    seat.pump()
    assert len(island_rows.recorded(seat.desk, "e4").steps) == 1, "what came after it is confirmed elsewhere"


def test_each_line_is_ticked_off_by_key_and_the_lamp_goes_out(seat, show):
    alone(seat)
    shown = show(seat)
    assert [one.state for one in lamps.lamps(seat.desk, seat.clock()) if one.key == "island"] == ["3"]
    shown.key(Key.Key_G, CTRL)
    assert "孤岛记录核对" in shown.window._over.conflicts._title.text()
    assert "当时记录：" in shown.text("conflicts.ours")
    assert not shown.find("conflicts.confirm").isVisible()
    for _ in range(3):
        shown.key(Key.Key_Return)
    assert "全部核对完" in shown.text("conflicts.told")
    assert not [one for one in lamps.lamps(seat.desk, seat.clock()) if one.key == "island"]


def test_a_restart_forgets_neither_the_island_nor_what_was_ticked():
    kept = []
    seat = Seatful(keep=lambda it: kept.append(it) or "")
    seat.pump()
    seat.log_in()
    alone(seat)
    seat.desk.islands.check("e4")
    seat.desk.save()
    again = Seatful(kept=kept[-1])
    assert again.desk.islands.seen == seat.desk.islands.seen
    assert again.desk.islands.is_checked("e4", again.desk.islands.seen[0].began_at)


def test_an_island_goes_on_while_nobody_hears_the_hub_and_old_ones_are_forgotten():
    islands = Islands()
    assert islands.hear(HubMode.ISLAND, 1_000)
    for mode in (HubMode.CUT_OFF, HubMode.STORE_SWITCH, HubMode.ISLAND):
        assert not islands.hear(mode, 2_000)
    assert islands.hear(HubMode.NORMAL, 3_000)
    assert not islands.hear(HubMode.NORMAL, 4_000)
    assert [islands.covers(at) for at in (999, 1_000, 3_000, 3_001, None)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    assert islands.hear(HubMode.ISLAND, KEPT_MS + 9_000)
    assert len(islands.seen) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_of_it_is_clipped(seat, show, language):
    i18n.use(language)
    alone(seat)
    shown = show(seat)
    shown.key(Key.Key_G, CTRL)
    assert clipped(shown.window) == []
