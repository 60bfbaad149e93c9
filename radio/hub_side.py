"""The gateway's view of the hub: facts of terminals become orders, missions become order texts.

Nothing is remembered here that the hub does not know: after a restart the floor says which orders are still
waiting, and the book of the gateway takes each number once. Everything runs on the gateway's event loop.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from dispatch import commands as cmd
from dispatch import events as ev
from dispatch.apply import apply
from dispatch.floor import Floor
from dispatch.kinds import (
    CrewCall,
    MilestoneKind,
    MilestoneSource,
    MissionResult,
    OrderStatus,
    SuspendReason,
)
from dispatch.scopes import authority_of_vehicle
from dispatch.words import Mission, Vehicle
from radio.ports import Order, OrderFailure
from radio.terminal.facts import Position
from radio.terminal.header import plain_phone
from radio.terminal.roster import KnownTerminal
from store.bus.link_mail import Notice
from store.bus.link_state import LinkState
from store.core.replica import Applied
from store.core.seat_logic import Expired, FloorReplaced, VerdictCame
from store.core.wire import DEGREE_E6, EPOCH_ZERO, FIX_VALID, FROM_MEMORY, Epoch
from store.core.wire import Position as BusPosition

log = logging.getLogger(__name__)

ORDER_LIFE_MS = 120_000
"""An order that has not reached its terminal by then is never sent: a person has long called by radio."""

MILESTONES = frozenset(kind.value for kind in MilestoneKind)
CREW_CALLS = {"sos": CrewCall.SOS, "assistance": CrewCall.ASSISTANCE, "refused": CrewCall.CANNOT_GO}
KEPT_MAX = 20_000
"""Positions out of terminals' memories between two flushes; a whole fleet may come back at once."""


class Hub(Protocol):
    """What is needed of `store.bus.link.HubLink`."""

    @property
    def state(self) -> LinkState: ...

    def order(
        self,
        command: cmd.Command,
        *,
        at_ms: int | None = None,
        kept: Callable[[], None] | None = None,
    ) -> str: ...

    def send_positions(self, batch: Iterable[BusPosition]) -> None: ...

    def drain(self) -> list[Notice]: ...


class Vehicles(Protocol):
    """What is needed of `radio.gateway.Gateway`."""

    def send_order(self, order: Order) -> None: ...

    def set_known(self, known: Iterable[KnownTerminal]) -> None: ...


