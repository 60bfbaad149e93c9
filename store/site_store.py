"""Taking command with the synchronous standby of this building (tier 1): it has every acknowledged row.

The relay's own copy says that two people gave this site command; the standby is promoted and led from. Where
it cannot be promoted the copy leads instead (tier 2): it may lack the last rows, and that is said.
"""

import logging

from msgspec.structs import replace

from dispatch.words import Authority
from store.cluster import ClusterError, take_lead
from store.config import Config
from store.db.authority import led_by, scopes, take
from store.db.errors import StoreError
from store.db.short import short_transaction
from store.db.verify import head_of

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


def _promote(config: Config, word: Authority) -> None:
    """It leads, and its own row says that this site holds the term. Repeated after any fall in between."""
    try:
        done = take_lead(config.cluster)
    except ClusterError as error:
        if not config.cluster.patroni:
            raise
        log.warning("etcd has no majority here, break-glass: %s", error)
        done = take_lead(config.cluster, break_glass=True)
    url = config.relay.takeover_store
    with short_transaction(url) as connection:
        if led_by(scopes(connection), config.site.code) is not None:
            return
    fork, _ = head_of(url)
    with short_transaction(url) as connection:
        take(connection, replace(word, fork_seq=fork))
    log.warning("leads with the promoted standby: journal %d, %.2f s", fork, done.took_s)
