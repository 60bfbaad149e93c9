"""A site that commands: it answers for it, hands it over as planned, and ends when another site holds it.

Nothing is decided while command is being moved (2 s at most), and nothing after a higher (term, site) was
heard. What became of the role is left in `outcome` for the process around.
"""

import logging
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from dispatch.administration import Act, NoteAdministration
from dispatch.commands import MoveAuthority
from dispatch.sites import CITY, Authority
from store.core.batch import Batch
from store.core.command_messages import CommandAnswer, DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.ids import new_id
from store.core.outputs import ForSite, Reply, Route
from store.core.takeover import (
    HAND_OVER_MS_MAX,
    Pair,
    Standing,
    evidence,
    handed_over,
    taken,
    two_people,
    why_not_hand_over,
    why_not_take,
)
from store.core.wire import Epoch, encode
from store.db.errors import StoreError
from store.hub import Hub
from store.site_view import View

log = logging.getLogger(__name__)


class Fenced(Struct, frozen=True):
    """Another site was heard to command."""

    epoch: Epoch


class Given(Struct, frozen=True):
    """Command was handed over as planned."""

    word: Authority


class Taken(Struct, frozen=True):
    """Two people ordered that this site commands more than before."""

    word: Authority


Outcome = Fenced | Given | Taken | None


class _Move(Struct):
    """A planned hand-over under way. `word` None: it still waits until the other side has everything."""

    asked: HandOver
    pair: Pair
    route: Route
    since: int
    word: Authority | None = None
    cid: str = ""
    durable_at: int | None = None


