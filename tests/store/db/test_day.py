"""The figures of a day count what has left the floor too; `main.py report figures` writes them as files."""

import csv
from pathlib import Path

import pytest

import main
from dispatch import commands as cmd
from dispatch.changes import FormChanges
from dispatch.kinds import AbortReason, CallClass, CallResult, CloseReason, IntakeOutcome, Role
from dispatch.order import Order
from dispatch.words import Place
from store.core.batch import Work, refusal_of
from store.db.day import read_day
from store.db.history import advance_history
from store.db.store import HubStore
from store.exits import ExitCode
from tests.dispatch.trade import master_data

MIDNIGHT = 1_790_006_400_000  # 2026-09-22, UTC+8
NOON = MIDNIGHT + 12 * 3600 * 1000
LATER = NOON + 48 * 3600 * 1000
STEPS: tuple[cmd.Command, ...] = (
    *master_data(),
    cmd.LogIn("seat-1", "wang"),
    cmd.ReportRinging("c1", "13900000001"),
    cmd.ReportAnswered("c1"),
    cmd.BeginIntake("in1", "c1"),
    cmd.ChangeIntake("in1", 1, FormChanges(place=Place(address="解放路12号"))),
    cmd.OpenIncident("i1", "in1"),
    cmd.AssignVehicle("m1", "i1", "a1"),
    cmd.AbortMission("m1", AbortReason.BEFORE_DEPARTURE),
    cmd.CloseIncident("i1", CloseReason.CALLER_CANCELLED, "自行就医"),
    cmd.EndIntake("in1", IntakeOutcome.DISPATCHED),
    cmd.ReportCallEnded("c1", CallResult.TALKED),
    cmd.ReportRinging("c2", "13900000002"),
    cmd.ReportAnswered("c2"),
    cmd.ClassifyCall("c2", CallClass.TEST),
    cmd.ReportCallEnded("c2", CallResult.TALKED),
    cmd.ReportRinging("c3", "13900000003"),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store whose day was long ago: nothing of it is on the floor any more."""
    store = HubStore(f"sqlite:///{tmp_path / 'hub.sqlite'}", "01", "hub-a")
    store.open()
    for after, command in enumerate(STEPS):
        run(store, command, NOON + after * 1000)
    run(store, cmd.ReportCallEnded("c3", CallResult.NOT_ANSWERED), NOON + 60_000)
    with store.transaction() as connection:
        advance_history(connection, 10_000)
    run(store, cmd.ArchiveEnded(LATER), LATER)
    store.close()
    return f"sqlite:///{tmp_path / 'hub.sqlite'}"


def run(store: HubStore, command: cmd.Command, at: int) -> None:
    order = Order(f"o{at}", command, at, "seat-01", frozenset(Role), "seat-1", "wang", "li")
    batch = store.run([Work(order.cid, "seat-01", order, at + 60_000)], at)
    assert refusal_of(batch.answers[0][0].refusal) is None, command


def test_a_day_is_whole_after_it_has_left_the_floor(url: str) -> None:
    floor = read_day(url, MIDNIGHT)
    assert set(floor.calls) == {"c1", "c2", "c3"}
    assert [set(table) for table in (floor.intakes, floor.incidents, floor.missions)] == [
        {"in1"},
        {"i1"},
        {"m1"},
    ]
    assert read_day(url, MIDNIGHT + 24 * 3600 * 1000).calls == {}


def test_the_command_writes_every_figure(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    config = tmp_path / "lingsheng.toml"
    config.write_text(f'[store]\nurl = "{url}"\ndir = "{tmp_path}"\n', encoding="utf-8")
    assert main.main(["report", "figures", "2026-09-22", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert "10 秒接听率  50.0 %  n=2" in told
    assert "未接来电  50.0 %  n=2" in told
    assert "受理时间  6.0 s  n=1" in told
    with (tmp_path / "records" / "figures-2026-09-22.csv").open(encoding="utf-8-sig") as file:
        rows = {row["figure"]: row for row in csv.DictReader(file)}
    assert (rows["talk"]["value"], rows["talk"]["count"]) == ("8", "1")
    assert "to_ring_back" not in rows, "of now, and that day is over"
    page = (tmp_path / "records" / "figures-2026-09-22.html").read_text(encoding="utf-8")
    assert "演练与测试不计入：1 条" in page
    assert (tmp_path / "records" / "figures-2026-09-22.pdf").exists()
    assert main.main(["report", "figures", "22.9.", "--config", str(config)]) == ExitCode.USAGE
    assert main.main(["report", "figures", "--config", str(config)]) == 0
    assert "待回拨  0  n=0" in capsys.readouterr().out
