"""The runner of the proofs: pytest's words and the figures of a proof as one line of the table."""

from pathlib import Path

from bench.proof import PROOFS, outcome, rows
from bench.sizes import PREFIX


def test_figures_and_words_become_lines() -> None:
    output = f'.\n{PREFIX}{{"proof": "B8", "orders": 300}}\n.\n2 passed in 3.10s\n'
    result = outcome("B8 race", 0, output, 3.2, {"B8": 25})
    assert result.mark == "ok"
    assert [line.strip() for line in rows(result)] == [
        "ok     B8 race                               3 s  B8=25  2 passed in 3.10s",
        "B8: orders=300",
    ]


def test_what_failed_and_what_could_not_run() -> None:
    assert outcome("x", 1, "F\n1 failed, 1 passed in 1s\n", 1, {}).mark == "FAILED"
    assert outcome("x", 0, "s\n3 skipped in 1s\n", 1, {}).mark == "—"
    assert outcome("x", 2, "no such option", 1, {}).words == "no such option"


def test_every_proof_of_the_table_has_its_line() -> None:
    told = {word for proof in PROOFS if (word := proof.name.split()[0])[0] == "B"}
    by_other_means = {"B12", "B18"}  # make bench; bench/soak.py
    assert told | by_other_means == {f"B{n}" for n in range(1, 20)}


def test_what_waits_for_the_night_in_the_store_has_a_line() -> None:
    tests = Path(__file__).resolve().parents[1]
    run = [tests.parent / name.partition("::")[0] for proof in PROOFS for name in proof.tests.split()]
    for folder in ("store", "proof", "mapview"):
        for file in (tests / folder).rglob("test_*.py"):
            if "pytest.mark.nightly" in file.read_text(encoding="utf-8"):
                assert any(file.is_relative_to(place) for place in run), file
