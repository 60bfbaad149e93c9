"""`main.py city ...`: import a map and the user's lists into a city file, or make the demo city.

Exit codes: 0 done, 1 a source cannot be used, 2 wrong arguments (argparse).
"""

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from mapview.geo.errors import GeoError
from mapview.geo.importer import ATTRIBUTION, CSV_KINDS, LICENCE, import_city

DEMO_SEED: Final = 120
DEMO_ATTRIBUTION: Final = "演示城市 铃江市：虚构数据 · fictional demo data"
DEMO_LICENCE: Final = "GPL-3.0-or-later"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `city`; `run` takes what the parser gives back."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    take = verbs.add_parser("import", help="make a city file from .osm.pbf and CSV files")
    take.add_argument("source", type=Path, help="extract, .osm.pbf")
    for kind in CSV_KINDS:
        take.add_argument(f"--{kind}", type=Path, help=f"CSV file of {kind}")
    take.add_argument("--out", type=Path, required=True, help="city file to write, e.g. city.sqlite")
    take.add_argument("--attribution", default=ATTRIBUTION, help="shown on the map (default: %(default)s)")
    take.add_argument("--licence", default=LICENCE, help="of the map source (default: %(default)s)")
    make = verbs.add_parser("make-demo", help="generate the invented demo city and import it")
    make.add_argument("--out", type=Path, required=True, help="folder for demo.osm.pbf, *.csv, city.sqlite")
    make.add_argument("--seed", type=int, default=DEMO_SEED, help="another seed, another city")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; prints progress and the report; returns the exit code."""
    try:
        if args.verb == "import":
            lists = {kind: path for kind in CSV_KINDS if (path := getattr(args, kind)) is not None}
            _import(args.source, lists, args.out, args.attribution, args.licence)
        else:
            print(make_demo(args.out, args.seed))
    except GeoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def make_demo(folder: Path, seed: int = DEMO_SEED) -> Path:
    """Generate the demo city into `folder` and import it, without a word; returns the city file.

    The generator is a program of its own: this package may not import its neighbour.
    """
    command = [sys.executable, "-m", "mapview.democity", "--out", str(folder.absolute()), "--seed", str(seed)]
    done = subprocess.run(command, check=False, cwd=Path(__file__).parents[2])
    if done.returncode != 0:
        raise GeoError(f"the demo city was not made: exit code {done.returncode}")
    out = folder / "city.sqlite"
    lists = {kind: folder / f"{kind}.csv" for kind in CSV_KINDS}
    import_city(folder / "demo.osm.pbf", lists, out, attribution=DEMO_ATTRIBUTION, licence=DEMO_LICENCE)
    return out


def _import(source: Path, lists: dict[str, Path], out: Path, attribution: str, licence: str) -> None:
    report = import_city(source, lists, out, _show, attribution, licence)
    print("\r" + "\n".join(report.lines()))
    print(out)


def _show(step: str, share: float) -> None:
    if sys.stdout.isatty():
        print(f"\r{step:<12}{share:>6.0%}", end="", flush=True)
