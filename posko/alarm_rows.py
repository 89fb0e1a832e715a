"""The rows of alarms in the hub's journal, with what was written about each: a name stands in one row.

    alarm ──> which rows have any of its names? ──> none, or its own: that is written anew
                                               ├──> others of its time: they become one with it
                                               └──> another, and it is but what came once more of that: this stays

There are others where the hub had to begin without its journal, and took in as new what came once more. A name that is
used again, long after, is that of another alarm.
"""

import json
import math
from collections.abc import Mapping, Sequence

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import LAPOR, LONGEST_S
from contract.packed import pack, unpack
from contract.values import dataclass
from posko.core.alarms import ALSO
from posko.core.effects import End, SaveAlarm
from posko.core.events import Stored
from posko.core.state import Alarm
from runtime import clock
from runtime.sql import Database, as_json
from runtime.sqlite_readonly import typed

COLUMNS = (
    "village, incident, first, identifier, also, status, origin, note, first_at, raised_at, until, silenced, sounds, "
    "boot, first_wall, synced"
)
_ONE = "village = ? AND incident = ? AND first = ?"


@dataclass(frozen=True, slots=True)
class _Row:
    """What matters here of a row: all names of the alarm, when it began and ended, what is still packed. What cannot be
    read has its first name alone.
    """

    first: str
    identifier: str
    names: tuple[str, ...]
    boot: str = ""
    first_at: float = math.inf
    ended_at: float | None = None
    end: str | None = None
    sounds: str = ""

    def is_of_the_time_of(self, alarm: Alarm, boot: str) -> bool:
        """Whether *alarm*, of *boot* of the machine, may be this one: it is in force, or ended after that began."""
        return self.end is None or self._ended_after(alarm.first_at, boot)

    def has(self, alarm: Alarm, boot: str) -> bool:
        """Whether *alarm*, which has no row of its own, is but this one, come once more."""
        if self.end is None:  # who writes what was joined knows what this is called first
            return self.first not in alarm.all_names()
        return alarm.identifier in self.names and self._ended_after(alarm.raised_at, boot)

    def _ended_after(self, at: float, boot: str) -> bool:
        return (self.boot == boot and self.ended_at is not None and at <= self.ended_at
                and self.end != End.UNKNOWN.value)


def keep(database: Database, entry: SaveAlarm, boot: str) -> None:
    """Writes *entry*, in *boot* of this machine."""
    alarm = entry.alarm
    if entry.end is End.UNKNOWN:  # its instants are of another boot of the machine
        database.execute(f'UPDATE alarms SET "end" = ? WHERE {_ONE}',  # noqa: S608 - our own words
                         (entry.end.value, *alarm.key, alarm.first))
        return
    rows = _rows_of(database, alarm.key, (alarm.first, *alarm.identifiers()))
    own = any(row.first == alarm.first for row in rows)
    host = None if own else next((row for row in rows if row.has(alarm, boot) and (
        row.end is not None or _is_whole(database, alarm.key, row))), None)
    if entry.end is End.LATE and rows:
        pass  # it is in a row, and came late besides
    elif host is not None:
        _add(database, alarm, host)
    else:
        same = [row for row in rows if row.first == alarm.first or row.is_of_the_time_of(alarm, boot)]
        _write(database, entry, boot, same)
    for identifier in alarm.all_names():
        see(database, alarm.key.name(identifier), over=entry.end is not None and host is None)


def read(row: Sequence[object], clocks: Mapping[str, float]) -> Stored:
    """The alarm in force in the COLUMNS of *row*; *clocks* as the journal has them. Raises TypeError, ValueError and
    AttributeError.
    """
    village, incident, first, identifier, also, status, origin, note, first_at, raised_at, until, *rest = typed(
        row, *(str,) * 8, *(float,) * 3, *(str,) * 3, float, int)
    silenced, sounds, boot, first_wall, synced = rest
    if not raised_at < until <= raised_at + LONGEST_S:
        raise ValueError(f"raised at {raised_at} s, in force until {until} s")
    return Stored(
        Key(village, incident), first, identifier, tuple(json.loads(also)), Status(status), origin, note, first_at,
        raised_at, until, json.loads(unpack(silenced)), json.loads(unpack(sounds)), clocks.get(boot),
        first_wall if synced else None,
    )


def see(database: Database, name: Name, *, over: bool) -> None:
    """Notes that *name* was seen; what is over stays over."""
    database.execute(
        "INSERT INTO names (village, incident, identifier, over) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (village, incident, identifier) DO UPDATE SET over = excluded.over "
        "WHERE excluded.over > names.over", (*name, over),
    )


def first_name(database: Database, name: Name) -> str:
    """What the alarm *name* is called first in its row; of what has none, and of a resident's report, its own name."""
    rows = _rows_of(database, name.key, (name.identifier,)) if name.incident != LAPOR else []
    return rows[0].first if rows else name.identifier


