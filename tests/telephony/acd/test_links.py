"""The adapters on real TCP against played transcripts, on broken lines, and by SIP alone."""

import queue
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kinds import SeatState
from telephony.acd import port as acd
from telephony.acd.ami import AmiSession, AmiSettings
from telephony.acd.esl import EslSession, EslSettings
from telephony.acd.links import AsteriskLink, FreeSwitchLink, SipOnlyLink
from telephony.acd.orders import SetState
from telephony.acd.tcp_link import Address
from tests.telephony.acd.played import Played

HERE = Path(__file__).parent
AMI = AmiSettings("seat", "secret", "120", "8001", "PJSIP/8001")
ESL = EslSettings("ClueCon", "120@default", "8001@default", "user/8001")
F = TypeVar("F", bound=acd.AcdFact)


class Heard:
    def __init__(self) -> None:
        self.facts: queue.SimpleQueue[acd.AcdFact] = queue.SimpleQueue()

    def until(self, kind: type[F], which: Callable[[F], bool] = lambda _: True) -> F:
        while True:
            fact = self.facts.get(timeout=5)
            if isinstance(fact, kind) and which(fact):
                return fact


def played_ami() -> Played:
    return Played(HERE / "ami.transcript", "\r\n", "\r\n")


def played_esl(tmp_path: Path) -> Played:
    """The transcript with the frames around its bodies counted out."""
    text = (HERE / "esl.transcript").read_text("utf-8")
    blocks = []
    for block in text.split("\n\n"):
        kind = block.lstrip().partition(":")[0]
        if kind in ("B", "E"):
            body = "".join(line[3:] + "\n" for line in block.strip().splitlines()[1:])
            body += "\n" if kind == "E" else ""
            head = "api/response" if kind == "B" else "text/event-plain"
            size = len(body.encode())
            lines = [f"Content-Type: {head}", f"Content-Length: {size}", "", *body.split("\n")[:-1]]
            blocks.append("\n".join(f"S: {line}" for line in lines))
        else:
            blocks.append(block)
    path = tmp_path / "esl.transcript"
    path.write_text("\n\n".join(blocks), "utf-8")
    return Played(path, "\n", "\n")


def test_asterisk_as_written() -> None:
    server, heard = played_ami(), Heard()
    link = AsteriskLink(Address("127.0.0.1", server.port), AMI)
    link.start(heard.facts.put)
    heard.until(acd.LinkChanged, lambda f: f.up)
    picture = heard.until(acd.QueuePicture)
    assert [(w.number, w.position) for w in picture.waiting] == [("13904510001", 1)]
    assert picture.longest_wait_ms == 12_000
    assert picture.seats == (acd.SeatSeen("8002", SeatState.INTAKE),)
    link.login()
    assert heard.until(acd.OrderDone).order == "LogIn"
    link.set_state(SeatState.PAUSED, "用\r\n餐")
    heard.until(acd.OrderDone)
    gave_up = heard.until(acd.CallerGaveUp)
    assert (gave_up.number, gave_up.position) == ("13904510001", 1)
    assert gave_up.waited_ms is not None
    assert gave_up.waited_ms >= 12_000
    after = heard.until(acd.QueuePicture)
    assert [w.number for w in after.waiting] == ["13904510002"]
    assert acd.SeatSeen("8001", SeatState.PAUSED, "用餐") in after.seats
    link.force_hangup("PJSIP/8002-00000007")
    assert heard.until(acd.OrderRefused).reason == "No such channel"
    link.monitor("8002", acd.MonitorMode.WHISPER)
    assert heard.until(acd.OrderDone).order == "Monitor"
    link.force_hangup("x\r\nAction: Command")
    assert heard.until(acd.OrderRefused).reason == "not usable"
    assert server.wrong is None
    server.close()
    assert heard.until(acd.LinkChanged).up is False
    link.login()
    assert heard.until(acd.OrderRefused).reason == "no link"
    link.stop()


