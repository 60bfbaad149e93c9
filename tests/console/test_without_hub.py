"""A seat without any hub: vehicles sent by voice and entered later with their times; ages of what is old."""

import pytest
from PySide6.QtCore import Qt

from console.models import acts, rows
from console.models.spoken import OFFLINE
from console.ports import HubMode, Link, Moved
from dispatch import commands as cmd
from dispatch.kinds import OrderStatus
from tests.console.busy import PASSWORDS, START, Seatful, busy
from tests.console.clipping import clipped

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
LOST = Link(HubMode.CUT_OFF, tick_age_ms=9_000)
BACK = Link(HubMode.NORMAL, round_trip_ms=1)


def lose_hub(seat, shown, link=LOST):
    seat.hub.holding = True
    seat.desk.take(link)
    shown.settle()


def find_hub(seat, shown):
    seat.desk.take(BACK)
    seat.hub.holding = False
    seat.hub.release()
    shown.settle()


def take_down(seat, shown, address="学府路一带"):
    shown.key(Key.Key_F2)
    shown.type(address)
    shown.wait_pause()


def ring_before_the_log_in(show):
    """Nobody sits here, the hub is gone, a caller gives an address and a vehicle is to be sent."""
    seat = Seatful()
    seat.pump()
    shown = show(seat)
    shown.window.open_login()
    lose_hub(seat, shown)
    seat.phone.ring("13904510001")
    shown.settle()
    shown.key(Key.Key_F3)
    shown.type("中山路88号")
    shown.wait_pause()
    return seat, shown


@pytest.mark.parametrize("mode", sorted(OFFLINE))
def test_a_vehicle_sent_by_radio_is_entered_with_the_time_it_was_spoken(seat, show, mode):
    shown = show(seat)
    take_down(seat, shown)
    lose_hub(seat, shown, Link(mode, tick_age_ms=9_000, relay="02", hub_age_ms=9_000))
    shown.key(Key.Key_1, CTRL)
    vehicle = seat.desk.hand.vehicle_id
    shown.key(Key.Key_F4)
    assert shown.find("reason").isVisible()
    assert "先用电台" in shown.window._reason._title.text()
    assert not seat.desk.pending, "asking sends nothing"
    shown.key(Key.Key_1)
    shown.key(Key.Key_Return)
    spoken_at = seat.clock()
    assert "自动补录" in shown.text("notice.text")
    (row,) = [row for row in rows.vehicles(seat.desk, seat.clock()) if row.id == vehicle]
    assert "已口头派车" in row.state
    assert not row.callable
    assert "已口头派车" in shown.window._missions._strips[0].line._row.order
    shown.key(Key.Key_F4)
    assert not shown.find("reason").isVisible(), "once is enough"
    seat.pass_time(15 * 60_000)
    find_hub(seat, shown)
    mission = next(iter(seat.desk.floor.missions.values()))
    assert (mission.vehicle_id, mission.ordered_at) == (vehicle, spoken_at)
    assert mission.manual
    assert mission.order_status is OrderStatus.ACCEPTED
    assert "已用电台派车，车组已复诵" in mission.order_text
    assert "口头派车，补录" in shown.window._missions._strips[0].line._row.order
    (incident,) = rows.incidents(seat.desk, seat.clock())
    assert "补录" in incident.state


def test_who_was_not_reached_waits_for_the_hub_as_an_ordinary_order(seat, show):
    shown = show(seat)
    take_down(seat, shown)
    lose_hub(seat, shown)
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    shown.key(Key.Key_3)
    shown.key(Key.Key_Return)
    find_hub(seat, shown)
    (mission,) = seat.desk.floor.missions.values()
    assert not mission.manual


def test_asking_can_be_given_up_and_nothing_is_entered(seat, show):
    shown = show(seat)
    take_down(seat, shown)
    lose_hub(seat, shown)
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    shown.key(Key.Key_Escape)
    find_hub(seat, shown)
    assert not seat.desk.floor.missions


