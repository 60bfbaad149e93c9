"""What all sessions of one gateway share: limits, key rules, known terminals, counters."""

from collections.abc import Sequence

from msgspec import Struct

from radio.terminal.keys import bit_rules, labels
from radio.terminal.roster import Registrations, Roster
from store.config import KeyRule


class Limits(Struct, frozen=True):
    """Waiting times and bounds of a session, milliseconds unless the name says otherwise."""

    login_ms: int = 30_000
    silence_ms: int = 190_000  # 3 heartbeats of 60 s + 10 s
    answer_ms: tuple[int, ...] = (5_000, 10_000, 30_000)  # T(n+1) = T(n) x (n+1), before each repetition
    last_answer_ms: int = 5_000  # after the last repetition
    duplicates_ms: int = 120_000
    key_repeat_ms: int = 3_000  # a second press of the same key within this is the same press
    registrations_per_minute: int = 120  # per address


class Counters(Struct):
    """What happened, over all sessions of a gateway."""

    frames: int = 0
    positions: int = 0
    keys: int = 0
    duplicates: int = 0
    bad_frames: int = 0
    bad_bodies: int = 0
    wrong_lengths: int = 0
    encrypted: int = 0
    unread: int = 0
    refused: int = 0
    repeated_out: int = 0
    parts_discarded: int = 0
    throttled: int = 0
    not_stored: int = 0
    our_errors: int = 0


class Platform:
    """One per gateway, handed to every session."""

    def __init__(self, roster: Roster, rules: Sequence[KeyRule], limits: Limits) -> None:
        self.roster = roster
        self.rules = tuple(rules)
        self.bit_rules = bit_rules(rules)
        self.labels = labels(rules)
        self.limits = limits
        self.registrations = Registrations(limits.registrations_per_minute)
        self.counters = Counters()
