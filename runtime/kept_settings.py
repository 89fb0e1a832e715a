"""A copy of the settings with which a program last started well, in its state_dir: for the day of a bad edit.

    STATE_DIR/settings -> settings.a or settings.b    which are replaced in turn, so that one is always whole
        source              the path of the settings that were copied
        …                   the copies, under names that the program gives them

Only the program's user reads it: a password may be among the copies.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from contract.values import dataclass
from runtime.durable import sync_folder

LINK = "settings"
_SLOTS = ("settings.a", "settings.b")
_SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Kept:
    """The copies in `folder`, made of the settings in the file `source`; `saved` is when, in local time."""

    folder: Path
    source: Path
    saved: str


def find(state_dirs: Iterable[Path], source: Path) -> Kept | None:
    """The copy of the settings *source* in the first of *state_dirs* that has one. Raises PermissionError."""
    for place in dict.fromkeys(state_dirs):
        try:
            whose = (place / LINK / _SOURCE).read_bytes()
            saved = (place / LINK / _SOURCE).stat().st_mtime
        except PermissionError:
            raise
        except OSError:
            continue
        if whose == os.fsencode(source):
            return Kept(place / LINK, source, time.strftime("%Y-%m-%d %H:%M", time.localtime(saved)))
    return None


def save(state_dir: Path, source: Path, copies: Mapping[str, bytes], judge: Callable[[Path], bool]) -> bool:
    """Keeps *copies*, by their names, as those of the settings *source*, if *judge* takes the folder they are in.

    What is kept already stays until then, also over a power cut. Returns whether they are kept. Raises OSError.
    """
    wanted = {**copies, _SOURCE: os.fsencode(source)}
    link = state_dir / LINK
    if _content(link) == wanted:
        return True
    present = link.readlink().name if link.is_symlink() else ""
    slot = state_dir / next(name for name in _SLOTS if name != present)
    shutil.rmtree(slot, ignore_errors=True)
    slot.mkdir(mode=0o700, parents=True)
    for name, body in wanted.items():
        _write(slot / name, body)
    if not judge(slot):
        shutil.rmtree(slot, ignore_errors=True)
        return False
    for folder in (*(each for each in slot.rglob("*") if each.is_dir()), slot):
        sync_folder(folder)
    new = state_dir / f".{LINK}.new"
    new.unlink(missing_ok=True)
    new.symlink_to(slot.name)
    new.replace(link)
    sync_folder(state_dir)
    return True


def _content(folder: Path) -> dict[str, bytes] | None:
    with suppress(OSError):
        return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    return None


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(body)
        sink.flush()
        os.fsync(sink.fileno())
