"""The whole service as processes of a test: hub, gateway, ambulances, wall and seats that a test leads.

Full size:  LINGSHENG_CALLS=20 LINGSHENG_KILLS=20 pytest -s tests/e2e
"""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psutil
import pytest

from console.drill.cases import Case, cases
from console.drill.household import PROJECT, Household, Member
from console.drill.ports import free_ports
from console.drill.stage import PASSWORD, STAFF, WATCHER, Stage, build_stage
from console.drill.watcher import Watcher
from telephony.caller import caller_phone
from tests.e2e.screen import Act, Screen

WAIT_S = 30.0
END_S_MAX = 10.0
VEHICLES = 30
SPEEDUP = 20.0
PLACES = 40
WRITTEN = frozenset({"report.json", "staff.csv", "seats.csv", "sites.csv"})
HERE = Path(__file__).parent
T = TypeVar("T")


class Led:
    """A window and the test's hands on it. `seen` keeps every screen a test looked at."""

    def __init__(self, name: str, out: Path, *words: str) -> None:
        with (out / f"{name}.out").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / "led.py"), *words],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            )
        self._acts = 0
        self.screen = Screen()
        self.seen: list[Screen] = []
        self._screens: queue.SimpleQueue[Screen] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name=f"{name}-screens", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                self._screens.put(msgspec.json.decode(line, type=Screen))

    # --- hands ------------------------------------------------------------------------------------

    def press(self, key: str) -> None:
        self._act(Act("press", text=key))

    def write(self, name: str, text: str) -> None:
        self._act(Act("write", name, text))

    def click(self, name: str) -> None:
        self._act(Act("click", name))

    def command(self, line: str) -> None:
        self.press("Ctrl+/")
        self.write("command.line", line)
        self.press("Return")

    def _act(self, act: Act) -> None:
        assert self.process.stdin is not None
        self._acts += 1
        self.process.stdin.write(msgspec.json.encode(act) + b"\n")
        self.process.stdin.flush()

    # --- eyes -------------------------------------------------------------------------------------

    def until(self, what: str, seen: Callable[[Screen], T], within_s: float = WAIT_S) -> T:
        """What the first screen that shows it gives, of those after the last act."""
        deadline = time.monotonic() + within_s
        while self.screen.acts < self._acts or not (found := seen(self.screen)):
            try:
                self.screen = self._screens.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not seen: {what}; the screen shows {self.screen}") from None
            self.seen.append(self.screen)
        return found

    def rest(self) -> None:
        """All acts are done."""
        self.until("acts done", lambda _: True)

    def shows(self, name: str, word: str, within_s: float = WAIT_S) -> str:
        """The text of a widget, once it has this word in it."""
        return self.until(
            f"{word!r} in {name}", lambda s: text if word in (text := s.texts.get(name, "")) else "", within_s
        )

    def hides(self, name: str, within_s: float = WAIT_S) -> None:
        self.until(f"{name} gone", lambda s: name not in s.texts, within_s)

    def row(self, table: str, word: str, *words: str, within_s: float = WAIT_S) -> list[str]:
        """The row with the first word in it, once it has the others too."""

        def wanted(screen: Screen) -> list[str]:
            row = screen.row(table, word) or []
            return row if all(any(one in cell for cell in row) for one in words) else []

        return self.until(f"row {word} {words} in {table}", wanted, within_s)

    # --- the process ------------------------------------------------------------------------------

    def child(self, module: str) -> psutil.Process | None:
        """The child process that runs this module, None while there is none."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if any(word.startswith(module) for word in child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def kill_child(self, module: str) -> float:
        """kill -9; when (s since 1970 UTC)."""
        child = self.child(module)
        assert child is not None, module
        child.send_signal(signal.SIGKILL)
        return time.time()

    def kill(self) -> None:
        """kill -9, children and all left to themselves."""
        self.process.kill()
        self.close()

    def close(self) -> int:
        """Close the window as a person does; the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            code = self.process.wait(END_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._reader.join(END_S_MAX)
        return code


class Service:
    """A centre in a folder. What it starts it ends; only its own processes are ever killed."""

    def __init__(self, stage: Stage, household: Household) -> None:
        self.stage, self.household = stage, household
        self.watcher = Watcher(stage.config, WATCHER)
        self.led: list[Led] = []
        self.configs: dict[str, Path] = {}
        self.sip_ports: dict[str, int] = {}
        self.cases = list(cases(stage.lists / "city.sqlite", 7, PLACES))
        self._callers = caller_phone(lambda event: None)

    def start_eyes(self) -> None:
        """The watcher, and the callers' telephone."""
        self.watcher.start()
        self._callers.start()

    @property
    def floor(self) -> Any:
        return self.watcher.floor

    def part(self, name: str, *words: str) -> Member:
        return self.household.start(name, "main.py", name, "--config", str(self.stage.config_file), *words)

    def start_hub(self) -> Member:
        self.hub = self.part("hub", "--lists", str(self.stage.lists))
        return self.hub

    def start_gateway(self) -> Member:
        self.gateway = self.part("gateway")
        return self.gateway

    def start_fleet(self) -> None:
        port = str(self.stage.config.gateway.port)
        words = ("-m", "console.drill.fleet", str(self.stage.lists), "--port", port)
        self.household.start("fleet", *words, "--speedup", str(SPEEDUP))

    def wall(self) -> Led:
        return self._window("wall", "wall", self.stage.config_file)

    def seat_window(self, number: str) -> Led:
        """The window of a seat, as its machine opens it."""
        config = self.configs.get(number) or self.machine(number)
        return self._window(f"seat-{number}", "seat", config)

    def _window(self, name: str, part: str, config: Path) -> Led:
        led = Led(name, self.stage.folder / "log", part, "--config", str(config))
        self.led.append(led)
        return led

    def seat(self, number: str = "01") -> Led:
        """A seat whose dispatcher has logged in."""
        seat = self.seat_window(number)
        seat.until("the log-in page", lambda s: "login.staff" in s.texts)
        seat.write("login.staff", STAFF[int(number) - 1][0])
        seat.write("login.password", PASSWORD)
        seat.click("login.enter")
        seat.hides("login.staff")
        seat.shows("lamp.phone", "▲")
        return seat

    def machine(self, number: str, *, autopilot: bool = False) -> Path:
        """Set up a seat with a folder and telephone ports of its own; its configuration."""
        folder = self.stage.folder / f"seat-{number}"
        folder.mkdir()
        sip, rtp = free_ports(1)[0], 30_000 + int(number) * 100
        text = self.stage.config_file.read_text(encoding="utf-8")
        for old, new in {
            f'dir = "{self.stage.folder}"': f'dir = "{folder}"',
            'number = "01"': f'number = "{number}"',
            "autopilot = false": f"autopilot = {str(autopilot).lower()}",
            f"sip_port = {self.stage.config.phone.sip_port}": f"sip_port = {sip}\nrtp_port = {rtp}",
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        self.configs[number] = folder / "lingsheng.toml"
        self.configs[number].write_text(text, encoding="utf-8")
        self.sip_ports[number] = sip
        return self.configs[number]

    def until(self, what: str, done: Callable[[], T], within_s: float = WAIT_S) -> T:
        """Follow the hub until `done` gives something."""
        self.watcher.wait_for(lambda: bool(done()), within_s)
        found = done()
        assert found, what
        return found

    def ring(self, number: str, case: Case) -> None:
        """Somebody calls this seat; who called before has hung up."""
        for call_id in list(self._callers.calls):
            self._callers.hang_up(call_id)
        seat = f"sip:120@127.0.0.1:{self.sip_ports[number]}"
        self.until("the callers' telephone", lambda: self._callers.lines)
        assert self._callers.dial(seat, asserted_number=case.number, asserted_name=case.name)

    def close(self) -> None:
        self._callers.stop(END_S_MAX)
        for led in reversed(self.led):
            led.close()
        self.watcher.stop()


def link_city(root: Path, demo_folder: Path) -> None:
    """City and prompts that a demo in `root` finds made already; the lists it writes are its own."""
    (root / "city").mkdir(parents=True)
    for path in demo_folder.iterdir():
        if path.name == "prompts":
            (root / path.name).symlink_to(path)
        elif path.name not in WRITTEN:
            (root / "city" / path.name).symlink_to(path)


def stage_in(root: Path, demo_folder: Path) -> Stage:
    """A stage on the demo city all tests share."""
    link_city(root, demo_folder)
    return build_stage(root, lambda zh, en: None, autopilot=False)


@pytest.fixture(scope="module")
def service(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Hub, gateway and thirty ambulances on the air."""
    stage = stage_in(tmp_path_factory.mktemp("centre"), demo_folder)
    with Household(stage.folder / "log") as household:
        service = Service(stage, household)
        try:
            service.start_hub()
            service.start_gateway()
            service.start_fleet()
            service.start_eyes()
            service.until("thirty ambulances", lambda: len(service.watcher.moved) == VEHICLES)
            yield service
        finally:
            service.close()


def open_case(seat: Led, case: Case) -> None:
    """A form by hand with its place known, ready for F4."""
    seat.press("F2")
    seat.until("an empty form", lambda s: s.texts.get("form.place") == "")
    seat.write("form.place", case.typed)
    seat.until("suggestions", lambda s: s.tables.get("form.place.suggestions"))
    seat.press("Return")
    seat.until(
        "road times", lambda s: any("~" not in "".join(row) for row in s.tables.get("advice.table", ()))
    )
