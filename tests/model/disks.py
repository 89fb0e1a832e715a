"""Disks that are slow, fail, or lose what was not written: what the two journals would have of it, in tables.

`tests/posko/test_journal.py` holds the hub's against the real one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import inf
from typing import Protocol

from contract.domain.alarm import Key, Name
from node.core import effects as node_effects
from node.core import events as node_events
from node.core.events import OutboxEntry
from posko.core.alarms import ALSO
from posko.core.effects import (
    End,
    SaveAlarm,
    SaveAllClear,
    SaveClosed,
    SaveLapor,
    SaveName,
    SavePatrol,
    SaveReport,
    SaveResponse,
    SaveUnanswered,
    Stamped,
    Write,
)
from posko.core.events import Instant, Loaded, Saved, Stored, StoredCase, StoredClear, StoredLapor, StoredResponse
from posko.core.responses import CASE_S
from posko.core.state import Alarm, Lapor, Response
from runtime.core.effects import Log
from runtime.core.events import Clock, Faulted, Recovered
from tests.model.network import Timeline

RETRY_S = 10.0
QUICK_S = 0.002

NodeWrite = node_effects.SavePress | node_effects.DeletePress | node_effects.SaveSeen | Log


class Machine(Protocol):
    """Where the disk is: which boot of it this is, and its clocks."""

    boot: int

    def now(self) -> float:
        """Its clock since boot."""

    def wall(self) -> Clock:
        """Its wall clock."""


class Rows(Protocol):
    """What is on a disk: it outlives everything."""

    def apply(self, entry: object, boot: int, wall: Clock) -> None:
        """Writes *entry* in boot *boot* of the machine, whose wall clock is *wall*."""

    def load(self, boot: int, now: float) -> object:
        """What a run that begins at *now* in boot *boot* is told."""

    def nothing(self) -> object:
        """What it is told where the disk gives nothing."""

    def written(self, entries: list[object]) -> object | None:
        """What is told once *entries* are on the disk."""


@dataclass(slots=True)
class NodeRows:
    """A node's outbox, and the identifiers that it has seen."""

    outbox: dict[str, tuple[OutboxEntry, int, Clock]] = field(default_factory=dict)
    seen: dict[Name, bool] = field(default_factory=dict)
    ever: set[str] = field(default_factory=set)

    def apply(self, entry: object, boot: int, wall: Clock) -> None:
        match entry:
            case node_effects.SavePress(press, dated):
                self.outbox[press.identifier] = (press, boot, _believed(wall, dated=dated))
                self.ever.add(press.identifier)
            case node_effects.DeletePress(identifier):
                self.outbox.pop(identifier, None)
            case node_effects.SaveSeen(name, over):
                self.seen[name] = self.seen.pop(name, False) or over
            case _:
                pass

    def load(self, boot: int, now: float) -> object:
        by_wall = sorted(self.outbox.values(), key=lambda row: row[0].pressed_at + row[2].offset_s)
        presses = [
            OutboxEntry(press.identifier, press.incident, press.pressed_at) if written == boot
            else OutboxEntry(press.identifier, press.incident, now, age_known=False,
                       pressed_wall=press.pressed_at + wall.offset_s if wall.synced else None)
            for press, written, wall in by_wall
        ]
        return node_events.Loaded(tuple(presses), tuple(self.seen.items()))

    def nothing(self) -> object:
        return node_events.Loaded((), ())

    def written(self, entries: list[object]) -> object | None:
        return None


