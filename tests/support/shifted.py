"""A wall clock that is wrong, and can be set anew while a program runs: for whatever asks the time in its process.

The shift, in seconds, stands in the file that the variable KENTONGAN_SHIFT names; every look at the clock reads it.
"""

import os
import time
from pathlib import Path

VARIABLE = "KENTONGAN_SHIFT"
LINE = "tests.support.shifted.begin()"  # for `impatient`

_true_time_ns = time.time_ns


def begin() -> None:
    """From now on this process believes in the clock that is wrong."""
    time.time = _time
    time.time_ns = _time_ns


def set_clock(path: Path, shift_s: float) -> None:
    """Sets the clock, in one stroke."""
    fresh = path.with_suffix(".new")
    fresh.write_text(str(shift_s), "utf-8")
    fresh.replace(path)


def _time() -> float:
    return _time_ns() / 1e9


def _time_ns() -> int:
    return _true_time_ns() + round(1e9 * float(Path(os.environ[VARIABLE]).read_text("utf-8")))
