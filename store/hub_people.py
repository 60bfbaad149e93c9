"""The log-in thread of a hub or relay: passwords are checked here, so that no other message waits for argon2.

A relay runs the same thread over its own copy of the accounts (`keep_accounts`), so that people log in while
it is cut off.
"""

import contextlib
import functools
import logging
import queue
import threading
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from store.core.accounts import digest_of
from store.core.outputs import CheckPerson, GiveAccounts, Reply
from store.core.site_messages import AccountsNews
from store.core.wire import encode
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
        self._inbox: queue.Queue[CheckPerson | GiveAccounts | AccountsNews | None] = queue.Queue(WAITING_MAX)
        self._checked: deque[Checked] = deque()
        self._replies: deque[Reply] = deque()
        self._asked: set[str] = set()  # on their way; belongs to the hub's loop
        self._thread = threading.Thread(target=self._run, name="people", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        with contextlib.suppress(queue.Full):  # the store hangs: the thread ends with the process
            self._inbox.put(None, timeout=deadline_s)
        self._thread.join(deadline_s)
        self._accounts.close()

    def ask(self, check: CheckPerson) -> None:
        """A repeated question counts once; too many at once are dropped, the seat asks again."""
        if check.login.id not in self._asked and not self._inbox.full():
            self._asked.add(check.login.id)
            self._inbox.put(check)

    def ask_accounts(self, question: GiveAccounts) -> None:
        """Another site wants the accounts; dropped while many people log in, it asks again."""
        if not self._inbox.full():
            self._inbox.put(question)

    def keep_accounts(self, news: AccountsNews) -> None:
        """At a relay: what the hub sent takes the place of its copy."""
        if not news.same and not self._inbox.full():
            self._inbox.put(news)

    def take(self) -> list[Checked]:
        checked = []
        while self._checked:
            checked.append(self._checked.popleft())
        self._asked.difference_update(one.check.login.id for one in checked)
        return checked

    def take_accounts(self) -> list[Reply]:
        """Answers to `ask_accounts`."""
        return [self._replies.popleft() for _ in range(len(self._replies))]

    @property
    def digest(self) -> bytes:
        """Of the accounts here, for AccountsReq; b"" before they were read for the first time."""
        return self._accounts.digest

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        self._safely("accounts not read", self._accounts.read_digest)
        while (one := self._inbox.get()) is not None:
            match one:
                case CheckPerson():
                    self._check(one)
                case GiveAccounts():
                    self._safely("accounts not given", functools.partial(self._give, one))
                case AccountsNews(accounts):
                    self._safely("accounts not kept", functools.partial(self._accounts.replace_all, accounts))
            self._on_checked()

    def _check(self, check: CheckPerson) -> None:
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

    def _give(self, asked: GiveAccounts) -> None:
        accounts = self._accounts.read_all()
        same = digest_of(accounts) == asked.digest
        news = AccountsNews(same=True) if same else AccountsNews(accounts=tuple(accounts))
        self._replies.append(Reply(asked.route, encode(news)))

    def _safely(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - without this thread nobody could log in any more
            log.warning("%s: %r", what, error)
