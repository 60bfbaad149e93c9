"""Watches the audio of every call: quality each second and at its end, dead air as soon as it is one.

The library tells nothing when packets stop: their counter is read five times a second.
"""

import contextlib
import time
from collections.abc import Callable, Iterable

import pjsua2 as pj

from telephony.facts import AnyEvent, CallQuality, CallStats, DeadAirBegan, DeadAirEnded
from telephony.pjsip.leg import Leg, now_ms
from telephony.quality import Counters, Heard, Silence, Tally, is_bad, listen
from telephony.settings import QualitySettings

LOOK_S = 0.2  # silence is known one look late and told one look late: with `dead_air_ms` below 2 s
LOOKS_PER_SECOND = 5


class Ear:
    """What is known of one call's received audio."""

    def __init__(self, at_ms: int) -> None:
        self.tally = Tally()
        self.silence = Silence(0, at_ms)


class Watch:
    """Every method belongs to the library's thread."""

    def __init__(self, emit: Callable[[AnyEvent], None], limits: QualitySettings) -> None:
        self._emit = emit
        self._limits = limits
        self._ears: dict[str, Ear] = {}
        self._due_s = 0.0
        self._looks = 0

    def turn(self, legs: Iterable[Leg]) -> None:
        """Look when it is time; calls whose audio is not flowing have nothing to be watched."""
        now_s = time.monotonic()
        if now_s < self._due_s:
            return
        self._due_s = now_s + LOOK_S
        self._looks += 1
        for leg in list(legs):
            if leg.media_active:
                with contextlib.suppress(pj.Error):  # its stream is being rebuilt
                    self._look(leg)
            else:
                leg.dead_air = False
                self._rest(leg.call_id)

    def ended(self, call_id: str) -> None:
        """The call is over: its whole quality is told."""
        ear = self._ears.pop(call_id, None)
        if ear is None:
            return
        self._alive_again(call_id, ear)
        self._tell(call_id, ear.tally.whole(), final=True)

    def _look(self, leg: Leg) -> None:
        ear = self._ears.setdefault(leg.call_id, Ear(now_ms()))
        ear.tally.take(counters_of(leg))
        self._listen(leg, ear)
        if self._looks % LOOKS_PER_SECOND == 0:
            silent_ms = now_ms() - ear.silence.heard_at_ms
            newest = ear.tally.newest
            self._emit(CallStats(leg.call_id, newest.received, newest.lost, newest.jitter_ms, silent_ms))
            self._tell(leg.call_id, ear.tally.since_told())

    def _listen(self, leg: Leg, ear: Ear) -> None:
        """Before the answer nobody owes us a packet."""
        if not leg.answered:
            ear.silence = Silence(ear.tally.newest.received, now_ms())
            return
        before = ear.silence
        ear.silence = listen(before, ear.tally.newest.received, now_ms(), self._limits.dead_air_ms)
        leg.dead_air = ear.silence.dead_since_ms is not None
        if before.dead_since_ms is None and ear.silence.dead_since_ms is not None:
            self._emit(DeadAirBegan(leg.call_id, ear.silence.dead_since_ms))
        elif before.dead_since_ms is not None and ear.silence.dead_since_ms is None:
            self._emit(DeadAirEnded(leg.call_id, now_ms(), now_ms() - before.dead_since_ms))

    def _rest(self, call_id: str) -> None:
        """Held, or not yet connected: silence is right."""
        ear = self._ears.get(call_id)
        if ear is not None:
            self._alive_again(call_id, ear)
            ear.silence = Silence(ear.tally.newest.received, now_ms())

    def _alive_again(self, call_id: str, ear: Ear) -> None:
        if ear.silence.dead_since_ms is not None:
            self._emit(DeadAirEnded(call_id, now_ms(), now_ms() - ear.silence.dead_since_ms))

    def _tell(self, call_id: str, heard: Heard | None, *, final: bool = False) -> None:
        if heard is None:
            return
        self._emit(
            CallQuality(
                call_id,
                heard.loss_percent,
                heard.jitter_ms,
                heard.delay_ms,
                heard.mos,
                bad=is_bad(heard, self._limits),
                final=final,
            )
        )


def counters_of(leg: Leg) -> Counters:
    """Raises `pj.Error` while the call has no stream."""
    stat = leg.getStreamStat(0)  # keep it: its parts die with it
    received, buffer = stat.rtcp.rxStat, stat.jbuf
    return Counters(
        received=int(received.pkt),
        lost=int(received.loss) + int(received.discard),
        gaps=packets_of(int(buffer.lost) + int(buffer.empty), int(buffer.frameSize), received),
        jitter_ms=received.jitterUsec.last / 1000,
        round_trip_ms=stat.rtcp.rttUsec.last / 1000,
        buffer_ms=float(buffer.avgDelayMsec),
    )


def packets_of(frames: int, frame_bytes: int, received: pj.RtcpStreamStat) -> int:
    """The buffer counts frames of the codec (10 ms of G.711), the network packets of two or three of them."""
    if not received.pkt or not frame_bytes:
        return frames
    frames_a_packet = float(received.bytes) / float(received.pkt) / frame_bytes
    return round(frames / max(1.0, frames_a_packet))
