"""What every benchmark is given: how much to measure, where to put files, how to show progress, when to give up."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

WAIT_S = 30.0  # the longest wait for anything that happens within a second on a machine that is not stuck
REST_S = 0.05  # before each message: one that follows another at once is handled by threads that are still awake
SHOWN_S = 0.2  # how often a terminal's progress line is written; another stream gets a line every FURTHER_S
FURTHER_S = 15.0
# Without pause, and without a thread that would take turns with it; it does not outlive who has started it.
_BUSY = """
import os, sys
parent = int(sys.argv[1])
while os.getppid() == parent:
    for _ in range(100_000):
        pass
"""


class MeasureError(Exception):
    """It cannot be measured here and now; the message is a sentence for people."""


class LateError(MeasureError):
    """What was to happen had not happened when WAIT_S were over."""


class MissingError(MeasureError):
    """A program or package is not installed; the message names it, and how to install it."""


def now() -> float:
    """Seconds on CLOCK_BOOTTIME, the clock by which nodes report."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one benchmark: its folder, and whether a quick look is enough."""

    name: str
    folder: Path
    quick: bool = False
    stream: TextIO = sys.stderr

    def count(self, full: int, quick: int) -> int:
        """How often to measure something."""
        return quick if self.quick else full

    def show(self, text: str) -> None:
        """Shows what is done now."""
        print(f"{self.name}: {text}", file=self.stream, flush=True)

    def times(self, what: str, count: int, most_s: float = 100.0) -> Iterator[int]:
        """Counts to *count*, with progress, or for *most_s* seconds: on a slow machine fewer values have to do."""
        began = time.monotonic()
        with self._progress(f"{what}, {count} times") as show:
            for number in range(count):
                if number and time.monotonic() > began + most_s:
                    self.show(f"{what}: stopped after {number} of {count}, as {most_s:g} s are over")
                    return
                show(f"{what}, {number} of {count}")
                yield number

    def rest(self, what: str, seconds: float) -> None:
        """Lets *seconds* pass, with progress."""
        until = time.monotonic() + seconds
        with self._progress(f"{what}, {seconds:.0f} s") as show:
            while (left_s := until - time.monotonic()) > 0:
                show(f"{what}, {left_s:.0f} s left")
                time.sleep(min(1.0, left_s))

    @contextmanager
    def _progress(self, whole: str) -> Iterator[Callable[[str], None]]:
        """Shows *whole*; what the block shows further replaces it in a terminal, and comes rarely elsewhere."""
        terminal, shown = self.stream.isatty(), time.monotonic()

        def show(text: str) -> None:
            nonlocal shown
            if time.monotonic() > shown + (SHOWN_S if terminal else FURTHER_S):
                shown = time.monotonic()
                print(f"\r\x1b[K{self.name}: {text}" if terminal else f"{self.name}: {text}",
                      end="" if terminal else "\n", file=self.stream, flush=True)

        print(f"{self.name}: {whole}", end="" if terminal else "\n", file=self.stream, flush=True)
        yield show
        if terminal:
            print(f"\r\x1b[K{self.name}: {whole}", file=self.stream, flush=True)


def wait_until(ready: Callable[[], bool], what: str, timeout_s: float = WAIT_S) -> None:
    """Returns when *ready*; for what has no event to wait on. Raises MeasureError, which begins with *what*."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > deadline:
            raise MeasureError(f"{what} within {timeout_s:g} s")
        time.sleep(0.002)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """*count* processes that compute without pause, until the block or this process ends."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        words = [sys.executable, "-c", _BUSY, str(os.getpid())]
        processes += (subprocess.Popen(words, process_group=0) for _ in range(count))
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@contextmanager
def beside(module: str, *words: object) -> Iterator[None]:
    """`python -m MODULE WORDS` goes on while the block runs, until it is killed.

    Raises MeasureError where it ended by itself: what was measured then was not beside it.
    """
    process = subprocess.Popen([sys.executable, "-m", module, *map(str, words)], process_group=0)
    try:
        yield
        if process.poll() is not None:
            raise MeasureError(f"{module} was to go on, and has ended with exit code {process.returncode}")
    finally:
        process.kill()
        process.wait()
