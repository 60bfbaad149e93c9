"""The words about the command of a scope, between a seat and the hub or relay it speaks with (bus.md 5.8)."""

from store.core.wire import EPOCH_ZERO, Epoch, Id, Message


class EvidenceReq(Message, frozen=True):
    """What does this site know of the one that commands? Shown before anybody takes command."""

    scope: str


class TakeCommand(Message, frozen=True):
    """应急接管: two people order that this site commands `scope` from now on (bus.md 5.8).

    `token` is the session of the first, `second` the proof of the second person. `break_glass`: without the
    agreement of the site that commanded.
    """

    id: Id
    scope: str
    reason: str
    order_no: str
    token: bytes
    second: bytes
    break_glass: bool = False
    checks: tuple[str, ...] = ()


class HandOver(Message, frozen=True):
    """计划移交、交还: this site gives `scope` to `to_site`, which is connected and has everything."""

    id: Id
    scope: str
    to_site: str
    reason: str
    order_no: str
    token: bytes
    second: bytes


class DeclareIsland(Message, frozen=True):
    """孤岛: two people order that commits no longer wait for the other building (`on`), or wait again."""

    id: Id
    on: bool
    reason: str
    token: bytes
    second: bytes


class Evidence(Message, frozen=True):
    """What this site knows. Ages in ms; -1: never heard. `heard_seq` - `own_seq` rows may be lost."""

    scope: str
    site: str
    holder_site: str
    holder_term: int
    tick_age_ms: int
    heard_epoch: Epoch
    heard_seq: int
    own_seq: int
    store: str = ""
    peers: tuple[tuple[str, int], ...] = ()
    """(site, age of its last word in ms) of every other site this one speaks with."""
    rows: tuple[tuple[str, int], ...] = ()
    """(site, last row it has) of them, where it goes on from ours: `takeover.fullest` says who has more."""
    standby_seq: int = 0
    """The last row of the standby in this building, which would be promoted; 0: none, or not known."""


class CommandAnswer(Message, frozen=True):
    """The answer to TakeCommand, HandOver or DeclareIsland `id`. `reason` "" means done.

    two_people, not_allowed, wrong_login, no_reason, already_here, holder_alive, behind, lacks_rows,
    not_connected, conflicts_open, store, unknown_scope, timeout, version (the hub is of before the districts)
    """

    id: Id
    reason: str = ""
    text: str = ""
    epoch: Epoch = EPOCH_ZERO
