"""Real phones on loopback, and the queue a test reads their events from."""

import contextlib
import queue
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bench.raw_caller import RawCaller
from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.caller import caller_phone
from telephony.phone import Phone
from telephony.settings import AccountSettings, EngineSettings, PhoneSettings, TrustSettings, Voice
from telephony.speech import speech_wav
from tests.telephony.exchange import needs
from tests.telephony.foreign import Abroad

WAIT_S = 8.0
NOBODY = "0" * 32  # no call has this id
STOP_S = 5.0
QUIET_S = 0.2  # nothing more comes on loopback
START_S_MAX = 20.0  # a process of Python and the library, where eight others start theirs
CALLER_WORDS = "喂，一二零吗？我爸爸胸口疼，出了很多汗，我们在中央大街一百二十八号。"
E = TypeVar("E", bound=msg.Event)


class Heard:
    """Events as they come, with a wait that has a limit."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[msg.AnyEvent] = queue.SimpleQueue()
        self.all: list[msg.AnyEvent] = []

    def put(self, event: msg.AnyEvent) -> None:
        self._queue.put(event)

    def until(
        self, kind: type[E], which: Callable[[E], bool] = lambda _: True, within_s: float = WAIT_S
    ) -> E:
        """The next event of this kind (and choice); what comes before it stays in `all`."""
        deadline_s = time.monotonic() + within_s
        while True:
            try:
                event = self._queue.get(timeout=max(0.0, deadline_s - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind.__name__}; heard {self.all[-8:]}") from None
            self.all.append(event)
            if isinstance(event, kind) and which(event):
                return event

    def meanwhile(self, seconds: float) -> None:
        """Let the phones talk for so long; what comes stays in `all`."""
        deadline_s = time.monotonic() + seconds
        with contextlib.suppress(queue.Empty):
            while True:
                self.all.append(self._queue.get(timeout=max(0.0, deadline_s - time.monotonic())))

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.all if isinstance(event, kind)]


class Seat:
    """A phone, what it said, and where to call it."""

    def __init__(self, settings: PhoneSettings, kind: type[Phone] = Phone) -> None:
        self.heard = Heard()
        self.port = settings.engine.sip_port
        self.records = settings.engine.recordings_dir is not None
        self.uri = f"sip:120@127.0.0.1:{self.port}"
        self.phone = kind(settings, self.hear)
        self.phone.start()

    def hear(self, event: msg.AnyEvent) -> None:
        """Another test has another `heard`."""
        self.heard.put(event)

    def wait_up(self) -> None:
        """Until it has a line."""
        self.heard.until(msg.LineState, within_s=START_S_MAX)

    def settle(self) -> None:
        """Until every order so far is carried out: the refusal of one more says so."""
        self.phone.hang_up(NOBODY)
        refused = self.heard.until(msg.CommandRefused, lambda e: e.call_id == NOBODY)
        self.heard.all.remove(refused)

    def rest(self) -> bool:
        """Ready for another test: no call, nothing heard. False: it is not what it was made as."""
        phone = self.phone
        if phone.ready is None or phone.child.restarts or set(phone.lines) != {"direct"}:
            return False
        for call_id in list(phone.calls):
            phone.hang_up(call_id)
        while phone.calls:  # some end by themselves meanwhile, in any order
            self.heard.until(msg.CallEnded)
        self.settle()  # what ended was told before this refusal
        owed = {e.call_id for e in self.heard.of(msg.CallEnded) if e.answered and self.records}
        while not owed <= {e.call_id for e in self.heard.of(msg.RecordingClosed)}:
            self.heard.until(msg.RecordingClosed)
        phone.trust(TrustSettings())
        phone.accept_calls(True)
        phone.turn_away(None)
        self.settle()
        self.heard = Heard()
        return True

    def answered(self) -> msg.CallRinging:
        """Wait for a call and take it."""
        ringing = self.heard.until(msg.CallRinging)
        assert self.phone.answer(ringing.call_id)
        self.heard.until(msg.CallAnswered)
        return ringing

    def connected(self, other: "Seat") -> tuple[str, str]:
        """Call another one, who answers: the call's id here and there."""
        here = self.phone.dial(other.uri)
        assert here
        there = other.heard.until(msg.CallRinging).call_id
        assert other.phone.answer(there)
        self.heard.until(msg.CallAnswered, lambda e: e.call_id == here)
        return here, there


Lend = Callable[..., contextlib.AbstractContextManager[Seat]]


