"""Every mode of a site in one table (bus.md 5.7): its words with the time and what to do, colour and shape.

Seats and walls read the same table. A mode is never told by colour alone; several may be on at once, the
gravest stands first.
"""

import time
from collections.abc import Callable, Mapping

from msgspec import Struct

from console.i18n import say
from console.models.ages import clock, span
from console.models.commanding import away_from_home, held_words, who
from console.models.hub_alarms import told, words
from console.models.labels import site_name
from console.ports import HubMode, Link
from dispatch.floor import Floor
from dispatch.sites import Authority

CLOCK_OFF_MS = 500
CLOCK_WRONG_MS = 5_000
"""Beyond it times of calls are stamped by the hub's clock, never by ours."""
CLOCK_STEADY_MS = 2_000
"""A clock is told to be off when it has been for so long: one late Tick is not a wrong clock."""
DISK_LOW_PERCENT, DISK_CRITICAL_PERCENT = 10, 5
"""Less than so much free on the disk of the hub or of our relay."""
STORE_SWITCH_MS_MAX = 20_000
"""A switch to the other database server is over by then (`tests/proof/test_cluster.py`)."""
CITY_OLD_MS = 3_000
"""Whoever has not heard the city for so long, seat or relay, shows the age of everything."""


class Standing(Struct, frozen=True):
    """What the table reads. `held`: orders kept here unsigned; `ages`: how long each mode has been on, ms;
    `noted`: alarms of the hub somebody here has taken note of."""

    link: Link
    floor: Floor
    now: int
    held: int = 0
    ages: Mapping[HubMode, int] = {}
    noted: frozenset[str] = frozenset()

    @property
    def waiting(self) -> int:
        return self.link.waiting + self.held

    def since(self, mode: HubMode) -> str:
        """`自 20:45:33（3:05）`: when it began, and how long it has been."""
        age_ms = self.ages.get(mode, 0)
        return say("自 {at}（{age}）", at=clock(self.now - age_ms), age=span(age_ms / 1000))


class Banner(Struct, frozen=True):
    """One mode in words. `tone`: fault, warning, info or command (purple); `shape` says the same."""

    mode: HubMode
    text: str
    tone: str
    shape: str
    framed: bool = False  # a frame round every window

    @property
    def words(self) -> str:
        return f"{self.shape} {self.text}"


class Look(Struct, frozen=True):
    """How a mode looks, and what it says."""

    tone: str
    shape: str
    text: Callable[[Standing], str]
    framed: bool = False


class Watch:
    """Since when each mode is on, by a clock that never jumps (`steady`, ms)."""

    def __init__(self, steady: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000) -> None:
        self._steady = steady
        self._since: dict[HubMode, int] = {}

    def take(self, link: Link, floor: Floor) -> None:
        """Remember what began and forget what ended."""
        now = self._steady()
        self._since = {mode: self._since.get(mode, now) for mode in on(link, floor)}

    def ages(self) -> dict[HubMode, int]:
        now = self._steady()
        return {mode: now - since for mode, since in self._since.items()}


def on(link: Link, floor: Floor) -> tuple[HubMode, ...]:
    """The modes that are on, gravest first; none in normal operation."""
    found = {link.mode} - {HubMode.NORMAL}
    if told(link):
        found.add(HubMode.ALARM)
    if link.mode is not HubMode.CUT_OFF and abs(link.clock_ms) > CLOCK_OFF_MS:
        found.add(HubMode.CLOCK_WRONG if abs(link.clock_ms) > CLOCK_WRONG_MS else HubMode.CLOCK_OFF)
    if link.disk_percent < DISK_LOW_PERCENT and link.mode is not HubMode.DISK_FULL:
        found.discard(HubMode.DISK_LOW)
        critical = link.disk_percent < DISK_CRITICAL_PERCENT
        found.add(HubMode.DISK_CRITICAL if critical else HubMode.DISK_LOW)
    if away_from_home(floor):
        found.add(HubMode.TAKEN_OVER)
    return tuple(mode for mode in TABLE if mode in found)


