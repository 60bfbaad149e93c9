"""The gateway as a process of its own without a hub."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec
import pytest

from radio.ports import Order

pytestmark = pytest.mark.process
STOP_S_MAX = 10.0


@pytest.fixture
def host() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "radio.bare_host", "--count", "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    yield process
    process.stdin.close()
    process.stdout.close()
    process.kill()
    process.wait()


def test_orders_in_facts_out_and_it_ends_with_its_input(host: subprocess.Popen[str]) -> None:
    assert host.stdin is not None
    assert host.stdout is not None
    assert json.loads(host.stdout.readline())["port"] > 0
    stranger = Order("a1", "13700000000", "text", 1, "CITY", time.time_ns() // 1_000_000 + 60_000)
    host.stdin.write(msgspec.json.encode(stranger).decode() + "\nno order\n")
    host.stdin.flush()
    facts = [json.loads(host.stdout.readline()) for _ in range(2)]
    by_name = {fact["fact"]: fact for fact in facts}
    assert by_name["order_failed"]["reason"] == "unknown_terminal"
    assert "bad_order" in by_name
    host.stdin.close()
    assert json.loads(host.stdout.readline())["counters"]["online"] == 0
    assert host.wait(STOP_S_MAX) == 0
