"""Measured values -> rows, judged by their aims -> one table, and a JSON document. Pure.

A row is one quantity of one program. It can name its peer, a row of the same interleaved run: the table then shows how
many times the peer's median this one is. An aim bounds the median, the 99th percentile or the maximum, either as it is
or as a multiple of a peer's.
"""

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

ENOUGH = 100  # values from which there is a 99th percentile

_HEAD = ("", "median", "p99", "max", "unit", "n", "ratio", "aim", "met")
_NUMBERS = (1, 2, 3, 5)  # the columns of numbers
_NOTE = "note"  # in the second column: the third is a text over the rest of the line
_MET = {True: "yes", False: "NO", None: "?"}


class Mark(Enum):
    """The statistic of a row that an aim bounds."""

    MEDIAN = "median"
    P99 = "p99"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Aim:
    """*mark* is to be at most *at_most*: in the row's unit or, with *of*, times the same mark of the row *of*."""

    mark: Mark
    at_most: float
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: *values* in *unit*. `key` is unique in a run; rows of one `group` stand together.

    `peer` is the key of the row whose median this one's is divided by. Without values `reason` says why there are none.
    """

    key: str
    group: str
    what: str
    unit: str
    values: tuple[float, ...] = ()
    peer: str | None = None
    aims: tuple[Aim, ...] = ()
    reason: str = ""

    def at(self, mark: Mark) -> float | None:
        """The row's *mark*; None if too few values were measured for it."""
        if not self.values or (mark is Mark.P99 and len(self.values) < ENOUGH):
            return None
        if mark is Mark.MEDIAN:
            return statistics.median(self.values)
        if mark is Mark.MAX:
            return max(self.values)
        return sorted(self.values)[math.ceil(0.99 * len(self.values)) - 1]


@dataclass(frozen=True, slots=True)
class Verdict:
    """An aim of a row as text, what it bounds as measured, and whether it was met.

    Both are None where it cannot be judged; `why` says then what is missing.
    """

    aim: str
    found: float | None
    met: bool | None
    why: str = ""


def verdicts(row: Row, rows: Mapping[str, Row]) -> list[Verdict]:
    """What became of each aim of *row*. *rows* are all of the run, by their keys."""
    return [_judge(aim, row, rows) for aim in row.aims]


def ratio(row: Row, rows: Mapping[str, Row]) -> float | None:
    """How many times its peer's median the median of *row* is; None where either is missing or the peer's is 0."""
    return _divided(row, row.peer, Mark.MEDIAN, rows)


def table(rows: Sequence[Row]) -> list[str]:
    """The lines of the table: each group of rows under its name, one aim a line."""
    known = {row.key: row for row in rows}
    groups = list(dict.fromkeys(row.group for row in rows))  # in the order in which they first came
    cells = [(row.group, cell) for row in sorted(rows, key=lambda row: groups.index(row.group))
             for cell in _cells(row, known)]
    whole = [_HEAD, *(cell for _, cell in cells)]
    widths = [max(len(cell[place]) for cell in whole if place == 0 or cell[1] != _NOTE) for place in range(len(_HEAD))]
    lines, group = [_line(_HEAD, widths)], ""
    for name, cell in cells:
        if name != group:
            lines += ["", name]
            group = name
        lines.append(_line(cell, widths))
    return lines


def summary(rows: Sequence[Row]) -> str:
    """How many aims were met, then each that was missed, and each that could not be judged, a line each."""
    known = {row.key: row for row in rows}
    found = [(row, verdict) for row in rows for verdict in verdicts(row, known)]
    lines = [f"{sum(verdict.met is True for _, verdict in found)} of {len(found)} aims met."]
    lines += [f"Missed: {row.group}: {row.what}: {verdict.aim}, is {_exact(verdict.found)}."
              for row, verdict in found if verdict.met is False]
    lines += [f"Not judged: {row.group}: {row.what}: {verdict.aim}; {verdict.why}."
              for row, verdict in found if verdict.met is None]
    return "\n".join(lines)


def missed(rows: Iterable[Row]) -> bool:
    """Whether an aim was missed."""
    known = {row.key: row for row in rows}
    return any(verdict.met is False for row in known.values() for verdict in verdicts(row, known))


