"""The hub's journal, from a reader's side: its rows, and what to do where there are none. Must not write anything."""

import time
from datetime import datetime
from pathlib import Path

from contract.text import escaped
from posko import journal_place
from posko.journal_place import JournalPlace
from posko.labels import texts
from posko.labels.language import Text
from posko.report.core import history
from posko.report.core import responses as core
from posko.report.core import rows as core_rows
from posko.report.core.history import Alarm
from posko.report.core.responses import Responses
from posko.report.core.rows import Raw, SkippedRow
from runtime.sqlite_readonly import UnreadableError

ALARMS = "SELECT rowid AS number, * FROM alarms"
# Tables that the journal of an earlier version does not have.
RESPONSES = "SELECT rowid AS number, * FROM responses ORDER BY rowid"
UNANSWERED = "SELECT rowid AS number, * FROM unanswered"
LAPOR = "SELECT rowid AS number, * FROM lapor ORDER BY rowid"
_LATER = {RESPONSES: "responses", UNANSWERED: "unanswered", LAPOR: "lapor"}
ROUNDS = "SELECT rowid AS number, * FROM ronda"


class ArchiveError(Exception):
    """There is nothing to read; *text*, with the path and why, says what to do."""

    def __init__(self, text: Text, place: JournalPlace, why: object = "") -> None:
        self.text = text
        self.values = {"path": escaped(place), "why": escaped(why)}
        super().__init__(text.en.format(**self.values))


def rows(place: JournalPlace, query: str) -> list[Raw]:
    """What the journal *place* has for one of the queries above. Raises ArchiveError, and UserError."""
    try:
        with journal_place.read_only(place, _text) as database:
            table = _LATER.get(query)
            there = "SELECT 1 FROM sqlite_schema WHERE name = ?"
            if isinstance(place, Path) and table is not None and not list(database.execute(there, (table,))):
                return []
            found = database.execute(query)
            columns = [each[0] for each in found.description]
            return [dict(zip(columns, row, strict=True)) for row in found]
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveError(texts.NO_JOURNAL, place) from None
    except OSError as error:
        raise ArchiveError(texts.JOURNAL_CLOSED, place, error.strerror) from None
    except UnreadableError as error:
        text = texts.JOURNAL_DAMAGED if error.damaged else texts.JOURNAL_BUSY
        raise ArchiveError(text if isinstance(place, Path) else texts.JOURNAL_AWAY, place, error) from None


def responses(place: JournalPlace) -> tuple[Responses, list[SkippedRow]]:
    """All responses in the journal *place*, and the rows of them that cannot be read. Raises ArchiveError."""
    made, wrong = core_rows.read(rows(place, RESPONSES), core.read_response)
    late, odd = core_rows.read(rows(place, UNANSWERED), core.read_unanswered)
    return core.collect(made, late), [*wrong, *odd]


def alarms(place: JournalPlace) -> tuple[list[Alarm], list[SkippedRow]]:
    """All alarms in the journal *place*, and the rows that cannot be read. Raises ArchiveError."""
    now = time.time()
    known, odd = responses(place)
    made, skipped = core_rows.read(rows(place, ALARMS), lambda raw: history.read_alarm(raw, local, now, known))
    return made, [*skipped, *odd]


def local(epoch: float) -> datetime:
    """The instant *epoch*, in seconds since the epoch, by this process' zone, which is the district's."""
    return datetime.fromtimestamp(epoch).astimezone()


def _text(raw: bytes) -> str:
    """Text of a row; what is not UTF-8 in it is marked."""
    return raw.decode(errors="replace")
