"""Who commands what, read from the floor: which scopes are away from their home, and the words for them."""

from console.i18n import say
from console.models.labels import site_name
from dispatch import scopes
from dispatch.floor import Floor
from dispatch.sites import CITY, Authority


def home_of(floor: Floor, scope: str) -> str:
    """The site a scope belongs to when nothing has been moved: the centre commands all of it."""
    return scopes.home_of(floor)


def away_from_home(floor: Floor) -> tuple[Authority, ...]:
    """The authorities that were moved and not given back, the whole city first."""
    away = [row for row in floor.authorities.values() if row.from_site and row.site != home_of(floor, row.id)]
    return tuple(sorted(away, key=lambda row: (row.id != CITY, row.id)))


def commander(floor: Floor, scope: str) -> str:
    """Code of the site that commands this scope."""
    row = floor.authorities.get(scope) or floor.authorities.get(CITY)
    return row.site if row else home_of(floor, scope)


def place_words(floor: Floor, scope: str) -> str:
    """`全市指挥`, `道里区指挥`."""
    return say("全市指挥") if scope == CITY else say("{site}指挥", site=site_name(floor, scope))


def held_words(floor: Floor, row: Authority) -> str:
    """What the site of this row commands: `全市指挥`, `本区指挥` where it is its own."""
    return say("本区指挥") if row.id == row.site else place_words(floor, row.id)


def who(floor: Floor, dispatcher_id: str | None) -> str:
    """The name of a person, `–` for nobody known."""
    person = floor.dispatchers.get(dispatcher_id or "")
    return person.name if person else "–"


def open_conflicts(floor: Floor) -> int:
    """How many wait for a person."""
    return sum(conflict.settled is None for conflict in floor.conflicts.values())
