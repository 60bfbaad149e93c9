"""Makes a city file: runs the import steps into a new file and swaps it in by rename.

Nothing in a bad source aborts the import except a source that cannot be read at all; every loss is
counted in the report. The old city file stays as it is until the new one is whole.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from mapview.geo import city_schema, gazetteer, graph, osm_layers, osm_poi
from mapview.geo.errors import CityFileError, SourceError
from mapview.geo.layers import Metadata, create_city, write_metadata
from mapview.geo.steps import ImportReport, Step

# step name, done share of the whole import (0..1)
OnProgress = Callable[[str, float], None]

# Kinds of the user's CSV files, as `--stations` etc. name them.
CSV_KINDS: Final = ("stations", "hospitals", "aeds", "vehicles", "posts")

LICENCE: Final = "ODbL 1.0"
ATTRIBUTION: Final = "© OpenStreetMap contributors"

# name, rough share of the time, step
StepRow = tuple[str, float, Step]


def steps_of(csv_paths: Mapping[str, Path]) -> list[StepRow]:
    """The steps in order; each may read the tables of the ones before it."""
    return [
        ("layers", 0.5, osm_layers.build),
        ("poi", 0.1, partial(osm_poi.build, csv_paths=csv_paths)),
        ("graph", 0.25, graph.build),
        ("gazetteer", 0.15, gazetteer.build),
    ]


def import_city(
    source: Path,
    csv_paths: Mapping[str, Path],
    out: Path,
    on_progress: OnProgress | None = None,
    attribution: str = ATTRIBUTION,
    licence: str = LICENCE,
) -> ImportReport:
    """Import `source` (.osm.pbf) and the user's CSV files into the city file `out`.

    `attribution` is shown on the map as long as the city file is open.
    Raises SourceError if the source or a named CSV file cannot be read, CityFileError if the city file
    cannot be written; `out` is then untouched.
    """
    _check_inputs(source, csv_paths)
    report = ImportReport()
    new = out.with_name(out.name + ".new")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        city = create_city(new)
        try:
            _run_steps(source, steps_of(csv_paths), city, report, on_progress)
            write_metadata(city, _metadata(source, city, attribution, licence))
            city.commit()
            city.execute("PRAGMA optimize")
        finally:
            city.close()
        _sync(new)
        new.replace(out)
    except (sqlite3.Error, OSError) as error:
        raise CityFileError(f"{out} cannot be written: {error}") from error
    finally:
        new.unlink(missing_ok=True)
    return report


def _check_inputs(source: Path, csv_paths: Mapping[str, Path]) -> None:
    unknown = set(csv_paths) - set(CSV_KINDS)
    if unknown:
        raise SourceError(f"unknown CSV kinds: {', '.join(sorted(unknown))}")
    for path in (source, *csv_paths.values()):
        if not path.is_file():
            raise SourceError(f"{path}: no such file")


def _run_steps(
    source: Path,
    steps: list[StepRow],
    city: sqlite3.Connection,
    report: ImportReport,
    on_progress: OnProgress | None,
) -> None:
    whole = sum(share for _, share, _ in steps)
    done = 0.0
    for name, share, step in steps:
        base = done

        def progress(part: float, name: str = name, base: float = base, share: float = share) -> None:
            if on_progress is not None:
                on_progress(name, min(1.0, (base + share * part) / whole))

        progress(0.0)
        began = time.perf_counter()
        try:
            step(source, city, report, progress)
        except RuntimeError as error:  # what libosmium raises for a damaged file
            raise SourceError(f"{source}: {error}") from error
        report.seconds[name] = time.perf_counter() - began
        progress(1.0)
        done += share


def _metadata(source: Path, city: sqlite3.Connection, attribution: str, licence: str) -> Metadata:
    row = city.execute("SELECT value FROM meta WHERE key = 'source_date'").fetchone()
    return Metadata(
        format=city_schema.FORMAT,
        importer=f"lingsheng {city_schema.IMPORTER_VERSION} {datetime.now(UTC):%Y-%m-%d}",
        source=source.name,
        source_date=row[0] if row else "",
        licence=licence,
        attribution=attribution,
        extent=osm_layers.extent_of(city),
    )


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
