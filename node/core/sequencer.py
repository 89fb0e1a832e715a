"""What the siren thread switches, and when. Pure: each instant is given to it, so a test drives it instant by instant.

    play, hush ──┐                ┌──> due       when `advance` is to be called next
    advance ─────┼──> Sequencer ──┤
    switched,    │                └──> pending   the outputs that are to be switched now
    failed ──────┘

It decides levels: which outputs are to be on follows from the program and the instant, and `pending` is what differs
from where the drivers have put them. So an output that could not be switched stays pending until it can be, and does
not hold up the others.

Two bounds end what sounds: the program's own end, and `max_sounding_s`, counted through all programs that follow each
other. Only `hush`, or `timing.REST_S` at rest, begins that count anew.

The count of the strokes is the message. So an edge that is late is not left out: each stroke keeps its length and a
rest before it, and the pauses make up for the delay. Only what is later than `RESYNC_S` is left out in an alarm; the
score is then joined where it should be, at the first stroke of a figure.

A code that is beaten once says something else if a part of it is left out, and nothing afterwards puts that right: one
stroke alone means a death. So there what is later than that moves the rest, by its cycle's `spare_s` at most. Not where
a loudspeaker beats it, too, in time: what a striker beats late beside that would only add to the count. (A siren that
beats is moved all the same: who is far off hears nothing else.)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from contract.wire import timing
from node.core.effects import Play
from node.core.switching import RESYNC_S, Edge, Role, Score, score

RETRY_S = 1.0  # after which an output that failed is tried again
_ROUNDING_S = 1e-6  # what sums of seconds may be off
_MOST_SCORES = 32  # are remembered
_SOUNDING = frozenset({Role.SIREN, Role.STROBE})


@dataclass(slots=True)
class _Line:
    """An output. `level` is where its driver has put it, None while that is not certain."""

    role: Role
    wanted: bool = False
    level: bool | None = None
    changed_at: float = -math.inf  # when `wanted` changed
    retry_at: float = -math.inf


@dataclass(slots=True)
class _Program:
    """What is played from `start` until `until`. Its score is made, and joined where it should have been at
    `ordered_at`, when it is first needed.

    `next` are the instants at which its next edge may be switched, and should be by the score, and the edge.
    """

    play: Play
    start: float
    until: float
    ordered_at: float
    score: Score | None = None
    index: int = 0
    next: tuple[float, float, Edge] | None = None


class Sequencer:
    """The programs of a box that has outputs for *roles*; *stroke_s* is how long the striker is pulled.

    *is_drummed* says whether a loudspeaker beats as well, now. Instants are seconds of one clock that never goes back.
    """

    def __init__(
        self, roles: frozenset[Role], *, stroke_s: float, max_sounding_s: float,
        is_drummed: Callable[[], bool] = lambda: False,
    ) -> None:
        self.failures: frozenset[Role] = frozenset()  # the outputs that could not be switched
        self._roles = roles
        self._lines = {role: _Line(role) for role in Role if role in roles}
        self._stroke_s = stroke_s
        self._max_s = max_sounding_s
        self._is_drummed = is_drummed
        self._program: _Program | None = None
        self._busy_since: float | None = None
        self._ended_at: float | None = None  # when the last program ended by itself
        self._scores: dict[object, Score] = {}

    def play(self, play: Play, now: float) -> None:
        """Begins a program, in place of the one before. One that only ends at another time goes on unbroken."""
        bound = self._bound(now)
        until = min(play.until, bound)
        if until <= now:
            self.stop(now)
            return
        program = self._program
        if program is not None and _is_same(program.play, play):
            program.until = min(play.until, bound)
            return
        self._program = program = _Program(play, play.start, until, now)
        if _surely_sirens(play, now):
            self._want(_SOUNDING, now)  # a relay is not to wait for its score: that takes ten times as long
        else:
            # A code is joined at its beginning, however late it is ordered: what moves it is its first stroke.
            self._join(program, play.start if play.cycle.spare_s else now, now)
            self.advance(now)

    def hush(self) -> None:
        """Ends the program and with it what is counted towards `max_sounding_s`; every output is to be at rest."""
        self._rest()
        self._busy_since = self._ended_at = None

    def stop(self, now: float) -> None:
        """Ends the program as its own end would; every output is to be at rest."""
        self._rest()
        self._ended_at = now

    def advance(self, now: float) -> bool:
        """Plays the edge that is due at *now*, one at a time, or ends the program. Returns whether one was due."""
        program = self._program
        if program is None:
            return False
        if now >= program.until:
            self.stop(now)
            return False
        due, at, edge = self._next(program)
        if now < due:
            return False
        if now > at + RESYNC_S:
            if not self._move(program, now - at):
                self._join(program, now, now)
            due, _, edge = self._next(program)
            if now < due:
                return True
        program.index, program.next = program.index + 1, None
        if edge.role in self._lines:
            _put(self._lines[edge.role], edge.on, now)
        return True

    def due(self) -> float | None:
        """The instant at which to `advance` and to look at what is `pending`; None while nothing is going on."""
        program = self._program
        due = math.inf if program is None else min(program.until, self._next(program)[0])
        if self.failures:
            due = min(due, *(self._lines[role].retry_at for role in self.failures))
        return due if due < math.inf else None

    def pending(self, now: float) -> list[tuple[Role, bool]]:
        """The outputs that are to be switched at *now*, and whether on; the siren first."""
        return [
            (line.role, line.wanted) for line in self._lines.values()
            if line.level is not line.wanted and now >= line.retry_at
        ]

    def switched(self, role: Role, *, on: bool) -> bool:
        """Takes in that an output was switched. Returns whether it had failed before."""
        self._lines[role].level = on
        if role not in self.failures:
            return False
        self.failures -= {role}
        return True

    def failed(self, role: Role, now: float) -> bool:
        """Takes in that an output could not be switched. Returns whether that is new."""
        line = self._lines[role]
        line.level, line.retry_at = None, now + RETRY_S
        if role in self.failures:
            return False
        self.failures |= {role}
        return True

    def _next(self, program: _Program) -> tuple[float, float, Edge]:
        if program.next is None:
            if program.score is None:
                program.score = self._scored(program.play)
                program.index, _ = program.score.join(program.start, program.ordered_at)
            at, edge = program.score.due(program.start, program.index)
            line = self._lines.get(edge.role)
            moves = line is not None and line.wanted is not edge.on
            program.next = (max(at, line.changed_at + edge.least_s) if line is not None and moves else at, at, edge)
        return program.next

    def _join(self, program: _Program, at: float, now: float) -> None:
        """Goes on at *now* with *program* from where it should be at *at*."""
        program.score = self._scored(program.play)
        program.index, on = program.score.join(program.start, at)
        program.next = None
        self._want(on if program.play.quiet else on | {Role.STROBE}, now)

    def _move(self, program: _Program, late_s: float) -> bool:
        """Goes on with *program* later by *late_s*. Returns whether there is time for that, up to its last stroke."""
        play, start, edges = program.play, program.start + late_s, self._scored(program.play).first
        if program.index >= len(edges) or start > play.start + play.cycle.spare_s + _ROUNDING_S:
            return False
        if start + edges[-1].at_s > program.until + _ROUNDING_S:
            return False
        is_drummed = program.ordered_at < play.start + play.cycle.strokes_s[0] and self._is_drummed()  # else too late
        if Role.STRIKER in self._roles and is_drummed:
            return False
        program.start, program.next = start, None
        return True

    def _scored(self, play: Play) -> Score:
        key = (play.cycle, play.entered_s, play.quiet)
        found = self._scores.get(key)
        if found is None:
            if len(self._scores) >= _MOST_SCORES:
                self._scores.clear()
            found = score(play.cycle, self._roles, self._stroke_s, entered_s=play.entered_s, quiet=play.quiet)
            self._scores[key] = found
        return found

    def _bound(self, now: float) -> float:
        """The instant past which nothing may be on."""
        if self._ended_at is not None and now >= self._ended_at + timing.REST_S:
            self._busy_since = None
        self._ended_at = None
        if self._busy_since is None:
            self._busy_since = now
        return self._busy_since + self._max_s

    def _want(self, on: frozenset[Role], now: float) -> None:
        for line in self._lines.values():
            _put(line, line.role in on, now)

    def _rest(self) -> None:
        """Every output is to be driven to rest, also those that should be there already."""
        self._program = None
        for line in self._lines.values():
            line.wanted, line.level, line.retry_at = False, None, -math.inf


def _put(line: _Line, on: bool, now: float) -> None:
    if line.wanted is not on:
        line.wanted, line.changed_at, line.retry_at = on, now, -math.inf


def _is_same(play: Play, other: Play) -> bool:
    """Whether the two differ in their end, or in what is spoken, at most."""
    return (play.start, play.entered_s, play.quiet, play.cycle) == (
        other.start, other.entered_s, other.quiet, other.cycle
    )


def _surely_sirens(play: Play, now: float) -> bool:
    """Whether the siren is on at *now*, and nothing else but the strobe, as far as that is seen without the score."""
    siren = play.cycle.siren
    if siren is None or play.quiet:
        return False
    begun = play.start + (play.entered_s if play.entered_s > 0 else siren.at_s)
    length_s = siren.length_s if play.cycle.burst_s is None else play.cycle.burst_s
    return begun - _ROUNDING_S <= now < begun + length_s - _ROUNDING_S
