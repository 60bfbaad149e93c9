"""The words of the bus: every message between hub and seat, wall or gateway, and its typed decoding.

Decoding is the input check: what does not fit raises `BadMessage`. Fields are only ever added, with a
default; an older reader ignores what it does not know. Bodies of commands and events travel as bytes, so
that one unknown kind never costs the envelope around it.
"""

from enum import StrEnum
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, field

PROTO = 2
"""The protocol spoken here; PROTO_MIN is the oldest one still understood."""
PROTO_MIN = 1
MESSAGE_BYTES_MAX = 1024 * 1024
PART_BYTES_MAX = 256 * 1024
HASH_ZERO = bytes(32)
"""The hash before the first row of a journal."""
BODY_BYTES_MAX = 128 * 1024
POSITIONS_PER_MESSAGE_MAX = 4000
DEGREE_E6 = 1_000_000
FAR_BEHIND = 500
"""A relay that lacks more rows shows an old picture: its seats go to a hub until it has caught up."""
FIX_VALID = 1
FROM_MEMORY = 2
"""Bits of `Position.flags`."""


class BadMessage(Exception):
    """The other side broke the protocol: drop the frame, count it, go on."""


class Mode(StrEnum):
    """The hub's condition, in Tick; screens say it in words with the time and what to do (bus.md 5.7)."""

    NORMAL = "normal"
    STORE_WAIT = "store_wait"  # 库切换: commands wait for the store
    SYNC_WAIT = "sync_wait"  # 等待异地确认: written, the standby has not confirmed
    DISK_LOW = "disk_low"  # 磁盘告急: positions are not stored
    DISK_FULL = "disk_full"  # 磁盘告急: nothing can be stored, commands wait
    FENCED = "fenced"  # 已撤权: another hub commands, this one only shows
    CUT_OFF = "cut_off"  # a relay that has not heard its hub for RED_MS: it shows, nobody decides
    ISLAND = "island"  # 孤岛: durable in this building only, by decision of two people
    HANDING_OVER = "handing_over"  # command is being moved as planned: orders wait a moment


class Epoch(Struct, frozen=True, array_like=True, order=True):
    """(term, site, boot): people raise the term, every start of a hub raises boot. Ordered as written."""

    term: int
    site: str
    boot: int


EPOCH_ZERO = Epoch(0, "", 0)


class _Message(Struct, frozen=True, tag=True, kw_only=True):
    """Base of all messages; the tag on the wire is the class name."""

    v: int = PROTO


class Entry(Struct, frozen=True, array_like=True):
    """One event as the journal keeps it. `body`: the encoded event; `by`: the dispatcher or ""."""

    seq: int
    epoch: Epoch
    cid: str
    hlc: int
    kind: str
    entity: str
    machine: str
    by: str
    body: bytes
    hash: bytes = HASH_ZERO


# --- from a machine to the hub -------------------------------------------------------------------------


class Hello(_Message, frozen=True):
    """First word after connecting and after every new epoch."""

    proto_min: int = PROTO_MIN
    proto_max: int = PROTO
    app: str = ""
    epoch: Epoch = EPOCH_ZERO
    seq: int = 0


Id = Annotated[str, Meta(pattern="^[!-~]{1,64}$")]
"""An id minted by the other side: it becomes a key of tables, so nothing odd may be in it."""


class Login(_Message, frozen=True):
    """Proof of a person. `second`: only a token to confirm another person's order, no place at the seat.

    `id` becomes the id of the journaled log-in, so that a repeated Login has one effect.
    """

    id: Id
    staff_number: str
    password: str
    second: bool = False


class Resume(_Message, frozen=True):
    """Somebody logged in while there was no hub: `token` proves it, `id` is that of the Login.

    The hub puts the log-in into the journal and answers like to a Login.
    """

    id: Id
    token: bytes


class Cmd(_Message, frozen=True):
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


class SnapReq(_Message, frozen=True):
    """Ask for the whole floor."""


class Catch(_Message, frozen=True):
    """Ask for the events from `from_seq` on."""

    epoch: Epoch
    from_seq: int


class Ping(_Message, frozen=True):
    """`t` comes back as it is: the round trip through the hub's own loop."""

    t: int


# --- between sites -------------------------------------------------------------------------------------


class Follow(_Message, frozen=True):
    """A relay asks for the journal after row `seq`, whose hash is `hash`.

    The hub answers `Journal`: at once when it has more, else with the next commit. One question is open at a
    time, so nothing piles up on a thin line.
    """

    seq: int
    hash: bytes
    bytes_max: int = PART_BYTES_MAX
    tick_ms: int = 200
    """How often the relay wants the hub's Tick on its own line."""


