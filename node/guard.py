"""The guard of the outputs: a process of its own that puts them to rest in the instant in which the node's ends.

systemd does so too (`ExecStopPost`), but must start a program first: on a slow or busy machine that takes seconds, and
it cannot on an SD card that does not answer any more. The guard (`node/rest.py --guard`) is loaded and locked in memory
before anything can sound, and waits at a pipe whose other end the kernel closes with the node.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

PROGRAM = Path(__file__).with_name("rest.py")
END_S = 2.0  # it tries a line that is held for a second


class Guard:
    """Use as a context manager: leaving it has the outputs put to rest, and returns when they are."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1

    def start(self, path: str) -> None:
        """Begins to guard the outputs in the file *path*. Raises OSError."""
        end, self._pipe = os.pipe()  # neither is inherited
        try:
            # -I -S: neither the settings nor the packages of the node can keep it from its work.
            command = [sys.executable, "-I", "-S", str(PROGRAM), "--guard", str(end), path]
            self._process = subprocess.Popen(command, pass_fds=[end], stdin=subprocess.DEVNULL)  # noqa: S603 - our own
        finally:
            os.close(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pipe >= 0:
            os.close(self._pipe)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
