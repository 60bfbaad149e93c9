"""Who may ring at this phone: the exchange's callers, while the seat is on duty; everybody else hears a code.

An address that is neither trusted nor a registrar's hears 403 and is counted. A centre that has named no
trusted source lets everybody ring: a caller lost is worse than a stranger heard.
"""

import time
from collections.abc import Callable
from ipaddress import IPv4Network

from telephony import messages as msg
from telephony.pjsip.leg import now_ms
from telephony.pjsip.listeners import EVERYBODY
from telephony.settings import TrustSettings
from telephony.sip_headers import SipRequest, caller_of, dialled_of, has_offer
from telephony.strangers import Strangers, address_of
from telephony.trust import TrustedSources

NOT_HERE = 480  # temporarily unavailable: the exchange tries the next seat
NOT_ACCEPTABLE = 488


class Door:
    """Lives on the library's one thread."""

    def __init__(self, emit: Callable[[msg.AnyEvent], None], *, late_offers: bool) -> None:
        self.trusted = TrustedSources(())
        self._emit = emit
        self._late_offers = late_offers
        self._accepting = True
        self._turning_away: int | None = None
        self._strangers_ring = True
        self._strangers = Strangers(time.monotonic)
        self._connecting: tuple[frozenset[str], tuple[IPv4Network, ...]] | None = None

    def set_trust(self, trust: TrustSettings) -> None:
        """Raises `EngineError` for an address that is none."""
        self.trusted = TrustedSources(trust.sources)
        self._strangers_ring = trust.strangers_ring or not trust.sources
        self._connecting = None

    def accept(self, order: msg.AcceptCalls) -> None:
        self._accepting = order.accept

    def turn_away(self, order: msg.TurnAway) -> None:
        self._turning_away = order.sip_code

    def is_stranger(self, source: str, registrars: frozenset[str]) -> bool:
        """Whether what comes from there hears 403. `registrars`: addresses that are nobody's else."""
        if self._strangers_ring or self.trusted.include(source):
            return False
        return address_of(source) not in registrars

    def may_connect(self, registrars: frozenset[str]) -> tuple[IPv4Network, ...]:
        """The same question before there is a message: by TCP strangers are not heard at all."""
        if self._connecting is None or self._connecting[0] != registrars:
            known = (
                *self.trusted.networks,
                *(IPv4Network(one) for one in sorted(registrars) if ":" not in one),
            )
            self._connecting = registrars, (EVERYBODY,) if self._strangers_ring else known
        return self._connecting[1]

    def shut_out(self, request: SipRequest, source: str) -> None:
        """A stranger hears 403: counted and told."""
        told = self._strangers.came(source)
        if told is not None:
            self._emit(msg.StrangerRefused(told[0], caller_of(request).number, told[1], now_ms()))

    def refuses(self, request: SipRequest, message: str) -> int | None:
        """The code this caller has to hear, `None`: the call may ring. A refusal is told."""
        code = self._code_for(message)
        if code is not None:
            self.tell(request, code)
        return code

    def tell(self, request: SipRequest, code: int) -> None:
        """This caller heard `code`."""
        caller = caller_of(request)
        self._emit(msg.CallRejected(caller.number, caller.name, dialled_of(request), code, now_ms()))

    def _code_for(self, message: str) -> int | None:
        if not self._accepting:
            return NOT_HERE
        if self._turning_away is not None:
            return self._turning_away
        return None if self._late_offers or has_offer(message) else NOT_ACCEPTABLE
