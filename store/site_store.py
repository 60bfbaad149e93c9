"""Which store a site leads from or follows with, and whether it may lead at all.

Taking command uses the synchronous standby of this building (tier 1); another of a quorum may have more,
which people are told before. Where it cannot be promoted, or has less than the relay's own copy, the copy
leads (tier 2). A database that another site leads from is never written as a copy: a file of this machine is.
Nobody leads from a store that lacks a row this site has, or that knows of a higher (term, site).
"""

import contextlib
import logging
import threading
import time
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dispatch.sites import CITY, Authority
from store.cluster import ClusterError, take_lead
from store.config import Config
from store.core.wire import Epoch
from store.db.authority import FENCED, NORMAL, Row, fence, follows, led_by, owed, scopes, take
from store.db.engine import end_other_sessions, folder_of
from store.db.errors import NotHolder, StoreDown, StoreError
from store.db.server import who_commands
from store.db.short import short_transaction
from store.db.verify import has_row, head_of
from store.site_owed import OwedTails

COPY_FILE = "copy.sqlite"
REPLAY_S_MAX = 5.0
"""What a standby has received before the cut is replayed within this."""
LOOK_S = 0.1

log = logging.getLogger(__name__)


class Outranked(NotHolder):
    """The store knows of a higher (term, site) than the order to lead from it: `epoch`."""

    def __init__(self, epoch: Epoch) -> None:
        super().__init__(f"{epoch} commands already")
        self.epoch = epoch


class Place(Struct, frozen=True):
    """A store of this site and what its authority rows say."""

    config: Config
    rows: list[Row]
    due: Authority | None = None
    """Command that was handed over to us, and we fell before we began."""

    @property
    def fenced(self) -> bool:
        """It has orders that the site that commands may lack."""
        return any(row.mode == FENCED for row in self.rows)


def places(config: Config, debts: OwedTails) -> list[Place]:
    """The store of the configuration, and the file that stood in for it. Raises StoreError.

    A database that does not answer is passed over only when this site is known to have led from it before.
    """
    found = []
    copy = with_copy(config)
    if copy != config and Path(config.store.dir, COPY_FILE).exists():
        found.append(_look(copy))
    try:
        found.insert(0, _look(config))
    except StoreError as error:
        if copy == config or not debts.has(config.store.url):
            raise
        log.warning("the database does not answer, following with a copy meanwhile: %s", error)
        found = found or [_look(copy)]
    return found


def _look(config: Config) -> Place:
    with short_transaction(config.store.url) as connection:
        rows = scopes(connection)
        return Place(config, rows, owed(connection, rows, config.site.code))


def leading_place(found: list[Place], site: str) -> tuple[Place, Row] | None:
    """Where this site commands from by its own word; `None`: it follows."""
    ours = [(place, row) for place in found if (row := led_by(place.rows, site)) is not None]
    return max(ours, key=lambda one: one[1].epoch.term, default=None)


def following_place(found: list[Place]) -> Place:
    """What this site follows with, by the word of that very store."""
    config = copying_config(found[0].config, found[0].rows)
    return next((place for place in found if place.config == config), Place(config, []))


def with_copy(config: Config) -> Config:
    """The same with a file of this machine in the place of a database on a server."""
    if folder_of(config.store.url) is not None:
        return config
    file = Path(config.store.dir) / COPY_FILE
    return replace(config, store=replace(config.store, url=f"sqlite:///{file}"))


def copying_config(config: Config, rows: list[Row]) -> Config:
    """The configuration to follow with. A database that another site leads from is that site's own.

    A cluster promoted elsewhere answers at the addresses of ours: a copy written there would fence its hub.
    """
    if not any(row.mode == NORMAL and row.epoch.site != config.site.code for row in rows):
        return config
    copy = with_copy(config)
    log.warning("the database is led from another site: following with %s", copy.store.url)
    return copy


