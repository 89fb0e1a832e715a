"""Several districts watched at once, as lines: a desk for each, in a thread of its own. Must not decide anything.

    desk of situbondo ──┐
    desk of panarukan ──┼──> a line each, with its district before it
    …                 ──┘
"""

import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from threading import Lock, Thread
from types import FrameType

from posko.config import Config
from posko.labels.labels import Labels
from posko.operator.service import SIGNALS, Desk


def watch(configs: Sequence[tuple[Config, Labels]], echo: Callable[[str], object], seconds: float) -> int:
    """Watches the districts of *configs* for so many *seconds*, or until a signal comes; the program's exit code.

    It is 1 if the broker of any of them was never reached. What *echo* raises ends all, and is raised.
    """
    width, lock = max(len(config.district.district) for config, _ in configs), Lock()

    def say(district: str, line: str) -> None:
        with lock:
            echo(f"{district:<{width}}  {line}")

    desks = [Desk(config, labels, partial(say, config.district.district), aside=True) for config, labels in configs]
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
        for number in SIGNALS:
            parts.callback(signal.signal, number, signal.signal(number, stop))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return max(codes)
