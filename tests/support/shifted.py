"""A wall clock that is wrong, and can be set anew while a program runs, in the place of `time` in loop.clock.

The shift, in seconds, stands in the file that the variable KENTONGAN_SHIFT names; every look at the clock reads it.
"""

import os
import time as real
from pathlib import Path

CLOCK_BOOTTIME = real.CLOCK_BOOTTIME
clock_gettime = real.clock_gettime
localtime = real.localtime
sleep = real.sleep

VARIABLE = "KENTONGAN_SHIFT"
LINE = "runtime.clock.time = __import__('tests.support.shifted', fromlist=['shifted'])"


def time() -> float:
    """Seconds since the epoch, by the clock that is wrong."""
    return real.time() + float(Path(os.environ[VARIABLE]).read_text("utf-8"))


def set_clock(path: Path, shift_s: float) -> None:
    """Sets the clock, in one stroke."""
    fresh = path.with_suffix(".new")
    fresh.write_text(str(shift_s), "utf-8")
    fresh.replace(path)
