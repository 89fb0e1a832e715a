"""How much of what others may publish a program takes directly, each village by itself. Pure.

What one account publishes goes from the broker straight to every subscriber in its reach, as much as the account likes:
behind a slow line it would crowd out everybody else's alarms. So of each neighbour so much is taken; who goes beyond it
is shut out for a while, and what of its alarms is in force comes with the hub's beacon, which has a bound of its own.

    heard ──beyond its ration──> shut out ──its time is over, or no beacon──> heard ──as long again──> forgotten
                                     ^                                          │
                                     └────────beyond again: for twice as long───┘

So a program receives of one village BURST_BYTES in SHUT_S at most, and PER_S in the long run: with the beacon's 6 kB/s
that is less than 10 kB/s, whatever one account publishes.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from contract.wire import timing

BURST_BYTES = 60_000.0
PER_S = 2_000.0  # bytes; a press is some 300, and is sent again every 10 s until the hub has it
SHUT_S = 60.0
LONGEST_SHUT_S = 16 * SHUT_S
MOST_BYTES = 65_536  # of one message: a beacon has 16 KiB at most


@dataclass(slots=True)
class _Source:
    """What is known of one village: the bytes it may still send, how long it is shut out, and until when."""

    left: float
    at: float
    wait_s: float = 0.0
    until: float | None = None  # shut out until then
    calm_at: float = 0.0  # from then on its wait is forgotten


@dataclass(slots=True)
class Ration:
    """The rations of the villages that are *limited*. The methods' `now` is an instant of one monotonic clock, in s."""

    limited: Collection[str]
    _sources: dict[str, _Source] = field(default_factory=dict)
    _beacon_at: float | None = None

    def beacon(self, now: float) -> None:
        """The hub's beacon came: while it does, somebody may be shut out."""
        self._beacon_at = now

    def take(self, source: str, size: int, now: float) -> bool:
        """Takes *size* bytes of *source* from its ration. True if it has not as many: it is shut out from now on."""
        if source not in self.limited:
            return False
        found = self._sources.setdefault(source, _Source(BURST_BYTES, now))
        found.left = min(BURST_BYTES, found.left + (now - found.at) * PER_S) - size
        found.at = now
        if found.left >= 0 or found.until is not None:
            return False
        found.left = 0.0  # what cannot be shut out has no debts either
        if not self._stands_in(now):
            return False
        found.wait_s = min(LONGEST_SHUT_S, max(SHUT_S, 2 * found.wait_s))
        found.until = now + found.wait_s
        return True

    def shut_out(self, source: str) -> bool:
        """Whether nothing of *source* is to be taken."""
        return source in self._sources and self._sources[source].until is not None

    @property
    def out(self) -> frozenset[str]:
        """Who is shut out."""
        return frozenset(filter(self.shut_out, self._sources))

    def wait_s(self, source: str) -> float:
        """For how long *source* is, or was last, shut out; 0.0 if that is forgotten."""
        return self._sources[source].wait_s if source in self._sources else 0.0

    def readmit(self, now: float) -> bool:
        """Ends what is over at *now*. True if somebody is to be heard again."""
        found = [
            each for each in self._sources.values()
            if each.until is not None and (now >= each.until or not self._stands_in(now))
        ]
        for each in found:
            each.until, each.calm_at = None, now + each.wait_s
            each.left, each.at = BURST_BYTES, now
        return bool(found)

    def forget(self, now: float) -> frozenset[str]:
        """Forgets, and returns, who has kept to its ration for as long as it was shut out before."""
        found = frozenset(
            name for name, each in self._sources.items() if each.wait_s and each.until is None and now >= each.calm_at
        )
        for name in found:
            del self._sources[name]
        return found

    def _stands_in(self, now: float) -> bool:
        return self._beacon_at is not None and now - self._beacon_at < timing.HUB_LOST_S
