"""Who tried to move command or to declare an island, and may not, stands in the audit as those who did."""

from pathlib import Path

import pytest

from dispatch.administration import Act, AdministrationNoted, NoteAdministration
from store.core.command_messages import DeclareIsland
from store.core.ids import new_id
from tests.store.commanding import hand_over, proofs, take, told, two_sites
from tests.store.conftest import City, Desk

pytestmark = pytest.mark.process
NOBODY = b""


def notes(desk: Desk) -> list[NoteAdministration]:
    """What the journal says of it, as every seat hears it."""
    return [one.event.note for one in desk.events if isinstance(one.event, AdministrationNoted)]


def island(desk: Desk, token: bytes, second: bytes) -> str:
    desk.link.ask(DeclareIsland(id=new_id(), on=True, reason="备机失联", token=token, second=second))
    answer: str = told(desk).reason
    return answer


def test_every_refused_try_is_in_the_journal_with_its_giver(tmp_path: Path) -> None:
    city = City(tmp_path, f"sqlite:///{tmp_path}/hub.sqlite")
    city.seed_more(two_sites())
    city.start_hub()
    try:
        desk = city.seat("01")
        proven = proofs(desk)
        assert take(desk, proven=(proven[0], NOBODY)).reason == "two_people"
        assert take(desk, proven=proven).reason == "already_here"
        assert hand_over(desk, "02", proven=(proven[0], NOBODY)).reason == "two_people"
        assert hand_over(desk, "02", proven=proven).reason == "not_connected"
        assert island(desk, proven[0], NOBODY) == "two_people"
        assert island(desk, *proven) == "store", "this store has no standby"
        assert island(desk, NOBODY, NOBODY) == "wrong_login", "nobody to name: in the log only"
        desk.wait(lambda: len(notes(desk)) == 6, "six notes")
        found = [(note.act, note.first, note.second, note.refused) for note in notes(desk)]
        assert found == [
            (Act.TAKE_COMMAND, "1002", "", "two_people"),
            (Act.TAKE_COMMAND, "1002", "1001", "already_here"),
            (Act.HAND_OVER, "1002", "", "two_people"),
            (Act.HAND_OVER, "1002", "1001", "not_connected"),
            (Act.ISLAND, "1002", "", "two_people"),
            (Act.ISLAND, "1002", "1001", "store"),
        ]
        assert {note.where for note in notes(desk)} == {"seat-01"}
    finally:
        city.close()
