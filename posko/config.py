"""The hub's configuration, and an operator's: settings and the files they name -> one value, or every fault at once."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contract.domain.district import District
from contract.domain.incidents import Catalogue
from contract.settings import journal
from contract.settings.broker import BrokerSettings, brokers
from contract.settings.schema import SettingsError, file_path, integer, items, number, option, read, slug
from contract.settings.suggestions import suggestion
from contract.values import dataclass
from contract.wire.codec import anything
from posko import journal_place
from posko.journal_place import JournalPlace
from runtime import files
from runtime.endpoint import Endpoint

EXAMPLE = "posko.yaml"
STATE_DIR = "/var/lib/kentongan-posko"
UNANSWERED_S = 120.0
MOST_HUBS = 9


@dataclass(frozen=True, slots=True)
class PoskoSettings:
    """The settings file of a hub or an operator, as written. An operator has no use for `state_dir` and
    `unanswered_s`, after how many seconds without a response an alarm is reported; 0: none is. `notify` is as written:
    who gets messages outward is another program's affair (`posko.notify`), and a fault of it must not stop the hub.
    `journal` is the PostgreSQL database that takes the place of the journal's file in `state_dir`. `hubs` is how many
    hubs of the district there are, on machines of their own: one leads, the others stand by.
    `villages`: those alone whose posts an account may hear, on a broker that refuses a wider subscription.
    """

    district: str = option(file_path)
    broker: BrokerSettings = option(brokers)
    state_dir: str = option(file_path, default=STATE_DIR)
    unanswered_s: float = option(number(0, 3600, " s"), default=UNANSWERED_S)
    notify: object = option(anything, default=None)
    journal: str | None = option(journal.server, default=None)
    hubs: int = option(integer(1, MOST_HUBS), default=1)
    villages: tuple[str, ...] = option(items(slug), default=())


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a hub or an operator needs to know, read and checked."""

    settings: PoskoSettings
    district: District
    catalogue: Catalogue
    endpoint: Endpoint
    state_dir: Path

    @property
    def journal(self) -> JournalPlace:
        """Where the hub's journal is."""
        return journal_place.place(self.state_dir, self.settings.journal, self.district.district)


def load(path: Path) -> Config:
    """The configuration in *path* and the files it names, paths relative to it.

    Raises SettingsError with every fault of all files.
    """
    return assemble(path, files.mapping(path, EXAMPLE))


def assemble(path: Path, written: Mapping[str, Any]) -> Config:
    """As `load`, of the settings that are *written* in *path*."""
    faults: list[str] = []
    base = path.absolute().parent
    settings = files.attempt(faults, lambda: read(PoskoSettings, written, path.name))
    if settings is not None and settings.hubs > 1 and settings.journal is None:
        faults.append(f"{path.name}.hubs: {settings.hubs} hubs need a journal that all of them reach; give journal the "
                      f"URL of a PostgreSQL database, such as {journal.EXAMPLE}, or leave hubs out")
    around = files.load_surroundings(faults, path, written, None if settings is None else settings.broker)
    if settings is not None and around is not None:
        district = around.district
        faults += [f"{path.name}.villages: {each!r} is no village of {district.district}; "
                   f"{suggestion(each, district.villages)}" for each in settings.villages
                   if each not in district.villages]
    if faults or settings is None or around is None:
        raise SettingsError(faults)
    return Config(settings, around.district, around.catalogue, around.endpoint, base / settings.state_dir)


def warnings(found: Config) -> Iterator[str]:
    """What may be meant, or may be wrong for this user only."""
    yield from files.warnings(found.endpoint, found.state_dir, found.district)
