"""`main.py recordings`: what is due is listed, deleted only when told to, never without knowing the holds."""

import argparse
import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from console import recordings_cli
from dispatch.archive_notes import ArchiveAct, NoteArchive
from dispatch.call_notes import NoteSupervision
from dispatch.kinds import Role, SupervisionMode
from dispatch.order import Order
from store import audit_cli
from store.config import Config, Recordings, Store
from store.db.audit_reader import Decided
from store.db.migrate import migrate
from store.exits import CannotStartError
from telephony.archive.catalogue import Catalogue
from telephony.archive.deletions import unnoted
from telephony.archive.labels import Label
from telephony.recording import stereo_header
from telephony.vault.vault import Vault

OLD_MS = 1_600_000_000_000  # 2020


@pytest.fixture
def config(tmp_path: Path) -> Config:
    catalogue = Catalogue(tmp_path / "recordings")
    told: tuple[dict[str, Any], ...] = ({}, {"call_class": "drill"}, {"incident_number": "01-20200913-0002"})
    for n, known in enumerate(told):
        call_id = f"{OLD_MS + n:012x}{n:020x}"
        path = f"2020-09-13/{call_id}.wav"
        (catalogue.folder / path).parent.mkdir(exist_ok=True)
        (catalogue.folder / path).write_bytes(stereo_header(0, 8_000))
        catalogue.note(Label(call_id, path, "0" * 64, OLD_MS + n, 0, 44, number=f"1390000000{n}", **known))
    catalogue.close()
    kept = Recordings(dir=str(tmp_path / "recordings"))
    return Config(store=Store(url=f"sqlite:///{tmp_path / 'hub.sqlite'}"), recordings=kept)


def run(config: Config, *words: str) -> int:
    parser = argparse.ArgumentParser()
    recordings_cli.add_arguments(parser)
    return recordings_cli.run(parser.parse_args(words), config)


def test_a_dry_run_first_then_the_deed(config, capsys, tmp_path):
    assert run(config, "expire", "--delete") == 0
    said = capsys.readouterr().out
    assert "本机没有数据库" in said
    assert "到期 due: 0 段" in said
    migrate(config.store.url)
    (tmp_path / "recordings" / "holds.json").write_text('{"incidents":{"01-20200913-0002":"投诉 118"}}')
    assert run(config, "expire") == 0
    said = capsys.readouterr().out
    assert "到期 due: 2 段" in said
    assert "按指令留存 on hold 投诉 118" in said
    assert "未删除" in said
    assert run(config, "search") == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert run(config, "expire", "--delete") == 0
    assert "已删除 deleted: 2" in capsys.readouterr().out
    assert run(config, "search", "--number", "0002") == 0
    assert "01-20200913-0002" in capsys.readouterr().out
    (deletion,) = unnoted(tmp_path / "recordings")
    assert len(deletion.items) == 2


def test_the_vault_is_searched_and_expires_too(config, capsys, tmp_path):
    vault = tmp_path / "vault"
    with pytest.raises(CannotStartError, match="vault"):
        run(config, "vault")
    vault.mkdir()
    own = tmp_path / "recordings"
    config = replace(config, recordings=replace(config.recordings, vault=str(vault)))
    migrate(config.store.url)
    with pytest.raises(CannotStartError, match="not mounted"):
        run(config, "search", "--vault")
    assert run(config, "expire", "--delete") == 0
    assert "到期 due: 0 段" in capsys.readouterr().out, "what its holds.json holds is not known"
    with pytest.raises(CannotStartError, match="not a mount"):
        run(config, "vault")
    assert run(config, "vault", "--here") == 0
    other = Catalogue(tmp_path / "seat-02")
    call_id = f"{OLD_MS:012x}{9:020x}"
    octets = stereo_header(0, 8_000)
    (other.folder / "2020-09-13").mkdir()
    (other.folder / f"2020-09-13/{call_id}.wav").write_bytes(octets)
    digest = hashlib.sha256(octets).hexdigest()
    other.note(Label(call_id, f"2020-09-13/{call_id}.wav", digest, OLD_MS, 0, 44, number="13900000009"))
    other.close()
    theirs = Vault(other.folder, vault)
    theirs.put(*theirs.waiting()[0])
    theirs.close()
    capsys.readouterr()
    assert run(config, "search", "--vault") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "13900000009" in line
    (vault / "holds.json").write_text(f'{{"calls":{{"{call_id}":"投诉 118"}}}}')
    assert run(config, "expire", "--vault", "--delete") == 0
    assert "按指令留存 on hold 投诉 118" in capsys.readouterr().out
    (vault / "holds.json").unlink()
    assert run(config, "expire", "--vault", "--delete") == 0
    assert "已删除 deleted: 1" in capsys.readouterr().out
    (deletion,) = unnoted(own)
    assert [item.call_id for item in deletion.items] == [call_id]
    assert unnoted(vault) == (deletion,), "no seat puts it in again"
    assert sorted(path.name for path in vault.iterdir()) == ["deleted", "lingsheng-vault"]
    assert run(config, "search", "--vault") == 0
    assert len(list(own.glob("*/*.wav"))) == 3, "nothing of this machine went"
    (own / "vault.sqlite").unlink()
    (own / "vault.sqlite").mkdir()
    with pytest.raises(CannotStartError, match="catalogue"):
        run(config, "search", "--vault")


def test_the_hub_writes_what_must_stay(config, capsys, tmp_path):
    migrate(config.store.url)
    assert run(config, "holds") == 0
    holds = tmp_path / "from-hub.json"
    holds.write_text(capsys.readouterr().out)
    assert run(config, "expire", "--holds", str(holds)) == 0
    assert "到期 due: 3 段" in capsys.readouterr().out
    with pytest.raises(CannotStartError):
        run(config, "expire", "--holds", str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("note", "words"),
    [
        (
            NoteArchive("n1", ArchiveAct.HANDED_OUT, ("c1", "c2"), "投诉处理"),
            "handed_out n1 (2 × c1…) 投诉处理",
        ),
        (NoteArchive("n1", ArchiveAct.LISTENED, ("c1",)), "listened n1 (1 × c1…)"),
        (
            NoteSupervision("m1", "c1", SupervisionMode.RELEASE, "8100", "王芳", reason="恶意占线"),
            "release c1 (8100 王芳) 恶意占线",
        ),
        (NoteSupervision("", "c1", refused="wrong signature"), "- c1 (-) wrong signature"),
    ],
)
def test_what_was_done_with_calls_is_a_line_of_the_audit(note, words):
    order = Order("x", note, 1, "seat-01", frozenset({Role.SHIFT_LEADER}))
    encoded = msgspec.msgpack.encode(order)
    decided = Decided(1, "x", type(note).__name__, "0900", "01", "seat-01", "01", 5, b"", encoded)
    assert audit_cli._note(decided) == words
