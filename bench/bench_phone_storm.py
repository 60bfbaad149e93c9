"""A storm of calls: sipp dials 120 three times a second for a minute; twenty real phones, a real exchange.

Meanwhile a seat's window, fed by the same hub, takes calls of its own: INVITE on the wire -> form painted.
Lost is a call that sipp counts failed, that no phone answered and recorded, or that the hub's journal lacks.
Afterwards phones are killed: how soon each is registered again. `python -m bench.bench_phone_storm`.

LINGSHENG_STORM_S=10 LINGSHENG_STORM_PHONES=6: smaller.
"""

import json
import os
import random
import signal
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import psutil

from bench.bench_seat import SEED, SeatProcess, memory_mb, p50_p99, pause, running_city, started
from bench.raw_caller import RawCaller
from bench.sizes import size
from bench.storm_group import Phones, Storm, missing, running_group
from console.drill.stage import PASSWORD, STAFF, Stage
from console.drill.watcher import Watcher
from dispatch.kinds import CallResult
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.core.seat_logic import LoginCame, VerdictCame
from telephony import messages as msg

PHONES = size("STORM_PHONES", 20)
STORM_S = size("STORM_S", 60)
PER_S = 3.0
TALK_MS = 4_000
AFTER_S = 20.0
JOURNAL_S = 20.0
KILLS = 3
LOGIN_S_MAX = 20.0
BACK_S_MAX = 15.0


class Reports:
    """The phones' facts on their way to the hub, as a seat where somebody has logged in gives them."""

    def __init__(self, stage: Stage) -> None:
        self._link = HubLink(link_settings(stage.config, "seat-02"), lambda: None)
        self.give = self._link.order
        self.refused: list[str] = []
        self._entered = False

    def start(self) -> None:
        """Raises `TimeoutError` when the hub does not let us in."""
        self._link.start()
        self._link.login(STAFF[1][0], PASSWORD)
        end_s, pause = time.monotonic() + LOGIN_S_MAX, threading.Event()
        while not self._entered:
            if time.monotonic() > end_s:
                raise TimeoutError("the hub does not let the storm's seat in")
            pause.wait(0.05)
            self.read()

    def read(self) -> None:
        """What the hub answered."""
        for notice in self._link.drain():
            if isinstance(notice, VerdictCame) and notice.refusal is not None:
                self.refused.append(str(notice.refusal))
            elif isinstance(notice, LoginCame):
                self._entered = notice.ok is not None

    def stop(self) -> None:
        self._link.stop()


def form_times_ms(seat: SeatProcess, sip_port: int, storm: Storm, reports: Reports) -> list[float]:
    """Calls to the window's own phone, one after the other, for as long as the storm blows."""
    dice, times, number = random.Random(SEED), list[float](), 13_904_520_000
    caller = RawCaller(sip_port)
    try:
        while storm.process.poll() is None:
            number += 1
            call = caller.invite(str(number))
            painted = seat.until("painted", str(number))
            times.append((painted["at"] - call.sent_mono_ns) / 1e6)
            caller.cancel(call)
            caller.final(call)
            reports.read()
            pause(dice)
    finally:
        caller.close()
    return sorted(times)


def ring_times_ms(phones: Phones, storm: Storm) -> list[float]:
    """From sipp's INVITE, through the exchange, to the fact in a seat's process."""
    dialled = storm.dialled_ns()
    return sorted(
        (told.at_ns - dialled[told.event.number]) / 1e6
        for told in phones.of(msg.CallRinging)
        if isinstance(told.event, msg.CallRinging) and told.event.number in dialled
    )


def kept(phones: Phones) -> set[str]:
    """Numbers of the calls that one phone answered, that the caller ended, and that are recorded."""
    rang = {t.event.call_id: t.event.number for t in phones.of(msg.CallRinging)}
    ended = {
        t.event.call_id
        for t in phones.of(msg.CallEnded)
        if isinstance(t.event, msg.CallEnded) and t.event.answered and t.event.ended_by is msg.EndedBy.FAR_END
    }
    recorded = {t.event.call_id for t in phones.of(msg.RecordingClosed)}
    return {rang[call_id] for call_id in ended & recorded if call_id in rang}


