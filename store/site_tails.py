"""Hands in the tails of stores a site does not follow with: a promoted standby it led from until fenced.

The same way back as of a copy (`store/core/rejoin.py`) without the going back: the server becomes a standby
again by `store rejoin`, which undoes its rows. A thread of its own asks the server; the relay's loop only
carries words between it and the hub. What cannot be handed in is an alarm that says what to do.
"""

import functools
import logging
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from store.core.rejoin import Ask, Phase, ReadTail, Rejoin, Rewind, Step
from store.core.site_messages import Hashes, LateDone
from store.core.wire import Epoch
from store.db.engine import place_of
from store.db.errors import NotHolder, StoreError
from store.db.rewind import Tail
from store.db.short import short_transaction
from store.site_owed import Owed, OwedTails

TURN_MS = 1_000
"""Between two looks; a row that is not answered is asked for again as often."""
AGAIN_MS = 5_000
WAITING_MAX = 64
CLOSE_S_MAX = 2.0

log = logging.getLogger(__name__)


class TailsElsewhere:
    """One start of the relay; every public method belongs to its loop."""

    def __init__(
        self, owed: OwedTails, site: str, follows_with: str, home: str, wall: Callable[[], int]
    ) -> None:
        """`site`: our code. `follows_with`: the store of this relay, which comes back by itself; `home`: the
        one a file may stand in for."""
        self.alarm = ""
        self.home_answers = False
        """The relay has to end: this site's own database is there again and comes back by itself."""
        self._home = home
        self._owed = owed
        self._site = site
        self._follows_with = follows_with
        self._wall = wall
        self._threads = ThreadPoolExecutor(1, "tails")
        self._running: deque[Future[None]] = deque()
        self._asks: deque[Ask] = deque()
        self._holder = Epoch(0, "", 0)  # from here on the thread's
        self._of: Owed | None = None
        self._tail: Tail | None = None
        self._rejoin: Rejoin | None = None
        self._said = ""
        self._turn_at = 0

    def close(self) -> None:
        """Waits for no server: what runs ends with its own time limits."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def on_time(self, holder: Epoch | None, now: int) -> list[Ask]:
        """Every Tick. `holder`: the hub on the line; `None`: nobody to hand anything to."""
        while self._running and self._running[0].done():
            self._running.popleft().result()
        if holder is not None and now >= self._turn_at and not self._running:
            self._turn_at = now + (AGAIN_MS if self.alarm else TURN_MS)
            self._submit(functools.partial(self._turn, holder, now))
        return [self._asks.popleft() for _ in range(len(self._asks))]

    def on_heard(self, message: Hashes | LateDone, now: int) -> None:
        """An answer of the hub; too many at once are dropped and asked for again."""
        if len(self._running) < WAITING_MAX:
            self._submit(functools.partial(self._hear, message, now))

    def _submit(self, job: Callable[[], None]) -> None:
        self._running.append(self._threads.submit(self._safely, job))

    # --- the thread -------------------------------------------------------------------------------

    def _safely(self, job: Callable[[], None]) -> None:
        try:
            job()
        except (StoreError, OSError) as error:
            self._fail(error)
        except Exception:  # ours; without this thread a tail would be forgotten
            log.exception("tail not handed in, again")
            self._leave()
            self.alarm = "orders_owed:"

    def _turn(self, holder: Epoch, now: int) -> None:
        owed = next((one for one in self._owed.all() if one.url != self._follows_with), None)
        if (holder.term, holder.site) != (self._holder.term, self._holder.site) or owed != self._of:
            self._leave()  # another hub may know other rows; another store is read instead
            self._holder, self._of = holder, owed
        if owed is None:
            self.alarm = self._said = ""
        elif self._rejoin is None:
            self._begin(owed, now)
        else:
            self._do(owed, self._rejoin.on_time(now), now)

    def _begin(self, owed: Owed, now: int) -> None:
        tail = self._tail = Tail(owed.url)
        is_owed = tail.is_owed_by(self._site)
        if owed.url == self._home:
            with short_transaction(owed.url):  # a standby without a leader answers as well
                pass
            log.warning("the database answers again, it comes back by itself: %s", place_of(owed.url))
            self._leave()
            self.home_answers = True
            return
        if not is_owed:
            log.warning("nothing is owed any more: %s", place_of(owed.url))
            self._owed.remove(owed.url)
            self._leave()
            return
        self._rejoin = Rejoin(tail.start().seq, tail.head().seq, tail.hash_at)
        self._do(owed, self._rejoin.start(now), now)

    def _hear(self, message: Hashes | LateDone, now: int) -> None:
        if self._of is None or self._rejoin is None:
            return
        if isinstance(message, Hashes):
            self._do(self._of, self._rejoin.on_hashes(message, now), now)
        else:
            self._do(self._of, self._rejoin.on_late_done(message, now), now)

    def _do(self, owed: Owed, steps: list[Step], now: int) -> None:
        rejoin, tail = self._rejoin, self._tail
        assert rejoin is not None
        assert tail is not None
        for step in steps:
            match step:
                case Ask():
                    self._asks.append(step)
                case ReadTail(fork):
                    orders = tail.orders(fork)
                    log.warning(
                        "%s: handing in %d orders after row %d", place_of(owed.url), len(orders), fork
                    )
                    self._do(owed, rejoin.on_tail(orders, now), now)
                case Rewind(fork, results):
                    tail.set_aside(fork, results, self._holder, self._wall(), self._site)
                    self._owed.remove(owed.url)
                    log.warning("%s: %d orders handed in", place_of(owed.url), len(results))
                    self._leave()
                    self.alarm = self._said = ""
        if rejoin.phase is Phase.STUCK:
            self._fail(StoreError("no row of it is known to the hub"))

    def _leave(self) -> None:
        if self._tail is not None:
            self._tail.close()
        self._tail = self._rejoin = None

    def _fail(self, error: Exception) -> None:
        """Said once until it changes; tried again for ever."""
        where = place_of(self._of.url) if self._of is not None else ""
        self._leave()
        self.alarm = f"orders_owed:{where}"
        if self._said != str(error):
            self._said = str(error)
            log.error("orders accepted here are not handed in from %s: %s. %s", where, error, _advice(error))


def _advice(error: Exception) -> str:
    if isinstance(error, NotHolder):
        return (
            "that server is another site's now: start what `store rejoin --keep` kept of the old one"
            " on a port of its own and say `main.py site hand-in --from URL`"
        )
    return "start that database as it was, before any `store rejoin`: the rest happens by itself"
