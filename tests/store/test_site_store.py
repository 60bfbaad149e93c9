"""The stores of one site: whose word counts, what is owed, and what a server that is down means."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

import main
from dispatch import commands as cmd
from dispatch.sites import CITY, Authority
from store.config import Config, Store
from store.core.wire import Epoch
from store.db.authority import fence, follows, take
from store.db.errors import StoreError
from store.db.rewind import Tail
from store.db.short import short_transaction
from store.db.store import HubStore
from store.exits import ExitCode
from store.site_owed import Owed, OwedTails
from store.site_store import following_place, leading_place, places, with_copy, write_down
from store.site_tails import TailsElsewhere
from tests.store.conftest import Postgres
from tests.store.db.test_store import NOW, fill, refusals, work

WORD = Authority(CITY, "01", 2, NOW, "d1001", "d1002", "交还", "令-2")
NOWHERE = "postgresql+psycopg://postgres@127.0.0.1:1/nowhere"


def handed_over_to_us(url: str) -> None:
    """A copy whose last row is the word of the other site that command is ours."""
    store = HubStore(url, "02", "there/1")
    store.open()
    fill(store)
    assert refusals(store.run([work("over", cmd.MoveAuthority(WORD))], NOW)) == [None]
    store.close()
    with short_transaction(url) as connection:
        follows(connection, Epoch(1, "02", 1))


@pytest.mark.peer
def test_command_handed_over_while_a_file_stood_in_is_begun_once_and_in_the_database(
    postgres: Postgres, tmp_path: Path
) -> None:
    """The database has every row: it leads, and the file asks for nothing any more."""
    config = Config(store=Store(url=postgres.new_database(), dir=str(tmp_path)))
    debts = OwedTails(tmp_path)
    for url in (config.store.url, with_copy(config).store.url):
        handed_over_to_us(url)
    found = places(config, debts)
    assert [place.due for place in found] == [WORD, WORD]
    for place in found:  # a fall after the first leaves the other one
        write_down(config, place.config, WORD)
    found = places(config, debts)
    assert [place.due for place in found] == [None, None]
    ours = leading_place(found, "01")
    assert ours is not None
    assert ours[0].config == config


@pytest.mark.peer
def test_who_follows_with_a_file_is_fenced_by_the_word_of_that_file(
    postgres: Postgres, tmp_path: Path
) -> None:
    """It led with the file and has a tail in it; the database is another site's meanwhile."""
    config = Config(store=Store(url=postgres.new_database(), dir=str(tmp_path)))
    copy, debts = with_copy(config), OwedTails(tmp_path)
    with short_transaction(config.store.url) as connection:
        take(connection, replace(WORD, site="02", term=3))
    place = following_place(places(config, debts))
    assert (place.config, place.fenced) == (copy, False), "nothing is in the file yet"
    with short_transaction(copy.store.url) as connection:
        take(connection, WORD)
        fence(connection, CITY, Epoch(3, "02", 1))
    place = following_place(places(config, debts))
    assert (place.config, place.fenced) == (copy, True)


def test_a_database_that_does_not_answer_is_an_error_of_the_store() -> None:
    tail = Tail(NOWHERE)
    for ask in (tail.start, tail.head, lambda: tail.is_owed_by("01")):
        with pytest.raises(StoreError):
            ask()
    tail.close()


def test_what_is_owed_is_found_where_it_was_kept_and_never_forgotten_by_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    debts = OwedTails(tmp_path / "owed")
    file = tmp_path / "lingsheng.toml"
    file.write_text(f'[store]\ndir = "{tmp_path}/owed"\n[site]\ncode = "01"\n', encoding="utf-8")
    kept, other = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("kept", "other"))
    for url, site in ((kept, "01"), (other, "02")):
        store = HubStore(url, site, "here/1")
        store.open()
        store.close()

    def hand_in(*words: str) -> tuple[int, str]:
        code = main.main(["site", "--config", str(file), "hand-in", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    assert hand_in() == (ExitCode.DONE, "● 无未补交 nothing is owed\n")
    for wrong in (other, f"sqlite:///{tmp_path}/absent.sqlite"):
        assert hand_in("--from", wrong)[0] == ExitCode.CANNOT_START
    assert debts.all() == []
    code, said = hand_in("--from", kept)  # its hub died with it and never wrote down a debt
    assert (code, "term 1" in said) == (ExitCode.FAILED, True)
    assert debts.all() == [Owed(1, kept)]
    debts.remove(kept)
    debts.add(NOWHERE, 3)
    debts.add(f"{NOWHERE}2", 4)
    before = debts.all()
    for wrong in ("garbage", f"sqlite:///{tmp_path}/absent.sqlite", other):
        code, said = hand_in("--from", wrong)
        assert (code, "nothing is changed" in said) == (ExitCode.CANNOT_START, True), said
    assert debts.all() == before
    assert hand_in("--from", kept)[0] == ExitCode.FAILED
    assert debts.all() == [Owed(3, kept), before[1]]
    code, said = hand_in("--from", kept)  # said again, it is owed as before
    assert (code, "term 3" in said) == (ExitCode.FAILED, True)
    assert debts.all() == [Owed(3, kept), before[1]]


def test_a_database_that_is_down_is_an_alarm_that_names_it_and_is_asked_again(tmp_path: Path) -> None:
    debts = OwedTails(tmp_path)
    debts.add(NOWHERE, 3)
    tails = TailsElsewhere(debts, "01", "sqlite:///ours", "sqlite:///home", lambda: NOW)
    now = 0
    for _ in range(2):
        tails.alarm = ""
        while not tails.alarm:
            now += 10_000
            assert tails.on_time(Epoch(4, "02", 1), now) == []
            os.sched_yield()
        assert tails.alarm == "orders_owed:127.0.0.1:1/nowhere"
    tails.close()
    assert debts.all() == [Owed(3, NOWHERE)]


def test_the_sites_own_database_is_followed_with_again_when_it_answers(tmp_path: Path) -> None:
    """Handed in beside the file that stands in for it, its rows would never be undone."""
    home, debts = f"sqlite:///{tmp_path}/home.sqlite", OwedTails(tmp_path)
    store = HubStore(home, "01", "here/1")
    store.open()
    store.close()
    debts.add(home, 1)
    tails = TailsElsewhere(debts, "01", "sqlite:///stands-in", home, lambda: NOW)
    while not tails.home_answers:
        assert tails.on_time(Epoch(2, "02", 1), NOW) == []
        os.sched_yield()
    tails.close()
    assert debts.all() == [Owed(1, home)]
