"""The sheet of headset and line: devices, volume, levels, both lines, the tests of a shift, the hook."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from console import i18n
from console.models.desk import Desk
from console.models.lamps import lamps
from console.models.modes import Watch
from console.models.readiness import Setup
from console.models.sound_lamps import sound_alarms
from console.models.sounding import SHIFT_MS
from dispatch.kinds import CheckItem, CheckResult
from dispatch.reserve import Check
from telephony import messages as msg
from telephony.facts import RegistrarState, SoundDevice, Words
from telephony.settings import AccountSettings, HeadsetSettings
from telephony.virtual import CAPABILITIES
from tests.console.busy import Seatful
from tests.console.clipping import clipped

ACCOUNTS = (AccountSettings("desk", "sip:8001@10.1.0.1", "sip:10.1.0.1", backup_registrar="sip:10.1.0.2"),)
USB, BUILT_IN = SoundDevice("usb-1", "USB 耳机"), SoundDevice("pci-0", "内置声卡")
MOUTH = SoundDevice("usb-2", "USB 耳机麦克风")
DEAD = Words("交换机没有应答", "the exchange does not answer")
GONE = Words("耳机未接上，暂用“内置声卡”", "the headset is not there")
WANTED = HeadsetSettings(ear="USB 耳机")
RING = HeadsetSettings()
LOUD = HeadsetSettings(speaker="内置声卡", ring_percent=85)
WELL = msg.HeadsetState("USB 耳机", "USB 耳机麦克风", "内置声卡", True, None, (USB, BUILT_IN), (MOUTH,))
AWAY = msg.HeadsetState("内置声卡", "USB 耳机麦克风", "内置声卡", False, GONE, (BUILT_IN,), (MOUTH,))


def line(*alive: bool, serving: int | None = 0) -> msg.LineState:
    states = tuple(
        RegistrarState(f"10.1.0.{at + 1}:5060", up, up, 200 if up else 408, None if up else DEAD)
        for at, up in enumerate(alive)
    )
    why = None if serving is not None else DEAD
    return msg.LineState("desk", serving is not None, 200, "OK", registrars=states, serving=serving, why=why)


class Heard(Seatful):
    """A seat whose telephone has a headset and two registrars."""

    def __init__(self, headset: HeadsetSettings | None = WANTED, ring: HeadsetSettings = RING) -> None:
        super().__init__()
        setup = Setup(accounts=ACCOUNTS, headset=headset, ring=ring)
        self.desk = Desk(self.hub, self.phone, self.navigator, self.clock, setup=setup)
        self.desk.modes = Watch(self.clock)
        self.kept: list[HeadsetSettings] = []
        self.desk.sounding.keep = self.kept.append
        self.hub.load()
        self.phone.start()
        ready = msg.PhoneReady(0, "headset" if headset else "null", CAPABILITIES)
        self.happens(ready, line(True, True), *([WELL] if headset else []))

    def happens(self, *facts: msg.AnyEvent) -> None:
        for fact in facts:
            self.phone.happens(fact)
        self.pump()

    def lamp(self, key: str) -> Any:
        return next(one for one in lamps(self.desk, self.clock.now) if one.key == key)


@pytest.fixture
def heard() -> Heard:
    made = Heard()
    made.pump()
    made.log_in()
    made.desk.notices.clear()
    return made


def alarms(seat: Heard) -> list[str]:
    return list(seat.desk.sounding.since)


def test_a_dead_primary_is_said_with_what_carries_the_calls(heard: Heard) -> None:
    assert heard.lamp("phone").tone == "ok"
    heard.happens(line(False, True, serving=1))
    assert (heard.lamp("phone").tone, heard.lamp("phone").state) == ("warning", "走备用")
    assert "10.1.0.2" in heard.desk.notices[-1].do
    assert heard.desk.notices[-1].verb == "sound"
    assert alarms(heard) == ["backup"]
    heard.happens(line(False, True, serving=1))
    assert len(heard.desk.notices) == 1, "said once"
    heard.happens(line(True, True))
    assert "10.1.0.1" in heard.desk.notices[-1].what
    assert not heard.desk.notices[-1].grave
    assert len(heard.desk.notices) == 1, "what is over is not said any longer"
    assert alarms(heard) == []


def test_no_registrar_at_all_is_an_alarm_that_sounds(heard: Heard, show: Callable[[Seatful], Any]) -> None:
    shown = show(heard)
    heard.happens(line(False, False, serving=None))
    shown.settle()
    assert heard.lamp("phone").tone == "fault"
    assert "交换机没有应答" in heard.lamp("phone").detail
    rows = shown.find("alarms.table").rows_model.rows
    assert [(row.words, row.loud) for row in rows if row.id == "sound:line"] == [("电话线路断开", True)]


def test_a_lost_spare_is_known_before_it_is_needed(heard: Heard) -> None:
    heard.happens(line(True, False))
    assert (heard.lamp("phone").tone, heard.lamp("phone").state) == ("warning", "无备用")
    assert alarms(heard) == ["spare"]
    assert not heard.desk.notices


def test_a_ring_group_does_not_speak_for_the_line_of_the_seat(heard: Heard) -> None:
    heard.happens(msg.LineState("group", False, 403, "Forbidden"))
    assert heard.lamp("phone").tone == "ok"


def test_a_headset_pulled_out_in_a_call_is_said_and_the_call_stays(heard: Heard) -> None:
    call_id = heard.phone.ring("13904510001")
    heard.pump()
    heard.phone.answer(call_id)
    heard.happens(AWAY)
    assert (heard.lamp("headset").tone, heard.lamp("headset").state) == ("warning", "换用")
    assert "暂用" in heard.desk.notices[-1].what
    assert list(heard.phone.calls) == [call_id]
    heard.happens(WELL)
    assert heard.lamp("headset").tone == "ok"
    assert "恢复" in heard.desk.notices[-1].what


def test_devices_and_volume_are_used_at_once_and_kept(heard: Heard, show: Callable[[Seatful], Any]) -> None:
    shown = show(heard)
    shown.key(Qt.Key.Key_F2)
    shown.window.doing.do("sound")
    ear = shown.find("sound.ear")
    assert ear.currentData() == "usb-1", "known by its name too"
    ear.setCurrentIndex(ear.findData("pci-0"))
    ear.activated.emit(ear.currentIndex())
    shown.find("sound.volume").setValue(10)
    shown.settle()
    assert (heard.kept[-1].ear, heard.kept[-1].ring_percent) == ("pci-0", 30), "never below the floor"
    assert heard.phone.headset is not None
    assert heard.phone.headset.ear == "pci-0"
    heard.happens(AWAY)
    heard.desk.sounding.use(ear="usb-1")
    shown.settle()
    assert "未接上" in ear.currentText(), "what is wanted and gone stays to be seen"
    shown.key(Qt.Key.Key_Escape)
    assert not shown.find("sound").isVisible()
    assert shown.window.focusWidget() is shown.find("form.place"), "the keyboard is back at the form"


def test_levels_are_drawn_and_nothing_else_is(heard: Heard, show: Callable[[Seatful], Any]) -> None:
    shown = show(heard)
    shown.window.doing.do("sound")
    shown.settle()
    heard.phone.happens(msg.SoundLevels(-20.0, -33.0))
    heard.pump()
    assert {topic.value for topic in heard.desk.changes()} == {"sound"}
    heard.phone.happens(msg.SoundLevels(-20.0, -33.0))
    shown.settle()
    for name, lit in (("sound.caller", 16), ("sound.operator", 11), ("lamp.level.caller", 5)):
        assert shown.find(name).lit() == lit, name
    shown.wait_pause(2_000)
    shown.window.second()
    assert shown.find("lamp.level.caller").lit() == 0, "who is silent long is shown silent"


def test_the_test_before_a_shift_is_recorded_with_who_sat_there(heard: Heard) -> None:
    heard.desk.sounding.test_shift()
    heard.pump()
    heard.pump()
    test = heard.hub.floor.seats["s1"].self_test
    assert test is not None
    assert test.passed
    assert test.dispatcher_id == "d1"
    assert [one.item for one in test.checks] == [CheckItem.PHONE, CheckItem.TEST_CALL, CheckItem.AUDIO]
    assert "麦克风 -20.0 分贝" in test.checks[-1].found
    assert "合格" in heard.desk.latest[-1].text


def test_a_mute_microphone_fails_the_shift_test(heard: Heard) -> None:
    sounding = heard.desk.sounding
    sounding.trial_id = "t"
    heard.happens(msg.HeadsetTried("t", -90.0, Words("麦克风没有声音", "mute")))
    test = heard.hub.floor.seats["s1"].self_test
    assert test is not None
    assert not test.passed
    assert [(c.item, c.result) for c in test.checks][-1] == (CheckItem.AUDIO, CheckResult.FAULT)
    assert heard.desk.latest[-1].abnormal


def test_nobody_is_tested_while_somebody_calls(heard: Heard) -> None:
    heard.phone.ring("13904510001")
    heard.pump()
    heard.desk.sounding.test_shift()
    heard.pump()
    assert heard.hub.floor.seats["s1"].self_test is None
    assert "不能测试" in heard.desk.notices[-1].what


def test_who_sits_down_is_reminded_once_a_shift() -> None:
    seat = Heard()
    seat.pump()
    seat.log_in()
    assert seat.desk.notices[-1].verb == "shift_test"
    seat.desk.sounding.test_shift()
    seat.pump()
    seat.pump()
    seat.desk.stand_up()
    seat.desk.notices.clear()
    seat.log_in()
    assert not seat.desk.notices
    seat.desk.stand_up()
    seat.clock.now += SHIFT_MS + 1
    seat.log_in()
    assert seat.desk.notices[-1].verb == "shift_test"


def test_the_hook_key_takes_a_call_and_ends_it(heard: Heard, show: Callable[[Seatful], Any]) -> None:
    shown = show(heard)
    call_id = heard.phone.ring("13904510001")
    shown.settle()
    shown.key(Qt.Key.Key_Pause)
    assert heard.desk.line.calls[call_id].answered_at is not None
    assert heard.desk.hand.intake_id is not None, "its form is open"
    heard.happens(msg.HookPressed(msg.HookSource.HEADSET, heard.clock.now))
    shown.settle()
    assert not heard.phone.calls


def test_without_a_sound_card_the_sheet_says_so(show: Callable[[Seatful], Any]) -> None:
    seat = Heard(None, LOUD)
    seat.pump()
    seat.log_in()
    shown = show(seat)
    shown.window.doing.do("sound")
    assert "双方无声" in shown.text("sound.why")
    assert not shown.find("sound.ear").isEnabled()
    assert [shown.find(f"sound.{one}").currentText() for one in ("ear", "mouth", "speaker")] == [
        "不用", "不用", "内置声卡",
    ], "what the window rings by"  # fmt: skip
    assert shown.find("sound.volume").value() == 85
    assert "85 %" in [label.text() for label in shown.find("sound").findChildren(QLabel)]
    assert not shown.find("sound.hands_free").isVisible()
    assert clipped(shown.window) == []
    shown.window.doing.do("shift_test")
    shown.settle()
    assert seat.hub.floor.seats["s1"].self_test is not None, "the line can be tested all the same"


def test_a_sound_that_never_starts_is_a_fault(heard: Heard) -> None:
    heard.phone.die()
    heard.phone.revive()
    heard.pump()
    assert heard.lamp("headset").tone == "quiet", "it takes a second"
    heard.pass_time(20_000)
    assert heard.lamp("headset").tone == "fault"
    assert [alarm.id for alarm in sound_alarms(heard.desk)] == ["sound:mute"]
    assert [c.result for c in shift_audio(heard)] == [CheckResult.FAULT]
    heard.happens(WELL)
    assert heard.lamp("headset").tone == "ok"


def shift_audio(seat: Heard) -> list[Check]:
    seat.desk.sounding.test_line()
    seat.pump()
    return [one for one in seat.desk.sounding.shift_checks() if one.item is CheckItem.AUDIO]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_on_the_sheet_is_clipped(language: str, show: Callable[[Seatful], Any]) -> None:
    i18n.use(language)
    seat = Heard()
    seat.pump()
    seat.log_in()
    shown = show(seat)
    shown.window.doing.do("shift_test")
    seat.happens(line(False, True, serving=1), AWAY)
    shown.settle()
    assert shown.find("sound").isVisible()
    assert clipped(shown.window) == []
