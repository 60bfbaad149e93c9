"""One line: registered at its primary and its backup registrar at once, calls go by the one that is alive.

Registration tells what a registrar said last; the heartbeat tells whether it still lives. Both make the lamp.
"""

import contextlib
import time
from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj
from msgspec.structs import replace

from telephony.facts import LINE_DOWN, NO_ANSWER_CODES, AnyEvent, LineState, RegistrarState, Words
from telephony.heartbeat import Heartbeat, Pulse, Target
from telephony.messages import EngineError
from telephony.pjsip.configuration import account_config
from telephony.pjsip.guard import guarded
from telephony.settings import AccountSettings, EngineSettings, Transport
from telephony.sip_headers import SipRequest, clean_text, parse_request

SIP_PORT = 5060
SIPS_PORT = 5061
RENEW_EVERY_S = 1.0  # a renewal is refused while one is under way
REFUSED_AGAIN_S = 10.0  # the library asks again where nobody answers, after a refusal never
FORBIDDEN = 403
WAITING = Words("正在注册", "registering")
WRONG_PASSWORD = Words("交换机不认这个用户名或口令", "the exchange refuses this user name or password")
NO_SUCH_USER = Words("交换机上没有这个分机", "the exchange knows no such extension")
NO_ANSWER = Words("注册没有应答", "registration is not answered")
MOVED = Words(
    "本机的网络地址变了，没有通话时话机即重新启动",
    "this machine's network address has changed: the telephone starts anew as soon as no call is up",
)
REFUSED_CODES = {401: WRONG_PASSWORD, 403: WRONG_PASSWORD, 407: WRONG_PASSWORD, 404: NO_SUCH_USER}


class LineOwner(Protocol):
    """What a line needs from the switchboard."""

    def emit(self, event: AnyEvent) -> None: ...
    def call_came(self, line: "Line", pj_id: int, message: str, source: str) -> None: ...


class Registration(pj.Account):  # type: ignore[misc]  # pjsua2 has no types
    """The line's account at one registrar, or its only one where there is none."""

    def __init__(self, line: "Line", registrar: str | None) -> None:
        super().__init__()
        self.line = line
        self.emit = line.emit
        self.registrar = registrar
        self.pulse = Pulse()
        self.heartbeat: Heartbeat | None = None
        self.accepted = False
        """By its last answer. The library calls a registration lost that it is about to renew."""
        self._from = ""
        self.moved = False
        """Our own address is another than the one we registered: the exchange calls nobody there."""
        self.renewals = 0
        self.renew_due_s: float | None = None
        self._again_s: float | None = None
        self.on_answer: Callable[[int, SipRequest], None] | None = None

    def open(self, engine: EngineSettings) -> None:
        """Raises `pj.Error`."""
        self.create(account_config(engine, self.line.settings, self.registrar))
        if self.registrar is not None:
            transport = self.line.settings.transport
            host, port = host_and_port(self.registrar, transport)
            self.heartbeat = Heartbeat(Target(host, port, transport, engine.tls_ca_file))
            self.heartbeat.start()

    def close(self) -> None:
        if self.heartbeat is not None:
            self.heartbeat.stop()
        with contextlib.suppress(pj.Error):  # gone either way
            self.shutdown()

    def turn(self, now_s: float) -> None:
        """Take the heartbeat's word; register anew where a registrar was away and may have forgotten us."""
        if self.heartbeat is None:
            return
        self.pulse = self.heartbeat.pulse
        own = self.heartbeat.own_address
        self._from = self._from or own
        self.moved = own != self._from
        if self.pulse.returns != self.renewals:
            self.renewals, self.renew_due_s = self.pulse.returns, now_s
        if self._again_s is not None and now_s >= self._again_s:
            self._again_s, self.renew_due_s = None, now_s
        if self.renew_due_s is not None and now_s >= self.renew_due_s:
            self.renew_due_s = now_s + RENEW_EVERY_S
            with contextlib.suppress(pj.Error):  # one is under way: again in a second
                self.setRegistration(True)
                self.renew_due_s = None

    @property
    def registered(self) -> bool:
        """The exchange finds us."""
        return self.accepted and not self.moved

    def state(self) -> RegistrarState:
        state = self.getInfo()
        registered, code = self.registered, int(state.regStatus)
        host, port = host_and_port(self.registrar or "", self.line.settings.transport)
        why = self.pulse.why
        if self.moved:
            why = why or MOVED
        elif why is None and not registered:
            why = _refusal(code, clean_text(str(state.regStatusText)))
        return RegistrarState(f"{host}:{port}", registered, self.pulse.alive, code, why)

    @guarded
    def onRegState(self, param: pj.OnRegStateParam) -> None:
        self.accepted = int(param.code) // 100 == 2 and int(param.expiration) > 0
        self._again_s = None if self.accepted else time.monotonic() + REFUSED_AGAIN_S
        self.line.report()

    @guarded
    def onSendRequest(self, param: pj.OnSendRequestParam) -> None:
        """The final answer to a request outside calls; code 0 and no headers when there is none."""
        change = param.e.body.tsxState
        heard = change.type == pj.PJSIP_EVENT_RX_MSG
        answer = parse_request(str(change.src.rdata.wholeMsg)) if heard else SipRequest("", ())
        code = int(answer.uri) if answer.uri.isdecimal() else 0
        if self.on_answer is not None:
            self.on_answer(code, answer)

    @guarded
    def onIncomingCall(self, param: pj.OnIncomingCallParam) -> None:
        source = str(param.rdata.srcAddress)
        self.line.owner.call_came(self.line, int(param.callId), str(param.rdata.wholeMsg), source)


