"""What goes wrong round the seat's telephone: it dies again and again, strangers call it, or one caller more
than it can carry was turned away. Said once, with what to do; what lasts is an alarm.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from console.i18n import pick, say
from telephony import messages as phone

if TYPE_CHECKING:
    from console.models.desk import Desk

STEADY_MS = 10_000
"""A telephone that has run so long has left its crash loop (`store.bus.child`)."""
STRANGER_MS = 10 * 60_000
"""So long after it was last told of, an address that is not the exchange's stays among the alarms."""
STRANGERS_SHOWN_MAX = 5
BUSY_HERE = 486
TOO_LARGE = 513
DEATHS = {
    "SIGABRT": ("电话库自行中止", "the telephone library aborted"),
    "SIGSEGV": ("电话库出错", "the telephone library failed"),
    "SIGKILL": ("被系统强行结束", "killed by the system"),
    "no sign of life": ("没有反应，已强行结束", "it did not react and was ended"),
    "own address changed": (
        "本机的网络地址变了，重新启动后向交换机重新注册",
        "this machine's network address has changed: it registers anew",
    ),
    "Cannot assign requested address": (
        "[phone] sip_host 不是本机的地址，请维护更正",
        "[phone] sip_host is no address of this machine: have it corrected",
    ),
    "already in use": ("端口被其他程序占用", "another program has its port"),
}
"""What stands in the reason of a death, and what it means."""
UNRECORDED = {
    "No space left": ("磁盘已满", "the disk is full"),
    "Read-only file system": ("磁盘只读", "the disk is read-only"),
    "does not grow": ("写不进磁盘", "the disk takes nothing"),
}
"""The same of a recording."""


class Stranger(Struct, frozen=True):
    """Calls of one address that were refused; `since`: the first one heard of."""

    source: str
    count: int
    since: int
    told_at: int


class PhoneFaults:
    """Belongs to a desk."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self.reason = ""
        self.unrecorded_since = self.hung_since = 0
        self._loop_since: int | None = None
        self._ready_at: int | None = None
        self._strangers: dict[str, Stranger] = {}

    def take(self, event: phone.AnyEvent) -> None:
        match event:
            case phone.PhoneHung(hung=False):
                self._hangs_no_more()
            case phone.PhoneReady():
                self._hangs_no_more()
                self._ready_at = self._desk.clock()
            case phone.PhoneDown():
                self._down(event)
            case phone.PhoneHung(hung=True):
                self._hangs()
            case phone.StrangerRefused():
                self._stranger(event)
            case phone.CallRejected():
                self._rejected(event)
            case phone.RecordingFailed():
                self._unrecorded(event)

    def loop_since(self, now: int) -> int | None:
        """When the telephone began to die again and again; `None`: it does not, or has run steadily since."""
        if self._ready_at is not None and now - self._ready_at >= STEADY_MS:
            self._loop_since = None
        return self._loop_since

    def strangers(self, now: int) -> list[Stranger]:
        """The addresses to be shown, the newest first."""
        fresh = [one for one in self._strangers.values() if now - one.told_at < STRANGER_MS]
        return sorted(fresh, key=lambda one: -one.told_at)[:STRANGERS_SHOWN_MAX]

    def _down(self, event: phone.PhoneDown) -> None:
        now = self._desk.clock()
        before = self.loop_since(now)
        self._ready_at, self.reason = None, death_words(event.reason)
        if not event.crash_loop or before is not None:
            return
        self._loop_since = now
        self._desk.sounding.alarmed = True
        self._desk.notice(
            say("电话程序反复崩溃：{reason}", reason=self.reason),
            say("请用桌上话机接听，立即通知维护；程序每 5 秒自动再试"),
        )

    def _hangs(self) -> None:
        self.hung_since = self._desk.clock()
        self._desk.sounding.alarmed = True
        self._desk.notice(
            say("电话程序没有反应：按键无效，通话状态可能已变"),
            say("请用桌上话机接听；十秒内恢复或自动重启，中断的来电可回拨"),
        )

    def _hangs_no_more(self) -> None:
        said = say("电话程序没有反应：按键无效，通话状态可能已变")
        for notice in [one for one in self._desk.notices if one.what == said]:
            self._desk.notices.remove(notice)

    def _stranger(self, event: phone.StrangerRefused) -> None:
        now = self._desk.clock()
        known = self._strangers.get(event.source)
        fresh = known is not None and now - known.told_at < STRANGER_MS
        since = known.since if known is not None and fresh else now
        self._strangers[event.source] = Stranger(event.source, event.count, since, now)
        if not fresh:
            self._desk.notice(
                say("拒绝了 {source} 的呼叫：它不是交换机的地址", source=event.source),
                say("若是本中心的交换机，请维护写入 trusted_sources"),
                grave=False,
            )

    def _unrecorded(self, event: phone.RecordingFailed) -> None:
        """Once for each reason, while it lasts: lamp and alarm have it until a recording is whole again."""
        before, why = self._desk.line.lamp.recorder_fault, unrecorded_words(event.reason)
        if not before:
            self.unrecorded_since = self._desk.clock()
        elif unrecorded_words(before) == why:
            return
        call = self._desk.line.calls.get(event.call_id)
        number = call.number if call is not None else ""
        self._desk.notice(
            say(
                "{number} 的通话没有录音：{why}",
                number=number or say("号码未显示"),
                why=why,
            ),
            say("通话照常，请笔录要点，立即通知维护清理本机磁盘"),
        )

    def _rejected(self, event: phone.CallRejected) -> None:
        """Whoever is turned away because of the seat's state is rung elsewhere; who found no room is not."""
        if event.sip_code == TOO_LARGE:
            self._desk.notice(
                say(
                    "{number} 的来电读不下，未能接入：它所带资料太长",
                    number=event.number or say("号码未显示"),
                ),
                say("请回拨该号码；请维护让交换机改用 UDP，或少带资料"),
            )
        ready, calls = self._desk.phone.ready, self._desk.phone.calls
        if event.sip_code == BUSY_HERE and ready and len(calls) >= ready.capabilities.calls_max:
            self._desk.notice(
                say("同时来电已满，{number} 未能接入", number=event.number or say("号码未显示")),
                say("请尽快结束一路通话，并回拨该号码"),
            )


def death_words(reason: str) -> str:
    """Why the telephone's process ended, in plain words; what nobody has words for stands as it is."""
    return next((pick(words) for part, words in DEATHS.items() if part in reason), reason)


def unrecorded_words(reason: str) -> str:
    """Why a call is not recorded, as above."""
    return next((pick(words) for part, words in UNRECORDED.items() if part in reason), reason)
