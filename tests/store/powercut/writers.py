"""The programs whose power is cut: each writes with the real code and marks what it was told is durable.

`python writers.py WHAT FOLDER SYNCHRONOUS COUNT`; WHAT is outbox, hub or copy. SYNCHRONOUS is FULL, or
NORMAL to prove that the test would find a program that does not wait for its disk.
"""

import os
import random
import sys
from pathlib import Path

from dispatch import commands as cmd
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.order import Order
from dispatch.words import Dispatcher, Point, Station
from store.bus.outbox_file import OutboxFile
from store.core.batch import Work, decide_batch
from store.core.copied import Base, CopyJob
from store.core.journal import Head
from store.core.outbox import Waiting
from store.core.wire import Epoch
from store.db.copy import CopyStore
from store.db.store import HubStore
from tests.store.powercut.disk import MARKS

NOW = 1_790_000_000_000
BODY_BYTES = 900
BATCH_MAX = 5


class Marks:
    """A file beside the store; each mark is one write."""

    def __init__(self, folder: Path) -> None:
        self._fd = os.open(folder / MARKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, *words: str) -> None:
        if words:
            os.write(self._fd, ("".join(f"{word} " for word in words)).encode())


def outbox(folder: Path, synchronous: str, count: int) -> None:
    """Commands come and are settled; `+id`: kept for certain, `-id`: being settled from here on."""
    dice, marks = random.Random(1), Marks(folder)
    file = OutboxFile(folder / "outbox.sqlite")
    file._connection.execute(f"PRAGMA synchronous={synchronous}")
    waiting: list[str] = []
    for n in range(count):
        put = [
            Waiting(f"{n}.{k}", bytes(dice.randbytes(BODY_BYTES)), NOW, NOW + 1)
            for k in range(dice.randint(0, 3))
        ]
        settled = dice.sample(waiting, dice.randint(0, min(3, len(waiting))))
        marks.say(*(f"-{cid}" for cid in settled))
        file.change(put, settled)
        marks.say(*(f"+{one.cid}" for one in put))
        waiting = [cid for cid in waiting if cid not in settled] + [one.cid for one in put]
    file.close()


def order(cid: str, command: cmd.Command) -> Work:
    given = Order(cid, command, NOW, "seat-01", frozenset(Role), "seat01", "d1001")
    return Work(cid, "seat-01", given, NOW + 60_000)


def hub(folder: Path, synchronous: str, count: int) -> None:
    """Calls ring; every third order is refused. `cid=seq`: this verdict was told."""
    dice, marks = random.Random(2), Marks(folder)
    store = HubStore(url_of(folder), "01", "hub-a")
    store.open()
    careless(store, synchronous)
    store.run([order("station", cmd.RegisterStation(Station("st", "S", "站", Point(126.6, 45.7))))], NOW)
    person = Dispatcher("d1001", "1001", "王芳", frozenset({Role.DISPATCHER}))
    store.run([order("person", cmd.RegisterDispatcher(person))], NOW)
    given = 0
    for n in range(count):
        works = []
        for _ in range(dice.randint(1, BATCH_MAX)):
            given += 1
            number = str(dice.randrange(10**11)) * 8
            refused = given % 3 == 0
            works.append(order(f"o{given}", cmd.ReportRinging("c1" if refused else f"c{given}", number)))
        batch = store.run(works, NOW + n)
        marks.say(*(f"{verdict.cid}={verdict.seq}" for verdict, _ in batch.answers))
    store.close()


def copy(folder: Path, synchronous: str, count: int) -> None:
    """A relay copies a journal of ringing calls. `base=0`: it has begun; `cid=seq`: this row is copied."""
    dice, marks = random.Random(3), Marks(folder)
    store = CopyStore(url_of(folder))
    store.open()
    careless(store, synchronous)
    epoch, floor, head = Epoch(1, "01", 1), first_floor(), Head()
    store.run(CopyJob(epoch, base=Base(head, epoch, floor, NOW)), NOW)
    marks.say("base=0")
    given = 0
    for n in range(count):
        works = []
        for _ in range(dice.randint(1, BATCH_MAX)):
            given += 1
            works.append(order(f"o{given}", cmd.ReportRinging(f"c{given}", str(dice.randrange(10**11)) * 8)))
        batch = decide_batch(floor, works, {}, head, epoch, NOW + n)
        floor, head = batch.floor, batch.head
        store.run(CopyJob(epoch, tuple(batch.entries)), NOW + n)
        marks.say(*(f"{entry.cid}={entry.seq}" for entry in batch.entries))
    store.close()


def first_floor() -> Floor:
    """What the copy begins with."""
    return Floor(stations={"st": Station("st", "S", "站", Point(126.6, 45.7))})


def careless(store: HubStore | CopyStore, synchronous: str) -> None:
    connection = store._connect().connection.dbapi_connection
    assert connection is not None
    connection.cursor().execute(f"PRAGMA synchronous={synchronous}")


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder}/hub.sqlite"


if __name__ == "__main__":
    writer = {"outbox": outbox, "hub": hub, "copy": copy}[sys.argv[1]]
    writer(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
