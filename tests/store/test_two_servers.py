"""What a real standby does to the hub: frozen, cancelled, replaced, and the old leader that comes back."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest
from msgspec.structs import replace

import main
from bench.sizes import report
from console.ports import HubMode
from dispatch import commands as cmd
from dispatch.administration import Act, AdministrationNoted, NoteAdministration
from dispatch.kinds import Role
from dispatch.sites import CITY, Authority
from dispatch.words import Dispatcher
from store.cluster import ClusterError, confirm_by_streaming, state_of, take_lead
from store.config.sections import Cluster, Relay, Site, Store
from store.core.command_messages import CommandAnswer, DeclareIsland
from store.core.ids import new_id
from store.core.seat_logic import Told
from store.core.wire import Epoch, Mode
from store.db.authority import follows, scopes, take
from store.db.errors import NotHolder, StoreError
from store.db.server import JournalEnd, journal_end
from store.db.short import short_transaction
from store.db.store import HubStore
from store.db.verify import verified
from store.exits import ExitCode
from store.old_leader import rejoin
from store.server_here import alone
from store.site_owed import Owed, OwedTails
from store.site_store import Outranked, copying_config, leading_config
from tests.console.eyes import Eyes
from tests.store.conftest import POSTGRES, City, Desk, Postgres, master_data
from tests.store.db.test_store import NOW, work
from tests.store.pair import Orders
from tests.store.test_patroni import Patroni
from tests.store.two_servers import ANY, Standby, cluster_of, conninfo, frozen, postmaster, say, two_servers

pytestmark = [pytest.mark.process, pytest.mark.peer]
TAKEOVERS = int(os.environ.get("LINGSHENG_PROMOTIONS", "1"))
CANCEL = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture
def servers() -> Iterator[tuple[Postgres, Standby]]:
    if POSTGRES is None:
        pytest.skip("not installed: postgresql")
    with two_servers() as both:
        yield both


class TwoServerCity(City):
    """A city whose hub knows both servers, with [cluster] of the leader's machine."""

    def __init__(self, folder: Path, leader: Postgres, standby: Standby) -> None:
        self.database = leader.new_database().rsplit("/", 1)[-1]
        hosts = "&".join(f"host=127.0.0.1:{server.port}" for server in (leader, standby))
        super().__init__(folder, f"postgresql+psycopg://postgres@/{self.database}?{hosts}")
        leaders = [
            cmd.RegisterDispatcher(Dispatcher(f"d{number}", number, name, frozenset({Role.SHIFT_LEADER})))
            for number, name in (("1001", "王芳"), ("1002", "李强"))
        ]
        (folder / "seed.msgpack").write_bytes(msgspec.msgpack.encode([*master_data(), *leaders]))
        cluster = cluster_of(leader, self.database)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(f'[cluster]\nserver = "{cluster.server}"\nstandby_names = "{cluster.standby_names}"\n')


@pytest.fixture
def city(tmp_path: Path, servers: tuple[Postgres, Standby]) -> Iterator[TwoServerCity]:
    made = TwoServerCity(tmp_path, *servers)
    try:
        made.start_hub()
        yield made
    finally:
        made.close()


def declare(desk: Desk, *, on: bool, second: bytes) -> CommandAnswer:
    """Two people order it; the answer."""
    asked = DeclareIsland(id=new_id(), on=on, reason="备机冻结", token=desk.link._mail.token, second=second)
    desk.link.ask(asked)

    def answered() -> CommandAnswer | None:
        told = [one.message for one in desk.other if isinstance(one, Told)]
        return next((one for one in told if isinstance(one, CommandAnswer) and one.id == asked.id), None)

    answer: CommandAnswer = desk.wait(answered, "the answer")
    return answer


def noted(desk: Desk) -> list[NoteAdministration]:
    return [one.event.note for one in desk.events if isinstance(one.event, AdministrationNoted)]


