"""The sound devices a person chose at this machine, in a small file beside its outbox.

The window never waits for the disk: one thread of its own writes, the newest choice last.
"""

import contextlib
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from telephony.settings import HeadsetSettings

log = logging.getLogger(__name__)


class Chosen(Struct, frozen=True):
    """What people choose in the window; hook keys are the technician's and stay in the configuration."""

    ear: str = ""
    mouth: str = ""
    speaker: str = ""
    ring_percent: int = 80
    hands_free: bool = False


_choices = msgspec.json.Decoder(Chosen)


class HeadsetFile:
    """`path` need not be there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = ThreadPoolExecutor(1, "headset-file")

    def over(self, settings: HeadsetSettings | None) -> HeadsetSettings | None:
        """The settings of the configuration with what was chosen last laid over them."""
        if settings is None:
            return None
        try:
            chosen = _choices.decode(self._path.read_bytes())
        except (OSError, msgspec.MsgspecError):
            return settings
        return replace(settings, **msgspec.structs.asdict(chosen))

    def keep(self, settings: HeadsetSettings) -> None:
        """Returns at once."""
        names = Chosen.__struct_fields__
        chosen = Chosen(**{name: getattr(settings, name) for name in names})
        with contextlib.suppress(RuntimeError):  # the window is closing
            self._writer.submit(self._write, chosen)

    def stop(self) -> None:
        """What was chosen last is on disk."""
        self._writer.shutdown()

    def _write(self, chosen: Chosen) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_bytes(msgspec.json.encode(chosen))
            fresh.replace(self._path)
        except OSError as error:
            log.warning("the choice of the headset is not kept: %s", error)
