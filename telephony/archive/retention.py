"""How long recordings stay: a plan that says for each what and why, and a second step that carries it out.

Nothing an open incident, a complaint or a hold needs is ever deleted; what is not known for sure is kept.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from telephony.archive.catalogue import Catalogue
from telephony.archive.labels import ArchiveError, Label, label_file

DAY_MS = 86_400_000
KEEP_DAYS = 3 * 366
KEEP_DAYS_MIN = 30


class Keep(StrEnum):
    """Why a recording stays."""

    YOUNG = "young"
    HELD = "held"  # by order: police, court, complaint, review
    INCIDENT_OPEN = "incident_open"
    UNLABELLED = "unlabelled"  # nobody knows what it is, so nobody knows whether it is on hold
    NO_RULES = "no_rules"  # the holds could not be asked: nothing is deleted


class Rules(Struct, frozen=True):
    """Days from the call's beginning; `by_class` for classes of calls that differ (training, nuisance)."""

    keep_days: int = KEEP_DAYS
    by_class: Mapping[str, int] = {}


class Holds(Struct, frozen=True):
    """What must stay, each with its reason in words: by incident id or number, and by call id."""

    incidents: Mapping[str, str] = {}
    calls: Mapping[str, str] = {}
    open_incidents: frozenset[str] = frozenset()


class Kept(Struct, frozen=True):
    label: Label
    why: Keep
    words: str = ""


class Doomed(Struct, frozen=True):
    """`kept_days` it was to be kept; it is `age_days` old."""

    label: Label
    age_days: int
    kept_days: int


class Plan(Struct, frozen=True):
    """What would be deleted and what stays. Nothing has happened yet."""

    at_ms: int
    doomed: tuple[Doomed, ...]
    kept: tuple[Kept, ...]

    @property
    def bytes(self) -> int:
        """How much the deletion would free."""
        return sum(one.label.bytes for one in self.doomed)


class Deleted(Struct, frozen=True):
    """One recording is gone; goes into the audit, with the hash it had."""

    call_id: str
    path: str
    sha256: str
    at_ms: int
    why: str


def plan(labels: Iterable[Label], rules: Rules, holds: Holds | None, now_ms: int) -> Plan:
    """Pure. `holds` None: nobody could say what is on hold. Raises `ArchiveError` on too short a time."""
    shortest = min((rules.keep_days, *rules.by_class.values()))
    if shortest < KEEP_DAYS_MIN:
        raise ArchiveError(f"{shortest} days: less than {KEEP_DAYS_MIN}")
    doomed: list[Doomed] = []
    kept: list[Kept] = []
    for label in labels:
        days = rules.by_class.get(label.call_class, rules.keep_days)
        age_days = (now_ms - label.started_at_ms) // DAY_MS
        reason = _stays(label, age_days < days, holds)
        if reason is None:
            doomed.append(Doomed(label, age_days, days))
        else:
            kept.append(reason)
    return Plan(now_ms, tuple(doomed), tuple(kept))


def due(wanted: Plan, holds: Holds | None, now_ms: int) -> tuple[Deleted, ...]:
    """What carrying the plan out would delete now; holds that came since the plan count."""
    return tuple(
        Deleted(
            one.label.call_id, one.label.path, one.label.sha256, now_ms, f"{one.age_days} > {one.kept_days} d"
        )
        for one in wanted.doomed
        if _stays(one.label, young=False, holds=holds) is None
    )


def carry_out(catalogue: Catalogue, wanted: Plan, holds: Holds | None, now_ms: int) -> tuple[Deleted, ...]:
    """Delete what the plan dooms; holds that came since the plan count. Raises `ArchiveError`.

    The file goes first, then label and row: a crash between leaves a row whose file is missing, never a
    file that nobody finds.
    """
    done = due(wanted, holds, now_ms)
    for one in done:
        try:
            (catalogue.folder / one.path).unlink(missing_ok=True)
            label_file(catalogue.folder, one.path).unlink(missing_ok=True)
        except OSError as error:
            raise ArchiveError(f"{one.path}: {error}") from error
        catalogue.forget(one.call_id)
        remove_if_empty((catalogue.folder / one.path).parent)
    return done


def _stays(label: Label, young: bool, holds: Holds | None) -> Kept | None:
    if young:
        return Kept(label, Keep.YOUNG)
    if holds is None:
        return Kept(label, Keep.NO_RULES)
    if label.unlabelled:
        return Kept(label, Keep.UNLABELLED)
    incidents = {label.incident_id, label.incident_number} - {""}
    words = [holds.calls.get(label.call_id, "")] + [holds.incidents.get(one, "") for one in incidents]
    if label.call_id in holds.calls or incidents & set(holds.incidents):
        return Kept(label, Keep.HELD, "; ".join(word for word in words if word))
    if incidents & holds.open_incidents:
        return Kept(label, Keep.INCIDENT_OPEN)
    return None


def remove_if_empty(day: Path) -> None:
    if day.is_dir() and not any(day.iterdir()):
        day.rmdir()
