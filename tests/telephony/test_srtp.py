"""Encrypted audio (RFC 4568) with a telephone that is not ours: off, optional, mandatory on either side."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.settings import Srtp
from tests.telephony.exchange import PEERS, needs, wait_until_it_answers
from tests.telephony.likeness import channels

pytestmark = [pytest.mark.peer, pytest.mark.process]
TELEPHONE_HZ, OPERATOR_HZ = 440, 700
NOT_ACCEPTABLE = 488
END_S_MAX = 10.0


@pytest.fixture
def telephone(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts a baresip that answers; its address. The argument is its account's `mediaenc`, "" for plain."""
    needs("baresip", "sox")
    running: list[subprocess.Popen[bytes]] = []

    def start(encryption: str) -> str:
        port = free_ports(1)[0]
        config = (PEERS / "baresip_srtp.conf").read_text().replace("SIP_PORT", str(port))
        spoken = tmp_path / "spoken.wav"
        tone = ["synth", "10", "sine", str(TELEPHONE_HZ)]
        subprocess.run(["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", spoken, *tone], check=True)
        config = config.replace("SPOKEN", str(spoken)).replace("HEARD", str(tmp_path / "heard.wav"))
        (tmp_path / "config").write_text(config)
        (tmp_path / "contacts").touch()
        uri = f"sip:hospital@127.0.0.1:{port}"
        wish = f";mediaenc={encryption}" if encryption else ""
        (tmp_path / "accounts").write_text(f"<{uri}>;regint=0;answermode=auto{wish}\n")
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running.append(subprocess.Popen(["baresip", "-f", tmp_path], **quiet))  # type: ignore[call-overload]
        wait_until_it_answers(port)
        return uri

    yield start
    for process in running:
        process.terminate()
        process.wait(END_S_MAX)


def loudest_hz(samples: Any, rate_hz: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate_hz / len(samples))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Srtp.MANDATORY, "srtp-mand"),
        pytest.param(Srtp.OPTIONAL, "", marks=pytest.mark.nightly),
        pytest.param(Srtp.OPTIONAL, "srtp", marks=pytest.mark.nightly),
    ],
)
def test_both_hear_each_other(make_seat: Any, telephone: Any, ours: Srtp, theirs: str) -> None:
    uri, seat = telephone(theirs), make_seat(srtp=ours)
    call_id = seat.phone.dial(uri)
    seat.heard.until(msg.CallAnswered)
    seat.heard.until(msg.CallStats, lambda s: s.rx_packets > 60)
    seat.phone.hang_up(call_id)
    left, right, rate_hz = channels(seat.phone.recording_path(seat.heard.until(msg.RecordingClosed)))
    assert abs(loudest_hz(left, rate_hz) - TELEPHONE_HZ) < 3
    assert abs(loudest_hz(right, rate_hz) - OPERATOR_HZ) < 3


@pytest.mark.nightly
@pytest.mark.parametrize(("ours", "theirs"), [(Srtp.MANDATORY, ""), (Srtp.OFF, "srtp-mand")])
def test_without_agreement_there_is_no_call(make_seat: Any, telephone: Any, ours: Srtp, theirs: str) -> None:
    uri, seat = telephone(theirs), make_seat(srtp=ours)
    seat.phone.dial(uri)
    ended = seat.heard.until(msg.CallEnded)
    assert (ended.sip_code, ended.answered) == (NOT_ACCEPTABLE, False)
