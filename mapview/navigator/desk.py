"""Answers one request from the city file: all that the navigator knows, without its pipe."""

import math
import sqlite3
from pathlib import Path
from typing import Final

import numpy as np

from mapview.geo.address import normal
from mapview.geo.errors import NotACityError
from mapview.geo.eta import RoadNetwork
from mapview.geo.pinyin import readings
from mapview.geo.road_graph import load_graph
from mapview.geo.search import Gazetteer
from mapview.geo.straight_line import straight_line
from mapview.navigator.away import estimate
from mapview.navigator.fields import FieldsOfIncidents
from mapview.navigator.messages import (
    FOUND_MAX,
    NAMES_MAX,
    AddressNamed,
    Answer,
    PlacesFound,
    Rank,
    Ranked,
    Request,
    Routed,
    RouteTo,
    Search,
    Spell,
    Spelled,
    VehicleTime,
)

_WARM_UP: Final = "人民路与中山路交叉口"


class NavigatorDesk:
    """Road network and place search of one city."""

    def __init__(self, city: Path) -> None:
        """Raises CityFileError where the file cannot be used."""
        try:
            with sqlite3.connect(f"{city.resolve().as_uri()}?mode=ro", uri=True) as db:
                self._network = RoadNetwork(load_graph(db))
            db.close()
        except sqlite3.DatabaseError as error:
            raise NotACityError(f"{city}: {error}") from error
        self._fields = FieldsOfIncidents(self._network)
        self._gazetteer = Gazetteer(city)
        self._gazetteer.search(_WARM_UP)  # loads the pinyin dictionary before anybody waits for it

    def close(self) -> None:
        self._gazetteer.close()

    def answer(self, request: Request) -> Answer:
        match request:
            case Rank():
                return Ranked(request.request_id, self._times(request))
            case RouteTo():
                return self._routed(request)
            case Search():
                limit = max(1, min(request.limit, FOUND_MAX))
                places = self._gazetteer.search(request.text, request.near, limit)
                return PlacesFound(request.request_id, request.text, tuple(places))
            case Spell():
                names = request.names[:NAMES_MAX]
                return Spelled(request.request_id, {name: tuple(readings(normal(name))) for name in names})
            case _:
                address = self._gazetteer.reverse(*request.point)
                return AddressNamed(request.request_id, request.point, address)

    def _times(self, request: Rank) -> tuple[VehicleTime, ...]:
        field = self._fields.field(request.incident, request.target)
        points = np.array([(v.lon, v.lat) for v in request.vehicles], np.float64).reshape(-1, 2)
        standing = field.stand(points)
        return tuple(
            VehicleTime(vehicle.vehicle, seconds, metres, estimated=False)
            if not math.isnan(seconds)  # nan: no road leads there
            else estimate(vehicle, request.target)
            for vehicle, seconds, metres in zip(
                request.vehicles, standing.seconds.tolist(), standing.metres.tolist(), strict=True
            )
        )

    def _routed(self, request: RouteTo) -> Routed:
        vehicle = request.vehicle
        route = self._fields.field(request.incident, request.target).route(vehicle.lon, vehicle.lat)
        if route is None:
            route = straight_line(vehicle.lon, vehicle.lat, *request.target)
        return Routed(request.request_id, vehicle.vehicle, route)
