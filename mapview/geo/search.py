"""The place search: what the dispatcher typed or the caller said, to places on the map.

Order of certainty: posts by code, crossings of two streets, doors of a street, then names. Everything that
fits is offered, each place with its district, so that two streets of one name can be told apart.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapview.geo.address import (
    Door,
    Kilometre,
    code_of,
    crossing_of,
    door_of,
    has_crossing_word,
    kilometre_of,
    normal,
    says_post,
    without_nearness,
    without_region,
)
from mapview.geo.districts import Districts, read_boundaries
from mapview.geo.errors import NotACityError
from mapview.geo.name_search import BASE_SCORE, Match, NameSearch
from mapview.geo.places import Found, Matched, PlaceKind
from mapview.geo.projection import distance_m
from mapview.geo.reverse import ReverseLookup

CODE_CHARACTERS_MIN: Final = 2
STREETS_MAX: Final = 3
"""So many streets are tried for each half of a crossing and for a door."""
PAIRS_MAX: Final = 4

_STREET_LOSS_SPREAD: Final = 20.0
_CODE_SCORE: Final = 130.0
_CODE_PART_LOSS: Final = 45.0
_CROSSING_SCORE: Final = 120.0
_DOOR_SCORE: Final = 115.0
_INTERPOLATED_LOSS: Final = 5.0
_ROAD_ONLY_LOSS: Final = 20.0
_DISTRICT_GAIN: Final = 10.0
_DISTANCE_LOSS_PER_KM: Final = 0.02
_DISTANCE_LOSS_MAX: Final = 1.0


class Gazetteer:
    """Search in a city file. One object belongs to one thread."""

    def __init__(self, path: Path) -> None:
        """Raises NotACityError where the file has no place search."""
        try:
            self._city = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            self._names = NameSearch(self._city)
            districts = Districts(read_boundaries(self._city))
            self._districts = districts.names
            self._reverse = ReverseLookup(self._city, districts)
        except sqlite3.DatabaseError as error:
            raise NotACityError(f"{path}: no usable place search: {error}") from error

    def close(self) -> None:
        self._city.close()

    def reverse(self, lon: float, lat: float) -> str:
        """The address of a point in words: district, street and what is near; "" far from everything."""
        return self._reverse.address(lon, lat)

    def search(self, text: str, near: tuple[float, float] | None = None, limit: int = 10) -> list[Found]:
        """Places for the text, best first. `near` (lon, lat): among equals the nearer comes first."""
        query = normal(text)
        found = _sure_ones(list(self._everything(query)) if query else [])
        best: dict[tuple[str, float, float], tuple[float, Found]] = {}
        for place in found:
            score = place.score - (_distance_loss(place, near) if near else 0.0)
            key = (place.name, place.lon, place.lat)
            if key not in best or score > best[key][0]:
                best[key] = (score, place)
        ordered = sorted(best.values(), key=lambda scored: -scored[0])
        return [place for _, place in ordered[:limit]]

    def _everything(self, query: str) -> Iterator[Found]:
        posts = list(self._posts(query))
        yield from posts
        if any(post.score >= _CODE_SCORE for post in posts):
            return
        bare = without_nearness(query)
        crossings = [place for q in dict.fromkeys((query, bare)) for place in self._crossings(q)]
        yield from crossings
        if crossings and has_crossing_word(query):
            return
        yield from self._named(bare)
        for district in self._districts:
            rest = bare.removeprefix(district)
            if rest and rest != bare:
                yield from self._inside(district, rest)
        city_cut = without_region(bare)
        if city_cut != bare:
            yield from self._everything(city_cut)

    def _named(self, query: str) -> Iterator[Found]:
        door = door_of(query)
        doors = list(self._doors(door)) if door is not None else []
        yield from doors
        for match in self._names.find_sure(query) if doors else self._names.find(query):
            yield _found(match)

    def _inside(self, district: str, rest: str) -> Iterator[Found]:
        """南岗区红旗大街: what lies in the district that was said is more likely meant."""
        for place in (*self._crossings(rest), *self._named(rest)):
            gain = _DISTRICT_GAIN if place.district == district else 0.0
            yield _scored(place, place.score + gain)

    def _streets(self, text: str) -> dict[str, float]:
        """Names of streets for a text, each with how much less certain than exact it is."""
        streets: dict[str, float] = {}
        for match in self._names.find_sure(text):
            if match.row.kind is PlaceKind.ROAD:
                streets.setdefault(match.row.shown, BASE_SCORE[Matched.EXACT] - match.score)
        limit = min(streets.values(), default=0.0) + _STREET_LOSS_SPREAD
        likely = [(name, loss) for name, loss in streets.items() if loss <= limit]
        return dict(likely[:STREETS_MAX])

    def _crossings(self, query: str) -> Iterator[Found]:
        for first, second in crossing_of(query)[:PAIRS_MAX]:
            left = self._streets(first)
            right = self._streets(second) if left else {}
            found = [
                place
                for a, loss_a in left.items()
                for b, loss_b in right.items()
                for place in self._crossing(a, b, (loss_a + loss_b) / 2)
            ]
            yield from found
            if found:  # the pairs come likeliest first
                return

    def _crossing(self, a: str, b: str, loss: float) -> Iterator[Found]:
        pair = (a, b) if a < b else (b, a)
        rows = self._city.execute(
            "SELECT lon, lat, district FROM gaz_crossing WHERE first = ? AND second = ?", pair
        )
        for lon, lat, district in rows.fetchall():
            score = _CROSSING_SCORE - loss
            name = f"{a}与{b}交叉口"
            yield Found(name, PlaceKind.CROSSING, lon, lat, district, Matched.CROSSING, score)

    def _doors(self, door: Door) -> Iterator[Found]:
        for street, loss in self._streets(door.street).items():
            yield from self._door(street, door.number, _DOOR_SCORE - loss)

    def _door(self, street: str, number: int, score: float) -> Iterator[Found]:
        exact = self._city.execute(
            "SELECT written, lon, lat, district FROM gaz_door WHERE street = ? AND number = ?",
            (street, number),
        ).fetchall()
        for written, lon, lat, district in exact:
            loss = 0.0 if written == str(number) else 1.0
            name = f"{street}{written}号"
            yield Found(name, PlaceKind.DOOR, lon, lat, district, Matched.DOOR, score - loss)
        if not exact:
            yield from self._between_doors(street, number, score - _INTERPOLATED_LOSS)

    def _between_doors(self, street: str, number: int, score: float) -> Iterator[Found]:
        """Between the neighbours on the same side of the street; the street alone where there are none."""
        side = (
            "SELECT number, lon, lat, district FROM gaz_door WHERE street = ? AND number % 2 = ? AND number"
        )
        values = (street, number % 2, number)
        below = self._city.execute(f"{side} < ? ORDER BY number DESC LIMIT 1", values).fetchone()
        above = self._city.execute(f"{side} > ? ORDER BY number LIMIT 1", values).fetchone()
        if below and above:
            share = (number - below[0]) / (above[0] - below[0])
            lon, lat = (low + (high - low) * share for low, high in zip(below[1:3], above[1:3], strict=True))
            name = f"{street}{number}号"
            yield Found(name, PlaceKind.DOOR, lon, lat, below[3], Matched.INTERPOLATED, score)
            return
        for match in self._names.find_sure(normal(street)):
            if match.row.shown == street and match.row.kind is PlaceKind.ROAD:
                yield _scored(_found(match), score - _ROAD_ONLY_LOSS, Matched.ROAD_ONLY)

    def _posts(self, query: str) -> Iterator[Found]:
        kilometre = kilometre_of(query)
        if kilometre is not None:
            yield from self._kilometres(kilometre)
        code = code_of(query)
        if len(code) >= CODE_CHARACTERS_MIN and any(c.isdigit() for c in code):
            yield from self._coded(code, "code", says_post(query))
            yield from self._coded(code[::-1], "edoc", says_post(query))

    def _coded(self, code: str, column: str, said: bool) -> Iterator[Found]:
        """Posts whose code begins (or, read backwards, ends) with what was typed."""
        rows = self._city.execute(
            f"SELECT kind, name, road, lon, lat, district, {column} FROM gaz_post"
            f" WHERE {column} >= ? AND {column} < ? ORDER BY {column} LIMIT ?",
            (code, code + "\U0010ffff", STREETS_MAX),
        )
        for kind, name, road, lon, lat, district, whole in rows.fetchall():
            loss = 0.0 if whole == code else _CODE_PART_LOSS - (10.0 if said else 0.0)
            shown = f"{road} {name}".strip()
            yield Found(shown, PlaceKind(kind), lon, lat, district, Matched.CODE, _CODE_SCORE - loss)

    def _kilometres(self, said: Kilometre) -> Iterator[Found]:
        """Between the posts before and after; every road with such a stretch where none was said."""
        stretches = self._city.execute("SELECT DISTINCT road, route FROM gaz_post WHERE km IS NOT NULL")
        for road, route in stretches.fetchall():
            names = (road, route.replace(" ", ""), f"{road}{route}".replace(" ", ""))
            if any(said.road in name or (name and name in said.road) for name in names):
                yield from self._kilometre(road, route, said.km)

    def _kilometre(self, road: str, route: str, km: float) -> Iterator[Found]:
        post = "SELECT km, lon, lat, district FROM gaz_post WHERE road = ? AND route = ? AND km"
        below = self._city.execute(f"{post} <= ? ORDER BY km DESC LIMIT 1", (road, route, km)).fetchone()
        above = self._city.execute(f"{post} >= ? ORDER BY km LIMIT 1", (road, route, km)).fetchone()
        if below is None or above is None:
            return
        share = (km - below[0]) / (above[0] - below[0]) if above[0] > below[0] else 0.0
        lon, lat = (low + (high - low) * share for low, high in zip(below[1:3], above[1:3], strict=True))
        whole, metres = divmod(round(km * 1000), 1000)
        name = " ".join(filter(None, (road, route.upper(), f"K{whole}+{metres:03d}")))
        how = Matched.CODE if above[0] == below[0] else Matched.INTERPOLATED
        yield Found(name, PlaceKind.MILESTONE, lon, lat, below[3], how, _CODE_SCORE)


def _found(match: Match) -> Found:
    row = match.row
    return Found(row.shown, row.kind, row.lon, row.lat, row.district, match.how, match.score)


def _sure_ones(found: list[Found]) -> list[Found]:
    """Guesses only where there is nothing else: they must not stand beside what was said."""
    sure = [place for place in found if place.how_matched is not Matched.FUZZY]
    return sure or found


def _scored(place: Found, score: float, how: Matched | None = None) -> Found:
    return Found(
        place.name, place.kind, place.lon, place.lat, place.district, how or place.how_matched, score
    )


def _distance_loss(place: Found, near: tuple[float, float]) -> float:
    km = distance_m(place.lon, place.lat, *near) / 1000
    return min(_DISTANCE_LOSS_MAX, km * _DISTANCE_LOSS_PER_KM)
