"""A conference of a seat with two telephones that are not ours: what one of them hears, and the recording.

A baresip keeps what it hears until it is held once: only the one called last tells of the conference.
"""

import itertools
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from console.drill.ports import free_ports
from telephony import messages as msg
from telephony.settings import Voice
from tests.telephony.exchange import PEERS, needs, wait_until_it_answers
from tests.telephony.tones import CALLER_HZ, HOLD_HZ, HOSPITAL_HZ, OPERATOR_HZ, level_db, read

pytestmark = [pytest.mark.process, pytest.mark.peer, pytest.mark.nightly]
ALL_HZ = (OPERATOR_HZ, CALLER_HZ, HOSPITAL_HZ, HOLD_HZ)
PHASE_S, WINDOW_S = 1.5, 0.3
HEARD_DB = -20.0
END_S_MAX = 10.0
QUIET: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)


class Far(NamedTuple):
    """A baresip that answers: its address, its folder, its process."""

    uri: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """Only then is its file whole."""
        self.process.terminate()
        self.process.wait(END_S_MAX)

    def heard(self) -> list[frozenset[int]]:
        self.stop()
        (path,) = self.folder.glob("dump-*-dec.wav")
        return in_turn(path)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Callable[[str, int], Far]]:
    """Starts one by this name that says this tone."""
    needs("baresip", "sox")
    started: list[Far] = []

    def start(name: str, hz: int) -> Far:
        folder, port = tmp_path / name, free_ports(1)[0]
        folder.mkdir()
        spoken = folder / "spoken.wav"
        tone = ["synth", "60", "sine", str(hz), "gain", "-12"]
        subprocess.run(["sox", "-n", "-r", "8000", "-c", "1", "-b", "16", spoken, *tone], check=True)
        config = (PEERS / "baresip_ear.conf").read_text().replace("SIP_PORT", str(port))
        (folder / "config").write_text(config.replace("SPOKEN", str(spoken)).replace("FOLDER", str(folder)))
        uri = f"sip:{name}@127.0.0.1:{port}"
        (folder / "accounts").write_text(f"<{uri}>;regint=0;answermode=auto\n")
        (folder / "contacts").touch()
        started.append(Far(uri, folder, subprocess.Popen(["baresip", "-f", folder], **QUIET)))
        wait_until_it_answers(port)
        return started[-1]

    yield start
    for one in started:
        one.stop()


def in_turn(path: Path) -> list[frozenset[int]]:
    """The sets of tones as they follow each other, of two sides the left; silence and changes left out."""
    (samples, *_), rate_hz = read(path)
    size = round(WINDOW_S * rate_hz)
    windows = [samples[at : at + size] for at in range(0, len(samples) - size, size)]
    sets = [frozenset(hz for hz in ALL_HZ if level_db(w, hz, rate_hz) > HEARD_DB) for w in windows]
    steady = [one for one, after in itertools.pairwise(sets) if one == after and one]
    return [one for one, _ in itertools.groupby(steady)]


def test_two_telephones_that_are_not_ours_confer_with_the_seat(
    make_seat: Callable[..., Any], far: Callable[[str, int], Far]
) -> None:
    voices = {"microphone": Voice(tone_hz=OPERATOR_HZ), "hold_voice": Voice(tone_hz=HOLD_HZ)}
    seat, first, last = make_seat(**voices), far("caller", CALLER_HZ), far("hospital", HOSPITAL_HZ)
    ids = []
    for one in (first, last):
        ids.append(seat.phone.dial(one.uri))
        seat.heard.until(msg.CallAnswered, lambda e: e.call_id == ids[-1])
        seat.heard.meanwhile(PHASE_S)
    seat.phone.confer((ids[0],))
    seat.heard.meanwhile(PHASE_S)
    seat.phone.leave_conference()
    seat.heard.meanwhile(PHASE_S)
    for call_id in ids:
        seat.phone.hang_up(call_id)
    closed = {r.call_id: r for r in (seat.heard.until(msg.RecordingClosed) for _ in range(2))}
    assert first.heard() == [{OPERATOR_HZ}]
    assert last.heard() == [{OPERATOR_HZ}, {OPERATOR_HZ, CALLER_HZ}, {CALLER_HZ}]
    both = {CALLER_HZ, HOSPITAL_HZ}
    assert in_turn(seat.phone.recording_path(closed[ids[0]])) == [{CALLER_HZ}, both]
    assert in_turn(seat.phone.recording_path(closed[ids[1]])) == [{HOSPITAL_HZ}, both]
    assert not seat.heard.of(msg.PhoneFault) + seat.heard.of(msg.CommandRefused)
