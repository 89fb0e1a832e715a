"""How a run is ended from outside, by Ctrl-C, `kill` or a terminal that is closed, and that nothing is left of it.

A signal raises Stopped where the run is, so that everything on the way out ends what it has started. The processes of
our own that only load the machine are in process groups of their own, so that Ctrl-C is the run's matter, which ends
them; and they do not outlive it (`as_a_part`).
"""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from types import FrameType

from broker.mosquitto import END_S
from testing.processes import children, is_gone
from testing.program import LIMIT_S
from testing.waiting import looks

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_S = 1.0  # how often a process looks whether the run that has started it is there


class Stopped(BaseException):
    """The run is to end now. No Exception, since what goes on after a fault must not go on after this."""


@dataclass(slots=True)
class Asked:
    """The signal by which the run is asked to end; None as long as it is not."""

    by: signal.Signals | None = None

    @property
    def name(self) -> str:
        """The signal's name; "" as long as there is none."""
        return "" if self.by is None else self.by.name

    @property
    def exit_code(self) -> int:
        """What a shell reports of a program that this signal ends; 0 as long as there is none."""
        return 0 if self.by is None else 128 + self.by


@contextmanager
def heard() -> Iterator[Asked]:
    """While the block runs, the first of SIGNALS raises Stopped in it, and is noted in what the block is given.

    Those that follow change nothing: all that was started is being ended already. A signal that is ignored from the
    start, as `nohup` has it, stays ignored. For the main thread.
    """
    asked = Asked()

    def stop(number: int, _frame: FrameType | None) -> None:
        if asked.by is None:
            asked.by = signal.Signals(number)
            with suppress(OSError):  # not by a stream, which this may have come into the midst of
                os.write(2, f"\n{asked.name}: ending what was started\n".encode())
            raise Stopped

    before = {each: signal.getsignal(each) for each in SIGNALS}
    try:
        for each, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(each, stop)
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def nothing_left() -> Iterator[None]:
    """Ends each process that the block has started and has not ended, as where a signal came amid its start."""
    before = children(os.getpid())
    try:
        yield
    finally:
        left = [pid for pid in children(os.getpid()) if pid not in before and not is_gone(pid)]
        _tell(left, signal.SIGTERM)
        if not _gone(left, END_S):
            _tell(left, signal.SIGKILL)
            _gone(left)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for the block; it is gone after that, also where a signal came amid its removal."""
    made = tempfile.TemporaryDirectory(prefix="k")
    try:
        yield Path(made.name)
    finally:
        try:
            made.cleanup()
        except Stopped:
            made.cleanup()  # whole now: the signals that follow change nothing
            raise


def as_a_part() -> None:
    """Makes this process a part of the run that has started it: it leaves Ctrl-C to the run, and ends with it.

    Otherwise it would die with a traceback of its own before the run ends it, and work on where the run was killed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)  # a process that was forked has the run's own
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


def _tell(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            if not is_gone(pid):
                os.kill(pid, number)


def _gone(pids: list[int], within_s: float = LIMIT_S) -> bool:
    return any(all(map(is_gone, pids)) for _ in looks(within_s))
