"""Gateway and simulated ambulances over real TCP: an order from the hub to 回站, and what a cut link does."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from radio.ambulance import Pace
from radio.ports import Order, OrderFailure
from radio.simulator import Fleet, Settings, SimulatedVehicle, StraightRoads
from radio.terminal_side import Waits

STATION, SCENE, HOSPITAL = (126.600, 45.750), (126.610, 45.752), (126.620, 45.748)
EVEN, ODD = "13900000000", "13900000001"
DAY = ["acknowledged", "departed", "on_scene", "patient_aboard", "at_hospital", "completed", "returned"]
Towns = Callable[..., Any]


def order(number: str, phone: str, term: int = 1, site: str = "CITY", **fields: Any) -> Order:
    expires_at_ms = time.time_ns() // 1_000_000 + 60_000
    return Order(number, phone, "道里区中央大街1号", term, site, expires_at_ms, **{"scene": SCENE} | fields)


def fleet_for(port: int, *, speedup: float = 600.0, **pace: float) -> Fleet:
    settings = Settings(
        port=port,
        report_s=0.1,
        tick_s=0.02,
        speedup=speedup,
        back_off_s=(0.05,),
        pace=Pace(**pace),
        waits=Waits(heartbeat_ms=200, answer_ms=300),
    )
    vehicles = [
        SimulatedVehicle(EVEN, "黑A00000", STATION),
        SimulatedVehicle(ODD, "黑A00001", STATION, is_2019=True),
    ]
    return Fleet(vehicles, settings, StraightRoads([HOSPITAL]))


@pytest.mark.parametrize("phone", [EVEN, ODD])
def test_from_order_to_back_in_station(town: Towns, phone: str) -> None:
    async def story() -> None:
        async with town() as t:
            fleet = fleet_for(t.port)
            t.gateway.send_order(order("m1", phone))  # before the vehicle is even switched on
            await fleet.start()
            await t.told.fact("key", phone, "returned")
            await fleet.stop()
            assert t.told.keys(phone) == DAY
            told = [
                fact for fact in t.told.facts if fact[1:] == ("m1",) or fact == ("key", phone, "acknowledged")
            ]
            assert told == [("delivered", "m1"), ("key", phone, "acknowledged"), ("accepted", "m1")]
            vehicle = fleet.vehicles[phone]
            assert vehicle.ambulance.here == STATION
            assert dict(vehicle.side.labels)[2] == "出车"
            places = {(p.lon, p.lat) for told_phone, p in t.told.positions if told_phone == phone}
            assert SCENE in places
            assert HOSPITAL in places
            assert t.gateway.counters()["bad_frames"] == t.gateway.counters()["our_errors"] == 0

    asyncio.run(story())


def test_cut_link_keeps_positions_and_keys_in_order(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            fleet = fleet_for(t.port)
            await fleet.start()
            await t.told.fact("online", EVEN)
            vehicle = fleet.vehicles[EVEN]
            t.gateway.send_order(order("m1", EVEN))
            await t.told.fact("key", EVEN, "departed")
            vehicle.cut()
            await t.told.fact("offline", EVEN)
            cut_at_ms = time.time_ns() // 1_000_000
            await t.told.until(lambda: vehicle.side.unanswered_keys >= 2)  # woken by the other vehicle
            vehicle.restore()
            await t.told.fact("key", EVEN, "returned")
            await t.told.until(lambda: any(p.stored for _, p in t.told.positions))
            await fleet.stop()
            assert t.told.keys(EVEN) == DAY
            stored = [p for phone, p in t.told.positions if phone == EVEN and p.stored]
            assert all(p.received_at_ms > cut_at_ms and p.clock_ok for p in stored)

    asyncio.run(story())


def test_fence_of_the_terminal(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            fleet = fleet_for(t.port, on_scene_s=1e6)
            await fleet.start()
            await t.told.fact("online", EVEN)
            t.gateway.send_order(order("a", EVEN, term=2, site="DAOLI"))
            await t.told.fact("delivered", "a")
            t.gateway.send_order(order("b", EVEN, term=1))
            await t.told.fact("failed", "b", OrderFailure.REFUSED)
            t.gateway.send_order(order("c", EVEN, term=2, site="DAOLI"))
            await t.told.fact("failed", "c", OrderFailure.REFUSED)
            t.gateway.send_order(order("d", EVEN, term=2, site="DAOLI", replaces="a"))
            await t.told.fact("delivered", "d")
            await t.told.fact("accepted", "d")
            await t.told.fact("key", EVEN, "departed")
            t.gateway.send_order(order("e", EVEN, term=2, site="DAOLI", replaces="d", recall=True))
            await t.told.fact("delivered", "e")
            await t.told.fact("key", EVEN, "returned")
            assert fleet.vehicles[EVEN].refused == 2
            await fleet.stop()

    asyncio.run(story())


def test_gateway_restarts_and_the_fleet_comes_back(town: Towns) -> None:
    async def story() -> None:
        async with town() as before:
            fleet = fleet_for(before.port, hand_over_s=1e6)
            await fleet.start()
            before.gateway.send_order(order("m1", ODD))
            await before.told.fact("key", ODD, "departed")
        async with town(port=before.port) as after:
            await after.told.fact("online", ODD)
            await after.told.fact("online", EVEN)
            await after.told.fact("key", ODD, "at_hospital")
            await fleet.stop()
            both = before.told.keys(ODD) + after.told.keys(ODD)
            assert list(dict.fromkeys(both)) == DAY[:5]

    asyncio.run(story())


def test_a_map_that_fails_does_not_stop_an_ambulance(town: Towns, caplog: pytest.LogCaptureFixture) -> None:
    class NoRoads(StraightRoads):
        async def route(self, start: Any, end: Any) -> Any:
            raise OSError("navigator is restarting")

    async def story() -> None:
        async with town() as t:
            fleet = fleet_for(t.port)
            for vehicle in fleet.vehicles.values():
                vehicle._roads = NoRoads([HOSPITAL])
            await fleet.start()
            t.gateway.send_order(order("m1", EVEN))
            await t.told.fact("key", EVEN, "on_scene")
            await fleet.stop()

    asyncio.run(story())
    assert "no route" in caplog.text
