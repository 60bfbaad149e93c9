"""The centre's own lists as orders for the hub: stations, hospitals, vehicles, staff and seats.

Ids are made from the codes people already use, so that loading a list again updates and never doubles.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from dispatch import commands as cmd
from dispatch.kinds import Role, SeatKind
from dispatch.moments import BEIJING
from dispatch.sites import Site
from dispatch.words import Dispatcher, Hospital, Seat, Station, Vehicle
from mapview.geo.csv_rows import Row, RowFault, read_table
from mapview.geo.resources import (
    HospitalRow,
    StationRow,
    VehicleRow,
    read_hospitals,
    read_stations,
    read_vehicles,
)

_ROLES: Final = {
    "调度员": Role.DISPATCHER,
    "调度班长": Role.SHIFT_LEADER,
    "系统管理员": Role.ADMINISTRATOR,
    "只读": Role.OBSERVER,
    "储备调度员": Role.RESERVE_DISPATCHER,
    "咨询员": Role.CONSULTANT,
    "调度科科长": Role.HEAD_OF_DISPATCH,
    "分站值班员": Role.STATION_DUTY,
    "质控员": Role.QUALITY_REVIEWER,
    "中心领导": Role.LEADER,
} | {role.value: role for role in Role if role not in {Role.HUB, Role.GATEWAY, Role.SEAT}}
_SEAT_KINDS: Final = {"中心席": SeatKind.CITY, "储备席": SeatKind.RESERVE, "培训席": SeatKind.TRAINING} | {
    kind.value: kind for kind in SeatKind
}


class Lists(msgspec.Struct, frozen=True):
    """Orders in the sequence they must be given, and the rows that were left out."""

    orders: tuple[cmd.Command, ...]
    faults: tuple[RowFault, ...]


def read_lists(folder: Path, site: str) -> Lists:
    """Read sites, stations, hospitals, vehicles, staff and seats (.csv), those that are there.

    `site` is the code of the centre the seats belong to. Raises SourceError for an unreadable file.
    """
    orders: list[cmd.Command] = []
    faults: list[RowFault] = []
    for name, read in _READERS.items():
        path = folder / name
        if path.exists():
            made, wrong = read(path, site)
            orders += made
            faults += wrong
    return Lists(tuple(orders), tuple(faults))


_Made = tuple[list[cmd.Command], tuple[RowFault, ...]]


def _hospitals(path: Path, site: str) -> _Made:
    table = read_hospitals(path)
    return [cmd.RegisterHospital(_hospital(row)) for row in table.rows], table.faults


def _hospital(row: HospitalRow) -> Hospital:
    return Hospital(
        id=f"hospital-{row.code}",
        code=row.code,
        name=row.name,
        point=row.place.point,
        level=row.level,
        phone=row.phone,
        centres=row.centres,
        department=row.department,
        free_beds=row.free_beds,
    )


def _stations(path: Path, site: str) -> _Made:
    table = read_stations(path)
    return [cmd.RegisterStation(_station(row)) for row in table.rows], table.faults


def _station(row: StationRow) -> Station:
    return Station(
        id=f"station-{row.code}",
        code=row.code,
        name=row.name,
        point=row.place.point,
        district=row.district,
        phone=row.phone,
        hospital_id=f"hospital-{row.hospital}" if row.hospital else None,
    )


def _vehicles(path: Path, site: str) -> _Made:
    table = read_vehicles(path)
    return [cmd.RegisterVehicle(_vehicle(row)) for row in table.rows], table.faults


def _vehicle(row: VehicleRow) -> Vehicle:
    return Vehicle(
        id=f"vehicle-{row.number}",
        number=row.number,
        plate=row.plate,
        kind=row.kind,
        station_id=f"station-{row.station}",
        terminal=row.terminal,
        radio=row.radio,
        capabilities=row.capabilities,
    )


def _staff(path: Path, site: str) -> _Made:
    table = read_table(path, _person, lambda person: person.staff_number)
    return [cmd.RegisterDispatcher(person) for person in table.rows], table.faults


def _person(row: Row) -> Dispatcher:
    """Columns staff_number, name, roles (several separated by ;).

    For calling out, all optional: phone, site (code; empty: the city), on_call, qualified_until (YYYY-MM-DD,
    the last day; empty: may not work a reserve seat).
    """
    words = [word.strip() for word in row.need("roles").split(";")]
    unknown = [word for word in words if word not in _ROLES]
    if unknown:
        raise ValueError(f"no such role: {unknown[0]}")
    number = row.need("staff_number")
    roles = frozenset(_ROLES[word] for word in words)
    return Dispatcher(
        f"staff-{number}",
        number,
        row.need("name"),
        roles,
        phone=row.text("phone"),
        site=row.text("site"),
        on_call=row.flag("on_call"),
        qualified_until_at=_end_of_day(row.text("qualified_until")),
    )


def _end_of_day(text: str) -> int | None:
    """The last moment of this day in UTC+8 (ms), None where there is none."""
    if not text:
        return None
    try:
        last = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=BEIJING) + timedelta(days=1)
    except ValueError:
        raise ValueError(f"qualified_until is not YYYY-MM-DD: {text!r}") from None
    return int(last.timestamp() * 1000) - 1


def _seats(path: Path, site: str) -> _Made:
    table = read_table(path, lambda row: _seat(row, site), lambda seat: seat.number)
    return [cmd.RegisterSeat(seat) for seat in table.rows], table.faults


def _seat(row: Row, site: str) -> Seat:
    """Columns number; optional kind (city, reserve, training) and site (code; empty: the centre)."""
    word = row.text("kind") or SeatKind.CITY.value
    if word not in _SEAT_KINDS:
        raise ValueError(f"no such kind of seat: {word}")
    number = row.need("number")
    site = row.text("site") or site
    return Seat(f"seat-{site}-{number}", number, site, _SEAT_KINDS[word])


def _sites(path: Path, site: str) -> _Made:
    table = read_table(path, _site, lambda one: one.id)
    return [cmd.RegisterSite(one) for one in table.rows], table.faults


def _site(row: Row) -> Site:
    """Columns code, name; optional districts (separated by ;) and phone."""
    districts = tuple(word.strip() for word in row.text("districts").split(";") if word.strip())
    return Site(row.need("code"), row.need("name"), districts, row.text("phone"))


_READERS: Final = {
    "sites.csv": _sites,
    "hospitals.csv": _hospitals,
    "stations.csv": _stations,
    "vehicles.csv": _vehicles,
    "staff.csv": _staff,
    "seats.csv": _seats,
}
