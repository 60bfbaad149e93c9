"""Terminal facts become orders, missions become order texts; a restart sends what is still waiting."""

import asyncio
from collections.abc import Callable, Iterable

import pytest
from msgspec.structs import replace

from dispatch import commands as cmd
from dispatch.floor import copy_of
from dispatch.kinds import AbortReason, CrewCall, MilestoneKind, MilestoneSource, Role
from dispatch.sites import Authority, Site
from radio.hub_side import HubSide
from radio.ports import Order, OrderFailure
from radio.terminal.facts import Position
from radio.terminal.roster import KnownTerminal
from store.bus.link_mail import Notice
from store.bus.link_state import LinkState
from store.core.replica import Applied
from store.core.seat_logic import FloorReplaced
from store.core.wire import FIX_VALID, FROM_MEMORY, Epoch, Ev
from store.core.wire import Position as BusPosition
from tests.dispatch.trade import Centre120

EPOCH = Epoch(3, "01", 7)
PHONE = "013900000001"


class PaperHub:
    """A hub link that writes down what it is given; its disk works at once."""

    def __init__(self) -> None:
        self.orders: list[tuple[cmd.Command, int | None]] = []
        self.positions: list[BusPosition] = []
        self.notices: list[Notice] = []
        self.state = LinkState()  # renewed every 50 ms only: a floor may come before it knows the epoch

    def order(
        self, command: cmd.Command, *, at_ms: int | None = None, kept: Callable[[], None] | None = None
    ) -> str:
        self.orders.append((command, at_ms))
        if kept:
            kept()
        return str(len(self.orders))

    def send_positions(self, batch: Iterable[BusPosition]) -> None:
        self.positions += batch

    def drain(self) -> list[Notice]:
        notices, self.notices = self.notices, []
        return notices


class PaperVehicles:
    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.known: list[str] = []

    def send_order(self, order: Order) -> None:
        self.orders.append(order)

    def set_known(self, known: Iterable[KnownTerminal]) -> None:
        self.known = [terminal.phone for terminal in known]


class Gatehouse:
    """A centre, a hub side and what stands around it."""

    def __init__(self) -> None:
        self.centre = Centre120()
        self.hub, self.vehicles = PaperHub(), PaperVehicles()
        self.side = HubSide(self.hub, lambda: self.centre.now)
        self.side.attach(self.vehicles)
        self.load()

    def load(self) -> None:
        self.hub.notices.append(FloorReplaced(copy_of(self.centre.floor), EPOCH, 0))
        self.side.take_notices()

    def happen(self, command: cmd.Command, roles: frozenset[Role] = frozenset({Role.DISPATCHER})) -> None:
        for event in self.centre.must(command, roles=roles):
            self.hub.notices.append(Applied(Ev(1, "", 0, b""), event))
        self.side.take_notices()


def position(at_ms: int, *, stored: bool = False, has_fix: bool = True) -> Position:
    return Position(110.0, 30.0, at_ms, at_ms, 42.5, 87, 10, has_fix, stored, True, 0, 0)


def test_the_allow_list_is_the_vehicles_of_the_floor() -> None:
    house = Gatehouse()
    assert house.vehicles.known == ["13900000001", "13900000002", "13900000003"]


def test_an_assigned_vehicle_gets_its_order_with_scene_and_fence() -> None:
    house = Gatehouse()
    incident = house.centre.incident("i1")
    house.load()
    house.happen(cmd.AssignVehicle("m1", "i1", "a1", "解放路12号 胸痛", hospital_id="h1"))
    (order,) = house.vehicles.orders
    assert (order.order_no, order.phone, order.text) == (
        f"{incident.number}.1",
        "13900000001",
        "解放路12号 胸痛",
    )
    assert (order.term, order.site, order.scene, order.hospital) == (3, "01", (110.0, 30.0), (110.1, 30.0))


def test_what_came_late_from_another_site_is_not_sent_again() -> None:
    house = Gatehouse()
    district = house.centre.apart("03")
    district.incident("i2")
    district.must(cmd.AssignVehicle("m2", "i2", "a1"))
    house.load()
    for events in house.centre.hand_in(district):
        house.hub.notices += [Applied(Ev(1, "", 0, b""), event) for event in events]
    house.side.take_notices()
    assert house.vehicles.orders == []
    assert house.centre.floor.vehicles["a1"].mission_id == "m2"


