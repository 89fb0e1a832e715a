"""The lease of a hub that has others beside it: the thread that looks who leads, takes over, and renews.

    stand by ──look──> nobody leads, and a broker is in reach here ──claim──> Claimed
    lead ──renew──> good for a while longer … until it is not: `lost`, with why

Nothing here waits for the database but this thread.
"""

import math
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from secrets import token_hex
from threading import Event as Flag
from typing import TYPE_CHECKING, Self

from contract.values import dataclass
from contract.wire import timing
from contract.wire.faults import Fault
from posko.core.handover import TERMS
from runtime import clock
from runtime.core import lease
from runtime.core.lease import CUT_OFF_S, GIVE_UP_S, LOOK_S, RENEW_S, STUCK_S, Lead, LeaseError, Watch
from runtime.inbox import Inbox
from runtime.worker import FaultReporter, Worker

if TYPE_CHECKING:
    from runtime.postgresql import LeaseTable

HANG_S = 12.0
CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class Term:
    """That this hub leads: the number of the term, the `program` that may write, and in which boot of a machine those
    led whose terms were seen (`boots`).
    """

    number: int
    program: str
    boots: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Claimed:
    """This hub leads from now on."""

    term: Term


@dataclass(frozen=True, slots=True)
class Following:
    """Another hub leads, at `host`; None: nobody does."""

    host: str | None


@dataclass(slots=True)
class _Run:
    """A Standby, and the hub that follows it: what their loops note of how they fare, for the thread. It leads once at
    most.
    """

    inbox: Inbox
    faults: FaultReporter
    lost: Callable[[str], None] = lambda _why: None
    linked: bool = False
    unlinked_since: float | None = None
    turned_at: float = 0.0
    led: tuple[int, float] = (0, -math.inf)  # the term of the last beacon of another hub, and when that came
    told: Following | None = None
    over: bool = False  # its turn is


