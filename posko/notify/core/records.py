"""What has been reported of an alarm, as text on the disk: a restart repeats nothing. Pure.

    {"names": ["kalibagor.pos-1.9f86d0"], "exercise": false, "began_s": "2025-11-29T…", "raised_s": …, "until_s": …,
     "done": ["alarm", "missing"]}
"""

import json
from collections.abc import Iterable

from contract.domain.alarm import Key
from contract.settings.schema import Reading, flag, items, option
from contract.values import dataclass
from contract.wire import codec
from contract.wire.codec import Refusal, instant, message, text

ALARM, FAULT, REPORT = "alarm", "fault", "lapor"  # begin the name of a row
NAMES = 200  # of one alarm: each time it is raised again gives it one


@dataclass(frozen=True, slots=True)
class Record:
    """An alarm: `names` are all that it was called, `done` the occasions that were reported or are over.

    `began_s` is when it was raised first, `raised_s` when last, `until_s` when its time ends, in seconds since the
    epoch.
    """

    key: Key
    names: tuple[str, ...]
    exercise: bool = False
    began_s: float = 0.0
    raised_s: float = 0.0
    until_s: float = 0.0
    done: frozenset[str] = frozenset()

    @property
    def row(self) -> str:
        """The name of its row: by the first name that was seen, which does not change."""
        return json.dumps([ALARM, *self.key, self.names[0]])


@message
class _Written:
    names: tuple[str, ...] = option(items(text), default=())
    exercise: bool = option(flag, default=False)
    began_s: float | None = option(instant, default=None)
    raised_s: float | None = option(instant, default=None)
    until_s: float | None = option(instant, default=None)
    done: tuple[str, ...] = option(items(text), default=())


def write(record: Record) -> str:
    """The text of *record*, which `read` reads back."""
    return codec.send(_Written(
        names=record.names, exercise=record.exercise, began_s=record.began_s, raised_s=record.raised_s,
        until_s=record.until_s, done=tuple(sorted(record.done)),
    )).decode()


def read(row: str, value: str) -> Record | None:
    """The record in the row called *row* with the text *value*; None if it is none."""
    try:
        kind, village, incident, _ = json.loads(row)
    except (ValueError, TypeError):
        return None
    found = codec.receive(_Written, value.encode(), "record", Reading.LENIENT)
    if kind != ALARM or isinstance(found, Refusal) or not found.names:
        return None
    return Record(Key(str(village), str(incident)), found.names, found.exercise, found.began_s or 0.0,
                  found.raised_s or 0.0, found.until_s or 0.0, frozenset(found.done))


def of_fault(name: str) -> str:
    """The row of the fault *name*; it has one while the fault was reported and is not over."""
    return json.dumps([FAULT, name])


def of_report(village: str, identifier: str) -> str:
    """The row of a resident's report, which has one once it was reported."""
    return json.dumps([REPORT, village, identifier])


def kind(row: str) -> str:
    """What the row called *row* is of; "" if that is not known."""
    try:
        found = json.loads(row)
    except ValueError:
        return ""
    return str(found[0]) if isinstance(found, list) and found else ""


def names(of: str, rows: Iterable[str]) -> frozenset[str]:
    """The names of those of *rows* that are of the kind *of*."""
    return frozenset(str(json.loads(row)[-1]) for row in rows if kind(row) == of)
