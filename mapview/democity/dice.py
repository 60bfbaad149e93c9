"""Seeded chance and smooth noise: the same seed gives the same city on every machine.

Only `random.Random.random` is used, whose sequence Python promises to keep; each part of the city rolls
its own dice, so that a change in one part leaves the others as they were.
"""

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Chance for one part of the city."""

    def __init__(self, seed: int, part: str) -> None:
        self._random = random.Random(f"{seed}/{part}")  # noqa: S311  (a map, not a secret)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random.random() * len(choices))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        keyed = [(self._random.random(), number) for number in range(len(things))]
        return [things[number] for _, number in sorted(keyed)]


class Waves:
    """Smooth noise over the plane, about -1..1: a few sine waves of random direction."""

    def __init__(self, dice: Dice, length_m: float, count: int = 5) -> None:
        self._waves = []
        for _ in range(count):
            angle, phase = dice.between(0, 2 * math.pi), dice.between(0, 2 * math.pi)
            k = 2 * math.pi / (length_m * dice.between(0.7, 1.6))
            self._waves.append((k * math.cos(angle), k * math.sin(angle), phase))

    def at(self, x: float, y: float) -> float:
        total = sum(math.sin(kx * x + ky * y + phase) for kx, ky, phase in self._waves)
        return total / math.sqrt(2 * len(self._waves))