class Leading:
    """The hooks of one boot of the hub (`store.hub.Site`)."""

    def __init__(self, view: View, on_taken: Callable[[Authority], None]) -> None:
        """`on_taken` makes an order to take command durable before it is answered."""
        self.outcome: Outcome = None
        self._view = view
        self._on_taken = on_taken
        self._move: _Move | None = None

    # --- questions --------------------------------------------------------------------------------

    def on_for_site(self, asked: ForSite, hub: Hub, now: int, wall: int) -> list[Reply]:
        route, message, machine = asked.origin.route, asked.message, asked.origin.machine
        if isinstance(message, EvidenceReq):
            return [Reply(route, encode(evidence(self._standing(hub, now), message.scope, now)))]
        pair = _pair(message, machine.public_key, hub, wall)
        match message:
            case TakeCommand():
                answer: CommandAnswer | None = self._take(message, pair, hub, now, wall)
            case HandOver():
                answer = self._begin_hand_over(message, pair, route, hub, now)
            case DeclareIsland():
                answer = _island(message, pair, route, machine.name, hub)
        if answer is None:
            return []
        if answer.reason:
            _note_refused(message, pair, answer.reason, machine.name, hub, wall)
        return [Reply(route, encode(answer))]

    def _standing(self, hub: Hub, now: int) -> Standing:
        """Who commands the city hears himself."""
        identity, scope, head = hub.logic.identity, hub.logic.scope, hub.logic.head
        if scope != CITY:
            return self._view.standing(identity.site, scope, head)
        return Standing(
            site=identity.site,
            commands=scope,
            own=head,
            holder_site=identity.site,
            heard_epoch=identity.epoch,
            heard_seq=head.seq,
            heard_at=now,
            peers=self._view.ages(),
            rows=self._view.rows(identity.epoch),
        )

    def _take(self, asked: TakeCommand, pair: Pair, hub: Hub, now: int, wall: int) -> CommandAnswer:
        """A district that commands itself takes the whole city; or nobody took what was handed over."""
        standing = self._standing(hub, now)
        if self._move is not None and self._move.durable_at is not None:
            standing = replace(standing, commands="", heard_at=None)
        reason = why_not_take(standing, hub.logic.floor, asked, pair, now)
        if reason:
            log.warning("command of %s not taken: %s", asked.scope, reason)
            return CommandAnswer(id=asked.id, reason=reason, epoch=hub.logic.identity.epoch)
        word = taken(hub.logic.floor, standing, asked, pair, wall)
        try:
            self._on_taken(word)
        except (StoreError, OSError) as error:
            log.warning("command not taken, it could not be written down: %s", error)
            epoch = hub.logic.identity.epoch
            return CommandAnswer(id=asked.id, reason="store", text=str(error)[:200], epoch=epoch)
        self.outcome = Taken(word)
        hub.stop()
        return CommandAnswer(id=asked.id, epoch=Epoch(word.term, word.site, 0))

    def _begin_hand_over(
        self, asked: HandOver, pair: Pair, route: Route, hub: Hub, now: int
    ) -> CommandAnswer | None:
        """Why not; `None`: it has begun, the answer comes when it is over."""
        if self._move is not None:
            if self._move.asked.id == asked.id:
                self._move.route = route
                return None
            return CommandAnswer(id=asked.id, reason="timeout")
        standing = self._standing(hub, now)
        reason = why_not_hand_over(standing, hub.logic.floor, asked, pair, self._reachable(hub, now))
        if reason:
            log.warning("command of %s not handed over: %s", asked.scope, reason)
            return CommandAnswer(id=asked.id, reason=reason, epoch=hub.logic.identity.epoch)
        log.warning("command of %s is being handed over to %s", asked.scope, asked.to_site)
        self._move = _Move(asked, pair, route, now)
        hub.handing_over = True
        return None

    def _reachable(self, hub: Hub, now: int) -> dict[str, int]:
        """Code of each site that could take over -> ms since it was heard: followers, or the city itself."""
        peers = {code: now - at for code, at in self._view.ages().items()}
        if hub.logic.scope != CITY:
            return peers
        followers = dict(hub.logic.followers.sites(now))
        return {
            code: followers[site]
            for code in peers
            if (site := self._view.roster_site(code)) is not None and site in followers
        }

    # --- what happens -----------------------------------------------------------------------------

    def on_committed(self, batch: Batch, hub: Hub, now: int) -> list[Reply]:
        """The last row of our time is durable: from here on this site decides nothing."""
        self._note_returned(batch, hub)
        move = self._move
        if move is None or move.word is None or move.durable_at is not None:
            return []
        if batch.floor.authorities.get(move.word.id) != move.word:
            refused = any(verdict.cid == move.cid and verdict.refusal for verdict, _ in batch.answers)
            return self._call_off(move, "store", hub) if refused else []
        move.durable_at = now
        self.outcome = Given(move.word)
        epoch = Epoch(move.word.term, move.word.site, 0)
        return [Reply(move.route, encode(CommandAnswer(id=move.asked.id, epoch=epoch)))]

    def _note_returned(self, batch: Batch, hub: Hub) -> None:
        """A district came back under a higher term than ours: the city goes on under that one.

        Every seat that knows the district's term then takes our word again.
        """
        identity, scope = hub.logic.identity, hub.logic.scope
        if scope != CITY or self.outcome is not None:
            return
        held = [word for word in batch.floor.authorities.values() if word.site == identity.site]
        newest = max(held, key=lambda word: word.term, default=None)
        if newest is not None and newest.id != CITY and newest.term > identity.epoch.term:
            log.warning("district %s is back: the city goes on under term %d", newest.id, newest.term)
            self.outcome = Taken(replace(newest, id=CITY))
            hub.stop()

    def on_time(self, hub: Hub, now: int, wall: int) -> list[Reply]:
        """Every Tick: does another site command; how far is a hand-over?"""
        own, scope = hub.logic.identity.epoch, hub.logic.scope
        above = self._view.above(own, scope)
        if above is not None and self.outcome is None:
            log.error("fenced: %s commands %s, this is %s", above.epoch, above.scope, own)
            self.outcome = Fenced(above.epoch)
            hub.fenced = True
            hub.stop()
            return []
        if scope == CITY:
            self._note_districts(hub, wall)
        return self._go_on(self._move, hub, now, wall) if self._move is not None else []

    def _note_districts(self, hub: Hub, wall: int) -> None:
        """A district that commands itself is written down: its vehicles are not ordered from here."""
        for word in self._view.districts():
            known = hub.logic.floor.authorities.get(word.scope)
            newer = known is None or (word.epoch.term, word.epoch.site) > (known.term, known.site)
            if newer and word.scope in hub.logic.floor.sites:
                authority = Authority(word.scope, word.epoch.site, word.epoch.term, word.since_at)
                cid = f"heard-{word.scope}-{word.epoch.term}-{word.epoch.site}"
                hub.logic.enqueue_own(cid, MoveAuthority(authority), wall)

    def _go_on(self, move: _Move, hub: Hub, now: int, wall: int) -> list[Reply]:
        if move.durable_at is not None:
            own, scope = hub.logic.identity.epoch, hub.logic.scope
            if scope != CITY or self._view.above(own, scope) is not None:
                hub.stop()  # the other side commands; until then it can still get our last row here
            return []
        if move.word is not None or hub.logic.writing:
            return []
        if self._has_everything(move, hub):
            standing = self._standing(hub, now)
            term = hub.logic.identity.epoch.term
            move.word = handed_over(hub.logic.floor, standing, term, move.asked, move.pair, wall)
            move.cid = new_id()
            hub.logic.hand_over_by(move.cid, MoveAuthority(move.word), wall)
            return []
        if now - move.since <= HAND_OVER_MS_MAX:
            return []
        return self._call_off(move, "behind", hub)

    def _call_off(self, move: _Move, reason: str, hub: Hub) -> list[Reply]:
        """behind: it has not everything yet; store: the last row could not be written in time."""
        log.error("hand-over to %s called off: %s", move.asked.to_site, reason)
        self._move, hub.handing_over = None, False
        epoch = hub.logic.identity.epoch
        return [Reply(move.route, encode(CommandAnswer(id=move.asked.id, reason=reason, epoch=epoch)))]

    def _has_everything(self, move: _Move, hub: Hub) -> bool:
        """A district gives its tail in by itself afterwards; the city needs a follower without a gap."""
        if hub.logic.scope != CITY:
            return True
        site = self._view.roster_site(move.asked.to_site)
        return site is not None and hub.logic.followers.caught_up(site, hub.logic.head)


