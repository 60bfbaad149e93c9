"""The words of the bus: the messages between hub and seat, wall or gateway, and all of them as one union.

Those between sites are in `site_messages.py`, those about command in `command_messages.py`.
"""

import msgspec

from store.core.command_messages import (
    CommandAnswer,
    DeclareIsland,
    Evidence,
    EvidenceReq,
    HandOver,
    TakeCommand,
)
from store.core.site_messages import (
    AccountsNews,
    AccountsReq,
    Follow,
    Forward,
    Forwarded,
    Hashes,
    HashReq,
    Journal,
    Late,
    LateDone,
    PositionsReq,
    RosterNews,
    RosterReq,
)
from store.core.wire import (
    EPOCH_ZERO,
    MESSAGE_BYTES_MAX,
    PROTO,
    PROTO_MIN,
    BadMessage,
    Epoch,
    Ev,
    Id,
    Message,
    Mode,
    Position,
    typed,
)


class Hello(Message, frozen=True):
    """First word after connecting and after every new epoch."""

    proto_min: int = PROTO_MIN
    proto_max: int = PROTO
    app: str = ""
    epoch: Epoch = EPOCH_ZERO
    seq: int = 0


class Login(Message, frozen=True):
    """Proof of a person. `second`: only a token to confirm another person's order, no place at the seat.

    `id` becomes the id of the journaled log-in, so that a repeated Login has one effect.
    """

    id: Id
    staff_number: str
    password: str
    second: bool = False


class Resume(Message, frozen=True):
    """Somebody logged in while there was no hub: `token` proves it, `id` is that of the Login.

    The hub puts the log-in into the journal and answers like to a Login.
    """

    id: Id
    token: bytes


class Cmd(Message, frozen=True):
    """One command. `after` is the previous command of the same outbox that has no verdict yet.

    `at` is the giver's time, `deadline_at` the last moment the hub may decide it (hub's clock).
    """

    cid: Id
    body: bytes
    at: int
    deadline_at: int
    token: bytes = b""
    second: bytes = b""
    after: Id | None = None


class SnapReq(Message, frozen=True):
    """Ask for the whole floor."""


class Catch(Message, frozen=True):
    """Ask for the events from `from_seq` on."""

    epoch: Epoch
    from_seq: int


class Ping(Message, frozen=True):
    """`t` comes back as it is: the round trip through the hub's own loop."""

    t: int


class Positions(Message, frozen=True):
    """Newest positions; only the latest of a vehicle counts, nothing is repeated or journaled."""

    batch: tuple[Position, ...]


class Welcome(Message, frozen=True):
    """The hub is here. `hubs` are the addresses to try when it falls silent."""

    proto: int
    site: str
    instance: str
    machine: str
    epoch: Epoch
    seq: int
    now_at: int
    events_port: int
    positions_port: int
    seat_id: str = ""
    hubs: tuple[str, ...] = ()
    mode: str = Mode.NORMAL
    relay: str = ""
    """Code of the site whose relay this is; "": the hub itself."""
    app: str = ""
    """Version of the program here; a reserve seat goes into service with the same one only."""
    scope: str = "CITY"
    """What is commanded here, or by the hub this relay follows; since when (ms), 0: since ever."""
    since_at: int = 0


class LoginOk(Message, frozen=True):
    id: str
    token: bytes
    dispatcher_id: str
    roles: tuple[str, ...]
    expires_at: int
    seat_id: str | None = None
    journaled: bool = True
    """False: of a relay without its hub; show it to the next hub with Resume."""


class LoginRefused(Message, frozen=True):
    """`reason`: wrong, locked, no_account, no_seat, token, store, or refused (`refusal`: the encoded one)."""

    id: str
    reason: str
    wait_s: int = 0
    refusal: bytes = b""


