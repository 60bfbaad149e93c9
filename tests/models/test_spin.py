"""The protocol's models, checked exhaustively by Spin: each holds as built, each planted fault is found.

A variant is a model with options (the head of each .pml names them); claim `None`: no state breaks anything.
Spin and a C compiler are needed; where one is missing the tests skip.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MODELS = Path(__file__).parent
RUN_S_MAX = 60
DEPTH_MAX = 100_000
MISSING = [tool for tool in ("spin", "cc") if shutil.which(tool) is None]
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

LOST = "acked"
TWICE = "obeyed<=1"
VARIANTS: list[tuple[str, str, str | None]] = [
    # model, options, what the counter-example breaks
    ("takeover", "", None),
    ("takeover", "ISLAND", None),
    ("takeover", "ISLAND NO_FENCE", TWICE),
    ("takeover", "ISLAND NO_RESUBMIT", LOST),
    ("takeover", "CANCEL", LOST),
    ("takeover", "ANY_1", LOST),
    ("takeover", "BLIND", LOST),
    ("takeover", "RESTART_ACKS", LOST),
    ("takeover", "BOOT_IN_TERM", "assertion violated 0"),
    ("takeover", "ISLAND BOOT_IN_TERM", "assertion violated 0"),
    ("breakglass", "", None),
    ("breakglass", "NO_TIE", "heard"),
    ("breakglass", "BOOT_TIE", "fenced"),
    ("breakglass", "NO_FENCE", TWICE),
    ("breakglass", "REWIND_FIRST", LOST),
    ("handover", "", None),
    ("handover", "NO_FREEZE", "rows_at_target==rows"),
    ("handover", "EARLY", "rows_at_target==rows"),
    ("handover", "TAKES_BACK", "rows_at_target==rows"),
    ("handover", "UNSAFE_ROW", "commands"),
    ("handover", "ONE_QUESTION", "acceptance cycle"),
    ("zombie", "", None),
    ("zombie", "CHECK_BEFORE", "assigned==1"),
    ("zombie", "NO_CHECK", "assigned==1"),
    ("zombie", "NO_END", "invalid end state"),
    ("outbox", "", None),
    ("outbox", "NO_VERDICTS", "applied==1"),
    ("outbox", "NO_REFUSALS", "stored==verdict"),
    ("outbox", "TWIN_ANSWERED", "stored==verdict"),
    ("outbox", "ACK_FIRST", "stored==verdict"),
    ("outbox", "GIVES_UP", "told"),
    ("outbox", "IN_MEMORY", "told"),
    ("relay", "", None),
    ("relay", "SHOW_FIRST", "shown<=copied"),
    ("relay", "CUT_OFF_ACKS", "acked<=copied"),
    ("relay", "REFORWARD", "acked<=copied"),
    ("relay", "OLD_HUB", "followed==term"),
]


def check(model: str, options: str, folder: Path) -> str:
    """What Spin's verifier says of this variant; partial order reduction is off, every state is visited."""
    source = MODELS / f"{model}.pml"
    claims = "ltl " in source.read_text(encoding="utf-8")
    steps = [
        ["spin", *(f"-D{option}" for option in options.split()), "-a", str(source)],
        ["cc", "-O0", "-w", "-DNOREDUCE", *([] if claims else ["-DSAFETY"]), "-o", "pan", "pan.c"],
        ["./pan", f"-m{DEPTH_MAX}", *(["-a", "-f"] if claims else [])],
    ]
    said = ""
    for step in steps:
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True, timeout=RUN_S_MAX, check=True)
        said = done.stdout
    return said


@pytest.mark.parametrize(("model", "options", "claim"), VARIANTS)
def test_variant(model: str, options: str, claim: str | None, tmp_path: Path) -> None:
    said = check(model, options, tmp_path)
    found = re.search(r"errors: (\d+)\s+(\d+) states, stored", said)
    assert found, said
    assert "max search depth too small" not in said, said
    print(f"{model} {options or '-'}: {found[2]} states, {found[1]} errors")
    if claim is None:
        assert found[1] == "0", said
        return
    broken = re.search(r"^pan:1: (.*) \(at depth \d+\)$", said, re.MULTILINE)
    assert broken, f"no counter-example: {said}"
    assert claim in broken[1], said


def test_every_option_of_a_model_is_tried() -> None:
    for source in MODELS.glob("*.pml"):
        text = source.read_text(encoding="utf-8")
        named = set(re.findall(r"^     ([A-Z_0-9]+) +\S", text, re.MULTILINE))
        tried = {o for model, options, _ in VARIANTS if model == source.stem for o in options.split()}
        assert named == tried, source.name
