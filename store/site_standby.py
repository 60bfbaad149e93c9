"""How far the standby of this building is, for people who decide about command. A server that hangs holds
up nobody.
"""

from concurrent.futures import Future, ThreadPoolExecutor

from store.db.errors import StoreError
from store.db.verify import head_of


class StandbyEye:
    """Belongs to one loop; the server is asked on a thread of its own. `url` "": there is none."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1, "standby-eye")
        self._asked: Future[int] | None = None
        self._known = 0

    def seq(self) -> int:
        """Its last row by its last answer, 0: none yet; it is asked anew for the next time."""
        if not self._url:
            return 0
        if self._asked is not None and self._asked.done():
            self._known, self._asked = self._asked.result(), None
        if self._asked is None:
            self._asked = self._thread.submit(self._ask)
        return self._known

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self) -> int:
        try:
            return head_of(self._url)[0]
        except StoreError:  # what does not answer has nothing that could be led from
            return 0