def write_down(config: Config, here: Config, word: Authority, known: Config | None = None) -> Config:
    """The order to lead is durable. `here`: what this site follows with, or leads from, just now.

    The database of the configuration leads when it has every row that is known here; else this very store.
    A file that stood in for it asks for command no more, nor leads by an older word. Gives back what leads;
    `known`: this word was written down there already, and a server that hangs is not asked twice.
    """
    place = known or (config if _is_whole(config, here) else here)
    with short_transaction(place.store.url) as connection:
        _check_not_outranked(scopes(connection), word)
        take(connection, word)
    if place.store.url != here.store.url and word.id == CITY:
        with short_transaction(here.store.url) as connection:
            follows(connection, Epoch(word.term, word.site, 0))
    return place


def _is_whole(config: Config, here: Config) -> bool:
    if here.store.url in {config.store.url, config.relay.takeover_store}:
        return True
    try:
        whole = has_row(config.store.url, *head_of(here.store.url))
        why = "it lacks rows that are known here"
    except StoreError as error:
        whole, why = False, str(error)
    if not whole:
        log.error("leading with %s until the database is whole again: %s", here.store.url, why)
    return whole


def fence_store(url: str, site: str, scope: str, epoch: Epoch) -> None:
    """Where this store says that `site` leads, the hub of `epoch` does from now on. Raises StoreError."""
    with short_transaction(url) as connection:
        if led_by(scopes(connection), site) is not None:  # else it is not ours
            end_other_sessions(connection)  # our last commit may wait for a standby that is gone
            fence(connection, scope, epoch)


def leading_config(config: Config, word: Authority | None, debts: OwedTails) -> Config:
    """The configuration to lead with: of the promoted standby where there is one, else as it is.

    Raises Outranked; StoreError and ClusterError where rows of this very term are in that standby alone.
    """
    url = config.relay.takeover_store
    if not url or word is None:
        return config
    try:
        _promote(config, word)
    except Outranked:
        raise
    except (ClusterError, StoreError) as error:
        if any((one.url, one.term) == (url, word.term) for one in debts.all()):
            raise StoreError(
                f"this site leads term {word.term} from {url}, and only from there: {error}"
            ) from error
        log.error("the standby cannot lead, going on with this site's own copy: %s", error)  # noqa: TRY400 - its text says all
        return config
    debts.add(url, word.term)
    return replace(config, store=replace(config.store, url=url))


def _promote(config: Config, word: Authority) -> None:
    """It leads, and its own row says that this site holds the term. Repeated after any fall in between."""
    url = config.relay.takeover_store
    with contextlib.suppress(StoreDown):
        _check_not_outranked([Row(CITY, who_commands(url).epoch, "")], word)
    with contextlib.suppress(StoreError), short_transaction(url) as connection:
        ours = led_by(scopes(connection), config.site.code)
        if ours is not None and ours.epoch.term == word.term:
            return
    _wait_whole(url, *head_of(config.store.url))
    try:
        done = take_lead(config.cluster)
    except ClusterError as error:
        if not config.cluster.patroni:
            raise
        log.warning("etcd has no majority here, break-glass: %s", error)
        # The other choice is this site's own copy, which may lack more; a site that answers and has more rows
        # was shown to two people, and only their break-glass came past it.
        done = take_lead(config.cluster, break_glass=True, accept_loss=True)
    fork, _ = head_of(url)
    with short_transaction(url) as connection:
        _check_not_outranked(scopes(connection), word)
        take(connection, replace(word, fork_seq=fork))
    log.warning("leads with the promoted standby: journal %d, %.2f s", fork, done.took_s)


def _check_not_outranked(rows: list[Row], word: Authority) -> None:
    """Two sites may have been told to command at once: a lower (term, site) takes nothing from a higher."""
    city = max((row.epoch for row in rows if row.scope == CITY), default=Epoch(0, "", 0))
    if word.id == CITY and (city.term, city.site) > (word.term, word.site):
        raise Outranked(city)


def _wait_whole(url: str, seq: int, digest: bytes) -> None:
    """Raises ClusterError for a standby that lacks the last row of our own copy: more would be lost."""
    end, pause = time.monotonic() + REPLAY_S_MAX, threading.Event()
    while not has_row(url, seq, digest):
        if time.monotonic() > end:
            raise ClusterError(f"the standby lacks row {seq} of this site's copy")
        pause.wait(LOOK_S)
