"""The folder in which a hub keeps its journal: two hubs of two districts on one machine must not share it.

Each would restore the other's alarms as its own. So a hub holds its folder for as long as it runs, by a lock that ends
with the process, whatever ends that. Hubs of one district find each other at the broker (`posko.rival`).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from contract.text import printable
from contract.user_error import UserError

LOCK = "hub.lock"  # in the folder; it has the slug of the district whose hub holds it
WAIT_S = 3.0  # for a disk that may hang
_LONGEST = 80


class FolderInUseError(UserError):
    """A hub of another district works in this folder."""


@contextmanager
def held(folder: Path, district: str) -> Iterator[None]:
    """Holds *folder* for the hub of *district*. Raises FolderInUseError if that of another one does.

    Where the disk gives no lock in `WAIT_S`, the hub goes on without: the journal reports what is wrong with the disk.
    """
    answer = SimpleQueue[int | FolderInUseError | None]()
    Thread(target=lambda: answer.put(_lock(folder, district)), name="folder", daemon=True).start()
    found = None
    with suppress(Empty):
        found = answer.get(timeout=WAIT_S)
    if isinstance(found, FolderInUseError):
        raise found
    try:
        yield
    finally:
        if found is not None:
            os.close(found)


def _lock(folder: Path, district: str) -> int | FolderInUseError | None:
    """What holds *folder*; None if nothing can, or the hub of the same district does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        other = printable(os.pread(lock, _LONGEST, 0).decode("utf-8", "replace"))
        os.close(lock)
        return None if other in ("", district) else FolderInUseError(
            f"state_dir {folder} is in use by the hub of {other}; give this one, of {district}, a state_dir of its "
            f"own, such as {folder}-{district}")
    with suppress(OSError):  # a full disk
        os.ftruncate(lock, 0)
        os.pwrite(lock, district.encode(), 0)
    return lock
