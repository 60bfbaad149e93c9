"""The generated exchange, run by the real kamailio: who rings when, states, overflow, strangers, queue."""

import queue
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.drill.ports import free_ports
from dispatch.kinds import SeatState
from telephony import messages as msg
from telephony.acd import port as acd
from telephony.acd.__main__ import main
from telephony.acd.hunt_group import FeatureCodes, HuntGroup, HuntGroupError, Telephone, configuration
from telephony.acd.hunt_queue import HuntQueue, ask_hunt_group
from telephony.acd.links import SayBy, SipOnlyLink
from tests.telephony.acd.hunted import SEATS, HuntedExchange, hunt, rang, registered
from tests.telephony.acd.sip_phone import AWAY, BUSY, NEVER, Dialled, SipPhone
from tests.telephony.exchange import needs

pytestmark = [pytest.mark.peer, pytest.mark.process]


def test_the_longest_idle_seat_is_next(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange()
    a, b = ex.seats("8001", "8002")
    caller = ex.phone("13904510001")
    first = caller.call()
    assert first.final() == 200
    assert rang(a, b) == "8001"
    second = caller.call()
    assert second.final() == 200
    assert rang(a, b) == "8002"
    second.hang_up()
    third = caller.call()
    assert third.final() == 200
    assert rang(a, b) == "8002", "8001 still talks"
    first.hang_up()
    third.hang_up()


def test_busy_away_and_silent_seats_are_passed_over(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange()
    a, b, c = ex.seats("8001", "8002", "8003")
    a.policy, b.policy = BUSY, NEVER
    call = ex.phone("13904510001").call()
    assert call.final() == 200
    assert [rang(a, b, c), rang(a, b, c), rang(a, b, c)] == ["8001", "8002", "8003"]
    assert b.cancelled.get(timeout=5)
    a.policy = AWAY
    call.hang_up()
    assert ex.phone("13904510002").call().final() == 200
    assert [rang(a, b, c), rang(a, b, c)] == ["8001", "8003"], "8002 rests after it let a call ring"


def test_states_by_code_and_by_publish(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange()
    a, b = ex.seats("8001", "8002")
    assert a.dial("*72") == 603
    call = ex.phone("13904510001").call()
    assert call.final() == 200
    assert rang(a, b) == "8002"
    call.hang_up()
    assert a.dial("*71") == 603
    assert b.publish("paused") == 200
    assert ex.phone("13904510002").call().final() == 200
    assert rang(a, b) == "8001"
    assert a.dial("*99") == 404


def test_after_the_limit_the_district_rings(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(overflow_s=2)
    (city,) = ex.seats("8001")
    city.policy = NEVER
    district = [ex.phone("120"), ex.phone("120")]
    assert [one.register() for one in district] == [200, 200]
    began_s = time.monotonic()
    call = ex.phone("13904510001").call()
    assert call.final(within_s=8) == 200
    took_s = time.monotonic() - began_s
    assert rang(city) == "8001"
    assert rang(*district) == "120"
    assert took_s > 0.9
    assert city.cancelled.get(timeout=5)


def test_nobody_ready_waits_and_gets_the_first_free_seat(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(overflow_s=20, give_up_s=60)
    (city,) = ex.seats("8001")
    assert city.dial("*72") == 603
    call = ex.phone("13904510001").call()
    assert city.dial("*71") == 603
    assert call.final() == 200
    assert rang(city) == "8001"


def test_without_seats_it_is_a_ring_group(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(seats=())
    reserve = [ex.phone("120"), ex.phone("120")]
    assert [one.register() for one in reserve] == [200, 200]
    for one in reserve:
        one.policy = NEVER
    call = ex.phone("13904510001").call()
    assert [one.invited.get(timeout=5) for one in reserve] == [call.call_id] * 2
    call.cancel()
    assert call.final() == 487


def told(caller: SipPhone, call: Dialled) -> int:
    """The first thing the exchange says of a call, "trying" left out."""
    while True:
        answer = caller.answers.get(timeout=5)
        if answer.one("call-id") == call.call_id and answer.code > 100:
            return answer.code


def test_where_nobody_is_registered_the_exchange_above_is_told_at_once(
    exchange: Callable[..., HuntedExchange],
) -> None:
    """Before the caller hears it ring; who waits already is sent on when the last seat goes."""
    ex = exchange(overflow_s=20, give_up_s=60)
    caller = ex.phone("13904510001")
    assert told(caller, caller.call()) == 480
    (city,) = ex.seats("8001")
    assert city.dial("*72") == 603
    call = caller.call()
    assert told(caller, call) == 180
    assert city.register(expires=0) == 200
    assert call.final() == 480


def test_a_ring_group_that_refuses_sends_the_call_on_and_is_rung_once(
    exchange: Callable[..., HuntedExchange],
) -> None:
    """Telephones with a number of their own join the group with their own passwords."""
    ex = exchange(seats=(), group_password="", telephones=SEATS[:2])
    assert ex.phone("13904510001").call().final() == 480
    reserve = [ex.phone("120", one.password, user=one.number) for one in SEATS[:2]]
    assert [one.register() for one in reserve] == [200, 200]
    assert ex.phone("120", "guess", user=SEATS[0].number).register() == 401
    for one in reserve:
        one.policy = AWAY
    assert ex.phone("13904510002").call().final() == 480
    assert [one.invited.qsize() for one in reserve] == [1, 1]
    reserve[1].policy = 200
    assert ex.phone("13904510003").call().final() == 200


def test_a_call_nobody_could_take_goes_to_the_last_resort(exchange: Callable[..., HuntedExchange]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))
        desk.settimeout(5)
        ex = exchange(seats=(), last_resort=f"sip:desk@127.0.0.1:{desk.getsockname()[1]}")
        ex.phone("13904510001").call()
        assert desk.recv(65_535).startswith(b"INVITE sip:desk@")


@pytest.mark.nightly
def test_an_empty_group_waits_where_it_should(exchange: Callable[..., HuntedExchange]) -> None:
    """Somebody who joins meanwhile takes the call."""
    ex = exchange(seats=(), nobody_s=20)
    call = ex.phone("13904510001").call()
    assert told(call.phone, call) == 180
    late = ex.phone("120")
    assert late.register() == 200
    assert call.final() == 200
    assert rang(late) == "120"


def test_the_command_writes_what_kamailio_takes(tmp_path: Path) -> None:
    facts, target = tmp_path / "facts.toml", tmp_path / "kamailio.cfg"
    facts.write_text(
        'listen = ["udp:127.0.0.1:5060"]\ndomain = "120.test"\ncontrol = "udp:127.0.0.1:5062"\n'
        'trunks = ["10.1.0.5"]\n[[seats]]\nnumber = "8001"\npassword = "secret"\n'
    )
    assert main([str(facts), str(target)]) == 0
    assert target.stat().st_mode & 0o777 == 0o600
    needs("kamailio")
    checked = subprocess.run(["kamailio", "-c", "-f", str(target)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    facts.write_text("listen = 5\n")
    assert main([str(facts), str(target)]) == 2


def test_the_queue_of_the_hunt_group_is_seen(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(overflow_s=20, give_up_s=60)
    (city,) = ex.seats("8001")
    assert city.dial("*72") == 603
    caller = ex.phone("13904510001")
    call = caller.call()
    assert caller.answers.get(timeout=5).code in (100, 180)
    picture = ask_hunt_group("127.0.0.1", ex.control, "120")
    assert picture is not None
    assert [(w.number, w.position, w.call) for w in picture.waiting] == [("13904510001", 1, call.call_id)]
    assert picture.longest_wait_ms < 5_000
    assert [(s.seat, s.state) for s in picture.seats] == [("8001", SeatState.PAUSED)]
    call.cancel()
    assert call.final() == 487
    emptied = ask_hunt_group("127.0.0.1", ex.control, "120")
    assert emptied is not None
    assert emptied.depth == 0


def test_who_gave_up_and_who_rings_at_the_districts_is_told(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(overflow_s=1, give_up_s=60)
    ask = HuntQueue("127.0.0.1", ex.control, "120")
    (city,), district = ex.seats("8001"), ex.phone("120")
    assert district.register() == 200
    city.policy = district.policy = NEVER
    caller = ex.phone("13904510001")
    call = caller.call()
    assert rang(district) == "120"
    (picture,) = ask() or ()
    assert isinstance(picture, acd.QueuePicture)
    assert [(w.call, w.overflowed) for w in picture.waiting] == [(call.call_id, True)]
    call.cancel()
    assert call.final() == 487
    emptied, gave_up = ask() or ()
    assert isinstance(emptied, acd.QueuePicture)
    assert emptied.depth == 0
    assert isinstance(gave_up, acd.CallerGaveUp)
    assert (gave_up.number, gave_up.call) == ("13904510001", call.call_id)
    assert 0 < (gave_up.waited_ms or 0) < 10_000
    assert len(ask() or ()) == 1, "told once"


@pytest.mark.parametrize(
    ("shown", "asserted"),
    [("anonymous", "<tel:+8613904510002>"), ("trunk", '"Zhang" <sip:13904510002@10.1.0.5;user=phone>')],
)
def test_who_waits_has_the_number_that_the_seats_show(
    exchange: Callable[..., HuntedExchange], shown: str, asserted: str
) -> None:
    ex = exchange(overflow_s=20, give_up_s=60)
    ask = HuntQueue("127.0.0.1", ex.control, "120")
    (seat,) = ex.seats("8001")
    seat.policy = NEVER
    call = ex.phone(shown).call(extra=f"P-Asserted-Identity: {asserted}\r\n")
    assert rang(seat) == "8001"
    (picture,) = ask() or ()
    assert [one.number for one in picture.waiting] == ["13904510002"]
    call.cancel()
    assert call.final() == 487
    _, gave_up = ask() or ()
    assert gave_up.number == "13904510002"


def test_a_silent_exchange_has_no_picture() -> None:
    assert ask_hunt_group("127.0.0.1", free_ports(1)[0], "120") is None


def test_a_caller_who_gives_up_frees_the_seat(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(ring_s=8, overflow_s=20)
    (city,) = ex.seats("8001")
    city.policy = NEVER
    caller = ex.phone("13904510001")
    call = caller.call()
    assert rang(city) == "8001"
    call.cancel()
    assert call.final() == 487
    city.policy = 200
    assert ex.phone("13904510002").call().final() == 200
    assert rang(city) == "8001"


def test_a_real_telephone_says_its_state_by_code_and_by_publish(
    exchange: Callable[..., HuntedExchange], make_seat: Callable[..., Any]
) -> None:
    """`SipOnlyLink` on a real phone: the exchange believes either way, and the phone protects itself."""
    ex = exchange(overflow_s=20, give_up_s=60, telephones=(Telephone("8009", "pw8009"),))
    seat = registered(ex, make_seat, "8001")

    def state_by(say_by: SayBy, state: SeatState) -> SeatState:
        link = SipOnlyLink(seat.phone, say_by)
        link.start(facts.put)
        link.set_state(state)
        told = msg.CodeDialled if say_by.codes else msg.NotePublished
        assert seat.heard.until(told).sip_code == (603 if say_by.codes else 200)
        return seen()

    def seen() -> SeatState:
        picture = ask_hunt_group("127.0.0.1", ex.control, "120")
        assert picture is not None
        return {one.seat: one.state for one in picture.seats}["8001"]

    def listen_to(target: str) -> list[SeatState]:
        """A call of the seat's own: what the exchange takes its state for in the call, and after it."""
        heard = seat.phone.dial(target)
        assert heard
        seat.heard.until(msg.CallAnswered)
        states = [seen()]
        seat.phone.hang_up(heard)
        seat.heard.until(msg.CallEnded)
        return [*states, seen()]

    facts: queue.SimpleQueue[Any] = queue.SimpleQueue()
    by_code, by_publish = SayBy(publish=False), SayBy(codes=None)
    assert state_by(by_publish, SeatState.PAUSED) is SeatState.PAUSED
    ex.seats("8009")
    assert listen_to(f"sip:8009@127.0.0.1:{ex.port}") == [SeatState.PAUSED] * 2, "in the call and after it"
    assert state_by(by_code, SeatState.READY) is SeatState.READY
    assert state_by(by_publish, SeatState.AWAY) is SeatState.AWAY
    caller = ex.phone("13904510001")
    assert caller.dial("8001") == 480, "called all the same, past the hunt"
    assert seat.heard.until(msg.CallRejected).sip_code == 480
    assert not seat.heard.of(msg.CallRinging)
    assert state_by(by_code, SeatState.READY) is SeatState.READY
    call = caller.call()
    ringing = seat.heard.until(msg.CallRinging)
    call.cancel()
    assert call.final() == 487
    assert seat.heard.until(msg.CallEnded).call_id == ringing.call_id
    assert len(seat.heard.of(msg.CallEnded)) == 2, "a code is no call of the seat"
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.CommandRefused)


def test_real_telephones_are_hunted(
    exchange: Callable[..., HuntedExchange], make_seat: Callable[..., Any]
) -> None:
    """Two real phone processes: the longer idle one refuses, the other one takes the call."""
    ex = exchange(ring_s=5, overflow_s=20)
    first, second = (registered(ex, make_seat, number) for number in ("8001", "8002"))
    call = ex.phone("13904510001").call()
    refused = first.heard.until(msg.CallRinging)
    assert first.phone.reject(refused.call_id)
    taken = second.heard.until(msg.CallRinging)
    assert taken.number == "13904510001"
    assert second.phone.answer(taken.call_id)
    assert call.final() == 200
    second.heard.until(msg.CallAnswered)
    call.hang_up()
    assert second.heard.until(msg.CallEnded).answered


@pytest.mark.nightly
def test_nobody_at_all(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(overflow_s=0, ring_s=1, give_up_s=1)
    assert ex.phone("13904510001").call().final() == 480


def test_wrong_passwords_and_strangers(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(trunks=("192.0.2.1",))
    assert ex.phone("8001", "wrong").register() == 401
    assert ex.phone("7777", "x").register() == 403
    silent = ex.phone("13904510001").call()
    with pytest.raises(queue.Empty):
        silent.final(within_s=0.3)


@pytest.mark.parametrize(
    "options",
    [
        {"group": '120"; route(X); "'},
        {"seats": (Telephone("8001", "a"), Telephone("8001", "b"))},
        {"seats": (Telephone("120", "a"),)},
        {"trunks": ("1.2.3.4 || 1",)},
        {"last_resort": "sip:x@y\n"},
        {"ring_s": 0},
        {"overflow_s": 60},
        {"codes": FeatureCodes(ready="*72")},
        {"listen": ()},
    ],
)
def test_facts_that_do_not_fit_are_refused(options: dict[str, object]) -> None:
    facts: dict[str, object] = {
        "listen": ("udp:127.0.0.1:5060",),
        "domain": "120.test",
        "control": "udp:127.0.0.1:5062",
        "trunks": ("127.0.0.1",),
        **options,
    }
    with pytest.raises(HuntGroupError):
        configuration(HuntGroup(**facts))  # type: ignore[arg-type]


def test_no_password_is_in_the_file() -> None:
    text = configuration(hunt(5060, 5062))
    assert "pw8001" not in text
    assert "pw120" not in text
