"""Reserve seats: order -> a real call rings and is answered, of a warm seat and of one that is switched off.

Real processes: hub, the seat's window offscreen with its telephone, a leader's link that orders. The exchange
is one UDP socket that hunts: it tries the seat every PAUSE_S and goes on while it hears 480; once in service
sipp calls too. `python -m bench.bench_reserve` prints the figures.
"""

import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.bench_seat import PROJECT, SeatProcess
from bench.raw_caller import RawCaller
from console.drill.household import Household
from console.drill.ports import free_ports
from console.drill.stage import PASSWORD, RESERVE_STAFF, STAFF, WATCHER, Stage, build_stage
from console.drill.watcher import Watcher
from dispatch import reserve_commands as reserve
from dispatch.commands import Command
from dispatch.kinds import ReserveRole
from dispatch.reserve import SeatOrder
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.core.ids import new_id
from store.core.seat_logic import LoginCame, VerdictCame

SEAT, LEADER = "21", STAFF[2][0]
PERSON = RESERVE_STAFF[0][0]
WARM_RUNS = 3
PAUSE_S = 0.22  # four refused calls in less than 0.6 s are a flood to the telephone: it would pause
WAIT_S = 30.0
SIPP_S_MAX = 15.0
TRYING = 100
ANSWER_S_MAX = 0.5


class Leader:
    """A shift leader's seat without a window: logs in and orders."""

    def __init__(self, stage: Stage) -> None:
        self._rung = threading.Event()
        self._link = HubLink(link_settings(stage.config, "seat-03"), self._rung.set)
        self._link.start()
        asked = self._link.login(LEADER, PASSWORD)
        self._until(lambda it: isinstance(it, LoginCame) and it.id == asked and it.ok is not None)

    def order(self, command: Command) -> None:
        """Returns once it is carried out and durable. Raises AssertionError when refused."""
        cid = self._link.order(command)
        verdict = self._until(lambda it: isinstance(it, VerdictCame) and it.cid == cid)
        assert isinstance(verdict, VerdictCame)
        assert verdict.refusal is None, verdict

    def _until(self, wanted: Callable[[object], bool]) -> object:
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            for notice in self._link.drain():
                if wanted(notice):
                    return notice
            self._rung.wait(0.05)
            self._rung.clear()
        raise TimeoutError("the hub did not answer the leader")

    def stop(self) -> None:
        self._link.stop()


class Exchange:
    """Hunts for a seat that lets a caller in."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = itertools.count(1)

    def ring_s(self, since_s: float) -> tuple[str, float, "Call"]:
        """Tries until it rings; the caller's number, seconds since `since_s` (monotonic), the call."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            number = f"1390452{next(self._numbers):04}"
            call = Call(self._port, number)
            if call.rings():
                return number, time.monotonic() - since_s, call
            call.close()
            threading.Event().wait(PAUSE_S)
        raise TimeoutError("the seat never let a caller in")


class Call:
    """One INVITE of the exchange, from a port of its own."""

    def __init__(self, port: int, number: str) -> None:
        self._caller = RawCaller(port)
        self._dialled = self._caller.invite(number)

    def rings(self) -> bool:
        """True at 180; False when it was refused, or nobody is there yet."""
        self._caller.wait_s = ANSWER_S_MAX
        while True:
            try:
                answer = self._caller.receive()
            except TimeoutError:
                self._caller.cancel(self._dialled)  # too late an answer must not leave a call ringing
                return False
            if not answer.startswith("SIP/2.0"):
                continue
            code = int(answer.split()[1])
            if code > TRYING:
                return 180 <= code < 200

    def answered(self) -> bool:
        """True once somebody at the seat has taken it."""
        self._caller.wait_s = WAIT_S
        return self._caller.final(self._dialled) == 200

    def ends(self) -> None:
        """The seat has hung up."""
        self._caller.take_bye()
        self.close()

    def close(self) -> None:
        self._caller.close()


@contextmanager
def running_hub(folder: Path) -> Iterator[tuple[Stage, Watcher]]:
    kept = PROJECT / "demo-data" / "city"
    if (kept / "city.sqlite").exists():
        shutil.copytree(kept, folder / "city")
    stage = build_stage(folder, lambda zh, en: None, autopilot=False)
    with Household(stage.folder / "log") as household:
        household.start(
            "hub", "main.py", "hub", "--config", str(stage.config_file), "--lists", str(stage.lists)
        )
        watcher = Watcher(stage.config, WATCHER)
        watcher.start()
        try:
            if not watcher.wait_for(lambda: bool(watcher.floor.vehicles), WAIT_S):
                raise TimeoutError("the hub does not start")
            yield stage, watcher
        finally:
            watcher.stop()


