"""One writer, fifty readers: from the write until the last has it; the hub beside Redis and NATS, same run.

What is compared is not only time: the hub decides, saves with fsync, chains the journal, keeps state, answers
once per id, and encrypts for every reader; the others move 422 bytes in clear, most of them without a disk.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.crowd import all_do, crowds
from bench.fanout_peers import (
    NatsCore,
    NatsJetStream,
    Peer,
    RedisPubSub,
    RedisStreams,
    consume,
    server,
)
from bench.sizes import percentile
from bench.town import PASSWORD, processes, town
from console.drill.ports import free_ports

READERS = 50
PER_PROCESS = 25
RATES_HZ = (50, 200)
SECONDS = 5.0
WAIT_S = 60.0
HUB_GUARANTEE = "on disk with fsync before the answer; exactly once by id; readers catch up"
PEERS: dict[str, Callable[[int], Peer]] = {
    "redis_pubsub": RedisPubSub,
    "redis_streams": RedisStreams,
    "nats_core": NatsCore,
    "nats_jetstream": NatsJetStream,
}


class Missing(Exception):
    """A reader did not get everything."""


def hub_waits_ms(folder: Path) -> dict[int, list[float]]:
    """By rate; the store is SQLite with synchronous=FULL, every link has CURVE."""
    found = {}
    with town(folder, seats=1, vehicles=60, consoles=READERS - 1) as city:
        city.start()
        with (
            crowds(city, city.seats, keep_times=True) as [writer],
            crowds(city, city.walls, PER_PROCESS, light=True) as others,
        ):
            readers = [writer, *others]
            all_do(readers, "wait_live", WAIT_S)
            writer.do("log_in", PASSWORD, WAIT_S)
            for rate in RATES_HZ:
                all_do(readers, "applied")
                for reader in others:
                    reader.ask("look_on", SECONDS + 1)
                given = writer.do("give", float(rate), SECONDS, WAIT_S)
                for reader in others:
                    reader.answer()
                head = max(state[2] for states in all_do(readers, "states") for state in states)
                all_do(readers, "wait_seq", head, WAIT_S)
                applied = [one for part in all_do(readers, "applied") for one in part]
                if not all(given.keys() <= one.keys() for one in applied):
                    raise Missing("hub")
                found[rate] = sorted(
                    (max(one[cid] for one in applied) - at) * 1000 for cid, at in given.items()
                )
    return found


def peer_waits_ms(peer: Callable[[int], Peer], folder: Path) -> dict[int, list[float]]:
    """By rate. Raises RuntimeError where the server is not installed."""
    port = free_ports(1)[0]
    with server(peer(port).program, folder, port):
        found = {}
        writer = peer(port)
        writer.prepare()
        number = 0
        for rate in RATES_HZ:
            pipes = []
            for _ in range(READERS // PER_PROCESS):
                ours, theirs = processes().Pipe()
                arguments = (peer, port, PER_PROCESS, theirs)
                processes().Process(target=consume, args=arguments, daemon=True).start()
                ours.recv()
                pipes.append(ours)
            given: dict[int, float] = {}
            start = time.perf_counter()
            for n in range(int(rate * SECONDS)):
                while (left := start + n / rate - time.perf_counter()) > 0:
                    pipes[0].poll(left)
                given[number] = time.perf_counter()
                writer.send(number)
                number += 1
            pipes[0].poll(1.0)
            found[rate] = waits_ms(given, [answer(pipe) for pipe in pipes], peer.__name__)
        return found


def answer(pipe) -> tuple[dict[int, float], dict[int, int]]:
    pipe.send("stop")
    return pipe.recv()


def waits_ms(
    given: dict[int, float], answers: list[tuple[dict[int, float], dict[int, int]]], name: str
) -> list[float]:
    """Sorted; raises Missing when a reader lacks one."""
    for number in given:
        if sum(times.get(number, 0) for _, times in answers) < READERS:
            raise Missing(name)
    return sorted((max(last[number] for last, _ in answers) - at) * 1000 for number, at in given.items())


def measured() -> tuple[dict[str, dict[int, list[float]]], dict[str, str]]:
    """Waits of all that are installed; why the others are not there."""
    waits: dict[str, dict[int, list[float]]] = {}
    absent: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="lingsheng-fanout-") as folder:
        for name, peer in PEERS.items():
            own = Path(folder) / name
            own.mkdir()
            try:
                waits[name] = peer_waits_ms(peer, own)
            except RuntimeError as error:
                absent[name] = str(error)
        own = Path(folder) / "hub"
        own.mkdir()
        waits["hub_sqlite"] = hub_waits_ms(own)
    return waits, absent


def run() -> dict[str, float]:
    """fanout_<who>_<rate>_p50_ms and _p99_ms, and the table of docs/scaling.md on the output."""
    waits, absent = measured()
    print("\n".join(table(waits, absent)), flush=True)
    return {
        f"fanout_{name}_{rate}_p{share}_ms": round(percentile(values, share / 100), 1)
        for name, by_rate in waits.items()
        for rate, values in by_rate.items()
        for share in (50, 99)
    }


def table(waits: dict[str, dict[int, list[float]]], absent: dict[str, str]) -> list[str]:
    """Markdown: with what each one promises."""
    rates = "".join(f" {rate}/s p50 | p99 |" for rate in RATES_HZ)
    lines = [f"| |{rates} durable before the answer? |", f"|---|{'---:|' * 2 * len(RATES_HZ)}---|"]
    for name, by_rate in waits.items():
        cells = "".join(
            f" {percentile(by_rate[rate], 0.5):.1f} | {percentile(by_rate[rate], 0.99):.1f} |"
            for rate in RATES_HZ
        )
        promise = PEERS[name](0).guarantee if name in PEERS else HUB_GUARANTEE
        lines.append(f"| {name} |{cells} {promise} |")
    return lines + [f"| {name} | {why} |" for name, why in absent.items()]


if __name__ == "__main__":
    run()
