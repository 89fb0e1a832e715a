"""A step in progress: the state so far, and the effects so far. Local to one call of a `step`. Pure.

Everything that a step reports goes through here: it is logged, and published or kept for when the link is back.
This is what every core does; each adds its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from contract.domain.alarm import Name
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import PATROL
from contract.values import dataclass
from contract.wire.alarm import LONGEST, SYNCED, UNSYNCED
from contract.wire.event import Kind, make_event, write_event
from contract.wire.faults import Fault
from runtime.core.changed import changed
from runtime.core.effects import CommonEffect, Connect, Log, Publish
from runtime.core.rate_limit import Bucket, draw
from runtime.core.state import CommonState

S = TypeVar("S", bound=CommonState)
E = TypeVar("E")
K = TypeVar("K")
V = TypeVar("V")

LOAD_S = 3.0  # how long the journal may take before the loop goes on without it
BACKLOG = 200  # events kept for the link's return
SEEN = 10_000  # names in memory, an equal share for each village; the disk has more
_NO_JOURNAL = "does not answer; what happens is kept in memory only"


@dataclass(frozen=True, slots=True)
class _Report:
    """An event that goes to the log and the broker; it is written once what sounds is on its way."""

    kind: Kind
    epoch_s: float
    clock: str
    about: Mapping[str, object]


class CommonTransition(ABC, Generic[S, E]):
    """What a step has changed so far in a state of the kind S, and which effects of the kind E it will have."""

    answers_at_once = 20.0  # events that the network may cause at once …
    answers_per_s = 2.0  # … and then each second

    def __init__(self, state: S, now: float) -> None:
        self.came_at = now  # when the event came: what another overtook came before it all the same
        self.now = max(now, state.now)
        self.state = changed(state, now=self.now)
        self._effects: list[E | CommonEffect | _Report] = []

    @abstractmethod
    def topic(self, kind: str) -> str:
        """This program's own status or event topic."""

    def change(self, **fields: Any) -> None:
        """Sets fields of the state."""
        self.state = changed(self.state, **fields)

    def do(self, *effects: E | CommonEffect) -> None:
        """Adds effects, in order."""
        self._effects += effects

    def effects(self) -> Iterator[E | CommonEffect]:
        """What is to be done, in order."""
        for each in self._effects:
            if isinstance(each, _Report):
                event = make_event(each.kind, each.epoch_s, each.clock, self.state.setup.boot, each.about)
                yield Log(event)
                yield Publish(self.topic("event"), write_event(event))
            else:
                yield each

    def event(self, kind: Kind, **about: object) -> dict[str, object]:
        """An event of this moment, in the contract's form. Members that are None are left out."""
        return make_event(kind, self.epoch(self.now), self.clock_state(), self.state.setup.boot, about)

    def report(self, kind: Kind, **about: object) -> None:
        """Reports an event: into the log, and to the broker or, without a link, into the backlog."""
        if self.state.linked_at is not None:
            self._effects.append(_Report(kind, self.epoch(self.now), self.clock_state(), about))
            return
        event = self.event(kind, **about)
        self.do(Log(event))
        backlog = (*self.state.backlog, event)
        lost = max(0, len(backlog) - BACKLOG)
        self.change(backlog=backlog[lost:], dropped_events=self.state.dropped_events + lost)

    def answer(self, kind: Kind, **about: object) -> None:
        """Reports what the network caused; what is too much is counted, and the count reported later."""
        bucket, granted = self._draw_answer()
        self.change(answer_limit=bucket)
        if granted:
            self.report(kind, **about)
        else:
            self.change(suppressed=self.state.suppressed + 1)

    def may_answer(self) -> bool:
        """Whether an answer to the network would be reported now."""
        return self._draw_answer()[1]

    def flush_suppressed(self) -> None:
        """Reports, as soon as it may, how many answers were suppressed."""
        if self.state.suppressed:
            bucket, granted = self._draw_answer()
            if granted:
                self.report(Kind.REFUSED, reason=f"{self.state.suppressed} more answers left out: too many messages")
                self.change(answer_limit=bucket, suppressed=0)

    def fault(self, part: str, reason: str) -> None:
        """Puts a fault in force, and reports it unless it was, with the same reason."""
        if self.state.faults.get(part) != reason:
            self.change(faults={**self.state.faults, str(part): reason})
            self.report(Kind.FAULT, part=str(part), reason=reason)

    def recover(self, part: str) -> None:
        """Lifts a fault, if there is one, and reports it."""
        if part in self.state.faults:
            self.change(faults=without(self.state.faults, part))
            self.report(Kind.RECOVERED, part=str(part))

    def load(self) -> None:
        """The journal has answered: the broker may be sought."""
        if self.state.faults.get(Fault.JOURNAL) == _NO_JOURNAL:
            self.recover(Fault.JOURNAL)
        self._connect()

    def check_journal_timeout(self) -> None:
        """Goes on without the journal, once it was waited for long enough."""
        if not self.state.connecting and self.now >= self.state.started_at + LOAD_S:
            self.fault(Fault.JOURNAL, _NO_JOURNAL)
            self._connect()

    def link(self) -> None:
        """The broker is there: the events that waited for it are published."""
        backlog, dropped = self.state.backlog, self.state.dropped_events
        self.change(linked_at=self.now, announced=None, backlog=(), dropped_events=0)
        self.do(*(Publish(self.topic("event"), write_event(event)) for event in backlog))
        if dropped:
            self.report(Kind.REFUSED, reason=f"{dropped} older events are only in the log here")
        self.recover(Fault.LINK)
        self.report(Kind.LINKED)

    def unlink(self, reason: str) -> None:
        """The broker is out of reach."""
        self.change(linked_at=None, announced=None)
        self.fault(Fault.LINK, reason)

    def make_identifier(self, beginning: str) -> str:
        """A new identifier. Who knows all that were made before cannot foretell it; *beginning* is for people."""
        self.change(named=self.state.named + 1)
        token = self.state.setup.token(self.state.named)
        return f"{beginning[: LONGEST - len(token) - 1]}.{token}"

    def remember(self, name: Name, *, over: bool) -> None:
        """Notes a name as seen; what is over stays over. The oldest of its village make room."""
        setup = self.state.setup
        if name.village not in setup.villages and name.village != EVERYWHERE:
            return  # nothing of it can ever be in force
        known = dict(self.state.seen.get(name.village, {}))
        known[name] = known.pop(name, False) or over
        if len(known) > self._share():
            del known[next(iter(known))]
        self.change(seen={**self.state.seen, name.village: known})

    def recall(self, seen: Iterable[tuple[Name, bool]]) -> None:
        """Notes the names that an earlier run saw, oldest first. This run's own are newer."""
        known: dict[str, dict[Name, bool]] = {}
        own = (pair for names in self.state.seen.values() for pair in names.items())
        for name, over in (*seen, *own):
            names = known.setdefault(name.village, {})
            names[name] = names.pop(name, False) or over
        share = self._share()
        self.change(seen={village: dict(list(names.items())[-share:]) for village, names in known.items()})

    def namesake(self, name: Name) -> Name | None:
        """What was seen under the identifier of *name* in another village, or of another incident."""
        incidents = (*self.state.setup.incidents, PATROL)
        found = (
            Name(village, incident, name.identifier) for village in self.state.seen for incident in incidents
        )
        return next((each for each in found if each != name and self.state.is_over(each) is not None), None)

    def granted(self, key: Hashable, size: float, per_s: float) -> bool:
        """Takes one message of *key* out of its bucket; False if it is empty."""
        bucket, granted = draw(self.state.buckets.get(key, Bucket(size, self.now)), self.now, size, per_s)
        self.change(buckets={**self.state.buckets, key: bucket})
        return granted

    def epoch(self, instant: float) -> float:
        """*instant* in seconds since the epoch, by the wall clock as it is now."""
        return instant + self.state.clock.offset_s

    def epoch_if_synced(self) -> float | None:
        """The time of day, in seconds since the epoch; None where it is not certain."""
        return self.epoch(self.now) if self.state.synced else None

    def epoch_to_compare(self) -> float | None:
        """The time of day that others may compare with theirs; None where the machine is not synchronised."""
        return self.epoch(self.now) if self.state.clock.synced else None

    def clock_state(self) -> str:
        """Whether the time of day is certain, as the contract writes it."""
        return SYNCED if self.state.synced else UNSYNCED

    def _share(self) -> int:
        """How many names each village may have remembered."""
        return max(100, SEEN // (len(self.state.setup.villages) + 1))

    def _draw_answer(self) -> tuple[Bucket, bool]:
        return draw(self.state.answer_limit, self.now, self.answers_at_once, self.answers_per_s)

    def _connect(self) -> None:
        if not self.state.connecting:
            self.change(connecting=True)
            self.do(Connect())


def deadlines(state: CommonState) -> Iterator[float]:
    """The instants at which what every loop does will have something to do."""
    if not state.connecting:
        yield state.started_at + LOAD_S
    if state.suppressed:
        yield state.answer_limit.at + 1 / CommonTransition.answers_per_s


def without(table: Mapping[K, V], key: K) -> dict[K, V]:
    """*table* without its member *key*."""
    return {other: each for other, each in table.items() if other != key}
