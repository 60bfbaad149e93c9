"""What a site knows of the others: who answered lately, and who says that somebody else commands.

Filled by the thread that asks the other sites, read by the loop of the hub or relay; a dictionary that only
ever gets whole new entries needs no lock.
"""

from msgspec import Struct

from dispatch.sites import CITY
from store.bus.peers import PeerHeard
from store.core.journal import Head
from store.core.takeover import Standing, outranks
from store.core.wire import Epoch


class Word(Struct, frozen=True):
    """Another site commands `scope`: heard from itself or from a third one."""

    scope: str
    epoch: Epoch
    since_at: int


class View:
    """The other sites, by the address they were asked at."""

    def __init__(self) -> None:
        self._heard: dict[str, PeerHeard] = {}

    def on_heard(self, heard: PeerHeard) -> None:
        """Called on the asking thread."""
        self._heard[heard.address] = heard

    def heard(self) -> list[PeerHeard]:
        return list(self._heard.values())

    def ages(self) -> dict[str, int]:
        """When each other site was last heard, by its code; steady ms."""
        times: dict[str, int] = {}
        for heard in self.heard():
            times[heard.welcome.site] = max(heard.at, times.get(heard.welcome.site, 0))
        return times

    def rows(self, own: Epoch) -> dict[str, int]:
        """The last row each other site has, by its code, where it counts beside a journal of `own`.

        A district's own journal and a tail of a lower (term, site) have rows of the same numbers, but others.
        """
        known: dict[str, int] = {}
        for welcome in (heard.welcome for heard in self.heard()):
            if welcome.scope == CITY and not outranks(own, welcome.epoch):
                known[welcome.site] = max(welcome.seq, known.get(welcome.site, 0))
        return known

    def roster_site(self, code: str) -> str | None:
        """How the roster names the site with this code ("" is the centre); `None`: never heard."""
        return next((heard.site for heard in self.heard() if heard.welcome.site == code), None)

    def above(self, own: Epoch, scope: str) -> Word | None:
        """The highest word of another site that ends our command of `scope`."""
        words = [
            Word(heard.welcome.scope, heard.welcome.epoch, heard.welcome.since_at)
            for heard in self.heard()
            if heard.welcome.scope in {CITY, scope} and outranks(heard.welcome.epoch, own)
        ]
        return max(words, key=lambda word: word.epoch, default=None)

    def districts(self) -> list[Word]:
        """Districts that command themselves just now."""
        return [
            Word(heard.welcome.scope, heard.welcome.epoch, heard.welcome.since_at)
            for heard in self.heard()
            if heard.welcome.scope != CITY and not heard.welcome.relay
        ]

    def city(self) -> PeerHeard | None:
        """The hub that commands the city, as it was last heard itself."""
        hubs = [h for h in self.heard() if h.welcome.scope == CITY and not h.welcome.relay]
        return max(hubs, key=lambda heard: heard.welcome.epoch, default=None)

    def standing(self, site: str, commands: str, own: Head) -> Standing:
        """How this site stands when it only knows what the others answer; its journal is its own."""
        city = self.city()
        if city is None:
            return Standing(site, commands, own, peers=self.ages())
        welcome = city.welcome
        return Standing(
            site=site,
            commands=commands,
            own=own,
            holder_site=welcome.epoch.site,
            heard_epoch=welcome.epoch,
            heard_seq=welcome.seq,
            heard_at=city.at,
            peers=self.ages(),
        )
