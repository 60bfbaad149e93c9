"""Is an export as it was handed out? Proven offline, with the public key of who sealed it; reading only."""

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
from msgspec import Struct

from store.core.seals import is_signed
from telephony.archive.catalogue import HASH_BLOCK_BYTES
from telephony.archive.handing_out import LIST, SEAL, SEAL_LABEL, SUMS, ExportList
from telephony.archive.labels import ArchiveError

LIST_BYTES_MAX = 64 << 20

_lists = msgspec.json.Decoder(ExportList)


class Flaw(StrEnum):
    NO_LIST = "no_list"
    BAD_SEAL = "bad_seal"  # the list is not the one that was sealed, or by somebody else
    UNKNOWN_SIGNER = "unknown_signer"  # sealed all right, by a key we do not know
    MISSING = "missing"
    ALTERED = "altered"
    EXTRA = "extra"  # a file the list does not know


class Finding(Struct, frozen=True):
    flaw: Flaw
    file: str


class Proof(Struct, frozen=True):
    """`whole` only when every byte is as sealed and the signer is known. `listed` None: there is no list."""

    listed: ExportList | None
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> bool:
        return not self.findings


class _Source(Protocol):
    def names(self) -> list[str]: ...
    def open(self, name: str) -> BinaryIO: ...


def prove(path: Path, keys: Mapping[str, str]) -> Proof:
    """`keys`: public key (hex) by name of the signer. Raises `ArchiveError` where nothing can be read."""
    try:
        with _source(path) as source:
            return _prove(source, keys)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ArchiveError(f"{path}: {error}") from error


def _prove(source: _Source, keys: Mapping[str, str]) -> Proof:
    names = set(source.names())
    content, seal = _read(source, names, LIST), _read(source, names, SEAL)
    listed = _listed(content)
    if content is None or seal is None or listed is None:
        return Proof(None, (Finding(Flaw.NO_LIST, LIST),))
    findings = list(_seal_findings(listed, content, seal, keys))
    wanted = {item.file: item.label.sha256 for item in listed.items}
    for name, sha256 in wanted.items():
        if name not in names:
            findings.append(Finding(Flaw.MISSING, name))
        elif _sha256(source, name) != sha256:
            findings.append(Finding(Flaw.ALTERED, name))
    extra = names - set(wanted) - {LIST, SEAL, SUMS}
    findings += [Finding(Flaw.EXTRA, name) for name in sorted(extra)]
    return Proof(listed, tuple(findings))


def _seal_findings(
    listed: ExportList, content: bytes, seal: bytes, keys: Mapping[str, str]
) -> Iterator[Finding]:
    try:
        signature = bytes.fromhex(seal.decode("ascii").strip())
    except ValueError:
        signature = b""
    known = keys.get(listed.signer)
    if not is_signed(known or listed.public_key, SEAL_LABEL, signature, content):
        yield Finding(Flaw.BAD_SEAL, LIST)
    elif known is None:
        yield Finding(Flaw.UNKNOWN_SIGNER, listed.signer)


def _listed(content: bytes | None) -> ExportList | None:
    try:
        return None if content is None else _lists.decode(content)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _read(source: _Source, names: set[str], name: str) -> bytes | None:
    if name not in names:
        return None
    with source.open(name) as file:
        return file.read(LIST_BYTES_MAX)


def _sha256(source: _Source, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with source.open(name) as file:
            while block := file.read(HASH_BLOCK_BYTES):
                digest.update(block)
    except zipfile.BadZipFile:  # the zip's own check sum is wrong
        return ""
    return digest.hexdigest()


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> list[str]:
        return [file.name for file in self._path.iterdir()]

    def open(self, name: str) -> BinaryIO:
        return (self._path / name).open("rb")


class _Zip:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def names(self) -> list[str]:
        return self._archive.namelist()

    def open(self, name: str) -> BinaryIO:
        return self._archive.open(name)  # type: ignore[return-value]


@contextmanager
def _source(path: Path) -> Iterator[_Source]:
    if path.is_dir():
        yield _Folder(path)
        return
    with zipfile.ZipFile(path) as archive:
        yield _Zip(archive)