class PositionsReq(_Message, frozen=True):
    """A relay asks for the newest positions since its last question, `bytes_max` of them at most."""

    bytes_max: int


class Forward(_Message, frozen=True):
    """A relay hands on `frame`, a Login or Cmd of `machine`, which is enrolled for the relay's own site.

    `route` comes back with the answer.
    """

    machine: str
    route: bytes
    frame: bytes


class HashReq(_Message, frozen=True):
    """The hashes of these rows: two sites look for the last row they share."""

    seqs: tuple[int, ...]


class Late(_Message, frozen=True):
    """A site hands in an order it accepted while it was apart, with its original id. `order` is encoded.

    `seq` and `hlc` are those of its last event there; `numbers` are the numbers people were told;
    `mission_id`: the mission its events there were about, "" none. `after`: the order handed in before it.
    """

    cid: Id
    order: bytes
    site: str
    term: int
    seq: int
    hlc: int
    numbers: tuple[str, ...] = ()
    mission_id: str = ""
    after: Id | None = None


class RosterReq(_Message, frozen=True):
    """Any machine asks for the signed roster when Tick says it is newer than `revision`."""

    revision: int = 0


class AccountsReq(_Message, frozen=True):
    """A relay or standby hub asks for the accounts. `digest`: of those it has (`store/core/accounts.py`)."""

    digest: bytes = b""


# --- command of a scope, from a seat to the hub or relay it is connected to ------------------------------


class EvidenceReq(_Message, frozen=True):
    """What does this site know of the one that commands? Shown before anybody takes command."""

    scope: str


class TakeCommand(_Message, frozen=True):
    """应急接管: two people order that this site commands `scope` from now on (bus.md 5.8).

    `token` is the session of the first, `second` the proof of the second person. `break_glass`: without the
    agreement of the site that commanded.
    """

    id: Id
    scope: str
    reason: str
    order_no: str
    token: bytes
    second: bytes
    break_glass: bool = False
    checks: tuple[str, ...] = ()


class HandOver(_Message, frozen=True):
    """计划移交、交还: this site gives `scope` to `to_site`, which is connected and has everything."""

    id: Id
    scope: str
    to_site: str
    reason: str
    order_no: str
    token: bytes
    second: bytes


class DeclareIsland(_Message, frozen=True):
    """孤岛: two people order that commits no longer wait for the other building (`on`), or wait again."""

    id: Id
    on: bool
    reason: str
    token: bytes
    second: bytes


# --- both ways -----------------------------------------------------------------------------------------


class Position(Struct, frozen=True, array_like=True):
    """Where a vehicle was at `at` (ms). Degrees × 10⁶ as integers, WGS-84; 0.1 km/h; heading in degrees.

    `flags`: FIX_VALID; FROM_MEMORY: kept by the terminal while it had no link, track only.
    """

    vehicle_id: str
    at: int
    lat_e6: int
    lon_e6: int
    speed_dkmh: int = 0
    heading_deg: int = 0
    flags: int = FIX_VALID


class Positions(_Message, frozen=True):
    """Newest positions; only the latest of a vehicle counts, nothing is repeated or journaled."""

    batch: tuple[Position, ...]


# --- from the hub --------------------------------------------------------------------------------------


class Welcome(_Message, frozen=True):
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


class LoginOk(_Message, frozen=True):
    id: str
    token: bytes
    dispatcher_id: str
    roles: tuple[str, ...]
    expires_at: int
    seat_id: str | None = None
    journaled: bool = True
    """False: of a relay without its hub; show it to the next hub with Resume."""


class LoginRefused(_Message, frozen=True):
    """`reason`: wrong, locked, no_account, no_seat, token, store, or refused (`refusal`: the encoded one)."""

    id: str
    reason: str
    wait_s: int = 0
    refusal: bytes = b""


class Ack(_Message, frozen=True):
    """The one verdict of a command, and it is durable. `refusal` empty: accepted, its last event is `seq`."""

    cid: str
    epoch: Epoch
    seq: int
    refusal: bytes = b""
    repeated: bool = False
    said_by: Epoch = EPOCH_ZERO
    """The hub that says so now; `epoch` is that of the one that decided. EPOCH_ZERO: a hub of before."""


class Ev(Struct, frozen=True, array_like=True):
    """One event of the journal. `hlc` = ms since 1970 << 16 | counter."""

    seq: int
    cid: str
    hlc: int
    body: bytes


class Evs(_Message, frozen=True):
    """Events of one commit, or the answer to Catch. `ok` False: too far back, take a snapshot."""

    epoch: Epoch
    evs: tuple[Ev, ...]
    ok: bool = True


class Tick(_Message, frozen=True):
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


