"""A step in the making: a state that changes and the effects that pile up. Local to one call of a `step`. Pure.

Everything that a step reports goes through here: it is logged, and published or kept for when the link is back.
What is here is what every loop does; each adds its own.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from contract.wire import alarm
from contract.wire.event import Kind, make_event, write_event
from contract.wire.faults import Fault
from runtime.core.effects import Connect, Log, Publish
from runtime.core.events import Clock
from runtime.core.rate_limit import Bucket, draw

K = TypeVar("K")
V = TypeVar("V")

LOAD_S = 3.0  # how long the journal may take before the loop goes on without it
BACKLOG = 200  # events kept for the link's return
CHATTER = 20.0  # events that the network may cause at once …
CHATTER_PER_S = 2.0  # … and then each second
SEEN = 10_000  # identifiers in memory; the disk has a day of them
_NO_JOURNAL = "does not answer; what happens is kept in memory only"


class Draft:
    """What a step has changed so far, and what it will do.

    *state* is a frozen dataclass with the members that are used here (`now`, `started_at`, `clock`, `connecting`,
    `linked_at`, `faults`, `seen`, `buckets`, `backlog`,
    `dropped_events`, `chatter`, `unsaid`), *boot* names this run, and
    *event_topic* is where its events go.
    """

    chatter_at_once = CHATTER
    chatter_per_s = CHATTER_PER_S

    def __init__(self, state: Any, now: float, boot: str, event_topic: str) -> None:
        self.now: float = max(now, state.now)
        self.state: Any = replace(state, now=self.now)
        self.effects: list[Any] = []
        self._boot = boot
        self._event_topic = event_topic

    def change(self, **fields: Any) -> None:
        """Sets fields of the state."""
        self.state = replace(self.state, **fields)

    def do(self, *effects: Any) -> None:
        """Adds effects, in order."""
        self.effects += effects

    def event(self, kind: Kind, **about: object) -> dict[str, object]:
        """An event of this moment, in the contract's form. Members that are None are left out."""
        return make_event(kind, self.epoch(self.now), self.clock_word(), self._boot, about)

    def say(self, kind: Kind, **about: object) -> None:
        """Reports an event: into the log, and to the broker or, without a link, into the backlog."""
        event = self.event(kind, **about)
        self.do(Log(event))
        if self.state.linked_at is not None:
            self.do(Publish(self._event_topic, write_event(event)))
            return
        backlog = (*self.state.backlog, event)
        lost = max(0, len(backlog) - BACKLOG)
        self.change(backlog=backlog[lost:], dropped_events=self.state.dropped_events + lost)

    def answer(self, kind: Kind, **about: object) -> None:
        """Reports what the network caused, unless it causes too much; then it is counted and said later."""
        bucket, granted = draw(self.state.chatter, self.now, self.chatter_at_once, self.chatter_per_s)
        self.change(chatter=bucket)
        if granted:
            self.say(kind, **about)
        else:
            self.change(unsaid=self.state.unsaid + 1)

    def heeds(self) -> bool:
        """Whether an answer to the network would be said now."""
        return draw(self.state.chatter, self.now, self.chatter_at_once, self.chatter_per_s)[1]

    def answer_the_rest(self) -> None:
        """Says, as soon as it may, how much was left unsaid."""
        if self.state.unsaid:
            bucket, granted = draw(self.state.chatter, self.now, self.chatter_at_once, self.chatter_per_s)
            if granted:
                self.say(Kind.REFUSED, reason=f"{self.state.unsaid} more answers left out: too many messages")
                self.change(chatter=bucket, unsaid=0)

    def fault(self, part: str, reason: str) -> None:
        """Puts a fault in force, and reports it if it is news."""
        if self.state.faults.get(part) != reason:
            self.change(faults={**self.state.faults, str(part): reason})
            self.say(Kind.FAULT, part=str(part), reason=reason)

    def recover(self, part: str) -> None:
        """Lifts a fault, if there is one, and reports it."""
        if part in self.state.faults:
            self.change(faults=without(self.state.faults, part))
            self.say(Kind.RECOVERED, part=str(part))

    def load(self) -> None:
        """The journal has answered: the broker may be sought."""
        if self.state.faults.get(Fault.JOURNAL) == _NO_JOURNAL:
            self.recover(Fault.JOURNAL)
        self._connect()

    def miss_journal(self) -> None:
        """Goes on without the journal, once it was waited for long enough."""
        if not self.state.connecting and self.now >= self.state.started_at + LOAD_S:
            self.fault(Fault.JOURNAL, _NO_JOURNAL)
            self._connect()

    def link(self) -> None:
        """The broker is there: what was kept for it is said."""
        backlog, dropped = self.state.backlog, self.state.dropped_events
        self.change(linked_at=self.now, announced=None, backlog=(), dropped_events=0)
        self.do(*(Publish(self._event_topic, write_event(event)) for event in backlog))
        if dropped:
            self.say(Kind.REFUSED, reason=f"{dropped} older events are only in the log here")
        self.recover(Fault.LINK)
        self.say(Kind.LINKED)

    def unlink(self, reason: str) -> None:
        """The broker is out of reach."""
        self.change(linked_at=None, announced=None)
        self.fault(Fault.LINK, reason)

    def remember(self, identifier: str, *, over: bool) -> None:
        """Notes an identifier as seen; what is over stays over. The oldest make room."""
        known = dict(self.state.seen)
        known[identifier] = known.pop(identifier, False) or over
        if len(known) > SEEN:
            del known[next(iter(known))]
        self.change(seen=known)

    def recall(self, seen: Iterable[tuple[str, bool]]) -> None:
        """Notes the identifiers that an earlier run saw, oldest first. This run's own are newer."""
        known: dict[str, bool] = {}
        for identifier, over in (*seen, *self.state.seen.items()):
            known[identifier] = known.pop(identifier, False) or over
        self.change(seen=dict(list(known.items())[-SEEN:]))

    def granted(self, key: Hashable, size: float, per_s: float) -> bool:
        """Takes one message of *key* out of its bucket; False if it is empty."""
        bucket, granted = draw(self.state.buckets.get(key, Bucket(size, self.now)), self.now, size, per_s)
        self.change(buckets={**self.state.buckets, key: bucket})
        return granted

    def epoch(self, instant: float) -> float:
        """*instant* in seconds since the epoch, by the wall clock as it is now."""
        clock: Clock = self.state.clock
        return instant + clock.offset_s

    def sure_epoch(self) -> float | None:
        """The time of day, in seconds since the epoch; None where it is not certain."""
        return self.epoch(self.now) if self.state.clock.synced else None

    def clock_word(self) -> str:
        """Whether the wall clock can be believed, in the contract's word."""
        return alarm.SYNCED if self.state.clock.synced else alarm.UNSYNCED

    def _connect(self) -> None:
        if not self.state.connecting:
            self.change(connecting=True)
            self.do(Connect())


def deadlines(state: Any) -> Iterator[float]:
    """The instants at which what every loop does will have something to do."""
    if not state.connecting:
        yield state.started_at + LOAD_S
    if state.unsaid:
        yield state.chatter.at + 1 / CHATTER_PER_S


def without(table: Mapping[K, V], key: K) -> dict[K, V]:
    """*table* without its member *key*."""
    return {other: each for other, each in table.items() if other != key}
