"""How large a proof is: small enough for every commit by default, larger by LINGSHENG_<NAME>=n; its figures.

`PROOF {json}` lines are what `make proof` gathers into its table.
"""

import json
import os
from typing import Any

PREFIX = "PROOF "


def size(name: str, small: int) -> int:
    """LINGSHENG_<name>, or what every commit can afford."""
    return int(os.environ.get(f"LINGSHENG_{name}", str(small)))


def report(proof: str, **figures: Any) -> None:
    """One line on the output: the proof's id and what was counted."""
    print("\n" + PREFIX + json.dumps({"proof": proof, **figures}, ensure_ascii=False), flush=True)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` (0..1) of them do not exceed; `values` sorted, not empty."""
    return values[min(len(values) - 1, int(len(values) * share))]
