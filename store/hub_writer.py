"""The writer thread of a hub or relay: the one connection to the store, one batch or copied piece at a time.

They come first; history and the track are written when none waits. When the store fails the same batch is
tried again until it is durable; being fenced ends the writer, never a retry.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from store.core.batch import Batch
from store.core.wire import Mode, Position
from store.db.errors import DiskFull, Fenced, NotDurable, StoreError
from store.db.history import advance_history
from store.db.track import Thinner, forget_track, write_track

RETRY_S = (0.1, 0.3)
IDLE_S = 0.5
GAP_S = 0.01  # no command for so long counts as an idle moment when one is due
IDLE_WORK_MS = 1000
TRACK_WAITING_MAX = 20_000
TRACK_PER_WRITE = 256
FAULT = "fault"
"""The text of STORE_WAIT when our own rule broke and not the store."""

log = logging.getLogger(__name__)

Job = TypeVar("Job")
Job_contra = TypeVar("Job_contra", contravariant=True)


class Committed(Struct, frozen=True):
    batch: Batch


class StoreMode(Struct, frozen=True):
    """How the store is: NORMAL, STORE_WAIT, SYNC_WAIT, DISK_FULL or FENCED."""

    mode: Mode
    text: str = ""


class Store(Protocol[Job_contra]):
    """What the writer writes to: `HubStore` decides works, `CopyStore` saves pieces of another's journal."""

    def run(self, works: Job_contra, now_ms: int, /) -> Batch: ...
    def transaction(self) -> AbstractContextManager[Any]: ...
    def forget_old_verdicts(self, now_ms: int, /) -> None: ...


class Writer(Generic[Job]):
    """Give it one batch with `submit`, take its `Report`s with `take_reports` after `on_report` rang."""

    def __init__(
        self, store: Store[Job], head_seq: int, now: Callable[[], int], on_report: Callable[[], None]
    ) -> None:
        self._store = store
        self._head_seq = head_seq
        self._now = now
        self._on_report = on_report
        self._inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._reports: deque[Committed | StoreMode] = deque()
        self._track: deque[Position] = deque(maxlen=TRACK_WAITING_MAX)
        self._thinner = Thinner()
        self._mode = Mode.NORMAL
        self._stopping = threading.Event()
        self._history_seq = 0
        self._verdicts_at = 0
        self._idle_at = 0
        self._swept = ""  # the vehicle whose old track was deleted last
        self.track_stopped = False
        """True while the disk is too full for positions."""
        self.history_stopped = False
        """True while it is too full for anything but commands; history is caught up with later."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> bool:
        """Finish the running batch; False when the store did not answer in time."""
        self._stopping.set()
        self._inbox.put(None)
        self._thread.join(deadline_s)
        return not self._thread.is_alive()

    def submit(self, works: Job) -> None:
        self._inbox.put(works)

    def put_positions(self, batch: tuple[Position, ...]) -> None:
        """Thinned here; the oldest are dropped when the store cannot follow."""
        if not self.track_stopped:
            self._track.extend(position for position in batch if self._thinner.keep(position))

    def take_reports(self) -> list[Committed | StoreMode]:
        reports = []
        while self._reports:
            reports.append(self._reports.popleft())
        return reports

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            due = self._now() - self._idle_at >= IDLE_WORK_MS
            try:
                works = self._inbox.get(timeout=GAP_S if due else IDLE_S)
            except queue.Empty:
                self._use_idle_moment()
                continue
            if works is not None and not self._save(works):
                return

    def _save(self, works: Job) -> bool:
        """True when the batch is durable; False when fenced or stopping."""
        tries = 0
        while True:
            try:
                batch = self._store.run(works, self._now())
            except Fenced as error:
                self._set_mode(Mode.FENCED, str(error))
                return False
            except StoreError as error:
                self._set_mode(_mode_of(error), str(error))
            except Exception:
                log.exception("batch not saved, tried again")
                self._set_mode(Mode.STORE_WAIT, FAULT)
            else:
                self._set_mode(Mode.NORMAL, "")
                self._head_seq = batch.head.seq
                self._report(Committed(batch))
                return True
            if self._stopping.wait(RETRY_S[min(tries, len(RETRY_S) - 1)]):
                return False
            tries += 1

    def _use_idle_moment(self) -> None:
        """History and track, a little at a time; trouble here waits and costs a few points of the track.

        The transaction is made even when there is nothing to write: a hub that nobody gives orders to has to
        find out as well that its store is gone or that another hub took over.
        """
        now = self._idle_at = self._now()
        history_seq = self._history_seq
        try:
            with self._store.transaction() as connection:
                if history_seq < self._head_seq and not self.history_stopped:
                    history_seq = advance_history(connection, self._head_seq)
                positions = [self._track.popleft() for _ in range(min(TRACK_PER_WRITE, len(self._track)))]
                if positions:
                    write_track(connection, positions)
                swept = forget_track(connection, now, self._swept)
            self._history_seq, self._swept = history_seq, swept
            if now >= self._verdicts_at:
                self._verdicts_at = now + 3_600_000
                self._store.forget_old_verdicts(now)
        except Fenced as error:
            self._set_mode(Mode.FENCED, str(error))
            self._stopping.set()
        except StoreError as error:
            self._set_mode(_mode_of(error), str(error))
            self._stopping.wait(RETRY_S[-1])
        except Exception:
            log.exception("history or track not written")
        else:
            self._set_mode(Mode.NORMAL, "")
            if len(self._track) >= TRACK_PER_WRITE:
                self._idle_at = 0  # the next gap between commands is one too: a large fleet fills the queue

    def _set_mode(self, mode: Mode, text: str) -> None:
        if mode is self._mode:
            return
        if mode is Mode.NORMAL:
            log.warning("store: well again")
        else:
            log.error("store: %s: %s", mode.value, text)
        self._mode = mode
        self._report(StoreMode(mode, text))

    def _report(self, report: Committed | StoreMode) -> None:
        self._reports.append(report)
        self._on_report()


def _mode_of(error: StoreError) -> Mode:
    if isinstance(error, DiskFull):
        return Mode.DISK_FULL
    return Mode.SYNC_WAIT if isinstance(error, NotDurable) else Mode.STORE_WAIT
