"""An activation stays in the store after it has left the floor: history, record and `main.py report`."""

from pathlib import Path

import pytest

import main
from dispatch import commands as cmd
from dispatch import reserve_commands as reserve
from dispatch.kinds import CheckItem, CheckResult, ReserveRole, Role, SeatKind
from dispatch.order import Order
from dispatch.reserve import Check, SeatOrder
from dispatch.words import Dispatcher, Seat
from store.core.batch import Work, refusal_of
from store.db.activations import read_activations
from store.db.history import advance_history
from store.db.rebuild import rebuild
from store.db.store import HubStore
from store.db.tables import ACTIVATION_HISTORY
from tests.store.db.test_store import rows_of

NOW = 1_790_000_000_000
LATER = NOW + 48 * 3600 * 1000
EVERYBODY = frozenset(Role)


def run(store: HubStore, command: cmd.Command, at: int) -> None:
    cid = f"{type(command).__name__}{at}"
    seat = "r1" if isinstance(command, reserve.ReserveCommand) else None
    order = Order(cid, command, at, "seat-21", EVERYBODY, seat, "zhao")
    batch = store.run([Work(cid, "seat-21", order, at + 60_000)], at)
    assert refusal_of(batch.answers[0][0].refusal) is None


def a_drill(store: HubStore) -> None:
    people = Dispatcher("zhao", "2001", "赵雪", frozenset({Role.DISPATCHER}), qualified_until_at=LATER * 2)
    well = tuple(Check(item, CheckResult.OK) for item in CheckItem)
    seats = (SeatOrder("r1", ReserveRole.FULL),)
    for after, command in enumerate(
        (
            cmd.RegisterDispatcher(people),
            cmd.RegisterSeat(Seat("r1", "21", "02", SeatKind.RESERVE)),
            cmd.LogIn("r1", "zhao"),
            reserve.OrderActivation("ab" * 16, seats, "月度演练", drill=True),
            reserve.ReportReadiness("ab" * 16, well),
            reserve.BecomeReady("ab" * 16),
            reserve.StandDown("ab" * 16),
        )
    ):
        run(store, command, NOW + after * 1000)


def test_history_and_record_outlive_the_floor(store_url: str) -> None:
    store = HubStore(store_url, "01", "hub-a")
    store.open()
    a_drill(store)
    run(store, cmd.ArchiveEnded(LATER), LATER)
    with store.transaction() as connection:
        advance_history(connection, 10_000)
    [row] = rows_of(store, ACTIVATION_HISTORY)
    assert (row.seats, row.seats_ready, row.drill, row.reason) == (1, 1, True, "月度演练")
    assert (row.first_ready_at, row.last_ready_at) == (NOW + 5_000, NOW + 5_000)
    floor, [activation] = read_activations(store_url)
    assert floor.activations == {}
    assert activation.seats[0].ready_at == NOW + 5_000
    store.close()
    assert rebuild(store_url).differences == ()


def test_the_command_writes_the_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    store = HubStore(url, "01", "hub-a")
    store.open()
    a_drill(store)
    store.close()
    config = tmp_path / "lingsheng.toml"
    config.write_text(f'[store]\nurl = "{url}"\ndir = "{tmp_path}"\n', encoding="utf-8")
    assert main.main(["report", "activation", "--config", str(config)]) == 0
    assert "演练 drill  1/1  2.0 s  月度演练" in capsys.readouterr().out
    assert main.main(["report", "activation", "abab", "--config", str(config)]) == 0
    written = sorted(path.suffix for path in (tmp_path / "records").iterdir())
    assert written == [".csv", ".html", ".pdf"]
    assert main.main(["report", "activation", "nobody", "--config", str(config)]) == 1