@dataclass(slots=True)
class HubRows:
    """The hub's alarms, all-clears, and what it remembers."""

    alarms: dict[Name, tuple[Alarm, End | None, int, Clock]] = field(default_factory=dict)
    ended_at: dict[Name, float] = field(default_factory=dict)
    cleared: dict[str, tuple[float, int, Clock]] = field(default_factory=dict)
    seen: dict[Name, bool] = field(default_factory=dict)
    ever: set[Name] = field(default_factory=set)  # every name that an alarm on it ever had
    responses: dict[tuple[Name, str, str, str], tuple[Response, int, Clock]] = field(default_factory=dict)
    unanswered: set[Name] = field(default_factory=set)
    lapor: dict[Name, tuple[Lapor, int, Clock]] = field(default_factory=dict)
    closed: dict[Name, tuple[float, int, Clock]] = field(default_factory=dict)

    def apply(self, entry: object, boot: int, wall: Clock) -> None:  # noqa: C901 - a table
        match entry:
            case SaveAlarm(end=End.UNKNOWN):
                first = entry.alarm.key.name(entry.alarm.first)
                if (row := self.alarms.get(first)) is not None:
                    self.alarms[first] = (row[0], End.UNKNOWN, *row[2:])
                    self.ended_at.pop(first, None)
            case SaveAlarm():
                self._keep(entry, boot, wall)
            case SaveName(_, name, over):
                self._see(name, over=over)
            case SaveResponse(_, name, made, dated):
                written = (made, boot, _believed(wall, dated=dated))
                name = self._first(name)
                self.responses.setdefault((name, made.place, made.by, made.step), written)
            case SaveUnanswered(name):
                self.unanswered.add(self._first(name))
            case SaveLapor(_, found, dated):
                self.lapor.setdefault(found.name, (found, boot, _believed(wall, dated=dated)))
            case SaveClosed(name, _, at):
                if name in self.lapor:
                    self.closed.setdefault(name, (at, boot, replace(wall, synced=True)))
            case SaveAllClear(_, village, at, dated):
                self.cleared[village] = (at, boot, _believed(wall, dated=dated))
            case _:
                pass

    def load(self, boot: int, now: float) -> Loaded:
        in_force = [row for row in self.alarms.values() if row[1] is None]
        over: dict[Key, float] = {}
        for alarm, end, written, _ in self.alarms.values():
            if end is End.CLEARED and written == boot and alarm.until > now:
                over[alarm.key] = max(alarm.raised_at, over.get(alarm.key, alarm.raised_at))
        return Loaded(
            tuple(_stored(row, boot) for row in sorted(in_force, key=lambda row: row[0].first_at)),
            tuple(
                StoredClear(village, at, _shift(written, boot), at + wall.offset_s if wall.synced else None)
                for village, (at, written, wall) in self.cleared.items()
            ),
            tuple(self.seen.items()),
            tuple(over.items()),
            tuple(self._cases(boot, now)),
            tuple(self._stored_lapor(name, boot) for name in self.lapor),
            tuple(self.lapor),
        )

    def _cases(self, boot: int, now: float) -> Iterator[StoredCase]:
        """The last alarm of each village and incident. Of their age the wall clock of when it was written decides."""
        latest = {alarm.key: (alarm, written, wall) for alarm, end, written, wall in self.alarms.values()
                  if end in (None, End.FINISHED, End.CLEARED)}
        for key, (alarm, written, wall) in latest.items():
            if written == boot and alarm.first_at + CASE_S <= now:
                continue
            name = key.name(alarm.first)
            yield StoredCase(
                key, alarm.first, tuple(dict.fromkeys((alarm.first, alarm.identifier, *alarm.also))), alarm.status,
                _instant(alarm.first_at, written, wall, boot),
                self._responses(name, boot), name in self.unanswered,
            )

    def _stored_lapor(self, name: Name, boot: int) -> StoredLapor:
        found, written, wall = self.lapor[name]
        closed = self.closed.get(name)
        return StoredLapor(
            name, found.by, found.text, found.severity, found.place, _instant(found.at, written, wall, boot),
            self._responses(name, boot),
            None if closed is None else _instant(*closed[:2], closed[2], boot),
        )

    def _responses(self, name: Name, boot: int) -> tuple[StoredResponse, ...]:
        return tuple(StoredResponse(made.by, made.step, made.place, _instant(made.at, when, its_wall, boot))
                     for (of, *_), (made, when, its_wall) in self.responses.items() if of == name)

    def nothing(self) -> Loaded:
        return Loaded((), (), ())

    def written(self, entries: list[object]) -> object | None:
        stamps = frozenset(entry.stamp for entry in entries if isinstance(entry, Stamped))
        return Saved(stamps) if stamps else None

    def _keep(self, entry: SaveAlarm, boot: int, wall: Clock) -> None:
        """A name stands in one row."""
        alarm = entry.alarm
        first = alarm.key.name(alarm.first)
        new = alarm.all_names() - (self.alarms[first][0].all_names() if first in self.alarms else set())
        rows = {name: row for name, row in self.alarms.items()
                if name == first or (name.key == first.key and not row[0].all_names().isdisjoint(new))}
        ended_at = {name: self.ended_at[name] for name in rows if rows[name][2] == boot and name in self.ended_at}
        in_order = sorted((item for item in rows.items() if (
            item[0] == first or item[1][1] is None or alarm.first_at <= ended_at.get(item[0], -inf)
        )), key=lambda item: item[0] != first)
        host = None if first in rows else next((name for name, row in in_order if (
            name.identifier not in alarm.all_names() if row[1] is None
            else alarm.identifier in row[0].all_names() and alarm.raised_at <= ended_at.get(name, -inf))), None)
        for identifier in alarm.all_names():
            self.ever.add(first.key.name(identifier))
            self._see(first.key.name(identifier), over=entry.end is not None and host is None)
        if entry.end is End.LATE and rows:
            return
        if host is not None:
            there, end, written, its_wall = self.alarms[host]
            self.alarms[host] = (_named(there, (*_ordered(there), *alarm.identifiers())), end, written, its_wall)
            return
        names = [*alarm.identifiers()]
        for name, (there, _, written, _) in in_order:
            if written == boot:
                alarm = replace(alarm, first_at=min(alarm.first_at, there.first_at))
                if not entry.alarm.all_names().issuperset(there.all_names()):
                    alarm = replace(alarm, sounds={**there.sounds, **alarm.sounds})
            if name != first:
                self._move(name, first)
            names += [each for each in _ordered(there) if each != alarm.first]
        self.alarms.pop(first, None)  # the latest row comes last
        self.alarms[first] = (_named(alarm, names), entry.end, boot, _believed(wall, dated=entry.dated))
        self.ended_at.pop(first, None)
        if entry.ended_at is not None:
            self.ended_at[first] = entry.ended_at

    def _first(self, name: Name) -> Name:
        """What the alarm *name* is called first in its row."""
        found = [first for first, (alarm, *_) in self.alarms.items()
                 if first.key == name.key and name.identifier in alarm.all_names()]
        return name if name in found else next(iter(found), name)

    def _move(self, name: Name, first: Name) -> None:
        self.alarms.pop(name, None)
        for row in [row for row in self.responses if row[0] == name]:
            made = self.responses.pop(row)
            self.responses.setdefault((first, *row[1:]), made)
        if name in self.unanswered:
            self.unanswered = self.unanswered - {name} | {first}

    def _see(self, name: Name, *, over: bool) -> None:
        self.seen[name] = self.seen.get(name, False) or over


