"""The small centre with reserve seats in a district, and what is done at them."""

from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.apply import apply
from dispatch.changes import FormChanges
from dispatch.decide import decide
from dispatch.kinds import (
    CheckItem,
    CheckResult,
    ReserveRole,
    Role,
    SeatKind,
)
from dispatch.order import Order
from dispatch.reserve import Check, SeatOrder
from dispatch.words import Dispatcher, Place, Seat
from tests.dispatch.trade import NOW, Centre120

HUB = frozenset({Role.HUB})
LEADER = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
MACHINE = frozenset({Role.SEAT})
DAY_MS = 24 * 3600 * 1000
ALL_WELL = tuple(Check(item, CheckResult.OK) for item in CheckItem)


class Reserve(Centre120):
    """The small centre with two reserve seats in a district and two people who may be called there."""

    def __init__(self) -> None:
        super().__init__()
        dispatcher = frozenset({Role.DISPATCHER})
        until = NOW + 30 * DAY_MS
        for person in (
            Dispatcher("zhao", "2001", "赵雪", dispatcher, "13900002001", "02", True, until),
            Dispatcher("sun", "2002", "孙浩", dispatcher, "13900002002", "02", False, until),
            Dispatcher("old", "2003", "周平", dispatcher, "13900002003", "02", True, NOW - 1),
        ):
            self.must(cmd.RegisterDispatcher(person), roles=HUB)
        for key in ("r1", "r2"):
            self.must(cmd.RegisterSeat(Seat(key, key.upper(), "02", SeatKind.RESERVE)), roles=HUB)

    def by(
        self, seat: str, command: cmd.Command, roles: frozenset[Role] = MACHINE, at: int | None = None
    ) -> object:
        """An order of a reserve seat: of whoever is logged in there, or of the machine alone."""
        person = self.floor.seats[seat].dispatcher_id
        order = Order(
            f"r{len(self.history)}{self.now}{type(command).__name__}", command, at or self.now, seat,
            roles | ({Role.DISPATCHER} if person else set()), seat, person,
        )  # fmt: skip
        decision = decide(self.floor, order, self.now)
        for event in decision if isinstance(decision, tuple) else ():
            apply(self.floor, event)
            self.history.append(event)
        return decision

    def activate(self, *seats: str, role: ReserveRole = ReserveRole.FULL, drill: bool = False) -> None:
        order = reserve.OrderActivation(
            "act", tuple(SeatOrder(seat, role) for seat in seats), "大面积停电", drill, call_out=("zhao",)
        )
        self.must(order, roles=LEADER, second="li")

    def log_in(self, seat: str, person: str) -> None:
        self.must(cmd.LogIn(seat, person), roles=HUB)

    def serve(self, seat: str = "r1", person: str = "zhao") -> None:
        """Everything up to ready."""
        self.log_in(seat, person)
        for command in (reserve.ReportReadiness("act", ALL_WELL), reserve.BecomeReady("act")):
            assert isinstance(self.by(seat, command), tuple)

    @property
    def turn(self):
        return self.floor.activations["act"].seats[0]

    def take_a_call(self, seat: str, key: str) -> None:
        self.by(seat, cmd.ReportRinging(f"c{key}", "139"))
        self.by(seat, cmd.ReportAnswered(f"c{key}"))
        assert isinstance(self.by(seat, cmd.BeginIntake(f"n{key}", f"c{key}")), tuple)
        self.by(seat, cmd.ChangeIntake(f"n{key}", 1, FormChanges(place=Place(address="江北路 1 号"))))
