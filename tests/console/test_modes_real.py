"""Every mode entered and left by a real fault: processes killed and frozen, lines cut, clocks, disks wrong.

Seen through the same table the windows draw from. `test_two_servers.py` has the island's own proof, and
`tests/e2e/test_full_disk.py` a full disk on the screen.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from console.hub_seat import _MODES
from console.ports import HubMode
from dispatch import commands as cmd
from dispatch.sites import CITY
from store.core.command_messages import HandOver
from store.core.ids import new_id
from store.core.roster import MachineRole
from store.core.wire import Mode
from store.db.accounts import read_accounts
from store.hub_admin import enrol_machine, strike_machine
from tests.console.eyes import Eyes
from tests.store.commanding import evidence, hand_back, proofs, settle_all, take_when_silent, told, two_sites
from tests.store.conftest import PROJECT, WAIT_S, City, Desk, Postgres, running_city
from tests.store.db.test_trouble import set_standby
from tests.store.district import District
from tests.store.thin_line import ThinLine
from tests.store.two_servers import frozen

pytestmark = pytest.mark.process
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
DISK_MB = 24
TRIES = 5  # it lasts two seconds: a machine that is busy for so long shows nothing of it
CLOCKS = (("+3600s", HubMode.CLOCK_WRONG), ("+4s", HubMode.CLOCK_OFF), ("-1800s", HubMode.CLOCK_WRONG))[
    : int(os.environ.get("LINGSHENG_CLOCKS", "1"))
]
"""Nightly: LINGSHENG_CLOCKS=3."""


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    yield from running_city(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")


def ring(desk: Desk) -> str:
    return desk.link.order(cmd.ReportRinging(new_id(), "13800000000"))


def test_a_hub_frozen_and_thawed_killed_and_started_again(city: City) -> None:
    eyes = Eyes(city.seat("01"))
    eyes.calm()
    assert city.process is not None
    os.kill(city.process.pid, signal.SIGSTOP)
    eyes.see(HubMode.SLOW, "自动补发")
    eyes.see(HubMode.CUT_OFF)
    os.kill(city.process.pid, signal.SIGCONT)
    eyes.calm()
    city.kill_hub()
    eyes.see(HubMode.SLOW, "自动补发")
    waiting = ring(eyes.desk)
    eyes.see(HubMode.CUT_OFF, "待发 1 条", "电台并登记")
    city.start_hub()
    assert eyes.desk.verdict(waiting).refusal is None
    eyes.calm()


def test_a_hub_whose_place_another_has_taken(city: City) -> None:
    eyes = Eyes(city.seat("01"))
    file, address = city.second_hub()
    other = city.spawn_hub(file)
    try:
        third = Eyes(city.desk("seat-02", hubs=(address,)))
        third.calm()
        ring(eyes.desk)
        eyes.see(HubMode.REVOKED, "仅可查看")
        third.calm()
    finally:
        other.kill()
        other.wait(10)
    city.kill_hub()
    city.start_hub()
    eyes.without(HubMode.REVOKED)


def test_a_seat_that_catches_up(city: City) -> None:
    """Its line lets the Ticks through and holds what it asked for."""
    line = ThinLine(("127.0.0.1", city.config.hub.command_port))
    try:
        desk = city.desk("seat-01", hubs=(line.address,))
        eyes = Eyes(desk)
        eyes.calm()
        desk.wait(lambda: desk.floor.vehicles, "the floor")
        other = city.seat("02")
        line.set(cut_down=True)
        city.kill_hub()
        city.start_hub()
        eyes.see(HubMode.CATCHING_UP, "正在同步")
        known = other.open_incident()
        line.set(cut_down=False)
        eyes.calm()
        desk.wait(lambda: known in desk.floor.incidents, "what it missed")
    finally:
        line.close()


@pytest.mark.peer
def test_a_store_that_hangs_and_a_standby_that_is_missing(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.new_database()
    for made in running_city(tmp_path, url):
        hanging(Eyes(made.seat("01")), postgres)
        missing(Eyes(made.seat("02")), url)


def hanging(eyes: Eyes, postgres: Postgres) -> None:
    eyes.calm()
    with frozen(postgres):
        first = ring(eyes.desk)
        eyes.see(HubMode.STORE_SWITCH, "数据库切换中", "排队 1 条")
    assert eyes.desk.verdict(first).refusal is None
    eyes.calm()


def missing(eyes: Eyes, url: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as administrator:
        set_standby(administrator, "nobody")
        try:
            waiting = [ring(eyes.desk)]
            while not _late(eyes.desk):  # the server takes a new setting up some commits after its reload
                waiting.append(ring(eyes.desk))
                eyes.desk.wait(lambda: _late(eyes.desk) or waiting[-1] in eyes.desk.verdicts, "an answer")
            eyes.see(HubMode.AWAITING_COPY, "等待异地备份确认")
        finally:
            set_standby(administrator, "")
    engine.dispose()
    assert all(eyes.desk.verdict(cid).refusal is None for cid in waiting)
    eyes.calm()


def _late(desk: Desk) -> bool:
    """A commit waits."""
    return desk.link.state.store_age_ms > 300


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """Centre 01, district 02, and a line between them that can be cut."""
    made = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    made.seed_more(two_sites())
    line = ThinLine(("127.0.0.1", made.config.hub.command_port))
    relay = District(made, line=line.address)
    relay.line = line
    relay.enrol_seat("03", "seat-03")
    relay.carry()
    made.start_hub()
    relay.start()
    yield relay
    relay.close()
    made.close()
    line.close()


def test_a_relay_cut_off_from_the_city(district: District) -> None:
    desk = district.desk("seat-03", hubs=(district.address,))
    eyes = Eyes(desk)
    desk.wait(lambda: desk.link.state.relay == "02" and desk.floor.vehicles, "served by the relay")
    eyes.calm()
    district.line.set(cut=True)
    eyes.see(HubMode.CITY_CUT_OFF, "市中心断开", "两人授权")
    district.line.set(cut=False)
    eyes.calm()


@pytest.mark.nightly
def test_command_taken_held_and_given_back(district: District) -> None:
    city = district.city
    desk = district.desk("seat-03")
    eyes = Eyes(desk)
    desk.wait(lambda: desk.link.state.relay == "02" and desk.floor.vehicles, "served by the relay")
    desk.wait(lambda: read_accounts(district.url), "accounts in the district")
    city.kill_hub()
    eyes.see(HubMode.CITY_CUT_OFF)
    assert take_when_silent(desk).reason == ""
    banner = eyes.see(HubMode.TAKEN_OVER, "江北分中心已接管全市指挥（第 2 届）", "李强 / 王芳")
    assert banner.tone == "command"
    city.start_hub()
    eyes.without(HubMode.CITY_CUT_OFF)
    centre = Eyes(city.desk("wall", hubs=city.config.hub.hubs))
    centre.see(HubMode.TAKEN_OVER)
    settle_all(desk)
    assert hand_back(desk, "01").reason == ""
    eyes.calm()
    centre.calm()


def test_a_hand_over_that_waits_for_a_frozen_relay_and_is_called_off(district: District) -> None:
    centre = district.city.seat("01")
    eyes = Eyes(centre)
    desk = district.desk("seat-03", hubs=(district.address,))
    desk.wait(lambda: desk.link.state.relay == "02" and desk.floor.vehicles, "served by the relay")
    token, second = proofs(centre)
    while "02" not in dict(evidence(centre).peers):
        pass  # each question takes its time
    assert district.process is not None
    for _ in range(TRIES):
        os.kill(district.process.pid, signal.SIGSTOP)
        known = len(centre.floor.calls)
        ring(centre)  # what the relay has not got: asked before it is a row, command would move at once
        centre.wait(lambda known=known: len(centre.floor.calls) > known, "the call")
        order = HandOver(
            id=new_id(), scope=CITY, to_site="02", reason="演练", order_no="令-9", token=token, second=second
        )
        centre.link.ask(order)
        answer = told(centre, meanwhile=eyes.shown)
        os.kill(district.process.pid, signal.SIGCONT)
        eyes.calm()
        if HubMode.HANDING_OVER in eyes.seen:
            assert "移交中" in eyes.seen[HubMode.HANDING_OVER]
            assert answer.reason == "behind"
            return
    pytest.fail(f"never seen in {TRIES} hand-overs: {answer}")


@pytest.mark.peer
@pytest.mark.nightly
def test_a_clock_that_is_wrong_and_set_right(city: City) -> None:
    """Hubs whose clocks are an hour and two seconds off, by libfaketime; orders are not disturbed."""
    if FAKETIME is None:
        pytest.skip("not installed: faketime")
    eyes = Eyes(city.seat("01"))
    eyes.calm()
    city.kill_hub()
    for offset, mode in CLOCKS:
        city.process = faked_hub(city, offset)
        eyes.see(mode, "中枢相差", "校时", limit_s=3 * WAIT_S)
        call = new_id()
        assert eyes.desk.order(cmd.ReportRinging(call, "13800000000")).refusal is None
        eyes.desk.wait(lambda call=call: call in eyes.desk.floor.calls, "the call")
        stamped = eyes.desk.floor.calls[call].rang_at
        ours = eyes.desk.link.state.clock_offset_ms
        assert abs(stamped - ours - _now_ms()) < WAIT_S * 1000, "the hub's time counts"
        city.kill_hub()
    city.start_hub()
    eyes.calm()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def faked_hub(city: City, offset: str) -> "subprocess.Popen[bytes]":
    """A hub whose wall clock is off by so much; its steady clock is true."""
    environment = {
        **os.environ,
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    arguments = [sys.executable, str(PROJECT / "tests" / "store" / "hub_process.py"), str(city.file)]
    with (city.folder / "hub.log").open("ab") as log:
        return subprocess.Popen(arguments, cwd=PROJECT, stdout=log, stderr=log, env=environment)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own for the hub; skips where nobody may have one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=False
    )
    if not made or made.returncode:
        pytest.skip("may not mount a tmpfs")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.nightly
def test_a_disk_that_runs_short_and_is_cleared(small_disk: Path) -> None:
    for made in running_city(small_disk, f"sqlite:///{small_disk}/hub.sqlite"):
        eyes = Eyes(made.seat("01"))
        eyes.calm()
        ballast = small_disk / "ballast-of-the-test"
        for left, mode, words in (
            (0.07, HubMode.DISK_LOW, "磁盘空间不足"),
            (0.03, HubMode.DISK_CRITICAL, "磁盘只剩"),
        ):
            with ballast.open("ab") as file:
                file.write(b"\0" * int(shutil.disk_usage(small_disk).free - left * DISK_MB * 2**20))
            eyes.see(mode, words, "通知维护")
        assert eyes.desk.order(cmd.ReportRinging(new_id(), "13800000000")).refusal is None
        ballast.unlink()
        eyes.calm()


def test_a_machine_struck_off_and_enrolled_again(city: City) -> None:
    eyes = Eyes(city.seat("01"))
    eyes.calm()
    strike_machine(city.config, "seat-01")
    eyes.see(HubMode.NOT_ENROLLED, "未登记")
    waiting = ring(eyes.desk)
    enrol_machine(city.config, "seat-01", MachineRole.SEAT, "01")
    eyes.calm()
    assert eyes.desk.verdict(waiting).refusal is None, "what was taken down meanwhile is not lost"


@pytest.mark.nightly
def test_a_roster_that_is_damaged_and_put_back(city: City) -> None:
    eyes = Eyes(city.seat("01"))
    eyes.calm()
    keys = Path(city.config.keys.dir)
    (keys / "roster.json").write_bytes(b"{")
    eyes.see(HubMode.ALARM, "名册", "管理员")
    assert eyes.desk.order(cmd.ReportRinging(new_id(), "13800000000")).refusal is None
    shutil.copyfile(keys / "roster.newest", keys / "roster.json")
    eyes.calm()


def test_the_modes_of_the_wire_all_have_a_banner() -> None:
    assert set(_MODES) == set(Mode) - {Mode.NORMAL}
