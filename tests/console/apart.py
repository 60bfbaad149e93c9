"""Two sites that were apart: their names, who took command, and late orders that do not fit."""

from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.kinds import HowPlaced, MilestoneKind, MilestoneSource, Role, Severity
from dispatch.order import Late, Order
from dispatch.sites import CITY, Authority, Site
from dispatch.words import Place, Point
from tests.console.busy import MIN, Seatful, busy

CENTRE, DISTRICT = "01", "02"
HLC_BITS = 16
DISPATCHER = frozenset({Role.DISPATCHER})


def two_sites(seat: Seatful) -> None:
    """A centre and a district on the floor."""
    seat.hub.as_hub(cmd.RegisterSite(Site(CENTRE, "市急救中心")))
    seat.hub.as_hub(cmd.RegisterSite(Site(DISTRICT, "道里区分中心", ("道里区",))))
    seat.pump()


def take_over(seat: Seatful, site: str = DISTRICT, term: int = 3) -> None:
    """Command has moved by two people."""
    now = seat.clock() - 5 * MIN
    moved = Authority(
        CITY, site, term, now, "d9", "d2", "市中心断网", "哈急〔2026〕12 号", True,
        from_site=CENTRE if site == DISTRICT else DISTRICT,
    )  # fmt: skip
    seat.hub.as_hub(cmd.MoveAuthority(moved))
    seat.pump()


def late(seat: Seatful, key: str, command: cmd.Command, ago_ms: int, numbers: tuple[str, ...] = ()) -> None:
    """An order the centre accepted while it was apart, handed in now."""
    at = seat.clock() - ago_ms
    came = Late(CENTRE, 2, 900, at << HLC_BITS, numbers)
    order = Order(f"late-{key}", command, at, "seat-03", DISPATCHER, "s3", "d2", late=came)
    seat.hub.decide_order(order)
    seat.pump()


def conflicting(seat: Seatful) -> None:
    """Over a busy floor: the centre sent A05, which we have on the road, to an incident of its own."""
    busy(seat)
    two_sites(seat)
    take_over(seat)
    place = Place("南岗区西大直街 92 号 哈工大正门", Point(126.63, 45.74), HowPlaced.SEARCH)
    late(seat, "1", cmd.ReportRinging("c-late", "13936001234"), 12 * MIN)
    late(seat, "2", cmd.BeginIntake("i-late", "c-late"), 12 * MIN - 5_000)
    changes = FormChanges(place=place, chief_complaint="摔伤，头部出血", severity=Severity.SEVERE)
    late(seat, "3", cmd.ChangeIntake("i-late", 1, changes), 11 * MIN)
    late(seat, "4", cmd.OpenIncident("e-late", "i-late"), 10 * MIN, ("01-20261121-0017",))
    text = "南岗区西大直街 92 号；摔伤，头部出血"
    late(seat, "5", cmd.AssignVehicle("m-late", "e-late", "v5", text), 9 * MIN, ("01-20261121-0017.1",))
    for at, kind in enumerate((MilestoneKind.ACKNOWLEDGED, MilestoneKind.DEPARTED, MilestoneKind.ON_SCENE)):
        ago_ms = (8 - 2 * at) * MIN
        step = cmd.RecordMilestone("m-late", kind, seat.clock() - ago_ms, MilestoneSource.TERMINAL)
        late(seat, f"6{at}", step, ago_ms)
    late(seat, "7", cmd.AssignVehicle("m-late2", "e-late", "v4"), 6 * MIN)
