"""How well a call is heard, from the packets that came: loss, jitter, estimated MOS (ITU-T G.107). Pure.

Dead air is its own matter: no packet for two seconds while somebody should be speaking to us.
"""

from msgspec import Struct
from msgspec.structs import replace

from telephony.settings import QualitySettings

R_BEST = 93.2  # G.107 default rating with no impairment
BPL_G711_PLC = 25.1  # packet-loss robustness of G.711 with concealment (G.113 appendix I)
IE_MAX = 95.0
DELAY_PER_MS = 0.024  # G.107 simplified: 0.024 a ms, and 0.11 more beyond 177.3 ms
DELAY_KNEE_MS = 177.3
DELAY_BEYOND_PER_MS = 0.11
PACKET_MS = 20.0
MOS_WORST, MOS_BEST = 1.0, 4.5


class Counters(Struct, frozen=True):
    """Of one received stream since its begin. `jitter_ms` and the delays are the newest figures.

    `lost`: never came or came too late. `gaps`: packets the jitter buffer had to invent.
    """

    received: int
    lost: int
    gaps: int = 0
    jitter_ms: float = 0.0
    round_trip_ms: float = 0.0
    buffer_ms: float = 0.0


NOTHING = Counters(0, 0)


class Heard(Struct, frozen=True):
    """The quality of a stretch of a call."""

    loss_percent: float
    jitter_ms: float
    delay_ms: float
    mos: float


def heard_between(before: Counters, after: Counters) -> Heard:
    """What was heard from `before` to `after`.

    The buffer's gaps count the network's losses again, hence the larger of both and never their sum.
    """
    received = max(0, after.received - before.received)
    missing = max(after.lost - before.lost, after.gaps - before.gaps, 0)
    expected = received + max(0, after.lost - before.lost)
    loss = min(100.0, 100.0 * missing / expected) if expected else 0.0
    delay_ms = after.round_trip_ms / 2 + after.buffer_ms + PACKET_MS
    mos = estimated_mos(loss, delay_ms)
    return Heard(round(loss, 2), round(after.jitter_ms, 1), round(delay_ms, 1), round(mos, 2))


class Tally:
    """The received audio of one call over all its streams: hold and resume build new ones, which count anew.

    What a stream's buffer lacked before the first packet came is no gap: there was nothing to play yet.
    """

    def __init__(self) -> None:
        self.newest = self._begin = self._told = self._earlier = NOTHING

    def take(self, counters: Counters) -> None:
        """One look at the counters of the stream that is now."""
        if counters.received < self.newest.received:
            self._earlier = self._so_far()
            self.newest = NOTHING
        if not self.newest.received:
            self._begin = self._told = Counters(0, 0, counters.gaps)
        self.newest = counters

    def since_told(self) -> Heard | None:
        """What was heard since this was asked last; `None`: not a packet came."""
        before, self._told = self._told, self.newest
        return heard_between(before, self.newest) if self.newest.received > before.received else None

    def whole(self) -> Heard | None:
        """What was heard of the whole call; `None`: not a packet came."""
        so_far = self._so_far()
        return heard_between(NOTHING, so_far) if so_far.received else None

    def _so_far(self) -> Counters:
        earlier, begin, newest = self._earlier, self._begin, self.newest
        return replace(
            newest,
            received=earlier.received + newest.received,
            lost=earlier.lost + newest.lost,
            gaps=earlier.gaps + max(newest.lost, newest.gaps - begin.gaps),
        )


def estimated_mos(loss_percent: float, delay_ms: float) -> float:
    """Mean opinion score 1..4.5 of G.711 by the E-model, for random loss and one-way delay."""
    impairment = IE_MAX * loss_percent / (loss_percent + BPL_G711_PLC)
    delay = DELAY_PER_MS * delay_ms + DELAY_BEYOND_PER_MS * max(0.0, delay_ms - DELAY_KNEE_MS)
    rating = min(100.0, max(0.0, R_BEST - impairment - delay))
    mos = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    return min(MOS_BEST, max(MOS_WORST, mos))


def is_bad(heard: Heard, limits: QualitySettings) -> bool:
    """Whether the dispatcher should be told."""
    return (
        heard.mos < limits.mos_min
        or heard.loss_percent > limits.loss_percent_max
        or heard.jitter_ms > limits.jitter_ms_max
    )


class Silence(Struct, frozen=True):
    """Of one call: when its last packet came, and since when it is dead air (`None`: it is not)."""

    received: int
    heard_at_ms: int
    dead_since_ms: int | None = None


def listen(silence: Silence, received: int, now_ms: int, limit_ms: int) -> Silence:
    """One look at the packet counter; the begin of dead air is when the last packet came."""
    if received != silence.received:
        return Silence(received, now_ms)
    if silence.dead_since_ms is None and now_ms - silence.heard_at_ms >= limit_ms:
        return Silence(received, silence.heard_at_ms, silence.heard_at_ms)
    return silence