def test_freeswitch_as_written(tmp_path: Path) -> None:
    server, heard = played_esl(tmp_path), Heard()
    link = FreeSwitchLink(Address("127.0.0.1", server.port), ESL)
    link.start(heard.facts.put)
    heard.until(acd.LinkChanged, lambda f: f.up)
    picture = heard.until(acd.QueuePicture)
    assert [(w.call, w.number, w.since_ms) for w in picture.waiting] == [
        ("s-1", "13904510001", 1_795_305_600_000)
    ]
    assert [(s.seat, s.state) for s in picture.seats] == [
        ("8001", SeatState.PAUSED),
        ("8002", SeatState.INTAKE),
    ]
    link.login()
    assert heard.until(acd.OrderDone).order == "LogIn"
    assert heard.until(acd.QueuePicture).depth == 2
    assert heard.until(acd.CallerGaveUp).number == "13904510001"
    assert heard.until(acd.QueuePicture).depth == 1
    link.force_hangup("s-2")
    assert "No such channel" in heard.until(acd.OrderRefused).reason
    link.monitor("8002", acd.MonitorMode.WHISPER)
    heard.until(acd.OrderDone)
    assert server.wrong is None
    server.close()
    link.stop()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("+8613904510001", "13904510001"),
        ("00864518881234", "04518881234"),
        ("139-0451 0001", "13904510001"),
        ("Anonymous", ""),
        ("<unknown>", ""),
        ("restricted", ""),
        ("", ""),
    ],
)
def test_who_waits_and_who_gives_up_has_the_number_that_the_seats_show(said: str, shown: str) -> None:
    ami, esl = AmiSession(AMI), EslSession(ESL)
    ami.received(b"Asterisk Call Manager/9.0.0\r\n", 0)
    join = f"Event: QueueCallerJoin\r\nQueue: 120\r\nCallerIDNum: {said}\r\nUniqueid: 1\r\n\r\n"
    left = join.replace("QueueCallerJoin", "QueueCallerAbandon").replace("Uniqueid: 1", "Uniqueid: 2")
    facts = [*ami.received(join.encode(), 0).facts, *ami.received(left.encode(), 0).facts]
    for call, action in (("1", "member-queue-start"), ("2", "member-queue-end")):
        body = (
            "Event-Subclass: callcenter%3A%3Ainfo\nCC-Queue: 120%40default\nCC-Cause: Cancel\n"
            f"CC-Action: {action}\nCC-Member-Session-UUID: {call}\nCC-Member-CID-Number: {quote(said)}\n\n"
        )
        head = f"Content-Type: text/event-plain\nContent-Length: {len(body)}\n\n"
        facts += esl.received((head + body).encode(), 0).facts
    members = f"uuid|session_uuid|cid_number|joined_epoch|state\nm1|3|{said}|0|Waiting\n+OK\n"
    book = EslSession(ESL)
    book._waiting.append(("members", 0))
    head = f"Content-Type: api/response\nContent-Length: {len(members)}\n\n"
    facts += book.received((head + members).encode(), 0).facts
    numbers = [one.number for fact in facts if isinstance(fact, acd.QueuePicture) for one in fact.waiting]
    numbers += [fact.number for fact in facts if isinstance(fact, acd.CallerGaveUp)]
    assert len(numbers) >= 5
    assert set(numbers) == {shown}


def test_nobody_there_is_told_once_and_orders_are_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    heard = Heard()
    link = AsteriskLink(Address("127.0.0.1", port), AMI)
    link.start(heard.facts.put)
    assert heard.until(acd.LinkChanged).up is False
    link.login()
    assert heard.until(acd.OrderRefused).reason == "no link"
    link.stop()


