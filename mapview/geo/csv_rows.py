"""Tolerant reading of the user's CSV files: encoding, header names, datum; bad rows by line number.

A bad row is never fatal and never silent: it is left out and told with its line and reason.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from dispatch.words import Point
from mapview.geo.datum import Datum, parse_datum, to_wgs84
from mapview.geo.errors import SourceError

ROWS_MAX: Final = 1_000_000
_ENCODINGS: Final = ("utf-8-sig", "gb18030")

# Header words people use, all read as the English column name.
_HEADER: Final = {
    "编号": "code",
    "编码": "code",
    "名称": "name",
    "经度": "lon",
    "纬度": "lat",
    "坐标系": "datum",
    "地址": "address",
    "电话": "phone",
    "等级": "level",
    "区县": "district",
    "车号": "number",
    "车辆编号": "number",
    "车牌": "plate",
    "车牌号": "plate",
    "类型": "kind",
    "车型": "kind",
    "急救站": "station",
    "站点": "station",
    "终端号": "terminal",
    "电台": "radio",
    "能力": "capabilities",
    "道路": "road",
    "公里": "km",
    "胸痛中心": "chest_pain",
    "卒中中心": "stroke",
    "创伤中心": "trauma",
    "危重孕产妇中心": "maternal",
    "危重儿童和新生儿中心": "neonatal",
    "急诊状态": "department",
    "空床": "free_beds",
    "医院": "hospital",
    "开放时间": "hours",
    "工号": "staff_number",
    "姓名": "name",
    "岗位": "roles",
    "所属中心": "site",
    "备勤": "on_call",
    "资格有效期": "qualified_until",
    "席位号": "number",
    "辖区": "districts",
}
_YES: Final = frozenset(("1", "y", "yes", "true", "是", "有", "√"))
_NO: Final = frozenset(("", "0", "n", "no", "false", "否", "无"))


class RowFault(msgspec.Struct, frozen=True):
    """A row that was left out. `line` counts from 1, the header is line 1."""

    file: str
    line: int
    why: str


class Located(msgspec.Struct, frozen=True):
    """A point as it came and as it is used."""

    point: Point  # WGS-84
    raw: Point
    raw_datum: str


class Row:
    """The cells of one line; every reader raises ValueError with the column's name."""

    def __init__(self, cells: dict[str, str], line: int) -> None:
        self._cells = cells
        self.line = line

    def text(self, column: str) -> str:
        """The cell without blanks around it, "" if empty or absent."""
        return self._cells.get(column, "").strip()

    def need(self, column: str) -> str:
        text = self.text(column)
        if not text:
            raise ValueError(f"{column} is empty")
        return text

    def number(self, column: str) -> float:
        text = self.need(column)
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"{column} is not a number: {text!r}") from None

    def whole(self, column: str) -> int | None:
        """A whole number; None if the cell is empty."""
        text = self.text(column)
        if text and not text.isdecimal():
            raise ValueError(f"{column} is not a whole number: {text!r}")
        return int(text) if text else None

    def flag(self, column: str) -> bool:
        text = self.text(column).lower()
        if text not in _YES | _NO:
            raise ValueError(f"{column} is neither yes nor no: {text!r}")
        return text in _YES

    def located(self) -> Located:
        """`lon`, `lat` in the datum of the column `datum` (WGS-84 where it is empty)."""
        lon, lat = self.number("lon"), self.number("lat")
        if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon, lat) == (0, 0):
            raise ValueError(f"no such place: lon {lon}, lat {lat}")
        datum = parse_datum(self.text("datum")) if self.text("datum") else Datum.WGS84
        return Located(Point(*to_wgs84(lon, lat, datum)), Point(lon, lat), datum.value)


T = TypeVar("T")


class Table(msgspec.Struct, Generic[T], frozen=True):
    """The good rows of a file and the faults of the others."""

    rows: tuple[T, ...]
    faults: tuple[RowFault, ...]


def read_table(path: Path, make: Callable[[Row], T], key: Callable[[T], str]) -> Table[T]:
    """Read a CSV file row by row with `make`; a second row with the same `key` is a fault.

    Raises SourceError if the file cannot be read or decoded at all.
    """
    rows: dict[str, T] = {}
    faults: list[RowFault] = []
    for row in _rows(path):
        try:
            made = make(row)
        except ValueError as error:
            faults.append(RowFault(path.name, row.line, str(error)))
            continue
        if key(made) in rows:
            faults.append(RowFault(path.name, row.line, f"{key(made)} stands twice"))
        rows.setdefault(key(made), made)
    return Table(tuple(rows.values()), tuple(faults))


def _rows(path: Path) -> list[Row]:
    reader = csv.reader(io.StringIO(_text(path), newline=""))  # only CR and LF end a row
    try:
        header = [_column(cell) for cell in next(reader, [])]
        rows = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(dict(zip(header, cells, strict=False)), reader.line_num))
            if len(rows) > ROWS_MAX:
                raise SourceError(f"{path}: more than {ROWS_MAX} rows")
    except csv.Error as error:
        raise SourceError(f"{path}, line {reader.line_num}: {error}") from error
    return rows


def _column(cell: str) -> str:
    word = cell.strip()
    return _HEADER.get(word, word.lower())


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceError(f"{path}: neither UTF-8 nor GB 18030")
