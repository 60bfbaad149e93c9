"""What the window needs from outside, and what it is told: the ports of the seat.

A port's methods return at once; answers come as messages through the bridge, never as return values.
The telephone's port is `telephony.port.PhonePort`.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from dispatch.commands import Command
from dispatch.events import Event
from dispatch.floor import Floor
from dispatch.kinds import Role
from dispatch.refusals import Refusal
from dispatch.words import Place, Point
from store.core.command_messages import (
    CommandAnswer,
    DeclareIsland,
    Evidence,
    EvidenceReq,
    HandOver,
    TakeCommand,
)

# --- the hub ---------------------------------------------------------------------------------------


class HubMode(StrEnum):
    """How well we hear the hub and what it can promise (the banners of the window)."""

    NORMAL = "normal"
    SLOW = "slow"  # 链路异常
    CUT_OFF = "cut_off"  # 断开
    STORE_SWITCH = "store_switch"  # 库切换
    AWAITING_COPY = "awaiting_copy"  # 等待异地确认
    ISLAND = "island"  # 孤岛
    TAKEN_OVER = "taken_over"  # 应急接管
    REVOKED = "revoked"  # 已撤权: another hub commands
    NOT_ENROLLED = "not_enrolled"  # 本机未登记: no hub lets this machine in
    CATCHING_UP = "catching_up"  # 追赶
    DISK_LOW = "disk_low"  # 磁盘告急, < 10 %
    DISK_CRITICAL = "disk_critical"  # 磁盘告急, < 5 %: only calls and dispatch
    DISK_FULL = "disk_full"  # 磁盘告急: nothing can be stored, orders wait
    CITY_CUT_OFF = "city_cut_off"  # 中继与市中心断开: our relay does not hear its hub
    HANDING_OVER = "handing_over"  # 移交中
    CLOCK_OFF = "clock_off"  # 时钟偏差 > 500 ms
    CLOCK_WRONG = "clock_wrong"  # > 5 s: the hub stamps the times of calls
    ALARM = "alarm"  # the hub says something in words of its own


class Link(Struct, frozen=True):
    """The state of the way to the hub. Ages in ms; `clock_ms` is hub time minus our time."""

    mode: HubMode = HubMode.CUT_OFF
    tick_age_ms: int = 0
    store_age_ms: int = 0
    round_trip_ms: int = 0
    clock_ms: int = 0
    waiting: int = 0  # orders without a verdict
    text: str = ""
    alarm: str = ""  # the hub's own, in its words
    outbox_fault: str = ""  # why orders are not on our disk
    relay: str = ""  # code of the site whose relay we hear, "": the hub itself
    scope: str = ""  # what the hub we hear commands
    hub_age_ms: int = 0  # how long ago that relay heard the hub
    queued: int = 0  # orders that wait at the hub
    seat_id: str = ""  # which seat the hub says this machine is
    hub_app: str = ""  # version of the program there
    disk_percent: int = 100  # free on the hub's disk, or on the relay's if that is fuller
    disk_at: str = ""  # code of the site whose relay's disk that is, "": the hub's
    sites: tuple[tuple[str, int], ...] = ()  # at the hub: ms since the relay of each site was heard


class FloorLoaded(Struct, frozen=True):
    """A whole floor; the window owns it from here on."""

    floor: Floor


class Happened(Struct, frozen=True):
    """Events in order, to be applied to the window's floor."""

    events: tuple[Event, ...]


class VerdictCame(Struct, frozen=True):
    """What became of an order; None: carried out and durable."""

    cid: str
    refusal: Refusal | None = None


class Expired(Struct, frozen=True):
    """No verdict before the deadline: it may or may not have happened; a person looks and decides again."""

    cid: str


class LogInNeeded(Struct, frozen=True):
    """The hub does not know the giver of our orders any more; they wait until somebody logs in again."""


class LogInAnswered(Struct, frozen=True):
    """`dispatcher_id` None: not let in, for `reason` (wrong, locked, no_account, no_seat, refused)."""

    id: str
    dispatcher_id: str | None = None
    roles: frozenset[Role] = frozenset()
    seat_id: str | None = None
    reason: str = ""
    wait_s: int = 0
    token: bytes = b""


class Moved(Struct, frozen=True):
    """The newest known position of a vehicle; WGS-84 degrees, taken at `at_ms`."""

    vehicle_id: str
    lon: float
    lat: float
    at_ms: int
    speed_kmh: float | None = None
    heading_deg: float | None = None


CommandQuestion = EvidenceReq | TakeCommand | HandOver | DeclareIsland
"""What is asked about the command of a scope; the answers are Evidence and CommandAnswer."""

HubMessage = (
    FloorLoaded
    | Happened
    | VerdictCame
    | Expired
    | LogInNeeded
    | LogInAnswered
    | Moved
    | Link
    | Evidence
    | CommandAnswer
)


class HubPort(Protocol):
    """The seat's way to its hub: durable outbox behind `order`, all answers from `drain`."""

    def log_in(self, staff_number: str, password: str, *, second: bool = False) -> str:
        """Prove a person; the answer is a `LogInAnswered` with the returned id."""

    def logged_out(self) -> None:
        """Later orders carry nobody's name."""

    def order(self, command: Command, second: bytes = b"", at_ms: int | None = None) -> str:
        """Give an order; returns its id, its verdict comes later. `second`: a second person's token.

        `at_ms`: when it was given by this machine's clock, if not now.
        """

    def ask(self, question: CommandQuestion) -> None:
        """Ask, or give the order, once; silence means ask again."""

    def drain(self) -> list[HubMessage]:
        """Everything since the last call, in order; called by the bridge only."""


# --- the navigator ---------------------------------------------------------------------------------


class Found(Struct, frozen=True):
    """One address the navigator offers. `kind` is a word of the map: road, poi, crossing …"""

    name: str
    point: Point
    detail: str = ""
    kind: str = ""


class Suggestions(Struct, frozen=True):
    asked: str
    found: tuple[Found, ...]


class TravelTime(Struct, frozen=True):
    """Seconds and metres by road from a vehicle to the place; `estimated`: straight line, not a route."""

    vehicle_id: str
    seconds: float
    metres: float
    estimated: bool = False


class Ranked(Struct, frozen=True):
    """Answer to `rank` for the place of `key` (the id of the intake or incident)."""

    key: str
    times: tuple[TravelTime, ...]


class NamedPoint(Struct, frozen=True):
    """Answer to `reverse`: the words for a point picked on the map."""

    point: Point
    place: Place


class Way(Struct, frozen=True):
    """Answer to `route`: (lon, lat) points of the way of a vehicle."""

    vehicle_id: str
    points: tuple[tuple[float, float], ...]
    seconds: float


class Spelled(Struct, frozen=True):
    """Answer to `spell`: the readings of each name, syllable by syllable; empty while nobody can look."""

    readings: dict[str, tuple[tuple[str, ...], ...]]


class NavigatorPort(Protocol):
    def search(self, text: str, near: Point | None) -> None: ...

    def rank(self, key: str, place: Point, vehicles: dict[str, Point]) -> None: ...

    def route(self, key: str, place: Point, vehicle_id: str, at: Point) -> None: ...

    def reverse(self, point: Point) -> None: ...

    def spell(self, names: tuple[str, ...]) -> None: ...


class NavigatorState(Struct, frozen=True):
    running: bool
    text: str = ""


NavigatorMessage = Suggestions | Ranked | NamedPoint | Way | Spelled | NavigatorState
