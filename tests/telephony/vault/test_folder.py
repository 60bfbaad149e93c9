"""The mounted folder: its mark, proven copies, and whose clock counts."""

from pathlib import Path

import pytest

from telephony.archive.labels import ArchiveError
from telephony.vault.folder import MARK, SETTLED_NS, copy, found_vault, is_settled, vault_id


def test_a_folder_where_nothing_is_mounted_becomes_no_vault_by_mistake(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="--here"):
        found_vault(tmp_path)
    assert vault_id(tmp_path) == ""
    found_vault(tmp_path, here=True)
    first = vault_id(tmp_path)
    found_vault(tmp_path, here=True)
    assert vault_id(tmp_path) == first != "", "made once for the whole city"
    assert [one.name for one in tmp_path.iterdir()] == [MARK]
    assert vault_id(tmp_path / "nowhere") == ""


def test_what_landed_is_what_counts(tmp_path: Path) -> None:
    target = tmp_path / "there.wav"
    blocks = [b"a" * 100_000, b"b" * 100_000]
    scratch = tmp_path / ".there.wav.part"

    def spoil() -> None:
        with scratch.open("r+b") as landed:
            landed.write(b"x")

    with pytest.raises(OSError, match="not what was written"):
        copy(blocks, target, spoil, mode=0o640)
    assert not copy(blocks, target, lambda: None, mode=0o640, expected="0" * 64)
    assert list(tmp_path.iterdir()) == []
    assert copy(blocks, target, lambda: None, mode=0o640)
    assert target.read_bytes() == b"".join(blocks)


def test_settled_by_the_clock_of_its_server(tmp_path: Path) -> None:
    (tmp_path / "now").touch()
    now_ns = (tmp_path / "now").stat().st_mtime_ns
    assert not is_settled(tmp_path, now_ns)
    assert is_settled(tmp_path, now_ns - SETTLED_NS - 1)
    assert not is_settled(tmp_path / "nowhere", 0), "nobody can say: once more"
    assert [one.name for one in tmp_path.iterdir()] == ["now"]
