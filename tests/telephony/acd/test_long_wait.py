"""Who waits long at the generated exchange: a call has 30 branches there, and nobody is lost for that."""

import time
from collections.abc import Callable

import pytest

from telephony.acd import port as acd
from telephony.acd.hunt_queue import HuntQueue
from tests.telephony.acd.hunted import HuntedExchange
from tests.telephony.acd.sip_phone import BUSY

GIVE_UP_S = 20
DISTRICT = 6
ALL_BRANCHES = 30
pytestmark = [pytest.mark.peer, pytest.mark.process]


def refusing(ex: HuntedExchange, district: int) -> None:
    """One seat of the city, in a pause, and telephones of the district that are all busy."""
    (city,) = ex.seats("8001")
    assert city.dial("*72") == 603
    for _ in range(district):
        phone = ex.phone("120")
        phone.policy = BUSY
        assert phone.register() == 200


def test_a_caller_the_exchange_can_place_no_more_is_one_who_gave_up(
    exchange: Callable[..., HuntedExchange],
) -> None:
    ex = exchange(overflow_s=0, give_up_s=60)
    ask = HuntQueue("127.0.0.1", ex.control, "120")
    refusing(ex, ALL_BRANCHES)
    call = ex.phone("13904510001").call()
    assert call.final() == 480
    emptied, gave_up = ask() or ()
    assert isinstance(emptied, acd.QueuePicture)
    assert emptied.depth == 0
    assert isinstance(gave_up, acd.CallerGaveUp)
    assert (gave_up.number, gave_up.call) == ("13904510001", call.call_id)


@pytest.mark.nightly
def test_busy_district_seats_do_not_use_up_the_callers_time(exchange: Callable[..., HuntedExchange]) -> None:
    ex = exchange(overflow_s=1, give_up_s=GIVE_UP_S)
    ask = HuntQueue("127.0.0.1", ex.control, "120")
    refusing(ex, DISTRICT)
    began_s = time.monotonic()
    call = ex.phone("13904510001").call()
    assert call.final(within_s=GIVE_UP_S + 5) == 480
    assert time.monotonic() - began_s > GIVE_UP_S - 1
    _, gave_up = ask() or ()
    assert isinstance(gave_up, acd.CallerGaveUp)
