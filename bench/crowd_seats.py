"""Many machines in one process, each with its own link, replica and outbox: what the children of a crowd run.

Every public method is one thing the parent can ask for; it returns plain values. Times are perf_counter
seconds, which all processes of one machine share.
"""

import hashlib
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.changes import FormChanges
from dispatch.floor import TABLES, Floor
from dispatch.kinds import AbortReason, SeatState
from dispatch.words import Place
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import load_config
from store.core.ids import new_id
from store.core.replica import Applied
from store.core.seat_logic import Expired, FloorReplaced, LoginCame, Phase, VerdictCame
from store.core.wire import Position

WINDOW = 32
"""Orders of one seat without a verdict."""
INCIDENT_EVERY = 100
ASSIGN_EVERY = 10
ROUND_S = 0.05
POSITIONS_HZ = 20
DEADLINE_S = 600.0


class Seat:
    """One machine: its link, its own floor, what came."""

    def __init__(self, file: Path, name: str, bell: Callable[[], None]) -> None:
        self.name = name
        self.number = name.rpartition("-")[2]
        self.floor = Floor()
        self.replaced = 0
        self.verdicts: dict[str, bool] = {}
        self.refusals: dict[str, str] = {}
        self.expired: list[str] = []
        self.applied_at: dict[str, float] = {}
        self.logged_in: bool | None = None
        self.incident = ""
        self._away = False
        self.given: list[str] = []
        self.forgotten = 0
        self.waiting: set[str] = set()
        self.link = HubLink(link_settings(load_config(file), name), bell)

    def take(self, *, keep_times: bool) -> None:
        now = time.perf_counter()
        for notice in self.link.drain():
            match notice:
                case FloorReplaced(floor):
                    self.floor = floor
                    self.replaced += 1
                case Applied(ev, event):
                    apply(self.floor, event)
                    if keep_times:
                        self.applied_at[ev.cid] = now
                case VerdictCame(cid, refusal):
                    assert cid not in self.verdicts, "one verdict per command"
                    self.verdicts[cid] = refusal is None
                    if refusal is not None:
                        self.refusals[cid] = type(refusal).__name__
                    self.waiting.discard(cid)
                case Expired(cid):
                    self.expired.append(cid)
                    self.waiting.discard(cid)
                case LoginCame():
                    self.logged_in = notice.ok is not None
                case _:
                    pass

    def order(self, command: cmd.Command) -> str:
        cid = self.link.order(command, deadline_s=DEADLINE_S)
        self.given.append(cid)
        self.waiting.add(cid)
        return cid

    def toggle(self) -> str:
        """The smallest order that always changes something."""
        self._away = not self._away
        state = SeatState.AWAY if self._away else SeatState.PAUSED
        return self.order(cmd.SetSeatState(f"seat{self.number}", state))

    @property
    def live(self) -> bool:
        return self.link.state.phase is Phase.LIVE

    def digest(self) -> str:
        """The floor as a fingerprint: equal floors, equal digests."""
        tables = {table: dict(sorted(getattr(self.floor, table).items())) for table in TABLES}
        return hashlib.sha256(msgspec.msgpack.encode(tables)).hexdigest()


