"""The simulated ambulances of a drill, in a process of their own: `python -m console.drill.fleet FOLDER`.

Real TCP, real JT/T 808 frames, real keys; only the crews are made up. Ends when its standard input does.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from console.drill.streets import Streets
from dispatch import words
from mapview.geo.resources import read_hospitals, read_stations, read_vehicles
from radio.ambulance import Pace
from radio.ports import Point
from radio.simulator import Fleet, Settings, SimulatedVehicle

REPORT_S = 1.0
# Crews of a demonstration: quick, but with every step visible.
DEMO_PACE = Pace(accept_s=20.0, turnout_s=60.0, on_scene_s=120.0, hand_over_s=120.0)


def vehicles_of(folder: Path) -> list[SimulatedVehicle]:
    """The vehicles of vehicles.csv at their stations; every second one speaks the 2019 layout."""
    stations = {row.code: row.place.point for row in read_stations(folder / "stations.csv").rows}
    rows = [row for row in read_vehicles(folder / "vehicles.csv").rows if row.terminal]
    return [
        SimulatedVehicle(row.terminal, row.plate, _pair(stations[row.station]), is_2019=bool(place % 2))
        for place, row in enumerate(rows)
        if row.station in stations
    ]


def hospitals_of(folder: Path) -> list[Point]:
    return [_pair(row.place.point) for row in read_hospitals(folder / "hospitals.csv").rows]


def _pair(point: words.Point) -> Point:
    return (point.lon, point.lat)


async def drive(folder: Path, host: str, port: int, speedup: float) -> None:
    """Run the fleet until standard input ends."""
    streets = Streets(folder / "city.sqlite", hospitals_of(folder))
    settings = Settings(host=host, port=port, report_s=REPORT_S, speedup=speedup, pace=DEMO_PACE)
    fleet = Fleet(vehicles_of(folder), settings, streets)
    await fleet.start()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    await fleet.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="folder with city.sqlite and the lists")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True, help="port of the gateway")
    parser.add_argument("--speedup", type=float, default=1.0, help="how much faster than life the crews are")
    chosen = parser.parse_args()
    asyncio.run(drive(chosen.folder, chosen.host, chosen.port, chosen.speedup))
    return 0


if __name__ == "__main__":
    sys.exit(main())
