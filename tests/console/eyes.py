"""What a window would show over a real link: the table of modes on the link and floor of a test's machine."""

import time

from console.hub_seat import link_of
from console.models.modes import Banner, Standing, Watch, banners
from console.ports import HubMode
from tests.store.conftest import WAIT_S, Desk


class Eyes:
    """Watches the banners of one machine."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.seen: dict[HubMode, str] = {}
        self._watch = Watch()

    def shown(self) -> tuple[Banner, ...]:
        link = link_of(self.desk.link.state)
        self._watch.take(link, self.desk.floor)
        now = time.time_ns() // 1_000_000 + link.clock_ms
        found = banners(Standing(link, self.desk.floor, now, ages=self._watch.ages()))
        self.seen |= {banner.mode: banner.text for banner in found}
        return found

    def see(self, mode: HubMode, *words: str, limit_s: float = WAIT_S) -> Banner:
        """The banner of this mode, once it is up with these words."""

        def found() -> Banner | None:
            up = (banner for banner in self.shown() if banner.mode is mode)
            return next((banner for banner in up if all(word in banner.text for word in words)), None)

        banner: Banner = self.desk.wait(found, f"banner {mode}: {self.shown()}", limit_s)
        return banner

    def calm(self, limit_s: float = WAIT_S) -> None:
        """No banner at all."""
        self.desk.wait(lambda: not self.shown(), f"no banner: {self.shown()}", limit_s)

    def without(self, mode: HubMode, limit_s: float = WAIT_S) -> None:
        """This one is gone."""
        self.desk.wait(lambda: all(banner.mode is not mode for banner in self.shown()), f"{mode}", limit_s)