class Seats:
    """The machines of one process, drained by one thread."""

    def __init__(self, file: str, names: list[str], keep_times: bool = False) -> None:
        self._rung = threading.Event()
        self._ready: deque[int] = deque()
        self._keep_times = keep_times
        self._seats = [Seat(Path(file), name, lambda n=n: self._ring(n)) for n, name in enumerate(names)]
        self._rarely = 1
        self._ages_ms: list[int] = []
        self._note_ages = False
        for seat in self._seats:
            seat.link.start()

    def _ring(self, n: int) -> None:
        self._ready.append(n)
        self._rung.set()

    def _turn(self, wait_s: float) -> None:
        """Take in what came to the machines that rang."""
        self._rung.wait(max(0.0, wait_s))
        self._rung.clear()
        while self._ready:
            seat = self._seats[self._ready.popleft()]
            seat.take(keep_times=self._keep_times)
            positions = seat.link.take_positions()
            if self._note_ages and positions:
                now = time.time_ns() // 1_000_000
                self._ages_ms += [now - max(position.at for position in positions.values())]

    def _until(self, done: Callable[[], Any], limit_s: float, what: str) -> None:
        end = time.perf_counter() + limit_s
        while not done():
            left = end - time.perf_counter()
            if left <= 0:
                states = [seat.link.state for seat in self._seats[:3]]
                raise TimeoutError(f"{what} not within {limit_s} s: {states}")
            self._turn(min(left, ROUND_S))

    # --- what a parent asks for ---------------------------------------------------------------------

    def wait_live(self, limit_s: float) -> float:
        """Until every machine is LIVE; when that was."""
        self._until(lambda: all(seat.live for seat in self._seats), limit_s, "live")
        return time.perf_counter()

    def wait_live_after(self, boot: int, limit_s: float) -> float:
        """Until every machine is LIVE on boot `boot` or a later one; when that was."""

        def there() -> bool:
            return all(seat.live and seat.link.state.epoch.boot >= boot for seat in self._seats)

        self._until(there, limit_s, f"live on boot {boot}")
        return time.perf_counter()

    def log_in(self, password: str, limit_s: float) -> None:
        """Everybody at a seat."""
        seats = [seat for seat in self._seats if seat.name.startswith("seat")]
        for seat in seats:
            seat.logged_in = None
            seat.link.login(f"1{seat.number}", password)
        self._until(lambda: all(seat.logged_in is not None for seat in seats), limit_s, "log-ins")
        assert all(seat.logged_in for seat in seats), "everybody may log in"

    def work(self, count: int, seed: int, limit_s: float) -> list[tuple[str, bool]]:
        """`count` orders of every seat, mixed; each id with its verdict (True: accepted)."""
        rng = random.Random(seed)
        before = {seat.name: len(seat.given) for seat in self._seats}
        todo = dict.fromkeys(before, count)
        end = time.perf_counter() + limit_s
        while any(left > 0 for left in todo.values()) or any(seat.waiting for seat in self._seats):
            if time.perf_counter() > end:
                raise TimeoutError(f"{sum(todo.values())} orders not given: {self._seats[0].link.state}")
            for seat in self._seats:
                while todo[seat.name] > 0 and len(seat.waiting) < WINDOW:
                    todo[seat.name] -= self._next_order(seat, rng)
            self._turn(ROUND_S)
        assert not any(seat.expired for seat in self._seats), "no order expired"
        return [(cid, seat.verdicts[cid]) for seat in self._seats for cid in seat.given[before[seat.name] :]]

    def pace(self, rate_hz: float, seconds: float, seed: int, limit_s: float) -> list[tuple[str, bool]]:
        """As `work`, at a steady rate of all seats together and with little that stays on the floor."""
        rng, told, n = random.Random(seed), [], 0
        self._rarely = 20
        start = time.perf_counter()
        while (now := time.perf_counter()) < start + seconds:
            due = start + n / rate_hz
            if now < due:
                self._turn(min(due - now, ROUND_S))
                continue
            seat = self._seats[n % len(self._seats)]
            n += self._next_order(seat, rng) if len(seat.waiting) < WINDOW else 1
        self._until(lambda: not any(seat.waiting for seat in self._seats), limit_s, "verdicts")
        for seat in self._seats:
            told += [(cid, seat.verdicts.pop(cid)) for cid in seat.given if cid in seat.verdicts]
            seat.forgotten += len(seat.given)
            seat.given.clear()
        return told

    def _next_order(self, seat: Seat, rng: random.Random) -> int:
        """The next order(s); how many. Mostly seat states, some races for vehicles, few incidents."""
        n = seat.forgotten + len(seat.given)
        if n % (INCIDENT_EVERY * self._rarely) == 0 or not seat.incident:
            return self._open_incident(seat)
        if n % (ASSIGN_EVERY * self._rarely) == 0 and seat.floor.vehicles:
            vehicle = rng.choice(list(seat.floor.vehicles.values()))
            if vehicle.mission_id is None:
                seat.order(cmd.AssignVehicle(new_id(), seat.incident, vehicle.id))
            else:
                seat.order(cmd.AbortMission(vehicle.mission_id, AbortReason.BEFORE_DEPARTURE))
            return 1
        seat.toggle()
        return 1

    def _open_incident(self, seat: Seat) -> int:
        call, intake, incident = new_id(), new_id(), new_id()
        orders: list[cmd.Command] = [
            cmd.ReportRinging(call, "13800000000"),
            cmd.ReportAnswered(call),
            cmd.BeginIntake(intake, call),
            cmd.ChangeIntake(intake, 1, FormChanges(place=Place(address="中山路1号"))),
            cmd.OpenIncident(incident, intake),
        ]
        for order in orders:
            seat.order(order)
        seat.incident = incident
        return len(orders)

    def open_incidents(self, limit_s: float) -> None:
        """One for every seat."""
        for seat in self._seats:
            self._open_incident(seat)
        self._until(lambda: not any(seat.waiting for seat in self._seats), limit_s, "incidents")

    def ring(self, count: int, limit_s: float) -> dict[str, int]:
        """Each seat reports so many ringing calls; by call the right time, ms since 1970."""
        rang: dict[str, int] = {}
        for seat in self._seats:
            for n in range(count):
                call = new_id()
                rang[call] = time.time_ns() // 1_000_000
                seat.order(cmd.ReportRinging(call, f"138{n:08d}"))
        self._until(lambda: not any(seat.waiting for seat in self._seats), limit_s, "calls")
        return rang

    def race(self, vehicles: list[str], limit_s: float) -> dict[str, int]:
        """Every seat orders every vehicle to its incident; how often each answer came, "" is a win."""
        began = {seat.name: len(seat.given) for seat in self._seats}
        for at in range(0, len(vehicles), WINDOW):
            for seat in self._seats:
                for vehicle in vehicles[at : at + WINDOW]:
                    seat.order(cmd.AssignVehicle(new_id(), seat.incident, vehicle))
            self._until(lambda: all(len(seat.waiting) < WINDOW for seat in self._seats), limit_s, "verdicts")
        self._until(lambda: not any(seat.waiting for seat in self._seats), limit_s, "verdicts")
        answers: dict[str, int] = {}
        for seat in self._seats:
            for cid in seat.given[began[seat.name] :]:
                word = seat.refusals.get(cid, "")
                answers[word] = answers.get(word, 0) + 1
        return answers

    def give(self, rate_hz: float, seconds: float, limit_s: float) -> dict[str, float]:
        """Seat states at a steady rate, the seats in turn; when each was given. Waits for the verdicts."""
        seats = [seat for seat in self._seats if seat.name.startswith("seat")]
        given: dict[str, float] = {}
        start = time.perf_counter()
        n = 0
        while (now := time.perf_counter()) < start + seconds:
            if now >= start + n / rate_hz:
                seat = seats[n % len(seats)]
                given[seat.toggle()] = now
                n += 1
            else:
                self._turn(start + n / rate_hz - now)
        self._until(lambda: not any(seat.waiting for seat in self._seats), limit_s, "verdicts")
        return given

    def look_on(self, seconds: float) -> None:
        """Take in what comes for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._turn(min(left, ROUND_S))

    def wait_seq(self, seq: int, limit_s: float) -> None:
        """Until every machine has applied event `seq`."""
        self._until(lambda: all(seat.link.state.seq >= seq for seat in self._seats), limit_s, f"seq {seq}")
        self._turn(0)

    def applied(self) -> list[dict[str, float]]:
        """Of each machine: when the last event of each command was on its floor. Forgotten by asking."""
        times = [seat.applied_at for seat in self._seats]
        for seat in self._seats:
            seat.applied_at = {}
        return times

    def states(self) -> list[tuple[str, int, int, int, str]]:
        """(name, boot, seq, how often the whole floor came anew, mode) of each."""
        found = []
        for seat in self._seats:
            seat.take(keep_times=self._keep_times)
            state = seat.link.state
            found.append((seat.name, state.epoch.boot, state.seq, seat.replaced, state.mode))
        return found

    def phases(self) -> list[tuple[str, str]]:
        """(phase, hub) of each."""
        return [(seat.link.state.phase.value, seat.link.state.hub) for seat in self._seats]

    def digests(self) -> list[str]:
        """Of each floor."""
        for seat in self._seats:
            seat.take(keep_times=self._keep_times)
        return [seat.digest() for seat in self._seats]

    def clock_offsets_ms(self) -> list[int]:
        """Hub time minus the machine's, as the lamp shows it."""
        return [seat.link.state.clock_offset_ms for seat in self._seats]

    def note_ages(self) -> None:
        """From now on."""
        self._note_ages, self._ages_ms = True, []

    def ages_ms(self) -> list[int]:
        """Ages of the newest position of every batch, when the machine had it, since `note_ages`."""
        self._note_ages = False
        return self._ages_ms

    def drive(self, vehicles: int, rate_hz: int, seconds: float) -> int:
        """As the gateway: positions of all vehicles in turn, `rate_hz` in all; how many."""
        link = self._seats[0].link
        start = time.perf_counter()
        per_round = max(1, rate_hz // POSITIONS_HZ)
        sent = 0
        while (now := time.perf_counter()) < start + seconds:
            if now < start + sent / rate_hz:
                self._turn(start + sent / rate_hz - now)
                continue
            at = time.time_ns() // 1_000_000
            link.send_positions(
                Position(f"v{n % vehicles + 1}", at, 45_700_000 + n % 9999, 126_600_000 + n % 9973, 300, 90)
                for n in range(sent, sent + per_round)
            )
            sent += per_round
        return sent

    def end(self) -> None:
        """Stop every link."""
        for seat in self._seats:
            seat.link.stop(5.0)
