"""No hub at all: a real call is answered, recorded and written down, a crew sent by voice, the sheet saved.

When the hub is back everything is in its journal once, with the times it happened at and the mark of a voice.
"""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtPdf import QPdfDocument

from dispatch.kinds import CallResult, OrderStatus
from dispatch.words import Recording
from tests.e2e.conftest import HERE, Service

pytestmark = [pytest.mark.process, pytest.mark.peer, pytest.mark.usefixtures("qapp")]
NUMBER = "13904517788"
AWAY_S = 4.0
"""The hub is away at least this long after the crew was sent: nobody may take its return for the sending."""
SPOKEN_S_MAX = 2.5


@pytest.fixture
def caller(service: Service, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """One caller who talks until the seat hangs up, from a program that is not ours."""
    for program in ("sipp", "sox"):
        if shutil.which(program) is None:
            pytest.skip(f"not installed: {program}")
    service.machine("01")
    tone = tmp_path / "alaw.wav"
    made = [
        "sox",
        "-n",
        "-r",
        "8000",
        "-c",
        "1",
        "-e",
        "a-law",
        "-b",
        "8",
        tone,
        "synth",
        "20",
        "sine",
        "440",
    ]
    subprocess.run(made, check=True)
    scenario = (HERE / "quiet_caller.xml").read_text().replace("SPEECH", str(tone))
    (tmp_path / "caller.xml").write_text(scenario)
    (tmp_path / "numbers.csv").write_text(f"SEQUENTIAL\n{NUMBER};张三\n")
    started: list[subprocess.Popen[bytes]] = []

    def call() -> None:
        target = f"127.0.0.1:{service.sip_ports['01']}"
        words = ["-sf", "caller.xml", "-inf", "numbers.csv", "-s", "120", "-i", "127.0.0.1", "-m", "1"]
        quiet = subprocess.DEVNULL
        started.append(
            subprocess.Popen(
                ["sipp", target, *words, "-nostdin"], cwd=tmp_path, stdin=quiet, stdout=quiet, stderr=quiet
            )
        )

    yield call
    for process in started:
        process.kill()
        process.wait()


def test_a_call_taken_without_a_hub_is_entered_with_its_own_times(
    service: Service, caller: Callable[[], None]
) -> None:
    seat = service.seat("01")
    case = service.cases[3]
    service.hub.process.kill()
    service.hub.process.wait()
    seat.shows("banner", "已与中枢断开")

    caller()
    seat.row("calls.table", NUMBER, "振铃")
    rang = seat.screen.at
    seat.press("F3")
    seat.row("calls.table", NUMBER, "通话")
    seat.write("form.place", case.typed)
    seat.until("suggestions", lambda s: s.tables.get("form.place.suggestions"))
    seat.press("Return")
    seat.write("form.chief_complaint", "断网时的主诉")
    seat.press("Ctrl+1")
    seat.press("F4")
    seat.until("asked how the crew was told", lambda s: "reason.radio" in s.texts)
    seat.press("1")
    seat.press("Return")
    seat.shows("notice.text", "连通后自动补录")
    spoken = seat.screen.at
    place = seat.screen.texts["form.place"]
    seat.press("Ctrl+Shift+D")
    seat.shows("notice.text", "接警单已存为")
    check_sheet(service, NUMBER, place)
    seat.press("F10")
    seat.shows("form.call", "已挂机")
    assert not service.floor.missions, "nobody has decided anything"
    seat.until("time goes by", lambda s: s.at - spoken > AWAY_S)

    service.start_hub()
    mission = service.until("the mission", lambda: next(iter(service.floor.missions.values()), None))
    assert mission.manual
    assert mission.order_status is OrderStatus.ACCEPTED
    assert abs(mission.ordered_at / 1000 - spoken) < SPOKEN_S_MAX, "when it was spoken, not when it came"
    call = next(call for call in service.floor.calls.values() if call.number == NUMBER)
    assert abs(call.rang_at / 1000 - rang) < SPOKEN_S_MAX
    service.until("the recording", lambda: service.floor.calls[call.id].recordings)
    call = service.floor.calls[call.id]
    assert call.result is CallResult.TALKED
    check_recording(service, call.recordings[0])
    incident = service.floor.incidents[mission.incident_id]
    intake = service.floor.intakes[incident.intake_ids[0]]
    assert (intake.call_id, intake.form.chief_complaint) == (call.id, "断网时的主诉")
    assert intake.begun_at < mission.ordered_at < time.time() * 1000 - AWAY_S * 1000
    assert len(service.floor.missions) == len(incident.mission_ids) == 1
    seat.row("incidents.table", place, "补录")
    seat.hides("banner")


def check_sheet(service: Service, *words: str) -> None:
    """One page with these words, and the page of all that is open beside it."""
    folder = service.configs["01"].parent
    (sheet,) = folder.rglob("sheet-*.pdf")
    document = QPdfDocument()
    assert document.load(str(sheet)) is QPdfDocument.Error.None_
    assert document.pageCount() == 1
    said = document.getAllText(0).text()
    assert words[0] in said
    assert len(said) > 200
    assert list(folder.rglob("open-*.pdf")) or not service.floor.incidents


def check_recording(service: Service, recording: Recording) -> None:
    content = (Path(service.stage.config.recordings.dir) / recording.path).read_bytes()
    assert hashlib.sha256(content).hexdigest() == recording.sha256
