"""The native library on one thread: started, polled, and shut down in the one order that does not abort.

Nothing is answered inside a callback: what a callback wants done is deferred to after `libHandleEvents`.
"""

import gc
import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import pjsua2 as pj

from telephony.messages import AnyEvent, CallRejected, Capabilities, EngineError, PhoneFault
from telephony.pjsip import native
from telephony.pjsip.arrivals import Arrivals, Gate
from telephony.pjsip.capabilities import probe
from telephony.pjsip.configuration import TRANSPORT_TYPES, endpoint_config, set_codecs, transport_config
from telephony.pjsip.connections import Connections
from telephony.pjsip.guard import guarded
from telephony.pjsip.leg import now_ms
from telephony.pjsip.overflow import Overflow
from telephony.settings import EngineSettings, Transport
from telephony.sip_headers import caller_of, dialled_of, parse_request

POLL_MS = 10
SOCKET_LINGER_S = 0.6  # how long the library holds a call's sockets after its end: 0.5 s, and a margin
SHORT_CALLS_MAX = 4  # its 64 sockets are 32 calls; up to 25 come and go in one poll, 3 may be up
GC_EVERY_S = 60.0
UNREGISTER_S = 0.2  # for the un-REGISTER, its challenge and its answer

log = logging.getLogger(__name__)
Deferred = Callable[[], None]


class Endpoint(pj.Endpoint):  # type: ignore[misc]  # pjsua2 has no types
    """The library's root object; sees the calls the library refused by itself, and connections."""

    def __init__(self, emit: Callable[[AnyEvent], None]) -> None:
        super().__init__()
        self.emit = emit
        self.connections: Connections | None = None

    @guarded
    def onTransportState(self, param: pj.OnTransportStateParam) -> None:
        if self.connections is not None:
            self.connections.changed(int(param.hnd), int(param.state))

    @guarded
    def onRejectedIncomingCall(self, param: pj.OnRejectedIncomingCallParam) -> None:
        request = parse_request(str(param.rdata.wholeMsg))
        caller = caller_of(request)
        code = int(param.statusCode)
        self.emit(CallRejected(caller.number, caller.name, dialled_of(request), code, now_ms()))


class Engine:
    """Runs the library. Every method belongs to the thread that called `start`."""

    def __init__(self, settings: EngineSettings, emit: Callable[[AnyEvent], None]) -> None:
        self.settings = settings
        self._emit = emit
        self._endpoint = Endpoint(emit)
        self._deferred: list[tuple[float, int, Deferred]] = []
        self._order = itertools.count()
        self._gc_due_s = 0.0
        self._short_ends_s: deque[float] = deque(maxlen=SHORT_CALLS_MAX)
        self._never = threading.Event()
        self.sip_port = 0

    def start(self) -> Capabilities:
        """Raises `EngineError`: most often the SIP port is taken."""
        gc.disable()  # a collection on another thread that drops a call aborts the process
        try:
            self._endpoint.libCreate()
            self._endpoint.libInit(endpoint_config(self.settings))
            short = native.shorten_transactions()
            self._arrivals = Arrivals()
            self._endpoint.connections = self.connections = Connections(self.defer)
            self._overflow = Overflow(self._emit, self.connections)
            self._endpoint.audDevManager().setNullDev()
            for transport in self.settings.transports:
                self._open(transport)
            self._endpoint.libStart()
            set_codecs(self._endpoint)
            return probe(self._endpoint, short_transactions=short, sees_sources=self._arrivals.watched)
        except pj.Error as error:
            raise EngineError(f"{error.title}: {error.reason}") from error

    def defer(self, action: Deferred, delay_s: float = 0.0) -> None:
        """Do it after the library's events, `delay_s` from now. Never keep a call in `action`: look it up."""
        heapq.heappush(self._deferred, (time.monotonic() + delay_s, next(self._order), action))

    def guard(self, gate: Gate) -> None:
        """Ask it about what comes. Call after `start`."""
        self._arrivals.gate = gate

    def turn(self) -> None:
        """One round: the library's events (waits up to `POLL_MS`), then what they deferred."""
        if self._flooded():
            self._never.wait(POLL_MS / 1000)  # what comes meanwhile waits in the kernel, live audio goes on
        else:
            self._endpoint.libHandleEvents(POLL_MS)
        self.connections.turn()
        now_s = time.monotonic()
        while self._deferred and self._deferred[0][0] <= now_s:
            self.do(heapq.heappop(self._deferred)[2])
        if now_s >= self._gc_due_s:
            self._gc_due_s = now_s + GC_EVERY_S
            gc.collect()

    def short_call_ended(self) -> None:
        """A call ended within `SOCKET_LINGER_S`: too many of them at once use up the library's sockets."""
        self._short_ends_s.append(time.monotonic())

    def _flooded(self) -> bool:
        """`SHORT_CALLS_MAX` such calls in a row: one more poll could abort the library, so it waits."""
        ends_s, now_s = self._short_ends_s, time.monotonic()
        if len(ends_s) < SHORT_CALLS_MAX or ends_s[-1] - ends_s[0] > SOCKET_LINGER_S:
            return False
        if now_s - ends_s[-1] < SOCKET_LINGER_S:
            return True
        ends_s.clear()
        return False

    def ears(self) -> pj.AudioMedia:
        """The bridge's own listener, the null device: nobody hears what goes there."""
        return self._endpoint.audDevManager().getPlaybackDevMedia()

    def hang_up_all(self) -> None:
        self._endpoint.hangupAllCalls()

    def turn_while(self, wanted: Callable[[], bool], seconds_max: float) -> None:
        """Go on for as long as `wanted`, and no longer than `seconds_max`."""
        end_s = time.monotonic() + seconds_max
        while wanted() and time.monotonic() < end_s:
            self.turn()

    def close(self) -> None:
        """Destroy the library. Calls, recorders, voices and lines must be gone."""
        self._deferred.clear()
        self.turn_while(lambda: True, UNREGISTER_S)
        self.connections.close()
        self._endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)  # else it waits a second for nothing
        del self._endpoint

    def _open(self, transport: Transport) -> None:
        config = transport_config(self.settings, transport)
        if self.sip_port and transport is not Transport.TLS:
            config.port = self.sip_port  # TCP joins UDP on the port it was given
        made = self._endpoint.transportCreate(TRANSPORT_TYPES[transport], config)
        port = int(str(self._endpoint.transportGetInfo(made).localAddress).rpartition(":")[2])
        self.sip_port = self.sip_port or port
        self.connections.listens(transport, port)

    def do(self, action: Deferred) -> None:
        """Carry out one piece of work; its failure is a fact and costs nothing else."""
        try:
            action()
        except pj.Error as error:
            self._emit(PhoneFault(f"{error.title}: {error.reason}"))
        except Exception as error:  # the loop goes on: other calls are up
            log.exception("deferred action")
            self._emit(PhoneFault(str(error)))
