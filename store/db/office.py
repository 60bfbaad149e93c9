"""What the office of a hub keeps in the store: invitations, and orders that administrators left for the hub.

An order waits here until it has a verdict, so it is carried out exactly once, also when no hub ran.
"""

import contextlib
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from dispatch.commands import Command
from dispatch.floor import Floor
from dispatch.words import Dispatcher
from store.core.enrolment import Knock
from store.core.refusals_chain import Mark
from store.core.roster import Machine
from store.core.wire import encode
from store.db import invitations
from store.db.engine import open_engine
from store.db.errors import converted
from store.db.invitations import Invitation
from store.db.refusals import read_mark, store_id
from store.db.rows import body_of, load_floor
from store.db.tables import ADMINISTRATION, STATE, VERDICT

ORDERS_MAX = 100

_commands: msgspec.msgpack.Decoder[Command] = msgspec.msgpack.Decoder(Command)


class Pending(Struct, frozen=True):
    """An order without a verdict yet; `id` becomes its command id."""

    id: str
    command: Command


class Desk:
    """Every method is one short transaction and raises StoreError."""

    def __init__(self, url: str) -> None:
        self._readers = open_engine(url, writer=False)
        self._writers = open_engine(url, writer=True, scope="office")

    def close(self) -> None:
        self._readers.dispose()
        self._writers.dispose()

    def pending(self) -> list[Pending]:
        """Orders without a verdict, oldest first; those that have one are taken away."""
        query = (
            select(ADMINISTRATION.c.id, ADMINISTRATION.c.body, VERDICT.c.cid)
            .join(VERDICT, VERDICT.c.cid == ADMINISTRATION.c.id, isouter=True)
            .order_by(ADMINISTRATION.c.at, ADMINISTRATION.c.id)
            .limit(ORDERS_MAX)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        settled = [row.id for row in rows if row.cid is not None]
        if settled:
            with self._writing() as connection:
                connection.execute(ADMINISTRATION.delete().where(ADMINISTRATION.c.id.in_(settled)))
        return [Pending(row.id, _commands.decode(row.body)) for row in rows if row.cid is None]

    def put(self, order_id: str, at_ms: int, command: Command) -> None:
        """Leave an order for the hub."""
        self.put_in_order(at_ms, [Pending(order_id, command)])

    def put_in_order(self, at_ms: int, orders: Iterable[Pending]) -> None:
        """Leave orders that build on each other, all or none: the hub takes them in this sequence."""
        rows = [
            {"id": order.id, "at": at_ms + place, "body": encode(order.command)}
            for place, order in enumerate(orders)
        ]
        with self._writing() as connection:
            connection.execute(ADMINISTRATION.insert(), rows)

    def floor(self) -> Floor:
        """Everything in force, as the hub has it."""
        with self._reading() as connection:
            return load_floor(connection)

    def refused(self) -> Mark:
        """Where the chain of refusals ends."""
        with self._reading() as connection:
            return read_mark(connection)

    def store_id(self) -> str:
        """Of the store itself; signed ends name it."""
        with self._reading() as connection:
            return store_id(connection)

    def people(self) -> list[Dispatcher]:
        """Everybody with a staff number, as the floor has them; empty before a hub ran for the first time."""
        table = STATE["dispatchers"]
        with self._reading() as connection:
            bodies = connection.execute(select(table.c.body).where(table.c.on_floor)).scalars().all()
        return [body_of("dispatchers", body) for body in bodies]

    def is_any_invited(self, now_ms: int) -> bool:
        with self._reading() as connection:
            return invitations.is_any_open(connection, now_ms)

    def ask(self, knock: Knock, now_ms: int) -> Invitation | str:
        with self._writing() as connection:
            return invitations.ask(connection, knock, now_ms)

    def invite(self, machine: Machine, now_ms: int) -> str:
        with self._writing() as connection:
            return invitations.invite(connection, machine, now_ms)

    def waiting(self, now_ms: int) -> list[Invitation]:
        with self._reading() as connection:
            return invitations.waiting(connection, now_ms)

    def approve(self, name: str, now_ms: int) -> None:
        with self._writing() as connection:
            invitations.approve(connection, name, now_ms)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._readers.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise converted(error) from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._writers.begin() as connection:
                yield connection
        except DBAPIError as error:
            raise converted(error) from error