def test_a_frozen_standby_is_waited_for_and_an_island_is_two_peoples_order(
    city: TwoServerCity, servers: tuple[Postgres, Standby]
) -> None:
    """等待异地确认 and 孤岛, entered and left; a cancelled commit is never an answer (SQLSTATE 01000)."""
    leader, standby = servers
    seat = city.seat("01")
    orders = Orders(seat)
    orders.give()
    orders.settle()
    with frozen(standby):
        waiting = seat.link.order(cmd.ReportRinging("frozen", "13800000000"))
        seat.wait(lambda: seat.link.state.mode == Mode.SYNC_WAIT, "等待异地确认")
        assert say(leader, CANCEL) == 1
        seat.wait(lambda: say(leader, CANCEL) == 1, "the cancelled commit is tried again, not answered")
        assert waiting not in seat.verdicts
        with psycopg.connect(conninfo(leader, city.database)) as connection:
            written = connection.execute("SELECT count(*) FROM verdict WHERE cid = %s", (waiting,)).fetchone()
        assert written == (1,), "the trap: it is there on the leader, and nowhere else"
        one = declare(seat, on=True, second=b"")
        assert one.reason == "two_people"
        second = seat.login("1002", second=True).ok
        assert second is not None
        assert declare(seat, on=True, second=second.token).reason == ""
        assert seat.verdict(waiting).refusal is None
        seat.wait(lambda: seat.link.state.mode == Mode.ISLAND, "孤岛")
        assert Eyes(seat).see(HubMode.ISLAND, "孤岛模式").framed
        orders.give()
        orders.settle()
    second = seat.login("1002", second=True).ok
    assert second is not None
    assert declare(seat, on=False, second=second.token).reason == ""
    seat.wait(lambda: seat.link.state.mode == Mode.NORMAL, "正常")
    Eyes(seat).calm()
    orders.give()
    orders.settle()
    say(leader, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
    notes = seat.wait(lambda: len(found := noted(seat)) >= 4 and found, "an island nobody ordered is noted")
    assert [(note.act, note.first, note.second, note.refused) for note in notes] == [
        (Act.ISLAND, "1001", "", "two_people"),
        (Act.ISLAND, "1001", "1002", ""),
        (Act.ISLAND_END, "1001", "1002", ""),
        (Act.ISLAND, "", "", ""),
    ]
    found = verified(city.config.store.url)
    assert found.good
    assert sorted(seat.floor.calls) == sorted({"frozen", *orders.calls.values()}), "once, not twice"


def test_promoted_and_the_old_leader_comes_back_replaying(
    city: TwoServerCity, servers: tuple[Postgres, Standby]
) -> None:
    """Tier 1: kill -9 of the leader, the standby takes over, the old one is rewound or rebuilt."""
    leader, standby = servers
    orders = Orders(city.seat("01"))
    for n in range(TAKEOVERS):
        orders.run(lambda: len(orders.answered_at) > 10)
        os.kill(postmaster(leader), 9)
        begun = time.monotonic()
        done = take_lead(cluster_of(standby, city.database), break_glass=True)
        answered = len(orders.answered_at)
        orders.run(lambda count=answered: len(orders.answered_at) > count + 5)
        serving_s = time.monotonic() - begun
        assert done.timeline == n + 2
        (leader.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        back = rejoin(cluster_of(leader, city.database), conninfo(standby, city.database), None)
        assert state_of(cluster_of(leader, city.database)).in_recovery
        ours = cluster_of(standby, city.database)
        orders.run(lambda ours=ours: bool(confirm_by_streaming(ours)))
        how = "rebuilt" if back.rebuilt else "rewound"
        figures = {"promoted_s": done.took_s, "answered_s": serving_s, f"{how}_s": back.took_s}
        report("B7 two servers", **{name: round(took, 2) for name, took in figures.items()})
        orders.settle()
        leader, standby = standby, leader
    found = verified(city.config.store.url)
    assert found.good
    assert found.seq >= len(orders.calls)


def test_a_district_takes_command_with_the_standby_of_its_building(
    city: TwoServerCity, servers: tuple[Postgres, Standby], tmp_path: Path
) -> None:
    """Every acknowledged order is there, begun again it goes on, and the centre may not lead it any more."""
    leader, standby = servers
    orders = Orders(city.seat("01"))
    orders.run(lambda: len(orders.answered_at) > 10)
    orders.settle()
    city.kill_hub()
    os.kill(postmaster(leader), 9)
    url = f"postgresql+psycopg://postgres@127.0.0.1:{standby.port}/{city.database}"
    district = replace(
        city.config,
        site=Site(code="02"),
        store=Store(url=f"sqlite:///{tmp_path}/relay.sqlite"),
        relay=Relay(takeover_store=url),
        cluster=cluster_of(standby, city.database),
    )
    since = 1_790_000_000_000
    word = Authority(CITY, "02", 2, since, "d1001", "d1002", "市中心失联", "2026-1", break_glass=True)
    debts = OwedTails(tmp_path / "debts")
    with short_transaction(district.store.url) as connection:
        follows(connection, Epoch(1, "01", 1))
    for _ in range(2):
        config = leading_config(district, word, debts)
        assert config.store.url == url
    assert debts.all() == [Owed(2, url)]
    store = HubStore(config.store.url, "02", "b1/1")
    opened = store.open()
    assert (opened.epoch.term, opened.epoch.site) == (2, "02")
    assert set(orders.calls.values()) <= set(opened.floor.calls), "nothing acknowledged is missing"
    store.close()
    with short_transaction(url) as connection:
        rows = scopes(connection)
    centre = replace(city.config, store=replace(city.config.store, url=url))
    assert copying_config(district, rows) == district
    assert copying_config(centre, rows).store.url.startswith("sqlite:///"), "never written by another site"
    with pytest.raises(NotHolder):
        HubStore(url, "01", "a1/1").open()
    gone = url.replace(f":{standby.port}/", ":1/")
    nowhere = Cluster(server="host=127.0.0.1 port=1 user=nobody")
    lost = replace(district, cluster=nowhere, relay=Relay(takeover_store=gone))
    assert leading_config(lost, word, debts) == lost, "its own copy leads (tier 2)"
    debts.add(gone, 2)
    with pytest.raises(StoreError, match="only from there"):  # rows of this term are in it alone
        leading_config(lost, word, debts)
    for site, term in (("01", 2), ("00", 3)):  # two sites were told to command: the higher one stays
        lower = replace(word, site="02" if site == "00" else site, term=2)
        with short_transaction(url) as connection:
            take(connection, replace(word, site=site if term == 3 else "02", term=term))
        with pytest.raises(Outranked):
            leading_config(district, lower, debts)


def test_a_standby_that_lacks_what_another_one_has_is_not_promoted(
    servers: tuple[Postgres, Standby],
) -> None:
    """Two of three confirm: what was answered may be on the other standby alone."""
    _, standby = servers
    other = Patroni()
    thread = threading.Thread(target=other.serve_forever)
    thread.start()
    ours = replace(
        cluster_of(standby, "postgres"),
        patroni=(f"http://127.0.0.1:{other.server_port}", "http://127.0.0.1:1"),
    )
    try:
        other.log = {"received_location": 2**60}
        with pytest.raises(ClusterError, match="--accept-loss"):
            take_lead(ours, break_glass=True)
        assert state_of(ours).in_recovery, "nothing was changed"
        other.log = {"received_location": 1}
        assert take_lead(ours, break_glass=True).silent == ("http://127.0.0.1:1",)
    finally:
        other.shutdown()
        thread.join()
        other.server_close()


def test_the_commands_and_what_they_say(
    servers: tuple[Postgres, Standby], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As an administrator gives them: island on and off, promote, and what cannot be done."""
    leader, standby = servers
    files = {}
    for name, server in (("a1", leader), ("b1", standby)):
        cluster = cluster_of(server, "postgres")
        files[name] = tmp_path / f"{name}.toml"
        files[name].write_text(
            f'[cluster]\nserver = "{cluster.server}"\nstandby_names = "{cluster.standby_names}"\n'
            f'data_dir = "{cluster.data_dir}"\nbin_dir = "{cluster.bin_dir}"\n',
            encoding="utf-8",
        )

    def store(name: str, *words: str) -> tuple[int, str]:
        code = main.main(["store", "--config", str(files[name]), *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    assert "ISLAND" in store("a1", "island", "on")[1]
    assert say(leader, "SHOW synchronous_standby_names") == ""
    assert "commits are confirmed" in store("a1", "island", "off")[1]
    assert say(leader, "SHOW synchronous_standby_names") == ANY
    for source in (conninfo(standby), conninfo(leader)):
        code, said = store("a1", "rejoin", "--source", source)
        assert code == ExitCode.CANNOT_START, said
    assert say(leader, "SELECT pg_is_in_recovery()") is False, "the only leader was left alone"
    os.kill(postmaster(leader), 9)
    code, said = store("a1", "promote")
    assert (code, "connection" in said) == (ExitCode.CANNOT_START, True)
    code, said = store("b1", "promote")
    assert (code, "timeline 2" in said) == (ExitCode.DONE, True)
    (leader.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    code, said = store("a1", "rejoin", "--source", conninfo(standby), "--keep", f"{leader.folder}/kept")
    assert (code, "is a standby again" in said) == (ExitCode.DONE, True), said
    assert (leader.folder / "kept" / "PG_VERSION").exists(), "what only it had written is kept"
    with pytest.raises(ClusterError, match="data_dir"):
        rejoin(Cluster(), conninfo(leader))


def test_what_only_an_old_leader_has_is_kept_although_its_hub_never_wrote_down_a_debt(
    servers: tuple[Postgres, Standby], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hub and server died together, another site leads already: nothing but the server itself can tell."""
    leader, standby = servers
    url = leader.new_database()
    database = url.rsplit("/", 1)[-1]
    hub = HubStore(url, "01", "a1/1")
    hub.open()
    hub.run([work(f"m{n}", command) for n, command in enumerate(master_data())], NOW)
    take_lead(cluster_of(standby, database), break_glass=True)
    say(leader, "ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
    head = hub.run([work("tail", cmd.ReportRinging("tail", "119"))], NOW).head
    hub.close()
    os.kill(postmaster(leader), 9)
    (leader.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    cluster = cluster_of(leader, database)
    file = tmp_path / "a1.toml"
    file.write_text(
        f'[store]\ndir = "{tmp_path}"\n[cluster]\nserver = "{cluster.server}"\n'
        f'data_dir = "{cluster.data_dir}"\nbin_dir = "{cluster.bin_dir}"\n',
        encoding="utf-8",
    )

    def store(*words: str) -> tuple[int, str]:
        source = ("rejoin", "--source", conninfo(standby, database))
        code = main.main(["store", "--config", str(file), *source, *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    code, said = store("--no-keep")
    assert (code, f"row {head.seq} " in said) == (ExitCode.CANNOT_START, True), said
    code, said = store()
    assert (code, "hand-in --from" in said) == (ExitCode.DONE, True), said
    (kept,) = leader.folder.glob("data.kept-*")
    assert str(kept) in said
    with alone(cluster, kept) as old:
        end = journal_end(old)
    assert end == JournalEnd(head.seq, head.hash)
    assert journal_end(conninfo(leader, database)) != end
    code, said = store("--no-keep")
    assert (code, "kept" in said) == (ExitCode.DONE, False), said
