"""An island city and a district order the same vehicle, each by its own gateway: one ambulance moves.

The other order is refused at the terminal and told to its own hub, also when the terminal was switched off
in between.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from radio.ambulance import Pace
from radio.fence_file import FenceFile
from radio.ports import OrderFailure
from radio.simulator import Fleet, Settings, SimulatedVehicle, StraightRoads
from radio.terminal.order_text import Fence
from radio.terminal_side import Waits
from tests.radio.test_simulator import EVEN, HOSPITAL, ODD, STATION, order

Towns = Callable[..., Any]
CITY, DISTRICT = (1, "01"), (2, "02")


def fleet_at(port: int, memory: Path) -> Fleet:
    """The vehicles, switched on where this gateway is reached; their crews take all day."""
    settings = Settings(
        port=port,
        report_s=0.1,
        tick_s=0.02,
        back_off_s=(0.05,),
        pace=Pace(),
        waits=Waits(heartbeat_ms=200, answer_ms=300),
        memory=memory,
    )
    vehicles = [
        SimulatedVehicle(EVEN, "黑A00000", STATION),
        SimulatedVehicle(ODD, "黑A00001", STATION, is_2019=True),
    ]
    return Fleet(vehicles, settings, StraightRoads([HOSPITAL]))


def test_two_sites_cannot_both_move_one_ambulance(town: Towns, tmp_path: Path) -> None:
    async def story() -> None:
        async with town() as city, town() as district:
            at_city = fleet_at(city.port, tmp_path)
            await at_city.start()
            city.gateway.send_order(order("01-1.1", EVEN, *CITY))
            await city.told.fact("delivered", "01-1.1")
            await at_city.stop()

            at_district = fleet_at(district.port, tmp_path)
            await at_district.start()
            district.gateway.send_order(order("02-1.1", EVEN, *DISTRICT))  # it is on the city's mission
            await district.told.fact("failed", "02-1.1", OrderFailure.REFUSED)
            district.gateway.send_order(order("02-2.1", ODD, *DISTRICT))
            await district.told.fact("delivered", "02-2.1")
            assert at_district.vehicles[EVEN].refused == 1
            await at_district.stop()

            again = fleet_at(city.port, tmp_path)  # switched off and on, within reach of the island again
            await again.start()
            city.gateway.send_order(order("01-2.1", ODD, *CITY))
            await city.told.fact("failed", "01-2.1", OrderFailure.REFUSED)
            assert again.vehicles[ODD].refused == 1
            assert again.vehicles[ODD].side.fence.doing == "02-2.1"
            assert again.vehicles[EVEN].side.fence.doing == "01-1.1"
            await again.stop()

    asyncio.run(story())


def test_the_holder_may_replace_what_the_island_ordered(town: Towns, tmp_path: Path) -> None:
    async def story() -> None:
        async with town() as city, town() as district:
            at_city = fleet_at(city.port, tmp_path)
            await at_city.start()
            city.gateway.send_order(order("01-1.1", EVEN, *CITY))
            await city.told.fact("delivered", "01-1.1")
            await at_city.stop()
            at_district = fleet_at(district.port, tmp_path)
            await at_district.start()
            district.gateway.send_order(order("02-1.1", EVEN, *DISTRICT, replaces="01-1.1"))
            await district.told.fact("delivered", "02-1.1")
            assert at_district.vehicles[EVEN].side.fence.highest == DISTRICT
            await at_district.stop()

    asyncio.run(story())


def test_a_damaged_memory_is_a_new_terminal(tmp_path: Path) -> None:
    memory = FenceFile(tmp_path / "one.fence")
    memory.keep(Fence((2, "02"), "m"))
    assert FenceFile(tmp_path / "one.fence").load() == Fence((2, "02"), "m")
    (tmp_path / "one.fence").write_bytes(b"{")
    assert memory.load() == Fence()
