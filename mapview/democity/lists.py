"""The CSV files a centre would bring: stations, hospitals, AEDs, vehicles, posts.

The posts are written in GB 18030 on purpose, the others in UTF-8 with a mark: both are what suppliers
deliver.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mapview.democity.dice import Dice
from mapview.democity.districts import Zones
from mapview.democity.places import Places
from mapview.democity.plan import CITY_NAME, degrees

VEHICLES: Final = 30
_KINDS: Final = ("监护型", "监护型", "普通型", "监护型", "普通型", "负压型")
_CENTRES: Final = ("chest_pain", "stroke", "trauma", "maternal", "neonatal")
_LEVELS: Final = ("三级甲等", "三级甲等", "三级甲等", "三级乙等", "二级甲等", "二级甲等")
_TERMINAL_FIRST: Final = 13_900_000_101


def write_lists(folder: Path, places: Places, zones: Zones, seed: int) -> None:
    """Write the five files into `folder`."""
    dice = Dice(seed, "lists")
    _write(
        folder / "stations.csv",
        "code,name,lon,lat,datum,district,address,phone,hospital",
        _stations(places, zones),
    )
    _write(folder / "hospitals.csv", _HOSPITAL_HEADER, _hospitals(places, zones, dice))
    _write(folder / "aeds.csv", "code,name,lon,lat,datum,address,hours", _aeds(places, dice))
    _write(
        folder / "vehicles.csv", "number,plate,kind,station,terminal,radio,capabilities", _vehicles(places)
    )
    _write(folder / "posts.csv", "kind,code,road,lon,lat,datum,km", _posts(places), "gb18030")


_HOSPITAL_HEADER: Final = ",".join(
    ("code", "name", "lon", "lat", "datum", "level", "phone", "address", *_CENTRES, "department", "free_beds")
)
Cell = str | int | float


def _write(path: Path, header: str, rows: Iterable[list[Cell]], encoding: str = "utf-8-sig") -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def _stations(places: Places, zones: Zones) -> Iterable[list[Cell]]:
    for number, base in enumerate(places.bases, start=1):
        district = zones.district_of(base.at)
        address = f"{CITY_NAME}{district}"
        yield [
            base.code,
            base.name,
            *degrees(base.at),
            "WGS84",
            district,
            address,
            f"0999-81{number:02d}120",
            base.hospital,
        ]


def _hospitals(places: Places, zones: Zones, dice: Dice) -> Iterable[list[Cell]]:
    for rank, plot in enumerate(places.hospitals):
        share = 0.95 if rank < 3 else max(0.15, 0.8 - rank * 0.05)
        centres: list[Cell] = [1 if dice.chance(share) else 0 for _ in _CENTRES]
        if plot.name.endswith("妇幼保健院"):
            centres = [0, 0, 0, 1, 1]
        department = "open" if dice.chance(0.75) else dice.pick(("busy", "busy", "diverting"))
        level = _LEVELS[min(rank, len(_LEVELS) - 1)]
        code = f"H{rank + 1:02d}"
        phone = f"0999-82{rank + 1:02d}120"
        yield [
            code,
            plot.name,
            *degrees(plot.at),
            "WGS84",
            level,
            phone,
            CITY_NAME + zones.district_of(plot.at),
            *centres,
            department,
            dice.whole(0, 14),
        ]


def _aeds(places: Places, dice: Dice) -> Iterable[list[Cell]]:
    for spot in places.aeds:
        hours = dice.pick(("全天", "06:00-23:00", "09:00-21:00"))
        yield [spot.tags["ref"], spot.tags["name"], *degrees(spot.at), "WGS84", "入口大厅", hours]


def _vehicles(places: Places) -> Iterable[list[Cell]]:
    for number in range(VEHICLES):
        base = places.bases[number % len(places.bases)]
        kind = _KINDS[number % len(_KINDS)]
        skills = {"监护型": "icu;defibrillator;ventilator", "普通型": "basic", "负压型": "isolation;icu"}[
            kind
        ]
        plate = f"铃A{number * 37 % 100:02d}{120 + number}"
        yield [
            f"急{101 + number}",
            plate,
            kind,
            base.code,
            str(_TERMINAL_FIRST + number),
            f"{8101 + number}",
            skills,
        ]


def _posts(places: Places) -> Iterable[list[Cell]]:
    for post in places.posts:
        km = "" if post.km is None else f"{post.km:g}"
        yield [post.kind, post.code, post.road, *degrees(post.at), "WGS84", km]
