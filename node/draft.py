"""A step in the making: a state that changes and the effects that pile up. Local to one call of `step`.

Everything that a step reports goes through here: it is logged, and published or kept for when the link is back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from contract import jsontext, messages, topics
from contract.incidents import Incident
from loop.bucket import Bucket, draw
from loop.effects import Log, Publish
from node.effects import Effect, Hush, Play
from node.state import Alarm, Key, Kind, State

K = TypeVar("K")
V = TypeVar("V")

BACKLOG = 200  # events kept for the link's return
CHATTER = 20.0  # events that the network may cause at once …
CHATTER_PER_S = 2.0  # … and then each second
SEEN = 10_000  # identifiers in memory; the disk has a day of them


class Draft:
    """What a step has changed so far, and what it will do. `outputs` are done before `effects`."""

    def __init__(self, state: State, now: float) -> None:
        self.now = max(now, state.now)
        self.state = replace(state, now=self.now)
        self.outputs: list[Effect] = []
        self.effects: list[Effect] = []

    def change(self, **fields: Any) -> None:
        """Sets fields of the state."""
        self.state = replace(self.state, **fields)

    def do(self, *effects: Effect) -> None:
        """Adds effects, in order. What sounds goes before everything else: the street first."""
        for effect in effects:
            (self.outputs if isinstance(effect, Play | Hush) else self.effects).append(effect)

    def put(self, alarm: Alarm) -> None:
        """Sets the alarm of its key."""
        self.change(alarms={**self.state.alarms, alarm.key: alarm})

    def audible(self, key: Key) -> Alarm | None:
        """The alarm of *key* that is in force and not silenced, if there is one."""
        alarm = self.state.alarms.get(key)
        return None if alarm is None or alarm.silenced else alarm

    def incident(self, name: str) -> Incident:
        """The catalogue's entry for *name*, which must be known."""
        return self.state.rules.incidents[name]

    def identifier(self) -> str:
        """A new identifier, of this node's own: its place, its run and a count."""
        rules = self.state.rules
        self.change(presses=self.state.presses + 1)
        return f"{rules.village}.{rules.node}.{rules.boot}.{self.state.presses}"

    def event(self, kind: Kind, **about: object) -> dict[str, object]:
        """An event of this moment, in the contract's form. Members that are None are left out."""
        return {
            "event": kind.value,
            "time": self.wall(self.now),
            "clock": self.clock_word(),
            "boot": self.state.rules.boot,
            **{name: value for name, value in about.items() if value is not None},
        }

    def say(self, kind: Kind, **about: object) -> None:
        """Reports an event: into the log, and to the broker or, without a link, into the backlog."""
        event = self.event(kind, **about)
        self.do(Log(event))
        if self.state.linked_at is not None:
            self.do(Publish(self.topic("event"), jsontext.dump(event)))
            return
        backlog = (*self.state.backlog, event)
        lost = max(0, len(backlog) - BACKLOG)
        self.change(backlog=backlog[lost:], dropped_events=self.state.dropped_events + lost)

    def answer(self, kind: Kind, **about: object) -> None:
        """Reports what the network caused, unless it causes too much; then it is counted and said later."""
        bucket, granted = draw(self.state.chatter, self.now, CHATTER, CHATTER_PER_S)
        self.change(chatter=bucket)
        if granted:
            self.say(kind, **about)
        else:
            self.change(unsaid=self.state.unsaid + 1)

    def heeds(self) -> bool:
        """Whether an answer to the network would be said now."""
        return draw(self.state.chatter, self.now, CHATTER, CHATTER_PER_S)[1]

    def say_of(self, kind: Kind, alarm: Alarm, **about: object) -> None:
        """Reports an event of *alarm*."""
        self.say(
            kind, incident=alarm.key.incident, village=alarm.key.village, identifier=alarm.identifier,
            origin=alarm.origin.value, status=alarm.status.value, **about,
        )

    def fault(self, part: str, reason: str) -> None:
        """Puts a fault in force, and reports it if it is news."""
        if self.state.faults.get(part) != reason:
            self.change(faults={**self.state.faults, part: reason})
            self.say(Kind.FAULT, part=part, reason=reason)

    def recover(self, part: str) -> None:
        """Lifts a fault, if there is one, and reports it."""
        if part in self.state.faults:
            self.change(faults=without(self.state.faults, part))
            self.say(Kind.RECOVERED, part=part)

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

    def granted(self, key: Key, size: float, per_s: float) -> bool:
        """Takes one message of *key* out of its bucket; False if it is empty."""
        bucket, granted = draw(self.state.buckets.get(key, Bucket(size, self.now)), self.now, size, per_s)
        self.change(buckets={**self.state.buckets, key: bucket})
        return granted

    def topic(self, kind: str) -> str:
        """This node's own status or event topic."""
        rules = self.state.rules
        return topics.write(rules.district, topics.NodeTopic(rules.village, rules.node, kind))

    def epoch(self, instant: float) -> float:
        """*instant* in seconds since the epoch, by the wall clock as it is now."""
        return instant + self.state.clock.offset_s

    def wall(self, instant: float) -> str:
        """*instant* as people read it (RFC 3339)."""
        return messages.rfc3339(self.epoch(instant))

    def clock_word(self) -> str:
        """Whether the wall clock can be believed, in the contract's word."""
        return messages.SYNCED if self.state.clock.synced else messages.UNSYNCED


def without(table: Mapping[K, V], key: K) -> dict[K, V]:
    """*table* without its member *key*."""
    return {other: each for other, each in table.items() if other != key}
