"""The lease of a hub that has others beside it: the thread that looks who leads, takes over, and renews.

    stand by ──look──> nobody leads, and a broker is in reach here ──claim──> Claimed
    lead ──renew──> good for a while longer … until it is not: `lost`, with why

Nothing here waits for the database but this thread.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from threading import Event as Flag
from typing import TYPE_CHECKING, Self

from contract.values import dataclass
from contract.wire.faults import Fault
from runtime import clock
from runtime.core import lease
from runtime.core.lease import CUT_OFF_S, GIVE_UP_S, LOOK_S, RENEW_S, STUCK_S, Lead, LeaseError, Watch
from runtime.inbox import Inbox
from runtime.worker import FaultReporter, Worker

if TYPE_CHECKING:
    from runtime.postgresql import LeaseTable

HANG_S = 30.0
CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class Term:
    """That this hub leads: the number of the term, the `program` that may write, and who led `before`."""

    number: int
    program: str
    before: Lead


@dataclass(frozen=True, slots=True)
class Claimed:
    """This hub leads from now on."""

    term: Term


@dataclass(frozen=True, slots=True)
class Following:
    """Another hub leads, at `host`; None: nobody does."""

    host: str | None


class Lease:
    """Takes part in who leads, among *hubs* hubs, by *table*. Use as a context manager."""

    def __init__(self, table: "LeaseTable", hubs: int) -> None:
        self._table = table
        self._others = hubs - 1
        # Set by the loop.
        self._inbox = Inbox()
        self._faults = FaultReporter(self._inbox)
        self._lost: Callable[[str], None] = lambda _why: None
        self._linked = False
        self._unlinked_since: float | None = None
        self._turned_at = 0.0
        self._released = False
        # Of the thread.
        self._term: Term | None = None
        self._leads_since = 0.0
        self._good_until = -1.0
        self._watch: Watch | None = None
        self._told: Following | None = None
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
        self._linked, self._told = False, None
        self._inbox, self._faults = inbox, FaultReporter(inbox)
        self._released = False

    def lead(self, inbox: Inbox, lost: Callable[[str], None]) -> None:
        """*inbox* gets what is to be known of the others; *lost* is called, with why, once another may lead."""
        self._inbox, self._faults = inbox, FaultReporter(inbox)
        self._lost = lost
        self._turned_at, self._unlinked_since = clock.now(), clock.now()

    def link(self, *, there: bool) -> None:
        """A broker is in reach, or is not. A hub that has none does not take over."""
        self._linked = there
        self._unlinked_since = None if there else clock.now()

    def turned(self) -> None:
        """The loop turns."""
        self._turned_at = clock.now()

    def good_until(self) -> float:
        """Until when this hub may publish."""
        return self._good_until

    def release(self) -> None:
        """This hub leads no more, and another need not wait."""
        self._linked, self._released = False, True
        self._woken.set()

    def hung(self) -> str | None:
        """What is wrong with the thread, or None."""
        return self._worker.hung()

    def _turn(self) -> None:
        if self._term is not None and (self._released or self._worker.ending):
            self._give_up(self._term)
        pause_s = LOOK_S if self._released else self._stand_by() if self._term is None else self._renew(self._term)
        with self._worker.waiting():
            self._woken.wait(pause_s)
        self._woken.clear()
        if self._worker.ending:
            if self._term is not None:
                self._give_up(self._term)
            self._table.close()

    def _stand_by(self) -> float:
        found = self._table.look(ready=self._linked)
        now = clock.now()
        self._faults.well(Fault.JOURNAL)
        self._watch = lease.seen(self._watch, found, now)
        told = Following(found.host if found.program else None)
        if told != self._told:
            self._told = told
            self._inbox.put(told)
        if self._linked and lease.may_claim(self._watch, now):
            program = token_hex(8)
            number = self._table.claim(found, program)
            if number is not None:
                self._term, self._leads_since, self._good_until = Term(number, program, found), now, now + GIVE_UP_S
                self._turned_at, self._unlinked_since = now, None
                self._inbox.put(Claimed(self._term))
                return RENEW_S
        return LOOK_S

    def _renew(self, term: Term) -> float:
        began, unlinked_since = clock.now(), self._unlinked_since
        if began >= self._good_until:
            return self._end("its lease was not renewed in time", term)
        if began >= self._turned_at + STUCK_S:
            return self._end("its loop does not turn", term)
        others = self._table.renew(term.program)
        if others is None:
            return self._end("another hub leads")
        self._good_until = began + GIVE_UP_S
        if lease.alone(len(others), self._others, self._leads_since, began):
            found = f"; there: {', '.join(others)}" if others else ""
            self._faults.failed(Fault.STANDBY, f"{len(others)} of {self._others} other hubs stand by{found}")
        elif len(others) >= self._others:
            self._faults.well(Fault.STANDBY)
        if others and unlinked_since is not None and began >= unlinked_since + CUT_OFF_S:
            return self._end(f"no broker is in reach here, and {others[0]} has one", term)
        return RENEW_S

    def _end(self, why: str, term: Term | None = None) -> float:
        """The turn is over, for the reason *why*; if the database may not know yet, of *term*."""
        self._linked = False
        if term is None:
            self._term, self._good_until = None, -1.0
        else:
            self._give_up(term)
        self._lost(why)
        return LOOK_S

    def _give_up(self, term: Term) -> None:
        self._term, self._good_until = None, -1.0
        with suppress(LeaseError):  # then it ends by itself
            self._table.release(term.program)

    def _failed(self, error: Exception) -> None:
        """The database does not answer. Who leads goes on until its lease is over."""
        self._watch = None
        if self._term is None:
            self._faults.failed(Fault.JOURNAL, f"{self._table.where}: {error}; no hub can take over")
        elif clock.now() >= self._good_until:
            self._end(f"its lease could not be renewed: {self._table.where}: {error}")
        self._worker.pause(LOOK_S)


def host() -> str:
    """What this machine is called among the hubs."""
    return socket.gethostname()