def banners(standing: Standing) -> tuple[Banner, ...]:
    """The banner of every mode that is on, gravest first."""
    clocks = {HubMode.CLOCK_OFF, HubMode.CLOCK_WRONG}
    shown = [
        mode
        for mode in on(standing.link, standing.floor)
        if (mode not in clocks or standing.ages.get(mode, 0) >= CLOCK_STEADY_MS)
        and (mode is not HubMode.ALARM or told(standing.link, standing.noted))
    ]
    return tuple(_banner(mode, standing) for mode in shown)


def _banner(mode: HubMode, standing: Standing) -> Banner:
    look = TABLE[mode]
    return Banner(mode, look.text(standing), look.tone, look.shape, look.framed)


def tone_of(shown: tuple[Banner, ...]) -> str:
    """The colour of the strip: the gravest."""
    return shown[0].tone if shown else ""


def city_age_ms(link: Link) -> int | None:
    """How old everything of the city is that is shown here, ms; None while the city is heard, or never was.

    What a relay knew when we lost it was as old as it said then.
    """
    age_ms = link.tick_age_ms + (link.hub_age_ms if link.relay else 0)
    return age_ms if age_ms >= CITY_OLD_MS else None


def age_words(link: Link) -> str:
    """`■ 3:05前的情况` for whatever shows values of the city; "" while they are of now."""
    age_ms = city_age_ms(link)
    return "" if age_ms is None else f"■ {say('{age}前的情况', age=span(age_ms / 1000))}"


# --- the words of each mode ------------------------------------------------------------------------


