"""The last settings with which this hub started well: it runs on them in place of settings that a bad edit broke.

Not where the new ones are those of another district.
"""

from functools import partial
from pathlib import Path

from posko import config
from posko.config import Config
from runtime import files, settings_copies
from runtime.kept_settings import Kept
from runtime.settings_copies import Last, Settings, relocated


def place(path: Path) -> Settings:
    """The settings in the file *path*."""
    return Settings(path, config.EXAMPLE, Path(config.STATE_DIR))


def find(path: Path) -> Last[Config] | None:
    """The last settings that worked of those in *path*; None if none are kept."""
    return settings_copies.find(
        place(path), _load, lambda last: settings_copies.other_district(place(path), last.district)
    )


def keep(path: Path, found: Config) -> bool:
    """Keeps the settings in *path*, with which *found* was loaded; False if they were changed since. Raises OSError."""
    settings = found.settings
    copied = settings_copies.copies(place(path), settings.district, found.district.rhythms, settings.broker)
    return settings_copies.keep(place(path), found.state_dir, copied, _load, partial(settings_copies.alike, found))


def _load(kept: Kept) -> Config:
    found = files.mapping(kept.folder / config.EXAMPLE, config.EXAMPLE)
    return config.assemble(kept.source, relocated(found, kept))