def test_a_wrong_secret_is_said() -> None:
    session = AmiSession(AMI)
    session.connected(0)
    session.received(b"Asterisk Call Manager/9.0.0\r\n", 0)
    session.received(b"Response: Success\r\nActionID: ls1\r\nChallenge: 1\r\n\r\n", 0)
    turn = session.received(b"Response: Error\r\nActionID: ls2\r\nMessage: Authentication failed\r\n\r\n", 0)
    assert turn.broken == "not let in: Authentication failed"
    assert EslSession(ESL).received(b"Content-Type: text/rude-rejection\n\n", 0).broken
    assert AmiSession(AMI).received(b"SSH-2.0\r\n", 0).broken


def test_silence_is_noticed() -> None:
    session = AmiSession(AMI)
    session.received(b"Asterisk Call Manager/9.0.0\r\n", 0)
    assert session.on_time(5_000).broken == "no answer to Challenge"
    esl = EslSession(ESL)
    esl.received(b"Content-Type: auth/request\n\n", 0)
    assert esl.on_time(5_000).broken == "no answer to auth"


def test_orders_without_a_link_are_refused() -> None:
    for session in (AmiSession(AMI), EslSession(ESL)):
        (fact,) = session.ordered(SetState(SeatState.READY), 0).facts
        assert isinstance(fact, acd.OrderRefused)


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_leave_the_sessions_whole(chunks: list[bytes]) -> None:
    for session in (AmiSession(AMI), EslSession(ESL)):
        session.connected(0)
        for chunk in chunks:
            session.received(chunk, 1)
        session.on_time(10**9)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=20))
def test_a_damaged_transcript_leaves_the_session_whole(at: int, noise: bytes) -> None:
    lines = (HERE / "ami.transcript").read_text("utf-8").splitlines()
    said = "\r\n".join(line[3:] if line.startswith("S:") else "" for line in lines[1:]).encode()
    session = AmiSession(AMI)
    session.connected(0)
    session.received(said[:at] + noise + said[at + len(noise) :], 1)


class FakePhone:
    """A telephone that notes its orders."""

    def __init__(self) -> None:
        self.said: list[object] = []
        self.there = True

    def dial_code(self, code: str) -> bool:
        self.said.append(code)
        return self.there

    def publish(self, note: str) -> bool:
        self.said.append(note)
        return self.there

    def turn_away(self, sip_code: int | None) -> bool:
        self.said.append(sip_code)
        return self.there


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (SeatState.READY, [None, "ready", "*71"]),
        (SeatState.PAUSED, [480, "paused", "*72"]),
        (SeatState.AWAY, [480, "away", "*73"]),
        (SeatState.AFTER_CALL, [486, "busy", "*74"]),
        (SeatState.LOGGED_OUT, [480, "away", "*73"]),
    ],
)
def test_by_sip_alone(state: SeatState, said: list[object]) -> None:
    phone, heard = FakePhone(), Heard()
    link = SipOnlyLink(phone)
    link.start(heard.facts.put)
    link.set_state(state, "用餐")
    assert phone.said == said
    assert heard.until(acd.OrderDone).order == "SetState"


def test_what_sip_cannot_do_is_said() -> None:
    phone, heard = FakePhone(), Heard()
    link = SipOnlyLink(phone)
    link.start(heard.facts.put)
    assert link.abilities == {acd.Ability.SEAT_STATE}
    link.queue_stats()
    link.force_hangup("x")
    link.monitor("8002", acd.MonitorMode.LISTEN)
    assert [heard.until(acd.OrderRefused).reason for _ in range(3)] == ["not able"] * 3
    phone.there = False
    link.login()
    assert heard.until(acd.OrderRefused).reason == "no link"


def test_by_sip_with_our_own_hunt_group() -> None:
    heard = Heard()
    link = SipOnlyLink(FakePhone(), ask_queue=lambda: (acd.QueuePicture("120", 5),))
    link.start(heard.facts.put)
    link.queue_stats()
    assert heard.until(acd.QueuePicture).at_ms == 5
    silent = SipOnlyLink(FakePhone(), ask_queue=lambda: None)
    silent.start(heard.facts.put)
    silent.queue_stats()
    assert heard.until(acd.OrderRefused).reason == "no answer"
