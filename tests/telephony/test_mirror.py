"""The seat's picture of its phone, as a transcript."""

from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.location.found import Reference
from telephony.location.said import Fetched, WithCall
from telephony.mirror import CallStage, PhoneMirror
from telephony.monitoring import MonitorMode
from telephony.virtual import CAPABILITIES

RING = msg.CallRinging("c1", "a", "139", "张三", "120", "x", at_ms=10, mono_ns=1)


def test_a_call_from_ring_to_end() -> None:
    mirror = PhoneMirror()
    mirror.apply(msg.PhoneReady(5060, "null", CAPABILITIES))
    mirror.apply(msg.LineState("a", True, 200, "OK"))
    mirror.apply(RING)
    before = mirror.calls
    mirror.apply(msg.CallMedia("c1", True))
    mirror.apply(msg.CallAnswered("c1", 20, 2))
    assert before["c1"].stage is CallStage.RINGING, "a picture once taken stays as it was"
    assert (mirror.calls["c1"].stage, mirror.calls["c1"].audio) == (CallStage.TALKING, True)
    mirror.apply(msg.CallEnded("c1", msg.EndedBy.SEAT, 200, "", True, 30))
    assert not mirror.calls
    assert mirror.lines["a"].registered


def test_a_dead_phone_has_no_lines_and_its_calls_are_lost_once() -> None:
    mirror = PhoneMirror()
    mirror.apply(RING)
    mirror.apply(msg.CallDialled("c2", "a", "sip:x", 11))
    mirror.apply(msg.CallAnswered("c2", 12, 3))
    lost = mirror.lost_calls("phone_restarted", 40)
    assert [(e.call_id, e.ended_by, e.answered) for e in lost] == [
        ("c1", msg.EndedBy.PHONE, False),
        ("c2", msg.EndedBy.PHONE, True),
    ]
    for event in lost:
        mirror.apply(event)
    mirror.apply(msg.PhoneDown("killed"))
    assert (mirror.ready, dict(mirror.lines), mirror.lost_calls("", 0)) == (None, {}, [])


def test_facts_of_unknown_calls_change_nothing() -> None:
    mirror = PhoneMirror()
    mirror.apply(msg.CallAnswered("ghost", 1, 1))
    mirror.apply(msg.CallEnded("ghost", msg.EndedBy.SEAT, 0, "", False, 1))
    assert not mirror.calls


def test_a_conversation_is_seen_as_it_stands() -> None:
    mirror = PhoneMirror()
    mirror.apply(RING)
    mirror.apply(msg.CallDialled("c2", "a", "sip:x", 11))
    assert mirror.calls["c1"].place is None
    mirror.apply(msg.CallMoved("c1", CallPlace.HELD, 12))
    mirror.apply(msg.CallMoved("c2", CallPlace.HELD, 14))
    assert mirror.to_swap_with() == "c2"
    mirror.apply(msg.PromptBegan("c1", "a.wav", 2.0))
    mirror.apply(msg.MetronomeSwitched("c1", True))
    for digit in "12#":
        mirror.apply(msg.DigitReceived("c1", digit, False))
    mirror.apply(msg.TransferProgressed("c1", 180))
    call = mirror.calls["c1"]
    assert (call.prompt, call.metronome, call.digits, call.transferring) == ("a.wav", True, "12#", True)
    mirror.apply(msg.PromptEnded("c1", "a.wav", True))
    mirror.apply(msg.TransferFailed("c1", 486, "Busy"))
    assert (mirror.calls["c1"].prompt, mirror.calls["c1"].transferring) == ("", False)


def test_who_is_replaced_and_who_monitors() -> None:
    mirror = PhoneMirror()
    mirror.apply(RING)
    mirror.apply(msg.CallReplaced("c9", "c1", "8002", "", 20))
    assert (mirror.calls["c9"].account_id, mirror.calls["c9"].stage) == ("a", CallStage.TALKING)
    mirror.apply(msg.MonitorBegan("m", "c9", MonitorMode.LISTEN, "8100", "班长", 21))
    mirror.apply(msg.MonitorChanged("m", "c9", MonitorMode.BARGE, 22))
    assert (mirror.monitors["m"].mode, mirror.monitors["m"].since_ms) == (MonitorMode.BARGE, 21)
    assert "m" not in mirror.calls
    mirror.apply(msg.MonitorEnded("m", "c9", 23))
    mirror.apply(msg.MonitorChanged("ghost", "c9", MonitorMode.BARGE, 24))
    assert not mirror.monitors


def test_what_is_heard_is_remembered() -> None:
    mirror = PhoneMirror()
    mirror.apply(msg.CallRinging("c", "a", "139", "", "120", "", 1, 1))
    bad = msg.CallQuality("c", 9.0, 3.0, 80.0, 3.1, bad=True)
    mirror.apply(bad)
    mirror.apply(msg.DeadAirBegan("c", 5))
    assert (mirror.calls["c"].quality, mirror.calls["c"].dead_air_since_ms) == (bad, 5)
    mirror.apply(msg.DeadAirEnded("c", 9, 4))
    assert mirror.calls["c"].dead_air_since_ms is None
    devices = msg.HeadsetState("ear", "mouth", "ear", as_wanted=True)
    mirror.apply(devices)
    assert mirror.headset == devices
    mirror.apply(msg.PhoneDown("gone"))
    assert mirror.headset is None


def test_what_came_with_the_call_is_kept_with_it() -> None:
    mirror = PhoneMirror()
    mirror.apply(RING)
    said = WithCall(references=(Reference("https://lis.example.cn/1", "location", 0),))
    mirror.apply(msg.CallSaid("c1", said))
    answer = Fetched(said.references[0])
    mirror.apply(msg.CallFetched("c1", answer))
    mirror.apply(msg.CallFetched("gone", answer))
    assert (mirror.calls["c1"].said, mirror.calls["c1"].fetched) == (said, (answer,))
    assert set(mirror.calls) == {"c1"}
