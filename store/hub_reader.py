"""The reader thread of the hub: rows of the journal for relays that are far behind."""

import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

from store.core.hub_followers import Followers
from store.core.journal import Head
from store.core.outputs import ReadHashes, ReadJournal, Reply
from store.db.errors import StoreError
from store.db.journal_reader import JournalReader

WAITING_MAX = 256

log = logging.getLogger(__name__)

Question = ReadJournal | ReadHashes
Answer = Callable[[Followers, Head], list[Reply]]


class Reader:
    """`ask` from the hub's loop; `take` the answers after `on_answer` rang."""

    def __init__(self, url: str, on_answer: Callable[[], None]) -> None:
        self._journal = JournalReader(url)
        self._on_answer = on_answer
        self._inbox: queue.Queue[Question | None] = queue.Queue(WAITING_MAX)
        self._answers: deque[Answer] = deque()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        with contextlib.suppress(queue.Full):  # the store hangs: the thread ends with the process
            self._inbox.put(None, timeout=deadline_s)
        self._thread.join(deadline_s)
        self._journal.close()

    def ask(self, question: Question) -> None:
        """Too many at once are dropped: relays ask again."""
        if self._inbox.full():
            self._answers.append(_failed(question))
        else:
            self._inbox.put(question)

    def take(self, followers: Followers, head: Head) -> list[Reply]:
        """What was read since the last call, as answers."""
        replies: list[Reply] = []
        while self._answers:
            replies += self._answers.popleft()(followers, head)
        return replies

    def _run(self) -> None:
        while (question := self._inbox.get()) is not None:
            try:
                self._answers.append(self._read(question))
            except StoreError as error:
                log.warning("journal not read for a relay: %s", error)
                self._answers.append(_failed(question))
            except Exception:  # ours; without this thread no relay could catch up any more
                log.exception("journal not read for a relay")
                self._answers.append(_failed(question))
            self._on_answer()

    def _read(self, question: Question) -> Answer:
        if isinstance(question, ReadHashes):
            hashes = self._journal.hashes(question.asked)
            return lambda followers, head: followers.on_hashes(question, hashes, head)
        rows = self._journal.after(question.follow)
        if rows is None or not question.follow.decided:
            return lambda followers, head: followers.on_rows(question, rows, head)
        decided, before = self._journal.decided(question.follow, rows)
        return lambda followers, head: followers.on_rows(question, rows, head, decided, before)


def _failed(question: Question) -> Answer:
    def answer(followers: Followers, head: Head) -> list[Reply]:
        if isinstance(question, ReadJournal):
            followers.reading_failed(question)
        return []

    return answer
