"""What a run of the retention deletes: written down before the first file goes, told to the journal later.

`deleted/<run>.json` beside the recordings; a seat tells the journal and renames it to `<run>.noted.json`.
What went from the vault stands in its `deleted/` too: no seat puts that in again. A crash in between leaves a
run that names more than is gone, never less.
"""

import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from telephony.archive.catalogue import Catalogue
from telephony.archive.labels import ArchiveError, permit
from telephony.archive.retention import Deleted, Holds, Plan, carry_out, due

FOLDER = "deleted"
RUN = re.compile(r"([0-9a-f]{32})\.json")
RUNS_MAX = 100
RUN_BYTES_MAX = 16 << 20
RUN_MODE = 0o644  # whoever wrote it: the seat tells the journal, all seats heed the vault's
ITEMS_MAX = 10_000
"""More are left to the next run: the journal takes them in one line."""


class Run(Struct, frozen=True):
    """`by`: the account that gave the command."""

    run_id: str
    at_ms: int
    by: str
    items: tuple[Deleted, ...]


_runs = msgspec.json.Decoder(Run)


def delete(
    catalogue: Catalogue,
    wanted: Plan,
    holds: Holds | None,
    now_ms: int,
    *,
    run_id: str,
    by: str,
    records: Sequence[Path],
) -> tuple[Deleted, ...]:
    """Write down, then carry out. Raises `ArchiveError`; without a record nothing is deleted.

    `records`: the recordings of this machine, whose seat tells the journal, and the vault that loses them.
    """
    doomed = due(wanted, holds, now_ms)[:ITEMS_MAX]
    if not doomed:
        return ()
    for folder in records:
        _write(folder, Run(run_id, now_ms, by, doomed))
    kept = {one.call_id for one in doomed}
    few = msgspec.structs.replace(
        wanted, doomed=tuple(one for one in wanted.doomed if one.label.call_id in kept)
    )
    return carry_out(catalogue, few, holds, now_ms)


def unnoted(folder: Path) -> tuple[Run, ...]:
    """Runs the journal has not heard of, oldest first; what cannot be read is left for a person."""
    found = []
    for path in sorted((folder / FOLDER).glob("*.json"))[:RUNS_MAX]:
        if RUN.fullmatch(path.name) is None:
            continue
        with contextlib.suppress(OSError):
            found.append(read_run(path))
    return tuple(run for run in found if run is not None)


def read_run(path: Path) -> Run | None:
    """None where it cannot be understood. Raises `OSError`."""
    try:
        return _runs.decode(path.read_bytes()) if path.stat().st_size <= RUN_BYTES_MAX else None
    except (msgspec.MsgspecError, RecursionError):
        return None


def mark_noted(folder: Path, run_id: str) -> None:
    """The journal has it. Raises `OSError`."""
    path = folder / FOLDER / f"{run_id}.json"
    if RUN.fullmatch(path.name) is not None and path.exists():
        path.rename(path.with_suffix(".noted.json"))


def _write(folder: Path, run: Run) -> None:
    target = folder / FOLDER / f"{run.run_id}.json"
    try:
        target.parent.mkdir(exist_ok=True)
        with target.open("xb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(run), indent=1))
            out.flush()
            os.fsync(out.fileno())
        permit(target, RUN_MODE)
    except OSError as error:
        raise ArchiveError(f"{target}: {error}") from error
