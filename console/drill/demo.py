"""`main.py demo`: the whole service on one machine, with an invented city, 30 ambulances and real SIP calls.

With a display the newcomer takes the calls; without one an autopilot works the very same windows, and the
demo ends by itself: 0 only when every step of the first calls really happened.
"""

import fcntl
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO

from console import i18n
from console.drill.callers import Callers, CallersError
from console.drill.cases import cases
from console.drill.household import Household, Member
from console.drill.script import Case
from console.drill.stage import PASSWORD, STAFF, WATCHER, Stage, build_stage, write_drill
from console.drill.timeline import Step, complete, steps, table
from console.drill.watcher import Watcher
from store.exits import CannotStartError, ExitCode
from telephony.heartbeat import Heartbeat, Target
from telephony.settings import Transport

SEED = 120
CASES = 400
SHOWN = 3
VEHICLES = 30
SPEEDUP_HEADLESS = 20.0
SPEEDUP_WINDOW = 5.0
START_S_MAX = 60.0
ANSWERS = 2
"""So often the seat's telephone has answered before anybody calls."""
CALL_GAP_S = 12.0
CALL_EVERY_S = 40.0
DONE_S_MAX = 150.0
PICTURES = ("seat-night.png", "seat-day.png", "wall-night.png", "wall-day.png")


def run(*, lang: str, headless: bool, output: Path, folder: Path, speedup: float | None = None) -> int:
    """Run the demo in `folder`, which only one may use at a time. Raises CannotStartError."""
    i18n.use(lang)
    display = has_display() and not headless
    if not display:
        say(
            "没有显示器：由自动调度员操作窗口（离屏）", "no display: an autopilot works the window, offscreen"
        )
    held = hold(folder)
    stage = build_stage(folder, say, autopilot=not display)
    callers = list(cases(stage.lists / "city.sqlite", SEED, CASES))
    write_drill(stage.folder, callers, output)
    with Household(stage.folder / "log") as household:
        demo = _Demo(stage, household, lang, output)
        try:
            demo.open(speedup or (SPEEDUP_WINDOW if display else SPEEDUP_HEADLESS))
            return demo.with_newcomer(callers) if display else demo.by_itself(callers[:SHOWN])
        except (DemoError, CallersError) as error:
            print(error, file=sys.stderr, flush=True)
            return ExitCode.FAILED
        finally:
            demo.close()
            held.close()


def hold(folder: Path) -> IO[str]:
    """Keep the folder for this demo until the returned file is closed. Raises CannotStartError."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise CannotStartError(
            f"{folder} 中已有演示在运行，请先关闭它，或用 --folder 另选文件夹",
            f"another demo is running in {folder}: close it, or choose another --folder",
        ) from error
    return lock


def has_display() -> bool:
    """True when a window could be shown to somebody."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def say(zh: str, en: str) -> None:
    print(f"{zh}  {en}" if i18n.language() == "zh" else en, flush=True)


class DemoError(Exception):
    """A part of the demo did not come up; the text says which and where its output is."""


