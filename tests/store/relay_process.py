"""The relay as a process of a test: `main.py relay` without a log file."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from store import site
from store.config import load_config
from store.log import start_log


def main(file: Path) -> int:
    start_log("relay", "info", "")
    return site.run(load_config(file), leads=False)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
