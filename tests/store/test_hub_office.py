"""The office of a hub: what it counted is not forgotten with a store that is away."""

from pathlib import Path

import pytest

from dispatch.floor import Floor
from store.bus.enrolment_door import EnrolmentDoor
from store.bus.sockets import Context
from store.config import Config, Store
from store.config.sections import Keys
from store.core.greeting import Identity
from store.core.hub_logic import HubLogic
from store.core.journal import Head
from store.core.seals import SignKey
from store.core.tally import Told
from store.core.wire import Epoch
from store.db.errors import StoreError
from store.db.migrate import migrate
from store.hub_office import Office

NOW = 1_790_000_000_000


def test_what_was_counted_while_the_store_was_away_is_noted_when_it_is_back(tmp_path: Path) -> None:
    config = Config(store=Store(url=f"sqlite:///{tmp_path}/hub.sqlite"), keys=Keys(dir=str(tmp_path)))
    identity = Identity("01", "hub", Epoch(1, "01", 1), SignKey("hub", b"h" * 32))
    logic = HubLogic(identity, Floor(), Head())
    times = iter(range(NOW, NOW + 100))
    context = Context()
    door = EnrolmentDoor(context, None, "127.0.0.1")
    office = Office(config, door, logic, lambda: next(times), lambda: None)
    for told in (Told("1001", "seat-01", 7), Told("1002", "seat-02", 9)):
        with pytest.raises(StoreError):
            office._look([told])
    migrate(config.store.url)
    for _ in range(2):
        notes = office._look([]).args[0]
        assert [note.command.remark for note in notes] == ["+7 in 10 min", "+9 in 10 min"], "once"
    office._desk.close()
    context.destroy()
