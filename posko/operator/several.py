"""Several districts watched at once: a desk for each, in a thread of its own. Must not decide anything.

    desk of situbondo ──┐
    desk of panarukan ──┼──> a line each, with its district before it; or the Board, in a terminal
    …                 ──┘
"""

import signal
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from threading import Lock, Thread
from types import FrameType
from typing import Protocol

from posko.operator.core.snapshot import Snapshot

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Desk(Protocol):
    """Who watches one district, in a thread beside others."""

    def watch(self, seconds: float, show: Callable[[Snapshot], object] | None = None) -> int:
        """Watches for so many *seconds*, or until `stop`, and gives *show* what there is to see; the exit code."""

    def stop(self) -> None:
        """Ends it, from another thread."""


class Screen(AbstractContextManager["Screen"], Protocol):
    """What shows all districts at once while it is entered."""

    def take(self, district: str, snapshot: Snapshot) -> None:
        """Notes how *district* is now, from any thread."""

    def draw(self) -> None:
        """Draws them as they are now, and waits for what is next to be drawn."""


class _Lines:
    """Who says the districts' lines, each with its district before it: one after the other."""

    def __init__(self, width: int, echo: Callable[[str], object]) -> None:
        self._width = width
        self._echo = echo
        self._lock = Lock()

    def say(self, district: str, line: str) -> None:
        with self._lock:
            self._echo(f"{district:<{self._width}}  {line}")


class _Thread(Thread):
    """A desk at work; what it raises calls *ended*, and is kept."""

    def __init__(self, watch_: Callable[[], int], ended: Callable[[], None]) -> None:
        super().__init__(name="desk", daemon=True)
        self._watch = watch_
        self._ended = ended
        self.code = 0
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.code = self._watch()
        except Exception as error:  # noqa: BLE001 - the top of a thread; `watch` raises it again
            self.error = error
            self._ended()


def watch(
    makers: Mapping[str, Callable[[Callable[[str], object]], Desk]], echo: Callable[[str], object], seconds: float,
    screen: Screen | None = None,
) -> int:
    """Watches each of *makers*' districts for so many *seconds*, or until a signal comes; the program's exit code.

    A maker makes the desk of its district, which gives its lines to what the maker is given; with a *screen* they wait
    until that has ended. The code is 1 if the broker of any of them was never reached. What *echo* or the screen raises
    ends all, and is raised.
    """
    kept: list[str] = []
    lines = _Lines(max(map(len, makers)), echo if screen is None else kept.append)
    desks = {district: make(partial(lines.say, district)) for district, make in makers.items()}

    def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
        for each in desks.values():
            each.stop()

    threads = [
        _Thread(partial(desk.watch, seconds, None if screen is None else partial(screen.take, district)), stop)
        for district, desk in desks.items()
    ]
    with ExitStack() as parts:
        for number in _SIGNALS:
            parts.callback(signal.signal, number, signal.signal(number, stop))
        for thread in threads:
            thread.start()
            parts.callback(thread.join)
        if screen is not None:
            parts.callback(stop)  # of a screen that is gone nobody sees anything
            parts.enter_context(screen)
            while any(thread.is_alive() for thread in threads):
                screen.draw()
    for error in (thread.error for thread in threads):
        if error is not None:
            raise error
    for line in kept:
        echo(line)
    return max(thread.code for thread in threads)