def _slow(it: Standing) -> str:
    return say("与调度中枢通信延迟 {n} 秒，指令将自动补发", n=it.link.tick_age_ms // 1000)


def _cut_off(it: Standing) -> str:
    silent_s = it.link.tick_age_ms // 1000
    if not silent_s:  # no hub was heard since this window was started
        return say("尚未连上中枢，接警存本机（待发 {n} 条），派车请用电台并登记", n=it.waiting)
    return say(
        "已与中枢断开 {s} 秒，接警已存本机（待发 {n} 条），派车请用电台并登记", s=silent_s, n=it.waiting
    )


def _city_cut_off(it: Standing) -> str:
    return say(
        "区中继与市中心断开，画面为 {age}前的情况：可查看、登录、接警（待发 {n} 条），派车请用电台并登记；"
        "接管须两人授权（Ctrl+Shift+J）",
        age=span(it.link.hub_age_ms / 1000),
        n=it.waiting,
    )


def _store_switch(it: Standing) -> str:
    """How long already; one that lasts longer than a switch does is no switch."""
    silent_ms = max(it.link.store_age_ms, it.ages.get(HubMode.STORE_SWITCH, 0))
    n = it.waiting or it.link.queued
    if silent_ms < STORE_SWITCH_MS_MAX:
        s = silent_ms // 1000
        return say("数据库切换中 {s} 秒（通常 ≤20 秒），受理不受影响，派车指令排队 {n} 条", s=s, n=n)
    return say(
        "数据库已 {age} 无应答，接警存本机，指令排队 {n} 条，派车请用电台并登记，立即通知维护",
        age=span(silent_ms / 1000),
        n=n,
    )


def _awaiting_copy(it: Standing) -> str:
    return say("等待异地备份确认 {n} 秒，受理不受影响，指令排队不丢", n=it.link.store_age_ms // 1000)


def _island(it: Standing) -> str:
    return f"{say('孤岛模式：记录仅存本中心，恢复后需核对')}　{it.since(HubMode.ISLAND)}"


def _taken_over(it: Standing) -> str:
    return "　".join(authority_words(it.floor, row) for row in away_from_home(it.floor))


def authority_words(floor: Floor, row: Authority) -> str:
    """Who commands what, since when, by whose order, and what is left to be settled."""
    scope = held_words(floor, row)
    words = say(
        "{site}已接管{scope}（第 {n} 届），授权人 {first} / {second}，自 {at}",
        site=site_name(floor, row.site),
        scope=scope,
        n=row.term,
        first=who(floor, row.dispatcher_id),
        second=who(floor, row.second_id),
        at=clock(row.since_at),
    )
    open_ones = sum(conflict.settled is None for conflict in floor.conflicts.values())
    return f"{words}，{say('冲突待核对 {n} 项', n=open_ones)}" if open_ones else words


def _revoked(it: Standing) -> str:
    since = it.since(HubMode.REVOKED)
    return f"{say('本中枢已被撤权，仅可查看；已收指令将交由现指挥方核对')}　{since}"


def _not_enrolled(it: Standing) -> str:
    return say(
        "本机未登记或已被注销，中枢不让接入，接警存本机（待发 {n} 条），请与管理员联系登记", n=it.waiting
    )


def _disk_full(it: Standing) -> str:
    n = it.waiting or it.link.queued
    if it.link.disk_at:
        return say("区中继磁盘已满，画面停在写满之前，指令排队 {n} 条，派车请用电台并登记，立即通知维护", n=n)
    return say("中枢磁盘已满，指令排队 {n} 条，派车请用电台并登记，立即通知维护", n=n)


def _disk_critical(it: Standing) -> str:
    left = it.link.disk_percent
    if it.link.disk_at:
        words = say("区中继磁盘只剩 {n} %，写满后画面不再更新，立即通知维护", n=left)
    else:
        words = say("中枢磁盘只剩 {n} %，只保证接警与派车，立即通知维护", n=left)
    return f"{words}　{it.since(HubMode.DISK_CRITICAL)}"


def _disk_low(it: Standing) -> str:
    if it.link.disk_at:
        words = say("区中继磁盘空间不足，请通知维护腾出空间")
    else:
        words = say("中枢磁盘空间不足，车辆轨迹不再保存，接警与派车照常，请通知维护")
    return f"{words}　{it.since(HubMode.DISK_LOW)}"


def _handing_over(it: Standing) -> str:
    waiting = it.waiting or it.link.queued
    words = say("指挥权移交中，指令排队 {n} 条，请稍候", n=waiting)
    return f"{words}　{it.since(HubMode.HANDING_OVER)}"


def _clock_off(it: Standing) -> str:
    off = f"{it.link.clock_ms / 1000:+.1f}"
    return say("本机时钟与中枢相差 {s} 秒，时间以中枢为准，请通知维护校时", s=off)


def _clock_wrong(it: Standing) -> str:
    off = f"{it.link.clock_ms / 1000:+.0f}"
    return say("本机时钟与中枢相差 {s} 秒：来电时间由中枢记，勿看本机时钟，立即通知维护校时", s=off)


def _catching_up(it: Standing) -> str:
    return say("正在同步 {text}，同步完成前仅可查看，指令自动排队", text=it.link.text)


def _alarm(it: Standing) -> str:
    sentences = "　".join(words(line) for line in told(it.link, it.noted))
    return f"{sentences} {say('［已转告按 Ctrl+Shift+G］')}"


TABLE: dict[HubMode, Look] = {
    HubMode.CUT_OFF: Look("fault", "■", _cut_off),
    HubMode.NOT_ENROLLED: Look("fault", "✕", _not_enrolled),
    HubMode.REVOKED: Look("fault", "✕", _revoked),
    HubMode.DISK_FULL: Look("fault", "■", _disk_full),
    HubMode.DISK_CRITICAL: Look("fault", "■", _disk_critical),
    HubMode.ISLAND: Look("fault", "▣", _island, framed=True),
    HubMode.CITY_CUT_OFF: Look("fault", "■", _city_cut_off),
    HubMode.CLOCK_WRONG: Look("fault", "■", _clock_wrong),
    HubMode.SLOW: Look("warning", "▲", _slow),
    HubMode.STORE_SWITCH: Look("warning", "▲", _store_switch),
    HubMode.AWAITING_COPY: Look("warning", "▲", _awaiting_copy),
    HubMode.HANDING_OVER: Look("command", "◇", _handing_over),
    HubMode.DISK_LOW: Look("warning", "▲", _disk_low),
    HubMode.CLOCK_OFF: Look("warning", "▲", _clock_off),
    HubMode.TAKEN_OVER: Look("command", "◆", _taken_over),
    HubMode.CATCHING_UP: Look("info", "◐", _catching_up),
    HubMode.ALARM: Look("warning", "▲", _alarm),
}
"""Gravest first. NORMAL has no banner: its sign is the green dot of the hub's lamp."""
