"""Files that people name, read without trust in them: regular ones, and not more than so much. Writes nothing.

A pipe would make a program wait for its other end for good, /dev/zero fills the memory, and a sparse file is as long as
it says and costs its author nothing (seen).
"""

import errno
import os
import stat
from pathlib import Path

SETTINGS_BYTES = 1_000_000  # of a file of settings, a catalogue, a password, a certificate
RECORDING_BYTES = 20_000_000
INSTALLATION_BYTES = 64_000_000  # of what `kentongan broker` wrote itself: 10,000 accounts make 4 MB of access lists

_KINDS = (
    (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
)


def read(path: Path, most: int = SETTINGS_BYTES) -> bytes:
    """What stands in the regular file *path*. Raises OSError, which says so if it is no file or larger than *most*."""
    check_kind(path)  # before it is opened: to open a device may do something
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 - of a handle
        _check_kind(os.fstat(handle).st_mode, path)
        body = bytearray()
        while len(body) <= most:
            part = file.read(min(1 << 20, most + 1 - len(body)))
            if not part:
                return bytes(body)
            body += part
    raise OSError(errno.EFBIG, f"it is larger than {size(most)}", str(path))


def check(path: Path, most: int = SETTINGS_BYTES) -> None:
    """Raises OSError where `read` does."""
    read(path, most)


def check_kind(path: Path) -> None:
    """Raises OSError if *path* is not a regular file, or none that this user may ask about."""
    _check_kind(path.stat().st_mode, path)


def size(count: int) -> str:
    """*count* bytes for people."""
    return f"{count // 1_000_000} MB"


def _check_kind(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _KINDS if test(mode)), "something else")
        raise OSError(errno.EINVAL, f"it is {kind}, not a file", str(path))
