"""One program for a site, one role after the other: the hub while it commands, a relay while it follows.

The authority row of its own store says which role it starts in. Only people move command; a role that ends
leaves its word in the store before the next one begins, so that a fall in between changes nothing.
"""

import logging
import signal
import threading
from pathlib import Path
from types import FrameType

from dispatch.sites import CITY, Authority
from store.bus.clock import Clock
from store.bus.hub_sockets import BusError
from store.bus.keys import KeyFileError, own_keys, own_name
from store.bus.peers import PeerWatch
from store.bus.roster import RosterError, RosterFile
from store.config import Config
from store.core.roster import Machine, MachineRole
from store.core.wire import Epoch
from store.db.authority import Row as AuthorityRow
from store.db.authority import give, led_by, scopes
from store.db.engine import folder_of
from store.db.errors import NotHolder, StoreError
from store.db.rewind import Tail
from store.db.short import short_transaction
from store.exits import CannotStartError, ExitCode
from store.hub import Hub, Seed
from store.relay import Relay
from store.site_follower import Following, GoBack, Lead
from store.site_leader import Fenced, Given, Leading, Taken
from store.site_owed import OwedTails
from store.site_report import write_all, write_report
from store.site_standby import StandbyEye
from store.site_store import (
    Outranked,
    fence_store,
    following_place,
    leading_config,
    leading_place,
    places,
    write_down,
)
from store.site_tails import TailsElsewhere
from store.site_view import View
from store.standby import Watch

AGAIN_S = 0.5
"""After a role could not begin: the ports of the one before may need a moment."""

log = logging.getLogger(__name__)


