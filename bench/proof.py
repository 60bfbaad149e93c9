"""`make proof`: the acceptance proofs B1-B19 at their nightly sizes, and what else waits for the night: one
table and JSON.

Each is a test of the suite, made larger by LINGSHENG_* variables; one that cannot run here (no PostgreSQL, no
right to mount) says so. `--release` takes the release sizes: hours. Exit code 1 when one failed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from bench.run import CHINA, OUT, machine  # noqa: E402 - the project is no installed package
from bench.sizes import PREFIX  # noqa: E402 - the same

PROOF_S_MAX = 4 * 3600


class Proof(NamedTuple):
    """One line of the table: what pytest runs, and how large. `release` {}: as nightly.

    `only_nightly`: of these tests those alone that are left out at every commit.
    """

    name: str
    tests: str
    nightly: dict[str, int]
    release: dict[str, int] = {}  # noqa: RUF012 - never changed
    only_nightly: bool = False


KILLS = "tests/proof/test_kills.py::"
CROWDS = "tests/proof/test_crowds.py::"
WORLD = "tests/proof/test_world.py::"
PROOFS = (
    Proof(
        "B1 simulation, one hub",
        "tests/store/core/test_simulation.py",
        {"SIMULATION_RUNS": 3000},
        {"SIMULATION_RUNS": 300_000},
    ),
    Proof(
        "B1 simulation, two sites",
        "tests/store/core/test_sites.py",
        {"SITE_RUNS": 1000},
        {"SITE_RUNS": 100_000},
    ),
    Proof(
        "B1 simulation, three sites",
        "tests/store/core/test_three_sites.py",
        {"THREE_SITE_RUNS": 300},
        {"THREE_SITE_RUNS": 30_000},
    ),
    Proof("B2 models", "tests/models", {}),
    Proof(
        "B3 hub kill -9, SQLite",
        f"{KILLS}test_killed_hubs_lose_nothing",
        {"B3": 100, "B3_COMMANDS": 500},
        {"B3": 1000, "B3_COMMANDS": 520},
    ),
    Proof(
        "B3 hub and server, PostgreSQL",
        f"{KILLS}test_killed_hubs_and_servers_lose_nothing",
        {"B3_POSTGRES": 50},
        {"B3_POSTGRES": 300},
    ),
    Proof(
        "B3 PostgreSQL that syncs",
        "tests/store/test_postgres_kills.py",
        {"KILLS": 50},
        {"KILLS": 300},
    ),
    Proof(
        "B4 zombie hub",
        f"{KILLS}test_a_frozen_hub_that_wakes_writes_nothing",
        {"B4": 30},
        {"B4": 500},
    ),
    Proof("B4 standby hub", "tests/store/test_standby.py", {"TAKEOVERS": 10}, {"TAKEOVERS": 60}),
    Proof(
        "B5 partition, takeover, hand-back",
        "tests/proof/test_partition.py",
        {"PARTITIONS": 4, "FLAPS": 10},
        {"PARTITIONS": 100, "FLAPS": 50},
    ),
    Proof("B5 one ambulance, two gateways", "tests/proof/test_terminal_fence.py", {}),
    Proof(
        "B5 a city on Patroni",
        "tests/proof/test_patroni_round_trip.py",
        {"ROUND_TRIPS": 2},
        {"ROUND_TRIPS": 4},
    ),
    Proof(
        "B5 district off for a week",
        "tests/store/test_week_off.py",
        {"WEEK_ROWS": 400_000},
        {"WEEK_ROWS": 3_290_000},
    ),
    Proof(
        "B5 sites, command there and back",
        "tests/store/test_site.py tests/store/test_site_servers.py tests/store/test_third_site.py"
        " tests/store/test_site_roles.py tests/store/test_site_store.py",
        {},
    ),
    Proof(
        "B5 a relay, over 64 kbit/s too",
        "tests/store/test_relay.py",
        {"RELAY_KILLS": 20, "THIN_S": 30},
        {"RELAY_KILLS": 100, "THIN_S": 300},
    ),
    Proof("B6 power cuts", "tests/store/powercut", {"CUTS": 3000}, {"CUTS": 20_000}),
    Proof("B7 cluster", "tests/proof/test_cluster.py", {"CLUSTER": 1}, {"CLUSTER": 10}),
    Proof("B7 two servers", "tests/store/test_two_servers.py", {"PROMOTIONS": 5}, {"PROMOTIONS": 20}),
    Proof(
        "B8 race",
        f"{CROWDS}test_a_race_for_every_vehicle_has_one_winner",
        {"B8": 1000, "B8_SEATS": 60},
    ),
    Proof(
        "B9 load",
        f"{CROWDS}test_every_seat_follows_the_load",
        {"B9": 120, "B9_SEATS": 60},
        {"B9": 1800, "B9_SEATS": 60},
    ),
    Proof(
        "B10 positions",
        f"{CROWDS}test_positions_reach_every_seat_and_nobody_frozen_costs_memory",
        {"B10": 120, "B10_SEATS": 60, "B10_HZ": 10_000},
        {"B10": 3600, "B10_SEATS": 60, "B10_HZ": 10_000},
    ),
    Proof("B11 storm", f"{CROWDS}test_a_storm_after_every_restart", {"B11": 20, "B11_SEATS": 200}),
    Proof(
        "B12 reserve seats",
        "tests/e2e/test_reserve.py tests/store/test_reserve_district.py",
        {},
    ),
    Proof(
        "B13 frozen seats",
        f"{CROWDS}test_frozen_seats_end_with_the_same_floor",
        {"B13": 60, "B13_S": 20, "B13_SEATS": 20},
        {"B13": 200, "B13_S": 60, "B13_SEATS": 20},
    ),
    Proof(
        "B14 attacks at the door",
        "tests/store/test_door.py tests/store/test_door_attacks.py tests/store/core/test_fuzz.py",
        {"FUZZ": 1_000_000},
    ),
    Proof(
        "B14 hostile words at hub, seat, relay",
        "tests/store/core/test_hostile_messages.py",
        {"FUZZ": 2_000},
        {"FUZZ": 250_000},
    ),
    Proof("B15 disk full", f"{WORLD}test_a_full_disk_at_any_moment_loses_nothing", {"B15": 50}),
    Proof("B15 disk of a relay", "tests/store/test_relay_disk.py", {"RELAY_DISK_ORDERS": 200}),
    Proof(
        "B16 versions",
        "tests/store/core/test_released_messages.py tests/store/db/test_upgrade.py"
        " tests/store/test_mixed_versions.py",
        {},
    ),
    Proof("B17 clocks", f"{WORLD}test_wrong_clocks_change_no_order_and_no_time", {}),
    Proof("B19 audit", "tests/store/test_audit.py tests/store/test_audit_refusals.py", {"FLIPS": 1000}),
    Proof("N1 telephone", "tests/telephony", {}, only_nightly=True),
    Proof(
        "N2 telephone at the seat",
        "tests/e2e/test_callers.py tests/e2e/test_calls_up.py tests/e2e/test_headset.py"
        " tests/e2e/test_location.py tests/e2e/test_recordings.py tests/console/test_line_real.py"
        " tests/console/test_recordings.py tests/console/test_speaker_heard.py",
        {},
        only_nightly=True,
    ),
    Proof(
        "N3 seats, windows, maps",
        "tests/e2e/test_crashes.py tests/e2e/test_seats.py tests/console/test_modes_real.py"
        " tests/console/wall tests/mapview",
        {},
        only_nightly=True,
    ),
    Proof(
        "N4 queues, backup",
        "tests/store/backup tests/store/bus tests/store/test_queues.py",
        {},
        only_nightly=True,
    ),
)


class Outcome(NamedTuple):
    """What came of a proof. `mark`: ok, FAILED or — (could not run here)."""

    name: str
    mark: str
    seconds: float
    words: str
    figures: list[dict[str, Any]]


def prove(proof: Proof, *, release: bool) -> Outcome:
    """Run one proof at its size."""
    sizes = (proof.release or proof.nightly) if release else proof.nightly
    tests = proof.tests.split()
    absent = [test for test in tests if not (PROJECT / test.partition("::")[0]).exists()]
    if absent:
        return Outcome(proof.name, "—", 0.0, f"没有 not there: {' '.join(absent)}", [])
    environment = (
        os.environ
        | {"LINGSHENG_NIGHTLY": "1"}
        | {f"LINGSHENG_{name}": str(value) for name, value in sizes.items()}
    )
    command = [sys.executable, "-m", "pytest", "-s", "-rsf", "-p", "no:cacheprovider", *tests]
    command += ["-m", "nightly"] if proof.only_nightly else []
    start = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PROOF_S_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(proof.name, "FAILED", PROOF_S_MAX, f"longer than {PROOF_S_MAX} s", [])
    return outcome(proof.name, done.returncode, done.stdout, time.monotonic() - start, sizes)


def outcome(name: str, code: int, output: str, seconds: float, sizes: dict[str, int]) -> Outcome:
    """What pytest said, as a line of the table."""
    figures = [
        json.loads(line.removeprefix(PREFIX)) for line in output.splitlines() if line.startswith(PREFIX)
    ]
    said = re.findall(r"^.*\b\d+ (?:passed|failed|skipped|error).* in .*$", output, re.MULTILINE)
    words = " ".join(f"{key}={value}" for key, value in sizes.items())
    words = f"{words}  {said[-1].strip('= ') if said else output[-200:].strip()}".strip()
    words = "  ".join([words, *re.findall(r"^FAILED (\S+)", output, re.MULTILINE)])
    mark = "ok" if code == 0 else "FAILED"
    if code == 0 and said and "passed" not in said[-1]:
        mark = "—"
    return Outcome(name, mark, seconds, words, figures)


def rows(result: Outcome) -> list[str]:
    """The lines of the table for one proof."""
    lines = [f"{result.mark:<7}{result.name:<32}{result.seconds:>7.0f} s  {result.words}"]
    for figures in result.figures:
        counts = [f"{name}={value}" for name, value in figures.items() if name != "proof"]
        lines.append(f"       {figures['proof']}: {', '.join(counts)}")
    return lines


def keep(results: list[Outcome], now: datetime) -> Path:
    """The JSON file of this run."""
    OUT.mkdir(exist_ok=True)
    file = OUT / f"proof-{now:%Y-%m-%d-%H%M%S}.json"
    told = {"at": now.isoformat(timespec="seconds"), "machine": machine()}
    told["proofs"] = [result._asdict() for result in results]
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="只跑名称以此开头的 only those whose name begins so: B3 B8")
    parser.add_argument("--release", action="store_true", help="发布规模，数小时 release sizes, hours")
    options = parser.parse_args(arguments)
    wanted = tuple(f"{name} " for name in options.names)
    chosen = [proof for proof in PROOFS if not wanted or f"{proof.name} ".startswith(wanted)]
    results: list[Outcome] = []
    for proof in chosen:
        results.append(prove(proof, release=options.release))
        print("\n".join(rows(results[-1])), flush=True)
    print(keep(results, datetime.now(UTC).astimezone(CHINA)).relative_to(PROJECT))
    return 1 if any(result.mark == "FAILED" for result in results) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
