"""The words between sites: a relay follows the journal, hands on orders, copies roster and accounts.

Everything is pulled, one question open at a time, so that nothing piles up on a thin line.
"""

from msgspec import Struct

from store.core.wire import PART_BYTES_MAX, Entry, Epoch, Id, Message


class Follow(Message, frozen=True):
    """A relay asks for the journal after row `seq`, whose hash is `hash`.

    The hub answers `Journal`: at once when it has more, else with the next commit. One question is open at a
    time, so nothing piles up on a thin line.
    """

    seq: int
    hash: bytes
    bytes_max: int = PART_BYTES_MAX
    tick_ms: int = 200
    """How often the relay wants the hub's Tick on its own line."""
    decided: bool = False
    """It wants what was decided beside the rows: orders and refusals."""
    told: int = -1
    """How much of what was decided at row `seq` it has by this connection; -1: it does not know."""
    before: int = 0
    """It lacks verdicts of the last half hour before this row; 0: it lacks none."""


class PositionsReq(Message, frozen=True):
    """A relay asks for the newest positions since its last question, `bytes_max` of them at most."""

    bytes_max: int


class Forward(Message, frozen=True):
    """A relay hands on `frame`, a Login or Cmd of `machine`, which is enrolled for the relay's own site.

    `route` comes back with the answer.
    """

    machine: str
    route: bytes
    frame: bytes


class HashReq(Message, frozen=True):
    """The hashes of these rows: two sites look for the last row they share."""

    seqs: tuple[int, ...]


class Late(Message, frozen=True):
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


class RosterReq(Message, frozen=True):
    """Any machine asks for the signed roster when Tick says it is newer than `revision`."""

    revision: int = 0


class AccountsReq(Message, frozen=True):
    """A relay or standby hub asks for the accounts. `digest`: of those it has (`store/core/accounts.py`)."""

    digest: bytes = b""


class Journal(Message, frozen=True):
    """Rows of the journal in order. `head_seq`: where the hub's journal ends.

    `ok` False: the row the asker named is not in this journal; it has a tail of its own.
    """

    epoch: Epoch
    entries: tuple[Entry, ...]
    head_seq: int
    ok: bool = True
    decided: bytes = b""
    """What was decided up to the last of these rows (`store/core/decided.py`), to who asked for it."""
    told: int = -1
    """The `told` of the next question; -1: a hub of before, which takes only a site's own orders as late."""
    before: int = -1
    """The `before` of the next question; -1: nothing is said of it."""


class Forwarded(Message, frozen=True):
    """The answer to what a relay handed on."""

    route: bytes
    frame: bytes


class Hashes(Message, frozen=True):
    """(seq, hash) of the rows asked for that exist here. `asked`: the question, so that no late answer counts
    for the next one."""

    rows: tuple[tuple[int, bytes], ...]
    head_seq: int
    asked: tuple[int, ...] = ()


class LateDone(Message, frozen=True):
    """What became of a late order: merged, repeated (known before) or conflict."""

    cid: Id
    result: str


class RosterNews(Message, frozen=True):
    """`sealed`: the signed roster (`store/core/roster.py`); b"" when the asker has this revision already."""

    revision: int
    sealed: bytes = b""


class Account(Struct, frozen=True, array_like=True):
    """Who may log in. `verifier`: argon2id, never a password."""

    staff_number: str
    verifier: str
    changed_at: int
    disabled: bool = False


class AccountsNews(Message, frozen=True):
    """All accounts; they replace those the asker has. `same`: its digest was right, `accounts` is empty."""

    accounts: tuple[Account, ...] = ()
    same: bool = False
