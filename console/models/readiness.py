"""A reserve seat looks after itself: shows the order, checks what it needs, enters service and leaves it.

Every step is reported with its time; nobody has to press anything but the log-in. In calm times the checks
run once a day. What a city seat has none of (`Setup.reserve` False) costs it nothing.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from console.models.checks import check
from dispatch import reserve_commands as cmd
from dispatch.activation import held_by, running_turn
from dispatch.kinds import CheckItem, CheckResult, SeatKind
from dispatch.reserve import Activation, Check, SeatTurn
from dispatch.words import Seat
from telephony.messages import LineProbed
from telephony.settings import AccountSettings, HeadsetSettings

if TYPE_CHECKING:
    from console.models.desk import Desk

PROBE_AGAIN_MS = 3_000
"""A test call that failed is tried again after this, until the seat is in service."""
ASK_AGAIN_MS = 2_000
"""An order to the hub without effect is given again after this (its verdict or event is on its way)."""
SELF_TEST_EVERY_MS = 20 * 3600 * 1000
SELF_TEST_AGAIN_MS = 10 * 60 * 1000
SELF_TEST_AFTER_MS = 20_000
"""How long after the start a test waits for telephone and hub."""
SOUND_EVERY_MS = 4_000


class Setup(Struct, frozen=True):
    """What this machine is and has. `map_mark` "": no map. `accounts`: the seat's own telephone lines.

    `group`: the line of the ring group, registered while in service; None: the exchange hunts by itself.
    `headset`: the sound of the telephone here; None: it has none, calls are only recorded.
    `echo`: whom the test call dials, "" is ourselves. `seat_number`: what to dial for the seat {seat}.
    """

    reserve: bool = False
    version: str = ""
    map_mark: str = ""
    accounts: tuple[AccountSettings, ...] = ()
    group: AccountSettings | None = None
    echo: str = ""
    headset: HeadsetSettings | None = None
    ring: HeadsetSettings = HeadsetSettings()
    """Where and how loud the window rings where `headset` is None."""
    seat_number: str = "{seat}"
    prompts: tuple[Path, ...] = ()
    """Where what callers hear lies: the centre's own folder stands first."""
    recordings: Path = Path("recordings")
    vault: Path | None = None
    """Where the recordings of the whole city are mounted; None: there is no such place."""
    exports: Path = Path("exports")
    keys: Path | None = None
    """Where the key lies that exports are sealed with; None: there are none."""
    machine: str = ""
    wrap_up_s: int = 0
    """How long a seat is in wrap-up after a call (话后); 0: it is ready at once."""


