"""A program's health: the clock, real-time scheduling, locked memory, and systemd's watchdog.

The watchdog is fed only when the loop itself has run and the threads that it needs (siren, link, buttons) are alive,
never by a thread of its own.
"""

import ctypes
import os
import resource
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress

from runtime import clock
from runtime.inbox import Inbox
from runtime.worker import Worker

CLOCK_S = 5.0
SIREN_PRIORITY = 20
LOOP_PRIORITY = 10
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4  # mlockall(2)


class ClockThread:
    """Gives a program that has no `runtime.loop` of its own the state of the wall clock, periodically."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._worker = Worker("clock", self._turn, lambda _error: self._worker.pause(CLOCK_S), CLOCK_S)

    def __enter__(self) -> "ClockThread":
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        self._worker.join(1.0)

    def _turn(self) -> None:
        self._worker.pause(CLOCK_S)
        if not self._worker.ending:
            self._inbox.put(clock.wall())


def realtime(priority: int) -> str:
    """Puts the calling thread, and those it will start, under SCHED_FIFO. Returns "fifo", or why not."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    except OSError as error:
        return f"refused: {error.strerror}"
    return "fifo"


def ordinary() -> None:
    """Puts the calling thread back under the ordinary scheduler, so that a disk's work delays no stroke."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def lock_memory() -> str:
    """Keeps what memory the process touches from being paged out. Returns "locked", or why not.

    Not under a limit: once locked up to it, the process would be refused any more memory, and die.
    """
    if os.geteuid() != 0 and resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        return "refused: the limit on locked memory is not infinite"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) == 0:
        return "locked"
    return f"refused: {os.strerror(ctypes.get_errno())}"


def notify(state: str) -> None:
    """Sends systemd *state* (sd_notify(3)), where there is a systemd that listens."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.sendto(state.encode(), address)


def troubles(parts: Mapping[str, Callable[[], str | None]]) -> dict[str, str]:
    """What is wrong with each part that has trouble; empty when all is well."""
    found = {name: ask() for name, ask in parts.items()}
    return {name: trouble for name, trouble in found.items() if trouble is not None}
