"""A hunt group as kamailio runs it, and its telephones."""

import queue
import time
from collections.abc import Callable
from typing import Any

from telephony import messages as msg
from telephony.acd.hunt_group import HuntGroup, Telephone
from telephony.settings import AccountSettings
from tests.telephony.acd.sip_phone import SipPhone

RING_WAIT_S = 5.0
SEATS = tuple(Telephone(str(8001 + n), f"pw{8001 + n}") for n in range(3))


def hunt(port: int, control: int, **options: object) -> HuntGroup:
    listen = (f"udp:127.0.0.1:{port}", f"tcp:127.0.0.1:{port}")
    facts: dict[str, Any] = {
        "group_password": "pw120",
        "seats": SEATS,
        "overflow_s": 3,
        "ring_s": 1,
        "rest_s": 30,
    }
    facts |= {"trunks": ("127.0.0.1",), **options}
    return HuntGroup(listen, "120.test", f"udp:127.0.0.1:{control}", **facts)


class HuntedExchange:
    """Where it is called, where its queue is asked for, and the telephones made for it."""

    def __init__(self, port: int, control: int) -> None:
        self.port, self.control = port, control
        self.phones: list[SipPhone] = []

    def phone(self, number: str, password: str | None = None, user: str = "") -> SipPhone:
        """A telephone that is not registered yet."""
        made = SipPhone(self.port, number, f"pw{number}" if password is None else password, user=user)
        self.phones.append(made)
        return made

    def seats(self, *numbers: str) -> list[SipPhone]:
        """Registered in this order; the first is idle longest."""
        made = [self.phone(number) for number in numbers]
        assert [one.register() for one in made] == [200] * len(made)
        return made


def registered(ex: HuntedExchange, make_seat: Callable[..., Any], number: str) -> Any:
    """A real phone at this exchange."""
    registrar = f"sip:127.0.0.1:{ex.port}"
    account = AccountSettings("a", f"sip:{number}@127.0.0.1:{ex.port}", registrar, number, f"pw{number}")
    made = make_seat(accounts=(account,))
    made.heard.until(msg.LineState, lambda e: e.registered)
    return made


def rang(*phones: SipPhone) -> str:
    """The first of these, in this order, with an unread call."""
    end_s = time.monotonic() + RING_WAIT_S
    while time.monotonic() < end_s:
        for phone in phones:
            try:
                phone.invited.get(timeout=0.02)
            except queue.Empty:
                continue
            return phone.number
    raise AssertionError("nobody rings")
