"""The map engine: times of 1,000 vehicles to a new incident, and the address search over a mixed list.

Measured on the demo city, inside the engine and through the navigator's pipe, and on the Harbin extract where
it is present. `python bench/bench_map_engine.py [city.sqlite]` for a city that is imported already.
"""

import os
import queue
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from mapview.geo.cli import make_demo
from mapview.geo.eta import EtaField, RoadNetwork
from mapview.geo.importer import import_city
from mapview.geo.layers import LayerStore, open_city
from mapview.geo.road_graph import load_graph
from mapview.geo.search import Gazetteer
from mapview.navigator import Answer, Navigator, Rank, Search, VehiclePoint
from store.bus.child import ChildPhase, ChildState

HARBIN = Path(__file__).resolve().parents[2] / "shared" / "data" / "harbin-demo.osm.pbf"
VEHICLES = 1000
INCIDENTS = 60
QUERIES_PER_KIND = 25
ANSWER_S_MAX = 30.0
SEED = 20261121

TYPED = (
    "人民", "中山路", "路", "红", "医院", "rmyy", "zhongxinyiyuan", "zhongshanl", "dyrmyy", "hqdj", "朝阳",
    "chaoyang", "火锅店", "dxjc", "市一院", "第5大道", "地铁站", "红旗dj", "renmindj", "幼儿圆", "学校附近",
    "gaosu", "南门",
)  # fmt: skip


def run() -> dict[str, float]:
    """Figures in milliseconds and seconds; the plain names are the demo city's."""
    with tempfile.TemporaryDirectory() as folder:
        started_s = time.perf_counter()
        demo = make_demo(Path(folder) / "demo")
        figures = {"demo_city_s": time.perf_counter() - started_s, **_engine(demo), **_pipe(demo)}
        if HARBIN.exists():
            started_s = time.perf_counter()
            harbin = Path(folder) / "harbin.sqlite"
            import_city(HARBIN, {}, harbin)
            figures["harbin_import_s"] = time.perf_counter() - started_s
            figures |= {f"harbin_{name}": value for name, value in _engine(harbin).items()}
    return figures


def _engine(city: Path) -> dict[str, float]:
    db = open_city(city)
    started_s = time.perf_counter()
    network = RoadNetwork(load_graph(db))
    loaded_ms = (time.perf_counter() - started_s) * 1000
    db.close()
    points = _points(city, VEHICLES)
    new_incident = _times_ms(lambda i: EtaField(network, *points[i]).stand(points), INCIDENTS)
    field = EtaField(network, *points[0])
    moved = _times_ms(lambda i: field.stand(np.roll(points, i, axis=0)), INCIDENTS)
    routes = _times_ms(lambda i: field.route(*points[i]), INCIDENTS)
    search, search_cpu = _search_ms(city)
    return {
        "graph_load_ms": loaded_ms,
        "eta_1000_vehicles_ms": statistics.median(new_incident),
        "eta_1000_vehicles_p95_ms": _p95(new_incident),
        "eta_1000_moved_vehicles_ms": statistics.median(moved),
        "route_p95_ms": _p95(routes),
        "address_search_p50_ms": statistics.median(search),
        "address_search_p95_ms": _p95(search),
        "address_search_cpu_p95_ms": _p95(search_cpu),
    }


def _points(city: Path, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    with LayerStore(city) as store:
        west, south, east, north = store.metadata.extent
    dice = np.random.default_rng(SEED)
    inner = dice.uniform(0.15, 0.85, (count, 2))
    return np.asarray(inner * (east - west, north - south) + (west, south))


def _queries(city: Path) -> list[str]:
    """Names of the city typed in every way, and words that fit badly or not at all."""
    db = open_city(city)
    dice = np.random.default_rng(SEED)

    def some(sql: str) -> Iterator[tuple[str, ...]]:
        rows = db.execute(sql).fetchall()
        yield from (rows[i] for i in dice.choice(len(rows), min(QUERIES_PER_KIND, len(rows)), replace=False))

    queries = list(TYPED)
    for name, py in some("SELECT name, py FROM gaz_name"):
        syllables = py.split(" ")[0].split("'")
        letters = "".join(syllables)
        queries += [
            name,
            name[:2],
            letters,
            letters[: len(letters) * 2 // 3],
            "".join(s[0] for s in syllables),
        ]
        queries += [name[1:], f"{name}附近", "".join(reversed(name))]
    queries += [f"{a}与{b}交叉口" for a, b in some("SELECT first, second FROM gaz_crossing")]
    queries += [f"{a} {b}" for a, b in some("SELECT first, second FROM gaz_crossing")]
    queries += [f"{street}{number}号" for street, number in some("SELECT street, number FROM gaz_door")]
    queries += [code for (code,) in some("SELECT name FROM gaz_post UNION SELECT 'LD01-001'")]
    db.close()
    return queries


def _search_ms(city: Path) -> tuple[list[float], list[float]]:
    """Wall and processor time of each query, none of them asked before."""
    gazetteer = Gazetteer(city)
    gazetteer.search("人民路与中山路交叉口")
    wall, cpu = [], []
    for query in _queries(city):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        gazetteer.search(query)
        wall.append((time.perf_counter() - wall_s) * 1000)
        cpu.append((time.process_time() - cpu_s) * 1000)
    gazetteer.close()
    return wall, cpu


def _pipe(city: Path) -> dict[str, float]:
    """The same through the navigator: encode, pipe, child, pipe, decode."""
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    states: queue.SimpleQueue[ChildState] = queue.SimpleQueue()
    navigator = Navigator(city, answers.put, states.put)
    started_s = time.perf_counter()
    navigator.start()
    while states.get(timeout=ANSWER_S_MAX).phase is not ChildPhase.RUNNING:
        pass
    ready_s = time.perf_counter() - started_s
    points = _points(city, VEHICLES).tolist()
    vehicles = tuple(VehiclePoint(str(i), lon, lat) for i, (lon, lat) in enumerate(points))

    def rank(i: int) -> None:
        navigator.ask(Rank(str(i), f"incident {i}", (points[i][0], points[i][1]), vehicles))
        answers.get(timeout=ANSWER_S_MAX)

    queries = _queries(city)

    def search(i: int) -> None:
        navigator.ask(Search(str(i), queries[i]))
        answers.get(timeout=ANSWER_S_MAX)

    ranked, searched = _times_ms(rank, INCIDENTS), _times_ms(search, len(queries))
    navigator.stop(5.0)
    return {
        "navigator_ready_s": ready_s,
        "navigator_rank_1000_ms": statistics.median(ranked),
        "navigator_search_p95_ms": _p95(searched),
    }


def _times_ms(work: Callable[[int], object], rounds: int) -> list[float]:
    times = []
    for i in range(rounds):
        started_s = time.perf_counter()
        work(i)
        times.append((time.perf_counter() - started_s) * 1000)
    return times


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


if __name__ == "__main__":
    figures = _engine(Path(sys.argv[1])) | _pipe(Path(sys.argv[1])) if sys.argv[1:] else run()
    for name, value in figures.items():
        print(f"{name:<36}{value:>10.2f}")
    print(f"{'load average':<36}{os.getloadavg()[0]:>10.2f}")
