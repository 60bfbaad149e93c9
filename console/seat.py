"""The seat process, `main.py seat`: window, bus link, telephone and navigator, started and stopped in order.

The window's thread owns the desk; link, telephone and navigator have their own threads and meet it in the
bridge only. Ending the window loses no draft and no order: both are on disk before they are anywhere else.
"""

import logging
import sys
import time
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from console import i18n
from console.bridge import Bridge
from console.city_map import open_city
from console.ending import end_in_order
from console.enrolment import enrol_first, is_enrolled
from console.headset_file import HeadsetFile
from console.hub_seat import HubSeat
from console.models.desk import Desk
from console.models.keeping import Keeper
from console.models.readiness import Setup
from console.opening import open_whole
from console.pathfinder import NoPaths, Pathfinder
from console.selftest import BindingLeaksError, check_binding
from console.theme import Theme
from console.window import SeatWindow, Setting
from dispatch.kinds import SeatKind
from store.bus.keys import KeyFileError
from store.bus.link import HubLink
from store.bus.link_state import link_settings
from store.config import Config
from store.config.phone import Phone as PhoneSection
from store.exits import CannotStartError, ExitCode
from store.version import version
from telephony.acd.from_config import acd_link
from telephony.acd.port import AcdLink
from telephony.from_config import engine_settings, headset_settings, line_settings, trust_settings
from telephony.location.lookup import LocationLookup
from telephony.location.recorded_lookup import BadTranscriptError, RecordedLookup
from telephony.phone import Phone
from telephony.prompts.making import prompt_file
from telephony.settings import PhoneSettings

STOP_S = 2.0
CALLS_PICTURED = 3
WINDOW_PX = (1920, 1080)

log = logging.getLogger(__name__)


class Seat:
    """All parts of one seat, in the order they start."""

    def __init__(self, config: Config, theme: Theme) -> None:
        machine = f"seat-{config.seat.number}"
        self._bridge: Bridge | None = None
        shown = setting(config)
        self._early: list[object] = []
        self.link = HubLink(link_settings(config, machine), self._ring)
        self.headset = HeadsetFile(Path(config.store.dir) / f"headset-{machine}.json")
        telephone = with_headset(phone_settings(config), self.headset)
        self.phone = Phone(telephone, self._tell)
        city = Path(config.map.city)
        self.paths = Pathfinder(city, self._tell) if city.exists() else None
        self.keeper = Keeper(Path(config.store.dir) / f"drafts-{machine}.json")
        self.desk = Desk(
            HubSeat(self.link),
            self.phone,
            self.paths or NoPaths(),
            self.now,
            self.keeper.keep,
            self.keeper.read(),
            replace(setup(config, shown.city.mark), headset=telephone.engine.headset),
        )
        self.desk.sounding.keep = self.headset.keep
        self.acd = self.desk.distribution.link = acd_of(config, self.phone)
        self.desk.whereabouts.lookup = look_up_service(config.phone.location_lookup)
        self.window = SeatWindow(self.desk, theme, shown)
        self._bridge = Bridge(self.desk, self.window.show_changes, self.window.second)
        for message in self._early:
            self._bridge.post(message)

    def now(self) -> int:
        """Hub time in ms since 1970 UTC, as far as we know it: all seats show the same ages."""
        return time.time_ns() // 1_000_000 + self.link.state.clock_offset_ms

    def _ring(self) -> None:
        if self._bridge is not None:
            self._bridge.ring()

    def _tell(self, message: object) -> None:
        if self._bridge is None:
            self._early.append(message)
        else:
            self._bridge.post(message)

    def start(self) -> None:
        assert self._bridge is not None
        self.keeper.start()
        self.link.start()
        self.phone.start()
        if (lookup := self.desk.whereabouts.lookup) is not None:
            lookup.start(self._tell)
        self.acd.start(self._tell)
        if self.paths is not None:
            self.paths.start()
        self._bridge.start()

    def stop(self) -> None:
        """In reverse; what waits in the outbox stays there."""
        assert self._bridge is not None
        self._bridge.stop()
        if self.paths is not None:
            self.paths.stop(STOP_S)
        self.acd.stop()
        self.phone.stop(STOP_S)
        if (lookup := self.desk.whereabouts.lookup) is not None:
            lookup.stop()
        self.link.stop(STOP_S)
        self.keeper.stop()
        self.headset.stop()


def look_up_service(file: str) -> LocationLookup | None:
    """Who can be asked where a caller is. A file that cannot be read costs the questions, not the seat."""
    if not file:
        return None
    try:
        return RecordedLookup(Path(file))
    except BadTranscriptError:
        log.exception("nobody can be asked where callers are")
        return None