def _rows_of(database: Database, key: Key, names: tuple[str, ...]) -> list[_Row]:
    """The rows of *key* that have any of *names*; the one that is called first by the first of them comes first.

    Others are looked for only where there may be any, for that takes long.
    """
    own = _read(database, "first = ?", (*key, names[0]))
    new = set(names).difference(*(row.names for row in own))
    marks = ", ".join("?" * len(new))
    if not new or database.execute(
        f"SELECT 1 FROM names WHERE village = ? AND incident = ? AND identifier IN ({marks}) LIMIT 1",  # noqa: S608
        (*key, *new)).fetchone() is None:
        return own
    return own + [row for row in _read(database, "first <> ?", (*key, names[0])) if not new.isdisjoint(row.names)]


def _read(database: Database, which: str, values: tuple[str, ...]) -> list[_Row]:
    """The rows of a village and an incident, and of those *which*; what cannot be read has its first name alone."""
    found = []
    for *row, ended_at, end in database.execute(
        'SELECT first, identifier, also, boot, first_at, sounds, ended_at, "end" FROM alarms '  # noqa: S608 - our words
        f"WHERE village = ? AND incident = ? AND {which} ORDER BY rowid", values,
    ).fetchall():
        try:
            first, identifier, also, boot, first_at, sounds = typed(row, *(str,) * 4, float, str)
            names = tuple(dict.fromkeys((first, identifier, *json.loads(also))))
            over_at = ended_at if isinstance(ended_at, float) else None
            found.append(_Row(first, identifier, names, boot, first_at, over_at, end, sounds))
        except (TypeError, ValueError):
            found.append(_Row(str(row[0]), str(row[0]), (str(row[0]),), end=end))
    return found


def _is_whole(database: Database, key: Key, row: _Row) -> bool:
    """Whether *row*, of an alarm in force, will be loaded."""
    try:
        read(database.execute(f"SELECT {COLUMNS} FROM alarms WHERE {_ONE}", (*key, row.first)).fetchone(), {})  # noqa: S608
    except (TypeError, ValueError, AttributeError):
        return False
    return True


def _add(database: Database, alarm: Alarm, host: _Row) -> None:
    """*alarm* is that of the row *host*: now this has all its names."""
    also = [name for name in dict.fromkeys((*host.names, *alarm.identifiers())) if name != host.identifier]
    database.execute(f"UPDATE alarms SET also = ? WHERE {_ONE}",  # noqa: S608 - our own words
                     (as_json(also[:ALSO]), *alarm.key, host.first))


def _write(database: Database, entry: SaveAlarm, boot: str, rows: list[_Row]) -> None:
    """Writes *entry* in place of *rows*, which have some of its names; what they have besides, it has, too."""
    alarm, wall = entry.alarm, clock.wall()
    also, first_at, sounds = dict.fromkeys(alarm.also), alarm.first_at, dict(alarm.sounds)
    for row in rows:
        if row.boot == boot:
            first_at = min(first_at, row.first_at)  # it was ended, and raised again at once
        if row.boot == boot and not alarm.all_names().issuperset(row.names):
            sounds = {**_sounds(row), **sounds}
        if row.first != alarm.first:
            _move(database, alarm.key.name(row.first), alarm.first)
        also |= dict.fromkeys(name for name in row.names if name not in (alarm.first, alarm.identifier))
    database.execute(f"DELETE FROM alarms WHERE {_ONE}", (*alarm.key, alarm.first))  # noqa: S608 - its new row is the newest
    database.execute(
        "INSERT INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            alarm.first, alarm.identifier, as_json([*also][:ALSO]), alarm.key.village, alarm.key.incident,
            alarm.status.value, alarm.origin, alarm.note, boot, first_at, alarm.raised_at, alarm.until,
            first_at + wall.offset_s, wall.synced and entry.dated, pack(as_json(alarm.silenced)),
            pack(as_json(sounds)), pack(as_json(entry.expected)), entry.ended_at,
            entry.end.value if entry.end is not None else None,
        ),
    )


def _sounds(row: _Row) -> Mapping[str, float]:
    """Which posts were seen to sound what is in *row*; none if that cannot be read."""
    try:
        found = json.loads(unpack(row.sounds))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _move(database: Database, name: Name, first: str) -> None:
    """The alarm *name* has no row of its own any more: what was written about it is about the one called *first*."""
    about = "everywhere = ? AND incident = ? AND identifier = ? AND (everywhere = 1 OR village = ?)"
    it = (name.village == EVERYWHERE, name.incident, name.identifier, name.village)
    database.execute(
        "INSERT INTO responses SELECT village, everywhere, incident, ?, who, step, boot, at, wall, synced "  # noqa: S608
        f"FROM responses WHERE {about} ORDER BY rowid ON CONFLICT DO NOTHING", (first, *it))
    database.execute(f"DELETE FROM responses WHERE {about}", it)  # noqa: S608 - our own words
    database.execute("INSERT INTO unanswered SELECT village, incident, ?, wall FROM unanswered WHERE village = ? AND "
                     "incident = ? AND identifier = ? ON CONFLICT DO NOTHING", (first, *name))
    database.execute("DELETE FROM unanswered WHERE village = ? AND incident = ? AND identifier = ?", name)
    database.execute(f"DELETE FROM alarms WHERE {_ONE}", name)  # noqa: S608 - our own words