class Lease:
    """Takes part in who leads, among *hubs* hubs, by *table*. Use as a context manager."""

    def __init__(self, table: "LeaseTable", hubs: int) -> None:
        self._table = table
        self._others = hubs - 1
        # Set by the loop; None: nobody here takes part.
        self._run: _Run | None = None
        # Of the thread.
        self._term: Term | None = None
        self._leads: _Run | None = None
        self._leads_since = 0.0
        self._good_until = -1.0
        self._watch: Watch | None = None
        self._boots: dict[int, str] = {}  # by the terms that were seen
        self._woken = Flag()
        self._worker = Worker("lease", self._turn, self._failed, HANG_S)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        self._woken.set()
        self._worker.join(CLOSE_S)

    def stand_by(self, inbox: Inbox) -> None:
        """*inbox* gets who leads: a Following or, once it is this hub, a Claimed."""
        self._run = _Run(inbox, FaultReporter(inbox))

    def lead(self, inbox: Inbox, lost: Callable[[str], None]) -> None:
        """*inbox* gets what is to be known of the others; *lost* is called, with why, once another may lead."""
        run = self._run
        if run is not None:
            run.turned_at = run.unlinked_since = clock.now()
            run.lost = lost
            run.faults = FaultReporter(inbox)

    def link(self, *, there: bool) -> None:
        """A broker is in reach, or is not. A hub that has none does not take over."""
        run = self._run
        if run is not None:
            run.linked = there
            if there:
                run.unlinked_since = None
            elif run.unlinked_since is None:  # each attempt that fails is heard of
                run.unlinked_since = clock.now()

    def led(self, term: int) -> None:
        """A beacon of another hub came, which leads for the *term*. As long as they come, none takes over from it that
        has a database which knows nothing of it.
        """
        run = self._run
        if run is not None:
            run.led = (term, clock.now())

    def turned(self) -> None:
        """The loop turns."""
        run = self._run
        if run is not None:
            run.turned_at = clock.now()

    def good_until(self) -> float:
        """Until when this hub may publish."""
        return self._good_until

    def release(self) -> None:
        """This hub leads no more, and another need not wait. It has no part in it until it stands by again."""
        self._run = None
        self._woken.set()

    def hung(self) -> str | None:
        """What is wrong with the thread, or None. A server that hangs is left."""
        trouble = self._worker.hung()
        if trouble is not None:
            self._table.abandon()
        return trouble

    def _turn(self) -> None:
        run, pause_s = self._run, LOOK_S
        if self._term is not None and (run is not self._leads or self._worker.ending):
            self._give_up(self._term)
        elif run is not None and self._term is not None:
            pause_s = self._renew(run, self._term)
        elif run is not None and not run.over:
            pause_s = self._stand_by(run)
        with self._worker.waiting():
            self._woken.wait(pause_s)
        self._woken.clear()
        if self._worker.ending:
            if self._term is not None:
                self._give_up(self._term)
            self._table.close()

    def _stand_by(self, run: _Run) -> float:
        led, led_at = run.led  # before it looks: a beacon comes after the claim
        found = self._table.look(ready=run.linked)
        now = clock.now()
        self._note(run, found, now)
        if found.term < led and now < led_at + timing.HUB_LOST_S:
            run.faults.failed(Fault.JOURNAL, f"{self._table.where} has no term after {found.term}, and a hub leads for "
                                             f"term {led}: of two databases that take writes stop the older one")
        else:
            run.faults.well(Fault.JOURNAL)
            if run.linked and self._watch is not None and lease.may_claim(self._watch, now):
                return self._claim(run, found, led, now)
        return LOOK_S

    def _note(self, run: _Run, found: Lead, now: float) -> None:
        """Who leads was *found* in the database."""
        self._watch = lease.seen(self._watch, found, now)
        others = [each for each in self._boots.items() if each[0] != found.term]
        self._boots = dict([*others, (found.term, found.boot)][-TERMS:])
        told = Following(found.host if found.program else None)
        if told != run.told:
            run.told = told
            run.inbox.put(told)

    def _claim(self, run: _Run, found: Lead, led: int, now: float) -> float:
        program = token_hex(8)
        number = self._table.claim(found, program, led)
        if number is None:
            return LOOK_S
        run.turned_at, run.unlinked_since = now, None
        self._leads, self._leads_since, self._good_until = run, now, now + GIVE_UP_S
        self._term = Term(number, program, self._boots)
        run.inbox.put(Claimed(self._term))
        return RENEW_S

    def _renew(self, run: _Run, term: Term) -> float:
        began, unlinked_since = clock.now(), run.unlinked_since
        if began >= self._good_until:
            return self._end(run, "its lease was not renewed in time", term)
        if began >= run.turned_at + STUCK_S:
            return self._end(run, "its loop does not turn", term)
        others = self._table.renew(term.program)
        if others is None:
            return self._end(run, "another hub leads")
        self._good_until = began + GIVE_UP_S
        if lease.alone(len(others), self._others, self._leads_since, began):
            found = f"; there: {', '.join(others)}" if others else ""
            run.faults.failed(Fault.STANDBY, f"{len(others)} of {self._others} other hubs stand by{found}")
        elif len(others) >= self._others:
            run.faults.well(Fault.STANDBY)
        if others and unlinked_since is not None and began >= unlinked_since + CUT_OFF_S:
            return self._end(run, f"no broker is in reach here, and {others[0]} has one", term)
        return RENEW_S

    def _end(self, run: _Run, why: str, term: Term | None = None) -> float:
        """The turn of *run* is over, for the reason *why*; if the database may not know yet, of *term*."""
        run.over = True
        if term is None:
            self._forget()
        else:
            self._give_up(term)
        run.lost(why)
        return LOOK_S

    def _give_up(self, term: Term) -> None:
        self._forget()
        with suppress(LeaseError):  # then it ends by itself
            self._table.release(term.program)

    def _forget(self) -> None:
        self._term, self._leads, self._good_until = None, None, -1.0

    def _failed(self, error: Exception) -> None:
        """The database does not answer. Who leads goes on until its lease is over."""
        self._watch = None
        run, leads = self._run, self._leads
        if leads is None:
            if run is not None and not run.over:
                run.faults.failed(Fault.JOURNAL, f"{self._table.where}: {error}; no hub can take over")
        elif clock.now() >= self._good_until:
            self._end(leads, f"its lease could not be renewed: {self._table.where}: {error}")
        self._worker.pause(LOOK_S)


def host() -> str:
    """What this machine is called among the hubs."""
    return socket.gethostname()
