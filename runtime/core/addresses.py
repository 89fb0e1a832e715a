"""Which of a district's brokers a program connects to. Pure; must not connect.

    first ──no answer──> next ──no answer──> … ──> first, after a pause
      ^                    │ linked
      └── well for 60 s ───┘

One whose connection breaks is tried again before the next: it may have been restarted. One of which no beacon comes is
left at once, for a machine may hang whose kernel still answers.
"""

from dataclasses import replace

from contract.values import dataclass
from contract.wire import timing

SOON_S = (0.0, 0.3)  # before a broker that has not been tried yet; at random, so that not all come at one instant
HEALTHY_S = 60.0  # so long the first must have been well before a program returns to it


@dataclass(frozen=True, slots=True)
class Addresses:
    """The `count` brokers, by number; `at` is the one to connect to, and `failed` how many did not answer in a row."""

    count: int = 1
    at: int = 0
    failed: int = 0

    def linked(self) -> "Addresses":
        """The broker has answered."""
        return replace(self, failed=0)

    def unreachable(self) -> "Addresses":
        """No link came about: the next one is tried."""
        return replace(self, at=(self.at + 1) % self.count, failed=self.failed + 1)

    def left(self) -> "Addresses":
        """The broker is to be left, though it answers."""
        return replace(self, at=(self.at + 1) % self.count, failed=0)

    def returned(self) -> "Addresses":
        """The first one is well again."""
        return replace(self, at=0, failed=0)

    def pause_s(self) -> tuple[float, float]:
        """How long to wait before the next attempt, from and to: a pause only once all have been tried."""
        untried = self.count > 1 and self.failed % self.count > 0
        return SOON_S if untried else timing.RECONNECT_S


@dataclass(frozen=True, slots=True)
class Health:
    """What is seen of a broker beside the one in use: since when it has answered, and its last beacon."""

    linked_at: float | None = None
    beacon_at: float | None = None

    def is_well(self, now: float, *, beacons: bool) -> bool:
        """Whether it has been well for long enough; with *beacons* it must bring the hub's, too."""
        if self.linked_at is None or now < self.linked_at + HEALTHY_S:
            return False
        return not beacons or (self.beacon_at is not None and now < self.beacon_at + timing.HUB_LOST_S)

    def due(self, now: float) -> float | None:
        """When to look again, though nothing comes; None without a link."""
        return None if self.linked_at is None else max(self.linked_at + HEALTHY_S, now + 1.0)
