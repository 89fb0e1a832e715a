"""The installation's folder on the disk: read whole, and changed file by file so that each is old or new, never half.

Must not know what stands in the files.
"""

import os
import pwd
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from broker.core.bundles import File, Tree
from broker.core.plan import SHELVES, Change
from contract.settings.schema import SettingsError
from runtime import bounded
from runtime.durable import sync_folder

ROOMS = ("ca", "district", "broker", "posko", *SHELVES)
MOSQUITTO = "mosquitto"  # the user whom Mosquitto becomes when root starts it; RabbitMQ's is called as it is, too
_NEW = ".new"
_REMEDY = "run this as root (sudo), or choose another folder"


def read(folder: Path) -> Tree:
    """All files of ours in *folder*, by their path in it. Raises SettingsError."""
    try:
        if folder.exists() and not folder.is_dir():
            raise SettingsError([f"{folder}: is no folder"])
        there = sorted(folder.iterdir()) if folder.exists() else []  # not glob: it passes over what it may not read
        paths = [path for path in there if path.is_file()]
        for room in there:
            if room.name in ROOMS:
                for place, _, names in os.walk(room, onerror=_raise):
                    paths += [path for name in names if (path := Path(place, name)).is_file()]
        return {
            str(path.relative_to(folder)):
                File(bounded.read(path, bounded.INSTALLATION_BYTES), path.stat().st_mode & 0o777)
            for path in paths if not path.name.endswith(_NEW)
        }
    except OSError as error:
        denied = isinstance(error, PermissionError)
        reason = "cannot be read by this user; use sudo" if denied else f"cannot be read: {error.strerror}"
        raise SettingsError([f"{error.filename or folder}: {reason}"]) from None


def _raise(error: OSError) -> None:
    raise error


def write(folder: Path, changes: Iterable[Change], user: str = MOSQUITTO) -> None:
    """Makes *changes*, in their order; the broker runs as *user*. Raises SettingsError."""
    try:
        folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for change in changes:
            path = folder / change.path
            if change.file is None:
                path.unlink(missing_ok=True)
                _tidy(path.parent, folder)
            else:
                _folders(folder, path.parent, user)
                replace(path, change.file, owner=_owner(change.path, user))
    except OSError as error:
        reason = f"cannot be written: {error.strerror}; {_REMEDY}"
        raise SettingsError([f"{error.filename or folder}: {reason}"]) from None


def check_writable(folder: Path) -> None:
    """Raises SettingsError where *folder* could not be written, before anything is made."""
    there = next(each for each in (folder, *folder.parents) if os.access(each, os.F_OK))
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise SettingsError([f"{there}: cannot be written by this user; {_REMEDY}"])


def remove(folder: Path) -> None:
    """Removes *folder*, which was made for a trial."""
    shutil.rmtree(folder, ignore_errors=True)


def replace(path: Path, file: File, owner: tuple[int, int] | None) -> None:
    """Puts *file* at *path* in one step; *owner*: its user and group, if it is not to be this user's. Raises OSError.
    """
    new = path.with_name(path.name + _NEW)
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(file.body)
        os.fchmod(sink.fileno(), file.mode)
        if owner is not None:
            os.fchown(sink.fileno(), *owner)
        sink.flush()
        os.fsync(sink.fileno())
    new.replace(path)
    sync_folder(path.parent)


def _folders(root: Path, folder: Path, user: str) -> None:
    """Makes *folder*: nobody else looks into it; but the broker reads its own, as *user*."""
    parts = folder.relative_to(root).parts
    for count in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:count])
        if not place.is_dir():
            place.mkdir(mode=0o700)
            owner = _owner("/".join([*parts[:count], ""]), user)
            if owner is not None:
                os.chown(place, *owner)
            sync_folder(place.parent)


def _owner(path: str, user: str) -> tuple[int, int] | None:
    """Whose *path* is to be, if that is somebody else: the broker reads its files as its own *user*."""
    if os.geteuid() != 0 or not path.startswith("broker/"):
        return None
    try:
        found = pwd.getpwnam(user)
    except KeyError:
        return None
    return found.pw_uid, found.pw_gid


def _tidy(folder: Path, root: Path) -> None:
    """Removes *folder* and those around it which are empty now."""
    with suppress(OSError):
        while folder != root:
            folder.rmdir()
            folder = folder.parent
