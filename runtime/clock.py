"""The one clock, and whether the wall clock beside it can be believed. Must not decide anything."""

import ctypes
import os
import time
import uuid
from pathlib import Path
from threading import Condition
from typing import Protocol

from contract.domain.timezone import Zone
from runtime.core.events import Clock

_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def now() -> float:
    """Seconds on CLOCK_BOOTTIME: never jumps, and goes on while the machine sleeps (clock_gettime(2))."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Timer(Protocol):
    """The clock of a thread, and how it waits on it; a test puts one in its place whose time is the test's."""

    def now(self) -> float:
        """As `now` of this module."""

    def wait(self, woken: Condition, seconds: float) -> None:
        """Waits until *woken*, which the caller holds, is notified, for *seconds* at most."""

    def sleep(self, seconds: float) -> None:
        """Waits for *seconds*, whatever happens."""


class SystemTimer:
    """The node's clock itself."""

    def now(self) -> float:
        """Seconds on CLOCK_BOOTTIME."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wait(self, woken: Condition, seconds: float) -> None:
        """Waits until *woken*, which the caller holds, is notified, for *seconds* at most."""
        woken.wait(seconds)

    def sleep(self, seconds: float) -> None:
        """Waits for *seconds*, whatever happens."""
        time.sleep(seconds)


def adopt(zone: Zone) -> str:
    """Makes *zone* this process' own, whatever the machine's is; returns its name, and the machine's if it differs.

    Times of day are the district's: a Pi is often left at UTC.
    """
    found = _machine_zone()
    os.environ["TZ"] = zone.posix
    time.tzset()
    return zone.name if found is None or found[0] == zone.hours * 3600 else f"{zone.name}; the machine's is {found[1]}"


def zone_warning(zone: Zone) -> str | None:
    """What to do where the machine's zone is not *zone*; for a process that has not adopted it."""
    found = _machine_zone()
    if found is None or found[0] == zone.hours * 3600:
        return None
    return (f"time zone: this machine's is {found[1]}, the district's {zone.name}; all times here are {zone.name}; "
            f"to set the machine's: sudo timedatectl set-timezone {zone.iana}")


def _machine_zone() -> tuple[int, str] | None:
    """How many seconds it is before UTC now, and its name."""
    try:
        local = time.localtime()
    except (OverflowError, OSError):
        return None
    hours = local.tm_gmtoff / 3600
    name = local.tm_zone if local.tm_zone[:1].isalpha() else f"UTC{hours:+g}"
    return local.tm_gmtoff, name


def machine_boot() -> str:
    """Names this boot of the machine; instants of `now` compare only within one."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return uuid.uuid4().hex  # then no earlier instant compares


def wall() -> Clock:
    """The wall clock as the kernel sees it: synchronised as adjtimex(2) has it, which NTP daemons set.

    The two clocks cannot be read at once, so the reading that took the least time counts: nodes beat together by it.
    """
    readings = [(now(), time.time(), now()) for _ in range(5)]
    before, epoch, after = min(readings, key=lambda reading: reading[2] - reading[0])
    return Clock(_synced(), epoch - (before + after) / 2, float(time.localtime(epoch).tm_gmtoff))


def _synced() -> bool:
    timex = ctypes.create_string_buffer(512)  # struct timex, all zero: asks, sets nothing
    try:
        state: int = ctypes.CDLL(None, use_errno=True).adjtimex(timex)
    except (OSError, AttributeError):
        return False
    return 0 <= state < _TIME_ERROR
