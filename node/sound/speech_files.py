"""The voice's files: recordings, and what espeak-ng renders ahead. Must not play them, nor know who hears them.

    state_dir/voice/PIECE.wav    rendered; texts.json beside them says from which text, and how
    recordings/PIECE.wav|.ogg|.flac|.mp3    the village's own; each takes the place of one rendered file

A rendered file counts only while its text is still what is to be said. Each is made under another name and moved to
its place when it is whole; who renders holds a lock on the folder, so that a node and a command do not meet there.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from node.sound.espeak import SPOKEN, Espeak, VoiceError
from runtime import bounded

T = TypeVar("T")

FORMATS = (".wav", ".ogg", ".flac", ".mp3")  # of two recordings of a piece, the one that comes first here
_ABSENT = "espeak-ng is not installed (apt-get install espeak-ng) and {} of {} pieces have no recording"


class NoEspeakError(VoiceError):
    """There is no espeak-ng, and pieces are missing."""


class Voices:
    """The files of the pieces in *texts*: those in *recordings*, otherwise those rendered into *folder*."""

    def __init__(self, folder: Path, recordings: Path | None, texts: Mapping[str, str]) -> None:
        self._folder = folder
        self._recordings = recordings
        self._texts = dict(texts)
        self._manifest = folder / "texts.json"
        self._espeak = Espeak()

    def paths(self, sentence: tuple[str, ...]) -> tuple[Path, ...]:
        """The files that say *sentence*; none if any is missing, for half a sentence misleads. Reads the disk."""
        return whole(sentence, self.look())

    def missing(self) -> list[str]:
        """The pieces that have no file."""
        return self._wanted(again=False)

    def word(self) -> str:
        """Whose voice it is, for the status. What is missing and can be rendered counts as rendered."""
        missing, everything = len(self.missing()), len(self._texts)
        if missing and self._espeak.program() is None:
            return f"{'silent' if missing == everything else 'incomplete'}: {_ABSENT.format(missing, everything)}"
        recorded = len(self.recorded())
        if recorded == everything:
            return "recorded"
        return f"recorded, espeak-ng for {everything - recorded}" if recorded else "espeak-ng"

    def look(self) -> dict[str, Path]:
        """Every piece that has a file, with this file."""
        kept = self._kept()
        rendered = {piece: self._file(piece) for piece in self._texts if self._is_present(piece, kept)}
        return {**rendered, **self.recorded()}

    def absent(self) -> str | None:
        """What is wrong with the folder of the recordings, if it is named and cannot be read."""
        if self._recordings is None or os.access(self._recordings, os.R_OK | os.X_OK):
            return None
        return f"there is no folder {self._recordings} that this user may read; its recordings are not heard"

    def recorded(self) -> dict[str, Path]:
        """Every piece that has a recording, with this recording. Capital letters in its name do not matter."""
        found: dict[str, Path] = {}
        files = [file for file in self._files()
                 if file.suffix.lower() in FORMATS and 0 < _size(file) <= bounded.RECORDING_BYTES]
        for file in sorted(files, key=lambda file: (FORMATS.index(file.suffix.lower()), file.name)):
            if file.stem.lower() in self._texts:
                found.setdefault(file.stem.lower(), file)
        return found

    def unused(self) -> list[str]:
        """The names in the recordings' folder that are no piece's: misspelt, empty, too large, in another format."""
        used = set(self.recorded().values())
        return sorted(file.name for file in self._files() if file not in used and not file.name.startswith("."))

    def render(self, told: Callable[[str, str], object] = lambda _piece, _text: None, *, again: bool = False) -> None:
        """Renders what is missing, or with *again* all that is not recorded; *told* hears each piece and its text.

        Removes the files of pieces that are no more. Where nothing is to be done, nothing is touched. What can be
        rendered is, whatever becomes of the rest; then raises VoiceError, NoEspeakError where that is the reason.
        """
        wanted, program = self._wanted(again=again), self._espeak.program()
        if not wanted and not self._gone():
            return
        if wanted and program is None:
            raise NoEspeakError(_ABSENT.format(len(wanted), len(self._texts)))
        mute = []
        with self._alone():
            self._tidy()
            for piece in self._wanted(again=again):  # another one may have rendered it meanwhile
                if self._render(str(program), piece):
                    told(piece, self._texts[piece])
                else:
                    mute.append(piece)
        if mute:
            raise VoiceError(f"espeak-ng wrote no whole sound for {', '.join(mute)}; is the disk full? "
                             "is there a word in the label or the name?")

    def stop(self) -> None:
        """Ends what is being rendered, in whatever thread, with a VoiceError there; nothing is rendered any more."""
        self._espeak.stop()

    def _wanted(self, *, again: bool) -> list[str]:
        found = self.recorded() if again else self.look()
        return [piece for piece in self._texts if piece not in found]

    def _gone(self) -> set[str]:
        """The pieces that were rendered once and are no more."""
        return self._kept().keys() - self._texts.keys()

    def _render(self, program: str, piece: str) -> bool:
        """Renders *piece*; False if no sound came of it."""
        text = self._texts[piece]
        made = self._folder / f".{piece}.{os.getpid()}.wav"
        with self._writing():
            try:
                if not self._espeak.speak(program, text, made):
                    return False
                with made.open("rb") as file:
                    os.fsync(file.fileno())
                made.replace(self._file(piece))
            finally:
                made.unlink(missing_ok=True)
            self._keep({**self._kept(), piece: _entry(text, _size(self._file(piece)))})
        return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps the folder to this rendering; makes it if need be. Waits while another one is at it."""
        with self._writing():
            self._make_folder()
            lock = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            while not _locked(lock):
                if self._espeak.stopped.wait(0.1):
                    raise VoiceError("it was stopped")
            yield
        finally:
            os.close(lock)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            remedy = "it needs room, and the node's user must be allowed to write there"
            raise VoiceError(f"{self._folder} cannot be written: {reason}; {remedy}") from None

    def _make_folder(self) -> None:
        """Makes the folder; what root makes is given to the owner of the folder it lies in, who is the node's user."""
        if self._folder.is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = self._folder.parent.stat()
            os.chown(self._folder, owner.st_uid, owner.st_gid)

    def _tidy(self) -> None:
        """Removes what a rendering that was killed has left, and the files of pieces that are no more."""
        gone = self._gone()
        with self._writing():
            for file in [*self._folder.glob(".*.wav"), *map(self._file, gone)]:
                file.unlink(missing_ok=True)
            if gone:
                self._keep({piece: entry for piece, entry in self._kept().items() if piece not in gone})

    def _file(self, piece: str) -> Path:
        return self._folder / f"{piece}.wav"

    def _is_present(self, piece: str, kept: Mapping[str, object]) -> bool:
        return kept.get(piece) == _entry(self._texts[piece], _size(self._file(piece)))

    def _kept(self) -> dict[str, object]:
        """What was rendered, by piece; nothing if the manifest cannot be read, and then all is rendered anew."""
        try:
            found = json.loads(bounded.read(self._manifest))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _keep(self, kept: Mapping[str, object]) -> None:
        made = self._manifest.with_suffix(".part")
        made.unlink(missing_ok=True)  # it may be another user's
        made.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        made.replace(self._manifest)

    def _files(self) -> list[Path]:
        if self._recordings is None:
            return []
        with suppress(OSError):
            return [file for file in self._recordings.iterdir() if file.is_file()]
        return []


def whole(sentence: tuple[str, ...], files: Mapping[str, T]) -> tuple[T, ...]:
    """Those of *files* that say *sentence*, in its order; none if any is missing."""
    return tuple(files[piece] for piece in sentence) if all(piece in files for piece in sentence) else ()


def _entry(text: str, size: int) -> dict[str, object]:
    """What the manifest says of a piece."""
    return {"text": text, "spoken": " ".join(SPOKEN), "bytes": size}


def _size(file: Path) -> int:
    """How many bytes *file* has; 0 if this user cannot read it."""
    try:
        return file.stat().st_size if os.access(file, os.R_OK) else 0
    except OSError:
        return 0


def _locked(folder: int) -> bool:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
