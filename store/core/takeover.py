"""Taking and handing over command, pure: what a site knows, what is checked, what is refused and why.

Only people move command: two of them, proven by this site alone, with a reason and the number of the order
(bus.md 5.8). Reasons are the fixed words of `CommandAnswer`; "" means that it may be done.
"""

from collections.abc import Mapping

from msgspec import Struct

from dispatch.decide_authority import next_term
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.rights import SECOND_PERSON
from dispatch.sites import CITY, Authority
from store.core.command_messages import Evidence, HandOver, TakeCommand
from store.core.journal import Head
from store.core.tokens import CLOCK_SLACK_MS, Seals, open_token
from store.core.wire import EPOCH_ZERO, Epoch

ALIVE_MS = 3_000
"""Whoever was heard this lately still commands: taking over from him needs break-glass."""
HAND_OVER_MS_MAX = 2_000
"""Orders wait at most so long for a planned hand-over; then it is called off and nothing has changed."""
LEADERS = frozenset({Role.SHIFT_LEADER})


class Standing(Struct, frozen=True):
    """How a site stands to the one that commands. Times by one steady clock in ms; `None`: never heard.

    `commands`: the scope this site itself commands, "" none. `peers`: when each other site was last heard;
    `rows`: the last row each of them has; `standby_seq`: that of the standby in this building, 0 not known.
    """

    site: str
    commands: str
    own: Head
    holder_site: str = ""
    heard_epoch: Epoch = EPOCH_ZERO
    heard_seq: int = 0
    heard_at: int | None = None
    peers: Mapping[str, int] = {}
    rows: Mapping[str, int] = {}
    store: str = ""
    standby_seq: int = 0

    @property
    def term(self) -> int:
        return self.heard_epoch.term


class Pair(Struct, frozen=True):
    """Two people who proved themselves; or why that is not enough (`reason`), and who was proven."""

    first: str = ""
    second: str = ""
    reason: str = ""


def evidence(standing: Standing, scope: str, now: int) -> Evidence:
    """What is shown before anybody takes command. `now`: the same clock as in `standing`."""
    return Evidence(
        scope=scope,
        site=standing.site,
        holder_site=standing.holder_site or standing.heard_epoch.site,
        holder_term=standing.term,
        tick_age_ms=-1 if standing.heard_at is None else max(0, now - standing.heard_at),
        heard_epoch=standing.heard_epoch,
        heard_seq=max(standing.heard_seq, standing.own.seq),
        own_seq=standing.own.seq,
        store=standing.store,
        peers=tuple((site, max(0, now - at)) for site, at in sorted(standing.peers.items())),
        rows=tuple(sorted(standing.rows.items())),
        standby_seq=standing.standby_seq,
    )


def fullest(known: Evidence) -> tuple[str, int] | None:
    """The other site that is heard and has the most rows beyond ours, and how far it is; `None`: nobody.

    Two of three confirm a row: whoever commanded gone, it may be there and not here. While he is heard nobody
    takes anything, and a district's own scope is nobody else's to take.
    """
    if known.scope != CITY or known.holder_site == known.site or 0 <= known.tick_age_ms < ALIVE_MS:
        return None
    ages, own = dict(known.peers), max(known.own_seq, known.standby_seq)
    more = (
        (site, seq)
        for site, seq in known.rows
        if seq > own and site != known.holder_site and 0 <= ages.get(site, -1) < ALIVE_MS
    )
    return max(more, key=lambda one: one[1], default=None)


