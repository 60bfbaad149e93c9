"""Twenty real phones behind a real exchange that answer every call, and a sipp that calls their number.

Each phone is a process like a seat's, registered with digest; what it tells goes to a hub as a seat's orders.
"""

import contextlib
import csv
import queue
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.exchange import Exchange, running
from console.drill.ports import free_ports
from console.models.line import Line
from dispatch.commands import Command
from telephony import messages as msg
from telephony.acd.hunt_group import HuntGroup, Telephone, configuration
from telephony.phone import Phone
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings, Voice

SCENARIO = Path(__file__).with_name("storm_caller.xml")
GROUP = "120"
NUMBERS_FROM = 13_907_000_000
RTP_FIRST, RTP_EACH = 41_000, 40
READY_S_MAX = 60.0
STOP_S_MAX = 8.0
OPERATOR_HZ = 700
SPEECH_HZ = 440
SPEECH_S = 4


class Told(NamedTuple):
    """A fact and when it reached the seat (CLOCK_MONOTONIC, ns)."""

    at_ns: int
    phone: int
    event: msg.AnyEvent


class AnsweringPhone:
    """One seat's phone: takes every call; facts go to `told`, what the hub must hear of them to `give`."""

    def __init__(
        self,
        place: int,
        exchange_port: int | None,
        folder: Path,
        told: Callable[[Told], None],
        give: Callable[[Command], object],
        **engine_options: Any,
    ) -> None:
        """`exchange_port` `None`: called directly, registered nowhere."""
        number = number_of(place)
        registrar = None if exchange_port is None else f"sip:127.0.0.1:{exchange_port}"
        account = AccountSettings("storm", f"sip:{number}@127.0.0.1", registrar, number, password_of(number))
        engine = EngineSettings(
            sip_port=free_ports(1)[0],
            bind_address="127.0.0.1",
            rtp_port_first=RTP_FIRST + place * RTP_EACH,
            recordings_dir=str(folder / number),
            microphone=Voice(tone_hz=OPERATOR_HZ),
            **engine_options,
        )
        self.place, self.sip_port = place, engine.sip_port
        self.registered = threading.Event()
        self._told, self._give, self._line = told, give, Line("01")
        self.phone = Phone(PhoneSettings(engine, (account,)), self._hear)

    def _hear(self, event: msg.AnyEvent) -> None:
        self._told(Told(time.monotonic_ns(), self.place, event))
        if isinstance(event, msg.CallRinging):
            self.phone.answer(event.call_id)
        elif isinstance(event, msg.LineState) and (event.registered or event.direct):
            self.registered.set()
        elif isinstance(event, msg.PhoneDown):
            self.registered.clear()
        for command in self._line.take(event):
            self._give(command)


