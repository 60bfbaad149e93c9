"""Taking command with the synchronous standby of this building (tier 1): it has every acknowledged row.

The relay's own copy says that two people gave this site command; the standby is promoted and led from. Where
it cannot be promoted the copy leads instead (tier 2): it may lack the last rows, and that is said.
"""

import contextlib
import logging
from pathlib import Path

from msgspec.structs import replace

from dispatch.sites import Authority
from store.cluster import ClusterError, take_lead
from store.config import Config
from store.db.authority import NORMAL, Row, led_by, scopes, take
from store.db.errors import StoreError
from store.db.short import short_transaction
from store.db.verify import head_of

COPY_FILE = "copy.sqlite"

log = logging.getLogger(__name__)


def leading_config(config: Config, word: Authority | None) -> Config:
    """The configuration to lead with: of the promoted standby where there is one, else as it is."""
    url = config.relay.takeover_store
    if not url or word is None:
        return config
    try:
        _promote(config, word)
    except (ClusterError, StoreError) as error:
        log.error("the standby cannot lead, going on with this site's own copy: %s", error)  # noqa: TRY400
        return config
    return replace(config, store=replace(config.store, url=url))


def copying_config(config: Config, rows: list[Row]) -> Config:
    """The configuration to follow with. A database that another site leads from is that site's own.

    A cluster promoted elsewhere answers at the addresses of ours: a copy written there would fence its hub.
    The copy goes into a file of this machine instead.
    """
    if not any(row.mode == NORMAL and row.epoch.site != config.site.code for row in rows):
        return config
    file = Path(config.store.dir) / COPY_FILE
    log.warning("the database is led from another site: following with a copy in %s", file)
    return replace(config, store=replace(config.store, url=f"sqlite:///{file}"))


def _promote(config: Config, word: Authority) -> None:
    """It leads, and its own row says that this site holds the term. Repeated after any fall in between."""
    url = config.relay.takeover_store
    with contextlib.suppress(StoreError), short_transaction(url) as connection:
        if led_by(scopes(connection), config.site.code) is not None:
            return
    try:
        done = take_lead(config.cluster)
    except ClusterError as error:
        if not config.cluster.patroni:
            raise
        log.warning("etcd has no majority here, break-glass: %s", error)
        # The other choice is this site's own copy, which may lack more; two people saw the rows of each site.
        done = take_lead(config.cluster, break_glass=True, accept_loss=True)
    fork, _ = head_of(url)
    with short_transaction(url) as connection:
        take(connection, replace(word, fork_seq=fork))
    log.warning("leads with the promoted standby: journal %d, %.2f s", fork, done.took_s)