def _ordered(alarm: Alarm) -> tuple[str, ...]:
    return (alarm.first, *alarm.identifiers())


def _named(alarm: Alarm, names: Iterable[str]) -> Alarm:
    """*alarm* with all of *names*."""
    return replace(alarm, also=tuple(name for name in dict.fromkeys(names) if name != alarm.identifier)[:ALSO])


def _shift(written: int, boot: int) -> float | None:
    return 0.0 if written == boot else None


def _instant(at: float, written: int, wall: Clock, boot: int) -> Instant:
    return Instant(at, _shift(written, boot), at + wall.offset_s if wall.synced else None)


def _believed(wall: Clock, *, dated: bool) -> Clock:
    """*wall* as it is written down of a moment whose time of day was certain, or not, if not *dated*."""
    return replace(wall, synced=wall.synced and dated)


def _stored(row: tuple[Alarm, End | None, int, Clock], boot: int) -> Stored:
    alarm, _, written, wall = row
    return Stored(
        alarm.key, alarm.first, alarm.identifier, alarm.also, alarm.status, alarm.origin, alarm.note, alarm.first_at,
        alarm.raised_at, alarm.until, dict(alarm.silenced), dict(alarm.sounds), _shift(written, boot),
        alarm.first_at + wall.offset_s if wall.synced else None,
    )


class Disk:
    """The journal's thread over *rows*, in one run of a program: reads once, then writes in order, batch by batch."""

    def __init__(self, timeline: Timeline, machine: Machine, rows: Rows, tell: Callable[[object], None]) -> None:
        self._timeline = timeline
        self._machine = machine
        self._rows = rows
        self._tell = tell
        self._run = 0
        self._pending: list[object] = []
        self._busy = self._failed = False
        self.loaded = False  # this run was told what is on it …
        self.loaded_at = inf  # … at this true instant
        self.latency_s = QUICK_S
        self.batch = 500
        self.failing = False

    @property
    def waiting(self) -> tuple[object, ...]:
        """What is not written yet."""
        return tuple(self._pending)

    def open(self) -> None:
        """A run begins."""
        self.close()
        self._busy, self.loaded, self._failed, self.loaded_at = True, False, False, inf
        self._after(self.latency_s, self._begin)

    def close(self) -> None:
        """It ends at once; what was not written is gone."""
        self._run += 1
        self._pending = []

    def put(self, entry: Write | NodeWrite | SaveReport | SavePatrol) -> None:
        """Takes *entry* to be written."""
        self._pending.append(entry)
        self._go_on()

    def _begin(self) -> None:
        if not self._load():
            self._tell(self._rows.nothing())
        self._busy = False
        self._go_on()

    def _load(self) -> bool:
        if self.failing:
            self._fail()
            return False
        self.loaded, self.loaded_at = True, self._timeline.now
        self._tell(self._rows.load(self._machine.boot, self._machine.now()))
        if not self._pending:
            self._failed = False
            self._tell(Recovered("journal"))
        return True

    def _go_on(self) -> None:
        if not self._busy and (self._pending or not self.loaded):
            self._busy = True
            self._after(RETRY_S if self._failed else self.latency_s, self._write)

    def _write(self) -> None:
        self._busy = False
        if not self.loaded and not self._load():  # what is there is read before it is written over
            self._go_on()
            return
        batch, rest = self._pending[: self.batch], self._pending[self.batch :]
        if self.failing:
            if batch:
                self._fail()
        elif batch:
            for entry in batch:
                self._rows.apply(entry, self._machine.boot, self._machine.wall())
            self._pending = rest
            told = self._rows.written(batch)
            if told is not None:
                self._tell(told)
            if self._failed:
                self._failed = False
                self._tell(Recovered("journal"))
        self._go_on()

    def _fail(self) -> None:
        self._failed = True
        self._tell(Faulted("journal", "cannot write; what happens is kept in memory only"))

    def _after(self, delay_s: float, act: Callable[[], None]) -> None:
        run = self._run
        self._timeline.after(delay_s, lambda: act() if run == self._run else None)