def document(
    rows: Sequence[Row], machine: Mapping[str, object], faults: Mapping[str, str], unmeasured: Mapping[str, str] = {}
) -> dict[str, object]:
    """All of a run as a JSON value: *machine*, each row with its values, and the *faults* of benchmarks by name.

    *unmeasured* are the benchmarks that a run which was cut short did not measure to their end, each with the reason.
    """
    known = {row.key: row for row in rows}
    return {"machine": dict(machine), "faults": dict(faults), "not measured": dict(unmeasured), "rows": [
        {
            "key": row.key, "group": row.group, "what": row.what, "unit": row.unit, "n": len(row.values),
            **{mark.value: row.at(mark) for mark in Mark},
            "peer": row.peer, "ratio": ratio(row, known), "reason": row.reason,
            "aims": [{"aim": each.aim, "met": each.met} for each in verdicts(row, known)],
            "values": [float(f"{value:.6g}") for value in row.values],
        }
        for row in rows
    ]}


def _judge(aim: Aim, row: Row, rows: Mapping[str, Row]) -> Verdict:
    mark = f"{aim.mark.value} " if len(row.values) != 1 else ""
    if aim.of is None:
        found, text = row.at(aim.mark), f"{mark}<= {aim.at_most:g} {row.unit}"
    else:
        found = _divided(row, aim.of, aim.mark, rows)
        text = f"{mark}<= {aim.at_most:g} x {rows[aim.of].what if aim.of in rows else aim.of}"
    if found is None:
        return Verdict(text, None, None, _why(aim, row, rows))
    return Verdict(text, found, found <= aim.at_most)


def _divided(row: Row, peer: str | None, mark: Mark, rows: Mapping[str, Row]) -> float | None:
    """*mark* of *row* divided by that of *peer*."""
    if peer is None or peer not in rows:
        return None
    mine, theirs = row.at(mark), rows[peer].at(mark)
    return None if mine is None or not theirs else mine / theirs


def _cells(row: Row, rows: Mapping[str, Row]) -> Iterator[tuple[str, ...]]:
    """The lines of *row*: one, and a further one for each aim after the first."""
    if not row.values:
        yield (f"  {row.what}", _NOTE, f"not measured: {_reason(row)}", *[""] * (len(_HEAD) - 3))
        return
    times = ratio(row, rows)
    against = "" if times is None or row.peer is None else f"{times:.2f} x {rows[row.peer].what}"
    spread = ("", "") if len(row.values) == 1 else (_number(row.at(Mark.P99)), _number(row.at(Mark.MAX)))
    first = (f"  {row.what}", _number(row.at(Mark.MEDIAN)), *spread, row.unit, str(len(row.values)), against)
    judged = [(verdict.aim, _MET[verdict.met]) for verdict in verdicts(row, rows)] or [("", "")]
    for place, aim in enumerate(judged):
        yield (*(first if place == 0 else [""] * len(first)), *aim)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value == int(value) else f"{value:.{3 if abs(value) < 10 else 1}f}"


def _exact(value: float | None) -> str:
    """*value* to four digits, so that it differs from an aim that it missed by little."""
    return "-" if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    if cells[1] == _NOTE:
        return f"{cells[0].ljust(widths[0])}  {cells[2]}"
    aligned = [
        cell.rjust(width) if place in _NUMBERS else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(aligned).rstrip()


def _why(aim: Aim, row: Row, rows: Mapping[str, Row]) -> str:
    """Why *aim* of *row* cannot be judged: the first thing that is missing, the row's own before its peer's."""
    lacks = _lacks(aim.mark, row)
    if lacks or aim.of is None:
        return lacks
    if aim.of not in rows:
        return "its peer was not measured"
    return _lacks(aim.mark, rows[aim.of]) or "its peer's is 0"


def _lacks(mark: Mark, row: Row) -> str:
    """What *row* lacks for its *mark*; "" if it has one."""
    if row.at(mark) is not None:
        return ""
    return f"too few values for {mark.value} ({len(row.values)} of {ENOUGH})" if row.values else _reason(row)


def _reason(row: Row) -> str:
    return row.reason or "nothing was measured"
