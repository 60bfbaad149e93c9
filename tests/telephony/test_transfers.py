"""Calls that change hands, through an exchange that is not ours and with a telephone that is not ours."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.raw_caller import RawCaller
from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.conversation import CallPlace
from telephony.settings import AccountSettings, TrustSettings
from tests.telephony.exchange import PEERS, needs, running_exchange, wait_until_it_answers

pytestmark = [pytest.mark.peer, pytest.mark.process]
TRUST = TrustSettings(("127.0.0.1",))


@pytest.fixture
def exchange(tmp_path: Path, sip_port: int) -> Iterator[int]:
    with running_exchange(tmp_path, sip_port):
        yield sip_port


@pytest.fixture
def desk(exchange: int, make_seat: Callable[..., Any]) -> tuple[Any, Any, Any, str]:
    """The seat (8001) and a hospital (120) at the exchange, a caller without line, the hospital's address."""

    def registered(user: str) -> Any:
        address, registrar = f"sip:{user}@127.0.0.1:{exchange}", f"sip:127.0.0.1:{exchange}"
        account = AccountSettings(user, address, registrar=registrar, user=user, password="pw8001")
        seat = make_seat(accounts=(account,), trust=TRUST, recordings_dir=None)
        seat.uri = address
        seat.heard.until(msg.LineState, lambda e: e.registered)
        return seat

    seat, hospital = registered("8001"), registered("120")
    caller = make_seat(trust=TRUST, recordings_dir=None)
    return seat, hospital, caller, hospital.uri


@pytest.mark.nightly
def test_a_blind_transfer_through_the_exchange(desk: tuple[Any, Any, Any, str]) -> None:
    seat, hospital, caller, address = desk
    call, _ = caller.connected(seat)
    here = next(iter(seat.phone.calls))
    assert seat.phone.transfer(here, "120")
    again = caller.heard.until(msg.CallDialled, lambda e: e.transferred_from == call)
    assert again.target.startswith(address)
    taken = hospital.answered()
    moved = seat.heard.until(msg.CallTransferred)
    assert moved.call_id == here
    assert seat.heard.until(msg.CallEnded).ended_by is msg.EndedBy.SEAT
    caller.heard.until(msg.CallEnded, lambda e: e.call_id == call)
    assert list(caller.phone.calls) == [again.call_id]
    assert list(hospital.phone.calls) == [taken.call_id]
    assert caller.phone.calls[again.call_id].place is CallPlace.TALK


def test_an_attended_transfer_through_the_exchange(desk: tuple[Any, Any, Any, str]) -> None:
    seat, hospital, caller, _ = desk
    call, here = caller.connected(seat)
    consult, there = seat.connected(hospital)
    assert seat.phone.transfer_to(here, consult)
    replaced = hospital.heard.until(msg.CallReplaced)
    assert replaced.replaced_call_id == there
    assert seat.heard.until(msg.CallTransferred).target == consult
    seat.heard.until(msg.CallEnded, lambda e: e.call_id == here)
    hospital.heard.until(msg.CallEnded, lambda e: e.call_id == there)
    caller.heard.until(msg.CallEnded, lambda e: e.call_id == call)
    assert not seat.phone.calls
    assert list(hospital.phone.calls) == [replaced.call_id]
    hospital.heard.until(msg.CallStats, lambda e: e.call_id == replaced.call_id and e.rx_packets > 20)


@pytest.mark.nightly
def test_a_transfer_that_fails_leaves_the_call_with_the_operator(desk: tuple[Any, Any, Any, str]) -> None:
    seat, hospital, caller, _ = desk
    call, here = caller.connected(seat)
    seat.phone.transfer(here, "8009")
    failed = seat.heard.until(msg.TransferFailed)
    assert (failed.call_id, failed.sip_code) == (here, 480)
    assert seat.phone.calls[here].place is CallPlace.TALK
    assert caller.heard.until(msg.CallEnded).sip_code == 480
    assert caller.phone.calls[call].place is CallPlace.TALK, "as before it was sent"
    caller.phone.trust(TrustSettings())
    caller.settle()
    seat.phone.transfer(here, "120")
    assert seat.heard.until(msg.TransferFailed).sip_code == 603, "who trusts nobody is sent nowhere"
    seat.heard.until(msg.CallStats, lambda e: e.call_id == here)
    assert not hospital.heard.of(msg.CallRinging)
    caller.phone.trust(TRUST)
    hospital.phone.trust(TrustSettings())
    consult, there = seat.connected(hospital)
    seat.phone.transfer_to(here, consult)
    assert seat.heard.until(msg.TransferFailed).sip_code == 603, "nobody takes a place there"
    assert set(seat.phone.calls) == {here, consult}
    assert list(hospital.phone.calls) == [there]


