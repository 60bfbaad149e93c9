"""The gateway's loop ends when it is told to, whatever the hub says in the same moment."""

import asyncio

import pytest

from radio.service import follow

TURNS = 6
END_S_MAX = 2.0


class Side:
    """Counts its turns."""

    turns = 0

    def take_notices(self) -> None:
        self.turns += 1

    def flush_positions(self) -> None:
        pass


@pytest.mark.parametrize("turns", range(TURNS))
def test_told_to_end_while_the_hub_rings_it_ends(turns: int) -> None:
    async def story() -> None:
        rung, side = asyncio.Event(), Side()
        task = asyncio.create_task(follow(side, rung))
        for _ in range(4):
            await asyncio.sleep(0)
        rung.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=END_S_MAX)
        assert done, "it goes on for ever"
        assert task.cancelled()

    asyncio.run(story())
