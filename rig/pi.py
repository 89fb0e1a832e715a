"""A virtual Raspberry Pi, by the commands of the program that runs it.

The program's path is in the environment variable `KENTONGAN_RIG`. It boots a machine with systemd, and with the header
of a Pi as the kernel's own GPIO chip, whose lines are pressed and watched from outside the product. Its commands:

    status                     exit code 0 if the machine is on
    start, stop, powercut      boot and wait; shut down; end the machine at once
    sh LINE                    a shell line as root on the machine; its exit code is passed on
    push FILE_OR_FOLDER PATH   copy to the machine
    pull PATH FILE             copy from it

On the machine, `/opt/rig/rigprobe` is a Python program that is a module, too: buttons, levels, and the kernel's trace.
"""

import json
import shlex
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Any

VARIABLE = "KENTONGAN_RIG"
BOOT_S = 900.0  # an emulated machine on a busy one; only a hang takes as long
COMMAND_S = 600.0
PROBE = "/root/probe.py"


class PiError(AssertionError):
    """A command on the machine failed; the message has what it printed."""


class Pi:
    """The machine that the program *rig* runs."""

    def __init__(self, rig: Path) -> None:
        self._rig = rig

    def start(self) -> None:
        """Boots it, and returns when it is up."""
        self._call("start", limit_s=BOOT_S)

    def start_without_waiting_for_its_end(self) -> None:
        """Boots it, and returns when it takes commands. Its boot goes on: that of a new card installs.

        A boot in which systemd executes itself anew, as `./install` has it do, never ends for who waits for it.
        """
        booting = subprocess.Popen([str(self._rig), "start"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        end = time.monotonic() + BOOT_S
        while self._done("sh", "true").returncode != 0:
            assert time.monotonic() < end, "it takes no commands"
            time.sleep(2.0)
        booting.terminate()  # the program alone: the machine is a process of its own
        booting.wait()

    def stop(self) -> None:
        """Shuts it down."""
        self._call("stop", limit_s=BOOT_S)

    def power_cut(self) -> None:
        """Ends it at once, as if the plug were pulled."""
        self._call("powercut")

    def running(self) -> bool:
        """Whether it is on."""
        return self._done("status").returncode == 0

    def push(self, source: Path, to: str) -> None:
        """Copies a file or a folder to it; a folder becomes the whole of *to*."""
        self._call("push", str(source), to)

    def pull(self, source: str, to: Path) -> None:
        """Copies a file from it."""
        self._call("pull", source, str(to))

    def sh(self, line: str, limit_s: float = COMMAND_S) -> str:
        """What the shell line *line* prints, as root. Raises PiError unless it exits with 0."""
        return self._call("sh", line, limit_s=limit_s)

    def code(self, line: str) -> int:
        """The exit code of a shell line."""
        return self._done("sh", line).returncode

    def run(self, *words: str, limit_s: float = COMMAND_S) -> str:
        """Like `sh`, with each word kept as it is."""
        return self.sh(shlex.join(words), limit_s)

    def probe(self, verb: str, **options: object) -> Any:
        """What `rig/probe.py` answers there."""
        return json.loads(self.run("/usr/bin/python3", PROBE, verb, json.dumps(options)))

    def put(self, path: str, text: str) -> None:
        """Makes *text* the whole of the file *path*, which keeps its owner and mode if it is there."""
        self.sh(f"cat > {shlex.quote(path)} <<'KENTONGAN-END'\n{text}KENTONGAN-END\n")

    def _call(self, *words: str, limit_s: float = COMMAND_S) -> str:
        done = self._done(*words, limit_s=limit_s)
        if done.returncode != 0:
            printed = f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
            raise PiError(f"{' '.join(words)[:200]} -> exit {done.returncode}\n{printed}")
        return done.stdout

    def _done(self, *words: str, limit_s: float = COMMAND_S) -> subprocess.CompletedProcess[str]:
        # Into files: a machine that was started holds what it was given open, and a pipe would never end.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = subprocess.run([str(self._rig), *words], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                  check=False, timeout=limit_s).returncode
            return subprocess.CompletedProcess(words, code, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