@pytest.fixture
def telephone(tmp_path: Path, sip_port: int) -> Iterator[tuple[str, Path]]:
    """A baresip that answers every call; its address, and what it hears."""
    needs("baresip", "sox")
    plain, heard = tmp_path / "plain.wav", tmp_path / "heard.wav"
    tone = ["synth", "20", "sine", "400", "gain", "-12"]
    subprocess.run(["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", plain, *tone], check=True)
    config = (PEERS / "baresip.conf").read_text().replace("SIP_PORT", str(sip_port))
    (tmp_path / "config").write_text(config.replace("SPEECH", str(plain)).replace("HEARD", str(heard)))
    uri = f"sip:hospital@127.0.0.1:{sip_port}"
    (tmp_path / "accounts").write_text(f"<{uri}>;regint=0;answermode=auto\n")
    (tmp_path / "contacts").touch()
    process = subprocess.Popen(
        ["baresip", "-f", tmp_path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_it_answers(sip_port)
        yield uri, heard
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.nightly
def test_a_telephone_that_is_not_ours_is_held_resumed_and_sent_on(
    seat: Any, partner: Any, telephone: tuple[str, Path]
) -> None:
    call = seat.phone.dial(telephone[0])
    assert call
    seat.heard.until(msg.CallAnswered)
    seat.phone.hold(call)
    seat.heard.until(msg.CallMedia, lambda e: not e.active)
    seat.phone.talk_to(call)
    seat.heard.until(msg.CallMedia, lambda e: e.active)
    seat.heard.until(msg.CallStats, lambda e: e.silent_ms == 0)
    seat.phone.transfer(call, partner.uri)
    partner.answered()
    assert seat.heard.until(msg.CallTransferred).call_id == call
    assert seat.heard.until(msg.CallEnded).call_id == call
    partner.heard.until(msg.CallStats, lambda e: e.rx_packets > 20)


def test_who_is_sent_elsewhere_with_all_places_taken_keeps_the_call(
    seat: Any, partner: Any, raw: RawCaller
) -> None:
    """The library agrees, cannot call and tells nobody: an order to that call would abort it."""
    seat.phone.trust(TRUST)
    here, there = seat.connected(partner)
    for n in range(3):
        raw.invite(f"139045{n:05}")
        seat.heard.until(msg.CallRinging)
    partner.phone.transfer(there, "sip:elsewhere@127.0.0.1:9")
    new = seat.heard.until(msg.CallDialled, lambda e: e.transferred_from == here).call_id
    seat.phone.hang_up(new)
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.call_id, ended.ended_by) == (new, msg.EndedBy.PHONE)
    assert partner.heard.until(msg.TransferFailed).call_id == there
    seat.settle()
    assert seat.phone.calls[here].place is CallPlace.TALK


@pytest.fixture
def far_caller(tmp_path: Path, telephone: tuple[str, Path]) -> Iterator[Callable[[str], None]]:
    """A second baresip, which calls: it makes a call of its own of any REFER and knows no Replaces."""
    folder, (port,) = tmp_path / "far", free_ports(1)
    folder.mkdir()
    config = (tmp_path / "config").read_text()
    own = telephone[0].rpartition(":")[2]
    (folder / "config").write_text(config.replace(f"127.0.0.1:{own}", f"127.0.0.1:{port}"))
    (folder / "accounts").write_text(f"<sip:13904510001@127.0.0.1:{port}>;regint=0\n")
    (folder / "contacts").touch()
    started: list[subprocess.Popen[bytes]] = []

    def dial(uri: str) -> None:
        words = ["baresip", "-f", str(folder), "-e", f"/dial {uri}"]
        quiet = subprocess.DEVNULL
        started.append(subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet))

    yield dial
    for process in started:
        process.terminate()
        process.wait(10)


@pytest.mark.nightly
def test_who_knows_no_replaces_is_let_go_after_an_attended_transfer(
    seat: Any, far_caller: Callable[[str], None], telephone: tuple[str, Path]
) -> None:
    far_caller(seat.uri)
    here = seat.answered().call_id
    consult = seat.phone.dial(telephone[0])
    seat.heard.until(msg.CallAnswered, lambda e: e.call_id == consult)
    seat.phone.transfer_to(here, consult)
    assert seat.heard.until(msg.CallTransferred).call_id == here
    assert {seat.heard.until(msg.CallEnded).call_id for _ in range(2)} == {here, consult}
    assert not seat.phone.calls, "the operator is free"
