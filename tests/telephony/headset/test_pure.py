"""The headset's pure parts: buffers, device choice, rings, levels, the trial, what the hook key means."""

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.facts import SoundDevice
from telephony.headset import trial
from telephony.headset.choosing import choose, words_for
from telephony.headset.frames import FRAME_BYTES, LEAD_FRAMES, RATE_HZ, WAITING_FRAMES_MAX, Frames
from telephony.headset.hooks import HookAct, hook_means
from telephony.headset.levels import FLOOR_DB, rms_db
from telephony.headset.ringing import SOFT_EVERY_MS, Ringing, RingPlan, SoftTones
from telephony.headset.rings import Loop, Once, RingFamily, percent_of, ring_tone
from telephony.mirror import CallStage, CallView
from telephony.settings import HeadsetSettings
from telephony.virtual import VirtualPhone

USB, BUILT_IN = SoundDevice("usb-1", "USB Headset Mono"), SoundDevice("pci-0", "Built-in Audio")


def sine(amplitude: float, seconds: float, hz: int = 440) -> bytes:
    count = int(RATE_HZ * seconds)
    wave = (amplitude * 32767 * math.sin(2 * math.pi * hz * n / RATE_HZ) for n in range(count))
    return array("h", (round(s) for s in wave)).tobytes()


def frame(n: int) -> bytes:
    return bytes([n]) * FRAME_BYTES


def test_frames_come_out_whole_after_a_lead() -> None:
    frames = Frames()
    frames.put(frame(1) + frame(2)[:100])
    assert frames.take() is None, "the lead is not there yet"
    frames.put(frame(2)[100:] + frame(3))
    assert [frames.take() for _ in range(4)] == [frame(1), frame(2), frame(3), None]
    frames.put(frame(4))
    assert frames.take() is None, "after a gap there is a lead again"


def test_what_waits_too_long_is_dropped_but_not_the_newest() -> None:
    frames = Frames()
    for n in range(WAITING_FRAMES_MAX + 1):
        frames.put(frame(n))
    assert frames.take() == frame(WAITING_FRAMES_MAX + 1 - LEAD_FRAMES)
    assert frames.dropped == WAITING_FRAMES_MAX + 1 - LEAD_FRAMES


@given(st.lists(st.binary(max_size=3 * FRAME_BYTES), max_size=12))
def test_no_byte_is_lost_or_doubled_on_the_way(pieces: list[bytes]) -> None:
    frames, out = Frames(), b""
    for piece in pieces:
        frames.put(piece)
        while (taken := frames.take()) is not None:
            out += taken
    if not frames.dropped:
        assert b"".join(pieces).startswith(out)


def test_the_wanted_device_else_the_systems_own() -> None:
    both = [BUILT_IN, USB]
    for wanted in ("usb-1", "USB Headset Mono", "usb headset"):
        assert choose(wanted, both, "pci-0").device == USB
    assert choose("", both, "usb-1") == choose("usb-1", both, "")
    gone = choose("usb-1", [BUILT_IN], "pci-0")
    assert (gone.device, gone.as_wanted) == (BUILT_IN, False)
    assert choose("usb-1", [], "").device is None


def test_what_is_missing_is_said() -> None:
    there, none, other = choose("", [USB], ""), choose("", [], ""), choose("usb-1", [BUILT_IN], "")
    assert words_for(there, there) is None
    said = [words_for(none, none), words_for(there, none), words_for(none, there), words_for(other, there)]
    assert len({words.zh for words in said if words is not None}) == 4


