"""The page's configuration: settings and the files they name -> one value, or every fault at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from contract.domain.district import District
from contract.domain.incidents import Catalogue, Family
from contract.settings import journal
from contract.settings.broker import BrokerSettings, brokers
from contract.settings.schema import (
    Place,
    SettingsError,
    file_path,
    integer,
    items,
    option,
    read,
    section,
    text,
)
from contract.values import dataclass
from posko import config as posko_config
from posko import journal_place
from posko.config import STATE_DIR as HUB_STATE_DIR
from posko.config import Config
from posko.journal_place import JournalPlace
from runtime import files
from runtime.endpoint import Endpoint

EXAMPLE = "web.yaml"
STATE_DIR = "/var/lib/kentongan-web"
LISTEN = "127.0.0.1:8080"
_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page listens."""

    host: str
    port: int


def read_address(written: str) -> Address | None:
    """The address that *written*, HOST:PORT, names; None if it names none."""
    found = _ADDRESS.fullmatch(written)
    if found is None or int(found["port"]) > 65535:
        return None
    return Address(found["host"].strip("[]"), int(found["port"]))


def _address(found: object, place: Place) -> Address:
    read_ = read_address(found) if isinstance(found, str) else None
    if read_ is None:
        raise place.refuse(f"must be an address and a port, such as {LISTEN} or 0.0.0.0:8443, not {found!r:.60}")
    return read_


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """The certificate with which the page itself speaks HTTPS, with those that signed it, and its key: PEM files."""

    certificate: str = option(file_path)
    key: str = option(file_path)


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The settings file of the page, as written. `listen`: where it answers; `trusted_proxy`: the addresses of reverse
    proxies in front of it, whose word for a phone's address and for HTTPS is taken.

    `also` are the settings of further districts, as an operator or a reader there has them: operators and the wall
    screen see what is in force there, too. A warga may raise `alarms_per_minute` alarms a minute, and `alarms_per_day`
    a day. `journal` is the hub's
    `state_dir`, or its PostgreSQL database, from which the history is read.
    """

    district: str = option(file_path)
    broker: BrokerSettings = option(brokers)
    people: str = option(file_path, default="people.json")
    state_dir: str = option(file_path, default=STATE_DIR)
    listen: Address = option(_address, default=Address("127.0.0.1", 8080))
    tls: TlsSettings | None = option(section(TlsSettings), default=None)
    trusted_proxy: tuple[str, ...] = option(items(text(r"[0-9A-Fa-f.:/]+", "an address such as 127.0.0.1")), default=())
    alarms_per_minute: int = option(integer(1, 60, "number of alarms"), default=1)
    alarms_per_day: int = option(integer(1, 1000, "number of alarms"), default=5)
    journal: str = option(journal.folder_or_server, default=HUB_STATE_DIR)
    also: tuple[str, ...] = option(items(file_path), default=())


@dataclass(frozen=True, slots=True)
class WebConfig:
    """Everything that the page needs to know, read and checked."""

    settings: WebSettings
    district: District
    catalogue: Catalogue
    family: Family
    endpoint: Endpoint
    state_dir: Path
    people: Path
    journal: JournalPlace
    tls: tuple[Path, Path] | None = None
    also: tuple[Config, ...] = ()


def load(path: Path) -> WebConfig:
    """The configuration in *path* and the files it names, paths relative to it.

    Raises SettingsError with every fault of all files.
    """
    return assemble(path, files.mapping(path, EXAMPLE))


def assemble(path: Path, written: Mapping[str, Any]) -> WebConfig:
    """As `load`, of the settings that are *written* in *path*."""
    faults: list[str] = []
    base = path.absolute().parent
    settings = files.attempt(faults, lambda: read(WebSettings, written, path.name))
    around = files.load_surroundings(faults, path, written, None if settings is None else settings.broker)
    tls = files.subsection(written, "tls")
    named = {each: files.named(base, tls, each) for each in ("certificate", "key")}
    for each, found in named.items():
        if found is not None and not found.is_file():
            faults.append(f"{path.name}.tls.{each}: there is no file {found} that this user may read")
    also: list[Config] = []
    if settings is not None and around is not None:
        also = _also(faults, path, settings.also, around.district)
    if faults or settings is None or around is None:
        raise SettingsError(faults)
    return WebConfig(
        settings, around.district, around.catalogue, around.family, around.endpoint,
        base / settings.state_dir, base / settings.people, _journal(base, settings.journal, around.district),
        _pair(named["certificate"], named["key"]), tuple(also),
    )


def _also(faults: list[str], path: Path, written: Iterable[str], here: District) -> list[Config]:
    """The configurations of further districts, which must differ, and have the time of day of the one *here*."""
    found: list[Config] = []
    seen = {here.district}
    for number, each in enumerate(written, 1):
        place = f"{path.name}.also.{number}"
        try:
            further = posko_config.load(path.absolute().parent / each)
        except SettingsError as error:
            faults += [f"{place}: {fault}" for fault in error.faults]
            continue
        district = further.district
        if district.district in seen:
            faults.append(f"{place}: {each} is of {district.district}, which is shown already")
        elif district.zone != here.zone:
            faults.append(f"{place}: the times of {district.district} are {district.zone.name}, those of "
                          f"{here.district} {here.zone.name}; give it a page of its own")
        seen.add(district.district)
        found.append(further)
    return found


def _journal(base: Path, written: str, district: District) -> JournalPlace:
    url = written if journal.is_server(written) else None
    return journal_place.place(base / written, url, district.district)


def _pair(certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    return None if certificate is None or key is None else (certificate, key)


def warnings(found: WebConfig) -> Iterator[str]:
    """What may be meant, or may be wrong for this user only."""
    yield from files.warnings(found.endpoint, found.state_dir, found.district)
    if not found.people.exists():
        yield f"people: {found.people} is not there, so nobody can log in; `kentongan broker provision` writes it"
    settings = found.settings
    if settings.tls is None and not settings.trusted_proxy and not files.is_loopback(settings.listen.host):
        yield (f"listen: {settings.listen.host} is open to others, and there is no tls; sessions travel in the clear, "
               "and phones cannot install the page or keep their screens awake")
