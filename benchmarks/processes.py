"""What the kernel counts of a process (proc(5)): memory, processor time, wake-ups."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.run import MeasureError


@dataclass(frozen=True, slots=True)
class Count:
    """What all threads of a process have used so far: seconds of a core, and how often one of them slept and woke."""

    cpu_s: float
    wakeups: int


def count(pid: int) -> Count:
    """What process *pid* has used so far. Raises MeasureError if it has ended, or the kernel does not count it."""
    cpu_ns = wakeups = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(ProcessLookupError):  # a thread that has just ended
                cpu_ns += int((task / "schedstat").read_text("ascii").split()[0])
                wakeups += _number((task / "status").read_text("utf-8"), "voluntary_ctxt_switches")
    except OSError as error:
        raise MeasureError(f"process {pid} cannot be looked at: {error}") from None
    return Count(cpu_ns / 1e9, wakeups)


def memory_mb(pid: int) -> tuple[float, float]:
    """The proportional set size of *pid*, and its private dirty memory, in MB. Raises MeasureError."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    except OSError as error:
        raise MeasureError(f"the memory of process {pid} cannot be looked at: {error}") from None
    return _number(text, "Pss") / 1024, _number(text, "Private_Dirty") / 1024


def peak_mb(pid: int) -> float:
    """The resident set size of *pid* at its highest, in MB. Raises MeasureError."""
    try:
        return _number(Path(f"/proc/{pid}/status").read_text("utf-8"), "VmHWM") / 1024
    except OSError as error:
        raise MeasureError(f"the memory of process {pid} cannot be looked at: {error}") from None


def written_kb(pid: int) -> float:
    """What process *pid* has had written to disks so far, in kB. Raises MeasureError."""
    try:
        text = Path(f"/proc/{pid}/io").read_text("ascii")
    except OSError as error:
        raise MeasureError(f"what process {pid} writes cannot be looked at: {error}") from None
    return int(text.partition("\nwrite_bytes:")[2].split()[0]) / 1000


def _number(text: str, name: str) -> int:
    match = re.search(rf"^{name}:\s*(\d+)", text, re.MULTILINE)
    if match is None:
        raise MeasureError(f"the kernel does not report {name}")
    return int(match[1])
