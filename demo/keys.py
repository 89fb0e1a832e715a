"""Single keys from the terminal, without Enter; the terminal is always put back. Must not know what a key means."""

import os
import select
import sys
import termios
import tty
from contextlib import suppress
from typing import Any

END = "\x04"  # Ctrl-D, and what is read from a terminal that has gone


class Keys:
    """Reads keys from standard input; use as a context manager. Without a terminal there are none."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None

    def __enter__(self) -> "Keys":
        if sys.stdin.isatty():
            self._before = termios.tcgetattr(sys.stdin.fileno())
            tty.setcbreak(sys.stdin.fileno())  # Ctrl-C stays a signal
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            with suppress(termios.error):  # the terminal may be gone
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._before)

    def read(self, timeout_s: float) -> str:
        """What was typed, "" if nothing was within *timeout_s*."""
        if self._before is None:
            select.select([], [], [], timeout_s)
            return ""
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], timeout_s)
        if not ready:
            return ""
        try:
            return os.read(sys.stdin.fileno(), 64).decode(errors="replace") or END
        except OSError:
            return END
