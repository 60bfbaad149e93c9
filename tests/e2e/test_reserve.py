"""平急转换 end to end: ordered on one seat, shown on another, proven, in service, called by sipp, stood down.

seat 03 (shift leader) ──/启用 21──► hub ──► seat 21 (reserve, calm: 480)
                                              self-check, test call, ready
sipp ──INVITE──────────────────────────────► rings, F3, hung up
sipp ──INVITE 120──► kamailio ──fork───────► the same, as one of the ring group; calm it is not in it
seat 03 ──/撤收────────────────────────────► incidents back one by one, calm again (480)
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.raw_caller import RawCaller
from console.drill.ports import free_ports
from console.drill.stage import PASSWORD, RESERVE_STAFF
from dispatch.kinds import CheckResult, ReserveRole
from telephony import messages as msg
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings
from tests.e2e.conftest import Led, Service, open_case
from tests.telephony import exchange as ex
from tests.telephony.conftest import STOP_S, Seat, free_rtp_block

pytestmark = pytest.mark.process
NUMBER = "13904517788"
CALL_S_MAX = 15.0
NOT_THERE = 480
ALAW_SILENCE = b"\xd5" * 8000


@pytest.fixture(scope="module")
def leader(service: Service) -> Led:
    return service.seat("03")


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int | None]:
    """The port of a kamailio; None where it is not installed: then callers ring the seat directly only."""
    if not ex.is_installed("kamailio"):
        yield None
        return
    (port,) = free_ports(1)
    with ex.running_exchange(tmp_path_factory.mktemp("exchange"), port):
        yield port


@pytest.fixture(scope="module")
def reserve(service: Service, exchange: int | None) -> Led:
    """A reserve seat nobody has logged in at, a telephone of the exchange where there is one."""
    file = service.machine("21")
    if exchange is not None:
        register(file, exchange)
    seat = service.seat_window("21")
    seat.until("the log-in page", lambda s: "login.staff" in s.texts)
    seat.until("its telephone", lambda s: "▲" in s.texts.get("lamp.phone", ""))
    return seat


def register(file: Path, exchange: int) -> None:
    """The seat's telephone registers there, and in the ring group while it is in service."""
    password = file.with_name("phone.password")
    password.write_text(ex.PASSWORD, encoding="utf-8")
    words = (
        f'[phone]\nregistrar = "sip:127.0.0.1:{exchange}"\nuser = "{ex.USER}"\n'
        f'password_file = "{password}"\nring_group = "{ex.GROUP}"\n'
    )
    text = file.read_text(encoding="utf-8")
    assert text.count("[phone]\n") == 1
    file.write_text(text.replace("[phone]\n", words), encoding="utf-8")


@pytest.fixture
def another(exchange: int | None, reserve: Led) -> Iterator[Seat]:
    """The telephone of another seat that is in the ring group."""
    if exchange is None:
        pytest.skip("not installed: kamailio")
    (port,) = free_ports(1)
    line = AccountSettings(
        "group", f"sip:{ex.GROUP}@127.0.0.1:{exchange}", f"sip:127.0.0.1:{exchange}", ex.USER, ex.PASSWORD
    )
    engine = EngineSettings(sip_port=port, bind_address="127.0.0.1", rtp_port_first=free_rtp_block())
    seat = Seat(PhoneSettings(engine, (line,)))
    try:
        seat.heard.until(msg.LineState, lambda line: line.registered)
        yield seat
    finally:
        seat.phone.stop(STOP_S)


def sipp(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A caller of 120 who talks for a second and a half; ends with 0 when all went as it should."""
    ex.needs("sipp")
    (folder / "silence").write_bytes(ALAW_SILENCE)
    scenario = (ex.PEERS / "caller.xml").read_text().replace("SPEECH", "silence").replace("TALK_MS", "1500")
    (folder / "caller.xml").write_text(scenario)
    (folder / "numbers.csv").write_text(f"SEQUENTIAL\n{NUMBER};caller\n")
    return subprocess.Popen(
        ["sipp", f"127.0.0.1:{port}", "-sf", "caller.xml", "-inf", "numbers.csv", "-s", ex.GROUP,
         "-i", "127.0.0.1", "-m", "1", "-nostdin"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def code_at(port: int) -> int:
    """What a caller of 120 hears there."""
    caller = RawCaller(port)
    try:
        return caller.final(caller.invite(NUMBER))
    finally:
        caller.close()


def final_code(service: Service) -> int:
    """What the reserve seat answers to a caller."""
    return code_at(service.sip_ports["21"])


def log_in(seat: Led) -> None:
    seat.write("login.staff", RESERVE_STAFF[0][0])
    seat.write("login.password", PASSWORD)
    seat.click("login.enter")
    seat.hides("login.staff")


def test_calm_it_lets_nobody_in_and_orders_nothing(
    service: Service, reserve: Led, exchange: int | None
) -> None:
    reserve.shows("reserve.line", "平时")
    assert final_code(service) == NOT_THERE
    assert exchange is None or code_at(exchange) == NOT_THERE, "nobody is in the ring group"
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
    assert final_code(service) == NOT_THERE, "not before it is ready"
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


def served(reserve: Led, call: "subprocess.Popen[bytes]") -> None:
    """It rings at the reserve seat, is answered and hung up, and its form is closed."""
    try:
        reserve.row("calls.table", "振铃")
        reserve.press("F3")
        reserve.row("calls.table", "通话")
        assert call.wait(CALL_S_MAX) == 0
    finally:
        call.kill()
        call.wait()
    reserve.row("calls.table", "已挂机")
    reserve.press("F12")
    reserve.shows("reason.confirm", "确认")
    reserve.press("Return")


def all_forms_closed(service: Service, count: int) -> bool:
    intakes = service.floor.intakes.values()
    return len(intakes) == count and all(it.ended_at for it in intakes)


def test_a_call_of_sipp_rings_there_and_is_answered(service: Service, reserve: Led, tmp_path: Path) -> None:
    served(reserve, sipp(tmp_path, service.sip_ports["21"]))
    service.until("its form closed", lambda: all_forms_closed(service, 1))
    turn = service.until("its first call", lambda: next(iter(service.floor.activations.values())).seats[0])
    assert turn.first_call_at is not None


@pytest.mark.peer
def test_a_call_to_the_ring_group_rings_all_of_it_and_is_answered_there(
    service: Service, reserve: Led, exchange: int, another: Any, tmp_path: Path
) -> None:
    served(reserve, sipp(tmp_path, exchange))
    rung = another.heard.until(msg.CallRinging)
    assert not another.heard.until(msg.CallEnded, lambda ended: ended.call_id == rung.call_id).answered
    service.until("its form closed", lambda: all_forms_closed(service, 2))


def test_stand_down_hands_back_what_it_holds(
    service: Service, leader: Led, reserve: Led, exchange: int | None
) -> None:
    open_case(reserve, service.cases[0])
    reserve.press("F4")
    incident = service.until("an incident", lambda: next(iter(service.floor.incidents.values()), None))
    leader.press("Shift+F9")
    leader.press("Ctrl+Shift+X")
    leader.shows("reason.confirm", "确认")
    leader.press("Return")
    reserve.shows("reserve.line", "撤收中")
    assert final_code(service) == NOT_THERE, "no new calls"
    assert exchange is None or code_at(exchange) == NOT_THERE, "it has left the ring group"
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
    assert final_code(service) == NOT_THERE
    assert exchange is None or code_at(exchange) == NOT_THERE


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
