"""The telephone: INVITE on the wire -> fact in the seat's process, kill -> telephone back, memory.

`python -m bench.bench_phone` prints the figures. The far end is one UDP socket: only the phone is measured.
"""

import json
import os
import queue
import signal
import statistics
import threading
import time
from pathlib import Path

from bench.raw_caller import RawCaller
from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.phone import Phone
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings

CALLS = 100
PAUSE_S = 0.22  # four calls in less than 0.6 s are a flood to the phone: it would pause
KILLS = 3
WAIT_S = 10.0
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


class BenchSeat:
    """A phone and when each of its events arrived here."""

    def __init__(self) -> None:
        self.port = free_ports(1)[0]
        engine = EngineSettings(sip_port=self.port, bind_address="127.0.0.1", rtp_port_first=34_000)
        account = AccountSettings("bench", f"sip:seat@127.0.0.1:{self.port}")
        self._events: queue.SimpleQueue[tuple[int, msg.AnyEvent]] = queue.SimpleQueue()
        self.phone = Phone(
            PhoneSettings(engine, (account,)), lambda e: self._events.put((time.monotonic_ns(), e))
        )
        self.phone.start()
        self.until(msg.LineState)

    def until(self, kind: type[msg.Event]) -> tuple[int, msg.AnyEvent]:
        """The next event of this kind and when it arrived (monotonic ns)."""
        while True:
            at_ns, event = self._events.get(timeout=WAIT_S)
            if isinstance(event, kind):
                return at_ns, event

    def rss_mb(self) -> float:
        pages = Path(f"/proc/{self.phone.child.pid}/statm").read_text().split()[1]
        return int(pages) * PAGE_KB / 1024


def run() -> dict[str, float]:
    """Milliseconds and megabytes by name."""
    seat = BenchSeat()
    caller = RawCaller(seat.port)
    try:
        delays_ms = [one_call_ms(seat, caller) for _ in range(CALLS)]
        rss_mb = seat.rss_mb()
    finally:
        caller.close()
        seat.phone.stop(5.0)
    delays_ms.sort()
    return {
        "invite_to_event_p50_ms": statistics.median(delays_ms),
        "invite_to_event_p99_ms": delays_ms[round(len(delays_ms) * 0.99) - 1],
        "phone_kill_to_ready_max_ms": max(kill_ms() for _ in range(KILLS)),
        "phone_rss_mb": rss_mb,
    }


def one_call_ms(seat: BenchSeat, caller: RawCaller) -> float:
    call = caller.invite()
    rang_ns, _ = seat.until(msg.CallRinging)
    caller.cancel(call)
    caller.final(call)
    seat.until(msg.CallEnded)
    threading.Event().wait(PAUSE_S)
    return (rang_ns - call.sent_mono_ns) / 1e6


def kill_ms() -> float:
    """From SIGKILL to a line that takes calls again; a fresh seat each time: no back-off has grown."""
    seat = BenchSeat()
    try:
        assert seat.phone.child.pid
        os.kill(seat.phone.child.pid, signal.SIGKILL)
        killed_ns = time.monotonic_ns()
        back_ns, _ = seat.until(msg.LineState)
    finally:
        seat.phone.stop(5.0)
    return (back_ns - killed_ns) / 1e6


if __name__ == "__main__":
    print(json.dumps({name: round(value, 2) for name, value in run().items()}, indent=1))