class Line:
    """Lives on the library's one thread, from `open` to `close`."""

    def __init__(self, owner: LineOwner, settings: AccountSettings) -> None:
        self.owner = owner
        self.emit = owner.emit
        self.settings = settings
        asked = [settings.registrar, settings.backup_registrar]
        registrars: list[str | None] = [r for r in asked if r is not None] or [None]
        self._registrations = [Registration(self, registrar) for registrar in registrars]
        self._told: LineState | None = None

    def open(self, engine: EngineSettings) -> None:
        """Begin to register. Raises `pj.Error`; what was opened is closed again."""
        try:
            for registration in self._registrations:
                registration.open(engine)
        except pj.Error:
            self.close()
            raise
        self.report()

    def close(self) -> None:
        """Un-register, stop the heartbeats."""
        registrations, self._registrations = self._registrations, []
        for registration in registrations:
            registration.close()

    def turn(self) -> None:
        """Look at the heartbeats; a changed line is told."""
        now_s = time.monotonic()
        before = [(r.pulse, r.moved) for r in self._registrations]
        for registration in self._registrations:
            registration.turn(now_s)
        if before != [(r.pulse, r.moved) for r in self._registrations]:
            self.report()

    @property
    def moved(self) -> bool:
        """What it has registered is no longer an address of ours."""
        return any(r.moved for r in self._registrations)

    @property
    def account(self) -> pj.Account:
        """The account that calls go by now."""
        return self._registrations[self._best()]

    @property
    def serves(self) -> bool:
        """Registered, and the registrar lives."""
        return self._told is not None and self._told.registered

    @property
    def serving_address(self) -> str:
        """host:port of the registrar that calls go by now, "" where there is none."""
        registrar = self._registrations[self._best()].registrar
        if registrar is None:
            return ""
        host, port = host_and_port(registrar, self.settings.transport)
        return f"{host}:{port}"

    @property
    def registrar_addresses(self) -> frozenset[str]:
        """The network addresses the registrars were reached at, as far as known."""
        found = {r.heartbeat.address for r in self._registrations if r.heartbeat is not None}
        return frozenset(found - {""})

    def reach(self, target: str) -> str:
        """As `uri_of`, for a call of now: a number while no registrar lives would only cost 8 s on hold.

        A whole address may be tried: it need not go by the exchange. Raises `EngineError`.
        """
        if not _is_whole(target) and self._state().dead:
            raise EngineError(LINE_DOWN)
        return self.uri_of(target)

    def uri_of(self, target: str) -> str:
        """A SIP URI as it is, a number at the registrar that serves.

        Raises `EngineError` without one, and for what is no address: nobody goes on hold for that.
        """
        uri = self._whole(target)
        if pj.Endpoint.instance().utilVerifySipUri(uri) != pj.PJ_SUCCESS:
            raise EngineError("no address that can be dialled")
        return uri

    def _whole(self, target: str) -> str:
        if _is_whole(target):
            return target
        registrar = self._registrations[self._best()].registrar
        if registrar is None:
            raise EngineError("a line without registrar dials SIP addresses only")
        return f"sip:{target}@{registrar.partition(':')[2]};transport={self.settings.transport}"

    def report(self) -> None:
        """Say how the line stands, when that is news."""
        if not self._registrations:  # closed: un-registering is no news
            return
        state, told = self._state(), self._told
        if told is not None and (told.registered, told.serving) == (state.registered, state.serving):
            state = replace(state, since_ms=told.since_ms)
        else:
            state = replace(state, since_ms=time.time_ns() // 1_000_000)
        if state != told:
            self._told = state
            self.emit(state)

    def _state(self) -> LineState:
        settings = self.settings
        if settings.registrar is None:
            return LineState(settings.account_id, registered=False, direct=True)
        states = [r.state() for r in self._registrations]
        best = self._best()
        serves = states[best].registered and states[best].alive is not False
        info = self._registrations[best].getInfo()
        return LineState(
            settings.account_id,
            registered=serves,
            code=states[best].code,
            text=clean_text(str(info.regStatusText)),
            registrars=tuple(states),
            serving=best if serves else None,
            why=None if serves else states[best].why,
        )

    def _best(self) -> int:
        """Registered and alive first, then alive, then registered; the primary where both are equal."""
        return max(range(len(self._registrations)), key=lambda n: (self._worth(n), -n))

    def _worth(self, n: int) -> int:
        registration = self._registrations[n]
        if registration.registrar is None:
            return 0
        registered = registration.registered
        if registration.pulse.alive is False:
            return 1 if registered else 0
        return 3 if registered else 2


def _is_whole(target: str) -> bool:
    return target.lower().startswith(("sip:", "sips:"))


def host_and_port(registrar: str, transport: Transport) -> tuple[str, int]:
    """Of `sip:host[:port]`."""
    host, _, port = registrar.partition(":")[2].partition(";")[0].partition(":")
    return host, int(port) if port else SIPS_PORT if transport is Transport.TLS else SIP_PORT


def _refusal(code: int, text: str) -> Words:
    """Why a registrar has not registered us, by its last code."""
    if code in {0, 100, 200}:
        return WAITING
    if code in NO_ANSWER_CODES:
        return NO_ANSWER
    return REFUSED_CODES.get(code) or Words(f"交换机拒绝注册：{code} {text}", f"refused: {code} {text}")
