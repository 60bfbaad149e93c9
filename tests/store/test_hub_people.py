"""The log-in thread: outlives whatever a check breaks, and serves a district that is cut off."""

import threading
from pathlib import Path

import pytest

from store.core.accounts import digest_of
from store.core.hub_logic import CheckPerson, Origin
from store.core.messages import Login, decode_from_hub
from store.core.outputs import GiveAccounts
from store.core.roster import Machine, MachineRole
from store.core.site_messages import AccountsNews
from store.db import accounts as accounts_table
from store.db.accounts import FAILURES_MAX, Accounts, disable_account, set_account
from store.db.migrate import migrate
from store.hub_people import WAITING_MAX, People

WAIT_S = 10.0


def test_a_check_that_breaks_refuses_one_log_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/hub.sqlite"
    migrate(url)
    set_account(url, "1001", "right", 0)
    rung = threading.Semaphore(0)
    check = Accounts.check

    def breaks_on_1002(accounts: Accounts, staff_number: str, password: str, now_ms: int) -> tuple[str, int]:
        if staff_number == "1002":
            raise RuntimeError("a rule of ours broke")
        return check(accounts, staff_number, password, now_ms)

    monkeypatch.setattr(Accounts, "check", breaks_on_1002)
    people = People(url, lambda: 0, rung.release)
    people.start()
    origin = Origin(Machine("seat-01", "", MachineRole.SEAT), b"route")
    reasons = []
    for number in ("1002", "1001"):
        people.ask(CheckPerson(origin, Login(id=number, staff_number=number, password="right")))
        assert rung.acquire(timeout=WAIT_S)
        reasons += [checked.reason for checked in people.take()]
    people.stop(WAIT_S)
    assert reasons == ["store", ""]


def test_a_store_that_hangs_does_not_keep_the_hub_from_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/hub.sqlite"
    migrate(url)
    begun, answers = threading.Event(), threading.Event()

    def hangs(accounts: Accounts, staff_number: str, password: str, now_ms: int) -> tuple[str, int]:
        begun.set()
        answers.wait(WAIT_S)
        return "", 0

    monkeypatch.setattr(Accounts, "check", hangs)
    people = People(url, lambda: 0, lambda: None)
    people.start()
    origin = Origin(Machine("seat-01", "", MachineRole.SEAT), b"route")
    for n in range(2 * WAITING_MAX):
        people.ask(CheckPerson(origin, Login(id=str(n), staff_number="1001", password="right")))
        assert begun.wait(WAIT_S)
    stopping = threading.Thread(target=people.stop, args=(0.05,))
    stopping.start()
    stopping.join(WAIT_S / 2)
    stopped = not stopping.is_alive()
    answers.set()
    stopping.join(WAIT_S)
    assert stopped


def accounts_of(url: str) -> Accounts:
    migrate(url)
    return Accounts(url)


def test_accounts_travel_to_another_site_and_people_log_in_there(tmp_path: Path) -> None:
    """A relay asks with the digest of its copy; it is given all or told that nothing changed."""
    city, district = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("hub", "relay"))
    for url in (city, district):
        migrate(url)
    for number in ("1001", "1002"):
        set_account(city, number, "right", 0)
    disable_account(city, "1002", 1)
    rung = threading.Semaphore(0)
    hub, relay = (People(url, lambda: 0, rung.release) for url in (city, district))
    hub.start()
    relay.start()
    reasons = {}
    for _ in range(2):
        hub.ask_accounts(GiveAccounts(b"route", relay.digest))
        assert rung.acquire(timeout=WAIT_S)
        (reply,) = hub.take_accounts()
        news = decode_from_hub(reply.frame)
        assert isinstance(news, AccountsNews)
        if not news.same:
            relay.keep_accounts(news)
            assert rung.acquire(timeout=WAIT_S)
    assert news == AccountsNews(same=True)
    origin = Origin(Machine("seat-21", "", MachineRole.SEAT, site="02"), b"route")
    for number, password in (("1001", "right"), ("1001", "wrong"), ("1002", "right"), ("1003", "right")):
        relay.ask(CheckPerson(origin, Login(id=number + password, staff_number=number, password=password)))
        assert rung.acquire(timeout=WAIT_S)
        reasons |= {one.check.login.id: one.reason for one in relay.take()}
    hub.stop(WAIT_S)
    relay.stop(WAIT_S)
    assert reasons == {"1001right": "", "1001wrong": "wrong", "1002right": "wrong", "1003right": "wrong"}


def test_numbers_that_fail_are_remembered_within_bounds_and_a_locked_one_stays_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_table, "FAILURES_KEPT_MAX", 4)
    url = f"sqlite:///{tmp_path}/hub.sqlite"
    migrate(url)
    accounts = Accounts(url)
    for _ in range(FAILURES_MAX):
        assert accounts.check("1001", "wrong", 1) == ("wrong", 0)
    for n in range(20):
        accounts.check(f"9{n}" * 40, "wrong", 2)
    assert len(accounts._failures) == 4
    assert max(len(number) for number in accounts._failures) <= 64
    assert accounts.check("1001", "right or not", 3)[0] == "locked"
    accounts.close()


def test_a_copy_is_replaced_as_a_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/relay.sqlite"
    copy = accounts_of(url)
    set_account(url, "1001", "right", 0)
    set_account(url, "1002", "right", 0)
    kept = [account for account in copy.read_all() if account.staff_number == "1002"]
    copy.replace_all(kept)
    assert copy.check("1002", "right", 0) == ("", 0)
    assert copy.check("1001", "right", 0) == ("wrong", 0)
    assert copy.digest == digest_of(kept)
    copy.close()
