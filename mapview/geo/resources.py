"""The city's own lists as plain facts: stations, hospitals, AEDs, vehicles, lamp and kilometre posts.

Read from the user's CSV files; points are WGS-84 with the raw value beside them. The hub's loader turns
stations, hospitals and vehicles into orders for master facts. Columns: see docs of each `read_*`.
"""

from pathlib import Path
from typing import Final

import msgspec

from dispatch.kinds import Centre, EmergencyDepartment, VehicleKind
from mapview.geo.csv_rows import Located, Row, T, Table, read_table


class StationRow(msgspec.Struct, frozen=True):
    """急救站: a base of ambulances. `hospital` is the code of the hospital that runs it, or ""."""

    code: str
    name: str
    place: Located
    district: str = ""
    address: str = ""
    phone: str = ""
    hospital: str = ""


class HospitalRow(msgspec.Struct, frozen=True):
    """医院. `free_beds` None: not told."""

    code: str
    name: str
    place: Located
    level: str = ""
    phone: str = ""
    address: str = ""
    centres: frozenset[Centre] = frozenset()
    department: EmergencyDepartment = EmergencyDepartment.OPEN
    free_beds: int | None = None


class AedRow(msgspec.Struct, frozen=True):
    """A public defibrillator; `hours` in the words of its owner, e.g. `全天`."""

    code: str
    name: str
    place: Located
    address: str = ""
    hours: str = ""
    phone: str = ""


class VehicleRow(msgspec.Struct, frozen=True):
    """救护车. `station` is a station code, `terminal` the phone number of its vehicle terminal or ""."""

    number: str
    plate: str
    kind: VehicleKind
    station: str
    terminal: str = ""
    radio: str = ""
    capabilities: frozenset[str] = frozenset()


class PostRow(msgspec.Struct, frozen=True):
    """A numbered post by the road: `lamp` 灯杆 or `milestone` 里程桩 (`km` along its road, else None)."""

    kind: str
    code: str
    road: str
    place: Located
    km: float | None = None


_VEHICLE_KINDS: Final = {
    "监护型": VehicleKind.INTENSIVE,
    "普通型": VehicleKind.BASIC,
    "转运型": VehicleKind.BASIC,
    "负压型": VehicleKind.NEGATIVE_PRESSURE,
} | {kind.value: kind for kind in VehicleKind}
_DEPARTMENTS: Final = {
    "": EmergencyDepartment.OPEN,
    "开放": EmergencyDepartment.OPEN,
    "繁忙": EmergencyDepartment.BUSY,
    "分流": EmergencyDepartment.DIVERTING,
} | {state.value: state for state in EmergencyDepartment}
_POSTS: Final = {"lamp": "lamp", "灯杆": "lamp", "milestone": "milestone", "里程桩": "milestone"}


def read_stations(path: Path) -> Table[StationRow]:
    """Columns code, name, lon, lat; optional datum, district, address, phone, hospital."""
    return read_table(path, _station, lambda row: row.code)


def read_hospitals(path: Path) -> Table[HospitalRow]:
    """Columns code, name, lon, lat; optional datum, level, phone, address, chest_pain, stroke, trauma,
    maternal, neonatal (yes/no), department (open/busy/diverting), free_beds."""
    return read_table(path, _hospital, lambda row: row.code)


def read_aeds(path: Path) -> Table[AedRow]:
    """Columns code, name, lon, lat; optional datum, address, hours, phone."""
    return read_table(path, _aed, lambda row: row.code)


def read_vehicles(path: Path) -> Table[VehicleRow]:
    """Columns number, plate, kind (监护型, 普通型, 负压型), station; optional terminal, radio,
    capabilities (separated by ;)."""
    return read_table(path, _vehicle, lambda row: row.number)


def read_posts(path: Path) -> Table[PostRow]:
    """Columns kind (lamp, milestone), code, road, lon, lat; optional datum, km."""
    return read_table(path, _post, lambda row: f"{row.kind} {row.road} {row.code}")


def _station(row: Row) -> StationRow:
    return StationRow(
        row.need("code"),
        row.need("name"),
        row.located(),
        district=row.text("district"),
        address=row.text("address"),
        phone=row.text("phone"),
        hospital=row.text("hospital"),
    )


def _hospital(row: Row) -> HospitalRow:
    return HospitalRow(
        row.need("code"),
        row.need("name"),
        row.located(),
        level=row.text("level"),
        phone=row.text("phone"),
        address=row.text("address"),
        centres=frozenset(centre for centre in Centre if row.flag(centre.value)),
        department=_one_of(_DEPARTMENTS, "department", row),
        free_beds=row.whole("free_beds"),
    )


def _aed(row: Row) -> AedRow:
    return AedRow(
        row.need("code"),
        row.need("name"),
        row.located(),
        address=row.text("address"),
        hours=row.text("hours"),
        phone=row.text("phone"),
    )


def _vehicle(row: Row) -> VehicleRow:
    return VehicleRow(
        row.need("number"),
        row.need("plate"),
        _one_of(_VEHICLE_KINDS, "kind", row),
        row.need("station"),
        terminal=row.text("terminal"),
        radio=row.text("radio"),
        capabilities=frozenset(word.strip() for word in row.text("capabilities").split(";") if word.strip()),
    )


def _post(row: Row) -> PostRow:
    return PostRow(
        _one_of(_POSTS, "kind", row),
        row.need("code"),
        row.text("road"),
        row.located(),
        km=row.number("km") if row.text("km") else None,
    )


def _one_of(table: dict[str, T], column: str, row: Row) -> T:
    text = row.text(column)
    if text not in table:
        raise ValueError(f"{column} {text!r}: use one of {', '.join(filter(None, table))}")
    return table[text]
