"""What a seat shows and does between sites: offer, sign, return, and what is told on the way."""

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from console import i18n
from console.models import alarm_rows, lamps, rows
from console.models.site_lamps import site_lamps
from console.ports import Expired, HubMode, Link
from dispatch import commands as cmd
from dispatch import requests as req
from dispatch.kinds import RequestState
from dispatch.sites import Authority, Site
from dispatch.words import Seat
from tests.console.busy import busy

SHIFT = Qt.KeyboardModifier.ShiftModifier
THEIRS = {"seat_id": "s9", "person": "d2"}


@pytest.fixture
def two(seat):
    """This seat in the centre 01, seat s9 in the district 02."""
    seat.hub.as_hub(cmd.RegisterSite(Site("01", "市中心")))
    seat.hub.as_hub(cmd.RegisterSite(Site("02", "江北分中心", ("江北区",))))
    seat.hub.as_hub(cmd.RegisterSeat(Seat("s9", "21", "02")))
    busy(seat)
    seat.pump()
    return seat


def give_theirs(seat, command: cmd.Command) -> None:
    seat.hub.as_hub(command, **THEIRS)
    seat.pump()


def request_rows(seat) -> list[alarm_rows.AlarmRow]:
    return [row for row in alarm_rows.alarms(seat.desk, seat.clock()) if row.id in seat.desk.floor.requests]


def the_request(seat) -> req.Request:
    return next(iter(seat.desk.floor.requests.values()))


def test_an_incident_is_offered_by_key_and_comes_back_signed(two, show):
    shown = show(two)
    two.desk.take_in_hand(incident_id="e5")
    shown.key(Qt.Key.Key_F2, SHIFT)
    shown.key(Qt.Key.Key_1)
    shown.type("离贵区近")
    shown.key(Qt.Key.Key_Return)
    offered = the_request(two)
    assert (offered.incident_id, offered.to_site, offered.state) == ("e5", "02", RequestState.OPEN)
    assert offered.text == "离贵区近"
    [row] = request_rows(two)
    assert (row.words, row.mine, row.loud) == ("转单 → 江北分中心", True, False)
    named = {row.id: row.state for row in rows.incidents(two.desk, two.clock())}
    assert named["e5"] == "待江北分中心签收"

    two.pass_time(61_000)
    [row] = request_rows(two)
    assert (row.words, row.loud) == ("转单 → 江北分中心 无人签收", True)
    give_theirs(two, req.SignRequest(offered.id))
    shown.settle()
    assert request_rows(two) == []
    assert two.desk.floor.incidents["e5"].site == "02"
    assert "已签收转单" in two.desk.notices[-1].what


def test_what_comes_from_another_site_is_told_signed_and_returned(two, show):
    shown = show(two)
    two.desk.take_in_hand()
    give_theirs(two, req.AskHelp("r1", "01", 2, "大客车侧翻"))
    shown.settle()
    assert "大客车侧翻" in shown.text("notice.text")
    assert "2 辆车" in shown.text("notice.text")
    [row] = request_rows(two)
    assert (row.words, row.target, row.mine) == ("增援 ← 江北分中心", "2 辆车 大客车侧翻", True)
    shown.key(Qt.Key.Key_F7, SHIFT)
    assert two.desk.floor.requests["r1"].state is RequestState.SIGNED
    assert not [notice for notice in two.desk.notices if notice.verb == "sign_request"]

    for key in ("r2", "r3"):
        give_theirs(two, req.SendBulletin(key, "01", f"封路 {key}"))
    shown.key(Qt.Key.Key_F7, SHIFT)
    shown.find("reason.r3").click()
    shown.key(Qt.Key.Key_Return)
    assert two.desk.floor.requests["r3"].state is RequestState.SIGNED
    shown.key(Qt.Key.Key_F8, SHIFT)
    shown.find("reason.other").click()
    shown.find("reason.confirm").click()
    shown.settle()
    assert two.desk.floor.requests["r2"].reason == "其他原因"
    shown.key(Qt.Key.Key_F7, SHIFT)
    assert "没有待签收的请求" in shown.text("notice.text")


def test_a_signed_incident_is_in_hand_where_nothing_was(two):
    two.desk.take_in_hand()
    theirs = replace(two.desk.floor.incidents["e5"], site="02")
    two.hub.floor.incidents["e5"] = two.desk.floor.incidents["e5"] = theirs
    give_theirs(two, req.OfferIncident("r1", "e5", "01"))
    two.desk.give(req.SignRequest("r1"))
    two.pump()
    assert two.desk.incident_id() == "e5"
    assert two.desk.floor.incidents["e5"].seat_id == "s1"


