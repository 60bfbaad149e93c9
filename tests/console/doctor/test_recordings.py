"""Checks of recordings and prompts against real folders."""

import wave
from pathlib import Path

from console.doctor import recordings
from console.doctor.finding import Level
from store.config import Config, Recordings, Store
from telephony.archive.deletions import FOLDER
from telephony.prompts.making import missing
from telephony.vault.folder import MARK, found_vault


def config(folder: Path, own: str = "") -> Config:
    kept = Recordings(dir=str(folder / "recordings"), prompts_dir=own)
    return Config(store=Store(dir=str(folder)), recordings=kept)


def a_prompt(file: Path, channels: int = 1) -> None:
    with wave.open(str(file), "wb") as out:
        out.setparams((channels, 2, 8_000, 0, "NONE", ""))
        out.writeframes(bytes([0, 40]) * 8_000 * channels)


def test_no_prompts_is_said_and_all_of_them_are_fine(tmp_path: Path) -> None:
    found = recordings.prompts(config(tmp_path))
    assert (found.level, "make" in found.do_zh) == (Level.WARN, True)
    made = tmp_path / "prompts"
    made.mkdir()
    for name in missing(made):
        a_prompt(made / name)
    assert recordings.prompts(config(tmp_path)).level is Level.OK
    own = tmp_path / "own"
    own.mkdir()
    assert recordings.prompts(config(tmp_path, str(own))).level is Level.OK
    a_prompt(own / "hodl.zh.wav")
    a_prompt(own / "hold.zh.wav", channels=2)
    found = recordings.prompts(config(tmp_path, str(own)))
    assert found.level is Level.WARN
    assert "hold.zh.wav" in found.zh
    assert "hodl.zh.wav" in found.zh


def test_a_deletion_nobody_noted_is_said(tmp_path: Path) -> None:
    assert recordings.recordings(config(tmp_path)).level is Level.OK
    (tmp_path / "recordings" / FOLDER).mkdir(parents=True)
    run = '{"run_id":"%s","at_ms":1,"by":"root","items":[]}' % ("a" * 32)
    (tmp_path / "recordings" / FOLDER / f"{'a' * 32}.json").write_text(run)
    assert recordings.recordings(config(tmp_path)).level is Level.WARN


def test_a_vault_that_is_not_mounted_is_said(tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    kept = Config(recordings=Recordings(dir=str(tmp_path / "recordings"), vault=str(vault)))
    found = recordings.recordings(kept)
    assert (found.level, str(vault) in found.zh) == (Level.WARN, True)
    assert found.do_zh.startswith("先挂载"), "the mark alone would make a vault of the seat's own disk"
    vault.mkdir()
    assert recordings.recordings(kept).level is Level.WARN
    found_vault(vault, here=True)
    assert recordings.recordings(kept).level is Level.OK
    (vault / MARK).unlink()
    (vault / MARK).mkdir()  # an error for whoever reads it
    found = recordings.recordings(kept)
    assert (found.level, "directory" in found.en) == (Level.WARN, True)