class HubSide:
    """Implements `radio.ports.Dispatch` on a hub link."""

    def __init__(self, hub: Hub, now_ms: Callable[[], int]) -> None:
        """`now_ms`: this machine's clock, the one the gateway expires orders by."""
        self._hub = hub
        self._now_ms = now_ms
        self._vehicles: Vehicles | None = None
        self._floor = Floor()
        self._epoch = EPOCH_ZERO
        self._by_phone: dict[str, str] = {}
        self._moved: dict[str, BusPosition] = {}
        self._kept: deque[BusPosition] = deque(maxlen=KEPT_MAX)
        self._strangers: set[str] = set()

    def attach(self, vehicles: Vehicles) -> None:
        """The gateway that carries the orders."""
        self._vehicles = vehicles

    # --- from the terminals (radio.ports.Dispatch) ---------------------------------------------------

    def position(self, phone: str, position: Position) -> None:
        """Keep the newest live position of the vehicle until the next flush; older ones are track only.

        Without a fix the coordinates are old or zero: the marker stays where it is and grows old.
        """
        vehicle_id = self._vehicle(phone)
        if vehicle_id is None or not position.has_fix:
            return
        if position.stored:
            self._kept.append(_on_the_bus(vehicle_id, position))
        else:
            self._moved[vehicle_id] = _on_the_bus(vehicle_id, position)

    def terminal_state(self, phone: str, online: bool) -> None:
        log.info("terminal %s is %s", phone, "online" if online else "offline")

    async def key(
        self, phone: str, gives: str, terminal_at_ms: int | None, received_at_ms: int, raw: bytes
    ) -> None:
        """Returns when the key is on disk in the outbox; a key of an unknown vehicle is logged and let go."""
        vehicle = self._floor.vehicles.get(self._vehicle(phone) or "")
        offset = self._hub.state.clock_offset_ms
        at = received_at_ms + offset if terminal_at_ms is None else terminal_at_ms
        command = _command(vehicle, gives, at, phone) if vehicle else None
        if command is None:
            log.warning("key %r of terminal %s has no meaning here", gives, phone)
            return
        await self._keep(command, received_at_ms)

    async def order_delivered(self, order_no: str, at_ms: int) -> None:
        mission = self._mission(order_no)
        if mission is not None and mission.order_status in {OrderStatus.WAITING, OrderStatus.TIMED_OUT}:
            await self._keep(cmd.ReportOrderDelivered(mission.id), at_ms)

    async def order_accepted(self, order_no: str, at_ms: int) -> None:
        """The key itself was reported by `key`: it is the milestone that accepts the order."""

    async def order_failed(self, order_no: str, reason: OrderFailure) -> None:
        mission = self._mission(order_no)
        if mission is None and reason is not OrderFailure.SUPERSEDED:
            log.error("%s did not reach its crew: %s", order_no, reason)
        if mission is not None and mission.active and mission.order_status is OrderStatus.WAITING:
            await self._keep(cmd.ReportOrderTimedOut(mission.id, str(reason)), None)

    # --- from the hub --------------------------------------------------------------------------------

    def take_notices(self) -> None:
        """Follow the hub's floor and act on what is new."""
        for notice in self._hub.drain():
            try:
                self._take(notice)
            except Exception:  # our own fault costs one notice: those behind it are orders to ambulances
                log.exception("set aside: %s", type(notice).__name__)

    def flush_positions(self) -> None:
        """Send the newest positions since the last flush, and what the terminals had kept meanwhile."""
        moved = [*self._kept, *self._moved.values()]
        if moved:
            self._kept.clear()
            self._moved.clear()
            self._hub.send_positions(moved)

    # --- inside --------------------------------------------------------------------------------------

    def _take(self, notice: Notice) -> None:
        match notice:
            case FloorReplaced(floor=floor, epoch=epoch):
                self._replace(floor, epoch)
            case Applied(event=event):
                apply(self._floor, event)
                self._act(event)
            case VerdictCame(refusal=refusal) if refusal is not None:
                log.info("the hub did not take a terminal's report: %s", refusal)
            case Expired(cid=cid):
                log.error("the hub gave no verdict on report %s in time", cid)

    def _replace(self, floor: Floor, epoch: Epoch) -> None:
        """A new epoch always comes with a floor; the link's state would tell it some moments later."""
        self._floor, self._epoch = floor, epoch
        self._learn_terminals()
        for mission in floor.missions.values():
            if mission.active and mission.order_status is OrderStatus.WAITING:
                self._send(mission)
            elif mission.ended_at is not None and mission.ended_at + ORDER_LIFE_MS > self._hub_now():
                self._recall(mission)  # it may have ended while we were cut off; the book takes it once

    def _act(self, event: ev.Event) -> None:
        match event:
            case ev.VehicleAssigned(mission=mission) if mission.order_status is OrderStatus.WAITING:
                self._send(mission)  # what came late from another site was sent there
            case ev.MissionEnded(mission_id=mission_id):
                self._recall(self._floor.missions[mission_id])
            case ev.VehicleRegistered():
                self._learn_terminals()

    def _learn_terminals(self) -> None:
        with_terminal = [vehicle for vehicle in self._floor.vehicles.values() if vehicle.terminal]
        self._by_phone = {plain_phone(vehicle.terminal): vehicle.id for vehicle in with_terminal}
        if self._vehicles is not None:
            self._vehicles.set_known(KnownTerminal(vehicle.terminal) for vehicle in with_terminal)

    def _send(self, mission: Mission) -> None:
        replaced = self._floor.missions.get(mission.supersedes or "")
        self._order(mission, mission.order_text, replaces=replaced.number if replaced else "")

    def _recall(self, mission: Mission) -> None:
        """Tell a crew whose mission a dispatcher ended, unless another order has taken its place already.

        The book of the gateway drops order and recall together when the order never left.
        """
        vehicle = self._floor.vehicles[mission.vehicle_id]
        if (vehicle.mission_id, vehicle.last_mission_id) == (None, mission.id) and not _ended_by_key(mission):
            cancelled = mission.result in {MissionResult.ABORTED, MissionResult.REFUSED}
            self._order(
                mission, "任务取消" if cancelled else "任务结束", replaces=mission.number, recall=True
            )

    def _hub_now(self) -> int:
        """The time in ms by the hub's clock, in which missions are stamped."""
        return self._now_ms() + self._hub.state.clock_offset_ms

    def _order(self, mission: Mission, text: str, *, replaces: str, recall: bool = False) -> None:
        vehicle = self._floor.vehicles[mission.vehicle_id]
        if self._vehicles is None or not vehicle.terminal:
            return
        incident = self._floor.incidents[mission.incident_id]
        hospital = self._floor.hospitals.get(mission.hospital_id or "")
        scene = incident.place.point
        term, site = self._rank(vehicle)
        # A recall is worth the more the later it comes: its life begins when we hear of it.
        left_ms = ORDER_LIFE_MS if recall else mission.ordered_at + ORDER_LIFE_MS - self._hub_now()
        self._vehicles.send_order(
            Order(
                order_no=f"{mission.number}.x" if recall else mission.number,
                phone=vehicle.terminal,
                text=text,
                term=term,
                site=site,
                expires_at_ms=self._now_ms() + left_ms,
                scene=(scene.lon, scene.lat) if scene else None,
                hospital=(hospital.point.lon, hospital.point.lat) if hospital else None,
                replaces=replaces,
                recall=recall,
            )
        )

    def _rank(self, vehicle: Vehicle) -> tuple[int, str]:
        """The (term, site) an order to this vehicle carries: the hub's, or the higher one of its district."""
        own = (self._epoch.term, self._epoch.site)
        holder = authority_of_vehicle(self._floor, vehicle.id)
        if holder is None or holder.site != self._epoch.site:
            return own
        return max(own, (holder.term, holder.site))

    def _mission(self, order_no: str) -> Mission | None:
        missions = self._floor.missions.values()
        return next((mission for mission in missions if mission.number == order_no), None)

    def _vehicle(self, phone: str) -> str | None:
        plain = plain_phone(phone)
        vehicle_id = self._by_phone.get(plain)
        if vehicle_id is None and plain not in self._strangers:
            self._strangers.add(plain)
            log.warning("terminal %s belongs to no vehicle of this centre", phone)
        return vehicle_id

    async def _keep(self, command: cmd.Command, at_ms: int | None) -> None:
        """Give the order and wait until it is on this machine's disk."""
        loop, kept = asyncio.get_running_loop(), asyncio.Event()

        def ring() -> None:
            loop.call_soon_threadsafe(kept.set)

        self._hub.order(command, at_ms=at_ms, kept=ring)
        await kept.wait()


