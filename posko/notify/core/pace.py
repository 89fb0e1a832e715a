"""How fast a target gets messages, and when it is tried again. Pure.

    waiting ──> at most `per_minute` a minute ──> sent
       │             └── the last of them, where more wait: all that wait, as one summary
       └── after a failure: again in 5 s, 10 s, … 5 min
"""

from contract.values import dataclass

FIRST_S, LONGEST_S = 5.0, 300.0
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`sent` are the instants of the last minute's messages; `failures` count since the last success."""

    per_minute: int
    sent: tuple[float, ...] = ()
    failures: int = 0
    retry_at: float = 0.0


def due(pace: Pace, now: float) -> float:
    """The instant from which on the next message may be sent."""
    recent = _recent(pace, now)
    free_at = now if len(recent) < pace.per_minute else recent[-pace.per_minute] + MINUTE_S
    return max(free_at, pace.retry_at)


def count(pace: Pace, waiting: int, now: float) -> int:
    """How many of so many *waiting* messages go into the next one: 1, or all as a summary."""
    left = pace.per_minute - len(_recent(pace, now))
    return waiting if left <= 1 < waiting else min(1, waiting)


def succeeded(pace: Pace, now: float) -> Pace:
    """After a message that was sent at *now*."""
    return Pace(pace.per_minute, (*_recent(pace, now), now))


def failed(pace: Pace, now: float) -> Pace:
    """After one that was not taken: the wait doubles each time."""
    wait_s = min(LONGEST_S, FIRST_S * 2 ** min(pace.failures, 10))
    return Pace(pace.per_minute, _recent(pace, now), pace.failures + 1, now + wait_s)


def _recent(pace: Pace, now: float) -> tuple[float, ...]:
    return tuple(at for at in pace.sent if now < at + MINUTE_S)
