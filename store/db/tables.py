"""The tables of the store, for SQLite and PostgreSQL alike; migrations make them, a test keeps both equal.

The journal is the truth: append-only (a trigger forbids change) and chained. State tables hold the newest
body of each thing; `one_active_per_vehicle` is the last guard against sending one vehicle twice.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
)

from dispatch.floor import TABLES
from dispatch.kinds import MilestoneKind

METADATA = MetaData()
CITY = "CITY"
"""The one scope of authority so far."""


def _text(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, primary_key=primary_key)


def _big(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _epoch() -> tuple[Column[int], Column[str], Column[int]]:
    return _big("term"), _text("term_site"), _big("boot")


AUTHORITY = Table(
    "authority",
    METADATA,
    _text("scope", primary_key=True),
    *_epoch(),
    _text("holder"),
    _text("mode"),
    _big("since_hlc"),
    _text("granted_by"),
    _text("second_by"),
    _text("reason"),
    _text("order_no"),
    _big("touched"),  # raised to push a commit of our own through to the standby
    Column("word", LargeBinary),  # the encoded Authority by which the scope was taken here
)

JOURNAL = Table(
    "journal",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *_epoch(),
    _text("cid"),
    _big("hlc"),
    _text("kind"),
    _text("scope"),
    _text("entity"),
    _text("machine"),
    _text("by_id"),
    _bytes("body"),
    _bytes("prev_hash"),
    _bytes("hash"),
    Index("journal_cid", "cid"),
    Index("journal_entity", "entity"),
)

VERDICT = Table(
    "verdict",
    METADATA,
    _text("cid", primary_key=True),
    Column("ok", Boolean, nullable=False),
    _big("seq"),
    *_epoch(),
    _bytes("refusal"),
    _text("kind"),
    _text("machine"),
    _text("by_id"),
    _big("decided_at"),
    Column("order_body", LargeBinary),  # the encoded Order of what was accepted
    Column("seat_id", Text, nullable=False, server_default=""),
    Column("site", Text, nullable=False, server_default=""),
    Index("verdict_decided_at", "decided_at"),
)


REFUSAL = Table(
    "refusal",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _text("cid"),
    *_epoch(),
    _bytes("refusal"),
    *(_text(name) for name in ("kind", "machine", "by_id", "seat_id", "site")),
    _big("decided_at"),
    _bytes("prev_hash"),
    _bytes("hash"),
    Index("refusal_cid", "cid"),
)
"""What was refused, numbered and chained (`store/core/refusals_chain.py`); nothing here is ever changed."""

ABANDONED = Table(
    "abandoned",
    METADATA,
    _bytes("hash"),
    _big("seq"),
    *_epoch(),
    _text("cid"),
    _big("hlc"),
    *(_text(name) for name in ("kind", "entity", "machine", "by_id")),
    _bytes("body"),
    Column("order_body", LargeBinary),  # of the order this row came from
    _text("result"),  # merged, repeated or conflict at the holder
    _big("fork_seq"),
    _big("abandoned_at"),
    PrimaryKeyConstraint("hash"),
    Index("abandoned_fork", "fork_seq", "seq"),
)
"""Rows of a time in which another site commanded, handed in there and taken back here; kept for good."""


def _state(name: str) -> Table:
    """`on_floor` false: archived; the row stays for history."""
    special = {
        "missions": (
            _text("incident_id"),
            _text("vehicle_id"),
            Column("active", Boolean, nullable=False),
        )
    }
    return Table(
        name,
        METADATA,
        _text("id", primary_key=True),
        _text("scope"),
        _text("status"),
        _big("seq"),
        Column("on_floor", Boolean, nullable=False),
        _bytes("body"),
        *special.get(name, ()),
        Index(f"{name}_seq", "seq"),
    )


STATE = {name: _state(name) for name in TABLES}
MISSIONS = STATE["missions"]
Index(
    "one_active_per_vehicle",
    MISSIONS.c.vehicle_id,
    unique=True,
    sqlite_where=MISSIONS.c.active,
    postgresql_where=MISSIONS.c.active,
)

ACCOUNT = Table(
    "account",
    METADATA,
    _text("staff_number", primary_key=True),
    _text("password_hash"),
    _big("changed_at"),
    Column("disabled", Boolean, nullable=False, server_default=false()),
)
Table("secret", METADATA, _text("name", primary_key=True), _bytes("value"))
"""Only read by the release before Ed25519 tokens, which may still run beside this one; goes with the next."""

INVITATION = Table(
    "invitation",
    METADATA,
    _text("machine", primary_key=True),
    _text("role"),
    _text("seat_id"),
    _text("site"),
    Column("reserve", Boolean, nullable=False),
    _text("address"),
    _text("selector"),
    _bytes("salt"),
    _bytes("code_hash"),
    _big("until_at"),
    Column("tries", Integer, nullable=False),
    _text("state"),
    _text("public_key"),
    _text("sign_key"),
    _big("asked_at"),
)
"""A machine on its way into the roster: the code it was given (hashed), the keys it showed."""

ADMINISTRATION = Table(
    "administration",
    METADATA,
    _text("id", primary_key=True),
    _big("at"),
    _bytes("body"),
)
"""Notes of administration that wait until a hub has put them into the journal."""

BASE = Table(
    "base",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    *_epoch(),
    _big("hlc"),
    _bytes("hash"),
    _big("taken_at"),
    _bytes("floor"),
)
"""At most one row: where a copy of another site's journal begins (`store/db/base.py`)."""

