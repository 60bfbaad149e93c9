"""The log-in thread outlives whatever a check breaks."""

import threading
from pathlib import Path

import pytest

from store.core.hub_logic import CheckPerson, Origin
from store.core.messages import Login
from store.core.roster import Machine, MachineRole
from store.db.accounts import Accounts, set_account
from store.db.migrate import migrate
from store.hub_people import People

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
