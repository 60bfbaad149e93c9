"""An export: recordings with the reason, a list of their SHA-256 and a seal over the list (Ed25519).

The list is sealed, the list holds the hashes: one byte changed anywhere is found by `proving`. The usual
`sha256sum -c SHA256SUMS` proves the recordings too, without any program of ours.
"""

import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from store.core.seals import SignKey
from telephony.archive.catalogue import HASH_BLOCK_BYTES
from telephony.archive.labels import ArchiveError, Label

SEAL_LABEL = b"lingsheng recording export\0"
ZIP = ".zip"
LIST, SEAL, SUMS = "list.json", "list.seal", "SHA256SUMS"
FILES_MAX = 10_000
REASON_CHARS_MIN = 2
FREE_BYTES_MIN = 500_000_000
"""Stays free for the calls that are recorded meanwhile: two hours of one."""
UNSAFE = re.compile(r"[^0-9A-Za-z_-]+")


class Item(Struct, frozen=True):
    """One recording of the export; `file` is its name in it."""

    file: str
    label: Label


class ExportList(Struct, frozen=True):
    """`by` and `reason` are part of what is sealed. `missing`: recordings that were not there."""

    export_id: str
    at_ms: int
    by: str
    reason: str
    signer: str
    public_key: str
    items: tuple[Item, ...]
    missing: tuple[str, ...] = ()


def hand_out(
    folders: Mapping[str, Path],
    labels: Sequence[Label],
    target: Path,
    key: SignKey,
    *,
    export_id: str,
    at_ms: int,
    by: str,
    reason: str,
) -> ExportList:
    """Write a folder, or a zip where `target` ends with .zip; it appears whole or not at all.

    `folders`: of each call, where its recording lies by its path.
    A recording whose hash is not the one it was closed with stops the export: that must be looked into first.
    Raises `ArchiveError`, also without a reason.
    """
    if len(reason.strip()) < REASON_CHARS_MIN or not by:
        raise ArchiveError("an export needs a reason and a person")
    if target.exists():
        raise ArchiveError(f"already there: {target}")
    if not 0 < len(labels) <= FILES_MAX:
        raise ArchiveError(f"{len(labels)} recordings")
    scratch = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        scratch.mkdir(parents=True)
        check_room(scratch, sum(label.bytes for label in labels) * (2 if target.suffix == ZIP else 1))
        items, missing = _copy(folders, labels, scratch)
        listed = ExportList(export_id, at_ms, by, reason, key.name, key.public, items, missing)
        _seal(scratch, listed, key)
        _place(scratch, target)
    except OSError as error:
        raise ArchiveError(f"export: {error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return listed


def check_room(folder: Path, octets: int) -> None:
    """Raises `ArchiveError` where so much more would leave too little for recording, and `OSError`."""
    free = shutil.disk_usage(folder).free
    if free - octets < FREE_BYTES_MIN:
        raise ArchiveError(f"磁盘将满 disk nearly full: {folder}, {free / 1e9:.1f} GB")


def file_sha256(path: Path, alive: Callable[[], object] = lambda: None) -> str:
    """`alive` is called while a long one is read. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(HASH_BLOCK_BYTES):
            digest.update(block)
            alive()
    return digest.hexdigest()


def _copy(
    folders: Mapping[str, Path], labels: Sequence[Label], scratch: Path
) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    items, missing = [], []
    for label in labels:
        source = folders[label.call_id] / label.path
        if not source.is_file():
            missing.append(label.path)
            continue
        name = _name(label)
        shutil.copyfile(source, scratch / name)
        if file_sha256(scratch / name) != label.sha256:
            raise ArchiveError(f"not as it was recorded: {label.path}")
        items.append(Item(name, label))
    if not items:
        raise ArchiveError("none of the recordings is there")
    return tuple(items), tuple(missing)


def _name(label: Label) -> str:
    """Sorts by time and says whose call it was."""
    number = UNSAFE.sub("", label.number) or "withheld"
    return f"{label.started_at_ms}-{number}-{label.call_id}.wav"


def _seal(scratch: Path, listed: ExportList, key: SignKey) -> None:
    content = msgspec.json.format(msgspec.json.encode(listed), indent=1)
    (scratch / LIST).write_bytes(content)
    (scratch / SEAL).write_text(key.sign(SEAL_LABEL, content).hex() + "\n")
    sums = "".join(f"{item.label.sha256}  {item.file}\n" for item in listed.items)
    (scratch / SUMS).write_text(sums)


def _place(scratch: Path, target: Path) -> None:
    if target.suffix != ZIP:
        scratch.rename(target)
        return
    packed = scratch / "packed"
    with zipfile.ZipFile(packed, "x", zipfile.ZIP_STORED) as archive:
        for file in sorted(f for f in scratch.iterdir() if f != packed):
            archive.write(file, file.name)
    packed.rename(target)