class Ack(Message, frozen=True):
    """The one verdict of a command, and it is durable. `refusal` empty: accepted, its last event is `seq`."""

    cid: str
    epoch: Epoch
    seq: int
    refusal: bytes = b""
    repeated: bool = False
    said_by: Epoch = EPOCH_ZERO
    """The hub that says so now; `epoch` is that of the one that decided. EPOCH_ZERO: a hub of before."""


class Evs(Message, frozen=True):
    """Events of one commit, or the answer to Catch. `ok` False: too far back, take a snapshot."""

    epoch: Epoch
    evs: tuple[Ev, ...]
    ok: bool = True


class Tick(Message, frozen=True):
    """Every 200 ms from the hub's own loop. `store_age_ms`: how long the oldest command waits."""

    epoch: Epoch
    seq: int
    now_at: int
    mode: str
    store_age_ms: int = 0
    alarm: str = ""
    waiting: int = 0
    scope: str = "CITY"
    """What this hub commands, or the relay's hub."""
    relay: str = ""
    """Code of the site whose relay this is; "": the hub itself."""
    hub_age_ms: int = 0
    """At a relay: how long ago it last heard the hub; 0 at the hub."""
    behind: int = 0
    """At a relay: rows the hub has and this relay not yet. Beyond FAR_BEHIND `seq` is the hub's."""
    roster: int = 0
    """Revision of the signed roster in force here."""
    disk_percent: int = 100
    """How much of the disk under the store is free; 100 also where a server looks after its own."""
    disk_at: str = ""
    """Code of the site whose relay's disk that is; "": the hub's."""
    sites: tuple[tuple[str, int], ...] = ()
    """At the hub: (site, ms since its relay was last heard) of every site heard since the hub began."""


class SnapBegin(Message, frozen=True):
    id: str
    epoch: Epoch
    seq: int
    parts: int
    size: int
    sha256: bytes
    hash: bytes = b""
    """Hash and stamp of journal row `seq`: a copy of the journal may begin here."""
    hlc: int = 0


class SnapPart(Message, frozen=True):
    """`zlib` is part `n` of the compressed floor."""

    id: str
    n: int
    zlib: bytes


class SnapEnd(Message, frozen=True):
    id: str


class Pong(Message, frozen=True):
    t: int


class Nack(Message, frozen=True):
    """Not a verdict: the hub could not take the message. `reason` is a fixed word.

    bad_message, version, revoked, login_needed, busy, fenced, cut_off (a relay without its hub), elsewhere
    (a relay serves the machines of its own site)
    """

    reason: str
    cid: str | None = None
    text: str = ""


ToHub = (
    Hello
    | Login
    | Resume
    | Cmd
    | SnapReq
    | Catch
    | Ping
    | Positions
    | Follow
    | PositionsReq
    | Forward
    | HashReq
    | Late
    | EvidenceReq
    | TakeCommand
    | HandOver
    | DeclareIsland
    | RosterReq
    | AccountsReq
)
FromHub = (
    Welcome
    | LoginOk
    | LoginRefused
    | Ack
    | Evs
    | Tick
    | SnapBegin
    | SnapPart
    | SnapEnd
    | Positions
    | Pong
    | Nack
    | Journal
    | Forwarded
    | Hashes
    | LateDone
    | Evidence
    | CommandAnswer
    | RosterNews
    | AccountsNews
)
_to_hub: msgspec.msgpack.Decoder[ToHub] = msgspec.msgpack.Decoder(ToHub)
_from_hub: msgspec.msgpack.Decoder[FromHub] = msgspec.msgpack.Decoder(FromHub)


def decode_to_hub(frame: bytes | memoryview) -> ToHub:
    """A message for the hub; raises `BadMessage`."""
    if len(frame) > MESSAGE_BYTES_MAX:
        raise BadMessage("message too long")
    return typed(_to_hub, frame)


def decode_from_hub(frame: bytes | memoryview) -> FromHub:
    """A message from the hub; raises `BadMessage`."""
    return typed(_from_hub, frame)
