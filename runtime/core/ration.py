"""How much of what others may publish a program takes directly, each village by itself. Pure.

What one account publishes goes from the broker straight to every subscriber in its reach, as much as the account likes,
and in the broker's queue for a subscriber it stands before everybody else's. So of each village so much is taken; who
goes beyond it is shut out for a while.

    heard ──beyond its ration──> shut out ──its time is over, or no stand-in──> heard ──as long again──> forgotten
                                     ^                                            │
                                     └─────────beyond again: for twice as long────┘

What a neighbour's post misses so, the hub's beacon has, as long as it comes: the stand-in. So a post receives of one
village 100 kB and then 3 kB/s at most: with the beacon's 6 kB/s that is less than 10 kB/s, whatever one account
publishes. A neighbouring village of another district is rationed likewise; there the beacon of that district's hub is
the stand-in. The hub itself is given more, and has no stand-in: whose account floods the hub, that village's alarms
stay its own until it stops, or is revoked.

An alarm that was in force before it came so far must still be ended: the all-clears of a village that is shut out are
taken, by a small ration of their own; so are the operators' commands, which are no village's.

What posts report of themselves is counted post by post. Else a village of many posts would be shut out for what others
make them report: by alarms of its own village one account has each post of its neighbours report 203 kB at once and
7.4 kB/s, measured.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from contract.domain.incidents import ALL_CLEAR
from contract.wire import timing

SHUT_S = 60.0
LONGEST_SHUT_S = 16 * SHUT_S
_ALL_CLEARS = f"/alarm/{ALL_CLEAR}"
EACH_BYTES = 400  # what a message costs beside its topic and payload: an empty one has to be read, too


class Allowance(NamedTuple):
    """What a village may send: *burst* bytes at once, and *per_s* bytes a second for long."""

    burst: float
    per_s: float


# A press is some 300 bytes, and is sent again every 10 s until the hub has it.
NEIGHBOUR = Allowance(100_000.0, 3_000.0)
NEIGHBOUR_MESSAGE = 65_536  # bytes of one message to a post: a beacon has 16 KiB at most


# The all-clears of a village that is shut out.
ALL_CLEARS = Allowance(20_000.0, 500.0)
# What one post may report to the hub: 200 events that waited, 100 late presses, and what its neighbours cause.
POST = Allowance(500_000.0, 10_000.0)


def of_posts(posts: int) -> Allowance:
    """What a village of so many *posts* may send to the hub beside that: alarms, all at once after an outage."""
    return Allowance(1_000_000.0 + 8_000.0 * posts, 50_000.0 + 700.0 * posts)


def of_district(posts: Mapping[str, Collection[str]]) -> dict[str, Allowance]:
    """What is taken of each village, and of each of its *posts*, by who follows all of them, as the hub does."""
    villages = {village: of_posts(len(names)) for village, names in posts.items()}
    return {**villages, **{f"{village}/{name}": POST for village, names in posts.items() for name in names}}


def village_of(speaker: str) -> str:
    """The village of *speaker*, which is itself one, a post of one, or its all-clears."""
    return speaker.partition("/")[0]


def all_clears(village: str) -> str:
    """The speaker of the all-clears of *village*: no post's name has a slash."""
    return f"{village}{_ALL_CLEARS}"


@dataclass(slots=True)
class _Source:
    """What is known of one village that was shut out: for how long, until when, and whether with its all-clears."""

    wait_s: float = 0.0
    clears_too: bool = False
    until: float | None = None  # shut out until then
    calm_at: float = 0.0  # from then on its wait is forgotten