def _command(vehicle: Vehicle, gives: str, at: int, phone: str) -> cmd.Command | None:
    """What a key means for the hub; None when its rule gives a word nobody knows."""
    if gives in MILESTONES:
        return cmd.RecordVehicleKey(vehicle.id, MilestoneKind(gives), at, phone)
    if gives in CREW_CALLS:
        return cmd.ReportCrewCall(vehicle.id, CREW_CALLS[gives], at)
    if gives == "suspended" and vehicle.mission_id is not None:
        return cmd.ReportCrewCall(vehicle.id, CrewCall.CANNOT_GO, at)  # 暂停/故障 with a patient waiting
    if gives == "suspended":
        return cmd.SuspendVehicle(vehicle.id, SuspendReason.OTHER, remark="终端按键")
    return None


def _ended_by_key(mission: Mission) -> bool:
    """The crew itself ended it: its terminal knows."""
    last = [step for step in mission.milestones if not step.late][-1]
    return mission.result is MissionResult.COMPLETED and last.source is MilestoneSource.TERMINAL


def _on_the_bus(vehicle_id: str, position: Position) -> BusPosition:
    return BusPosition(
        vehicle_id,
        position.at_ms,
        round(position.lat * DEGREE_E6),
        round(position.lon * DEGREE_E6),
        round(position.speed_kmh * 10),
        position.course_deg,
        FIX_VALID | (FROM_MEMORY if position.stored else 0),
    )
