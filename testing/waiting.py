"""Waiting for what has no event of its own to wait on: another process's disk or end, what a thread does."""

import time
from collections.abc import Iterator

from testing.program import LIMIT_S

_SOONEST_S, _LATEST_S = 0.001, 0.02  # from one look to the next


def looks(limit_s: float = LIMIT_S) -> Iterator[None]:
    """An iteration for each look, one at least, until *limit_s* have passed: soon again at first, later more seldom.

    Where many wait for long, as on a busy machine, they would else take the time that those need for whom they wait.
    """
    begun = time.monotonic()
    while True:
        yield
        passed = time.monotonic() - begun
        if passed > limit_s:
            return
        time.sleep(min(max(_SOONEST_S, passed / 20), _LATEST_S))
