"""What every benchmark is given: how much to measure, where to put files, how to show progress, when to give up."""

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


class MeasureError(Exception):
    """It cannot be measured here and now; the message is a sentence for people."""


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

    def say(self, text: str) -> None:
        """Shows what is done now."""
        print(f"{self.name}: {text}", file=self.stream, flush=True)

    def times(self, what: str, count: int, most_s: float = 100.0) -> Iterator[int]:
        """Counts to *count*, with progress, or for *most_s* seconds: on a slow machine fewer values have to do."""
        terminal, began, shown = self.stream.isatty(), time.monotonic(), time.monotonic()
        if not terminal:
            self.say(f"{what}, {count} times")
        for number in range(count):
            if number and time.monotonic() > began + most_s:
                self.say(f"{what}: stopped after {number} of {count}, {most_s:g} s are over")
                return
            if time.monotonic() > shown + (SHOWN_S if terminal else FURTHER_S) or (terminal and not number):
                shown = time.monotonic()
                start, end = ("\r\x1b[K", "") if terminal else ("", "\n")
                print(f"{start}{self.name}: {what} {number}/{count}", end=end, file=self.stream, flush=True)
            yield number
        if terminal:
            print(f"\r\x1b[K{self.name}: {what} {count}/{count}", file=self.stream, flush=True)

    def rest(self, what: str, seconds: float) -> None:
        """Lets *seconds* pass, with progress."""
        for _ in self.times(what, round(seconds), most_s=2 * seconds + 1):
            time.sleep(1.0)


def wait_until(ready: Callable[[], bool], what: str, timeout_s: float = WAIT_S) -> None:
    """Returns when *ready*. Raises MeasureError, which says that *what* did not happen. For what has no event."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if time.monotonic() > deadline:
            raise MeasureError(f"{what} within {timeout_s:g} s")
        time.sleep(0.002)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """*count* processes that compute without pause."""
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
