"""One lamp for each site: idle, busy, or broken with how long it has been silent. Seats and walls read it."""

from msgspec import Struct

from console.i18n import say
from console.models.ages import span
from console.models.commanding import commander
from console.ports import Link
from dispatch.floor import Floor
from dispatch.kinds import IncidentState
from dispatch.scopes import home_of, site_of_vehicle
from dispatch.sites import CITY
from dispatch.stages import CALLABLE

SITE_SILENT_MS = 10_000
"""A site whose relay was not heard for so long is told as broken."""
SHAPES = {"ok": "●", "warning": "▲", "fault": "■"}
RANK = ("ok", "warning", "fault")


class SiteLamp(Struct, frozen=True):
    """`words`: how it stands, with what is free."""

    code: str
    name: str
    tone: str
    words: str

    @property
    def shape(self) -> str:
        return SHAPES[self.tone]

    @property
    def line(self) -> str:
        return f"{self.shape} {self.name} {self.words}"


def site_lamps(floor: Floor, link: Link) -> tuple[SiteLamp, ...]:
    """By code; none where there is but one site."""
    if len(floor.sites) < 2:
        return ()
    return tuple(_lamp(floor, link, code) for code in sorted(floor.sites))


def gravest(lamps: tuple[SiteLamp, ...]) -> str:
    """The tone of the worst of them."""
    return max((lamp.tone for lamp in lamps), key=RANK.index, default="ok")


def _lamp(floor: Floor, link: Link, code: str) -> SiteLamp:
    name, silent_ms = floor.sites[code].name, _silent_ms(floor, link, code)
    home = home_of(floor)
    vehicles = [it for it in floor.vehicles.values() if (site_of_vehicle(floor, it.id) or home) == code]
    free = sum(it.state in CALLABLE for it in vehicles)
    here = [it for it in floor.incidents.values() if (it.site if it.site in floor.sites else home) == code]
    open_ones = [it for it in here if it.state is not IncidentState.CLOSED]
    has = say("在办 {n}，可派 {free}/{all}", n=len(open_ones), free=free, all=len(vehicles))
    if silent_ms > SITE_SILENT_MS:
        return SiteLamp(code, name, "fault", say("断 {age}，{has}", age=span(silent_ms / 1000), has=has))
    waiting = any(it.state is IncidentState.OPEN and not it.mission_ids for it in open_ones)
    if waiting or (vehicles and not free):
        return SiteLamp(code, name, "warning", say("忙，{has}", has=has))
    return SiteLamp(code, name, "ok", say("闲，{has}", has=has))


def _silent_ms(floor: Floor, link: Link, code: str) -> int:
    """How long nothing was heard of the site, as far as anybody told us; 0: heard, or never yet."""
    if link.relay:
        return link.hub_age_ms if code == commander(floor, CITY) and code != link.relay else 0
    return dict(link.sites).get(code, 0)