def test_what_was_returned_or_not_delivered_is_told_to_who_sent_it(two, show):
    shown = show(two)
    for key in ("r1", "r2"):
        two.desk.give(req.SendBulletin(key, "02", "通告"))
    two.pump()
    give_theirs(two, req.ReturnRequest("r1", "发错"))
    assert "江北分中心退回通报（通告）：发错" in two.desk.notices[-1].what
    two.hub.as_hub(cmd.MoveAuthority(Authority("02", "02", 1, two.clock(), from_site="01")))
    two.pump()
    assert "未送达江北分中心" in two.desk.notices[-1].what
    two.pass_time(1_000)
    [row] = request_rows(two)
    assert (row.words, row.loud) == ("通报 → 江北分中心 未送达", True)
    shown.key(Qt.Key.Key_F12, SHIFT)
    shown.key(Qt.Key.Key_Return)
    assert request_rows(two) == []


def test_nothing_is_sent_where_it_cannot_arrive(two, show):
    shown = show(two)
    two.desk.take_in_hand()
    shown.key(Qt.Key.Key_F2, SHIFT)
    assert "手上没有进行中的事件" in shown.text("notice.text")
    shown.key(Qt.Key.Key_F12, SHIFT)
    assert "没有可撤回的请求" in shown.text("notice.text")
    shown.key(Qt.Key.Key_F5, SHIFT)
    shown.key(Qt.Key.Key_Return)
    assert "通报没有内容" in shown.text("notice.text")
    two.desk.take(Link(HubMode.CUT_OFF))
    shown.key(Qt.Key.Key_F3, SHIFT)
    assert "送不到其他中心" in shown.text("notice.text")
    two.hub.holding = True
    cid = two.desk.give(req.SendBulletin("r9", "02", "通告"))
    two.desk.take(Expired(cid))
    assert "“通报”没有得到中枢答复" in two.desk.notices[-1].what


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_site_has_its_lamp(two, language):
    i18n.use(language)
    floor = two.desk.floor
    centre, district = site_lamps(floor, Link(HubMode.NORMAL, sites=(("02", 25_000),)))
    assert (centre.code, district.code, district.tone) == ("01", "02", "fault")
    assert "0:25" in district.line
    assert centre.tone == "warning", "an incident waits for a vehicle there"
    _, district = site_lamps(floor, Link(HubMode.NORMAL, sites=(("02", 300),)))
    assert district.tone == "ok"
    at_relay = site_lamps(floor, Link(HubMode.NORMAL, relay="02", hub_age_ms=60_000))
    assert [it.tone for it in at_relay] == ["fault", "ok"]
    [shown] = [it for it in lamps.lamps(two.desk, two.clock()) if it.key == "sites"]
    assert shown.state == "▲01 ●02"


def test_of_several_it_is_asked_which_goes_back_and_a_bulletin_hides_no_request(two, show):
    shown = show(two)
    two.desk.take_in_hand()
    give_theirs(two, req.AskHelp("r1", "01", 2, "大客车侧翻"))
    give_theirs(two, req.SendBulletin("r2", "01", "封路"))
    shown.settle()
    assert "大客车侧翻" in shown.text("notice.text"), "a bulletin does not hide it"
    shown.key(Qt.Key.Key_F8, SHIFT)
    shown.find("reason.r2").click()
    shown.find("reason.confirm").click()
    shown.settle()
    assert "封路" in shown.window._over.reason._title.text()
    shown.key(Qt.Key.Key_2)
    shown.key(Qt.Key.Key_Return)
    assert two.desk.floor.requests["r2"].reason == "不属本区"
    assert two.desk.floor.requests["r1"].state is RequestState.OPEN


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_long_request_is_read_whole_in_the_bar_that_asks_why(two, show, language):
    i18n.use(language)
    shown = show(two)
    two.desk.take_in_hand()
    give_theirs(two, req.AskHelp("r1", "01", 2, "大客车侧翻，伤者约十五人，三人昏迷，请求负压与监护车各两辆"))
    shown.key(Qt.Key.Key_F8, SHIFT)
    title = shown.window._over.reason._title
    assert title.heightForWidth(title.width()) <= title.height() + 1


def test_each_site_is_offered_with_how_it_stands_and_the_incident_is_named(two, show):
    shown = show(two)
    two.desk.take_in_hand(incident_id="e5")
    two.hub.tell(Link(HubMode.NORMAL, seat_id="s1", sites=(("02", 25_000),)))
    two.pump()
    shown.key(Qt.Key.Key_F3, SHIFT)
    assert "■ 江北分中心 断 0:25" in shown.find("reason.02").text()
    assert "道里区友谊路防洪纪念塔" in shown.window._over.reason._title.text()
