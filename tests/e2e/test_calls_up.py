"""Real telephones: caller, seat, hospital and shift leader, a process each, led by the window's keys.

caller ──► seat 01 ──► hospital      held, then three in conference
              ▲
           seat 02 (leader)          listens, barges in, leaves: shown at 01 and kept in the journal
"""

from collections.abc import Iterator

import pytest

from console.drill.stage import STAFF
from dispatch.kinds import SupervisionMode
from telephony import messages as msg
from telephony.caller import caller_phone
from telephony.phone import Phone
from tests.e2e.conftest import END_S_MAX, PASSWORD, Led, Service

pytestmark = [pytest.mark.process, pytest.mark.nightly]
HOSPITAL_RTP_PORT_FIRST = 47_000
LEADER = next(number for number, _, roles in STAFF if "班长" in roles)


class Hospital:
    """A telephone that answers whoever calls."""

    def __init__(self) -> None:
        self.port = 0
        self.phone: Phone = caller_phone(self._heard, rtp_port_first=HOSPITAL_RTP_PORT_FIRST)

    def _heard(self, event: msg.AnyEvent) -> None:
        if isinstance(event, msg.PhoneReady):
            self.port = event.sip_port
        elif isinstance(event, msg.CallRinging):
            self.phone.answer(event.call_id)


@pytest.fixture
def hospital(service: Service) -> Iterator[Hospital]:
    made = Hospital()
    made.phone.start()
    service.until("the hospital's telephone", lambda: made.port)
    yield made
    made.phone.stop(END_S_MAX)


def log_in(service: Service, number: str, staff: str) -> Led:
    seat = service.seat_window(number)
    seat.until("the log-in page", lambda s: "login.staff" in s.texts)
    seat.write("login.staff", staff)
    seat.write("login.password", PASSWORD)
    seat.click("login.enter")
    seat.hides("login.staff")
    seat.shows("lamp.phone", "▲")
    return seat


@pytest.fixture(scope="module")
def seats(service: Service, tmp_path_factory: pytest.TempPathFactory) -> tuple[Led, Led]:
    """The dispatcher's and the leader's, which share the secret that supervisors sign with."""
    secret = tmp_path_factory.mktemp("secret") / "monitor"
    secret.write_text("the site's secret")
    secret.chmod(0o600)
    files = [service.machine("01"), service.machine("02")]
    target = f"sip:{{seat}}@127.0.0.1:{service.sip_ports['01']}"
    keys = f'trusted_sources = ["127.0.0.1"]\nmonitor_secret_file = "{secret}"\nseat_number = "{target}"\n'
    for file in files:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("[phone]\n", f"[phone]\n{keys}"), encoding="utf-8")
    staff = next(number for number, _, _ in STAFF if number != LEADER)
    return log_in(service, "01", staff), log_in(service, "02", LEADER)


def test_conference_and_supervision_by_keys(
    service: Service, seats: tuple[Led, Led], hospital: Hospital
) -> None:
    desk, leader = seats
    case = service.cases[0]
    service.ring("01", case)
    desk.shows("talk.0.place", "振铃")
    desk.press("F3")
    desk.shows("talk.0.told", "本机无耳机")

    desk.command(f"/dial sip:hospital@127.0.0.1:{hospital.port}")
    desk.shows("talk.1.place", "通话")
    assert "保持" in desk.screen.texts["talk.0.place"]
    desk.press("Ctrl+F10")
    desk.shows("talk.1.place", "保持")
    desk.press("Ctrl+F7")
    desk.shows("talk.0.told", "2 方互相听见")

    leader.press("Ctrl+Shift+F5")
    leader.shows("reason.confirm", "确认")
    leader.press("Return")
    desk.shows("talk.0.told", "监听")
    leader.shows("talk.0.told", "监听")
    leader.press("Ctrl+Shift+F7")
    desk.shows("talk.0.told", "强插")
    leader.shows("talk.0.place", "强插中")
    leader.shows("talk.0.told", "强插")
    leader.press("Ctrl+Shift+F5")
    leader.shows("talk.0.told", "没有通话")

    desk.press("F10")
    desk.shows("reason.confirm", "确认")
    desk.press("3")
    desk.press("Return")
    desk.shows("talk.0.told", "没有通话")
    call = service.until(
        "the caller's quality",
        lambda: next(
            (c for c in service.floor.calls.values() if c.number == case.number and c.quality), None
        ),
    )
    assert call.quality.mos > 1
    noted = [one for c in service.floor.calls.values() for one in c.supervisions]
    assert [one.mode for one in noted] == [SupervisionMode.BARGE]
    assert noted[0].ended_at is not None
    assert noted[0].by_number == LEADER, "who signed, not what the call displayed"
    assert all(c.number != "02" for c in service.floor.calls.values()), "a supervisor's leg is no call"


def test_a_killed_telephone_leaves_its_caller_to_be_rung_back(
    service: Service, seats: tuple[Led, Led]
) -> None:
    desk, _ = seats
    case = service.cases[1]
    service.ring("01", case)
    desk.shows("talk.0.place", "振铃")
    desk.press("F3")
    desk.shows("talk.0.place", "通话")
    desk.kill_child("telephony.process")
    desk.shows("talk.3.place", "失线")
    assert case.number in desk.screen.texts["talk.3.who"]
    desk.shows("lamp.phone", "▲")
    desk.press("Ctrl+F11")
    desk.shows("notice.text", "sip:")  # this desk has no exchange to dial a number through, and says so
