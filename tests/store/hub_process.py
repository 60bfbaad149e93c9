"""The hub as a process of a test: `main.py hub` with master data, `--standby` where it has peers."""

import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dispatch.commands import Command
from store import site
from store.config import load_config
from store.log import start_log


def main(file: Path) -> int:
    start_log("hub", "info", "")
    seed = file.parent / "seed.msgpack"
    config = load_config(file)

    def planted() -> list[Command]:
        return msgspec.msgpack.decode(seed.read_bytes(), type=list[Command])

    return site.run(config, planted, leads=True, standby=bool(config.hub.peers))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
