"""Changes of a folder that a power cut does not undo."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Returns once what *folder* lists is on the disk: fsync(2) of a file does not cover its name. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
