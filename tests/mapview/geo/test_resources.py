"""The user's lists: encodings, header words, datum, bad rows by line, doubles."""

from pathlib import Path

import pytest

from dispatch.kinds import Centre, EmergencyDepartment, VehicleKind
from mapview.geo import resources
from mapview.geo.errors import SourceError


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_stations_with_chinese_header_in_gb18030_and_gcj02(tmp_path: Path) -> None:
    text = "编号,名称,经度,纬度,坐标系,电话\nZ01,南岗急救站,126.645963978030,45.756947826148,GCJ-02,120\n"
    table = resources.read_stations(written(tmp_path / "s.csv", text, "gb18030"))
    (station,) = table.rows
    assert table.faults == ()
    assert (station.code, station.name, station.phone) == ("Z01", "南岗急救站", "120")
    assert station.place.point.lon == pytest.approx(126.64, abs=1e-9)
    assert station.place.point.lat == pytest.approx(45.755, abs=1e-9)
    assert (station.place.raw.lon, station.place.raw_datum) == (126.645963978030, "gcj02")


def test_only_cr_and_lf_end_a_row(tmp_path: Path) -> None:
    text = 'code,name,lon,lat,address\r\nZ01,a\u2028b,126.6,45.7,"x\x0by\nz"\r\n'
    (station,) = resources.read_stations(written(tmp_path / "s.csv", text)).rows
    assert (station.name, station.address) == ("a\u2028b", "x\x0by\nz")


def test_bad_rows_are_told_by_line_and_the_others_kept(tmp_path: Path) -> None:
    rows = [
        "code,name,lon,lat,datum",
        "A1,大厅,104.1,30.6,",
        ",无编号,104.1,30.6,",
        "A2,海里,0,0,",
        "A3,错,12x,30.6,",
        "A4,错,104.1,30.6,beijing54",
        "A1,又来,104.1,30.6,WGS84",
        "",
        "A5,短行",
        "A6,末行,104.2,30.7,BD09,extra",
    ]
    table = resources.read_aeds(written(tmp_path / "a.csv", "\r\n".join(rows), "utf-8-sig"))
    assert [row.code for row in table.rows] == ["A1", "A6"]
    assert [(fault.line, fault.why.split(":")[0]) for fault in table.faults] == [
        (3, "code is empty"),
        (4, "no such place"),
        (5, "lon is not a number"),
        (6, "unknown datum 'beijing54'"),
        (7, "A1 stands twice"),
        (9, "lon is empty"),
    ]


def test_hospitals(tmp_path: Path) -> None:
    header = "code,name,lon,lat,chest_pain,stroke,trauma,maternal,neonatal,department,free_beds"
    rows = [
        "H1,一院,104,30,1,是,yes,0,否,busy,7",
        "H2,二院,104,30,,,,,,,",
        "H3,三院,104,30,也许,,,,,,",
        "H4,四院,104,30,,,,,,closed,",
        "H5,五院,104,30,,,,,,,-3",
    ]
    table = resources.read_hospitals(written(tmp_path / "h.csv", "\n".join([header, *rows])))
    first, second = table.rows
    assert first.centres == {Centre.CHEST_PAIN, Centre.STROKE, Centre.TRAUMA}
    assert (first.department, first.free_beds) == (EmergencyDepartment.BUSY, 7)
    assert (second.department, second.free_beds) == (EmergencyDepartment.OPEN, None)
    assert [fault.line for fault in table.faults] == [4, 5, 6]


def test_vehicles_and_posts(tmp_path: Path) -> None:
    header = "车号,车牌,车型,急救站,终端号,能力\n"
    text = f"{header}急101,铃A00120,负压型,Z01,13900000101,icu; isolation\n急102,x,房车,Z01,,\n"
    table = resources.read_vehicles(written(tmp_path / "v.csv", text))
    (vehicle,) = table.rows
    assert vehicle.kind is VehicleKind.NEGATIVE_PRESSURE
    assert vehicle.capabilities == {"icu", "isolation"}
    assert len(table.faults) == 1
    posts = "kind,code,road,lon,lat,km\n里程桩,K12,G1201,104,30,12.5\nlamp,K12,G1201,104,30,\n"
    milestone, lamp = resources.read_posts(written(tmp_path / "p.csv", posts)).rows
    assert (milestone.kind, milestone.km, lamp.km) == ("milestone", 12.5, None)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv"):
        resources.read_posts(tmp_path / "none.csv")
    (tmp_path / "raw.csv").write_bytes(bytes(range(255, 100, -1)) * 3)
    with pytest.raises(SourceError, match="neither UTF-8 nor GB 18030"):
        resources.read_posts(tmp_path / "raw.csv")
    assert resources.read_posts(written(tmp_path / "empty.csv", "")).rows == ()


def test_lists_of_the_demo_city(demo_folder: Path) -> None:
    stations = resources.read_stations(demo_folder / "stations.csv")
    vehicles = resources.read_vehicles(demo_folder / "vehicles.csv")
    hospitals = resources.read_hospitals(demo_folder / "hospitals.csv")
    codes = {station.code for station in stations.rows}
    assert len(vehicles.rows) == 30
    assert {vehicle.station for vehicle in vehicles.rows} <= codes
    assert len({vehicle.terminal for vehicle in vehicles.rows}) == 30
    assert {centre for hospital in hospitals.rows for centre in hospital.centres} == set(Centre)
    assert not stations.faults + vehicles.faults + hospitals.faults
