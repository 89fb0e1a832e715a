"""Whose round is on at an instant, by the ages of the alarms alone. Pure.

    an alarm's age ──> its round ──> the box's own slot in it ──> strokes and voice
                          │
    A   |── round ──|── round ──|           |── round ──|           |──
    B               ^ raised    |── round ──|           |── round ──|
                      here

All boxes know how old an alarm is: its edge reaches them within milliseconds, and the hub's beacon gives whoever comes
late the age. So they come to the same rounds though their clocks are not synchronised and nothing else passes between
them. A round is never cut short for an equal: who was raised meanwhile begins when it is over; then whoever has waited
longest is next.
"""

import math
from collections.abc import Mapping, Sequence

from contract.domain.alarm import Key
from contract.values import dataclass

ALIGNED_S = 0.001  # instants that lie closer together are one
TOGETHER_S = 0.1  # who is raised so soon after a round began counts as raised with it: messages take their time


@dataclass(frozen=True, slots=True)
class Counted:
    """An alarm whose rounds, each of `length_s`, can be counted from `begun_at` on."""

    key: Key
    begun_at: float
    length_s: float


def on_at(equals: Sequence[Counted], instant: float) -> tuple[Key, float]:
    """Whose round is on at *instant*, and when that began; the first that will be, if none of *equals* has begun."""
    order = sorted(equals, key=lambda each: (each.begun_at, each.key))
    start = order[0].begun_at
    last = dict.fromkeys((each.key for each in order), -math.inf)  # when the last round of each began
    while True:
        known = _raised(order, start)
        if all(last[each.key] > -math.inf for each in known):
            following = min((each.begun_at for each in order[len(known):]), default=math.inf)
            period_s = sum(each.length_s for each in known)  # from now on they take turns in the same order
            skipped_s = max(0.0, (min(instant, following) - start) // period_s * period_s)
            start += skipped_s
            last |= {each.key: last[each.key] + skipped_s for each in known}
            known = _raised(order, start)
        now = _next(known, last)
        if instant < start + now.length_s - ALIGNED_S:
            return now.key, start
        last[now.key] = start
        start += now.length_s


def come_into(start: float, instant: float) -> tuple[float, float]:
    """From when a round that began at *start* is counted by who comes into it at *instant*, and how much of it is over.

    Only what is over by more than `ALIGNED_S`: else it begins at *instant*. So does one that should begin later: an
    exercise without the words before it, whose first round is early by them.
    """
    over_s = instant - start
    return (instant, 0.0) if over_s < ALIGNED_S else (start, over_s)


def _raised(order: Sequence[Counted], start: float) -> list[Counted]:
    """Those of *order* that are raised when a round begins at *start*, or with it."""
    return [each for each in order if each.begun_at <= start + TOGETHER_S]


def _next(known: Sequence[Counted], last: Mapping[Key, float]) -> Counted:
    """Who has waited longest; of those raised together the first by name, for posts may receive them in any order."""
    least = min(last[each.key] for each in known)
    waiting = [each for each in known if last[each.key] == least]
    together = min(each.begun_at for each in waiting) + TOGETHER_S
    return min((each for each in waiting if each.begun_at <= together), key=lambda each: each.key)
