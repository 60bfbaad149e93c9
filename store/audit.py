"""Proves a store offline: the chain, the signed ends, the verdicts; names the first row that was altered.

Works on the store of a hub or a relay, and on an exported file, without any process running.
"""

import contextlib
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from store.bus.keys import KeyFileError, own_sign_key
from store.bus.roster import RosterError, read_roster
from store.config import Config
from store.core.audit import Chain, Fault, RefusalChain, Row, SignedHead, first_fault, is_head_good
from store.core.journal import Head
from store.core.roster import sign_keys
from store.core.wire import Entry
from store.db.audit_reader import AuditReader, UnreadableRowError
from store.db.engine import place_of
from store.db.rows import REFUSAL_KEPT_MS
from store.db.tables import CITY
from store.head_file import read_heads

FAULTS_SHOWN = 20

_entries = msgspec.msgpack.Decoder(Entry)


class ExportError(Exception):
    """The file is no export of a journal."""


class _Start(Struct, frozen=True):
    seq: int
    hlc: int
    hash: bytes


_starts = msgspec.msgpack.Decoder(_Start)


class Proof(Struct):
    """What was proven. `heads` counts signed ends that fit, `unknown` those nobody enrolled has signed.

    `given_up`: of rows people gave up in a rejoin, kept beside the journal; `before`: of rows
    before the first one here, about which nothing can be said; `damaged`: lines of the
    files that are no signed end.
    """

    start: Head
    end: Head
    heads: int = 0
    unknown: int = 0
    given_up: int = 0
    before: int = 0
    damaged: int = 0
    verdicts: bool = False
    refusals: int = 0
    elsewhere: int = 0
    """Signed ends of other stores this site led from: their refusals are in no chain here."""
    faults: list[Fault] = []


def prove_store(url: str, heads_dir: Path, keys: dict[str, str], now_ms: int) -> Proof:
    """Chains, signed ends in `heads_dir` and verdicts of a store at `now_ms`. Raises StoreError."""
    reader = AuditReader(url)
    try:
        start = reader.start()
        chain = Chain(start, CITY)
        try:
            fault = first_fault(reader.rows(start.seq), chain)
        except UnreadableRowError as error:
            fault = Fault(error.seq, "altered", detail="cannot be read")
        early = reader.before(start.seq)
        if fault is None and early is not None:
            fault = Fault(early, "inserted")
        proof = Proof(start, chain.head, faults=[fault] if fault else [])
        heads, proof.damaged = read_heads(heads_dir)
        _prove_heads(proof, heads, keys, reader)
        good = [head for head in heads if is_head_good(head, keys.get(head.signer, ""))]
        _prove_refusals(proof, good, place_of(url), reader, now_ms)
        if fault is None:
            proof.verdicts = True
            proof.faults += itertools.islice(reader.verdict_faults(), FAULTS_SHOWN)
    finally:
        reader.close()
    return proof


def _prove_heads(
    proof: Proof, heads: Iterable[SignedHead], keys: dict[str, str], reader: AuditReader
) -> None:
    """Every signed end has to be a row of this journal, or one that people gave up in a rejoin."""
    for head in heads:
        public = keys.get(head.signer)
        if public is None:
            proof.unknown += 1
        elif not is_head_good(head, public):
            proof.faults.append(Fault(head.seq, "bad_signature", head.at, "", head.signer))
        elif head.seq < proof.start.seq:
            proof.before += 1
        else:
            signed = bytes.fromhex(head.hash)
            found = proof.start.hash if head.seq == proof.start.seq else reader.hash_at(head.seq)
            if found == signed:
                proof.heads += 1
            elif reader.is_abandoned(signed):
                proof.given_up += 1
            elif found is not None:
                proof.faults.append(Fault(head.seq, "resigned", head.at, "", head.signer))
            elif not proof.faults:
                proof.faults.append(Fault(proof.end.seq + 1, "cut_off", head.at, "", f"… {head.seq}"))


