"""A city with reserve seats in two districts, seen from the leader's desk or from a reserve seat."""

from console.local import LocalHub
from console.models.desk import Desk
from console.models.modes import Watch
from console.models.readiness import Setup
from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.kinds import CheckItem, CheckResult, ReserveRole, Role, SeatKind
from dispatch.order import Order
from dispatch.reserve import Check, SeatOrder
from dispatch.sites import Site
from dispatch.words import Dispatcher, Seat
from store.version import version
from telephony.settings import AccountSettings
from telephony.virtual import VirtualPhone
from tests.console.busy import MIN, PASSWORDS, START, Clock, FakeNavigator, Seatful, register

DAY_MS = 24 * 3600 * 1000
HUB = frozenset({Role.HUB})
LEADER = frozenset({Role.DISPATCHER, Role.SHIFT_LEADER})
SITES = (Site("02", "江南分中心", ("江南区",)), Site("03", "长乐分中心", ("长乐区",)))
SEATS = (("r1", "21", "02"), ("r2", "22", "02"), ("r3", "31", "03"), ("r4", "32", "03"))
PEOPLE = (
    ("p1", "2001", "赵雪", "13900002001", "02", True),
    ("p2", "2002", "孙浩", "13900002002", "02", True),
    ("p3", "2003", "周平", "13900002003", "02", False),
    ("p4", "3001", "吴丹", "13900003001", "03", True),
    ("p5", "3002", "郑凯", "13900003002", "03", False),
)
PASSWORDS.update({number: "pw" for _, number, *_ in PEOPLE})
WELL = tuple(Check(item, CheckResult.OK, "合格") for item in CheckItem if item is not CheckItem.PERSON)
RED = Check(CheckItem.TEST_CALL, CheckResult.FAULT, "试呼不通：无应答", "检查电话网线与防火墙")


def found_reserve(hub: LocalHub) -> None:
    """Sites, seats and people who may be called out."""
    for site in SITES:
        hub.as_hub(cmd.RegisterSite(site))
    for key, number, site in SEATS:
        hub.as_hub(cmd.RegisterSeat(Seat(key, number, site, SeatKind.RESERVE)))
    for key, number, name, phone, site, on_call in PEOPLE:
        person = Dispatcher(
            key, number, name, frozenset({Role.DISPATCHER}), phone, site, on_call, START + 400 * DAY_MS
        )
        hub.as_hub(cmd.RegisterDispatcher(person))


class ReserveSeatful(Seatful):
    """Like `Seatful`, at any seat of that city; `setup` makes it a reserve seat."""

    def __init__(self, seat_id: str = "s1", setup: Setup | None = None) -> None:
        self.clock = Clock()
        self.hub = LocalHub(self.clock, seat_id, PASSWORDS)
        self.heard: list[object] = []
        self.phone = VirtualPhone(self.heard.append, (AccountSettings("desk", "120"),))
        self.navigator = FakeNavigator()
        register(self.hub)
        found_reserve(self.hub)
        own = setup or Setup()
        self.desk = Desk(self.hub, self.phone, self.navigator, self.clock, setup=own)
        self.desk.modes = Watch(self.clock)
        self.phone.start()
        if own.reserve:
            self.phone.accept_calls(False)
        self.hub.load()
        self.pump()

    def of(self, seat: str, command: cmd.Command, person: str = "") -> None:
        """An order of another seat: of its machine, or of a person there."""
        roles = frozenset({Role.SEAT}) | (frozenset({Role.DISPATCHER}) if person else frozenset())
        self.hub.decide_order(
            Order(f"{seat}{self.clock.now}", command, self.clock.now, "m", roles, seat, person or None)
        )
        self.pump()

    def lead(self, command: cmd.Command) -> None:
        """An order of the shift leader at seat s4, with a second person."""
        order = Order(f"lead{self.clock.now}", command, self.clock.now, "m", LEADER, "s4", "d9", "d2")
        self.hub.decide_order(order)
        self.pump()

    def order_up(self, *seats: str, drill: bool = False, reason: str = "呼入激增") -> str:
        roles = (ReserveRole.FULL, ReserveRole.ANSWER_ONLY, ReserveRole.CONSULT_ONLY, ReserveRole.FULL)
        orders = tuple(SeatOrder(seat, role) for seat, role in zip(seats, roles, strict=False))
        self.lead(reserve.OrderActivation("a" * 32, orders, reason, drill, None, ("p1", "p2", "p4"), "m"))
        return "a" * 32

    def test_all(self, *bad: str) -> None:
        """Every reserve seat has tested itself; those named failed."""
        for key, _, _ in SEATS:
            checks = tuple(RED if key in bad and one.item is RED.item else one for one in WELL)
            self.of(key, reserve.ReportSelfTest(checks))


def reserve_setup(version_here: str = "") -> Setup:
    return Setup(True, version_here or version(), "m", (AccountSettings("desk", "120"),))


__all__ = ["MIN", "PEOPLE", "SEATS", "ReserveSeatful", "reserve_setup"]