def test_an_order_carries_the_term_under_which_its_district_came_back() -> None:
    house = Gatehouse()
    hub = frozenset({Role.HUB})
    house.centre.must(cmd.RegisterSite(Site("03", "江北", ("江北区",))), roles=hub)
    station = replace(house.centre.floor.stations["st"], district="江北区")
    house.centre.must(cmd.RegisterStation(station), roles=hub)
    house.centre.must(cmd.MoveAuthority(Authority("03", "03", 4, 0)), roles=hub)
    house.centre.must(cmd.MoveAuthority(Authority("03", "01", 5, 0)), roles=hub)
    house.centre.incident("i1")
    house.load()
    house.happen(cmd.AssignVehicle("m1", "i1", "a1"))
    assert [(order.term, order.site) for order in house.vehicles.orders] == [(5, "01")]


def test_after_a_restart_only_waiting_orders_go_out_again() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    house.centre.must(cmd.AssignVehicle("m2", "i1", "a2"))
    house.centre.must(cmd.ReportOrderDelivered("m2"), roles=frozenset({Role.GATEWAY}))
    house.load()
    assert [order.phone for order in house.vehicles.orders] == ["13900000001"]


def test_an_aborted_mission_is_recalled() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.load()
    house.happen(cmd.AssignVehicle("m1", "i1", "a1"))
    house.happen(cmd.ReportOrderDelivered("m1"), roles=frozenset({Role.GATEWAY}))
    house.happen(cmd.AbortMission("m1", AbortReason.BEFORE_DEPARTURE))
    recall = house.vehicles.orders[-1]
    assert (recall.recall, recall.replaces) == (True, house.vehicles.orders[0].order_no)


def test_a_mission_aborted_while_we_were_cut_off_is_recalled_once_we_are_back() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.load()
    house.happen(cmd.AssignVehicle("m1", "i1", "a1"))
    house.happen(cmd.ReportOrderDelivered("m1"), roles=frozenset({Role.GATEWAY}))
    house.centre.later(60)
    house.centre.must(cmd.AbortMission("m1", AbortReason.ON_THE_WAY))
    house.centre.later(60)
    house.load()
    assert [order.recall for order in house.vehicles.orders] == [False, True]
    house.centre.later(600)
    house.load()
    assert len(house.vehicles.orders) == 2, "by then a person has called the crew"


def test_an_abort_that_waited_out_a_break_is_still_recalled() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.load()
    house.happen(cmd.AssignVehicle("m1", "i1", "a1"))
    house.centre.later(600)
    for event in house.centre.must(
        cmd.AbortMission("m1", AbortReason.ON_THE_WAY), at=house.centre.now - 300_000
    ):
        house.hub.notices.append(Applied(Ev(1, "", 0, b""), event))
    house.side.take_notices()
    recall = house.vehicles.orders[-1]
    assert recall.recall
    assert recall.expires_at_ms > house.centre.now


def test_only_what_a_dispatcher_ended_is_told_to_the_crew() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.load()
    for mission, vehicle in (("m1", "a1"), ("m2", "a2")):
        house.happen(cmd.AssignVehicle(mission, "i1", vehicle))
    gateway = frozenset({Role.GATEWAY})
    for kind in (MilestoneKind.DEPARTED, MilestoneKind.COMPLETED):
        house.happen(cmd.RecordVehicleKey("a1", kind, house.centre.now), roles=gateway)
        house.happen(cmd.RecordMilestone("m2", kind, house.centre.now, MilestoneSource.SEAT))
    told = [(order.phone, order.text) for order in house.vehicles.orders if order.recall]
    assert told == [("13900000002", "任务结束")], "its terminal would refuse the next order"


def test_orders_live_by_the_clock_of_the_hub() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.load()
    house.hub.state = LinkState(clock_offset_ms=-3_600_000)
    house.centre.now += 3_600_000  # this machine's clock is an hour ahead
    for event in house.centre.must(cmd.AssignVehicle("m1", "i1", "a1"), at=house.centre.now - 3_600_000):
        house.hub.notices.append(Applied(Ev(1, "", 0, b""), event))
    house.side.take_notices()
    assert house.vehicles.orders[-1].expires_at_ms == house.centre.now + 120_000
    asyncio.run(house.side.key(PHONE, "departed", None, house.centre.now, b""))
    key = house.hub.orders[-1][0]
    assert isinstance(key, cmd.RecordVehicleKey)
    assert key.at == house.centre.now - 3_600_000