class SiteProcess:
    """The life of one site's process. `stop` is safe from a signal handler."""

    def __init__(self, config: Config, seed: Seed | None, *, leads: bool, standby: bool = False) -> None:
        """`leads`: an empty store becomes the city's. `standby`: live only while [hub] peers are silent.

        Raises KeyFileError, StoreError.
        """
        self._watch = Watch(config) if standby else None
        self._config = config
        self._seed = seed
        self._leads = leads
        self._clock = Clock()
        self._stopping = threading.Event()
        self._role: Hub | Relay | None = None
        self._begun = False
        """A role has run: what fails from now on, also at its end, ends no process."""
        self._view = View()
        self._owed = OwedTails(Path(config.store.dir))
        self._written: tuple[Authority, Config] | None = None
        """The last order to lead, and the store it is in; also set by a relay's own thread."""
        folder = Path(config.keys.dir)
        self._roster_path = folder / "roster.json"
        self._roster = RosterFile(self._roster_path)
        keys = own_keys(folder, own_name(folder, config.site.code))
        self._peers = PeerWatch(keys, self._other_sites, self._clock, self._view.on_heard)

    def stop(self) -> None:
        self._stopping.set()
        if self._watch is not None:
            self._watch.stop()
        role = self._role
        if role is not None:
            role.stop()

    def run(self) -> None:
        """Role after role until `stop`. What cannot start the first time raises; later it is tried again."""
        self._peers.start()
        try:
            while not self._stopping.is_set():
                try:
                    self._live_once()
                except (StoreError, BusError, KeyFileError, RosterError, OSError) as error:
                    if not self._begun and not isinstance(error, NotHolder):
                        raise
                    log.warning("role not begun, again: %s", error)
                    self._stopping.wait(AGAIN_S)
        finally:
            self._peers.stop(1.0)

    def _live_once(self) -> None:
        if self._watch is not None and not self._watch.wait_for_silence():
            return
        found = places(self._config, self._owed)
        for place in found:
            if place.due is not None:  # handed over to us, and we fell before we began
                write_down(self._config, place.config, place.due)
                return
        ours = leading_place(found, self._config.site.code)
        if ours is not None:
            self._lead(ours[0].config, ours[1])
        elif self._leads and found[0].config == self._config and not found[0].rows:
            self._lead(self._config, None)
        else:
            place = following_place(found)
            self._follow(place.config, fenced=place.fenced)

    # --- the hub ----------------------------------------------------------------------------------

    def _lead(self, place: Config, row: AuthorityRow | None) -> None:
        """`place`: the store that says so; a promoted standby may be led from instead."""
        scope = row.scope if row is not None else CITY
        leading = Leading(self._view, lambda word: self._write_down(place, word))
        try:
            config = leading_config(
                place, row.word if row is not None and scope == CITY else None, self._owed
            )
        except Outranked as error:
            log.warning("not led: %s", error)
            self._fence(place.store.url, scope, error.epoch)
            return
        if row is not None and row.word is not None:
            write_report(self._config, row.word)
        hub = Hub(config, self._seed, scope=scope, site=leading, until_fenced=self._watch is not None)
        self._run(hub)
        urls = tuple(dict.fromkeys((place.store.url, config.store.url)))  # ours says the next role
        outcome = leading.outcome
        if isinstance(outcome, Fenced):
            self._owe(config.store.url, scope, hub.logic.identity.epoch.term)
            for url in urls:
                self._fence(url, scope, outcome.epoch)
        elif isinstance(outcome, Taken):
            self._write_down(place, outcome.word)
        elif isinstance(outcome, Given):
            self._give(urls, outcome.word)
            write_all(config)

    def _owe(self, url: str, scope: str, term: int) -> None:
        """A server may be another one's the next time it answers: what it has of ours is not forgotten."""
        if scope == CITY and folder_of(url) is None:
            self._owed.add(url, term)

    def _fence(self, url: str, scope: str, epoch: Epoch) -> None:
        try:
            fence_store(url, self._config.site.code, scope, epoch)
        except StoreError as error:
            if not self._owed.has(url):
                raise
            log.warning("not fenced now, its orders are handed in when it answers: %s", error)

    def _give(self, urls: tuple[str, ...], word: Authority) -> None:
        """The hub wrote it with its last row; the store that said that we lead has to say it too."""
        for url in urls:
            with short_transaction(url) as connection:
                row = led_by(scopes(connection), self._config.site.code)
                if row is not None and row.scope == word.id:
                    give(connection, word)
            self._owed.remove(url)

    def _write_down(self, here: Config, word: Authority) -> None:
        """The local audit comes first: file and row are durable before anything is decided here."""
        write_report(self._config, word)
        written, place = self._written or (None, None)
        self._written = word, write_down(self._config, here, word, place if written == word else None)

    # --- the relay --------------------------------------------------------------------------------

    def _follow(self, config: Config, *, fenced: bool) -> None:
        code, url = config.site.code, config.store.url
        home = self._config.store.url
        tails = TailsElsewhere(self._owed, code, url, home, self._clock.now_ms)
        following = Following(
            code,
            self._view,
            url,
            self._roster_path,
            lambda word: self._write_down(config, word),
            tails,
            fenced=fenced,
            standby=StandbyEye(config.relay.takeover_store),
        )
        relay = Relay(config, following)
        following.end = relay.stop
        try:
            self._run(relay)
        finally:
            following.close()
        outcome = following.outcome
        if following.is_whole:
            self._owed.remove(url)
        if isinstance(outcome, Lead):
            self._write_down(config, outcome.word)
        elif isinstance(outcome, GoBack):
            self._go_back(outcome, url)

    def _go_back(self, back: GoBack, url: str) -> None:
        tail = Tail(url)
        try:
            head = tail.rewind(back.fork, back.results, back.epoch, self._clock.now_ms())
        finally:
            tail.close()
        self._owed.remove(url)
        log.warning(
            "handed in %d orders, back at row %d, following %s", len(back.results), head.seq, back.epoch
        )

    def _run(self, role: Hub | Relay) -> None:
        self._role = role
        self._begun = True
        if not self._stopping.is_set():
            role.run()
        self._role = None

    def _other_sites(self) -> list[Machine]:
        """Called on the asking thread: hubs and relays of other sites that have an address."""
        try:
            self._roster.reload()
        except RosterError:
            log.debug("roster not read, the last good one holds")
        ours = own_name(Path(self._config.keys.dir), self._config.site.code)
        machines = self._roster.machines
        site = machines[ours].site if ours in machines else None
        return [
            machine
            for machine in machines.values()
            if machine.role in {MachineRole.HUB, MachineRole.RELAY}
            and machine.address
            and machine.name != ours
            and machine.site != site
        ]


def run(config: Config, seed: Seed | None = None, *, leads: bool, standby: bool = False) -> int:
    """`main.py hub` and `main.py relay` until SIGTERM or SIGINT. Raises CannotStartError."""
    try:
        process = SiteProcess(config, seed, leads=leads, standby=standby)

        def stop(number: int, frame: FrameType | None) -> None:
            process.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        process.run()
    except StoreError as error:
        raise CannotStartError(
            f"数据库不可用（{config.store.url}）：{error}", f"the store cannot be used: {error}"
        ) from error
    except (BusError, KeyFileError, RosterError) as error:
        raise CannotStartError(f"总线无法启动：{error}", f"the bus cannot start: {error}") from error
    return ExitCode.DONE