def two_people(token: bytes, second: bytes, machine_key: str, seals: Seals, floor: Floor, now: int) -> Pair:
    """Who orders this: two different people with the right to, one of whom leads. `now`: stamped time, ms."""
    one = open_token(token, seals, machine_key, now, now, CLOCK_SLACK_MS)
    other = open_token(second, seals, machine_key, now, now, CLOCK_SLACK_MS)
    if one is None or one.second:
        return Pair(reason="wrong_login")
    if other is None or other.dispatcher_id == one.dispatcher_id:
        return Pair(one.dispatcher_id, reason="two_people")
    people = [floor.dispatchers.get(token.dispatcher_id) for token in (one, other)]
    roles = [person.roles if person and not person.barred else frozenset[Role]() for person in people]
    if not all(held & SECOND_PERSON for held in roles) or not any(held & LEADERS for held in roles):
        return Pair(one.dispatcher_id, other.dispatcher_id, "not_allowed")
    return Pair(one.dispatcher_id, other.dispatcher_id)


def why_not_take(standing: Standing, floor: Floor, asked: TakeCommand, pair: Pair, now: int) -> str:
    """Why this site may not take the scope; "" it may. `now`: the clock of `standing`."""
    refused = pair.reason or _wrong_order(floor, asked.scope, asked.reason, asked.order_no)
    if refused:
        return refused
    if standing.commands in {CITY, asked.scope}:
        return "already_here"
    age = None if standing.heard_at is None else now - standing.heard_at
    if age is not None and age < ALIVE_MS and not asked.break_glass:
        return "holder_alive"
    if not asked.break_glass and fullest(evidence(standing, asked.scope, now)) is not None:
        return "lacks_rows"
    return ""


def why_not_hand_over(
    standing: Standing, floor: Floor, asked: HandOver, pair: Pair, followers: Mapping[str, int]
) -> str:
    """Why the scope may not be handed over; "" it may begin. `followers`: site -> ms since it last asked."""
    refused = pair.reason or _wrong_order(floor, asked.scope, asked.reason, asked.order_no)
    if refused:
        return refused
    if asked.scope != standing.commands or asked.to_site == standing.site:
        return "unknown_scope" if asked.to_site != standing.site else "already_here"
    if open_conflicts(floor):
        return "conflicts_open"
    age = followers.get(asked.to_site)
    return "" if age is not None and age < ALIVE_MS else "not_connected"


def open_conflicts(floor: Floor) -> int:
    """How many conflicts wait for a person; a takeover is not over before it is none."""
    return sum(conflict.settled is None for conflict in floor.conflicts.values())


def taken(floor: Floor, standing: Standing, asked: TakeCommand, pair: Pair, at: int) -> Authority:
    """The word that goes on as the first row of this site's own journal. `at`: stamped time, ms."""
    return Authority(
        id=asked.scope,
        site=standing.site,
        term=next_term(floor, standing.term),
        since_at=at,
        dispatcher_id=pair.first,
        second_id=pair.second,
        reason=asked.reason,
        order_no=asked.order_no,
        break_glass=asked.break_glass,
        from_site=standing.holder_site or standing.heard_epoch.site,
        fork_seq=standing.own.seq,
        heard_seq=max(standing.heard_seq, standing.own.seq),
    )


def handed_over(
    floor: Floor, standing: Standing, own_term: int, asked: HandOver, pair: Pair, at: int
) -> Authority:
    """The last row of this site's time in command: everything is over there, nothing is lost."""
    return Authority(
        id=asked.scope,
        site=asked.to_site,
        term=next_term(floor, own_term),
        since_at=at,
        dispatcher_id=pair.first,
        second_id=pair.second,
        reason=asked.reason,
        order_no=asked.order_no,
        from_site=standing.site,
        fork_seq=standing.own.seq + 1,
        heard_seq=standing.own.seq + 1,
    )


def outranks(heard: Epoch, own: Epoch) -> bool:
    """True when what was heard ends our command: only (term, site) counts between sites, never boot."""
    return (heard.term, heard.site) > (own.term, own.site)


def _wrong_order(floor: Floor, scope: str, reason: str, order_no: str) -> str:
    if not reason.strip() or not order_no.strip():
        return "no_reason"
    return "" if scope == CITY or scope in floor.sites else "unknown_scope"
