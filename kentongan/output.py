"""What a program writes for its user: lines, and the faults that the user can fix. Needs no library."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TextIO

from contract.text import escaped


def accept_all_characters() -> None:
    """In a locale without ✓ and ✗ they are written as \\u2713 and \\u2717 from now on.

    No command may fail for a character, and a question mark in its place would read as "unknown".
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def log(line: str) -> None:
    """Writes *line* of a program's log to standard output at once. Raises OSError where that cannot be written."""
    _write(line, sys.stdout)


def complain(line: str) -> None:
    """Writes *line* to standard error."""
    _write(escaped(line), sys.stderr)


def report(faults: Sequence[str]) -> None:
    """Writes *faults* to standard error, a line each, and how many they are if there are more."""
    for fault in faults:
        complain(fault)
    if len(faults) > 1:
        complain(f"{len(faults)} faults.")


def _write(line: str, stream: TextIO) -> None:
    stream.write(f"{line}\n")
    stream.flush()
