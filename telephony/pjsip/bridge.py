"""Makes the library's conference bridge look like `telephony.routing` wants it. Nobody else connects calls.

A call's port may be rebuilt at any re-INVITE, in the same slot or in another, and a freed slot may become
somebody else's: what was made is remembered with its slots, and only what is surely still there is undone.
"""

import contextlib
from collections.abc import Callable, Container
from typing import NamedTuple

import pjsua2 as pj

from telephony.routing import Kind, Port, Wiring

Media = Callable[[Port], pj.AudioMedia | None]
PLAYED = frozenset({Kind.HOLD, Kind.PROMPT, Kind.METRONOME})


class Made(NamedTuple):
    """A connection of the bridge: the slots it was made between. `player`: what plays there, else `None`."""

    source: int
    sink: int
    level: float
    player: pj.AudioMedia | None


class Bridge:
    """Lives on the library's one thread."""

    def __init__(self) -> None:
        self._made: dict[tuple[Port, Port], Made] = {}

    def make(self, wanted: Wiring, media: Media, rebuilt: Container[str]) -> None:
        """`media`: a port's audio now, `None` while it has none. `rebuilt`: calls whose port may be new."""
        for ends, made in list(self._made.items()):
            self._check(ends, made, wanted, media, rebuilt)
        for ends, level in wanted.items():
            if ends not in self._made:
                self._connect(ends, level, media)

    def _check(
        self, ends: tuple[Port, Port], made: Made, wanted: Wiring, media: Media, rebuilt: Container[str]
    ) -> None:
        """Forget what went with its port, undo what is not wanted or not sure."""
        source, sink = media(ends[0]), media(ends[1])
        if sink is None or _slot(sink) != made.sink:
            del self._made[ends]
        elif source is None or _slot(source) != made.source:
            if made.player is not None:  # it is over, and lingers
                with contextlib.suppress(pj.Error):  # the sink was rebuilt
                    made.player.stopTransmit(sink)
            del self._made[ends]
        elif wanted.get(ends) != made.level or any(end.call_id in rebuilt for end in ends):
            with contextlib.suppress(pj.Error):  # the rebuilt port never had it
                source.stopTransmit(sink)
            del self._made[ends]

    def _connect(self, ends: tuple[Port, Port], level: float, media: Media) -> None:
        source, sink = media(ends[0]), media(ends[1])
        if source is None or sink is None:  # comes with its audio
            return
        parameter = pj.AudioMediaTransmitParam()
        parameter.level = level
        source.startTransmit2(sink, parameter)
        player = source if ends[0].kind in PLAYED else None
        self._made[ends] = Made(_slot(source), _slot(sink), level, player)


def _slot(media: pj.AudioMedia) -> int:
    return int(media.getPortId())
