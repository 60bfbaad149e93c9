"""The contract of an import step: the layer, poi, graph and gazetteer steps all have this shape.

Order: layers, poi, graph, gazetteer. A later step may read the tables of an earlier one from `city`
(e.g. the gazetteer reads `poi` and the boundary layer). No step commits or closes; the importer does.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

StepProgress = Callable[[float], None]  # done share of this step, 0..1

_EXAMPLES_MAX: Final = 3


class ImportReport:
    """What an import took in and what it lost, counted under short English names."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.losses: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}

    def count(self, what: str, number: int = 1) -> None:
        """Something was taken in, e.g. `layer.road`, `graph.edges`."""
        self.counts[what] += number

    def lose(self, reason: str, number: int = 1, example: str = "") -> None:
        """Something was skipped or repaired at a loss; the first few examples are kept (id, line ...)."""
        self.losses[reason] += number
        kept = self.examples.setdefault(reason, [])
        if example and len(kept) < _EXAMPLES_MAX:
            kept.append(example)

    def lines(self) -> list[str]:
        """The report as people read it."""
        out = [f"{name:<32}{number:>9}" for name, number in sorted(self.counts.items())]
        for reason, number in sorted(self.losses.items()):
            examples = "; ".join(self.examples[reason])
            out.append(f"! {reason:<30}{number:>9}  {examples}".rstrip())
        out += [f"{step:<32}{seconds:>8.1f} s" for step, seconds in self.seconds.items()]
        return out


class Step(Protocol):
    """One import step: `build(source, city, report, progress)`."""

    def __call__(
        self, source: Path, city: sqlite3.Connection, report: ImportReport, progress: StepProgress
    ) -> None:
        """Read the .osm.pbf at `source` (references may dangle), fill own tables in `city`."""
        ...