def test_before_the_log_in_too_and_under_the_name_of_who_logs_in(show):
    seat, shown = ring_before_the_log_in(show)
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    assert [button.text() for button in shown.window._reason._choices if "30 秒" in button.text()] == []
    shown.key(Key.Key_1)
    shown.key(Key.Key_Return)
    spoken_at = seat.clock()
    assert [type(one.command).__name__ for one in seat.desk.unsigned][-1] == "AssignVehicle"
    shown.key(Key.Key_F4)
    seat.pass_time(10 * 60_000)
    find_hub(seat, shown)
    assert not seat.desk.floor.missions, "nobody has answered for it yet"
    seat.log_in("0101", PASSWORDS["0101"])
    shown.settle()
    seat.pass_time(1_000)
    (mission,) = seat.desk.floor.missions.values()
    incident = seat.desk.floor.incidents[mission.incident_id]
    assert (mission.manual, mission.ordered_at, mission.dispatcher_id) == (True, spoken_at, "d1")
    assert incident.place.address == "中山路88号"
    intake = seat.desk.floor.intakes[incident.intake_ids[0]]
    assert intake.begun_at < spoken_at
    assert intake.entered_at is not None


def test_with_a_hub_nobody_is_sent_before_the_log_in(show):
    seat, shown = ring_before_the_log_in(show)
    find_hub(seat, shown)
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    assert "请先登录" in shown.text("notice.text")
    assert not shown.find("reason").isVisible()
    assert not any(isinstance(one.command, cmd.AssignVehicle) for one in seat.desk.unsigned)


def test_nothing_is_clipped_while_asking_how_the_crew_was_told(seat, show):
    shown = show(seat)
    take_down(seat, shown)
    lose_hub(seat, shown)
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    assert clipped(shown.window) == []


@pytest.mark.parametrize(
    "link",
    [
        Link(HubMode.CITY_CUT_OFF, relay="02", hub_age_ms=185_000),
        Link(HubMode.CUT_OFF, tick_age_ms=185_000),
        Link(HubMode.CUT_OFF, tick_age_ms=180_000, relay="02", hub_age_ms=5_000),
    ],
)
def test_without_the_city_every_panel_says_how_old_its_values_are(seat, show, link):
    seat.hub.tell(Moved("v1", 126.6, 45.7, START))
    seat.pump()
    shown = show(seat)
    seat.desk.take(link)
    shown.window.second()
    shown.settle()
    window = shown.window
    for panel in (window._vehicles, window._incidents, window._alarms, window._news, window._calls):
        assert "3:05前" in panel.old.text(), panel.title.text()
        assert panel.old.isVisible()
    assert "他台" in window._calls.old.text(), "our own telephone is of now"
    assert "3:05前" in shown.text("reserve.old")
    assert "3:05前" in window._pages.tabs.tabText(0)
    assert "3:05前" in window._chart.canvas._old
    (row,) = [row for row in rows.vehicles(seat.desk, seat.clock()) if row.id == "v1"]
    assert "3:05前" in row.state
    assert clipped(window) == []
    seat.desk.take(BACK)
    window.second()
    shown.settle()
    assert not window._vehicles.old.isVisible()
    assert window._chart.canvas._old == ""
    assert "前" not in window._pages.tabs.tabText(0)


def test_the_hospitals_offered_say_how_old_they_are(seat, show):
    shown = show(seat)
    take_down(seat, shown)
    shown.key(Key.Key_1, CTRL)
    shown.key(Key.Key_F4)
    lose_hub(seat, shown, Link(HubMode.CUT_OFF, tick_age_ms=65_000))
    shown.key(Key.Key_H, CTRL)
    assert "1:05前的情况" in shown.window._reason._title.text()


def test_the_list_shows_what_was_typed_here_and_not_what_the_hub_last_knew(seat, show):
    busy(seat)
    shown = show(seat)
    lose_hub(seat, shown)
    loose = next(it.id for it in seat.desk.floor.intakes.values() if it.incident_id is None)
    for key, typed in (("e5", "友谊路 2 号防洪纪念塔北侧"), (loose, "学府路 76 号")):
        acts.show(seat.desk, key)
        acts.type_address(seat.desk, typed)
        shown.wait_pause()
        [row] = [row for row in rows.incidents(seat.desk, seat.clock()) if row.id == key]
        assert row.address == typed
        assert row.state.endswith("本机")
        assert row.complaint, "what was not typed is the hub's"
    find_hub(seat, shown)
    shown.wait_pause()
    found = {row.id: row for row in rows.incidents(seat.desk, seat.clock())}
    assert found["e5"].address == "友谊路 2 号防洪纪念塔北侧"
    assert not any("本机" in row.state for row in found.values())