class Phones:
    """All phones of the group and everything they told."""

    def __init__(
        self,
        count: int,
        port: int | None,
        folder: Path,
        give: Callable[[Command], object],
        **engine_options: Any,
    ) -> None:
        self._queue: queue.SimpleQueue[Told] = queue.SimpleQueue()
        self._of: dict[type[msg.Event], list[Told]] = {}
        """What was told, by kind: some hundred thousand facts in a thousand calls, and few are asked for."""
        tell = self._queue.put
        self.phones = [AnsweringPhone(n, port, folder, tell, give, **engine_options) for n in range(count)]

    def start(self) -> float:
        """Seconds until the last one was registered. Raises `TimeoutError`."""
        began_s = time.monotonic()
        for one in self.phones:
            one.phone.start()
        for one in self.phones:
            if not one.registered.wait(max(0.0, began_s + READY_S_MAX - time.monotonic())):
                raise TimeoutError(f"phone {one.place} is not registered")
        return time.monotonic() - began_s

    def stop(self) -> None:
        threads = [threading.Thread(target=one.phone.stop, args=(STOP_S_MAX,)) for one in self.phones]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def pids(self) -> list[int]:
        return [pid for one in self.phones if (pid := one.phone.child.pid) is not None]

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Collect what is told until `done` or the time is over."""
        end_s = time.monotonic() + seconds
        while not done():
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return False
            with contextlib.suppress(queue.Empty):
                self._keep(self._queue.get(timeout=left_s))
        return True

    def of(self, kind: type[msg.Event]) -> Sequence[Told]:
        """Every fact of this very kind, in order."""
        while not self._queue.empty():
            self._keep(self._queue.get())
        return self._of.get(kind, [])

    def _keep(self, told: Told) -> None:
        self._of.setdefault(type(told.event), []).append(told)


def number_of(place: int) -> str:
    return str(8001 + place)


def password_of(number: str) -> str:
    return f"pw{number}"


@contextlib.contextmanager
def running_group(folder: Path, phones: int) -> Iterator[Exchange]:
    """The exchange as `telephony.acd` makes it: the seat that is idle longest rings."""
    port, control = free_ports(2)
    listen = (f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}")
    seats = tuple(Telephone(number_of(n), password_of(number_of(n))) for n in range(phones))
    facts = HuntGroup(
        listen, "storm.test", f"udp:127.0.0.1:{control}", ("127.0.0.1",), group=GROUP, seats=seats, rest_s=5
    )
    with running(configuration(facts), folder / "exchange", port) as exchange:
        yield exchange


class Storm:
    """sipp, `per_s` callers each second; each talks for `talk_ms` and hangs up."""

    def __init__(
        self,
        folder: Path,
        port: int,
        *,
        calls: int,
        per_s: float,
        talk_ms: int,
        at_once: int = 0,
        host: str = "127.0.0.1",
        inside: Sequence[str] = (),
    ) -> None:
        """`at_once` 0: as many as come. `host`: both ends' address; `inside`: words before sipp's own.

        Raises `FileNotFoundError` without sipp or sox.
        """
        self.numbers = [str(NUMBERS_FROM + n) for n in range(calls)]
        self._folder = folder
        folder.mkdir(exist_ok=True)
        text = SCENARIO.read_text(encoding="utf-8").replace("SPEECH", str(self._speech()))
        (folder / "caller.xml").write_text(text.replace("TALK_MS", str(talk_ms)), encoding="utf-8")
        (folder / "numbers.csv").write_text("\n".join(["SEQUENTIAL", *self.numbers, ""]), encoding="utf-8")
        rate = ["-m", str(calls), "-r", str(round(per_s * 10)), "-rp", "10000"]
        limit = ["-l", str(at_once)] if at_once else []
        self._clock_ns = time.time_ns() - time.monotonic_ns()
        self.process = subprocess.Popen(
            [*inside, "sipp", f"{host}:{port}", "-sf", "caller.xml", "-inf", "numbers.csv", "-s", GROUP,
             "-i", host, "-nostdin", "-trace_logs", "-log_file", "dialled.log",
             "-trace_stat", "-stf", "stat.csv", "-trace_err", "-error_file", "errors.log", *rate, *limit],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _speech(self) -> Path:
        wav = self._folder / "speech.wav"
        tone = ["synth", str(SPEECH_S), "sine", str(SPEECH_HZ), "vol", "0.3"]
        subprocess.run(
            ["sox", "-n", "-r", "8000", "-c", "1", "-e", "a-law", "-b", "8", str(wav), *tone], check=True
        )
        return wav

    def wait(self, seconds: float) -> int:
        """How many calls failed in sipp's eyes; all of them when it does not end in time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return len(self.numbers)
        with (self._folder / "stat.csv").open(encoding="utf-8") as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
        return len(self.numbers) - int(last["SuccessfulCall(C)"])

    def dialled_ns(self) -> dict[str, int]:
        """When each number was dialled, by CLOCK_MONOTONIC."""
        text = (self._folder / "dialled.log").read_text(encoding="utf-8", errors="replace")
        found = re.findall(r"(\d+) (\d+)(?:\.\d+)? (\d+)(?:\.\d+)?", text)
        return {
            number: int(s) * 10**9 + int(us) * 1000 - self._clock_ns
            for number, s, us in found
            if number in self.numbers
        }

    def errors(self) -> str:
        """What sipp complained of, at most a screenful."""
        file = self._folder / "errors.log"
        return file.read_text(encoding="utf-8", errors="replace")[:2000] if file.exists() else ""

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def missing(programs: Sequence[str] = ("sipp", "kamailio", "sox")) -> str:
    """Which of them is not installed, "" when all are."""
    return " ".join(program for program in programs if shutil.which(program) is None)