@dataclass(slots=True)
class Ration:
    """The rations of villages, by their *allowances*. With *stand_in*, none is shut out while no beacon comes.

    A key of *allowances* is a village, or a post (`V/N`) that has one of its own. The villages in *foreign* are of
    other districts (`D/V`): what stands in for each is the beacon of its own district's hub. The methods' `now` is an
    instant of one monotonic clock, in s.
    """

    allowances: Mapping[str, Allowance]
    stand_in: bool = True
    foreign: frozenset[str] = frozenset()
    _sources: dict[str, _Source] = field(default_factory=dict)
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)  # bytes that were left, and when
    _beacon_at: dict[str, float] = field(default_factory=dict)  # of each district's hub; "" is one's own

    def beacon(self, now: float, district: str = "") -> None:
        """The beacon of a *district*'s hub came: while it does, somebody there may be shut out."""
        self._beacon_at[district] = now

    def take(self, speaker: str, size: int, now: float) -> bool:
        """Takes *size* bytes of *speaker*, a village or a post of it (`V/N`), from its ration.

        True if it has not as many: the village is shut out from now on.
        """
        source = self._village(speaker)
        clears = speaker == all_clears(source) and self.shut_out(source)
        name = speaker if clears or speaker in self.allowances else source
        allowance = self.allowances.get(name) if not clears else ALL_CLEARS
        if allowance is None:
            return False
        before, at = self._left.get(name, (allowance.burst, now))
        left = min(allowance.burst, before + (now - at) * allowance.per_s) - size - EACH_BYTES
        self._left[name] = max(0.0, left), now  # what cannot be shut out has no debts either
        if left >= 0 or self.shut_out(speaker) or not self._stands_in(source, now):
            return False
        found = self._sources.setdefault(source, _Source())
        if clears:
            found.clears_too = True
            return True
        found.wait_s = min(LONGEST_SHUT_S, max(SHUT_S, 2 * found.wait_s))
        found.until = now + found.wait_s
        return True

    def shut_out(self, speaker: str) -> bool:
        """Whether nothing of *speaker* is to be taken."""
        source = self._village(speaker)
        found = self._sources.get(source)
        return found is not None and found.until is not None and (found.clears_too or speaker != all_clears(source))

    @property
    def out(self) -> frozenset[str]:
        """Who is shut out: villages, and the `all_clears` of some of them."""
        return frozenset(filter(self.shut_out, (*self._sources, *map(all_clears, self._sources))))

    def wait_s(self, source: str) -> float:
        """For how long *source* is, or was last, shut out; 0.0 if that is forgotten."""
        return self._sources[source].wait_s if source in self._sources else 0.0

    def pardon(self, village: str, now: float) -> None:
        """Somebody who may asks for *village*: it is to be heard again, and shut out for longer if it goes on."""
        found = self._sources.get(village)
        if found is not None and found.until is not None:
            found.until = min(found.until, now)

    def readmit(self, now: float) -> bool:
        """Ends what is over at *now*. True if somebody is to be heard again."""
        found = {
            name: each for name, each in self._sources.items()
            if each.until is not None and (now >= each.until or not self._stands_in(name, now))
        }
        if not found:  # as it nearly always is: this is asked for each message, and a large district has 10,000 names
            return False
        for each in found.values():
            each.until, each.clears_too, each.calm_at = None, False, now + each.wait_s
        self._left = {name: left for name, left in self._left.items() if self._village(name) not in found}
        return True

    def forget(self, now: float) -> frozenset[str]:
        """Forgets, and returns, who has kept to its ration for as long as it was shut out before."""
        found = frozenset(
            name for name, each in self._sources.items() if each.until is None and now >= each.calm_at
        )
        for name in found:
            del self._sources[name]
        return found

    def _village(self, speaker: str) -> str:
        """The village of *speaker*, which may be a foreign one."""
        place = speaker.removesuffix(_ALL_CLEARS)
        return place if place in self.foreign else village_of(speaker)

    def _stands_in(self, source: str, now: float) -> bool:
        if not self.stand_in:
            return True
        came_at = self._beacon_at.get(source.partition("/")[0] if source in self.foreign else "")
        return came_at is not None and now - came_at < timing.HUB_LOST_S
