"""What commits wait for: asks the leading server on a thread of its own, and carries out an island's order.

While a commit waits for the other building the writer is inside it and can say nothing: this connection
asks for it. Whether this city is an island is the server's own word, so that it outlives any hub. The journal
hears what became of an order once that is known, and of a change that nobody ordered here.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from dispatch.administration import Act, NoteAdministration
from dispatch.sites import CITY
from store.cluster import ClusterError, set_island
from store.config import Config
from store.core.command_messages import CommandAnswer, DeclareIsland
from store.core.outputs import Reply, Route
from store.core.wire import Mode, encode
from store.db.errors import StoreError
from store.db.server import CommitEyes, CommitState

LATE_MS = 1000
"""A commit that takes longer is told to people."""
LOOK_S = 1.0
UNORDERED = "不是本中枢下的令 not ordered at this hub"
AT_START = "中枢启动时已是孤岛 the hub began on an island"

log = logging.getLogger(__name__)


class _Asked(Struct, frozen=True):
    order: DeclareIsland
    route: Route
    note: NoteAdministration


class CommitWatch:
    """`mode` for the Tick; `island` for two people's order. Idle where the store has no standbys."""

    def __init__(self, config: Config, wake: Callable[[], None]) -> None:
        self._config = config
        self._wake = wake
        cluster = config.cluster
        self._island_possible = bool(cluster.patroni or cluster.server)
        self._waiting = self._island = self._seen = False
        self._confirmations = 0
        self._ordered: bool | None = None
        """What was carried out and is not seen at the server yet: this change has its row already."""
        self._inbox: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._answers: deque[Reply] = deque()
        self._notes: deque[NoteAdministration] = deque()
        self._thread = threading.Thread(target=self._run, name="commits", daemon=True)
        self._served = config.store.url.startswith("postgresql")

    def start(self) -> None:
        if self._served:
            self._thread.start()

    def stop(self, deadline_s: float) -> None:
        if self._served:
            self._inbox.put(None)
            self._thread.join(deadline_s)

    def mode(self, store_age_ms: int) -> Mode:
        """NORMAL or ISLAND; once a command waits too long STORE_WAIT or, by the server's word, SYNC_WAIT."""
        if store_age_ms > LATE_MS:
            return Mode.SYNC_WAIT if self._waiting else Mode.STORE_WAIT
        return Mode.ISLAND if self._island else Mode.NORMAL

    @property
    def alarm(self) -> str:
        """`few_standbys:<how many confirm>:<how many must>`; an island, and a commit that waits, say more."""
        must, do = self._config.cluster.confirmations, self._confirmations
        return f"few_standbys:{do}:{must}" if self._seen and 0 < do < must else ""

    def island(self, order: DeclareIsland, route: Route, note: NoteAdministration) -> CommandAnswer | None:
        """Two people have ordered it; `None`: the answer comes by `take`, when it is in effect or why not.

        `note` goes into the journal then, with what came of it.
        """
        if not self._served or not self._island_possible:
            text = "this store has no standby in another building"
            return CommandAnswer(id=order.id, reason="store", text=text)
        self._inbox.put(_Asked(order, route, note))
        return None

    def take(self) -> list[Reply]:
        """Answers to orders that were carried out, or not."""
        done = []
        while self._answers:
            done.append(self._answers.popleft())
        return done

    def take_notes(self) -> list[NoteAdministration]:
        """What the journal has to say of islands since the last time."""
        done = []
        while self._notes:
            done.append(self._notes.popleft())
        return done

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        eyes = CommitEyes(self._config.store.url)
        try:
            while True:
                try:
                    asked = self._inbox.get(timeout=LOOK_S)
                except queue.Empty:
                    self._look(eyes)
                    continue
                if asked is None:
                    return
                self._carry_out(asked)
                self._look(eyes)
        finally:
            eyes.close()

    def _look(self, eyes: CommitEyes) -> None:
        try:
            seen = eyes.look()
        except StoreError:
            self._waiting = False  # the writer says the same of the store itself
            return
        self._judge(seen)

    def _judge(self, seen: CommitState) -> None:
        self._waiting, self._confirmations = seen.waits, seen.confirmations
        island = self._island_possible and not seen.wait_for
        if island != self._island:
            log.warning("commits wait for %s", "nobody: island" if island else seen.wait_for)
            if island is not self._ordered:
                self._note_unordered(on=island)
            self._ordered = None
        self._island, self._seen = island, True

    def _note_unordered(self, *, on: bool) -> None:
        """A command line, Patroni or the server's own settings: nobody proved who they are."""
        act = Act.ISLAND if on else Act.ISLAND_END
        remark = UNORDERED if self._seen else AT_START
        self._notes.append(NoteAdministration(act, CITY, remark=remark))
        self._wake()

    def _carry_out(self, asked: _Asked) -> None:
        reason = text = ""
        try:
            set_island(self._config.cluster, on=asked.order.on)
        except ClusterError as error:
            reason, text = "store", str(error)
            log.warning("island %s not carried out: %s", asked.order.on, error)
        except Exception:
            log.exception("island not carried out")
            reason = "store"
        if not reason:
            self._ordered = asked.order.on if asked.order.on is not self._island else None
        self._notes.append(replace(asked.note, refused=reason))
        answer = CommandAnswer(id=asked.order.id, reason=reason, text=text)
        self._answers.append(Reply(asked.route, encode(answer)))
        self._wake()