class SnapBegin(_Message, frozen=True):
    id: str
    epoch: Epoch
    seq: int
    parts: int
    size: int
    sha256: bytes
    hash: bytes = b""
    """Hash and stamp of journal row `seq`: a copy of the journal may begin here."""
    hlc: int = 0


class SnapPart(_Message, frozen=True):
    """`zlib` is part `n` of the compressed floor."""

    id: str
    n: int
    zlib: bytes


class SnapEnd(_Message, frozen=True):
    id: str


class Pong(_Message, frozen=True):
    t: int


class Nack(_Message, frozen=True):
    """Not a verdict: the hub could not take the message. `reason` is a fixed word.

    bad_message, version, revoked, login_needed, busy, fenced, cut_off (a relay without its hub), elsewhere
    (a relay serves the machines of its own site)
    """

    reason: str
    cid: str | None = None
    text: str = ""


class Journal(_Message, frozen=True):
    """Rows of the journal in order. `head_seq`: where the hub's journal ends.

    `ok` False: the row the asker named is not in this journal; it has a tail of its own.
    """

    epoch: Epoch
    entries: tuple[Entry, ...]
    head_seq: int
    ok: bool = True


class Forwarded(_Message, frozen=True):
    """The answer to what a relay handed on."""

    route: bytes
    frame: bytes


class Hashes(_Message, frozen=True):
    """(seq, hash) of the rows asked for that exist here. `asked`: the question, so that no late answer counts
    for the next one."""

    rows: tuple[tuple[int, bytes], ...]
    head_seq: int
    asked: tuple[int, ...] = ()


class LateDone(_Message, frozen=True):
    """What became of a late order: merged, repeated (known before) or conflict."""

    cid: Id
    result: str


class Evidence(_Message, frozen=True):
    """What this site knows. Ages in ms; -1: never heard. `heard_seq` - `own_seq` rows may be lost."""

    scope: str
    site: str
    holder_site: str
    holder_term: int
    tick_age_ms: int
    heard_epoch: Epoch
    heard_seq: int
    own_seq: int
    store: str = ""
    peers: tuple[tuple[str, int], ...] = ()
    """(site, age of its last word in ms) of every other site this one speaks with."""
    rows: tuple[tuple[str, int], ...] = ()
    """(site, last row it has) of them: who has more rows than this one had better take command."""


class RosterNews(_Message, frozen=True):
    """`sealed`: the signed roster (`store/core/roster.py`); b"" when the asker has this revision already."""

    revision: int
    sealed: bytes = b""


class Account(Struct, frozen=True, array_like=True):
    """Who may log in. `verifier`: argon2id, never a password."""

    staff_number: str
    verifier: str
    changed_at: int
    disabled: bool = False


class AccountsNews(_Message, frozen=True):
    """All accounts; they replace those the asker has. `same`: its digest was right, `accounts` is empty."""

    accounts: tuple[Account, ...] = ()
    same: bool = False


class CommandAnswer(_Message, frozen=True):
    """The answer to TakeCommand, HandOver or DeclareIsland `id`. `reason` "" means done.

    two_people, not_allowed, wrong_login, no_reason, already_here, holder_alive, behind, not_connected,
    conflicts_open, store, unknown_scope, timeout, version (the hub is of before the districts)
    """

    id: Id
    reason: str = ""
    text: str = ""
    epoch: Epoch = EPOCH_ZERO


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


class Verdict(Struct, frozen=True):
    """What became of a command, kept for 30 days. `refusal` empty: accepted, its last event is `seq`."""

    cid: str
    seq: int
    refusal: bytes = b""
    epoch: Epoch = field(default=EPOCH_ZERO)


_encoder = msgspec.msgpack.Encoder()
_to_hub: msgspec.msgpack.Decoder[ToHub] = msgspec.msgpack.Decoder(ToHub)
_from_hub: msgspec.msgpack.Decoder[FromHub] = msgspec.msgpack.Decoder(FromHub)

T = TypeVar("T")


def encode(value: object) -> bytes:
    """MessagePack of a message, a command, an event, a refusal or a floor."""
    return _encoder.encode(value)


def typed(decoder: msgspec.msgpack.Decoder[T], frame: bytes | memoryview) -> T:
    """Decode or raise `BadMessage`; deep nesting raises RecursionError inside msgspec, not its own error."""
    try:
        return decoder.decode(frame)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadMessage(str(error)[:200]) from error


def decode_to_hub(frame: bytes | memoryview) -> ToHub:
    """A message for the hub; raises `BadMessage`."""
    if len(frame) > MESSAGE_BYTES_MAX:
        raise BadMessage("message too long")
    return typed(_to_hub, frame)


def decode_from_hub(frame: bytes | memoryview) -> FromHub:
    """A message from the hub; raises `BadMessage`."""
    return typed(_from_hub, frame)
