"""平急转换 end to end: ordered on one seat, shown on another, proven, in service, called by sipp, stood down.

seat 03 (shift leader) ──/启用 21──► hub ──► seat 21 (reserve, calm: 480)
                                              self-check, test call, ready
sipp ──INVITE──────────────────────────────► rings, F3, hung up
seat 03 ──/撤收────────────────────────────► incidents back one by one, calm again (480)
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from bench.raw_caller import RawCaller
from console.drill.stage import PASSWORD, RESERVE_STAFF
from dispatch.kinds import CheckResult, ReserveRole
from tests.e2e.conftest import Led, Service, open_case

pytestmark = pytest.mark.process
NUMBER = "13904517788"
CALL_S_MAX = 15.0


@pytest.fixture(scope="module")
def leader(service: Service) -> Led:
    return service.seat("03")


@pytest.fixture(scope="module")
def reserve(service: Service) -> Led:
    """A reserve seat nobody has logged in at."""
    seat = service.seat_window("21")
    seat.until("the log-in page", lambda s: "login.staff" in s.texts)
    seat.until("its telephone", lambda s: "▲" in s.texts.get("lamp.phone", ""))
    return seat


def final_code(service: Service) -> int:
    """What the reserve seat answers to a caller."""
    caller = RawCaller(service.sip_ports["21"])
    try:
        return caller.final(caller.invite(NUMBER))
    finally:
        caller.close()


def log_in(seat: Led) -> None:
    seat.write("login.staff", RESERVE_STAFF[0][0])
    seat.write("login.password", PASSWORD)
    seat.click("login.enter")
    seat.hides("login.staff")


def test_calm_it_lets_nobody_in_and_orders_nothing(service: Service, reserve: Led) -> None:
    reserve.shows("reserve.line", "平时")
    assert final_code(service) == 480
    log_in(reserve)
    reserve.press("F2")
    reserve.shows("notice.text", "储备席未启用")
    reserve.press("Ctrl+L")
    reserve.until("the log-in page", lambda s: "login.staff" in s.texts)


def test_a_drill_is_ordered_shown_proven_and_served(service: Service, leader: Led, reserve: Led) -> None:
    leader.command("/启用 21")
    leader.shows("reason.confirm", "确认")
    leader.press("6")
    leader.write("reason.remark", "端到端")
    leader.press("Return")
    reserve.shows("summons.title", "受理派车")
    reserve.shows("summons.why", "陈静")
    reserve.shows("check.test_call", "合格")
    reserve.shows("check.person", "不合格")
    reserve.shows("summons.next", "请登录")
    assert final_code(service) == 480, "not before it is ready"
    log_in(reserve)
    reserve.shows("reserve.line", "已上岗")
    reserve.hides("summons.title")
    reserve.press("Shift+F1")
    activation = service.until(
        "ready", lambda: next((a for a in service.floor.activations.values() if a.seats[0].ready_at), None)
    )
    (turn,) = activation.seats
    assert (turn.role, activation.drill) == (ReserveRole.FULL, True)
    assert activation.ordered_at <= turn.shown_at <= turn.ready_at
    assert not [one for one in turn.checked if one.check.result is CheckResult.FAULT]
    leader.press("Shift+F9")
    row = leader.row("reserve.turns", "21", "就绪")
    assert row[5], "the time it took"
    leader.shows("reserve.ready", "1/1")
    leader.shows("mode", "演练")
    reserve.shows("mode", "演练")
    leader.press("Escape")


def test_a_call_of_sipp_rings_there_and_is_answered(service: Service, reserve: Led, tmp_path: Path) -> None:
    if shutil.which("sipp") is None:
        pytest.skip("not installed: sipp")
    sipp = subprocess.Popen(
        ["sipp", f"127.0.0.1:{service.sip_ports['21']}", "-sn", "uac", "-s", "120", "-i", "127.0.0.1",
         "-m", "1", "-d", "1500", "-nostdin"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        reserve.row("calls.table", "振铃")
        reserve.press("F3")
        reserve.row("calls.table", "通话")
        assert sipp.wait(CALL_S_MAX) == 0
    finally:
        sipp.kill()
        sipp.wait()
    reserve.row("calls.table", "已挂机")
    reserve.press("F12")
    reserve.shows("reason.confirm", "确认")
    reserve.press("Return")
    service.until("its form closed", lambda: all(it.ended_at for it in service.floor.intakes.values()))
    turn = service.until("its first call", lambda: next(iter(service.floor.activations.values())).seats[0])
    assert turn.first_call_at is not None


def test_stand_down_hands_back_what_it_holds(service: Service, leader: Led, reserve: Led) -> None:
    open_case(reserve, service.cases[0])
    reserve.press("F4")
    incident = service.until("an incident", lambda: next(iter(service.floor.incidents.values()), None))
    leader.press("Shift+F9")
    leader.press("Ctrl+Shift+X")
    leader.shows("reason.confirm", "确认")
    leader.press("Return")
    reserve.shows("reserve.line", "撤收中")
    assert final_code(service) == 480, "no new calls"
    assert all(activation.ended_at is None for activation in service.floor.activations.values())
    number = incident.number.rsplit("-", 1)[-1]
    leader.row("reserve.back", number, "21")
    leader.command(f"/jg {number}")
    leader.until("handed back", lambda s: not s.tables.get("reserve.back"))
    reserve.shows("reserve.line", "平时")
    activation = service.until(
        "the end", lambda: next((a for a in service.floor.activations.values() if a.ended_at), None)
    )
    (turn,) = activation.seats
    assert [back.incident_id for back in turn.handed_back] == [incident.id]
    assert service.floor.incidents[incident.id].seat_id == service.floor.seats["seat-01-03"].id
    assert final_code(service) == 480


def test_the_record_is_written_as_files(service: Service, leader: Led) -> None:
    leader.press("Ctrl+Shift+P")
    leader.shows("notice.text", "启用记录已导出")
    folder = service.configs["03"].parent / "records"
    assert {file.suffix for file in folder.iterdir()} == {".html", ".csv", ".pdf"}
    (page,) = folder.glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "端到端" in text
    assert "陈静" in text
    assert "达标" in text
    (table,) = folder.glob("*.csv")
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 2
