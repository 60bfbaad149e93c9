"""A recording as the telephone leaves it, for tests of what happens to it afterwards."""

import hashlib
from pathlib import Path
from typing import Any

from telephony.archive.labels import Label
from telephony.recording import stereo_header

NOON_MS = 1_795_305_600_000
RATE_HZ = 8_000


def record(folder: Path, n: int, **known: Any) -> Label:
    """A one-second recording with its label."""
    born_ms = NOON_MS + n * 1000
    call_id = f"{born_ms:012x}{n:020x}"
    path = f"2026-11-22/{call_id}.wav"
    octets = stereo_header(RATE_HZ, RATE_HZ) + bytes([n, 1]) * (2 * RATE_HZ)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(octets)
    facts = {"number": f"1390451000{n}", "seat": "01", "site": "01", **known}
    return Label(call_id, path, hashlib.sha256(octets).hexdigest(), born_ms, 1000, len(octets), **facts)
