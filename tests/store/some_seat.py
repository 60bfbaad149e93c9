"""A seat without a window, for a tree of any version: logs in, reports a call, says what it sees in lines.

some_seat.py TREE CONFIG MACHINE STAFF_NUMBER PASSWORD
"""

import importlib
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])

from pathlib import Path

from dispatch import commands as cmd
from dispatch.floor import Floor
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import load_config
from store.core.ids import new_id
from store.core.replica import Applied
from store.core.seat_logic import FloorReplaced, LoginCame, VerdictCame

LIMIT_S = 60.0

try:  # where `apply` lives has changed since the first version
    apply = importlib.import_module("dispatch.apply").apply
except ModuleNotFoundError:
    apply = importlib.import_module("dispatch.floor").apply


def main(file: Path, machine: str, number: str, password: str) -> int:
    rung = threading.Event()
    floor = Floor()
    link = HubLink(link_settings(load_config(file), machine), rung.set)
    link.start()
    asked = order = call = None
    told = False
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        rung.wait(0.05)
        rung.clear()
        for notice in link.drain():
            match notice:
                case FloorReplaced():
                    floor = notice.floor
                case Applied():
                    apply(floor, notice.event)
                case LoginCame():
                    print("login", notice.ok is not None, flush=True)
                    call = new_id()
                    order = link.order(cmd.ReportRinging(call, "13800000001"))
                case VerdictCame():
                    told = True
                    print("verdict", notice.cid == order, notice.refusal is None, flush=True)
        if asked is None and link.state.phase.value == "live":
            print("live", len(floor.vehicles), flush=True)
            asked = link.login(number, password)
        if told and call is not None and call in floor.calls:
            print("seen", len(floor.incidents), link.state.mode, flush=True)
            link.stop(5.0)
            return 0
    print("late", link.state, flush=True)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[2]), *sys.argv[3:6]))
