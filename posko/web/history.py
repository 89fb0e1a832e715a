"""The months of the past, from the hub's journal, as `kentongan report` has them. Must not write anything."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from contract.text import escaped
from posko.journal_place import JournalPlace
from posko.labels.labels import Labels
from posko.labels.language import Text
from posko.report import archive, export
from posko.report.archive import ArchiveError
from posko.report.core import history
from posko.report.core.history import Alarm, Month
from posko.report.export import Dialect

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
MOST_EVENTS = 500


class HistoryError(Exception):
    """The journal cannot be read; `text` says why."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class History:
    """The hub's journal in *place*."""

    def __init__(self, place: JournalPlace) -> None:
        self._place = place

    @staticmethod
    def is_month(word: str) -> bool:
        """Whether *word* is one, such as 2026-11."""
        return _MONTH.fullmatch(word) is not None

    def csv(self, month: str, labels: Labels) -> str:
        """A line for each alarm of *month*, or of all. Raises HistoryError."""
        return export.alarms_csv(self._read(month), labels.severities, Dialect.ID)

    def months(self, month: str, labels: Labels) -> dict[str, Any]:
        """What there was in *month*; without one, in the last that has any. Raises HistoryError."""
        every = self._read("")
        names = [each.name for each in every]
        wanted = month or next((name for name in reversed(names) if name), "")
        found = [each for each in every if each.name == wanted]
        return {
            "month": wanted, "months": [{"month": each.name, **_total(each)} for each in every],
            "incidents": [_row(each, "incident", labels) for each in _by(found, "incident")],
            "villages": [_row(each, "village", labels) for each in _by(found, "village")],
            "response_times": [
                {"incident": key.incident, "label": labels.incident(key.incident), "village": key.village,
                 "village_name": labels.place(key.village), **asdict(times)}
                for each in found for key, times in each.response_times.items()],
            "events": [_event(each, labels) for part in found for each in part.alarms][::-1][:MOST_EVENTS],
        }

    def _read(self, month: str) -> Sequence[Month]:
        try:
            alarms, _ = archive.alarms(self._place)
        except ArchiveError as error:
            values = {name: escaped(each).replace("{", "(").replace("}", ")") for name, each in error.values.items()}
            raise HistoryError(Text(error.text.id.format(**values), error.text.en.format(**values))) from None
        return history.months(alarms, month or None)


def _total(month: Month) -> dict[str, int]:
    return {word: sum(counts[word] for counts in month.counts.values()) for word in history.COUNTED}


def _by(months: Sequence[Month], which: str) -> list[dict[str, Any]]:
    """The counts of *months* by their keys' incident or village."""
    found: dict[str, dict[str, int]] = {}
    for month in months:
        for key, counts in month.counts.items():
            row = found.setdefault(getattr(key, which), dict.fromkeys(history.COUNTED, 0))
            for word in history.COUNTED:
                row[word] += counts[word]
    return [{which: name, **row} for name, row in sorted(found.items())]


def _row(row: dict[str, Any], which: str, labels: Labels) -> dict[str, Any]:
    name = labels.incident(row[which]) if which == "incident" else labels.place(row[which])
    return {**row, "label": name}


def _event(alarm: Alarm, labels: Labels) -> dict[str, Any]:
    return {
        "at": None if alarm.at is None else alarm.at.timestamp(), "village": alarm.key.village,
        "incident": alarm.key.incident, "label": labels.alarm(alarm.key), "status": alarm.status.value,
        "by": labels.sender(alarm.origin, claimed=False), "note": alarm.note, "end": alarm.end and alarm.end.value,
        "false": alarm.false, "sounded": alarm.sounded, "expected": len(alarm.expected),
        "duration_s": alarm.duration_s, "first_siren_s": alarm.first_siren_s,
        "first_response_s": alarm.first_response_s, "arrival_s": alarm.arrival_s, "unanswered": alarm.unanswered,
        "responders": len({each.by for each in alarm.responses}),
    }
