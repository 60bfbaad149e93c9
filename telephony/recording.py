"""From two growing one-sided WAV files to one closed, hashed stereo recording; pure file work, no library.

While a call lasts its two legs grow under `unfinished/<sip port>/`. Closing them and repairing what a crash
left behind is the same work: the samples after the fixed 44-byte header are good in both cases, the lengths
in it (zero after a crash) are never trusted. A finished file appears by one rename, after fsync.
"""

import hashlib
import os
import re
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import BinaryIO, NamedTuple

WAV_HEADER_BYTES = 44
SAMPLE_BYTES = 2
BLOCK_SAMPLES = 16_000
DAY_ZONE = timezone(timedelta(hours=8))
LEGS = ("caller", "operator")
LEG_NAME = re.compile(r"([0-9a-f]{32})\.([1-9][0-9]{3,5})\.([0-9]{1,14})\.(?:caller|operator)\.wav")


class Unfinished(NamedTuple):
    """The two legs of one call; the names carry all that is needed to finish it after a crash."""

    folder: Path
    call_id: str
    rate_hz: int
    started_at_ms: int

    def leg(self, name: str) -> Path:
        return self.folder / f"{self.call_id}.{self.rate_hz}.{self.started_at_ms}.{name}.wav"


class Finished(NamedTuple):
    """One closed recording; `path` is relative to the recordings folder."""

    path: str
    sha256: str
    duration_ms: int
    bytes: int


def unfinished_in(folder: Path) -> list[Unfinished]:
    """What a phone that died left in its folder; files that are not ours are left alone."""
    found = set()
    for path in folder.glob("*.*.*.*.wav"):
        match = LEG_NAME.fullmatch(path.name)
        if match is not None:
            found.add(Unfinished(folder, match[1], int(match[2]), int(match[3])))
    return sorted(found, key=lambda u: u.started_at_ms)


def finish(recordings: Path, unfinished: Unfinished) -> Finished:
    """Make the stereo file (left caller, right operator). Raises `OSError`.

    The legs stay until `discard`: doing it twice gives the same file, so a crash before somebody knows of it
    costs nothing.
    """
    day = datetime.fromtimestamp(unfinished.started_at_ms / 1000, UTC).astimezone(DAY_ZONE)
    relative = Path(f"{day:%Y-%m-%d}") / f"{unfinished.call_id}.wav"
    target = recordings / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_suffix(".wav.part")
    legs = [unfinished.leg(name) for name in LEGS]
    samples = max(_sample_count(leg) for leg in legs)
    digest = hashlib.sha256()
    with scratch.open("wb") as out:
        for piece in _stereo_pieces(legs, samples, unfinished.rate_hz):
            digest.update(piece)
            out.write(piece)
        size = out.tell()
        out.flush()
        os.fsync(out.fileno())
    scratch.rename(target)
    _sync_folder(target.parent)
    return Finished(str(relative), digest.hexdigest(), samples * 1000 // unfinished.rate_hz, size)


def discard(unfinished: Unfinished) -> None:
    """Remove the legs of a finished recording. Raises `OSError`."""
    for name in LEGS:
        unfinished.leg(name).unlink(missing_ok=True)


def stereo_header(samples: int, rate_hz: int) -> bytes:
    """RIFF/WAVE header of 16-bit stereo PCM."""
    size = samples * SAMPLE_BYTES * 2
    frame = SAMPLE_BYTES * 2
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", size + WAV_HEADER_BYTES - 8, b"WAVE", b"fmt ", 16, 1, 2),
        *(rate_hz, rate_hz * frame, frame, SAMPLE_BYTES * 8, b"data", size),
    )


def interleave(left: bytes, right: bytes) -> bytes:
    """Two equally long 16-bit mono blocks as one stereo block."""
    stereo = bytearray(len(left) * 2)
    stereo[0::4], stereo[1::4] = left[0::2], left[1::2]
    stereo[2::4], stereo[3::4] = right[0::2], right[1::2]
    return bytes(stereo)


def is_closed(leg: Path) -> bool:
    """True when the library has written the final length (at byte 40): it does so last, on its own thread."""
    try:
        with leg.open("rb") as file:
            header = file.read(WAV_HEADER_BYTES)
    except FileNotFoundError:
        return False
    if len(header) < WAV_HEADER_BYTES:
        return False
    return bool(header[40:] == struct.pack("<I", leg.stat().st_size - WAV_HEADER_BYTES))


def _stereo_pieces(legs: list[Path], samples: int, rate_hz: int) -> Iterator[bytes]:
    yield stereo_header(samples, rate_hz)
    files = [_open_samples(leg) for leg in legs]
    try:
        for start in range(0, samples, BLOCK_SAMPLES):
            size = min(BLOCK_SAMPLES, samples - start) * SAMPLE_BYTES
            left, right = (_read_padded(file, size) for file in files)
            yield interleave(left, right)
    finally:
        for file in files:
            if file is not None:
                file.close()


def _open_samples(leg: Path) -> BinaryIO | None:
    """`None` for a leg that was never written: it counts as silence."""
    try:
        file = leg.open("rb")
    except FileNotFoundError:
        return None
    file.seek(WAV_HEADER_BYTES)
    return file


def _read_padded(file: BinaryIO | None, size: int) -> bytes:
    block = b"" if file is None else file.read(size)
    return block[: len(block) // SAMPLE_BYTES * SAMPLE_BYTES].ljust(size, b"\0")


def _sample_count(leg: Path) -> int:
    try:
        return max(0, leg.stat().st_size - WAV_HEADER_BYTES) // SAMPLE_BYTES
    except FileNotFoundError:
        return 0


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
