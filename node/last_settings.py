"""The last settings with which this post started well: they ring in place of settings that a bad edit broke.

Not every fault is a bad edit. Nothing rings by old settings where the new ones were written for another post or
district, or name on purpose a driver that moves nothing, and none is taken that this start does not allow.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from contract.values import dataclass
from node import config, pins
from node.config import Config
from node.pins import NO_REAL_PINS
from node.settings import GONE, STATE_DIR
from node.sound.core import driver_settings
from runtime import files, settings_copies
from runtime.kept_settings import Kept
from runtime.settings_copies import Last, Settings, relocated, rough, written

Check = Callable[[str], str | None]

_SILENT = ("dummy", "disk")  # sound drivers that nobody hears


@dataclass(frozen=True, slots=True)
class Checks:
    """What this start allows: --simulate, and what is wrong with a pin driver's or a sound driver's name."""

    simulate: bool
    driver: Check
    sound: Check


def allowed(*, simulate: bool) -> Checks:
    """What a start allows, with *simulate* or without."""
    return Checks(
        simulate, lambda driver: pins.check(driver, simulate=simulate),
        lambda driver: driver_settings.check(driver, os.environ, simulate=simulate),
    )


def place(path: Path) -> Settings:
    """The settings in the file *path*."""
    return Settings(path, config.EXAMPLE, Path(STATE_DIR))


def find(path: Path, checks: Checks) -> Last[Config] | None:
    """The last settings that worked of those in *path*; None if none are kept."""
    return settings_copies.find(place(path), partial(_load, checks), partial(_unfit, path, checks))


def keep(path: Path, found: Config, checks: Checks) -> bool:
    """Keeps the settings in *path*, with which *found* was loaded; False if they were changed since. Raises OSError."""
    settings = found.settings
    copied = settings_copies.copies(place(path), settings.district, found.district.rhythms, settings.broker)
    same = partial(settings_copies.alike, found)
    return settings_copies.keep(place(path), found.state_dir, copied, partial(_load, checks), same)


def _load(checks: Checks, kept: Kept) -> Config:
    """The configuration that is kept. Raises SettingsError."""
    found = files.mapping(kept.folder / config.EXAMPLE, config.EXAMPLE)
    known = {name: each for name, each in relocated(found, kept).items() if name not in GONE}  # an earlier version's
    return config.assemble(kept.source, known, checks.driver, checks.sound)


def _unfit(path: Path, checks: Checks, last: Config) -> str:
    """Why the settings *last* must not ring in place of those in *path*; empty if they may."""
    found = written(path) or rough(path)
    driver = files.subsection(found, "pins").get("driver")
    sound = files.subsection(found, "sound").get("driver")
    if not checks.simulate and driver in NO_REAL_PINS:
        return f"pins.driver names {driver!r} now, and the last ones would move real pins"
    if not checks.simulate and sound in _SILENT:
        return f"sound.driver names {sound!r} now, and the last ones would be heard"
    if checks.simulate and last.settings.pins.driver not in NO_REAL_PINS:
        return "--simulate was given, and the last ones would move real pins"
    post, was = (found.get("village"), found.get("node")), (last.settings.village, last.settings.node)
    now, _, _ = files.load_district([], files.named(path.absolute().parent, found, "district"))
    for district in (last.district, now):
        village = district.villages.get(str(post[0])) if district is not None and post != was else None
        if village is not None and post[1] in village.posts:
            return f"these are of another post ({post[0]}.{post[1]}, not {was[0]}.{was[1]})"
    return settings_copies.other_district(place(path), last.district)