def _prove_refusals(
    proof: Proof, heads: Iterable[SignedHead], place: str, reader: AuditReader, now_ms: int
) -> None:
    """The chain of refusals, the signed ends that name one, and what seats were told."""
    chain, terms = RefusalChain(), set()
    try:
        with contextlib.closing(reader.links()) as links:
            for link in links:
                fault = chain.take(link)
                if fault is not None:
                    proof.faults.append(fault)
                    return
                if link.number:
                    proof.refusals += 1
                    terms.add((link.refused.term, link.refused.term_site))
    except UnreadableRowError:
        proof.faults.append(Fault(chain.mark.number + 1, "refusal_altered", detail="cannot be read"))
        return
    for head in heads:
        if head.store and head.store != chain.store and head.place != place:
            proof.elsewhere += 1
        elif head.refused:
            # who signed before stores had ids said only the term
            own = bool(head.store) or (head.epoch.term, head.epoch.site) in terms
            fault = _refusal_fault(head, chain, reader.refused_hash(head.refused), now_ms, own=own)
            if fault is not None:
                proof.faults.append(fault)
                return
    with contextlib.closing(reader.refusal_faults(now_ms - REFUSAL_KEPT_MS)) as faults:
        proof.faults += itertools.islice(faults, FAULTS_SHOWN)


def _refusal_fault(
    head: SignedHead, chain: RefusalChain, found: bytes | None, now_ms: int, *, own: bool
) -> Fault | None:
    """A signed end against this chain. `found`: the hash there of the refusal it names; `None`: it is gone.

    `own`: it was signed of this very store.
    """
    first = chain.first.number if chain.first else chain.mark.number + 1
    if head.refused > chain.mark.number:
        return Fault(chain.mark.number + 1, "refusal_cut_off", head.at)
    if found is None and first > head.refused + 1 and head.at > now_ms - REFUSAL_KEPT_MS:
        return Fault(head.refused + 1, "refusal_missing", head.at)
    if found is not None and found.hex() != head.refused_hash and own:
        return Fault(head.refused, "refusal_resigned", head.at, "", head.signer)
    return None


def known_signers(config: Config) -> dict[str, str]:
    """Sign keys by name: of everybody enrolled, and of the hub of this folder."""
    folder = Path(config.keys.dir)
    try:
        keys = sign_keys(read_roster(folder / "roster.json"))
    except RosterError:
        keys = {}
    for path in folder.glob("*.sign"):
        try:
            keys.setdefault(path.stem, own_sign_key(folder, path.stem).public)
        except KeyFileError:
            continue
    return keys


# --- export --------------------------------------------------------------------------------------------


def export(url: str, file: Path) -> int:
    """The whole journal as one file, to be kept elsewhere; how many rows. Raises StoreError, OSError."""
    reader = AuditReader(url)
    count = 0
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(file, flags, 0o600), "wb") as stream:  # calls and patients are in it
            start = reader.start()
            stream.write(_framed(msgspec.msgpack.encode(_Start(start.seq, start.hlc, start.hash))))
            for row in reader.rows(start.seq):
                stream.write(_framed(msgspec.msgpack.encode(row.entry)))
                count += 1
    finally:
        reader.close()
    return count


def prove_export(file: Path) -> Proof:
    """The chain of an exported journal; no signed end. Raises ExportError, OSError."""
    frames = _frames(file)
    try:
        begin = _starts.decode(next(frames))
        start = Head(begin.seq, begin.hlc, begin.hash)
        chain = Chain(start)
        fault = first_fault(_rows(frames, start), chain)
    except (msgspec.MsgspecError, RecursionError, StopIteration) as error:
        raise ExportError(f"{file}: {error}") from error
    return Proof(start, chain.head, faults=[fault] if fault else [])


def _rows(frames: Iterable[bytes], start: Head) -> Iterator[Row]:
    previous = start.hash
    for frame in frames:
        entry = _entries.decode(frame)
        yield Row(entry, previous, CITY)
        previous = entry.hash


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _frames(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while size := stream.read(4):
            content = stream.read(int.from_bytes(size, "big"))
            if len(size) < 4 or len(content) < int.from_bytes(size, "big"):
                raise ExportError(f"{file}: cut short")
            yield content
