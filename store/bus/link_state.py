"""What a machine knows about its connection to the hub, for lamps and status line; how to set one up."""

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from store.bus.enrolment_call import hubs_of
from store.bus.keys import KeyPair, hub_public_key, own_keys
from store.config import Config
from store.config.sections import Hub
from store.core.seat_logic import Phase, SeatLogic
from store.core.wire import EPOCH_ZERO, PROTO, Epoch, Mode

APP = "lingsheng"


class LinkSettings(Struct, frozen=True):
    """`hubs`: "host:port" of the command ports to try in order. `outbox`: this machine's file."""

    machine: str
    hubs: tuple[str, ...]
    hub_public: str
    keys: KeyPair
    outbox: Path
    app: str = APP
    keys_dir: Path | None = None
    """Where the signed roster is kept: it knows the key and address of every hub and relay."""
    only: bool = False
    """Never leaves `hubs`: a standby listens to one hub and to nobody instead of it."""


def link_settings(config: Config, machine: str) -> LinkSettings:
    """The settings of `machine` ("seat-01", "wall", "gateway") by the configuration. Raises KeyFileError."""
    folder = Path(config.keys.dir)
    return LinkSettings(
        machine=machine,
        hubs=config.hub.hubs if config.hub.hubs != Hub().hubs else hubs_of(folder) or Hub().hubs,
        hub_public=hub_public_key(folder),
        keys=own_keys(folder, machine),
        outbox=Path(config.store.dir) / f"outbox-{machine}.sqlite",
        keys_dir=folder,
    )


class LinkState(Struct, frozen=True):
    """A snapshot of the connection. Ages and latency in ms; `None`: not known yet.

    `mode` and `alarm` are the hub's own condition (see `Mode`); `unsent` counts commands without a verdict;
    `clock_offset_ms` is hub time minus ours; `outbox_fault` "" or why the outbox is not on disk.
    """

    phase: Phase = Phase.CONNECTING
    hub: str = ""
    epoch: Epoch = EPOCH_ZERO
    seq: int = 0
    heard_seq: int = 0
    mode: str = Mode.NORMAL
    alarm: str = ""
    tick_age_ms: int | None = None
    latency_ms: int | None = None
    store_age_ms: int = 0
    unsent: int = 0
    clock_offset_ms: int = 0
    seat_id: str = ""
    login_needed: bool = False
    unknown_events: int = 0
    outbox_fault: str = ""
    scope: str = ""
    """What the hub we hear commands; "": nothing heard yet."""
    relay: str = ""
    """Code of the site whose relay we hear; "": the hub itself."""
    hub_age_ms: int = 0
    """At a relay: how long ago it last heard the hub."""
    hub_app: str = ""
    """Version of the program of whom we hear."""
    queued: int = 0
    """Commands that wait at the hub."""
    behind: int = 0
    """Rows the commanding hub has and the relay we are at not yet."""
    disk_percent: int = 100
    """How much of the hub's disk is free, or of the relay's if that is fuller."""
    disk_at: str = ""
    """Code of the site whose relay's disk that is; "": the hub's."""
    sites: tuple[tuple[str, int], ...] = ()
    """At the hub: (site, ms since its relay was last heard)."""
    proto: int = PROTO
    """What this hub and we speak; an older one cannot be asked about the command of a scope."""


def state_of(logic: SeatLogic, now: int) -> LinkState:
    """What the logic of the link knows; the rest is its thread's."""
    replica, tick = logic.replica, logic.last_tick
    known = LinkState(
        phase=logic.phase(now),
        epoch=replica.epoch,
        seq=replica.seq,
        heard_seq=replica.heard_seq,
        tick_age_ms=logic.tick_age_ms(now),
        latency_ms=logic.latency_ms,
        unsent=len(logic.outbox),
        unknown_events=replica.unknown_events,
    )
    if tick is None:
        return known
    return replace(
        known,
        mode=logic.mode,
        alarm=tick.alarm,
        store_age_ms=tick.store_age_ms,
        scope=tick.scope,
        relay=tick.relay,
        hub_age_ms=tick.hub_age_ms,
        queued=tick.waiting,
        behind=tick.behind,
        disk_percent=tick.disk_percent,
        disk_at=tick.disk_at,
        sites=tick.sites,
    )
