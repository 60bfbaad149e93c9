"""kill -9 of every process while a seat works: what the dispatcher sees, and that nothing is lost or doubled.

Full size:  LINGSHENG_KILLS=20 repeats the deaths of hub and telephone so often; figures are printed with -s.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from bench.raw_caller import RawCaller
from dispatch.kinds import CallResult, MilestoneKind
from store.bus.child import CRASH_LOOP_COUNT, STEADY_S
from tests.e2e.conftest import Led, Screen, Service, open_case

pytestmark = pytest.mark.process
KILLS = int(os.environ.get("LINGSHENG_KILLS", "1"))
PHONE_BACK_S_MAX = 5.0  # on a machine that does much else; how soon it is: bench/bench_phone_storm.py
ORPHAN_S_MAX = 5.0
PHONE, NAVIGATOR, BAKER = "telephony.process", "mapview.navigator", "mapview.canvas.baker"


@pytest.fixture(scope="module")
def seats(service: Service) -> list[Led]:
    """The seat that works, in a list of its own because one test kills it."""
    return [service.seat("01")]


@pytest.fixture
def seat(seats: list[Led]) -> Led:
    """With an empty middle."""
    seats[0].press("Escape")
    seats[0].press("Ctrl+W")
    seats[0].rest()
    return seats[0]


def live(screen: Screen) -> bool:
    return "banner" not in screen.texts and screen.texts["lamp.hub"].startswith("●")


def serials(service: Service) -> list[str]:
    return [incident.number for incident in service.floor.incidents.values()]


@pytest.mark.parametrize("turn", range(KILLS))
def test_the_hub_dies_while_somebody_talks_and_types(service: Service, seat: Led, turn: int) -> None:
    case = service.cases[turn]
    service.ring("01", case)
    seat.row("calls.table", case.number, "振铃")
    seat.press("F3")
    seat.row("calls.table", case.number, "通话")
    seat.until("an empty form", lambda s: s.texts.get("form.place") == "")
    service.hub.process.kill()
    service.hub.process.wait()
    died = time.time()
    seat.write("form.place", case.typed)
    seat.until("suggestions", lambda s: s.tables.get("form.place.suggestions"))
    seat.press("Return")
    seat.write("form.chief_complaint", case.trouble.complaint)
    seat.shows("banner", "已与中枢断开")
    seat.press("F4")
    seat.until("asked how the crew was told", lambda s: "reason.wait" in s.texts)
    seat.press("3")  # not reached yet: the order waits for the hub
    seat.press("Return")
    seat.until("orders wait", lambda s: waiting(s) >= 2)
    assert case.number in seat.screen.texts["form.call"], "the call goes on"
    assert "通话" in seat.screen.texts["form.call"]
    seat.press("F10")
    seat.shows("form.call", "已挂机")
    seat.rest()
    service.start_hub()
    started = time.time()
    seat.until("the seat is live", live)
    back = seat.screen.at - started
    seat.row("incidents.table", seat.screen.texts["form.place"])
    print(f"\nhub away {started - died:.1f} s, live {back:.2f} s after its start")
    check_once(service, case.number, case.trouble.complaint)


def waiting(screen: Screen) -> int:
    """How many orders the banner says are waiting."""
    text = screen.texts.get("banner", "")
    return int(text.split("待发")[1].split("条")[0]) if "待发" in text else 0


def check_once(service: Service, number: str, complaint: str) -> None:
    """One call, one form, one incident, one order: all that was typed and done while the hub was away."""
    delivered = service.until("the order on the terminal", lambda: missions_of(service, number))
    (call,) = (call for call in service.floor.calls.values() if call.number == number)
    assert len(delivered) == 1
    incident = service.floor.incidents[delivered[0].incident_id]
    assert len(incident.intake_ids) == 1
    assert service.floor.intakes[incident.intake_ids[0]].form.chief_complaint == complaint
    service.until("the recording", lambda: service.floor.calls[call.id].recordings)
    assert service.floor.calls[call.id].result is CallResult.TALKED


def missions_of(service: Service, number: str) -> list[Any]:
    """Missions of the incidents of this caller that are on their terminals."""
    floor = service.floor
    incidents = [floor.incidents.get(c.incident_id or "") for c in floor.calls.values() if c.number == number]
    found = [floor.missions[key] for incident in incidents if incident for key in incident.mission_ids]
    return [mission for mission in found if mission.delivered_at]


@pytest.fixture
def caller(service: Service, seat: Led) -> Iterator[RawCaller]:
    """Somebody whose telephone notices nothing of ours."""
    caller = RawCaller(service.sip_ports["01"])
    yield caller
    caller.close()


def age_s(process: psutil.Process | None) -> float:
    return time.time() - process.create_time() if process is not None else 0.0


@pytest.mark.parametrize("turn", range(KILLS))
def test_the_telephone_dies_while_it_rings(service: Service, seat: Led, caller: RawCaller, turn: int) -> None:
    number = f"139{turn:08d}"
    if turn:  # a telephone that dies again and again is given longer pauses
        service.until("a steady telephone", lambda: age_s(seat.child(PHONE)) > STEADY_S + 1, STEADY_S * 2)
    seat.press("F2")
    seat.until("an empty form", lambda s: s.texts.get("form.place") == "")
    seat.write("form.place", "typed before")
    caller.invite(number)
    seat.row("calls.table", number, "振铃")
    died = seat.kill_child(PHONE)
    seat.shows("lamp.phone", "■")
    seat.shows("lamp.phone", "▲")
    back = seat.screen.at - died
    print(f"\ntelephone ready {back:.2f} s after kill -9")
    assert back < PHONE_BACK_S_MAX
    assert seat.screen.texts["form.place"] == "typed before"
    seat.row("calls.table", number, "未接")
    assert "回拨" in seat.shows("notice.text", number)
    for key in ("Alt+C", "Return"):
        seat.press(key)
    seat.until("a form with the number", lambda s: s.texts.get("form.contact_phone") == number)
    seat.press("Ctrl+B")
    seat.until(
        "dialled or said why not",
        lambda s: "电话未能执行" in s.texts["notice.text"] or s.row("calls.table", "呼出"),
    )


@pytest.mark.nightly
def test_a_telephone_that_dies_again_and_again_is_an_alarm_until_it_runs_steadily(seat: Led) -> None:
    for _ in range(CRASH_LOOP_COUNT):
        seat.shows("lamp.phone", "▲")
        seat.kill_child(PHONE)
        seat.shows("lamp.phone", "■")
    alarm = seat.row("alarms.table", "电话反复崩溃")
    assert "被系统强行结束" in " ".join(alarm)
    assert "桌上话机" in seat.shows("notice.text", "反复崩溃")
    seat.shows("lamp.phone", "▲")
    seat.until("no alarm", lambda s: not s.row("alarms.table", "电话反复崩溃"), STEADY_S * 2)


def test_the_gateway_dies_and_an_order_that_waits_arrives_once(service: Service, seat: Led) -> None:
    open_case(seat, service.cases[KILLS])
    service.gateway.process.kill()
    service.gateway.process.wait()
    seat.press("F4")
    address = seat.until("an order", lambda s: s.texts.get("form.place"))
    seat.row("incidents.table", address)
    incident = service.until("an incident", lambda: incident_at(service, address))
    (mission,) = (service.floor.missions[key] for key in incident.mission_ids)
    assert mission.delivered_at is None
    service.start_gateway()
    started = time.time()
    service.until("the order on the terminal", lambda: service.floor.missions[mission.id].delivered_at)
    print(f"\norder delivered {time.time() - started:.1f} s after the gateway's start")
    accepted = service.until("the crew's answer", lambda: accepts(service, mission.id))
    assert len(accepted) == 1
    assert len(service.floor.incidents[incident.id].mission_ids) == 1


def accepts(service: Service, mission_id: str) -> list[Any]:
    steps = service.floor.missions[mission_id].milestones
    return [step for step in steps if step.kind is MilestoneKind.ACKNOWLEDGED]


def incident_at(service: Service, address: str) -> Any:
    incidents = service.floor.incidents.values()
    found = [one for one in incidents if one.place.address == address and one.mission_ids]
    return found[0] if found else None


def test_the_navigator_dies_and_times_are_estimates_until_it_is_back(service: Service, seat: Led) -> None:
    seat.press("F2")
    seat.until("an empty form", lambda s: s.texts.get("form.place") == "")
    seat.write("form.place", service.cases[KILLS + 1].typed)
    seat.until("suggestions", lambda s: s.tables.get("form.place.suggestions"))
    seat.press("Return")
    seat.until("road times", lambda s: "估算" not in cautions(s))
    died = seat.kill_child(NAVIGATOR)
    for _ in range(3):  # it may be back before anybody looked
        with contextlib.suppress(AssertionError):
            seat.until("estimates", lambda s: "估算" in cautions(s), 5.0)
            break
        died = seat.kill_child(NAVIGATOR)
    else:
        pytest.fail("no estimates after three deaths")
    seat.until("road times again", lambda s: "估算" not in cautions(s))
    print(f"\nroad times again {seat.screen.at - died:.1f} s after kill -9")


def cautions(screen: Screen) -> str:
    """What the first proposal warns of; the word itself while there is none."""
    proposals = screen.tables.get("advice.table")
    return proposals[0][7] if proposals and proposals[0][3] != "–" else "估算"


def test_the_map_baker_dies_and_is_back(seat: Led) -> None:
    first = seat.child(BAKER)
    assert first is not None
    seat.kill_child(BAKER)
    seat.until("another baker", lambda _: (baker := seat.child(BAKER)) and baker.pid != first.pid)


def test_the_seat_dies_with_a_half_typed_form(service: Service, seats: list[Led], seat: Led) -> None:
    seat.press("F2")
    seat.until("an empty form", lambda s: s.texts.get("form.place") == "")
    seat.write("form.place", "half an address")
    seat.write("form.chief_complaint", "not yet")
    seat.rest()
    kept = service.configs["01"].parent / "drafts-seat-01.json"
    service.until("the draft on disk", lambda: "not yet" in kept.read_text(encoding="utf-8"))
    children = psutil.Process(seat.process.pid).children(recursive=True)
    seat.kill()
    started = time.time()
    seats[0] = again = service.seat("01")
    again.until("the same draft", lambda s: s.texts.get("form.chief_complaint") == "not yet")
    assert again.screen.texts["form.place"] == "half an address"
    print(f"\nthe same draft {again.screen.at - started:.1f} s after the seat was opened again")
    assert len(children) >= 3
    assert not psutil.wait_procs(children, ORPHAN_S_MAX)[1], (
        "telephone, navigator and baker end with their seat"
    )