PROJECTION = Table("projection", METADATA, _text("name", primary_key=True), _big("seq"))


def _at(name: str) -> Column[int | None]:
    return Column(name, BigInteger)


def _words(name: str) -> Column[str | None]:
    return Column(name, Text)


CALL_HISTORY = Table(
    "call_history",
    METADATA,
    _text("id", primary_key=True),
    _text("day"),  # in UTC+8, YYYY-MM-DD
    _text("direction"),
    _text("number"),
    _at("rang_at"),
    _at("answered_at"),
    _at("ended_at"),
    *(
        _words(name)
        for name in ("result", "call_class", "seat_id", "dispatcher_id", "intake_id", "incident_id")
    ),
    Index("call_history_day", "day"),
)
INCIDENT_HISTORY = Table(
    "incident_history",
    METADATA,
    _text("id", primary_key=True),
    _text("day"),
    *(_words(name) for name in ("number", "type", "severity", "state", "complaint", "address", "district")),
    Column("lon", Float),
    Column("lat", Float),
    *(
        _at(name)
        for name in ("opened_at", "first_rang_at", "first_accepted_at", "first_ordered_at", "closed_at")
    ),
    *(_words(name) for name in ("close_reason", "seat_id", "dispatcher_id")),
    Column("drill", Boolean, nullable=False),
    Index("incident_history_day", "day"),
)
MISSION_HISTORY = Table(
    "mission_history",
    METADATA,
    _text("id", primary_key=True),
    _text("day"),
    *(
        _words(name)
        for name in ("number", "incident_id", "vehicle_id", "station_id", "hospital_id", "dispatcher_id")
    ),
    _at("ordered_at"),
    _at("delivered_at"),
    *(_at(f"{kind}_at") for kind in MilestoneKind),
    _at("ended_at"),
    *(_words(name) for name in ("result", "reason", "remark")),
    Column("drill", Boolean, nullable=False),
    Index("mission_history_day", "day"),
)

ACTIVATION_HISTORY = Table(
    "activation_history",
    METADATA,
    _text("id", primary_key=True),
    _text("day"),
    *(_at(name) for name in ("ordered_at", "first_ready_at", "last_ready_at", "ended_at")),
    Column("seats", Integer, nullable=False),
    Column("seats_ready", Integer, nullable=False),
    *(_words(name) for name in ("reason", "dispatcher_id", "second_id")),
    Column("drill", Boolean, nullable=False),
    Index("activation_history_day", "day"),
)

TRACK = Table(
    "position_track",
    METADATA,
    _text("vehicle_id", primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("lat_e6", Integer, nullable=False),
    Column("lon_e6", Integer, nullable=False),
    Column("speed_dkmh", Integer, nullable=False),
    Column("heading_deg", Integer, nullable=False),
    Column("flags", Integer, nullable=False),
)

SEAT_STATE_HISTORY = Table(
    "seat_state_history",
    METADATA,
    _text("id", primary_key=True),
    _text("day"),  # on which it ended
    *(_words(name) for name in ("seat_id", "dispatcher_id", "state")),
    _at("began_at"),
    _at("ended_at"),
    Index("seat_state_history_day", "day"),
)

HISTORIES = (CALL_HISTORY, INCIDENT_HISTORY, MISSION_HISTORY, ACTIVATION_HISTORY, SEAT_STATE_HISTORY)
REBUILT = (*STATE.values(), *HISTORIES, PROJECTION)
"""What `hub --rebuild` makes anew from the journal."""
