"""The hub as the window sees it, over the bus link: notices become messages of the ports, in order."""

from console.ports import (
    CommandQuestion,
    Expired,
    FloorLoaded,
    Happened,
    HubMessage,
    HubMode,
    Link,
    LogInAnswered,
    LogInNeeded,
    Moved,
    VerdictCame,
)
from dispatch.commands import Command
from dispatch.kinds import Role
from store.bus.link import HubLink
from store.bus.link_mail import Notice
from store.bus.link_state import LinkState
from store.core import seat_logic
from store.core.messages import LoginOk, LoginRefused
from store.core.replica import Applied
from store.core.seat_logic import Phase
from store.core.wire import DEGREE_E6, Mode, Position

DECI = 10
STORE_LATE_MS = 1_000

_PHASES = {
    Phase.CONNECTING: HubMode.CUT_OFF,
    Phase.RED: HubMode.CUT_OFF,
    Phase.AMBER: HubMode.SLOW,
    Phase.CATCHING_UP: HubMode.CATCHING_UP,
    Phase.REVOKED: HubMode.NOT_ENROLLED,
}
_MODES = {
    Mode.STORE_WAIT: HubMode.STORE_SWITCH,
    Mode.SYNC_WAIT: HubMode.AWAITING_COPY,
    Mode.DISK_LOW: HubMode.DISK_LOW,
    Mode.DISK_FULL: HubMode.DISK_FULL,
    Mode.FENCED: HubMode.REVOKED,
    Mode.CUT_OFF: HubMode.CITY_CUT_OFF,
    Mode.ISLAND: HubMode.ISLAND,
    Mode.HANDING_OVER: HubMode.HANDING_OVER,
}


class HubSeat:
    """`HubPort` on a `HubLink`. Owned by the window's thread."""

    def __init__(self, link: HubLink) -> None:
        self._link = link
        self._told = Link()

    def log_in(self, staff_number: str, password: str, *, second: bool = False) -> str:
        return self._link.login(staff_number, password, second=second)

    def logged_out(self) -> None:
        self._link.logged_out()

    def order(self, command: Command, second: bytes = b"", at_ms: int | None = None) -> str:
        return self._link.order(command, second=second, at_ms=at_ms)

    def ask(self, question: CommandQuestion) -> None:
        self._link.ask(question)

    def drain(self) -> list[HubMessage]:
        messages = _messages(self._link.drain())
        messages += [moved(position) for position in self._link.take_positions().values()]
        now = link_of(self._link.state)
        if now != self._told:
            self._told = now
            messages.append(now)
        return messages


def _messages(notices: list[Notice]) -> list[HubMessage]:
    """Events that follow each other travel together."""
    messages: list[HubMessage] = []
    events: list[Applied] = []

    def flush() -> None:
        if events:
            messages.append(Happened(tuple(applied.event for applied in events)))
            events.clear()

    for notice in notices:
        if isinstance(notice, Applied):
            events.append(notice)
        else:
            flush()
            messages.append(_message(notice))
    flush()
    return messages


def _message(notice: Notice) -> HubMessage:
    match notice:
        case seat_logic.FloorReplaced():
            return FloorLoaded(notice.floor)
        case seat_logic.VerdictCame():
            return VerdictCame(notice.cid, notice.refusal)
        case seat_logic.Expired():
            return Expired(notice.cid)
        case seat_logic.LoginCame(ok=LoginOk() as ok):
            roles = frozenset(Role(role) for role in ok.roles if role in set(Role))
            return LogInAnswered(ok.id, ok.dispatcher_id, roles, ok.seat_id, token=ok.token)
        case seat_logic.LoginCame(refused=LoginRefused() as refused):
            return LogInAnswered(refused.id, reason=refused.reason, wait_s=refused.wait_s)
        case seat_logic.Told():
            return notice.message
        case _:
            return LogInNeeded()


def link_of(state: LinkState) -> Link:
    """The link's state in the window's words."""
    mode = _PHASES.get(state.phase, HubMode.NORMAL)
    if mode is HubMode.NORMAL:
        late = HubMode.STORE_SWITCH if state.store_age_ms > STORE_LATE_MS else HubMode.NORMAL
        mode = _MODES.get(Mode(state.mode), late) if state.mode in set(Mode) else late
    behind = f"{state.seq}/{state.heard_seq}" if mode is HubMode.CATCHING_UP else ""
    return Link(
        mode=mode,
        tick_age_ms=(state.tick_age_ms or 0) // 1000 * 1000,
        store_age_ms=state.store_age_ms // 1000 * 1000,
        round_trip_ms=state.latency_ms or 0,
        clock_ms=state.clock_offset_ms,
        waiting=state.unsent,
        text=behind,
        alarm=state.alarm,
        outbox_fault=state.outbox_fault,
        relay=state.relay,
        scope=state.scope,
        hub_age_ms=state.hub_age_ms // 1000 * 1000,
        queued=state.queued,
        seat_id=state.seat_id,
        hub_app=state.hub_app,
        disk_percent=state.disk_percent,
        disk_at=state.disk_at,
        sites=tuple((site, age // 1000 * 1000) for site, age in state.sites),
    )


def moved(position: Position) -> Moved:
    """A position as it travels, as the windows use it."""
    return Moved(
        position.vehicle_id,
        position.lon_e6 / DEGREE_E6,
        position.lat_e6 / DEGREE_E6,
        position.at,
        position.speed_dkmh / DECI,
        float(position.heading_deg),
    )
