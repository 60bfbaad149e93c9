"""The gateway over real TCP: keys, orders, and terminals that misbehave."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from radio.connection import BAD_FRAMES_BEFORE_LOGIN_MAX
from radio.gateway import FAULTY_KEPT
from radio.ports import Order, OrderFailure
from radio.terminal import codec
from radio.terminal import messages as m
from radio.terminal.fields import write_time
from radio.terminal.order_text import read_order
from radio.terminal.parts import build_frames
from radio.terminal.platform import Limits
from radio.terminal.position import LocationReport

PHONE = "13900000000"
OTHER = "13900000001"
FUZZ_S = 2.0
Towns = Callable[..., Any]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def order(number: str = "a1", phone: str = PHONE, valid_ms: int = 60_000, **fields: Any) -> Order:
    return Order(number, phone, "道里区中央大街1号 胸痛", 1, "CITY", now_ms() + valid_ms, **fields)


def report(alarm: int = 0) -> m.Location:
    return m.Location(LocationReport(alarm, 3, 45_755_000, 126_640_000, 140, 425, 87, write_time(now_ms())))


async def hears_order(terminal: Any) -> str:
    """The order number of the next text."""
    text = await terminal.hears()
    assert isinstance(text, m.Text)
    read = read_order(text.text)
    assert read is not None
    return read[1].order_no


# --- keys -----------------------------------------------------------------------------------------


def test_key_is_answered_after_it_was_stored_and_positions_do_not_wait(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            t.told.gate.clear()
            terminal.says(m.EventReport(2), serial=10)
            terminal.says(report(), serial=11)
            assert await terminal.hears() == m.PlatformAnswer(11, codec.LOCATION_REPORT, 0)
            assert t.told.keys(PHONE) == []
            t.told.gate.set()
            assert await terminal.hears() == m.PlatformAnswer(10, codec.EVENT_REPORT, 0)
            assert t.told.keys(PHONE) == ["departed"]

    asyncio.run(story())


def test_key_that_could_not_be_stored_is_taken_when_it_comes_again(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            t.told.failures = 1
            terminal.says(m.EventReport(3), serial=10)
            await t.told.until(lambda: t.told.failures == 0)
            terminal.says(m.Heartbeat(), serial=11)
            assert await terminal.hears() == m.PlatformAnswer(11, codec.HEARTBEAT, 0)
            terminal.says(m.EventReport(3), serial=10)
            assert await terminal.hears() == m.PlatformAnswer(10, codec.EVENT_REPORT, 0)
            assert t.told.keys(PHONE) == ["on_scene"]

    asyncio.run(story())


def test_duplicate_serials_count_once_also_over_a_new_connection(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            first = await (await t.raw()).log_in()
            for _ in range(3):
                first.says(m.EventReport(2), serial=10)
            assert await first.hears() == m.PlatformAnswer(10, codec.EVENT_REPORT, 0)
            second = await (await t.raw()).log_in()
            assert await first.closed()
            second.says(m.EventReport(2), serial=10)
            assert await second.hears() == m.PlatformAnswer(10, codec.EVENT_REPORT, 0)
            assert t.told.keys(PHONE) == ["departed"]
            assert t.told.facts.count(("online", PHONE)) == 1
            assert ("offline", PHONE) not in t.told.facts

    asyncio.run(story())


# --- orders ---------------------------------------------------------------------------------------


def test_order_waits_for_its_vehicle_and_is_delivered_once(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            t.gateway.send_order(order())
            t.gateway.send_order(order())  # the hub repeats itself
            terminal = await (await t.raw()).log_in()
            assert await hears_order(terminal) == "a1"
            terminal.answers(codec.TEXT)
            await t.told.fact("delivered", "a1")
            terminal.says(m.EventReport(1))
            await t.told.fact("accepted", "a1")
            told = [fact for fact in t.told.facts if "a1" in fact or fact[0] == "key"]
            assert told == [("delivered", "a1"), ("key", PHONE, "acknowledged"), ("accepted", "a1")]

    asyncio.run(story())


def test_stale_order_never_goes_out(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            t.gateway.send_order(order(valid_ms=100))
            await t.told.fact("failed", "a1", OrderFailure.EXPIRED)
            t.gateway.send_order(order("late", valid_ms=-1))
            await t.told.fact("failed", "late", OrderFailure.EXPIRED)
            terminal = await (await t.raw()).log_in()
            terminal.says(m.Heartbeat(), serial=10)
            assert await terminal.hears() == m.PlatformAnswer(10, codec.HEARTBEAT, 0)

    asyncio.run(story())


def test_order_without_answer_is_repeated_then_fails(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            t.gateway.send_order(order())
            assert [await hears_order(terminal) for _ in range(4)] == ["a1"] * 4
            await t.told.fact("failed", "a1", OrderFailure.NO_ANSWER)

    asyncio.run(story())


def test_order_cut_off_before_its_answer_goes_out_again_on_the_next_connection(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            t.gateway.send_order(order())
            assert await hears_order(terminal) == "a1"
            terminal.writer.transport.abort()
            await t.told.fact("offline", PHONE)
            again = await (await t.raw()).log_in()
            assert await hears_order(again) == "a1"
            again.answers(codec.TEXT)
            await t.told.fact("delivered", "a1")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (1, OrderFailure.REFUSED),
        (2, OrderFailure.BAD_MESSAGE),
        (3, OrderFailure.NOT_SUPPORTED),
        (9, OrderFailure.REFUSED),
    ],
)
def test_order_refused_by_the_terminal(town: Towns, result: int, reason: OrderFailure) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            t.gateway.send_order(order())
            await hears_order(terminal)
            terminal.answers(codec.TEXT, result)
            await t.told.fact("failed", "a1", reason)

    asyncio.run(story())


def test_orders_that_cannot_be_sent_at_all(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            t.gateway.send_order(order("b1", phone="13700000000"))
            await t.told.fact("failed", "b1", OrderFailure.UNKNOWN_TERMINAL)
            await (await t.raw()).log_in()
            t.gateway.send_order(order("no good"))
            await t.told.fact("failed", "no good", OrderFailure.NOT_WRITABLE)
            for number in range(9):
                t.gateway.send_order(order(f"q{number}", phone=OTHER))
            await t.told.fact("failed", "q8", OrderFailure.QUEUE_FULL)
            t.gateway.send_order(order("r", phone=OTHER, replaces="q0"))
            await t.told.fact("failed", "q0", OrderFailure.SUPERSEDED)

    asyncio.run(story())


def test_crew_refuses_by_key(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            t.gateway.send_order(order())
            await hears_order(terminal)
            terminal.answers(codec.TEXT)
            terminal.says(m.QuestionAnswer(2, 2))
            await t.told.fact("failed", "a1", OrderFailure.CREW_REFUSED)

    asyncio.run(story())


# --- hostile and broken terminals -----------------------------------------------------------------


def test_bad_frames_are_counted_and_kept_and_the_connection_lives(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            good = build_frames(terminal.line, m.Heartbeat(), iter([77]))[0]
            terminal.writer.write(
                b"\x7e\x01\x02\x03\x7e" + b"rubbish" + b"\x7e\x7d\x7d\x7e" + b"x" * 9000 + good
            )
            assert await terminal.hears() == m.PlatformAnswer(77, codec.HEARTBEAT, 0)
            assert t.gateway.counters()["bad_frames"] == 4
            kept = {faulty.hex for faulty in t.gateway.faulty_frames}
            assert {"010203", "7d7d", b"rubbish".hex()} <= kept

    asyncio.run(story())


def test_garbage_flood_does_not_touch_the_others(town: Towns) -> None:
    async def flood(t: Any) -> None:
        terminal = await t.raw(OTHER)
        noise = random.Random(808)
        try:
            for _ in range(200):
                terminal.writer.write(noise.randbytes(4096))
                await terminal.writer.drain()
        except ConnectionError:
            return

    async def story() -> None:
        async with town() as t:
            good = await (await t.raw()).log_in()
            floods = [asyncio.create_task(flood(t)) for _ in range(5)]
            for number in range(50):
                good.says(report(), serial=1000 + number)
                assert await good.hears() == m.PlatformAnswer(1000 + number, codec.LOCATION_REPORT, 0)
            await asyncio.gather(*floods)
            counters = t.gateway.counters()
            assert counters["bad_frames"] > BAD_FRAMES_BEFORE_LOGIN_MAX
            assert counters["closed: not a terminal"] == 5
            assert len(t.gateway.faulty_frames) <= FAULTY_KEPT

    asyncio.run(story())


def test_slow_loris_and_silence_are_closed(town: Towns) -> None:
    async def drip(terminal: Any) -> None:
        try:
            while True:
                terminal.writer.write(b"\x01")
                await asyncio.sleep(0.02)
        except ConnectionError:
            return

    async def story() -> None:
        async with town(limits=Limits(login_ms=300, silence_ms=600)) as t:
            proven = await (await t.raw()).log_in()
            loris = await t.raw(OTHER)
            drips = [asyncio.create_task(drip(terminal)) for terminal in (proven, loris)]
            assert await loris.closed()
            assert await proven.closed()  # bytes that never become a message are silence
            for task in drips:
                task.cancel()
            await t.told.fact("offline", PHONE)
            closings = t.gateway.counters()
            assert closings["closed: not authenticated in time"] == 1
            assert closings["closed: silent"] == 1

    asyncio.run(story())


def test_room_for_connections_is_limited(town: Towns) -> None:
    async def story() -> None:
        async with town(connections_max=3, strangers_max=2) as t:
            proven = await (await t.raw()).log_in()
            strangers = [await t.raw(OTHER) for _ in range(3)]
            assert await strangers[0].closed()  # the oldest stranger made room
            last = await (await t.raw(OTHER)).log_in()
            for terminal in (proven, last):
                terminal.says(m.Heartbeat(), serial=9)
                assert await terminal.hears() == m.PlatformAnswer(9, codec.HEARTBEAT, 0)

    asyncio.run(story())


def test_a_terminal_that_never_reads_is_cut_off(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            deaf = await (await t.raw()).log_in()
            deaf.reader._transport.pause_reading()  # the only way not to read
            connection = next(iter(t.gateway._connections))
            connection.write([b"x" * 20_000_000])
            await t.told.fact("offline", PHONE)
            assert t.gateway.counters()["closed: does not read"] == 1

    asyncio.run(story())


def test_too_many_messages_a_second_are_slowed_down_not_lost(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            for serial in range(1500):
                terminal.says(m.Heartbeat(), serial=1000 + serial)
            answered = {(await terminal.hears()).reply_serial for _ in range(1500)}
            assert answered == set(range(1000, 2500))
            assert t.gateway.counters()["throttled"] > 0

    asyncio.run(story())


def test_mutated_frames_for_two_seconds(town: Towns) -> None:
    """Whatever is turned over in right messages, the same connection answers the next right one."""

    async def story() -> None:
        dice = random.Random(120)
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            seeds = [
                report(1),
                m.EventReport(2),
                m.Passthrough(0xF1, b"\x03"),
                m.LocationBatch(True, (report().report,)),
            ]
            seeds += [
                m.TerminalAnswer(1, codec.TEXT, 0),
                m.ResendRequest(1, (1, 2), upward=True),
                m.AskTime(),
            ]
            until = time.monotonic() + FUZZ_S
            serial = 5000
            while time.monotonic() < until:
                serial = 5000 + (serial - 4999) % 50_000
                for _ in range(20):
                    wire = bytearray(
                        build_frames(terminal.line, dice.choice(seeds), iter([dice.randrange(4000)]))[0]
                    )
                    for _ in range(dice.randint(1, 4)):
                        wire[dice.randrange(1, len(wire) - 1)] = dice.randrange(256)
                    terminal.writer.write(bytes(wire))
                terminal.says(m.Heartbeat(), serial=serial)
                while await terminal.hears() != m.PlatformAnswer(serial, codec.HEARTBEAT, 0):
                    pass
            assert t.gateway.counters()["our_errors"] == 0
            assert t.gateway.counters()["bad_frames"] > 100

    asyncio.run(story())


def test_an_error_of_our_own_costs_one_message_not_the_terminal(town: Towns) -> None:
    def broken(phone: str, position: Any) -> None:
        raise ValueError("our mistake")

    async def story() -> None:
        async with town() as t:
            t.told.position = broken
            terminal = await (await t.raw()).log_in()
            terminal.says(report(), serial=20)
            assert await terminal.hears() == m.PlatformAnswer(20, codec.LOCATION_REPORT, 0)
            terminal.says(m.EventReport(2), serial=21)
            assert await terminal.hears() == m.PlatformAnswer(21, codec.EVENT_REPORT, 0)
            assert t.gateway.counters()["our_errors"] == 1
            assert t.gateway.faulty_frames[-1].why == "our own error"

    asyncio.run(story())


def test_a_new_allow_list_closes_who_is_not_on_it(town: Towns) -> None:
    async def story() -> None:
        async with town() as t:
            terminal = await (await t.raw()).log_in()
            assert t.gateway.counters()["online"] == 1
            t.gateway.set_known([])
            assert await terminal.closed()
            await t.told.fact("offline", PHONE)

    asyncio.run(story())
