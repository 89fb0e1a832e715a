"""What a step of the tour expects of the hub's list, the beacon, and how that differs. Pure; must not wait or act."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from contract.wire.beacon import Beacon
from demo.sight import Listing, Sight

TOLERANCE_S = 1.0  # how long a beacon may be on its way, on a busy machine


@dataclass(frozen=True, slots=True)
class Lists:
    """The last beacon lists these alarms, each as (incident, village), and no other."""

    alarms: tuple[tuple[str, str], ...] = ()
    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        if not sight.beacons:
            yield "beacon expected, came never"
            return
        listed = [(alarm.incident, alarm.village) for alarm in sight.beacons[-1].beacon.alarms]
        if sorted(listed) != sorted(self.alarms):
            yield f"beacon expected to list {_names(self.alarms)}, lists {_names(listed)}"


@dataclass(frozen=True, slots=True)
class ListsAgain:
    """Another run of the hub lists what was listed before the step, by the same names, and counts on their ages."""

    awaited: bool = True

    def __call__(self, sight: Sight) -> Iterator[str]:
        """Each difference."""
        before = sight.beacons[0] if sight.beacons and sight.beacons[0].at < sight.since else None
        if before is None:
            yield "beacon expected before the hub was started again, came never"
            return
        later = [listing for listing in sight.beacons if listing.beacon.boot != before.beacon.boot]
        if not later:
            yield "beacon of another run expected, came never"
        for listing in later:
            yield from _differs(before, listing)


def _differs(before: Listing, after: Listing) -> Iterator[str]:
    was, now = _ages(before.beacon), _ages(after.beacon)
    if was.keys() != now.keys():
        yield f"beacon expected to list {', '.join(was) or 'nothing'} again, lists {', '.join(now) or 'nothing'}"
        return
    for identifier, age_s in was.items():
        due_s = age_s + after.at - before.at
        if abs(now[identifier] - due_s) > TOLERANCE_S:
            yield f"beacon expected to list {identifier} as {due_s:.1f} s old, lists it as {now[identifier]:.1f} s old"


def _ages(beacon: Beacon) -> dict[str, float]:
    return {alarm.identifier: alarm.age_s for alarm in beacon.alarms}


def _names(alarms: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{incident} of {village}" for incident, village in alarms) or "nothing"
