"""The notes of a running node: made in the background, one after the other. Must not delay anything, nor play.

Nothing waits for a note: until its file is there, a sentence is said without it. Notes come from other villages' boxes;
so each village may have only so many made, only so many files are kept, and none beyond the run.

    Sound ──path()──> NoteKeeper ──thread──> note_maker, a process ──> state_dir/voice/notes/N.wav ──ready()──> Sound
"""

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event as Flag
from threading import Lock

from contract.domain import notes
from contract.domain.notes import NotPlain
from contract.domain.speech import respelt
from runtime import clock
from runtime.core.events import Noticed
from runtime.core.rate_limit import Bucket, draw
from runtime.inbox import Inbox
from runtime.worker import Worker

KEPT = 20  # files, and as many notes of which is known that they are not said
AT_ONCE, PER_S = 5, 1 / 30  # notes of one village that are made
MAKE_S = 30.0  # time for one; it takes 0.2 s on a desktop
_QUOTED = 40  # characters of a note in what is reported

_Note = tuple[str, str]  # whose, and what


class NoteKeeper:
    """Makes notes into *folder* and knows their files. Use as a context manager."""

    ready: Callable[[], object]  # is called when a file has been made

    def __init__(
        self, folder: Path, respellings: Mapping[str, str], inbox: Inbox, prepare: Callable[[], object] = lambda: None,
    ) -> None:
        self.ready = lambda: None
        self._folder = folder
        self._respellings = respellings
        self._inbox = inbox
        self._prepare = prepare
        self._lock = Lock()  # of all that follows
        self._made: dict[_Note, Path] = {}  # those used last at the end
        self._left_out: set[_Note] = set()
        self._wanted: dict[str, str] = {}  # of each village the last one, so that none fills up the others' time
        self._limits: dict[str, Bucket] = {}
        self._limited: set[str] = set()  # villages of which it was reported that they have too many
        self._count = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._woken = Flag()
        self._worker = Worker("notes", self._turn, self._failed, math.inf)

    def __enter__(self) -> "NoteKeeper":
        self._worker.start(self._begin)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        self._woken.set()
        with self._lock:
            if self._child is not None:
                _kill(self._child)
        self._worker.join(1.0)

    def path(self, village: str, note: str) -> Path | None:
        """The file that says *note* of *village*; None if there is none, and then it is made if that may be.

        Asks neither disk nor any process.
        """
        found = (village, note)
        with self._lock:
            if found in self._made:
                self._made[found] = self._made.pop(found)
                return self._made[found]
            if found not in self._left_out:
                self._wanted[village] = note
                self._woken.set()
            return None

    def _begin(self) -> None:
        """In the thread: what an earlier run has left is removed."""
        self._prepare()
        with suppress(OSError):
            for file in self._folder.glob("*.*"):
                file.unlink(missing_ok=True)

    def _turn(self) -> None:
        with self._worker.waiting():
            self._woken.wait()
        with self._lock:
            if not self._wanted or self._worker.ending:
                self._woken.clear()
                return
            village = next(iter(self._wanted))
            note = self._wanted.pop(village)
        if (village, note) in self._made or not self._may(village):
            return
        self._count += 1
        path = self._folder / f"{self._count}.wav"
        reason = self._make(note, path)
        if reason is None:
            self._keep((village, note), path)
            self.ready()
        elif not self._worker.ending:
            self._leave_out((village, note), reason)

    def _may(self, village: str) -> bool:
        """Whether one more note of *village* is made now."""
        now = clock.now()
        self._limits[village], may = draw(self._limits.get(village, Bucket(AT_ONCE, now)), now, AT_ONCE, PER_S)
        if may:
            self._limited.discard(village)
        elif village not in self._limited:
            self._limited.add(village)
            self._inbox.put(Noticed(f"notes of {village} are not spoken: more come than are made"))
        return may

    def _keep(self, found: _Note, path: Path) -> None:
        with self._lock:
            self._made[found] = path
            gone = [self._made.pop(next(iter(self._made)))] if len(self._made) > KEPT else []
        for file in gone:
            file.unlink(missing_ok=True)

    def _leave_out(self, found: _Note, reason: str) -> None:
        with self._lock:
            if len(self._left_out) >= KEPT:
                self._left_out.clear()
            self._left_out.add(found)
        self._inbox.put(Noticed(f"the note {found[1][:_QUOTED]!r} is not spoken: {reason}"))

    def _failed(self, error: Exception) -> None:
        self._inbox.put(Noticed(f"a note is not spoken: {error}"))

    def _make(self, note: str, path: Path) -> str | None:
        """Makes the file *path* of *note*; returns why it could not, or None."""
        said = notes.spoken(note)
        if isinstance(said, NotPlain):
            return f"it {said.reason}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return f"{path.parent} cannot be made: {error.strerror}"
        made = path.with_suffix(".part")
        with self._lock:
            if self._worker.ending:
                return "the node ends"
            self._child = child = subprocess.Popen(
                [sys.executable, "-P", "-m", "node.sound.note_maker"], start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )
        order = json.dumps({"text": respelt(said.text, self._respellings), "path": str(made)})
        with child:
            try:
                _, wrong = child.communicate(order.encode(), timeout=MAKE_S)
            except subprocess.TimeoutExpired:
                return f"it was not made within {MAKE_S:g} s"
            finally:
                with self._lock:
                    _kill(child)
                    self._child = None
        if child.returncode:
            with suppress(OSError):
                made.unlink(missing_ok=True)
            return " ".join(wrong.decode("utf-8", "replace").split())[-200:] or f"exit {child.returncode}"
        made.replace(path)
        return None


def _kill(maker: subprocess.Popen[bytes]) -> None:
    """Ends *maker*, if it is not yet over, with the synthesiser that it waits for."""
    if maker.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(maker.pid, signal.SIGKILL)
