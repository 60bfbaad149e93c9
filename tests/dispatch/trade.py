"""A small centre to test the trade with: one station, three vehicles, two seats, two people."""

from itertools import count

from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch import words
from dispatch.apply import apply
from dispatch.commands import Command
from dispatch.decide import decide
from dispatch.decide_late import told
from dispatch.events import Event
from dispatch.floor import Floor, copy_of
from dispatch.kinds import Centre, Role, VehicleKind
from dispatch.order import Late, Order
from dispatch.refusals import Refusal

NOW = 1_795_000_000_000  # 2026-11-18 UTC, ms
PEOPLE = ("wang", "li")
SEATS = ("seat-1", "seat-2")
VEHICLES = ("a1", "a2", "a3")


class Centre120:
    """A floor with a clock; `give` decides, applies and answers like the hub would."""

    def __init__(self) -> None:
        self.floor = Floor()
        self.now = NOW
        self.history: list[Event] = []
        self.accepted: list[tuple[Order, tuple[Event, ...]]] = []
        self.site = ""
        self._cids = count(1)
        for command in master_data():
            self.must(command, roles=frozenset({Role.HUB}))
        for seat, person in zip(SEATS, PEOPLE, strict=True):
            self.must(cmd.LogIn(seat, person), roles=frozenset({Role.HUB}))

    def give(
        self,
        command: Command,
        seat: str = "seat-1",
        second: str | None = None,
        roles: frozenset[Role] = frozenset({Role.DISPATCHER}),
        at: int | None = None,
    ) -> tuple[Event, ...] | Refusal:
        order = Order(
            cid=f"c{next(self._cids)}",
            command=command,
            at=self.now if at is None else at,
            machine=seat,
            roles=roles,
            seat_id=seat,
            dispatcher_id=PEOPLE[SEATS.index(seat)],
            second_id=second,
            decided_by=self.site,
        )
        return self.take(order)

    def take(self, order: Order) -> tuple[Event, ...] | Refusal:
        """Decide, apply and note an order as it is."""
        decision = decide(self.floor, order, self.now)
        if isinstance(decision, tuple):
            self.accepted.append((order, decision))
            for event in decision:
                apply(self.floor, event)
                self.history.append(event)
        return decision

    def apart(self, site: str) -> "Centre120":
        """The same centre as another site sees it from now on; its ids do not meet ours."""
        other = Centre120()
        other.floor, other.now, other.site = copy_of(self.floor), self.now, site
        other.history = list(self.history)
        other.accepted = []
        other._cids = count(1_000_000)
        return other

    def hand_in(self, other: "Centre120") -> list[tuple[Event, ...]]:
        """Everything the other site accepted while it was apart, in order, as it comes back."""
        done = []
        for number, (order, events) in enumerate(other.accepted, 1):
            numbers, mission_id = told(events)
            late = Late(other.site, 1, number, order.at << 16, numbers, mission_id)
            decision = self.take(replace(order, late=late, decided_by=self.site))
            assert isinstance(decision, tuple), decision
            done.append(decision)
        return done

    def must(
        self, command: Command, roles: frozenset[Role] = frozenset({Role.DISPATCHER}), **how: object
    ) -> tuple[Event, ...]:
        decision = self.give(command, roles=roles, **how)
        assert isinstance(decision, tuple), decision
        return decision

    def later(self, seconds: float) -> None:
        self.now += int(seconds * 1000)

    def incident(self, key: str = "i1", seat: str = "seat-1", address: str = "解放路12号") -> words.Incident:
        """Call, intake and incident in one go; ids are derived from `key`."""
        from dispatch.changes import FormChanges

        self.must(cmd.ReportRinging(f"call-{key}", "13912345678"), seat=seat)
        self.must(cmd.ReportAnswered(f"call-{key}"), seat=seat)
        self.must(cmd.BeginIntake(f"in-{key}", f"call-{key}"), seat=seat)
        place = words.Place(address=address, point=words.Point(110.0, 30.0))
        self.must(cmd.ChangeIntake(f"in-{key}", 1, FormChanges(place=place)), seat=seat)
        self.must(cmd.OpenIncident(key, f"in-{key}"), seat=seat)
        return self.floor.incidents[key]


def vehicles() -> list[words.Vehicle]:
    kinds = (VehicleKind.INTENSIVE, VehicleKind.BASIC, VehicleKind.NEGATIVE_PRESSURE)
    return [
        words.Vehicle(key, f"急{n}", f"鄂A000{n}", kind, "st", terminal=f"1390000000{n}")
        for n, (key, kind) in enumerate(zip(VEHICLES, kinds, strict=True), start=1)
    ]


def master_data() -> list[Command]:
    dispatcher = frozenset({Role.DISPATCHER})
    return [
        cmd.RegisterStation(words.Station("st", "01", "城东站", words.Point(110.0, 30.0))),
        cmd.RegisterHospital(
            words.Hospital(
                "h1", "01", "市人民医院", words.Point(110.1, 30.0), centres=frozenset({Centre.CHEST_PAIN})
            )
        ),
        cmd.RegisterHospital(words.Hospital("h2", "02", "中医院", words.Point(110.0, 30.01))),
        *(cmd.RegisterVehicle(vehicle) for vehicle in vehicles()),
        cmd.RegisterDispatcher(words.Dispatcher("wang", "1001", "王敏", dispatcher)),
        cmd.RegisterDispatcher(words.Dispatcher("li", "1002", "李强", dispatcher)),
        cmd.RegisterSeat(words.Seat("seat-1", "1", "01")),
        cmd.RegisterSeat(words.Seat("seat-2", "2", "01")),
    ]
