"""Several districts watched at once, as lines: a desk for each, in a thread of its own. Must not decide anything.

    desk of situbondo ──┐
    desk of panarukan ──┼──> a line each, with its district before it
    …                 ──┘
"""

import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from threading import Lock, Thread
from types import FrameType
from typing import Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Desk(Protocol):
    """Who watches one district, in a thread beside others."""

    def watch(self, seconds: float) -> int:
        """Watches for so many *seconds*, or until `stop`; the exit code."""

    def stop(self) -> None:
        """Ends it, from another thread."""


def watch(
    makers: Mapping[str, Callable[[Callable[[str], object]], Desk]], echo: Callable[[str], object], seconds: float
) -> int:
    """Watches each of *makers*' districts for so many *seconds*, or until a signal comes; the program's exit code.

    A maker makes the desk of its district, which gives its lines to what the maker is given. The code is 1 if the
    broker of any of them was never reached. What *echo* raises ends all, and is raised.
    """
    width, lock = max(map(len, makers)), Lock()

    def say(district: str, line: str) -> None:
        with lock:
            echo(f"{district:<{width}}  {line}")

    desks = [make(partial(say, district)) for district, make in makers.items()]
    codes: list[int] = []
    errors: list[Exception] = []

    def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
        for each in desks:
            each.stop()

    def run(desk: Desk) -> None:
        try:
            codes.append(desk.watch(seconds))
        except Exception as error:  # noqa: BLE001 - the top of a thread; it is raised again below
            errors.append(error)
            stop()

    threads = [Thread(target=run, args=(desk,), name="desk", daemon=True) for desk in desks]
    with ExitStack() as parts:
        for number in _SIGNALS:
            parts.callback(signal.signal, number, signal.signal(number, stop))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return max(codes)