class _Demo:
    """The parts of a running demo."""

    def __init__(self, stage: Stage, household: Household, lang: str, output: Path) -> None:
        self._stage = stage
        self._household = household
        self._lang = lang
        self._output = output
        self._watcher = Watcher(stage.config, WATCHER)
        sip = stage.config.phone
        self._callers = Callers(f"sip:120@{sip.sip_host}:{sip.sip_port}", stage.folder / "speech")
        self._telephone = Heartbeat(Target(sip.sip_host, sip.sip_port, Transport.UDP))

    def open(self, speedup: float) -> None:
        """Hub, gateway and ambulances; returns when all vehicles report."""
        config = ("--config", str(self._stage.config_file))
        say("启动调度中枢、车载终端网关、30 辆救护车…", "starting hub, gateway and 30 ambulances…")
        self._household.start("hub", "main.py", "hub", *config, "--lists", str(self._stage.lists))
        self._household.start("gateway", "main.py", "gateway", *config)
        port = str(self._stage.config.gateway.port)
        fleet = ("-m", "console.drill.fleet", str(self._stage.lists), "--port", port)
        self._household.start("fleet", *fleet, "--speedup", str(speedup))
        self._watcher.start()
        self._callers.start()
        self._must(
            lambda: len(self._watcher.moved) == VEHICLES, START_S_MAX, "车辆未全部上线", "vehicles missing"
        )

    def close(self) -> None:
        self._telephone.stop()
        self._callers.stop()
        self._watcher.stop()

    # --- two ways to go on ---------------------------------------------------------------------------

    def by_itself(self, callers: Sequence[Case]) -> int:
        """The autopilot takes the first calls; every step is proven from the journal and the disk."""
        self._windows({"QT_QPA_PLATFORM": "offscreen"})
        self._must(self._seat_is_ready, START_S_MAX, "坐席未登录", "the seat did not log in")
        say("坐席就绪，开始来电", "the seat is ready, people call")
        for case in callers:
            self._callers.ring(case)
            self._watcher.wait_for(partial(self._is_over, case), CALL_GAP_S)
        self._watcher.wait_for(lambda: self._all_done(callers) or self._somebody_fell(), DONE_S_MAX)
        good = self._tell(callers)
        good = self._pictures_are_there() and good
        say("演示完成" if good else "演示未完成", "demo complete" if good else "demo NOT complete")
        return ExitCode.DONE if good else ExitCode.FAILED

    def with_newcomer(self, callers: Sequence[Case]) -> int:
        """Windows on the display; somebody calls every CALL_EVERY_S until the seat window is closed."""
        seat = self._windows({})
        number, _, _ = STAFF[0]
        say(
            f"请登录：工号 {number}，口令 {PASSWORD}。F3 接听，F4 派车，F1 帮助",
            f"log in: staff number {number}, password {PASSWORD}. F3 answers, F4 sends a vehicle, F1 helps",
        )
        self._watcher.wait_for(lambda: self._seat_is_ready() or seat.ended is not None, 24 * 3600.0)
        for case in callers:
            if seat.ended is not None:
                break
            self._callers.ring(case)
            self._watcher.wait_for(lambda: seat.ended is not None, CALL_EVERY_S)
        self._watcher.wait_for(lambda: seat.ended is not None, 24 * 3600.0)
        return ExitCode.DONE

    # --- inside --------------------------------------------------------------------------------------

    def _windows(self, environment: dict[str, str]) -> Member:
        config = ("--config", str(self._stage.config_file), "--lang", self._lang)
        self._household.start("wall", "main.py", "wall", *config, environment=environment)
        self._telephone.start()
        return self._household.start("seat", "main.py", "seat", *config, environment=environment)

    def _must(self, done: Callable[[], bool], seconds: float, zh: str, en: str) -> None:
        """Wait for `done`; a part that fell or the time that ran out ends the demo. Raises DemoError."""
        self._watcher.wait_for(lambda: done() or self._somebody_fell(), seconds)
        if not done():
            fallen = self._household.fallen()
            who = f"（{fallen.name}）" if fallen else ""
            raise DemoError(f"{zh}{who} {en}: {self._stage.folder / 'log'}")

    def _seat_is_ready(self) -> bool:
        """Somebody sits there, and a caller would ring: the telephone may come up after the log-in."""
        manned = any(seat.dispatcher_id for seat in self._watcher.floor.seats.values())
        return manned and self._telephone.pulse.answers >= ANSWERS

    def _somebody_fell(self) -> bool:
        return self._household.fallen() is not None

    def _steps(self, case: Case) -> tuple[Step, ...]:
        return steps(self._watcher.floor, case.number, Path(self._stage.config.recordings.dir))

    def _is_over(self, case: Case) -> bool:
        """The conversation is over: the next one may call."""
        calls = self._watcher.floor.calls.values()
        return any(call.ended_at for call in calls if call.number == case.number) or self._somebody_fell()

    def _all_done(self, callers: Sequence[Case]) -> bool:
        return all(complete(self._steps(case)) for case in callers)

    def _tell(self, callers: Sequence[Case]) -> bool:
        for place, case in enumerate(callers, start=1):
            title = f"\n{place}. {case.place} · {case.trouble.complaint}"
            print("\n".join(table(title, self._steps(case))), flush=True)
        fallen = self._household.fallen()
        if fallen is not None:
            say(f"进程意外结束：{fallen.name}", f"a process ended by itself: {fallen.name}")
        return self._all_done(callers) and fallen is None

    def _pictures_are_there(self) -> bool:
        wanted = [self._output / name for name in PICTURES]
        self._watcher.wait_for(lambda: all(path.exists() for path in wanted), START_S_MAX)
        for path in wanted:
            say(f"截图 {path}" if path.exists() else f"缺截图 {path}", f"picture {path}")
        return all(path.exists() for path in wanted)
