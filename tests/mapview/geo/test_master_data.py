"""A centre's lists become orders; bad rows are told by file and line."""

from pathlib import Path

from dispatch import commands as cmd
from dispatch.kinds import Role
from mapview.geo.master_data import read_lists
from tests.dispatch.trade import Centre120


def test_lists_become_orders_the_hub_accepts_twice(tmp_path: Path) -> None:
    (tmp_path / "stations.csv").write_text("code,name,lon,lat\n01,城东站,110,30\n", encoding="utf-8")
    (tmp_path / "vehicles.csv").write_text(
        "number,plate,kind,station,terminal\n急101,鄂A1,监护型,01,13900000001\n急102,鄂A2,飞行型,01,\n",
        encoding="utf-8",
    )
    (tmp_path / "staff.csv").write_text(
        "工号,姓名,roles,phone,所属中心,备勤,资格有效期\n"
        "1001,王敏,调度员;调度班长,13900001001,02,是,2026-12-31\n1002,李强,厨师\n1003,孙浩,调度员,,,,明年\n",
        encoding="utf-8",
    )
    (tmp_path / "seats.csv").write_text("number,kind,site\n01,,\n02,reserve,02\n", encoding="utf-8")
    (tmp_path / "sites.csv").write_text(
        "code,name,districts\n02,江南分中心,江南区;铃东区\n", encoding="utf-8"
    )
    lists = read_lists(tmp_path, "01")
    assert [(fault.file, fault.line) for fault in lists.faults] == [
        ("vehicles.csv", 3),
        ("staff.csv", 3),
        ("staff.csv", 4),
    ]
    centre = Centre120()
    for _ in range(2):
        for order in lists.orders:
            centre.must(order, roles=frozenset({Role.HUB}))
    floor = centre.floor
    assert floor.vehicles["vehicle-急101"].station_id == "station-01"
    assert floor.dispatchers["staff-1001"].roles == {Role.DISPATCHER, Role.SHIFT_LEADER}
    assert (floor.seats["seat-02-02"].kind, floor.seats["seat-01-01"].kind) == ("reserve", "city")
    assert floor.sites["02"].districts == ("江南区", "铃东区")
    person = floor.dispatchers["staff-1001"]
    assert (person.phone, person.site, person.on_call) == ("13900001001", "02", True)
    assert person.qualified_until_at == 1_798_732_799_999, "the last moment of that day in UTC+8"
    assert isinstance(lists.orders[0], cmd.RegisterSite)
