"""The file of a run's JSON: looked at before the run, which may take long, and replaced only by a whole new one."""

import os
from pathlib import Path


class OutputError(Exception):
    """The file cannot be written; the message is a sentence for people."""


def check(path: Path) -> None:
    """Finds out whether *path* could be written now, and leaves all as it is. Raises OutputError.

    Whether there is room is known only once it is written.
    """
    target = path.resolve()
    try:
        if _is_replaced(target):
            beside = _beside(target)
            beside.open("xb").close()
            beside.unlink()
        if target.is_file() or not _is_replaced(target):
            os.close(os.open(target, os.O_WRONLY | os.O_NONBLOCK))  # a pipe is not waited for
    except OSError as error:
        raise _of(path, error) from None


def write(path: Path, text: str) -> None:
    """Writes *text* to *path*; until all of it is there, a file of before stays. Raises OutputError."""
    target = path.resolve()
    try:
        if not _is_replaced(target):
            target.write_text(text, "utf-8")
            return
        beside = _beside(target)
        try:
            beside.write_text(text, "utf-8")
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise _of(path, error) from None


def _is_replaced(target: Path) -> bool:
    """Whether another file can take its place: not that of a device or a pipe, nor in a folder of somebody else's."""
    return (target.is_file() or not target.exists()) and os.access(target.parent, os.W_OK)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}")


def _of(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror or error}")