def phone_settings(config: Config) -> PhoneSettings:
    """The telephone by the configuration. Raises `CannotStartError` when a secret cannot be read."""
    phone = config.phone
    password, monitor_secret = _secret(phone.password_file), _secret(phone.monitor_secret_file)
    user = phone.user or config.seat.number
    host = phone.registrar.removeprefix("sip:") or phone.sip_host
    account = line_settings(phone, "desk", f"sip:{user}@{host}", password)
    engine = engine_settings(with_hold_words(config), config.recordings.dir)
    return PhoneSettings(
        engine,
        (account,),
        accepting=config.seat.kind is not SeatKind.RESERVE,
        trust=trust_settings(phone, monitor_secret),
    )


def acd_of(config: Config, phone: Phone) -> AcdLink:
    """The link to whoever distributes the calls."""
    extension = config.phone.user or config.seat.number
    return acd_link(config.acd, phone, extension, _secret(config.acd.secret_file))


def with_headset(settings: PhoneSettings, chosen: HeadsetFile) -> PhoneSettings:
    """The sound devices somebody chose here go before those of the configuration."""
    engine = settings.engine
    return replace(settings, engine=replace(engine, headset=chosen.over(engine.headset)))


def _secret(path: str) -> str:
    """What the file holds, "" without a file."""
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CannotStartError(
            f"读不到电话口令文件 {path}：{error.strerror}",
            f"the password file of the phone cannot be read: {error.strerror}",
        ) from error


def setup(config: Config, map_mark: str) -> Setup:
    """What a reserve seat checks and joins."""
    lines = phone_settings(config).accounts
    group = None
    if config.phone.registrar and config.phone.ring_group:
        host = config.phone.registrar.removeprefix("sip:")
        group = replace(lines[0], account_id="group", id_uri=f"sip:{config.phone.ring_group}@{host}")
    reserve = config.seat.kind is SeatKind.RESERVE
    return Setup(
        reserve,
        version(),
        map_mark,
        lines,
        group,
        config.phone.echo,
        seat_number=config.phone.seat_number,
        recordings=Path(config.recordings.dir),
        vault=Path(config.recordings.vault) if config.recordings.vault else None,
        prompts=prompt_folders(config),
        exports=Path(config.recordings.export_dir),
        keys=Path(config.keys.dir),
        machine=f"seat-{config.seat.number}",
        wrap_up_s=config.acd.wrap_up_s,
        ring=headset_settings(config.phone),
    )


def prompt_folders(config: Config) -> tuple[Path, ...]:
    """Where what callers hear lies: a centre's own before what was made here."""
    own, made = config.recordings.prompts_dir, Path(config.store.dir) / "prompts"
    return (Path(own), made) if own else (made,)


def with_hold_words(config: Config) -> PhoneSection:
    """Without a file of its own a caller on hold hears the prompt, where there is one."""
    found = None if config.phone.hold_wav else prompt_file("hold", "zh", prompt_folders(config))
    return replace(config.phone, hold_wav=str(found.resolve())) if found else config.phone


def setting(config: Config) -> Setting:
    """What the window is told."""
    return Setting(
        site=config.site.name,
        seat=config.seat.number,
        recordings=Path(config.recordings.dir),
        layouts=Path(config.store.dir) / "layouts.ini",
        city=open_city(config),
        training=config.seat.kind is SeatKind.TRAINING,
        lock_minutes=0 if config.seat.autopilot else config.seat.lock_minutes,
        records=Path(config.store.dir) / "records",
        paper=Path(config.seat.paper_dir),
    )


def run(config: Config, lang: str) -> int:
    """The seat until its window is closed; returns the exit code. Raises `CannotStartError`."""
    i18n.use(lang)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    try:
        check_binding()
        if not is_enrolled(config) and not enrol_first(config, Theme("day")):
            return ExitCode.DONE
        seat = Seat(config, Theme("night" if config.seat.autopilot else "day"))
    except BindingLeaksError as error:
        raise CannotStartError(
            f"PySide6 版本不可用：{error}", f"this PySide6 cannot be used: {error}"
        ) from error
    except KeyFileError as error:
        raise CannotStartError(f"本机密钥不可用：{error}", f"the keys of this machine: {error}") from error
    end_in_order(app)
    seat.start()
    open_whole(seat.window, QSize(*WINDOW_PX))
    seat.window.open_login()
    autopilot = _autopilot(config, seat)
    try:
        code = app.exec()
    finally:
        seat.stop()
    del autopilot
    return ExitCode.DONE if code == 0 else ExitCode.FAULT


def _autopilot(config: Config, seat: Seat) -> object | None:
    """In a drill a dispatcher made of key presses works this window."""
    if not config.seat.autopilot:
        return None
    from console.drill.script import read_drill

    drill = read_drill(Path(config.store.dir))
    if drill is None:
        return None
    from console.drill.autopilot import Autopilot
    from console.drill.camera import Camera

    window = seat.window
    camera = Camera(window, "seat", Path(drill.output), window.set_theme, window.is_map_complete)
    return Autopilot(window, seat.desk, drill, camera, CALLS_PICTURED)
