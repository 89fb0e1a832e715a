"""What a round is heard through on its way to a listener: noise, a siren, another post that beats along.

Every level is against the mean power of the round's own frames, from its first stroke until the last has died away.
"""

from functools import cache

import numpy as np

from testing.decoder import Signal
from tests.signal.recorder import RATE, Frames

SOUND_M_S = 343.0
_LONGEST = 16 * RATE  # a round's drum, and what is around it
_QUIET = np.zeros(RATE, np.float32)


def heard_from(frames: Frames) -> Signal:
    """The round as a listener has it: with a second of quiet before and after."""
    return np.concatenate([_QUIET, frames.astype(np.float32), _QUIET])


def rms(frames: Frames) -> float:
    """The root of the round's mean power."""
    return float(np.sqrt(np.mean(frames.astype(np.float64) ** 2)))


@cache
def noise(seed: int) -> Signal:
    """White noise, its power 1."""
    return np.random.default_rng(seed).standard_normal(_LONGEST, np.float32)


@cache
def siren(sweeps_hz: float, phase: float) -> Signal:
    """A siren that sweeps between 400 and 1200 Hz, with two overtones, its power 1. It swells for 50 ms."""
    turns = sweeps_hz * np.arange(_LONGEST, dtype=np.float64) / RATE + phase
    angle = 2 * np.pi * np.cumsum(800 + 400 * np.sin(2 * np.pi * turns)) / RATE
    tone = np.sin(angle) + 0.32 * np.sin(2 * angle) + 0.16 * np.sin(3 * angle)
    tone *= np.minimum(1, np.arange(_LONGEST) / (0.05 * RATE))
    return np.asarray(tone / np.sqrt(np.mean(tone**2)), np.float32)


def with_another(signal: Signal, later_s: float, weaker: float = 1.0) -> Signal:
    """*signal*, and the same *later_s* afterwards from another post, so many times *weaker*."""
    later = round(later_s * RATE)
    both = signal.copy()
    both[later:] += signal[:len(signal) - later] / weaker
    return both