def are_kept(phones: Phones, wanted: set[str]) -> bool:
    """Asked at each fact, so it counts before it looks."""
    return len(phones.of(msg.RecordingClosed)) >= len(wanted) and wanted <= kept(phones)


def journaled(watcher: Watcher) -> set[str]:
    """Numbers the hub's floor has as talked and recorded."""
    calls = watcher.floor.calls.values()
    return {call.number for call in calls if call.result is CallResult.TALKED and call.recordings}


def cpu_s(pids: list[int]) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(one.user + one.system for one in times)


def kill_to_registered_ms(phones: Phones, place: int) -> float:
    """SIGKILL of one phone until its registrar has taken it back."""
    one = phones.phones[place]
    pid = one.phone.child.pid
    assert pid
    one.registered.clear()
    killed_s = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    if not one.registered.wait(BACK_S_MAX):
        raise TimeoutError("a killed phone is not registered again")
    return (time.monotonic() - killed_s) * 1000


def blow(
    seat: SeatProcess, stage: Stage, watcher: Watcher, phones: Phones, storm: Storm, reports: Reports
) -> dict[str, float]:
    """The storm itself; the figures."""
    before_s, began_s = cpu_s(phones.pids()), time.monotonic()
    seat.ask("pulse", "pulse")
    forms = form_times_ms(seat, stage.config.phone.sip_port, storm, reports)
    pulse = seat.ask("pulse", "pulse")
    took_s = time.monotonic() - began_s
    cpu = (cpu_s(phones.pids()) - before_s) / took_s * 100
    failed = storm.wait(AFTER_S)
    wanted = set(storm.numbers)
    phones.until(lambda: are_kept(phones, wanted), AFTER_S)
    watcher.wait_for(lambda: wanted <= journaled(watcher), JOURNAL_S)
    reports.read()
    if failed or reports.refused:
        print(storm.errors(), reports.refused[:5], flush=True)
    return {
        "storm_calls": len(wanted),
        "storm_calls_lost": max(failed, len(wanted - kept(phones)), len(wanted - journaled(watcher))),
        **p50_p99("storm_invite_to_ring", ring_times_ms(phones, storm)),
        "storm_form_calls": len(forms),
        **p50_p99("storm_invite_to_form", forms),
        "storm_window_gap_max_ms": round(pulse["gap_max_ms"], 1),
        "storm_window_work_max_ms": round(pulse["work_max_ms"], 1),
        "storm_phones_cpu_percent": round(cpu, 1),
        "storm_phones_memory_mb": round(sum(memory_mb(pid) for pid in phones.pids()), 1),
    }


def run() -> dict[str, float]:
    """The figures by name. Raises RuntimeError where a program is not installed."""
    if absent := missing():
        raise RuntimeError(f"not installed: {absent}")
    with tempfile.TemporaryDirectory(prefix="lingsheng-storm-") as name, ExitStack() as stack:
        folder = Path(name)
        stage, watcher, _ = stack.enter_context(running_city(folder))
        seat, _ = started(stack, stage.config_file)
        seat.since_start_s("phone")
        seat.until("complete")
        seat.ask("log_in", "logged_in", staff=STAFF[0][0], password=PASSWORD)
        reports = Reports(stage)
        reports.start()
        stack.callback(reports.stop)
        exchange = stack.enter_context(running_group(folder, PHONES))
        phones = Phones(PHONES, exchange.port, folder / "recordings", reports.give)
        stack.callback(phones.stop)
        figures = {"storm_phones": float(PHONES), "storm_phones_start_s": round(phones.start(), 2)}
        calls = round(PER_S * STORM_S)
        storm = Storm(folder / "sipp", exchange.port, calls=calls, per_s=PER_S, talk_ms=TALK_MS)
        stack.callback(storm.stop)
        figures |= blow(seat, stage, watcher, phones, storm, reports)
        backs = [kill_to_registered_ms(phones, place) for place in range(KILLS)]
        figures["phone_kill_to_registered_p50_ms"] = round(statistics.median(backs), 1)
        figures["phone_kill_to_registered_max_ms"] = round(max(backs), 1)
    return {**figures, "storm_load_average": round(os.getloadavg()[0], 1)}


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
