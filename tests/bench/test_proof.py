"""The runner of the proofs: pytest's words and the figures of a proof as one line of the table."""

import re

from bench.proof import PROJECT, PROOFS, outcome, rows
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
    failed = outcome("x", 1, "F\nFAILED t.py::one - E\n1 failed, 1 passed in 1s\n", 1, {})
    assert (failed.mark, failed.words) == ("FAILED", "1 failed, 1 passed in 1s  t.py::one")
    assert outcome("x", 0, "s\n3 skipped in 1s\n", 1, {}).mark == "—"
    assert outcome("x", 2, "no such option", 1, {}).words == "no such option"


def test_every_proof_of_the_table_has_its_line() -> None:
    told = {proof.name.split()[0] for proof in PROOFS if not proof.only_nightly}
    by_other_means = {"B12", "B18"}  # make bench; bench/soak.py
    assert told | by_other_means == {f"B{n}" for n in range(1, 20)}


def test_every_test_that_waits_for_the_night_is_run_by_some_row() -> None:
    run = [path.partition("::")[0] for proof in PROOFS for path in proof.tests.split()]
    assert not [path for path in run if not (PROJECT / path).exists()]
    files = [
        file
        for file in (PROJECT / "tests").rglob("*.py")
        if re.search(r"mark\.nightly", file.read_text("utf-8"))
    ]
    assert files
    for file in files:
        assert any(file.is_relative_to(PROJECT / path) for path in run), file
