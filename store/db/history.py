"""History for reports: one row per call, incident and mission, brought up from the state tables, and one for
each state a seat was in, from the journal.

Off the command path: the writer advances it in idle moments; `projection.seq` says how far it is, so a crash
loses nothing. Archived things stay here for good.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from sqlalchemy import Connection, Table, select

from dispatch.events import SeatLoggedIn, SeatLoggedOut, SeatStateChanged
from dispatch.kinds import MilestoneKind, SeatState
from dispatch.moments import BEIJING
from dispatch.reserve import Activation
from dispatch.stages import milestone
from dispatch.words import Call, Incident, Mission
from store.db.rows import body_of, upsert
from store.db.tables import (
    ACTIVATION_HISTORY,
    CALL_HISTORY,
    INCIDENT_HISTORY,
    JOURNAL,
    MISSION_HISTORY,
    PROJECTION,
    SEAT_STATE_HISTORY,
    STATE,
)

HISTORY = "history"
EVENTS_PER_STEP = 500
SEAT_EVENTS = SeatLoggedIn | SeatLoggedOut | SeatStateChanged
SEAT_KINDS = tuple(kind.__name__ for kind in get_args(SEAT_EVENTS))
_seat_events: msgspec.msgpack.Decoder[SEAT_EVENTS] = msgspec.msgpack.Decoder(SEAT_EVENTS)


def day_of(at_ms: int) -> str:
    """The day in UTC+8, YYYY-MM-DD."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(BEIJING).date().isoformat()


def call_row(call: Call) -> dict[str, Any]:
    return {"day": day_of(call.rang_at), **_same(CALL_HISTORY, call)}


def incident_row(incident: Incident) -> dict[str, Any]:
    place, closing = incident.place, incident.closing
    return {
        "day": day_of(incident.opened_at),
        **_same(INCIDENT_HISTORY, incident),
        "address": _plain(place.address),
        "district": _plain(place.district),
        "lon": place.point.lon if place.point else None,
        "lat": place.point.lat if place.point else None,
        "closed_at": closing.closed_at if closing else None,
        "close_reason": closing.reason if closing else None,
    }


def mission_row(mission: Mission) -> dict[str, Any]:
    steps = {kind: milestone(mission, kind) for kind in MilestoneKind}
    return {
        "day": day_of(mission.ordered_at),
        **_same(MISSION_HISTORY, mission),
        **{f"{kind}_at": step.at if step else None for kind, step in steps.items()},
    }


def activation_row(activation: Activation) -> dict[str, Any]:
    ready = [turn.ready_at for turn in activation.seats if turn.ready_at is not None]
    return {
        "day": day_of(activation.ordered_at),
        **_same(ACTIVATION_HISTORY, activation),
        "seats": len(activation.seats),
        "seats_ready": len(ready),
        "first_ready_at": min(ready, default=None),
        "last_ready_at": max(ready, default=None),
    }


ROWS: dict[str, tuple[Table, Callable[[Any], dict[str, Any]]]] = {
    "calls": (CALL_HISTORY, call_row),
    "incidents": (INCIDENT_HISTORY, incident_row),
    "missions": (MISSION_HISTORY, mission_row),
    "activations": (ACTIVATION_HISTORY, activation_row),
}


def history_seq(connection: Connection) -> int:
    """How far the history has come."""
    query = select(PROJECTION.c.seq).where(PROJECTION.c.name == HISTORY)
    return connection.execute(query).scalar() or 0


def advance_history(connection: Connection, head_seq: int) -> int:
    """Bring up what changed since the last time, EVENTS_PER_STEP at most; the seq reached."""
    done = history_seq(connection)
    reached = min(head_seq, done + EVENTS_PER_STEP)
    if reached <= done:
        return done
    for name, (table, make_row) in ROWS.items():
        state = STATE[name]
        query = select(state.c.body).where(state.c.seq > done, state.c.seq <= reached)
        bodies = connection.execute(query).scalars().all()
        upsert(connection, table, [make_row(body_of(name, body)) for body in bodies])
    upsert(connection, SEAT_STATE_HISTORY, _seat_states(connection, done, reached))
    upsert(connection, PROJECTION, [{"name": HISTORY, "seq": reached}])
    return reached


def _seat_states(connection: Connection, done: int, reached: int) -> list[dict[str, Any]]:
    """A row for each state of a seat that ended; nobody logged in is none."""
    between = JOURNAL.c.seq.between(done + 1, reached) & JOURNAL.c.kind.in_(SEAT_KINDS)
    bodies = connection.execute(select(JOURNAL.c.body).where(between).order_by(JOURNAL.c.seq)).scalars()
    events = [_seat_events.decode(body) for body in bodies]
    rows = {row["id"]: row for event in events if (row := seat_state_row(event)) is not None}
    return list(rows.values())


def seat_state_row(event: SEAT_EVENTS) -> dict[str, Any] | None:
    """The state that ended with this event; None for nobody's, and for events of before."""
    ended = event.ended
    if ended is None or ended.state is SeatState.LOGGED_OUT:
        return None
    began_at = event.at - ended.lasted_ms
    return {
        "id": f"{event.seat_id}/{began_at}",
        "day": day_of(event.at),
        "seat_id": event.seat_id,
        "dispatcher_id": ended.dispatcher_id,
        "state": ended.state,
        "began_at": began_at,
        "ended_at": event.at,
    }


def _same(table: Table, thing: Any) -> dict[str, Any]:
    """The columns that are called like a field of the thing."""
    names = set(thing.__struct_fields__)
    return {
        column.name: _plain(getattr(thing, column.name)) for column in table.columns if column.name in names
    }


def _plain(value: Any) -> Any:
    """PostgreSQL keeps no NUL in a text, and a caller's name may hold one."""
    return value.replace("\0", "") if isinstance(value, str) else value
