"""The last settings with which this post started well: they ring in place of settings that a bad edit broke.

Not every fault is a bad edit. Nothing rings by old settings where the new ones were written for another post or
district, or name on purpose a driver that moves nothing, and none is taken that this start does not allow.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract.settings.difference import difference
from contract.settings.schema import SettingsError
from node import config
from node.config import Config
from node.pins import NO_REAL_PINS
from node.settings import STATE_DIR
from runtime import bounded, files, kept_settings
from runtime.kept_settings import Kept

Check = Callable[[str], str | None]

_SILENT = ("dummy", "disk")  # sound drivers that nobody hears
_BESIDE = ("incidents.yaml", "speech.yaml")  # what may lie beside a district file, and its code family
_MOST_LINES = 20
_LINE = re.compile(r"""^(node|village|state_dir|district):[ \t]*['"]?([^'"#\s]+)""", re.MULTILINE)
_DRIVER = re.compile(
    r"""^(pins|sound):(?:[ \t]*\{[^}\n]*?|[ \t]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+)driver:[ \t]*['"]?(\w+)""", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Checks:
    """What this start allows: --simulate, and what is wrong with a pin driver's or a sound driver's name."""

    simulate: bool
    driver: Check
    sound: Check


@dataclass(frozen=True, slots=True)
class Last:
    """The last settings that worked, and of when they are; or, without `config`, a sentence why none are used."""

    config: Config | None
    saved: str = ""
    why_not: str = ""


def find(path: Path, checks: Checks) -> Last | None:
    """The last settings that worked of those in *path*; None if none are kept."""
    try:
        kept = kept_settings.find(_state_dirs(path), path.absolute())
    except PermissionError as error:
        return Last(None, why_not=f"{error.filename} may not be read by this user, so what worked last is not known; "
                                  "run this as the node's user")
    if kept is None:
        return None
    try:
        found = _load(kept, checks)
        why_not = _unfit(path, found, checks)
    except SettingsError as error:
        why_not = f"they do not work here now: {error.faults[0]}"
    if why_not:
        return Last(None, kept.saved, f"the settings of {kept.saved}, the last that worked, are not used: {why_not}")
    return Last(found, kept.saved)


def keep(path: Path, found: Config, checks: Checks) -> bool:
    """Keeps the settings in *path*, with which *found* was loaded; False if they were changed since. Raises OSError."""
    def judge(folder: Path) -> bool:
        try:
            return _alike(_load(Kept(folder, path.absolute(), ""), checks), found)
        except SettingsError:
            return False

    copies = {name: bounded.read(place) for name, place in _files(path, found).items()}
    return kept_settings.save(found.state_dir, path.absolute(), copies, judge)


def differences(path: Path) -> Iterator[str]:
    """What was written otherwise in the last settings that worked, for whoever broke those in *path*."""
    try:
        kept = kept_settings.find(_state_dirs(path), path.absolute())
    except PermissionError:
        kept = None
    if kept is None:
        return
    yield from _compared(path.name, kept.folder / config.EXAMPLE, path)
    written = _written(path) or _written(kept.folder / config.EXAMPLE) or {}
    place = files.named(path.absolute().parent, written, "district")
    if place is None:
        return
    copies = kept.folder / "district"
    for copy in sorted(copies.rglob("*.yaml")):
        name = str(copy.relative_to(copies))
        beside = name in _BESIDE or copy.parent != copies
        yield from _compared(name, copy, place.parent / name if beside else place)


def _compared(name: str, copy: Path, present: Path) -> Iterator[str]:
    then, now = _written(copy), _written(present)
    if then is None or now is None:
        yield f"{name}: {present} cannot be read now; the copy that worked is {copy}"
        return
    lines = list(difference(then, now, name))
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"{name}: and {len(lines) - _MOST_LINES} more; the copy that worked is {copy}"


def _written(path: Path) -> dict[str, Any] | None:
    with suppress(SettingsError):
        return files.mapping(path, config.EXAMPLE)
    return None


def _rough(path: Path) -> dict[str, Any]:
    """What can be made out in a settings file that as a whole is none: most of its lines are right all the same."""
    try:
        text = bounded.read(path).decode("utf-8", "replace")
    except OSError:
        return {}
    found: dict[str, Any] = dict(_LINE.findall(text))
    return found | {section: {"driver": driver} for section, driver in _DRIVER.findall(text)}


def _state_dirs(path: Path) -> Iterator[Path]:
    """Where the last settings may be kept, if those in *path* cannot be read."""
    base = path.absolute().parent
    named = files.named(base, _written(path) or _rough(path), "state_dir")
    if named is not None:
        yield named
    by_systemd = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if by_systemd:
        yield Path(by_systemd)
    yield Path(STATE_DIR)


def _files(path: Path, found: Config) -> dict[str, Path]:
    """The files that *found* was made of, by the names of their copies; the shipped ones are not copied."""
    base = path.absolute().parent
    place = base / found.settings.district
    own = {name: place.parent / name for name in (*_BESIDE, f"rhythms/{found.district.rhythms}.yaml")}
    broker = found.settings.broker
    secret = {} if broker.password_file is None else {"password": base / broker.password_file}
    ca_file = {} if found.ca_file is None else {"ca.pem": found.ca_file}
    beside = {f"district/{name}": file for name, file in own.items() if file.exists()}
    return {config.EXAMPLE: path, f"district/{place.name}": place, **beside, **secret, **ca_file}


def _load(kept: Kept, checks: Checks) -> Config:
    """The configuration that is kept. Raises SettingsError."""
    written = files.mapping(kept.folder / config.EXAMPLE, config.EXAMPLE)
    return config.assemble(kept.source, _relocated(written, kept), checks.driver, checks.sound)


def _relocated(written: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
    """*written* with the paths of the copies. Of password and certificate the present file, if it is a good one."""
    base, moved = kept.source.parent, dict(written)
    district = files.named(base, written, "district")
    if district is not None:
        moved["district"] = str(kept.folder / "district" / district.name)
    broker = dict(files.subsection(written, "broker"))
    secrets = {"password_file": (files.read_password, "password"), "ca_file": (files.find_ca_file, "ca.pem")}
    for key, (read, copy) in secrets.items():
        if key in broker:
            try:
                read(base, broker, "")
            except SettingsError:
                broker[key] = str(kept.folder / copy)
    return {**moved, "broker": broker}


def _unfit(path: Path, last: Config, checks: Checks) -> str:
    """Why the settings *last* must not ring in place of those in *path*; empty if they may."""
    written = _written(path) or _rough(path)
    driver = files.subsection(written, "pins").get("driver")
    sound = files.subsection(written, "sound").get("driver")
    if not checks.simulate and driver in NO_REAL_PINS:
        return f"pins.driver names {driver!r} now, and the last ones would move real pins"
    if not checks.simulate and sound in _SILENT:
        return f"sound.driver names {sound!r} now, and the last ones would be heard"
    if checks.simulate and last.settings.pins.driver not in NO_REAL_PINS:
        return "--simulate was given, and the last ones would move real pins"
    faults: list[str] = []
    district, _, _ = files.load_district(faults, files.named(path.absolute().parent, written, "district"))
    if district is not None and district.district != last.district.district:
        return f"these are of another district ({district.district}, not {last.district.district})"
    post = (written.get("village"), written.get("node"))
    if post != (last.settings.village, last.settings.node):
        for each in (last.district, district):
            village = each.villages.get(str(post[0])) if each is not None else None
            if village is not None and post[1] in village.posts:
                was = f"{last.settings.village}.{last.settings.node}"
                return f"these are of another post ({post[0]}.{post[1]}, not {was})"
    return ""


def _alike(one: Config, other: Config) -> bool:
    """Whether both say the same, wherever their files lie."""
    def without_places(found: Config) -> Config:
        settings = found.settings
        settings = replace(settings, district="", broker=replace(settings.broker, password_file=None, ca_file=None))
        return replace(found, settings=settings, ca_file=None, password_warnings=())

    return without_places(one) == without_places(other)
