"""Map frames at 1600 x 900, offscreen: every vehicle gets a new position, then the frame is painted.

The base is a city file where one is named on the command line, else plain ground: a frame copies one
finished picture either way.
"""

import gc
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication

from mapview.canvas.canvas import MapCanvas
from mapview.canvas.cartographer import ChildCartographer
from mapview.canvas.marks import IncidentMark, PlaceKind, PlaceMark, RouteMark, VehicleMark
from mapview.canvas.palette import VEHICLE_SIGNS
from mapview.canvas.view import View
from mapview.geo.layers import LayerStore
from mapview.geo.projection import pixel_of

SIZE = (1600, 900)
ZOOM = 14.0
FRAMES = 120
WARM_FRAMES = 15
SEED = 20261121
GROUND_WAIT_MS = 60_000


class Drivers:
    """Vehicles that all move a few metres a frame, spread over the window."""

    def __init__(self, view: View, count: int) -> None:
        dice = random.Random(SEED)
        looks = [sign[0] for sign in VEHICLE_SIGNS]
        self._marks = []
        for number in range(count):
            lon, lat = view.degrees_at(dice.random() * view.width, dice.random() * view.height)
            self._marks.append(
                (f"v{number}", f"{number:04}", lon, lat, dice.choice(looks), dice.random() * 360)
            )

    def marks(self, frame: int, now_ms: int) -> list[VehicleMark]:
        """Where everybody is in a frame."""
        step = frame * 2e-5
        return [
            VehicleMark(id_, number, lon + step, lat, look, now_ms, (heading + frame * 3) % 360, 40.0)
            for id_, number, lon, lat, look, heading in self._marks
        ]


def percentiles(times_ms: list[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times_ms, n=20)
    return statistics.median(times_ms), cuts[18]


def measure(application: QApplication, canvas: MapCanvas, count: int) -> tuple[float, float]:
    """p50 and p95 in ms of one frame: take the positions over, paint, return to the event loop."""
    drivers = Drivers(canvas.view, count)
    times = []
    for frame in range(WARM_FRAMES + FRAMES):
        marks = drivers.marks(frame, time.time_ns() // 1_000_000)
        began = time.perf_counter()
        canvas.update_vehicles(marks)
        canvas.repaint()
        application.processEvents()
        times.append((time.perf_counter() - began) * 1000)
        if frame % 20 == 0:
            gc.collect()  # by hand, when idle: outside the frame
    canvas.set_vehicles([])
    return percentiles(times[WARM_FRAMES:])


def furnish(canvas: MapCanvas) -> None:
    """A busy evening: 40 incidents, 60 hospitals and stations, three routes."""
    dice = random.Random(SEED)
    view = canvas.view

    def spot() -> tuple[float, float]:
        return view.degrees_at(dice.random() * view.width, dice.random() * view.height)

    canvas.set_incidents(
        [IncidentMark(f"i{n}", f"{n:04}", *spot(), n % 4 + 1, "胸痛", n % 3 == 0) for n in range(40)]
    )
    kinds = (PlaceKind.HOSPITAL, PlaceKind.STATION, PlaceKind.AED)
    canvas.set_places([PlaceMark(f"p{n}", kinds[n % 3], *spot(), name=f"第{n}医院") for n in range(60)])
    canvas.set_routes([RouteMark(f"r{n}", wandering(dice, *spot()), "6 分", main=n == 0) for n in range(3)])


def wandering(dice: random.Random, lon: float, lat: float) -> tuple[tuple[float, float], ...]:
    """A route of 150 points through the streets."""
    points = [(lon, lat)]
    for _ in range(150):
        lon, lat = (lon + dice.uniform(-2e-4, 8e-4), lat) if dice.random() < 0.5 else (lon, lat + 3e-4)
        points.append((lon, lat))
    return tuple(points)


def wait_for(application: QApplication, done: Callable[[], bool]) -> float:
    """Seconds until `done`, at most a minute."""
    began, limit = time.perf_counter(), QDeadlineTimer(GROUND_WAIT_MS)
    while not done() and not limit.hasExpired():
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    return time.perf_counter() - began


def panning(application: QApplication, canvas: MapCanvas) -> tuple[float, float]:
    """p50 and p95 in ms of one step of a drag across the city with whatever ground there is."""
    times = []
    for _ in range(FRAMES):
        began = time.perf_counter()
        canvas.moved_by_hand(canvas.view.panned(-12, 4))
        canvas.repaint()
        times.append((time.perf_counter() - began) * 1000)
        application.processEvents()
    return percentiles(times)


def run(city: Path | None = None) -> dict[str, float]:
    """Figures by name; milliseconds unless the name says otherwise."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as cache:
        centre = (116.4, 39.9)
        cartographer = None
        if city is not None:
            with LayerStore(city) as store:
                west, south, east, north = store.metadata.extent
            centre = ((west + east) / 2, (south + north) / 2)
            cartographer = ChildCartographer(city, Path(cache))
        canvas = MapCanvas(cartographer, attribution="© OpenStreetMap contributors")
        canvas.resize(*SIZE)
        canvas.show()
        canvas.show_point(*centre, ZOOM)
        assert canvas.view.centre == canvas.view.looking_at(*pixel_of(*centre)).centre
        cold = wait_for(application, lambda: canvas.is_ground_complete)
        if city is not None:
            figures["map_ground_cold_s"] = cold
        furnish(canvas)
        gc.collect()
        gc.freeze()
        gc.disable()
        for count in (1000, 5000):
            p50, p95 = measure(application, canvas, count)
            figures[f"map_frame_{count}_p50_ms"] = p50
            figures[f"map_frame_{count}_p95_ms"] = p95
        figures["map_pan_p50_ms"], figures["map_pan_p95_ms"] = panning(application, canvas)
        gc.enable()
        gc.unfreeze()
        canvas.close_map()
        canvas.close()
    return {name: round(value, 2) for name, value in figures.items()}


if __name__ == "__main__":
    for name, value in run(Path(sys.argv[1]) if len(sys.argv) > 1 else None).items():
        print(f"{name:28} {value:8.2f}")
