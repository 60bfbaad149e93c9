"""The hub as a process of a test: `main.py hub` with the test's master data."""

import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dispatch.commands import Command
from store import hub
from store.config import load_config
from store.log import start_log


def main(file: Path) -> int:
    start_log("hub", "info", "")
    seed = file.parent / "seed.msgpack"
    return hub.run(load_config(file), lambda: msgspec.msgpack.decode(seed.read_bytes(), type=list[Command]))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
