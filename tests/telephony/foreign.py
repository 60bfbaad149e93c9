"""Telephones that nobody here wrote: sipp calls or answers, agrees to hold and resume, and takes our BYE.

Only the sound is ours (`tests.telephony.ear`): it comes to and from where the session descriptions say.
"""

import contextlib
import subprocess
from pathlib import Path
from typing import Any

from console.drill.ports import free_ports
from tests.telephony.ear import Ear
from tests.telephony.exchange import PEERS

END_S_MAX = 10.0
TALK = PEERS / "ear_talk.part"
QUIET: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)


class Foreign:
    """One of them: its address, its sound, its sipp; `folder` has what sipp noted."""

    def __init__(self, folder: Path, port: int, ear: Ear, process: "subprocess.Popen[bytes]") -> None:
        self.uri, self.ear = f"sip:far@127.0.0.1:{port}", ear
        self._folder, self._process = folder, process

    def finish(self) -> list[str]:
        """How the phone wanted its sound, from first to last. All of the signalling went as it must."""
        assert self._process.wait(END_S_MAX) == 0, f"see errors.log in {self._folder}"
        told = [line.split() for line in (self._folder / "told.log").read_text().splitlines()]
        assert {int(words[1]) for words in told} >= self.ear.came_from, "its sound comes from where it said"
        return [words[2] for words in told]

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class Abroad:
    """Makes them, and stops them at its end."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._ending = folder, contextlib.ExitStack()

    def __enter__(self) -> "Abroad":
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def calls(
        self,
        seat_port: int,
        says_hz: int,
        *headers: str,
        when_held: str = "recvonly",
        talk_ms: int = 0,
        goodbye: str = "",
        holding: str = "",
        hold_ms: int = 0,
    ) -> Foreign:
        """It calls the seat. `headers`: of its INVITE. `when_held`: what it answers to a hold.

        `talk_ms`: after so long without a word of SIP it hangs up, with the header `goodbye`; 0: never. Where
        `holding` says how, it holds the seat instead, for `hold_ms`.
        """
        words = {"AT_LAST": (PEERS / ("ear_holds.part" if holding else "ear_bye.part")).read_text()}
        words |= {"HOLDING": holding, "HELD_MS": str(hold_ms), "WHEN_HELD": when_held}
        words |= {"UNTIL": f'timeout="{talk_ms}" ontimeout="3"' if talk_ms else ""}
        words |= {"MORE_HEADERS": _lines(*headers), "BYE_HEADERS": _lines(goodbye)}
        return self._start("ear_calls.xml", [f"127.0.0.1:{seat_port}", "-s", "120"], says_hz, words)

    def answers(self, says_hz: int, *headers: str, early_ms: int = 0) -> Foreign:
        """It waits to be called. `headers`: of its answers. `early_ms`: it sounds so long before them."""
        early = (PEERS / "ear_early.part").read_text() if early_ms else ""
        words = {"IN_EARLY": early, "EARLY_MS": str(early_ms), "UNTIL": "", "WHEN_HELD": "recvonly"}
        words["MORE_HEADERS"] = _lines(*headers)
        return self._start("ear_answers.xml", [], says_hz, words)

    def _start(self, scenario: str, whom: list[str], says_hz: int, words: dict[str, str]) -> Foreign:
        port = free_ports(1)[0]
        folder = self._folder / f"sipp-{port}"
        folder.mkdir()
        ear = self._ending.enter_context(Ear(says_hz, folder / "told.log"))
        text = (PEERS / scenario).read_text()
        for word, value in {"IN_TALK": TALK.read_text(), **words, "RTP_PORT": str(ear.port)}.items():
            text = text.replace(word, value)
        (folder / "scenario.xml").write_text(text)
        options = ["-sf", "scenario.xml", "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin"]
        notes = ["-trace_logs", "-log_file", "told.log", "-trace_err", "-error_file", "errors.log"]
        process = subprocess.Popen(["sipp", *whom, *options, *notes], cwd=folder, **QUIET)
        made = Foreign(folder, port, ear, process)
        self._ending.callback(made.stop)
        return made


def _lines(*headers: str) -> str:
    """To follow a header of the scenario."""
    return "".join(f"\n    {header}" for header in headers if header)
