"""The operator's sound and the line of this seat: devices, levels, the tests before a shift, the hook key.

Facts come in by `take`; what a person must know of at once becomes a notice, what lasts an alarm (see
`sound_lamps`). The tests before a shift are recorded at the hub as the seat's self-test.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from console.i18n import pick, say
from console.models.checks import check
from console.models.phone_faults import PhoneFaults
from console.models.phone_words import Ears
from console.models.sound_lamps import BACKUP, MAIN, lives, why_words
from console.models.state import Notice, Topic
from dispatch import reserve_commands as reserve
from dispatch.kinds import CheckItem, CheckResult
from dispatch.reserve import Check
from telephony import messages as phone
from telephony.headset.hooks import hook_means
from telephony.headset.ringing import Ringing, RingPlan
from telephony.settings import HeadsetSettings

if TYPE_CHECKING:
    from console.models.desk import Desk

SHIFT_MS = 8 * 3_600_000
LEVELS_FRESH_MS = 1_000
SOUND_MS_MAX = 15_000
"""The telephone tells its devices about a second after its start; after this its sound does not work."""
SHIFT_ITEMS = (CheckItem.PHONE, CheckItem.TEST_CALL, CheckItem.AUDIO)


class Sounding:
    """Belongs to a desk. `keep` is told the devices a person chose; whoever made the desk may set it."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self.settings: HeadsetSettings | None = desk.readiness.setup.headset
        """None: the telephone has no sound: calls are silent and only recorded."""
        self.keep: Callable[[HeadsetSettings], object] = lambda settings: None
        self.lines: dict[str, phone.LineState] = {}
        self.headset: phone.HeadsetState | None = None
        self.since: dict[str, int] = {}
        """What is wrong now, and since when: `line`, `backup`, `spare`, `headset`."""
        self.faults = PhoneFaults(desk)
        self.ringing = Ringing()
        """What rings and who is spoken to, as the telephone told it."""
        self.rings = ""
        """The family that sounds now, "" none."""
        self.tried: phone.HeadsetTried | None = None
        self.probed: phone.LineProbed | None = None
        self.trial_id: str | None = None
        self.probe_id: str | None = None
        self.answered_by_hook = False
        """The window makes room for the form and resets it."""
        self.alarmed = False
        """The line has just gone down: the window sounds it and resets it."""
        self._told: dict[str, Notice] = {}
        self._levels: phone.SoundLevels | None = None
        self._levels_at = 0
        self.ready_at = 0
        """When the telephone came up, 0 while there is none."""
        self._shift_test = False

    # --- what comes in -----------------------------------------------------------------------------

    def take(self, event: phone.AnyEvent) -> bool:
        """True when it was of the sound alone and nobody else need hear of it."""
        match event:
            case phone.SoundLevels():
                self._levels, self._levels_at = event, self._desk.clock()
            case phone.HeadsetState():
                self._headset_is(event)
            case phone.RingChanged():
                self.rings = event.family
            case phone.HeadsetTried():
                self._tried_out(event)
            case phone.HookPressed():
                self._hook()
            case _:
                self._take_line(event)
                return False
        self._desk.changed(Topic.SOUND)
        return True

    def _take_line(self, event: phone.AnyEvent) -> None:
        self.faults.take(event)
        self.ringing.apply(event)
        match event:
            case phone.LineState():
                before = self.lines.get(event.account_id)
                self.lines[event.account_id] = event
                if event.account_id == self.own_line_id():
                    self._line_is(before, event)
            case phone.LineProbed() if event.probe_id == self.probe_id:
                self.probe_id, self.probed = None, event
                self._next_of_shift_test()
            case phone.PhoneReady():
                self.ready_at = self._desk.clock()
            case phone.PhoneDown():
                self.ready_at, self.ringing = 0, Ringing()
                self.lines, self.headset, self.rings, self._levels = {}, None, "", None
                self.trial_id = self.probe_id = None
                self._shift_test = False
                self.since = {}
            case phone.StrangerRefused():
                pass  # an alarm of `faults`
            case _:
                return
        self._desk.changed(Topic.SOUND, Topic.ALARMS)

    def own_ring(self) -> RingPlan | None:
        """What the window must ring by itself; None: nothing rings, or the telephone has a device for it."""
        by_telephone = self.headset is not None and self.headset.speaker
        return None if by_telephone else self.ringing.plan()

    def own_line_id(self) -> str:
        """The account of this seat; the others are ring groups."""
        accounts = self._desk.readiness.setup.accounts
        return accounts[0].account_id if accounts else next(iter(self.lines), "")

    def line(self) -> phone.LineState | None:
        """The seat's own line; None before the telephone has told of it."""
        return self.lines.get(self.own_line_id())

    def levels(self, now: int) -> phone.SoundLevels | None:
        """How loud both sides are now; None while nobody is heard."""
        return self._levels if now - self._levels_at <= LEVELS_FRESH_MS else None

    def is_mute(self, now: int) -> bool:
        """The telephone runs and has never told of its sound: nobody hears the caller."""
        late = self.ready_at and now - self.ready_at > SOUND_MS_MAX
        return bool(late) and self.settings is not None and self.headset is None

    def ears(self, now: int) -> Ears:
        """Which way sound goes between the operator and the calls of this telephone."""
        state = self.headset
        if self._desk.line.lamp.audio == "null" or self.is_mute(now):
            return Ears(hears=False, heard=False)
        return Ears(state is None or bool(state.ear), state is None or bool(state.mouth))

    def _mark(self, what: str, wrong: bool) -> bool:
        """Remember since when; True when that is news."""
        was = what in self.since
        if wrong and not was:
            self.since[what] = self._desk.clock()
        elif not wrong:
            self.since.pop(what, None)
        return was is not wrong

    # --- the line ----------------------------------------------------------------------------------

    def _line_is(self, before: phone.LineState | None, now: phone.LineState) -> None:
        down = not now.direct and now.serving is None and (now.why is not None or before is not None)
        on_backup = now.serving == BACKUP
        alone = now.serving == MAIN and len(now.registrars) > 1 and not lives(now.registrars[BACKUP])
        self._mark("spare", alone and _settled(now.registrars[BACKUP]))
        news_down, news_backup = self._mark("line", down), self._mark("backup", on_backup)
        if before is None:
            return
        if down and news_down:
            self.alarmed = True
            self._tell(
                "line",
                say("电话线路断开：{why}", why=why_words(now.why)),
                say("请用桌上话机接听，并请网管检查交换机"),
            )
        elif news_backup and on_backup:
            main = now.registrars[MAIN]
            self._tell(
                "line",
                say("主用交换机 {main} 失联（{why}）", main=main.address, why=why_words(main.why)),
                say("已改由备用 {backup} 通话，不必操作", backup=now.registrars[BACKUP].address),
            )
        elif not down and (news_down or news_backup):
            address = now.registrars[now.serving].address if now.serving is not None else ""
            self._tell("line", say("电话线路恢复，由 {address} 通话", address=address))

    # --- the headset -------------------------------------------------------------------------------

    def _headset_is(self, state: phone.HeadsetState) -> None:
        before, self.headset = self.headset, state
        news = self._mark("headset", state.why is not None)
        self._desk.changed(Topic.ALARMS, Topic.STATUS, Topic.CALLS)
        if state.why is not None and (news or before is None or before.why != state.why):
            do = say("通话不断；请检查插头或另选设备")
            self._tell("headset", pick((state.why.zh, state.why.en)), do)
        elif news and before is not None:
            self._tell("headset", say("耳机恢复：{name}", name=state.ear))

    def _tell(self, about: str, what: str, do: str = "") -> None:
        """What was said of this before is over. Without anything to do it is good news."""
        notices = self._desk.notices
        if (old := self._told.pop(about, None)) in notices and old is not None:
            notices.remove(old)
        told = Notice(self._desk.clock(), what, do, "sound" if do else None, grave=bool(do))
        (notices.append if do else notices.behind)(told)
        self._told[about] = told
        self._desk.changed(Topic.NOTICE)

    def use(self, **chosen: object) -> None:
        """Other devices, another volume: used at once, and after every restart."""
        if self.settings is None:
            return
        self.settings = replace(self.settings, **chosen)
        self.keep(self.settings)
        if not self._desk.phone.use_headset(self.settings):
            self._desk.notice(say("电话未运行，稍后自动采用"), grave=False)
        self._desk.changed(Topic.SOUND)

    def try_ring(self) -> None:
        """Hear how loud it rings."""
        self._desk.phone.try_ring("emergency")

    # --- the tests before a shift --------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """A test is under way."""
        return self.trial_id is not None or self.probe_id is not None

    def try_headset(self) -> bool:
        """Two seconds of the operator's voice, played back; False when it could not be begun."""
        if self.settings is None:
            self._desk.notice(
                say("本机没有声卡通话"), say("请维护设 [phone] headset = true 并重开"), grave=False
            )
            return False
        if self._cannot_test():
            return False
        self.tried, self.trial_id = None, self._desk.phone.try_headset()
        return self._begun(self.trial_id)

    def test_line(self) -> bool:
        """Call the number of the configuration, or ourselves, and listen for the tone."""
        if self._cannot_test():
            return False
        self.probed, self.probe_id = None, self._desk.phone.probe(self._desk.readiness.setup.echo)
        return self._begun(self.probe_id)

    def test_shift(self) -> None:
        """Headset, then line; what came of both is recorded."""
        for notice in [one for one in self._desk.notices if one.verb == "shift_test"]:
            self._desk.notices.remove(notice)
            self._desk.changed(Topic.NOTICE)
        self._shift_test = self.try_headset() if self.settings is not None else self.test_line()

    def _cannot_test(self) -> bool:
        if self._desk.phone.calls:
            self._desk.notice(say("有来电或通话，不能测试"), say("通话结束后再试"), grave=False)
            return True
        return self.busy

    def _begun(self, test_id: str | None) -> bool:
        self._desk.changed(Topic.SOUND)
        if test_id is None:
            self._desk.notice(say("电话不可用"), say("请看电话指示灯，必要时用话机接听"))
        return test_id is not None

    def _tried_out(self, event: phone.HeadsetTried) -> None:
        if event.trial_id != self.trial_id:
            return
        self.trial_id, self.tried = None, event
        if self._shift_test and not self.test_line():
            self._shift_test = False
        if not self._shift_test:
            self._record()

    def _next_of_shift_test(self) -> None:
        self._shift_test = False
        self._record()

    def _record(self) -> None:
        """At the hub, with who sat here: a reserve seat's own test knows more and is kept instead."""
        checks = self.shift_checks()
        if checks and not self._desk.readiness.is_reserve() and self._desk.own_seat_id():
            self._desk.send(reserve.ReportSelfTest(checks))

    def shift_checks(self) -> tuple[Check, ...]:
        """What the tests of this shift have found so far."""
        desk = self._desk
        setup, now = desk.readiness.setup, desk.clock()
        found = (check(item, desk, setup, self.probed, None, now) for item in SHIFT_ITEMS)
        checks = [one for one in found if one is not None]
        return tuple(self._with_trial(one) for one in checks) + self._trial_alone(checks)

    def _with_trial(self, one: Check) -> Check:
        """The echo of the line, and how loud the operator was: the worse of both counts."""
        trial = self._trial_check()
        if one.item is not CheckItem.AUDIO or trial is None:
            return one
        worse = trial if trial.result is not CheckResult.OK else one
        return Check(CheckItem.AUDIO, worse.result, say("{a}；{b}", a=trial.found, b=one.found), worse.cure)

    def _trial_alone(self, checks: list[Check]) -> tuple[Check, ...]:
        trial = self._trial_check()
        return () if trial is None or any(one.item is CheckItem.AUDIO for one in checks) else (trial,)

    def _trial_check(self) -> Check | None:
        tried = self.tried
        if tried is None:
            return None
        if tried.why is None:
            return Check(CheckItem.AUDIO, CheckResult.OK, say("麦克风 {db} 分贝", db=tried.level_db))
        cure = say("检查耳机开关、插头与音量后再试")
        return Check(CheckItem.AUDIO, CheckResult.FAULT, pick((tried.why.zh, tried.why.en)), cure)

    def remind(self) -> None:
        """Somebody sat down: a headset nobody has tried this shift is said, once."""
        seat = self._desk.floor.seats.get(self._desk.own_seat_id())
        if self.settings is None or seat is None or self._desk.readiness.is_reserve():
            return
        if seat.self_test is None or self._desk.clock() - seat.self_test.at > SHIFT_MS:
            do = say("按 Ctrl+Shift+S：说两秒话，听回放，再自动试呼")
            what = say("本班还没有上岗测试")
            self._desk.notices.behind(Notice(self._desk.clock(), what, do, "shift_test", grave=False))
            self._desk.changed(Topic.NOTICE)

    # --- the hook key --------------------------------------------------------------------------------

    def _hook(self) -> None:
        """Taken or ended as by F3 and F10, also with nobody logged in."""
        act = hook_means(self._desk.phone.calls)
        if act is None:
            return
        if not act.answer:
            self._desk.phone.hang_up(act.call_id)
        elif self._desk.phone.answer(act.call_id):
            self.answered_by_hook = True


def _settled(registrar: phone.RegistrarState) -> bool:
    """False while its first registration is still under way."""
    return registrar.alive is False or registrar.code not in {0, 100}
