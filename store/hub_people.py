"""The log-in thread of the hub: passwords are checked here, so that no other message waits for argon2."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from store.core.hub_logic import CheckPerson
from store.db.accounts import Accounts
from store.db.errors import StoreError

WAITING_MAX = 256

log = logging.getLogger(__name__)


class Checked(Struct, frozen=True):
    """`reason` "" means the password is right."""

    check: CheckPerson
    reason: str
    wait_s: int


class People:
    """`ask` from the hub's loop; `take` what came of it after `on_checked` rang."""

    def __init__(self, url: str, now: Callable[[], int], on_checked: Callable[[], None]) -> None:
        self._accounts = Accounts(url)
        self._now = now
        self._on_checked = on_checked
        self._inbox: queue.Queue[CheckPerson | None] = queue.Queue(WAITING_MAX)
        self._checked: deque[Checked] = deque()
        self._asked: set[str] = set()  # on their way; belongs to the hub's loop
        self._thread = threading.Thread(target=self._run, name="people", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        self._inbox.put(None)
        self._thread.join(deadline_s)
        self._accounts.close()

    def ask(self, check: CheckPerson) -> None:
        """A repeated question counts once; too many at once are dropped, the seat asks again."""
        if check.login.id not in self._asked and not self._inbox.full():
            self._asked.add(check.login.id)
            self._inbox.put(check)

    def take(self) -> list[Checked]:
        checked = []
        while self._checked:
            checked.append(self._checked.popleft())
        self._asked.difference_update(one.check.login.id for one in checked)
        return checked

    def _run(self) -> None:
        while (check := self._inbox.get()) is not None:
            login, machine = check.login, check.origin.machine.name
            try:
                reason, wait_s = self._accounts.check(login.staff_number, login.password, self._now())
            except StoreError as error:
                log.warning("log-in of %s not checked: %s", login.staff_number, error)
                reason, wait_s = "store", 0
            except Exception:  # ours; without this thread nobody could log in any more
                log.exception("log-in of %s not checked", login.staff_number)
                reason, wait_s = "store", 0
            if reason:
                log.warning("log-in of %s at %s refused: %s", login.staff_number, machine, reason)
            self._checked.append(Checked(check, reason, wait_s))
            self._on_checked()
