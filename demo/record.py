"""What is seen and heard of the district, as its threads tell it, under one Condition. Must not start or judge."""

from bisect import bisect_left
from collections.abc import Iterable
from threading import Condition
from typing import Any

from demo.ear import Overheard, OverheardEvent, OverheardStatus
from demo.sight import POSKO, Heard, Held, Listing, Post, Said, Sight
from testing.box import Box, now
from testing.program import Program

EARLIER_S = 60.0  # more than two cycles of any alarm
OFFLINE = "offline"


class Record:
    """Everything that was noted of *posts* and of the hub. `changed` is notified at each addition."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self.changed = Condition()
        self._posts = {post.name: post for post in (*posts, POSKO)}
        self._statuses: dict[str, dict[str, Any]] = {}
        self._ended: set[str] = set()  # runs that are over, whatever still comes of them
        self._heard: dict[str, list[Heard]] = {name: [] for name in self._posts}
        self._said: dict[str, list[Said]] = {name: [] for name in self._posts}
        self._held: dict[str, Held] = {}
        self._beacons: list[Listing] = []

    def overhear(self, overheard: Overheard) -> None:
        """Notes what was published; of strangers nothing."""
        with self.changed:
            match overheard:
                case Listing():
                    self._beacons.append(overheard)
                case OverheardStatus(post, body) if post in self._posts:
                    self._statuses[post] = body
                case OverheardEvent(post, heard) if post in self._posts:
                    self._heard[post].append(heard)
            self.changed.notify_all()

    def say(self, said: Said) -> None:
        """Notes a line of a program's log."""
        with self.changed:
            self._said[said.post].append(said)
            self.changed.notify_all()

    def hold(self, name: str, button: str, hold_s: float) -> None:
        """Notes that *button* of the post *name* is touched now."""
        with self.changed:
            self._held[name] = Held(button, now(), hold_s)

    def ended(self, name: str) -> None:
        """Notes that the program *name* was ended: its status is no longer true, but for its last words."""
        with self.changed:
            status = self._statuses.get(name, {})
            self._ended.add(str(status.get("boot")))
            if status.get("state") != OFFLINE:
                self._statuses.pop(name, None)
            self.changed.notify_all()

    def forget_statuses(self) -> None:
        """Notes that the broker was ended: nobody knows any status."""
        with self.changed:
            self._statuses.clear()
            self.changed.notify_all()

    def state(self, name: str) -> str:
        """What *name*, in the run that is on, says of itself; `offline` if nothing."""
        with self.changed:
            status = self._statuses.get(name, {})
            return OFFLINE if status.get("boot") in self._ended else str(status.get("state", OFFLINE))

    def last_words(self, name: str) -> str:
        """The last lines of *name*, for people."""
        with self.changed:
            return "; ".join(said.about.get("line", said.kind) for said in self._said[name][-3:]) or "nothing"

    def lines(self, since: float) -> list[Said]:
        """What all have said since instant *since*, in order."""
        with self.changed:
            return sorted(
                (said for every in self._said.values() for said in every if said.at >= since), key=lambda said: said.at
            )

    def sight(self, name: str, program: Program, since: float) -> Sight:
        """What is seen and heard since instant *since* of *name*, whose *program* this is."""
        with self.changed:
            levels, changes = (program.levels, program.changes) if isinstance(program, Box) else ({}, [])
            first = bisect_left(changes, since, key=lambda change: change.at)
            earlier = bisect_left(changes, since - EARLIER_S, key=lambda change: change.at)
            heard = bisect_left(self._heard[name], since, key=lambda each: each.at)
            listed = max(0, bisect_left(self._beacons, since, key=lambda each: each.at) - 1)
            return Sight(
                post=self._posts[name],
                since=since,
                on=frozenset(output for output, level in levels.items() if level),
                changes=tuple(changes[first:]),
                status=self._statuses.get(name),
                heard=tuple(self._heard[name][heard:]),
                said=tuple(said for said in self._said[name] if said.at >= since),
                held=self._held.get(name),
                running=program.running,
                earlier=tuple(changes[earlier:first]),
                beacons=tuple(self._beacons[listed:]) if name == POSKO.name else (),
                at=now(),
            )
