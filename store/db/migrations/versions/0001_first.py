"""The first tables: authority, journal with its guard, verdicts, state, accounts, history, track."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

STATE_TABLES = (
    "calls",
    "intakes",
    "incidents",
    "missions",
    "vehicles",
    "stations",
    "hospitals",
    "dispatchers",
    "seats",
    "serials",
)
SQLITE_GUARD = """
CREATE TRIGGER journal_no_{verb} BEFORE {verb} ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
"""
POSTGRES_GUARD = (
    """
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$
""",
    """
CREATE TRIGGER journal_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
""",
)


def text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def big(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    if key:
        return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)
    return sa.Column(name, sa.BigInteger, nullable=null)


def blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def texts(*names: str) -> list[sa.Column[str]]:
    return [text(name, null=True) for name in names]


def times(*names: str) -> list[sa.Column[int]]:
    return [big(name, null=True) for name in names]


def upgrade() -> None:
    authority_and_journal()
    state()
    people()
    history()
    op.create_table(
        "position_track",
        text("vehicle_id", key=True),
        big("at", key=True),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("lat_e6", "lon_e6", "speed_dkmh", "heading_deg", "flags")
        ),
    )


def authority_and_journal() -> None:
    op.create_table(
        "authority",
        text("scope", key=True),
        big("term"),
        text("term_site"),
        big("boot"),
        text("holder"),
        text("mode"),
        big("since_hlc"),
        *(text(name) for name in ("granted_by", "second_by", "reason", "order_no")),
        big("touched"),
    )
    op.create_table(
        "journal",
        big("seq", key=True),
        big("term"),
        text("term_site"),
        big("boot"),
        text("cid"),
        big("hlc"),
        *(text(name) for name in ("kind", "scope", "entity", "machine", "by_id")),
        *(blob(name) for name in ("body", "prev_hash", "hash")),
    )
    op.create_index("journal_cid", "journal", ["cid"])
    op.create_index("journal_entity", "journal", ["entity"])
    op.create_table(
        "verdict",
        text("cid", key=True),
        flag("ok"),
        big("seq"),
        big("term"),
        text("term_site"),
        big("boot"),
        blob("refusal"),
        *(text(name) for name in ("kind", "machine", "by_id")),
        big("decided_at"),
    )
    op.create_index("verdict_decided_at", "verdict", ["decided_at"])
    guard_journal()


def guard_journal() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(SQLITE_GUARD.format(verb=verb))
    else:
        for statement in POSTGRES_GUARD:
            op.execute(statement)


def state() -> None:
    for name in STATE_TABLES:
        special: list[sa.Column[Any]] = []
        if name == "missions":
            special = [text("incident_id"), text("vehicle_id"), flag("active")]
        op.create_table(
            name,
            text("id", key=True),
            text("scope"),
            text("status"),
            big("seq"),
            flag("on_floor"),
            blob("body"),
            *special,
        )
        op.create_index(f"{name}_seq", name, ["seq"])
    op.create_index(
        "one_active_per_vehicle",
        "missions",
        ["vehicle_id"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )


def people() -> None:
    op.create_table("account", text("staff_number", key=True), text("password_hash"), big("changed_at"))
    op.create_table("secret", text("name", key=True), blob("value"))


def history() -> None:
    op.create_table("projection", text("name", key=True), big("seq"))
    op.create_table(
        "call_history",
        text("id", key=True),
        *(text(name) for name in ("day", "direction", "number")),
        *times("rang_at", "answered_at", "ended_at"),
        *texts("result", "call_class", "seat_id", "dispatcher_id", "intake_id", "incident_id"),
    )
    op.create_table(
        "incident_history",
        text("id", key=True),
        text("day"),
        *texts("number", "type", "severity", "state", "complaint", "address", "district"),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        *times("opened_at", "first_rang_at", "first_accepted_at", "first_ordered_at", "closed_at"),
        *texts("close_reason", "seat_id", "dispatcher_id"),
        flag("drill"),
    )
    op.create_table(
        "mission_history",
        text("id", key=True),
        text("day"),
        *texts("number", "incident_id", "vehicle_id", "station_id", "hospital_id", "dispatcher_id"),
        *times("ordered_at", "delivered_at", "assigned_at", "acknowledged_at", "departed_at", "on_scene_at"),
        *times("patient_aboard_at", "left_scene_at", "at_hospital_at", "handed_over_at", "completed_at"),
        *times("road_standby_at", "returned_at", "ended_at"),
        *texts("result", "reason", "remark"),
        flag("drill"),
    )
    for name in ("call_history", "incident_history", "mission_history"):
        op.create_index(f"{name}_day", name, ["day"])
