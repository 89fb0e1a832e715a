"""Waiting for what another thread does: as short as it takes, and loud when it never comes."""

import time
from collections.abc import Callable
from typing import TypeVar

from node.core.events import Event
from runtime.inbox import Inbox
from testing.program import LIMIT_S
from testing.waiting import looks

E = TypeVar("E")


def wait_until(ready: Callable[[], bool]) -> bool:
    """Whether *ready* became true. For what has no event of its own to wait on."""
    return any(ready() for _ in looks())


def take(inbox: Inbox, kind: type[E], passed: list[Event] | None = None) -> E:
    """The next event of class *kind* in *inbox*; what comes before it is added to *passed*, or thrown away."""
    due = time.monotonic() + LIMIT_S
    passed = [] if passed is None else passed
    while time.monotonic() < due:
        _, event = inbox.get(inbox._now() + LIMIT_S)  # a test may have set the clock of all else
        if isinstance(event, kind):
            return event
        passed.append(event)
    raise AssertionError(f"no {kind.__name__} within {LIMIT_S:g} s, only {passed}")


def drain(inbox: Inbox) -> list[Event]:
    """Everything that waits in *inbox* now, in the order in which it is handed out. Never waits."""
    events: list[Event] = []
    while inbox.waits():
        events.append(inbox.get(None)[1])
    return events