class Readiness:
    """Belongs to a desk; `on_time` some times a second and after every event."""

    def __init__(self, desk: "Desk", setup: Setup) -> None:
        self._desk, self.setup = desk, setup
        self.checks: dict[CheckItem, Check] = {}
        """As they are now; an item that is not in here is still being checked."""
        self.probed: LineProbed | None = None
        self.testing = False
        """A self-test in calm times is under way."""
        self._probe_id: str | None = None
        self._probe_at = 0
        self._began_at: int | None = None
        self._reported: dict[CheckItem, tuple[CheckResult, str]] = {}
        self._known = ""
        self._accepting: bool | None = False if setup.reserve else None
        self._asked: dict[type, int] = {}
        self._sounded_at = 0

    # --- where it stands ---------------------------------------------------------------------------

    def seat(self) -> Seat | None:
        """This seat as the hub knows it."""
        return self._desk.floor.seats.get(self._desk.own_seat_id())

    def turn(self) -> tuple[Activation, SeatTurn] | None:
        """The activation this seat is in; None: it is calm, or no reserve seat."""
        return running_turn(self._desk.floor, self._desk.own_seat_id()) if self.is_reserve() else None

    @property
    def in_service(self) -> bool:
        """True while callers are let in."""
        return bool(self._accepting)

    def is_reserve(self) -> bool:
        """By this machine's configuration, or because the hub knows it as one."""
        seat = self.seat()
        return self.setup.reserve or (seat is not None and seat.kind is SeatKind.RESERVE)

    def sound_due(self, now: int) -> bool:
        """True when the sound of an order is to be heard now: every few seconds until it is confirmed."""
        found = self.turn()
        if found is None or found[1].seen_at is not None or found[1].standing_down_at is not None:
            return False
        if now - self._sounded_at < SOUND_EVERY_MS:
            return False
        self._sounded_at = now
        return True

    # --- with time ---------------------------------------------------------------------------------

    def on_time(self, now: int) -> None:
        """Look what is due."""
        if not self.is_reserve() or self.seat() is None:
            return
        self._began_at = self._began_at or now
        found = self.turn()
        self._let_callers_in(found)
        if found is None:
            self._calm(now)
        elif found[1].standing_down_at is not None:
            self._leave(*found, now)
        elif found[1].ready_at is None:
            self._prove(*found, now)

    def on_probed(self, probed: LineProbed) -> None:
        """A test call is over."""
        if probed.probe_id == self._probe_id:
            self._probe_id = None
            self.probed = None if probed.reason == "busy" else probed
            self.on_time(self._desk.clock())

    def _let_callers_in(self, found: tuple[Activation, SeatTurn] | None) -> None:
        """The telephone follows the floor; with an exchange it joins and leaves the ring group."""
        accepting = found is not None and found[1].ready_at is not None and found[1].standing_down_at is None
        if accepting is self._accepting:
            return
        self._accepting = accepting
        self._desk.phone.accept_calls(accepting)
        self._desk.distribution.on_service()
        if self.setup.group is not None:
            group = (self.setup.group,) if accepting else ()
            self._desk.phone.configure((*self.setup.accounts, *group))

    # --- ordered -----------------------------------------------------------------------------------

    def _prove(self, activation: Activation, turn: SeatTurn, now: int) -> None:
        if self._known != activation.id:
            self._known = activation.id
            self._reported, self.probed, self.testing = {}, None, False
            self._probe_at = 0
        if turn.shown_at is None:
            self._ask(cmd.ReportActivationShown(activation.id), now)
        self._probe(now)
        self._look(activation, now)
        self._report(activation)
        well = len(self.checks) == len(CheckItem) and not self._faults()
        if well and self._desk.may(cmd.BecomeReady):
            self._ask(cmd.BecomeReady(activation.id), now)

    def _faults(self) -> list[Check]:
        return [one for one in self.checks.values() if one.result is CheckResult.FAULT]

    def _probe(self, now: int) -> None:
        """A test call, again until one is well; a caller on the line comes first.

        A line that is gone takes its proof with it, and the answer to a test call that was under way.
        """
        lamp = self._desk.line.lamp
        if not (lamp.running and (lamp.registered or lamp.direct)):
            self._probe_id = self.probed = None
            return
        if self._probe_id is not None or (self.probed is not None and not self.probed.reason):
            return
        if not self._desk.phone.calls and now - self._probe_at >= PROBE_AGAIN_MS:
            self._probe_id = self._desk.phone.probe(self.setup.echo)
            self._probe_at = now if self._probe_id is not None else 0

    def _look(self, activation: Activation | None, now: int) -> None:
        found = {
            item: check(item, self._desk, self.setup, self.probed, activation, now) for item in CheckItem
        }
        self.checks = {item: one for item, one in found.items() if one is not None}

    def _report(self, activation: Activation) -> None:
        """Only what changed in result or cure: measured values go up and down by themselves."""
        new = tuple(
            one for item, one in self.checks.items() if self._reported.get(item) != (one.result, one.cure)
        )
        if new:
            self._reported |= {one.item: (one.result, one.cure) for one in new}
            self._desk.send(cmd.ReportReadiness(activation.id, new))

    # --- leaving -----------------------------------------------------------------------------------

    def _leave(self, activation: Activation, turn: SeatTurn, now: int) -> None:
        if not held_by(self._desk.floor, turn.seat_id):
            self._ask(cmd.FinishStandDown(activation.id), now)

    # --- calm --------------------------------------------------------------------------------------

    def test_now(self) -> None:
        """Begin a self-test."""
        self.testing, self.probed, self._probe_at = True, None, 0

    def _calm(self, now: int) -> None:
        if not self.testing and self._test_due(now):
            self.test_now()
        if not self.testing:
            return
        self._probe(now)
        self._look(None, now)
        wanted = [item for item in CheckItem if item is not CheckItem.PERSON]
        if all(item in self.checks for item in wanted):
            self.testing = False
            self._desk.send(cmd.ReportSelfTest(tuple(self.checks[item] for item in wanted)))

    def _test_due(self, now: int) -> bool:
        seat = self.seat()
        if seat is None or self._began_at is None or now - self._began_at < SELF_TEST_AFTER_MS:
            return False
        if seat.self_test is None:
            return self._once_in(cmd.ReportSelfTest, SELF_TEST_AGAIN_MS, now)
        every = SELF_TEST_EVERY_MS if seat.self_test.passed else SELF_TEST_AGAIN_MS
        return now - seat.self_test.at >= every and self._once_in(cmd.ReportSelfTest, SELF_TEST_AGAIN_MS, now)

    # --- giving ------------------------------------------------------------------------------------

    def _ask(self, command: cmd.ReserveCommand, now: int) -> None:
        if self._once_in(type(command), ASK_AGAIN_MS, now):
            self._desk.send(command)

    def _once_in(self, kind: type, every_ms: int, now: int) -> bool:
        if now - self._asked.get(kind, -every_ms) < every_ms:
            return False
        self._asked[kind] = now
        return True
