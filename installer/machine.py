"""The machine that is installed on: its files, all below one root, and its programs. Nothing else changes either.

With another root than / no program of the system runs: no package, user or service is touched, and each command that is
left out is printed. So an installation can be tried by anybody.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from contract.user_error import UserError

ROOT = "root:root"
_NEW = ".new"


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended, and what it printed."""

    code: int
    output: str


Run = Callable[[Sequence[str], Mapping[str, str]], Done]


def run(command: Sequence[str], environment: Mapping[str, str]) -> Done:
    """Runs *command* with *environment* on top of ours; 127 if there is no such program."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command lines
            command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )
    except OSError as error:
        return Done(127, f"{command[0]}: {error.strerror}")
    return Done(done.returncode, done.stdout)


class Machine:
    """The machine below *root*; *tell* prints a line."""

    def __init__(self, root: Path, tell: Callable[[str], object], run_: Run = run, *, whole: bool = False) -> None:
        self.root = root.resolve()
        self.whole = whole or self.root == Path("/")
        self.tell = tell
        self._run = run_

    def path(self, absolute: str) -> Path:
        """Where *absolute* is on this machine."""
        return self.root / absolute.lstrip("/")

    def program(self, *command: str | Path, **environment: str) -> str:
        """What *command*, a program of ours, prints. Raises UserError with its last lines if it fails."""
        return self._must(list(map(str, command)), environment)

    def ask(self, *command: str) -> Done:
        """How *command*, which changes nothing, ends."""
        return self._run(command, {"LC_ALL": "C"})

    def system(self, *command: str, **environment: str) -> None:
        """Runs *command*, which changes the system. Raises UserError with its last lines if it fails."""
        if self.whole:
            self._must(list(command), environment)
        else:
            self.tell(f"   left out with --root: {' '.join(command)}")

    def attempt(self, *command: str) -> bool:
        """Like `system`; whether it succeeded."""
        try:
            self.system(*command)
        except UserError:
            return False
        return True

    def _must(self, command: list[str], environment: Mapping[str, str]) -> str:
        done = self._run(command, environment)
        if done.code != 0:
            last = [line for line in done.output.splitlines() if line.strip()][-8:]
            raise UserError(f"this failed (exit {done.code}): {' '.join(command)}", *(f"  {line}" for line in last))
        return done.output

    def write(
        self, absolute: str, body: bytes, mode: int = 0o644, owner: str = ROOT, *, synced: bool = True
    ) -> bool:
        """Replaces the file whole; if *synced*, it is old or new after a power cut. Whether anything changed."""
        path = self.path(absolute)
        same = path.is_file() and not path.is_symlink() and path.read_bytes() == body
        if not same:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(path.name + _NEW)
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
                sink.write(body)
                sink.flush()
                if synced:
                    os.fsync(sink.fileno())
            self._give(new, mode, owner)
            new.replace(path)
        self._give(path, mode, owner)
        return not same

    def folder(self, absolute: str, mode: int = 0o755, owner: str = ROOT) -> None:
        """Makes the folder, or puts its rights in order."""
        path = self.path(absolute)
        path.mkdir(parents=True, exist_ok=True)
        self._give(path, mode, owner)

    def link(self, absolute: str, target: str) -> None:
        """Makes *absolute* a link to *target*, in one step where it was one already."""
        path = self.path(absolute)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(path.name + _NEW)
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.replace(path)

    def remove(self, absolute: str) -> bool:
        """Removes the file, the link or the folder with all that is in it; whether there was one."""
        path = self.path(absolute)
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            return False
        return True

    def remove_drop_in(self, absolute: str) -> bool:
        """Removes the file, and its folder if nobody else has one in it; whether there was one."""
        found = self.remove(absolute)
        if found:
            with suppress(OSError):  # it holds another's
                self.path(absolute).parent.rmdir()
        return found

    def _give(self, path: Path, mode: int, owner: str) -> None:
        path.chmod(mode)
        if self.whole and owner != ROOT:  # what root makes is root's
            self._must(["chown", owner, str(path)], {})
