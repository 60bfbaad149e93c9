"""Every message survives the pipe; anything else is refused as a bad message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.shapes import Circle
from dispatch.whereabouts import Source
from dispatch.words import Point
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.location.additional import read_blocks
from telephony.location.civic import CivicAddress
from telephony.location.found import Location, Reference
from telephony.location.safe_xml import Unread, Why
from telephony.location.said import Fetched, WithCall
from telephony.monitoring import MonitorMode
from telephony.settings import AccountSettings, TrustSettings, Voice
from tests.telephony.location import documents as doc

REFERENCE = Reference("https://lis.example.cn/1", "location", 0)
SAID = WithCall(
    (Location(Source.BY_VALUE, Circle(Point(126.6, 45.7), 50.0), CivicAddress((("country", "CN"),))),),
    (REFERENCE,),
    read_blocks(doc.CRASH, "x")[0] + read_blocks(doc.DEVICE, "y")[0],
    (Unread("x", Why.NOT_XML),),
)
COMMANDS: list[msg.AnyCommand] = [
    msg.ConfigureAccounts((AccountSettings("a", "sip:a@b", "sip:b", "a", "secret"),)),
    msg.Answer("1"),
    msg.Reject("1", 603),
    msg.HangUp("1"),
    msg.Dial("1", "sip:120@x", voice=Voice("a.wav"), seconds_max=2.5),
    msg.AcceptCalls(False),
    msg.ProbeLine("1", "sip:echo@x"),
    msg.TalkTo("1"),
    msg.Hold("1"),
    msg.Confer(("1", "2")),
    msg.LeaveConference(),
    msg.RejoinConference(),
    msg.Transfer("1", "120"),
    msg.TransferTo("1", "2"),
    msg.SendDigits("1", "12*#", True),
    msg.Say("1", "a.wav", True),
    msg.StopSaying("1"),
    msg.Metronome("1", True),
    msg.Trust(TrustSettings(("10.0.0.0/8",), "secret")),
    msg.Supervise("1", "8001", "2", MonitorMode.LISTEN, "1001 王芳"),
    msg.ChangeSupervision("1", MonitorMode.RELEASE),
    msg.DialCode("*72"),
    msg.PublishNote("paused"),
    msg.TurnAway(486),
]
EVENTS: list[msg.AnyEvent] = [
    msg.PhoneReady(5060, "null", msg.Capabilities("2", ("PCMA",), (), True, True, 4)),
    msg.CallRinging("1", "a", "139", "张三", "120", "x", 1, 2, (("from", "x"),)),
    msg.CallEnded("1", msg.EndedBy.PHONE, 0, "phone_restarted", True, 3),
    msg.RecordingClosed("1", "a.wav", "00", 1, 2, 3, True),
    msg.LineProbed("1", "silent", 3),
    msg.StrangerRefused("192.0.2.1", "139", 7, 3),
    msg.CallMoved("1", CallPlace.HELD, 3),
    msg.CallReplaced("1", "2", "139", "张三", 3),
    msg.TransferFailed("1", 603, "Decline"),
    msg.DigitReceived("1", "#", True),
    msg.PromptEnded("1", "a.wav", False),
    msg.MonitorBegan("1", "2", MonitorMode.WHISPER, "8100", "", 3),
    msg.MonitorRefused("", "", "192.0.2.1:5060", "malformed", 3),
    msg.SupervisionStands("1", MonitorMode.WHISPER, CallPlace.HELD, True, 3),
    msg.CallSaid("1", SAID),
    msg.CallFetched("1", Fetched(REFERENCE, SAID.locations, took_ms=3)),
    msg.CodeDialled("*72", 603, "State paused"),
    msg.NotePublished("paused", 200),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
def test_orders_come_back(command: msg.AnyCommand) -> None:
    assert msg.decode_command(msg.encode(command)) == command


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_facts_come_back(event: msg.AnyEvent) -> None:
    assert msg.decode_event(msg.encode(event)) == event


@given(st.binary(max_size=200))
def test_noise_is_a_bad_message(noise: bytes) -> None:
    for decode in (msg.decode_command, msg.decode_event):
        with pytest.raises(msg.BadMessageError):
            decode(noise)


def test_a_nested_bomb_is_a_bad_message() -> None:
    with pytest.raises(msg.BadMessageError):
        msg.decode_event(b"\x81\xa1x" + b"\x91" * 100_000)


def test_a_password_is_not_printed() -> None:
    assert "secret" not in repr(COMMANDS[0])
    assert "secret" not in repr(TrustSettings(("10.0.0.0/8",), "secret"))
