"""An uplink's settings, and the files that they name -> one value, or every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.settings.broker import BrokerSettings
from contract.settings.schema import SettingsError, items, option, read, section, slug
from runtime import files
from runtime.endpoint import Broker


@dataclass(frozen=True, slots=True)
class UplinkSettings:
    """The settings file, as written: `here` is the village's broker, `there` the district's. `others` are the districts
    in which the village has neighbours.
    """

    district: str = option(slug)
    village: str = option(slug)
    here: BrokerSettings = option(section(BrokerSettings))
    there: BrokerSettings = option(section(BrokerSettings))
    others: tuple[str, ...] = option(items(slug), default=())


@dataclass(frozen=True, slots=True)
class Config:
    """What an uplink needs to know."""

    settings: UplinkSettings
    here: Broker
    there: Broker


def load(path: Path) -> Config:
    """The configuration in *path*, paths relative to it. Raises SettingsError with every fault."""
    faults: list[str] = []
    written = files.mapping(path, "README.md of broker")
    settings = files.attempt(faults, lambda: read(UplinkSettings, written, path.name))
    ends = [_end(faults, path, written, key, settings) for key in ("here", "there")]
    here, there = ends
    if faults or settings is None or here is None or there is None:
        raise SettingsError(faults)
    return Config(settings, here, there)


def _end(
    faults: list[str], path: Path, written: Mapping[str, Any], key: str, settings: UplinkSettings | None
) -> Broker | None:
    broker = None if settings is None else settings.here if key == "here" else settings.there
    found = files.load_endpoint(faults, path, written, broker, key)
    if settings is None or found is None:
        return None
    return found.broker(f"{settings.district}.{settings.village}", fixed=True)
