"""`python -m mapview.democity --out DIR`: write the demo city's map and lists."""

import argparse
from pathlib import Path

from mapview.democity.city import SEED, make_city


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(prog="mapview.democity", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for demo.osm.pbf and *.csv")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    make_city(args.out, args.seed)


if __name__ == "__main__":
    main()