class CallerRig:
    """A virtual caller and what it heard."""

    def __init__(self) -> None:
        self.heard = Heard()
        self.phone = caller_phone(self.heard.put, rtp_port_first=free_rtp_block())
        self.phone.start()
        self.heard.until(msg.LineState, within_s=START_S_MAX)

    def call(self, uri: str, **options: Any) -> str:
        call_id = self.phone.dial(uri, **options)
        assert call_id
        return call_id

    def ended(self, call_id: str) -> msg.CallEnded:
        return self.heard.until(msg.CallEnded, lambda e: e.call_id == call_id)


def free_rtp_block() -> int:
    """Collisions are survivable: the library moves on to the next port."""
    return random.randrange(20_000, 30_000, 40)


@pytest.fixture
def sip_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@contextlib.contextmanager
def seats_in(folder: Path) -> Iterator[Callable[..., Seat]]:
    """Makes seats that record below this folder, and stops them."""
    made: list[Seat] = []

    def make(
        *,
        accounts: tuple[AccountSettings, ...] | None = None,
        up: bool = True,
        trust: TrustSettings = TrustSettings(),  # noqa: B008 - frozen
        kind: type[Phone] = Phone,
        **engine: Any,
    ) -> Seat:
        """`up` False does not wait for its line: who needs several starts all and then waits."""
        settings = {
            "sip_port": free_ports(1)[0],
            "bind_address": "127.0.0.1",
            "rtp_port_first": free_rtp_block(),
            "recordings_dir": str(folder / "recordings"),
            "microphone": Voice(tone_hz=700),
            **engine,
        }
        direct = (AccountSettings("direct", f"sip:seat@127.0.0.1:{settings['sip_port']}"),)
        accounts = direct if accounts is None else accounts
        seat = Seat(PhoneSettings(EngineSettings(**settings), accounts, trust=trust), kind)
        made.append(seat)
        if up:
            seat.wait_up()
        return seat

    yield make
    with ThreadPoolExecutor(max(1, len(made))) as together:
        list(together.map(lambda seat: seat.phone.stop(STOP_S), made))


@pytest.fixture
def make_seat(tmp_path: Path) -> Iterator[Callable[..., Seat]]:
    with seats_in(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def lend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lend]:
    """Seats that are used again by the tests of a module; whoever breaks one leaves a new one to the next."""
    free: dict[str, list[Seat]] = {}
    with seats_in(tmp_path_factory.mktemp("seat")) as make:

        @contextlib.contextmanager
        def lent(**options: Any) -> Iterator[Seat]:
            alike = free.setdefault(repr(options), [])
            seat = alike.pop() if alike else make(**options)
            yield seat
            if seat.rest():
                alike.append(seat)

        yield lent


@pytest.fixture
def seat(lend: Lend) -> Iterator[Seat]:
    with lend() as seat:
        yield seat


@pytest.fixture
def partner(lend: Lend) -> Iterator[Seat]:
    """Another seat, which records nothing: whom the first one calls."""
    with lend(recordings_dir=None) as seat:
        yield seat


@pytest.fixture(scope="session")
def shared_caller() -> Iterator[CallerRig]:
    rig = CallerRig()
    yield rig
    rig.phone.stop(STOP_S)


@pytest.fixture
def caller(shared_caller: CallerRig) -> Iterator[CallerRig]:
    """The virtual caller, with no call left behind. What it heard of other calls stays in its queue."""
    yield shared_caller
    for call_id in list(shared_caller.phone.calls):
        shared_caller.phone.hang_up(call_id)
        shared_caller.ended(call_id)


@pytest.fixture
def make_raw() -> Iterator[Callable[[Seat], RawCaller]]:
    """Raw callers of a seat. An unanswered BYE keeps one of the library's four calls for 8 s: they part."""
    made: list[tuple[Seat, RawCaller]] = []

    def make(seat: Seat) -> RawCaller:
        made.append((seat, RawCaller(seat.port)))
        return made[-1][1]

    yield make
    for seat, caller in made:
        for call_id in list(seat.phone.calls):
            seat.phone.hang_up(call_id)
        caller.see_off(QUIET_S)
        caller.close()


@pytest.fixture
def raw(seat: Seat, make_raw: Callable[[Seat], RawCaller]) -> RawCaller:
    return make_raw(seat)


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[Abroad]:
    """Makes telephones that are not ours: sipp, with an ear that goes on through every hold."""
    needs("sipp")
    with Abroad(tmp_path) as abroad:
        yield abroad


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the caller says, as espeak-ng made it."""
    needs("espeak-ng", "sox")
    wav = speech_wav(CALLER_WORDS, tmp_path_factory.mktemp("speech"))
    assert wav is not None
    return wav
