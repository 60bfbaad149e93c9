"""A site that follows: it shows what it knows, takes command by order of two people, comes back from a fork.

A journal with a tail of its own is handed in order by order before it is rewound; a copy of the whole store
is kept first. What became of the role is left in `outcome` for the process around.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct

from dispatch.events import AuthorityMoved, Event
from dispatch.sites import CITY, Authority
from store.bus.roster import RosterError, read_roster
from store.core.batch import Batch
from store.core.command_messages import CommandAnswer, DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.following import ForkFound, ToTheHub
from store.core.journal import Head
from store.core.messages import FromHub
from store.core.outputs import ForSite, Reply, Route
from store.core.rejoin import Ask, Phase, ReadTail, Rejoin, Rewind, Step
from store.core.relay_logic import RelayLogic
from store.core.roster import sign_keys
from store.core.site_messages import Hashes, Late, LateDone
from store.core.takeover import Pair, Standing, evidence, taken, two_people, why_not_take
from store.core.tokens import Seals
from store.core.wire import Epoch, encode
from store.db.engine import place_of
from store.db.errors import StoreError
from store.db.rewind import Tail
from store.relay import SiteAnswer
from store.site_standby import StandbyEye
from store.site_tails import TailsElsewhere
from store.site_view import View

AGAIN_MS = 5_000

log = logging.getLogger(__name__)
_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Lead(Struct, frozen=True):
    """This site commands from now on."""

    word: Authority


class GoBack(Struct, frozen=True):
    """Everything was handed in: rewind to row `fork`, then follow `epoch`."""

    fork: int
    results: dict[str, str]
    epoch: Epoch


FollowerOutcome = Lead | GoBack | None


class _Taking(Struct):
    """An order to take command that is being written down. `route`: who is answered; `epoch`: until then."""

    id: str
    route: Route
    word: Authority
    epoch: Epoch
    written: Future[None]


class Following:
    """The hooks of one start of the relay (`store.relay.Site`). `end` ends the relay soon."""

    def __init__(
        self,
        site: str,
        view: View,
        store_url: str,
        roster: Path,
        on_taken: Callable[[Authority], None],
        tails: TailsElsewhere,
        *,
        fenced: bool,
        standby: StandbyEye | None = None,
    ) -> None:
        """`site`: our code. `fenced`: we led until we heard of another; our tail is not compared with it
        yet. `on_taken` makes an order to take command durable before it is answered; on a thread of its own,
        the server may hang and seats need their Ticks."""
        self.outcome: FollowerOutcome = None
        self.end: Callable[[], None] = lambda: None
        self._site = site
        self._view = view
        self._url = store_url
        self._roster = roster
        self._on_taken = on_taken
        self._taking: _Taking | None = None
        self._pen = ThreadPoolExecutor(1, "taking")
        self._tails = tails
        self._fenced = fenced
        self._is_whole = False
        self._stuck = ""
        self._tail: Tail | None = None
        self._rejoin: Rejoin | None = None
        self._holder = Epoch(0, "", 0)
        self._reading: Future[list[Late]] | None = None
        self._threads = ThreadPoolExecutor(1, "tail")
        self._standby = standby or StandbyEye("")
        self._ending = False
        self._forked: ForkFound | None = None
        self._takes_copied = False
        self._again_at = 0

    def close(self) -> None:
        """Waits for no disk and no server: a copy under way is begun anew by the next start."""
        self._tails.close()
        self._standby.close()
        self._pen.shutdown(wait=False)
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._tail is not None:
            self._tail.close()

    @property
    def alarm(self) -> str:
        """What people have to know, and to do; "" nothing."""
        return self._stuck or self._tails.alarm

    @property
    def is_whole(self) -> bool:
        """This store has no tail: rows of the hub continue it."""
        return self._is_whole and not self._fenced and self._rejoin is None

    # --- taking command ---------------------------------------------------------------------------

    def on_for_site(self, asked: ForSite, logic: RelayLogic, now: int, wall: int) -> SiteAnswer:
        route, message = asked.origin.route, asked.message
        match message:
            case EvidenceReq(scope=scope):
                return [Reply(route, encode(evidence(self._standing(logic), scope, now)))]
            case TakeCommand():
                pair = self._pair(message, asked.origin.machine.public_key, logic, wall)
                answer = self._take(message, route, pair, logic, now, wall)
                return [Reply(route, encode(answer))] if answer is not None else []
            case HandOver() | DeclareIsland():
                return [Reply(route, encode(CommandAnswer(id=message.id, reason="unknown_scope")))]

    def _standing(self, logic: RelayLogic) -> Standing:
        """The line to the hub and what its site answers by itself, whichever is newer."""
        up, epoch = logic.following, logic.epoch
        heard_at, heard_seq = up.heard_at, up.heard_seq
        city = self._view.city()
        if city is not None and city.welcome.epoch >= epoch:
            heard_at = city.at if heard_at is None else max(city.at, heard_at)
            heard_seq = max(heard_seq, city.welcome.seq)
            epoch = city.welcome.epoch
        return Standing(
            site=logic.identity.site,
            commands="",
            own=logic.head,
            holder_site=epoch.site,
            heard_epoch=epoch,
            heard_seq=heard_seq,
            heard_at=heard_at,
            peers=self._view.ages(),
            rows=self._view.rows(logic.epoch),
            store=str(logic.store_mode),
            standby_seq=self._standby.seq(),
        )

    def _pair(self, asked: TakeCommand, machine_key: str, logic: RelayLogic, wall: int) -> Pair:
        seals = Seals(logic.identity.sign)
        try:
            seals.trust(sign_keys(read_roster(self._roster)))
        except RosterError as error:  # what this site sealed itself still counts
            log.warning("roster not read: %s", error)
        return two_people(asked.token, asked.second, machine_key, seals, logic.floor, wall)

    def _take(
        self, asked: TakeCommand, route: Route, pair: Pair, logic: RelayLogic, now: int, wall: int
    ) -> CommandAnswer | None:
        """Why not; `None`: it is being written down, the answer comes with a Tick after that."""
        if self._taking is not None:
            if self._taking.id != asked.id:
                return CommandAnswer(id=asked.id, reason="timeout", epoch=logic.epoch)
            self._taking.route = route
            return None
        standing = self._standing(logic)
        reason = why_not_take(standing, logic.floor, asked, pair, now)
        if not logic.has_copy:
            reason = reason or "store"
        if (self._fenced or self._rejoin is not None) and not asked.break_glass:
            # what people were told no to over there may stand accepted here
            reason = reason or "behind"
        if reason:
            log.warning("command of %s not taken: %s", asked.scope, reason)
            return CommandAnswer(id=asked.id, reason=reason, epoch=logic.epoch)
        word = taken(logic.floor, standing, asked, pair, wall)
        log.error(
            "command of %s is taken, term %d, by %s and %s", word.id, word.term, pair.first, pair.second
        )
        written = self._pen.submit(self._on_taken, word)
        self._taking = _Taking(asked.id, route, word, logic.epoch, written)
        return None

    def _on_written(self, taking: _Taking) -> SiteAnswer:
        self._taking = None
        word = taking.word
        try:
            taking.written.result()
        except (StoreError, OSError) as error:
            log.warning("command not taken, it could not be written down: %s", error)
            answer = CommandAnswer(id=taking.id, reason="store", text=str(error)[:200], epoch=taking.epoch)
        else:
            self.outcome, self._ending = Lead(word), True
            answer = CommandAnswer(id=taking.id, epoch=Epoch(word.term, word.site, 0))
        return [Reply(taking.route, encode(answer))]

    def on_copied(self, batch: Batch, now: int) -> SiteAnswer:
        """A planned hand-over to us is the last row of the other side's time."""
        if self._rejoin is None:  # their rows continue ours: no tail
            self._fenced, self._is_whole = False, True
        for entry in batch.entries:
            if entry.kind == AuthorityMoved.__name__:
                event = _events.decode(entry.body)
                assert isinstance(event, AuthorityMoved)
                self._on_moved(event.authority, entry.epoch)
        return []

    def _on_moved(self, word: Authority, epoch: Epoch) -> None:
        """Only the word that ends the time of the hub we follow counts, not one out of the past."""
        if word.id == CITY and word.site == self._site and (word.term, word.site) > self._followed(epoch):
            self.outcome, self._ending = Lead(word), True

    def _followed(self, epoch: Epoch) -> tuple[int, str]:
        city = self._view.city()
        newest = max(epoch, city.welcome.epoch) if city is not None else epoch
        return newest.term, newest.site

    # --- coming back ------------------------------------------------------------------------------

    def on_fork(self, fork: ForkFound, now: int) -> SiteAnswer:
        """Our journal has a tail of its own: begin the way back, or go on with it under another hub."""
        self._holder, self._forked, self._takes_copied = fork.epoch, fork, fork.takes_copied
        if self._rejoin is None:
            try:
                self._tail = Tail(self._url)
                start, head = self._tail.start(), self._tail.head()
            except StoreError as error:
                log.warning("way back not begun: %s", error)
                return []
            self._rejoin = _rejoin(self._tail, start, head)
        return self._answer(self._rejoin.start(now), now)

    def on_heard(self, heard: FromHub, now: int) -> SiteAnswer:
        if isinstance(heard, Hashes | LateDone):
            self._tails.on_heard(heard, now)
        if self._rejoin is None:
            return []
        if isinstance(heard, Hashes):
            return self._answer(self._rejoin.on_hashes(heard, now), now)
        if isinstance(heard, LateDone):
            return self._answer(self._rejoin.on_late_done(heard, now), now)
        return []

    def on_time(self, holder: Epoch | None, now: int) -> SiteAnswer:
        """Every Tick. `holder`: the hub that was just heard on the line; `None`: cut off."""
        if self._taking is not None:  # whatever else would end this role waits for it
            return self._on_written(self._taking) if self._taking.written.done() else []
        if self._ending:
            self.end()
            return []
        if self._forked is not None and (self._rejoin is None or self._rejoin.phase is Phase.STUCK):
            return self._begin_again(self._forked, now)
        if self._rejoin is None:
            asks = self._tails.on_time(holder, now)
            self._ending = self._tails.home_answers
            return [ToTheHub(ask.message) for ask in asks]
        if self._reading is not None and self._reading.done():
            return self._on_tail_read(self._rejoin, now)
        if self._rejoin.phase is Phase.READING and self._reading is None and now >= self._again_at:
            self._read(self._rejoin.fork)  # a copy of the whole store is nothing to be tried all the time
        return self._answer(self._rejoin.on_time(now), now)

    def _begin_again(self, fork: ForkFound, now: int) -> SiteAnswer:
        """The store did not answer, or no shared row was found: look again, it is never given up."""
        if now < self._again_at:
            return []
        self._again_at = now + AGAIN_MS
        if self._rejoin is not None:
            self._say_stuck(fork)
            self._rejoin = None
        return self.on_fork(fork, now)

    def _say_stuck(self, fork: ForkFound) -> None:
        """Once for each hub: what it means and what to do."""
        alarm = f"no_shared_row:{fork.epoch.site}"
        if self._stuck != alarm:
            self._stuck = alarm
            log.error(
                "this journal shares no row with that of %s: nothing is lost, nothing is handed in. Are"
                " [relay] hubs and roster.json this city's? If so keep %s and begin with an empty store",
                fork.epoch,
                place_of(self._url),
            )

    def _on_tail_read(self, rejoin: Rejoin, now: int) -> SiteAnswer:
        assert self._reading is not None
        reading, self._reading = self._reading, None
        try:
            orders = reading.result()
        except (StoreError, OSError) as error:
            log.warning("the tail could not be read or copied, again: %s", error)
            self._again_at = now + AGAIN_MS
            return []
        log.warning("handing in %d orders after row %d to %s", len(orders), rejoin.fork, self._holder)
        return self._answer(rejoin.on_tail(orders, now), now)

    def _answer(self, steps: list[Step], now: int) -> SiteAnswer:
        if self._rejoin is not None and self._rejoin.phase not in {Phase.FINDING, Phase.STUCK}:
            self._stuck = ""
        answer: SiteAnswer = []
        for step in steps:
            match step:
                case Ask(message):
                    answer.append(ToTheHub(message))
                case ReadTail(fork):
                    self._read(fork)
                case Rewind(fork, results):
                    self.outcome, self._ending = GoBack(fork, results, self._holder), True
        return answer

    def _read(self, fork: int) -> None:
        tail = self._tail
        assert tail is not None

        def read() -> list[Late]:
            copy = tail.keep_copy(fork)
            log.warning("the store as it was is kept: %s", copy)
            return [late for late in tail.orders(fork) if self._takes_copied or late.site == self._site]

        self._reading = self._threads.submit(read)


def _rejoin(tail: Tail, start: Head, head: Head) -> Rejoin:
    return Rejoin(start.seq, head.seq, tail.hash_at)
