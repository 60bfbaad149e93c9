"""The table of modes: each with words, time, what to do, colour and shape; entered, aged and left again."""

import pytest

from console import i18n
from console.models import lamps
from console.models.hub_alarm_words import TABLE as TABLE_OF_ALARMS
from console.models.modes import CLOCK_STEADY_MS, TABLE, banners, city_age_ms
from console.ports import HubMode, Link
from dispatch.floor import Floor
from dispatch.kinds import ConflictChoice
from dispatch.sites import Authority, Conflict, Settlement, Site
from tests.console.busy import START

MINUTE_MS = 60_000
SITES = {"01": Site("01", "市急救中心"), "02": Site("02", "道里区分中心", ("道里区",))}
CASES = [
    (Link(HubMode.SLOW, tick_age_ms=2_400), ("2 秒", "自动补发"), "warning"),
    (Link(HubMode.CUT_OFF, tick_age_ms=9_000, waiting=4), ("9 秒", "5 条", "电台并登记"), "fault"),
    (Link(HubMode.CUT_OFF), ("尚未连上中枢", "存本机"), "fault"),
    (Link(HubMode.STORE_SWITCH, waiting=2), ("已 1:00 无应答", "3 条", "电台并登记", "维护"), "warning"),
    (Link(HubMode.AWAITING_COPY, store_age_ms=7_000), ("异地备份", "7 秒", "排队"), "warning"),
    (Link(HubMode.ISLAND), ("孤岛模式", "核对", "1:00"), "fault"),
    (Link(HubMode.REVOKED), ("撤权", "仅可查看", "1:00"), "fault"),
    (Link(HubMode.NOT_ENROLLED), ("未登记", "1 条", "管理员"), "fault"),
    (Link(HubMode.CATCHING_UP, text="12/90"), ("正在同步", "12/90"), "info"),
    (Link(HubMode.DISK_LOW), ("磁盘", "通知维护", "1:00"), "warning"),
    (Link(HubMode.DISK_LOW, disk_percent=7), ("中枢磁盘", "轨迹", "通知维护", "1:00"), "warning"),
    (Link(HubMode.DISK_LOW, disk_percent=4), ("中枢磁盘", "4 %", "只保证接警与派车", "1:00"), "fault"),
    (Link(HubMode.DISK_LOW, disk_percent=4, disk_at="02"), ("区中继磁盘", "4 %", "1:00"), "fault"),
    (Link(HubMode.DISK_FULL, waiting=1), ("磁盘已满", "2 条", "电台"), "fault"),
    (Link(HubMode.DISK_FULL, disk_percent=0, disk_at="02"), ("区中继磁盘已满", "1 条", "电台"), "fault"),
    (
        Link(HubMode.CITY_CUT_OFF, relay="02", hub_age_ms=65_000),
        ("市中心断开", "1:05前", "1 条", "两人授权"),
        "fault",
    ),
    (Link(HubMode.HANDING_OVER, queued=3), ("移交中", "1 条", "1:00"), "command"),
    (Link(HubMode.NORMAL, clock_ms=-900), ("-0.9 秒", "校时"), "warning"),
    (Link(HubMode.NORMAL, clock_ms=3_600_000), ("+3600 秒", "由中枢记"), "fault"),
    (Link(HubMode.NORMAL, alarm="时钟倒退"), ("时钟倒退", "接警派车照常", "通知维护"), "warning"),
    *(
        (Link(HubMode.NORMAL, alarm=f"{kind}:1795300000000:3"), ("维护",), "warning")
        for kind in ("fault", "door")
    ),
    *(
        (Link(HubMode.NORMAL, alarm=kind), ("坐席自动转到",), "warning")
        for kind in TABLE_OF_ALARMS
        if "relay:" in kind
    ),
    (Link(HubMode.NORMAL, alarm="unknown_rows"), ("区中继", "升级"), "warning"),
    (Link(HubMode.NORMAL, alarm="store_fault"), ("接警照常", "电台并登记", "立即通知维护"), "warning"),
    *(
        (Link(HubMode.NORMAL, alarm=kind), ("照常", "管理员"), "warning")
        for kind in ("roster_older", "roster_damaged")
    ),
    (Link(HubMode.NORMAL, alarm="disk_short:15", disk_percent=15), ("15 %", "照常", "维护"), "warning"),
]


def taken_over(**changes) -> Authority:
    row = {"id": "CITY", "site": "02", "term": 3, "since_at": START, "from_site": "01"}
    return Authority(**row | {"dispatcher_id": "d9", "second_id": "d2"} | changes)


