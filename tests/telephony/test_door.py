"""Who may ring: callers of the exchange; others hear 403, are counted, and are told of now and then."""

from pathlib import Path
from typing import Any

import pytest

from bench.raw_caller import RawCaller
from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.settings import AccountSettings, TrustSettings
from telephony.strangers import (
    ADDRESSES_MAX,
    OTHERS,
    REPEATED_EVERY_S,
    REPEATED_MAX,
    TOLD_EVERY_S,
    Repeated,
    Strangers,
)
from tests.telephony.exchange import GROUP, PASSWORD, running_exchange

ELSEWHERE = TrustSettings(("192.0.2.1",))
FLOOD = 200


def test_each_address_is_counted_and_told_now_and_then() -> None:
    now = [0.0]
    strangers = Strangers(lambda: now[0])
    assert strangers.came("10.0.0.9:5060") == ("10.0.0.9", 1)
    assert strangers.came("10.0.0.9:5061") is None, "its port may change"
    assert strangers.came("[fd00::1]:5060") == ("fd00::1", 1)
    now[0] += TOLD_EVERY_S
    assert strangers.came("10.0.0.9:5060") == ("10.0.0.9", 3)


def test_a_flood_of_false_addresses_costs_no_memory() -> None:
    strangers = Strangers(lambda: 0.0)
    told = [strangers.came(f"10.1.{n // 256}.{n % 256}:5060") for n in range(ADDRESSES_MAX + 50)]
    assert told[ADDRESSES_MAX] == (OTHERS, 1)
    assert told[ADDRESSES_MAX + 1 :] == [None] * 49


def test_what_comes_again_and_again_is_told_at_once_and_then_once_a_minute() -> None:
    now = [0.0]
    repeated: Repeated[int] = Repeated(lambda: now[0])
    assert [repeated.came("a", n) for n in range(4)] == [True, False, False, False]
    assert repeated.came("b", 9), "another kind is told at once"
    assert repeated.due() == []
    now[0] += REPEATED_EVERY_S
    assert repeated.due() == [(3, 3)], "the newest, and how many it stands for"
    assert (repeated.came("a", 5), repeated.came("b", 6)) == (False, True)
    now[0] += REPEATED_EVERY_S
    assert repeated.due() == [(5, 1)]
    now[0] += REPEATED_EVERY_S
    assert (repeated.due(), repeated.came("a", 7)) == ([], True)


def test_a_flood_of_kinds_is_one_kind() -> None:
    repeated: Repeated[int] = Repeated(lambda: 0.0)
    assert sum(repeated.came(n, n) for n in range(REPEATED_MAX + 500)) == REPEATED_MAX + 1


@pytest.mark.process
def test_a_caller_who_is_not_the_exchange_hears_403_and_nothing_rings(seat: Any, raw: RawCaller) -> None:
    """Nor does he supervise; where nobody is trusted, his tries do not flood."""
    for n in range(5):
        assert raw.final(raw.invite("8100", extra=f"X-Monitor: junk{n}\r\n")) == 403
    assert seat.heard.until(msg.MonitorRefused).reason == "source not trusted"
    seat.phone.trust(ELSEWHERE)
    seat.settle()
    for n in range(3):
        assert raw.final(raw.invite("13904510001", extra=f"X-Monitor: junk{n}\r\n" if n else "")) == 403
    refused = seat.heard.until(msg.StrangerRefused)
    assert (refused.source, refused.number, refused.count) == ("127.0.0.1", "13904510001", 1)
    seat.settle()
    assert not seat.heard.of(msg.CallRinging) + seat.heard.of(msg.CallRejected)
    assert len(seat.heard.of(msg.MonitorRefused)) == 1
    assert raw.outside("SUBSCRIBE", "Event: presence\r\nExpires: 60\r\n") == 403
    for method in ("OPTIONS", "MESSAGE", "CANCEL", "NOTIFY", "REFER", "PUBLISH", "UNHEARD"):
        assert raw.outside(method) == 403, method
    assert raw.outside("BYE", to="To: <sip:120@127.0.0.1>;tag=guessed") == 403, "no dialog of ours"
    seat.phone.trust(TrustSettings(ELSEWHERE.sources, strangers_ring=True))
    seat.settle()
    call = raw.invite("13904510002")
    assert seat.heard.until(msg.CallRinging).number == "13904510002"
    assert raw.options() == 200
    assert raw.outside("MESSAGE") == 405, "nobody reads one, whoever it is from"
    raw.cancel(call)
    assert raw.final(call) == 487


@pytest.mark.process
def test_a_flood_of_strangers_keeps_no_caller_of_the_exchange_waiting(seat: Any, raw: RawCaller) -> None:
    """Refused as calls they took the library's four places, and one in twenty callers was heard."""
    seat.phone.trust(TrustSettings(("127.0.0.1",)))
    seat.settle()
    stranger = RawCaller(seat.port, here="127.0.0.2")
    for n in range(FLOOD):
        stranger.invite()
        if n % (FLOOD // 4) == 0:
            call = raw.invite(f"139045{n:05}")
            assert seat.heard.until(msg.CallRinging).number == f"139045{n:05}"
            raw.cancel(call)
            assert raw.final(call) == 487
            seat.heard.until(msg.CallEnded)
    stranger.close()
    assert seat.heard.of(msg.StrangerRefused)[0].source == "127.0.0.2"
    assert not seat.heard.of(msg.CallRejected)


@pytest.mark.process
def test_whom_the_seat_calls_is_heard_though_nobody_trusts_him(seat: Any, partner: Any) -> None:
    """What comes of a call that is up is the call's own business; so is the seat's test call to itself."""
    seat.phone.trust(ELSEWHERE)
    here, there = seat.connected(partner)
    partner.heard.until(msg.CallAnswered)
    partner.phone.send_digits(there, "7", by_info=True)
    assert seat.heard.until(msg.DigitReceived).digit == "7"
    partner.phone.hang_up(there)
    assert seat.heard.until(msg.CallEnded, lambda e: e.call_id == here).ended_by is msg.EndedBy.FAR_END
    partner.heard.until(msg.CallEnded)
    seat.phone.probe()
    assert seat.heard.until(msg.LineProbed).reason == ""
    assert not seat.heard.of(msg.StrangerRefused)


@pytest.mark.peer
@pytest.mark.process
def test_a_registrar_is_never_a_stranger(make_seat: Any, tmp_path: Path) -> None:
    port = free_ports(1)[0]
    with running_exchange(tmp_path, port):
        registrar = f"sip:127.0.0.1:{port}"
        account = AccountSettings("a", f"sip:{GROUP}@127.0.0.1", registrar, GROUP, PASSWORD)
        seat = make_seat(accounts=(account,), trust=ELSEWHERE, recordings_dir=None)
        seat.heard.until(msg.LineState, lambda e: e.registered and e.registrars[0].alive)
        caller = RawCaller(port)
        call = caller.invite("13904510001")
        assert seat.heard.until(msg.CallRinging).number == "13904510001"
        caller.cancel(call)
        caller.close()