def test_rings_are_loud_enough_whatever_is_asked() -> None:
    assert [percent_of(p) for p in (0, 50, 500)] == [30, 50, 100]
    for family in RingFamily:
        assert ring_tone(family, 0) == ring_tone(family, 30)
        assert rms_db(ring_tone(family, 0)[: RATE_HZ // 5]) > -35
        assert rms_db(ring_tone(family, 100)) > rms_db(ring_tone(family, 30)) + 6


def test_the_waiting_tone_at_an_ear_that_listens_is_soft_whatever_is_asked() -> None:
    tones = [ring_tone(RingFamily.WAITING, percent, in_ear=True) for percent in (30, 100)]
    assert tones[0] == tones[1]
    heard = rms_db(tones[0][: RATE_HZ // 5])
    assert -40 < heard < rms_db(ring_tone(RingFamily.WAITING, 30)[: RATE_HZ // 5]) - 6


def test_a_ring_goes_on_and_a_recording_ends() -> None:
    loop = Loop(b"abc")
    assert (loop.take() + loop.take()).startswith(b"abcabcabc")
    once = Once(b"x" * (FRAME_BYTES + 1))
    assert once.take() == b"x" * FRAME_BYTES
    assert once.take() == b"x".ljust(FRAME_BYTES, b"\0")
    assert once.take() is None


def rings(call_id: str, **more: object) -> msg.CallRinging:
    return msg.CallRinging(call_id, "a", "139", "", "120", "", 0, 0, **more)  # type: ignore[arg-type]


def test_what_rings_where() -> None:
    ringing = Ringing()
    steps: list[tuple[msg.AnyEvent, RingPlan | None]] = [
        (rings("1", headers=(("alert-info", "<x>;info=internal"),)), RingPlan(RingFamily.INTERNAL, True)),
        (rings("2"), RingPlan(RingFamily.EMERGENCY, True)),
        (msg.CallAnswered("2", 0, 0), RingPlan(RingFamily.WAITING, False, frozenset({"1"}))),
        (msg.CallEnded("2", msg.EndedBy.SEAT, 200, "", True, 0), RingPlan(RingFamily.INTERNAL, True)),
        (msg.CallEnded("1", msg.EndedBy.FAR_END, 487, "", False, 0), None),
    ]
    for event, plan in steps:
        ringing.apply(event)
        assert ringing.plan() == plan


@pytest.mark.parametrize("place", [CallPlace.HELD, CallPlace.ASIDE, CallPlace.TAKEN, CallPlace.ALONE])
def test_while_nobody_is_spoken_to_an_emergency_rings_fully(place: CallPlace) -> None:
    ringing = Ringing()
    loud, soft = RingPlan(RingFamily.EMERGENCY, True), RingPlan(RingFamily.WAITING, False, frozenset({"2"}))
    steps: list[tuple[msg.AnyEvent, RingPlan | None]] = [
        (rings("1"), loud),
        (msg.CallMoved("1", CallPlace.TALK, 0), None),
        (msg.CallAnswered("1", 0, 0), None),
        (rings("2"), soft),
        (msg.CallMoved("1", place, 0), loud),
        (msg.CallMoved("1", CallPlace.TALK, 0), soft),
        (msg.CallEnded("1", msg.EndedBy.FAR_END, 200, "", True, 0), loud),
    ]
    for event, plan in steps:
        ringing.apply(event)
        assert ringing.plan() == plan


def test_amid_speech_each_who_waits_is_one_soft_tone_and_another_now_and_then() -> None:
    soft, heard = SoftTones(), []
    one, two, nobody = frozenset("1"), frozenset("12"), frozenset[str]()
    waits = {0: one, 10: two, 20: one, 60: nobody, 61: nobody, 62: one}
    waiting = nobody
    for second in range(90):
        waiting = waits.get(second, waiting)
        heard += [second] if soft.due(waiting, second * 1000) else []
    assert heard == [0, 10, 35, 62, 87], "each at once, nobody's end is told, again after 25 s, and from anew"
    assert 20_000 <= SOFT_EVERY_MS <= 30_000


def test_levels_are_true() -> None:
    assert rms_db(bytes(640)) == FLOOR_DB
    assert rms_db(b"") == FLOOR_DB
    assert rms_db(sine(1.0, 0.1)) == pytest.approx(-3.0, abs=0.05)
    assert rms_db(sine(0.1, 0.1)) == pytest.approx(-23.0, abs=0.05)


@pytest.mark.parametrize(
    ("amplitude", "why"), [(0.0, trial.MUTE), (0.001, trial.QUIET), (0.2, None), (1.0, None)]
)
def test_the_trial_judges_the_voice(amplitude: float, why: msg.Words | None) -> None:
    voice = sine(amplitude, 2.5)
    one = trial.Trial("t")
    assert not one.take(voice[:1000])
    assert one.take(voice[1000:])
    assert len(one.recorded) == trial.TRIAL_BYTES
    assert one.result().why == why


def test_distortion_is_said() -> None:
    one = trial.Trial("t")
    one.take(array("h", [32767, 32767, -32767, -32767] * RATE_HZ).tobytes())
    assert one.result().why == trial.LOUD


def view(call_id: str, stage: CallStage, since_ms: int) -> CallView:
    return CallView(call_id, "a", "139", "", stage, since_ms)


def test_the_hook_key_ends_the_talk_before_it_takes_a_call() -> None:
    talk, old, new = (
        view("t", CallStage.TALKING, 5),
        view("old", CallStage.RINGING, 1),
        view("new", CallStage.RINGING, 9),
    )
    assert hook_means({}) is None
    assert hook_means({c.call_id: c for c in (new, old)}) == HookAct("old", answer=True)
    assert hook_means({c.call_id: c for c in (new, talk, old)}) == HookAct("t", answer=False)


def test_the_hook_key_never_cuts_off_who_waits() -> None:
    waits = replace(view("w", CallStage.TALKING, 5), place=CallPlace.HELD)
    rings = view("r", CallStage.RINGING, 9)
    assert hook_means({"w": waits}) is None
    assert hook_means({"w": waits, "r": rings}) == HookAct("r", answer=True)


def test_a_speaker_that_is_gone_is_said_when_nothing_graver_is() -> None:
    there, other, none = choose("", [USB], "usb-1"), choose("gone", [USB], "usb-1"), choose("", [], "")
    assert words_for(there, there, there) is None
    said = words_for(there, there, other)
    assert said is not None
    assert USB.name in said.zh
    assert words_for(there, none, other) == words_for(there, none)


def test_the_trial_shows_how_loud_it_is_ten_times_a_second() -> None:
    one, told = trial.Trial("t"), []
    for piece in (sine(0.5, 0.02)[at : at + FRAME_BYTES] for at in [0] * 100):
        level_db = one.level_due()
        one.take(piece)
        told += [] if level_db is None else [level_db]
    assert len(told) == 19
    assert all(-12 < level_db < -6 for level_db in told)


def test_the_virtual_phone_has_a_headset_too() -> None:
    heard: list[msg.AnyEvent] = []
    phone = VirtualPhone(heard.append)
    assert (phone.use_headset(HeadsetSettings()), phone.try_headset(), phone.press_hook()) == (
        False,
        None,
        False,
    )
    phone.start()
    assert phone.use_headset(HeadsetSettings(ear="usb"))
    assert phone.headset is not None
    assert phone.headset.ear == "usb"
    trial_id = phone.try_headset()
    assert heard[-1] == msg.HeadsetTried(trial_id or "", -20.0)
    assert phone.press_hook()
    assert isinstance(heard[-1], msg.HookPressed)
