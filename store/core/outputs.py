"""What the logic of a hub or a relay takes in and gives out; the process around it carries it out.

A machine behind a relay is answered like any other: its route names the relay's route and its own, and
`addressed` wraps the answer, so that no rule of the hub has to know where a machine is connected.
"""

from msgspec import Struct

from dispatch.floor import Floor
from store.core.command_messages import DeclareIsland, EvidenceReq, HandOver, TakeCommand
from store.core.journal import Head
from store.core.messages import Login
from store.core.roster import Machine
from store.core.site_messages import Follow, Forwarded, HashReq
from store.core.wire import Epoch, Position, encode


class Relayed(Struct, frozen=True):
    """The way back to a machine behind a relay."""

    relay: bytes
    route: bytes


Route = bytes | Relayed
"""b"": nobody waits for the answer."""


class Origin(Struct, frozen=True):
    """Where a message came from. `machine` was proven by its key; `route` only leads the answer back."""

    machine: Machine
    route: Route


class Reply(Struct, frozen=True):
    route: Route
    frame: bytes


class Publish(Struct, frozen=True):
    """To every subscriber, in this order."""

    frame: bytes


class CheckPerson(Struct, frozen=True):
    """Prove the password on a thread of its own; the answer comes back by `on_person`."""

    origin: Origin
    login: Login


class GiveAccounts(Struct, frozen=True):
    """Answer with all accounts where they differ from the asker's `digest`; not on this thread."""

    route: Route
    digest: bytes


class TakePositions(Struct, frozen=True):
    """To be conflated, published and thinned into the track."""

    batch: tuple[Position, ...]


class ReadJournal(Struct, frozen=True):
    """Read what `follow` asks for from the store, off this thread; it comes back by `Followers.on_rows`."""

    route: bytes
    follow: Follow


class ReadHashes(Struct, frozen=True):
    """Read the hashes of these rows from the store; they come back by `Followers.on_hashes`."""

    route: bytes
    asked: HashReq


class MakeSnapshot(Struct, frozen=True):
    """Encode a large floor on a thread of its own; the frames come back by `on_snapshot`.

    Nobody changes this floor any more: every commit makes a new one.
    """

    floor: Floor
    epoch: Epoch
    head: Head


class ForSite(Struct, frozen=True):
    """A question about the command of a scope: the site answers it, not the hub or relay."""

    origin: Origin
    message: EvidenceReq | TakeCommand | HandOver | DeclareIsland


Output = (
    Reply
    | Publish
    | CheckPerson
    | ForSite
    | GiveAccounts
    | TakePositions
    | ReadJournal
    | ReadHashes
    | MakeSnapshot
)
"""What a hub gives out."""


def addressed(reply: Reply) -> tuple[bytes, bytes]:
    """The socket's route and the frame to send there: wrapped for a machine behind a relay."""
    route = reply.route
    if isinstance(route, Relayed):
        return route.relay, encode(Forwarded(route=route.route, frame=reply.frame))
    return route, reply.frame
