"""Two hubs of one site on one store, each listening for the other, and seats that know both."""

import itertools
import json
import time
from pathlib import Path
from typing import Any

from console.drill.ports import free_ports
from dispatch import commands as cmd
from store.core.ids import new_id
from tests.store.conftest import City, Desk, configuration
from tests.store.forked import Forked


class Pair(City):
    """`names` "a" and "b"; both share the keys of the city's hub, as the two of a site do."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        ports = {name: free_ports(3) for name in ("a", "b")}
        self.addresses = {name: f"127.0.0.1:{three[0]}" for name, three in ports.items()}
        nobody = free_ports(1)[0]
        self.hubs: dict[str, Forked] = {}
        for name, other in (("a", "b"), ("b", "a")):
            text = configuration(folder, url, ports[name])
            listed = [
                *self.addresses.values(),
                f"127.0.0.1:{nobody}",
            ]  # what a hub tells of must lead nobody away
            text = text.replace(f'hubs = ["{self.addresses[name]}"]', f"hubs = {json.dumps(listed)}")
            text = text.replace("[store]", f'peers = ["{self.addresses[other]}"]\n[store]')
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def start(self, name: str) -> None:
        self.hubs[name] = Forked("hub", self.folder / f"{name}.toml", self.log(name))

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start_both(self) -> Desk:
        """a commands, b listens; gives back seat 01, logged in."""
        self.start("a")
        seat = self.desk("seat-01", hubs=tuple(self.addresses.values()))
        seat.wait_live()
        self.start("b")
        assert seat.login("1001").ok is not None
        return seat

    def active(self, seat: Desk) -> str:
        """Which of the two the seat is with."""
        names = {address: name for name, address in self.addresses.items()}
        seat.wait_live()
        found: str = seat.wait(lambda: names.get(seat.link.state.hub), "one of the two")
        return found

    def listens(self, name: str) -> bool:
        """True when this hub is the standby and hears the other."""
        text = self.log(name).read_text(encoding="utf-8") if self.log(name).exists() else ""
        return "link: live" in text[text.rfind("listening to") :].split("taking over")[0]

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        self.desks.clear()
        for process in self.hubs.values():
            process.kill()
            process.wait(10)
        super().close()


class Orders:
    """One order after another from a seat; when each was given and answered."""

    def __init__(self, seat: Desk) -> None:
        self.seat = seat
        self.waiting: dict[str, float] = {}
        self.calls: dict[str, str] = {}
        """command id -> call it tells of"""
        self.answered_at: list[float] = []
        self.refused: list[Any] = []

    def give(self) -> None:
        call = new_id()
        cid = self.seat.link.order(cmd.ReportRinging(call, "13800000000"))
        self.waiting[cid] = time.monotonic()
        self.calls[cid] = call

    def take(self) -> None:
        self.seat.take()
        for cid in [cid for cid in self.waiting if cid in self.seat.verdicts]:
            del self.waiting[cid]
            self.answered_at.append(time.monotonic())
            self.refused += [cid] if self.seat.verdicts[cid].refusal is not None else []

    def run(self, until: Any, every_s: float = 0.05, limit_s: float = 60.0) -> None:
        """Give orders until the condition holds."""
        due, end = time.monotonic(), time.monotonic() + limit_s

        def step() -> bool:
            nonlocal due
            self.take()
            if time.monotonic() >= due:
                due = time.monotonic() + every_s
                self.give()
            return bool(until()) or time.monotonic() > end

        self.seat.wait(step, "orders", limit_s + 5)
        assert time.monotonic() <= end, f"not within {limit_s} s"

    def settle(self, limit_s: float = 30.0) -> None:
        """Every order has its verdict, none was refused, and the floor knows every call."""

        def done() -> bool:
            self.take()
            return not self.waiting

        self.seat.wait(done, "all verdicts", limit_s)
        assert not self.refused
        known = set(self.calls.values())
        self.seat.wait(lambda: known <= set(self.seat.floor.calls), "every call on the floor", limit_s)

    def longest_gap_s(self, since: float) -> float:
        """Longest time without an answer after this moment."""
        times = [since, *(at for at in self.answered_at if at > since)]
        return max(later - earlier for earlier, later in itertools.pairwise(times))
