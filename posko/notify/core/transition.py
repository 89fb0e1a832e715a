"""A step in progress: the state so far, and what is to be done. Local to one call of `step`. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from contract.domain.alarm import Key, Name
from posko.notify.core import records
from posko.notify.core.occasions import Message, concerns
from posko.notify.core.records import NAMES, Record
from posko.notify.core.state import Effect, Say, State

RECORDS = 1000  # alarms that are remembered; the hub shows 40 that are over


class Transition:
    """What a step has changed so far."""

    def __init__(self, state: State, now: float) -> None:
        self.now = now
        self.state = state
        self.effects: list[Effect] = []

    @property
    def epoch_s(self) -> float:
        """This moment, in seconds since the epoch."""
        return self.now + self.state.fold.clock.offset_s

    def change(self, **fields: Any) -> None:
        """Sets fields of the state."""
        self.state = replace(self.state, **fields)

    def say(self, row: str, value: str | None, message: Message | None = None) -> None:
        """Has *row* written, and *message* sent to all targets that want it."""
        targets = () if message is None else tuple(
            number for number, rules in enumerate(self.state.targets) if concerns(rules, message))
        self.effects.append(Say(row, value, message if targets else None, targets))

    def find(self, key: Key, names: Iterable[str]) -> Record | None:
        """The record of an alarm of *key* that is called one of *names*."""
        row = next((row for each in names if (row := self.state.names.get(key.name(each))) is not None), None)
        return None if row is None else self.state.records[row]

    def put(self, record: Record, message: Message | None = None) -> None:
        """Keeps *record*, with *message* about it; the oldest make room."""
        record = replace(record, names=(record.names[0], *record.names[1:][-NAMES:]))
        found = {**self.state.records, record.row: record}
        names = {**self.state.names, **{record.key.name(each): record.row for each in record.names}}
        self.say(record.row, records.write(record), message)
        for row in list(found)[: max(0, len(found) - RECORDS)]:
            gone = found.pop(row)
            names = {name: each for name, each in names.items() if each != row}
            self.say(gone.row, None)
        self.change(records=found, names=names)

    def recall(self, rows: Iterable[tuple[str, str]]) -> None:
        """Takes up what an earlier run left; this run's own is newer."""
        found = {row: record for row, value in rows if (record := records.read(row, value)) is not None}
        found |= self.state.records
        names: dict[Name, str] = {}
        for row, record in found.items():
            names |= {record.key.name(each): row for each in record.names}
        self.change(records=found, names=names)
