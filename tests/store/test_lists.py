"""Seats, districts and vehicles added to the lists while a hub runs: confirmed by two, journaled, in use."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.administration import Act, AdministrationNoted
from dispatch.commands import RegisterDispatcher
from dispatch.kinds import Role, SeatKind
from dispatch.words import Dispatcher
from main import main
from store.exits import ExitCode
from store.hub_admin import set_account
from tests.store.conftest import PASSWORD, City

pytestmark = pytest.mark.process
BOTH = f"9001\n{PASSWORD}\n9002\n{PASSWORD}\n"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path / "hub", f"sqlite:///{tmp_path}/hub/hub.sqlite")
    made.seed_more(
        [
            RegisterDispatcher(Dispatcher("d9001", "9001", "管理", frozenset({Role.ADMINISTRATOR}))),
            RegisterDispatcher(Dispatcher("d9002", "9002", "班长", frozenset({Role.SHIFT_LEADER}))),
        ]
    )
    for number in ("9001", "9002"):
        set_account(made.config, number, PASSWORD)
    made.start_hub()
    yield made
    made.close()


def written(folder: Path) -> Path:
    """Lists with a new district, a station in it, two vehicles (one of no station) and a reserve seat."""
    folder.mkdir()
    for name, lines in {
        "sites.csv": "code,name,districts\n03,江南分中心,江南区\n",
        "stations.csv": "code,name,lon,lat,district\nN1,江南站,126.6,45.7,江南区\n",
        "vehicles.csv": "number,plate,kind,station\n71,黑A71,普通型,N1\n72,黑A72,普通型,N9\n",
        "seats.csv": "number,kind,site\n31,reserve,03\n",
    }.items():
        (folder / name).write_text(lines, encoding="utf-8")
    return folder


def test_a_seat_of_a_new_district_is_listed_and_somebody_logs_in_there(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def admin(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(BOTH))
        code = main(["admin", "--config", str(city.file), *words])
        return code, capsys.readouterr().out

    first = city.seat("01")
    code, said = admin("enrol", "seat-31", "--seat", "31", "--site", "03", "--reserve")
    assert code == ExitCode.DONE
    assert "名册中没有坐席 31" in said
    early = city.desk("seat-31")
    early.wait_live()
    refused = early.login("1001").refused
    assert refused is not None
    assert refused.reason == "no_seat"

    lists = str(written(tmp_path / "lists"))
    code, said = admin("lists", lists)
    assert code == ExitCode.FAILED, "one row is of no station"
    assert "不能登记 left out RegisterVehicle" in said
    assert "已交中枢登记 the hub registers: 4" in said
    seat = first.wait(lambda: first.floor.seats.get("seat-03-31"), "the new seat")
    assert (seat.kind, seat.site) == (SeatKind.RESERVE, "03")
    assert "03" in first.floor.sites
    assert first.floor.vehicles["vehicle-71"].station_id == "station-N1"
    assert "vehicle-72" not in first.floor.vehicles
    note = first.wait(lambda: noted(first.events), "the note").note
    assert (note.subject, note.first, note.second) == ("4", "9001", "9002")
    assert "seat-03-31" in note.remark
    assert early.login("1001").ok is not None

    assert "没有新的 nothing new" in admin("lists", lists)[1]
    assert "名册中没有" not in admin("invite", "seat-31", "--seat", "31")[1]


def noted(events: list[object]) -> AdministrationNoted | None:
    found = [getattr(one, "event", None) for one in events]
    of_lists = [
        it for it in found if isinstance(it, AdministrationNoted) and it.note.act is Act.REGISTER_LISTS
    ]
    return of_lists[-1] if of_lists else None


def test_one_person_alone_registers_nothing(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = city.seat("01")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"9001\n{PASSWORD}\n9001\n{PASSWORD}\n"))
    assert main(["admin", "--config", str(city.file), "lists", str(written(tmp_path / "lists"))]) == 1
    assert "未更改 nothing changed" in capsys.readouterr().out
    assert first.wait(lambda: noted(first.events), "the note").note.refused == "not_allowed"
    assert "03" not in first.floor.sites