@pytest.mark.parametrize(("link", "words", "tone"), CASES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mode_says_what_it_is_since_when_and_what_to_do(seat, link, words, tone, language):
    i18n.use(language)
    seat.desk.take(link)
    seat.clock.now += MINUTE_MS
    seat.desk.unsigned.append(None)
    (told,) = banners(seat.desk.standing(seat.clock()))
    assert told.tone == tone
    assert told.words.startswith(told.shape)
    for word in words if language == "zh" else ():
        assert word in told.text
    seat.desk.take(Link(HubMode.NORMAL))
    assert banners(seat.desk.standing(seat.clock())) == ()


def test_a_store_that_is_silent_says_how_long_and_after_a_switch_what_to_do(seat):
    seat.desk.take(Link(HubMode.STORE_SWITCH, store_age_ms=7_000, queued=2))
    assert "切换中 7 秒（通常 ≤20 秒）" in banners(seat.desk.standing(seat.clock()))[0].text
    seat.clock.now += 19_000
    assert "切换中 19 秒" in banners(seat.desk.standing(seat.clock()))[0].text
    seat.clock.now += 1_000
    (told,) = banners(seat.desk.standing(seat.clock()))
    assert "已 0:20 无应答" in told.text
    assert "用电台并登记" in told.text


def test_all_modes_are_in_the_table_and_tried():
    assert set(TABLE) == set(HubMode) - {HubMode.NORMAL}
    tried = {link.mode for link, _, _ in CASES}
    by_hand = {HubMode.NORMAL, HubMode.TAKEN_OVER, HubMode.CLOCK_OFF, HubMode.CLOCK_WRONG, HubMode.ALARM}
    by_hand |= {HubMode.DISK_CRITICAL}  # told from how much is left
    assert tried | by_hand == set(HubMode)


def test_colour_is_never_the_only_sign():
    shapes = {}
    for look in TABLE.values():
        shapes.setdefault(look.shape, look.tone)
        assert shapes[look.shape] == look.tone, "one shape, one colour"


def test_a_takeover_names_who_ordered_it_and_what_is_left(seat):
    floor = seat.desk.floor
    floor.sites = dict(SITES)
    floor.authorities = {"CITY": taken_over(site="01", from_site="", term=1)}
    assert banners(seat.desk.standing(seat.clock())) == ()
    floor.authorities = {"CITY": taken_over()}
    open_one = Conflict("k1", "c", "01", "AssignVehicle", START, START, b"", "VehicleTaken")
    settled = Settlement(ConflictChoice.KEEP_OURS, START, "d9")
    floor.conflicts = {
        "k1": open_one,
        "k2": Conflict("k2", "c", "01", "X", START, START, b"", "NotFound", settled=settled),
    }
    (told,) = banners(seat.desk.standing(seat.clock()))
    assert told.tone == "command"
    assert "道里区分中心已接管全市指挥（第 3 届），授权人 王芳 / 李强" in told.text
    assert "冲突待核对 1 项" in told.text
    floor.authorities = {"CITY": taken_over(site="01", from_site="02", term=4)}
    assert banners(seat.desk.standing(seat.clock())) == (), "given back"


def test_one_late_tick_is_not_a_wrong_clock(seat):
    seat.desk.take(Link(HubMode.NORMAL, clock_ms=800))
    seat.clock.now += CLOCK_STEADY_MS - 1
    assert banners(seat.desk.standing(seat.clock())) == ()
    seat.clock.now += 1
    assert banners(seat.desk.standing(seat.clock()))[0].mode is HubMode.CLOCK_OFF


def test_several_modes_at_once_the_gravest_first(seat):
    seat.desk.floor.sites = dict(SITES)
    seat.desk.floor.authorities = {"CITY": taken_over()}
    seat.desk.take(Link(HubMode.SLOW, tick_age_ms=1_500))
    told = banners(seat.desk.standing(seat.clock()))
    assert [one.mode for one in told] == [HubMode.SLOW, HubMode.TAKEN_OVER]


def test_only_an_island_frames_every_window():
    assert [mode for mode, look in TABLE.items() if look.framed] == [HubMode.ISLAND]


def test_the_age_of_the_city_is_told_while_it_is_not_heard():
    assert city_age_ms(Link(relay="02", hub_age_ms=9_000)) == 9_000
    assert city_age_ms(Link(relay="02", hub_age_ms=900)) is None
    assert city_age_ms(Link(hub_age_ms=0)) is None
    assert city_age_ms(Link(HubMode.CUT_OFF)) is None, "never heard: there is nothing that could be old"
    assert city_age_ms(Link(HubMode.CUT_OFF, tick_age_ms=9_000)) == 9_000
    assert city_age_ms(Link(HubMode.CUT_OFF, tick_age_ms=9_000, relay="02", hub_age_ms=60_000)) == 69_000


def lamp(seat, key):
    return next((one for one in lamps.lamps(seat.desk, seat.clock()) if one.key == key), None)


def test_lamps_of_the_city_and_of_conflicts_come_and_go(seat):
    assert lamp(seat, "city") is lamp(seat, "conflicts") is None
    seat.desk.take(Link(HubMode.NORMAL, relay="02", hub_age_ms=0))
    assert lamp(seat, "city").tone == "ok"
    seat.desk.take(Link(HubMode.CITY_CUT_OFF, relay="02", hub_age_ms=125_000))
    assert (lamp(seat, "city").tone, lamp(seat, "city").state) == ("fault", "125 秒前")
    assert lamp(seat, "hub").tone == "fault"
    one = Conflict("k1", "c", "01", "AssignVehicle", START, START, b"", "VehicleTaken")
    seat.desk.floor.conflicts["k1"] = one
    assert lamp(seat, "conflicts").state == "1"


@pytest.mark.parametrize("mode", list(HubMode))
def test_every_mode_has_its_lamps(seat, mode):
    seat.desk.take(Link(mode, tick_age_ms=4_000, waiting=3))
    assert len(lamps.lamps(seat.desk, seat.clock())) == 6


def test_an_empty_floor_has_no_takeover():
    from console.models.commanding import away_from_home

    assert away_from_home(Floor()) == ()