def _island(asked: DeclareIsland, pair: Pair, route: Route, where: str, hub: Hub) -> CommandAnswer | None:
    """Carried out on its own thread; answer and row of the journal, with both names, come when that ended."""
    reason = pair.reason or ("" if asked.reason.strip() else "no_reason")
    if reason:
        return CommandAnswer(id=asked.id, reason=reason)
    first, second = _numbers(pair, hub)
    act = Act.ISLAND if asked.on else Act.ISLAND_END
    note = NoteAdministration(act, hub.logic.scope, first, second, where=where, remark=asked.reason)
    refused = hub.commits.island(asked, route, note)
    if refused is None:
        log.warning("island %s ordered by %s and %s: %s", asked.on, first, second, asked.reason)
    return refused


def _note_refused(
    asked: TakeCommand | HandOver | DeclareIsland, pair: Pair, reason: str, where: str, hub: Hub, wall: int
) -> None:
    """The try is journaled, once, where somebody proven made it; of a stranger only the log tells."""
    first, second = _numbers(pair, hub)
    if not first:
        log.warning("nobody proven asked at %s: %s refused, %s", where, type(asked).__name__, reason)
        return
    match asked:
        case TakeCommand(scope=scope):
            act = Act.TAKE_COMMAND
        case HandOver(scope=scope):
            act = Act.HAND_OVER
        case DeclareIsland(on=on):
            act, scope = Act.ISLAND if on else Act.ISLAND_END, hub.logic.scope
    note = NoteAdministration(act, scope, first, second, reason, where, asked.reason)
    hub.logic.enqueue_own(f"refused-{asked.id}", note, wall)


def _numbers(pair: Pair, hub: Hub) -> tuple[str, str]:
    """Their staff numbers; "": nobody."""
    people = (hub.logic.floor.dispatchers.get(one) for one in (pair.first, pair.second))
    first, second = (person.staff_number if person else "" for person in people)
    return first, second


def _pair(asked: TakeCommand | HandOver | DeclareIsland, machine_key: str, hub: Hub, wall: int) -> Pair:
    return two_people(asked.token, asked.second, machine_key, hub.logic.seals, hub.logic.floor, wall)