def test_a_notice_that_breaks_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.load()
    send = house.vehicles.send_order

    def breaks_once(order: Order) -> None:
        monkeypatch.setattr(house.vehicles, "send_order", send)
        raise RuntimeError("a rule of ours broke")

    monkeypatch.setattr(house.vehicles, "send_order", breaks_once)
    house.happen(cmd.AssignVehicle("m1", "i1", "a1"))
    house.happen(cmd.AssignVehicle("m2", "i1", "a2"))
    assert [order.phone for order in house.vehicles.orders] == ["13900000002"]


def test_a_reassigned_vehicle_gets_the_new_order_instead_of_a_recall() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.centre.incident("i2")
    house.load()
    house.happen(cmd.AssignVehicle("m1", "i1", "a1"))
    house.happen(cmd.ReportOrderDelivered("m1"), roles=frozenset({Role.GATEWAY}))
    house.happen(cmd.AssignVehicle("m2", "i2", "a1", supersedes="m1"))
    new = house.vehicles.orders[-1]
    assert (new.recall, new.replaces) == (False, house.vehicles.orders[0].order_no)


def test_keys_become_milestones_calls_and_suspensions() -> None:
    house = Gatehouse()
    for gives in ("departed", "sos", "suspended", "tea"):
        asyncio.run(house.side.key(PHONE, gives, None, 5_000, b""))
    kinds = [type(command) for command, _ in house.hub.orders]
    assert kinds == [cmd.RecordVehicleKey, cmd.ReportCrewCall, cmd.SuspendVehicle]
    key, call = house.hub.orders[0][0], house.hub.orders[1][0]
    assert isinstance(key, cmd.RecordVehicleKey)
    assert (key.vehicle_id, key.kind, key.at) == ("a1", MilestoneKind.DEPARTED, 5_000)
    assert isinstance(call, cmd.ReportCrewCall)
    assert call.call is CrewCall.SOS


def test_a_breakdown_with_a_patient_waiting_is_a_call_for_help() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    house.load()
    asyncio.run(house.side.key(PHONE, "suspended", None, 5_000, b""))
    assert house.hub.orders == [(cmd.ReportCrewCall("a1", CrewCall.CANNOT_GO, 5_000), 5_000)]


def test_delivery_and_failure_are_reported_while_they_matter() -> None:
    house = Gatehouse()
    house.centre.incident("i1")
    house.centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    house.load()
    number = house.centre.floor.missions["m1"].number
    asyncio.run(house.side.order_failed(number, OrderFailure.NO_ANSWER))
    asyncio.run(house.side.order_delivered(number, 9_000))
    asyncio.run(house.side.order_delivered("nothing", 9_000))
    assert house.hub.orders == [
        (cmd.ReportOrderTimedOut("m1", "no_answer"), None),
        (cmd.ReportOrderDelivered("m1"), 9_000),
    ]


def test_only_the_newest_live_position_travels() -> None:
    house = Gatehouse()
    house.side.position(PHONE, position(1_000))
    house.side.position(PHONE, position(2_000))
    house.side.position(PHONE, position(3_000, has_fix=False))
    house.side.position("013999999999", position(2_000))
    house.side.flush_positions()
    house.side.flush_positions()
    (sent,) = house.hub.positions
    assert (sent.vehicle_id, sent.at, sent.lat_e6, sent.speed_dkmh) == ("a1", 2_000, 30_000_000, 425)


def test_what_a_terminal_had_kept_travels_as_track() -> None:
    house = Gatehouse()
    house.side.position(PHONE, position(2_000))
    for at_ms in (500, 600):
        house.side.position(PHONE, position(at_ms, stored=True))
    house.side.flush_positions()
    assert [(one.at, one.flags) for one in house.hub.positions] == [
        (500, FIX_VALID | FROM_MEMORY),
        (600, FIX_VALID | FROM_MEMORY),
        (2_000, FIX_VALID),
    ]
