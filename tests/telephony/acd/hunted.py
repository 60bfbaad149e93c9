"""A hunt group as kamailio runs it, and its telephones."""

import queue
import time
from typing import Any

from telephony.acd.hunt_group import HuntGroup, Telephone
from tests.telephony.acd.sip_phone import SipPhone

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


class Exchange:
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


def rang(*phones: SipPhone) -> str:
    """Whose telephone rings next; the others have not rung."""
    end_s = time.monotonic() + 5
    while time.monotonic() < end_s:
        for phone in phones:
            try:
                phone.invited.get(timeout=0.02)
            except queue.Empty:
                continue
            return phone.number
    raise AssertionError("nobody rings")
