"""What can be seen of processes from outside (proc(5))."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from testing.program import LIMIT_S, NeverError
from testing.waiting import looks


def state(pid: int) -> str:
    """The letter of process *pid*'s state (proc(5)); X if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def is_gone(pid: int) -> bool:
    """Whether process *pid* has ended, whether it was waited for or not."""
    return state(pid) in "ZX"


def children(pid: int) -> list[int]:
    """The processes whose parent is *pid*, those that have ended and were not waited for included."""
    found = []
    for each in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            parent = (each / "stat").read_text("utf-8").rpartition(") ")[2].split()[1]
            if int(parent) == pid:
                found.append(int(each.name))
    return found


def players_of(pid: int) -> list[int]:
    """The player processes that *pid* has started and that run."""
    return [each for each in children(pid) if not is_gone(each) and _is_player(each)]


def _is_player(pid: int) -> bool:
    with suppress(OSError):
        return b"node.sound.player_process" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def halt(pid: int) -> None:
    """Stops process *pid* (SIGSTOP); returns once it has stopped. Raises NeverError."""
    os.kill(pid, signal.SIGSTOP)
    if not any(state(pid) == "T" for _ in looks()):
        raise NeverError(f"process {pid} did not stop within {LIMIT_S:g} s")