def reserve_config(stage: Stage) -> tuple[Path, int]:
    """The configuration of the reserve seat on the same machine, and its SIP port."""
    [sip] = free_ports(1)
    text = stage.config_file.read_text(encoding="utf-8")
    text = re.sub(r'^number = "01"$', f'number = "{SEAT}"\nkind = "reserve"', text, flags=re.MULTILINE)
    text = re.sub(r"^sip_port = \d+$", f"sip_port = {sip}", text, flags=re.MULTILINE)
    file = stage.folder / f"seat-{SEAT}.toml"
    file.write_text(text, encoding="utf-8")
    return file, sip


def order_up(leader: Leader, watcher: Watcher) -> str:
    """A drill of the one seat; the id of the activation."""
    seat_id = next(seat.id for seat in watcher.floor.seats.values() if seat.number == SEAT)
    activation_id = new_id()
    seats = (SeatOrder(seat_id, ReserveRole.FULL),)
    leader.order(reserve.OrderActivation(activation_id, seats, "测量", drill=True))
    return activation_id


def stand_down(leader: Leader, watcher: Watcher, seat: SeatProcess, call: Call, activation_id: str) -> None:
    """Everything finished, back in calm."""
    if not watcher.wait_for(lambda: any(not it.ended_at for it in watcher.floor.intakes.values()), WAIT_S):
        raise TimeoutError("no form for the call")
    seat.ask("press", "pressed", name="F10")
    call.ends()
    seat.ask("finish", "finished")
    leader.order(reserve.StandDown(activation_id))
    if not watcher.wait_for(lambda: watcher.floor.activations[activation_id].ended_at is not None, WAIT_S):
        raise TimeoutError("the seat does not stand down")


def answer(seat: SeatProcess, call: Call, since_s: float) -> float:
    """F3 at the seat; seconds until the exchange has it."""
    seat.ask("press", "pressed", name="F3")
    if not call.answered():
        raise TimeoutError("not answered")
    return time.monotonic() - since_s


def sipp_calls(seat: SeatProcess, port: int, folder: Path) -> int:
    """One call of a program that is not ours, answered with F3: how many succeeded."""
    if shutil.which("sipp") is None:
        return 0
    sipp = subprocess.Popen(
        ["sipp", f"127.0.0.1:{port}", "-sn", "uac", "-s", "120", "-i", "127.0.0.1", "-m", "1", "-d", "300",
         "-nostdin"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        seat.until("painted", "sipp")
        seat.ask("press", "pressed", name="F3")
        return int(sipp.wait(SIPP_S_MAX) == 0)
    finally:
        sipp.kill()
        sipp.wait()


def run() -> dict[str, float]:
    """The figures; `command` goes from the order the leader gives, `start` from the program's start."""
    with tempfile.TemporaryDirectory(prefix="lingsheng-bench-") as folder, ExitStack() as stack:
        stage, watcher = stack.enter_context(running_hub(Path(folder)))
        leader = Leader(stage)
        stack.callback(leader.stop)
        config, port = reserve_config(stage)
        exchange = Exchange(port)
        began = time.monotonic()
        activation_id = order_up(leader, watcher)
        seat = SeatProcess(config)
        stack.callback(seat.stop)
        seat.until("painted", "login")
        seat.until("live")
        seat.do("log_in", staff=PERSON, password=PASSWORD)
        number, cold_s, call = exchange.ring_s(began)
        seat.until("logged_in")
        seat.until("painted", number)
        cold_answered_s = answer(seat, call, began)
        stand_down(leader, watcher, seat, call, activation_id)
        rings, answers, sipp = [], [], 0
        for _ in range(WARM_RUNS):
            began = time.monotonic()
            activation_id = order_up(leader, watcher)
            number, rings_s, call = exchange.ring_s(began)
            seat.until("painted", number)
            rings.append(rings_s)
            answers.append(answer(seat, call, began))
            stand_down(leader, watcher, seat, call, activation_id)
        activation_id = order_up(leader, watcher)
        exchange.ring_s(time.monotonic())
        seat.ask("press", "pressed", name="Shift+F10")
        sipp = sipp_calls(seat, port, Path(folder))
    return {
        "reserve_warm_ring_p50_s": round(statistics.median(rings), 2),
        "reserve_warm_ring_max_s": round(max(rings), 2),
        "reserve_warm_answered_max_s": round(max(answers), 2),
        "reserve_cold_ring_s": round(cold_s, 2),
        "reserve_cold_answered_s": round(cold_answered_s, 2),
        "reserve_sipp_calls_answered": sipp,
        "reserve_load_average": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
