"""The siren thread: the only owner of relay, striker and strobe. Knows programs, not alarms.

`play` and `hush` switch the outputs in the caller's thread, so that neither waits for another one to wake; what
follows (the strokes, the end) is the thread's, on absolute deadlines of the node's clock. So a program ends by
itself, whatever became of the loop that began it, and nothing is on past `max_sounding_s`, counted through all
programs that follow each other: only `hush`, or `timing.REST_S` at rest, begins the count anew.

A stroke is waited for on a condition up to 5 ms before its instant, then slept for: measured, with SCHED_FIFO,
0.5 ms late at the 99th percentile. An edge that is late is not left out, because the count is the message: its
stroke keeps its length and is beaten at once, unless it is later than `RESYNC_S`.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from threading import Condition, Thread

from contract.wire import timing
from contract.wire.faults import Fault
from node.core.effects import Play
from node.core.switching import Role, Score, score
from node.devices import Output
from runtime import clock
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox

FINE_S = 0.005
RESYNC_S = 0.25
IDLE_S = 1.0  # how often the thread turns when nothing is due
HANG_S = 5.0


@dataclass(slots=True)
class _Program:
    score: Score
    start: float
    until: float
    index: int  # the next edge
    on_since: dict[Role, float]


class Siren:
    """Plays programs on the outputs it is given. Use as a context manager: leaving it drives all to rest."""

    def __init__(
        self, outputs: Mapping[Role, Output], inbox: Inbox, *, stroke_s: float, max_sounding_s: float,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self._outputs = dict(outputs)
        self._inbox = inbox
        self._max_s = max_sounding_s
        self._prepare = prepare
        self._score = lru_cache(maxsize=32)(lambda cycle, entered_s, quiet: score(
            cycle, frozenset(self._outputs), stroke_s, entered_s=entered_s, quiet=quiet
        ))
        self._woken = Condition()
        self._program: _Program | None = None
        self._busy_since: float | None = None
        self._ended_at: float | None = None  # when the last program ended by itself
        self._on: set[Role] = set()
        self._failed: set[Role] = set()
        self._broke = False
        self._closing = False
        self._turned_at = clock.now()
        self._thread = Thread(target=self._run, name="siren", daemon=True)

    def __enter__(self) -> "Siren":
        self._rest()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drives all outputs to rest, then lets them go."""
        with self._woken:
            self._program, self._closing = None, True
            self._rest()
            self._woken.notify()
        if self._thread.is_alive():
            self._thread.join(timeout=1.0)
        for role, output in self._outputs.items():
            try:
                output.close()
            except Exception as error:  # noqa: BLE001 - one that fails must not keep the others
                self._inbox.put(Faulted(role.value, f"cannot be let go: {error}"))

    def play(self, play: Play) -> None:
        """Begins a program, in place of the one before. One that only ends at another time goes on unbroken."""
        now = clock.now()
        with self._woken:
            if self._closing:
                return
            until = min(play.until, self._bound(now))
            if until <= now:
                self._end(now)
                return
            self._hurry(play, now)
            scored: Score = self._score(play.cycle, play.entered_s, play.quiet)
            program = self._program
            if program is not None and (program.score, program.start) == (scored, play.start):
                program.until = until
            else:
                self._program = _Program(scored, play.start, until, 0, {})
                self._join(self._program, now)
            self._woken.notify()

    def hush(self) -> None:
        """Ends the program; all outputs are at rest when this returns."""
        with self._woken:
            self._end(None)
            self._woken.notify()

    def hung(self) -> str | None:
        """What is wrong with the thread, or None. Only a new process helps against that."""
        if not self._thread.is_alive():
            return "its thread is dead"
        return "its thread hangs" if clock.now() > self._turned_at + HANG_S else None

    def trouble(self) -> str | None:
        """What is wrong with the thread or its outputs, or None."""
        hung = self.hung()
        if hung is not None:
            return hung
        return f"cannot switch {', '.join(sorted(role.value for role in self._failed))}" if self._failed else None

    def _run(self) -> None:
        self._prepare()
        while not self._closing:
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 - the thread's edge: it must go on, and say so
                with self._woken:
                    self._end(clock.now())
                    self._broke = True
                self._inbox.put(Faulted(Fault.SIREN_THREAD, f"failed and was hushed: {error!r}"))

    def _turn(self) -> None:
        """Waits for the next edge or a new program, and plays what is due."""
        with self._woken:
            self._turned_at = clock.now()
            if self._program is None:
                if self._failed:
                    self._rest()  # until the driver takes it: an output that could not be switched may be on
                self._woken.wait(timeout=IDLE_S)
                return
            wait_s = self._next(self._program) - clock.now()
            if wait_s > FINE_S:
                self._woken.wait(timeout=min(wait_s - FINE_S, IDLE_S))
                return
        if wait_s > 0:
            time.sleep(wait_s)
        with self._woken:
            if self._program is not None:
                self._advance(self._program, clock.now())

    def _next(self, program: _Program) -> float:
        due, edge = program.score.due(program.start, program.index)
        if not edge.on and edge.role in program.on_since:
            due = max(due, program.on_since[edge.role] + edge.least_s)
        return min(due, program.until)

    def _advance(self, program: _Program, now: float) -> None:
        """Plays the edge that is due at *now*, if one is, or ends the program."""
        if now >= program.until:
            self._end(now)
            return
        if now < self._next(program):
            return
        due, edge = program.score.due(program.start, program.index)
        if now > due + RESYNC_S:
            self._join(program, now)
            return
        program.index += 1
        if edge.on:
            program.on_since[edge.role] = now
        self._set(self._on | {edge.role} if edge.on else self._on - {edge.role})
        if self._broke:
            self._broke = False
            self._inbox.put(Recovered(Fault.SIREN_THREAD))

    def _join(self, program: _Program, now: float) -> None:
        """Goes on with *program* from where it should be at *now*."""
        program.index = program.score.index_after(program.start, now)
        strobe = set() if program.score.quiet else {Role.STROBE}
        self._set(program.score.on_at(program.start, now) | strobe)

    def _hurry(self, play: Play, now: float) -> None:
        """A siren that is to be on is on before its score is made: that takes ten times as long as to switch it."""
        siren = play.cycle.siren
        if self._program is None and siren is not None:
            begun = play.start + play.entered_s + siren.at_s
            if begun <= now < begun + siren.length_s:
                self._set({Role.SIREN, Role.STROBE})

    def _bound(self, now: float) -> float:
        """The instant past which nothing may be on."""
        if self._ended_at is not None and now >= self._ended_at + timing.REST_S:
            self._busy_since = None
        self._ended_at = None
        if self._busy_since is None:
            self._busy_since = now
        return self._busy_since + self._max_s

    def _end(self, ended_at: float | None) -> None:
        """Ends the program: by itself at *ended_at*, or for good, so that the next one is bounded anew."""
        self._program, self._ended_at = None, ended_at
        if ended_at is None:
            self._busy_since = None
        self._rest()

    def _set(self, on: set[Role] | frozenset[Role]) -> None:
        """Switches what differs. An output that fails does not keep the others from being switched."""
        for role in self._on ^ (on & self._outputs.keys()):
            self._switch(role, on=role in on)
        self._on = set(on & self._outputs.keys())

    def _rest(self) -> None:
        """Drives every output to rest, also those that should be there already."""
        for role in self._outputs:
            self._switch(role, on=False)
        self._on = set()

    def _switch(self, role: Role, *, on: bool) -> None:
        output = self._outputs[role]
        try:
            (output.on if on else output.off)()
        except Exception as error:  # noqa: BLE001 - whatever a driver raises, the other outputs must go on
            if role not in self._failed:
                self._failed.add(role)
                self._inbox.put(Faulted(role.value, f"cannot be switched: {error}"))
            return
        if role in self._failed:
            self._failed.discard(role)
            self._inbox.put(Recovered(role.value))
