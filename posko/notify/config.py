"""Everything that the program needs to know: the hub's settings, and of them `notify` -> one value, or every fault."""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from contract.settings.encoding import decode
from contract.settings.schema import SettingsError
from contract.values import dataclass
from posko import config as posko_config
from posko.labels.language import Language
from posko.notify import settings as notify_settings
from posko.notify.core.occasions import Rule
from posko.notify.gateway import Gateway, GatewayError
from posko.notify.settings import Entry, NotifySettings
from runtime import bounded, files
from runtime.endpoint import Endpoint

MOST = 20  # addresses: each has a thread of its own
OPEN = stat.S_IROTH | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class Target:
    """An address: `name` is what its rows on the disk are called by; of an address that stands several times, `rules`
    are those of all places.
    """

    name: str
    gateway: Gateway
    rules: tuple[Rule, ...]
    language: Language
    per_minute: int
    give_up_s: float


@dataclass(frozen=True, slots=True)
class Config:
    """What the program needs to know, read and checked."""

    posko: posko_config.Config
    targets: tuple[Target, ...]
    endpoint: Endpoint
    state_dir: Path
    warnings: tuple[str, ...] = ()


def load(path: Path) -> Config:
    """The configuration in *path* and the files it names. Raises SettingsError with every fault of all files."""
    return assemble(path, posko_config.load(path))


def assemble(path: Path, found: posko_config.Config) -> Config:
    """As `load`, of the settings that were *found* in *path*."""
    written, place = found.settings.notify, f"{path.name}.notify"
    if written is None:
        raise SettingsError([f"{place}: missing; write there who gets messages, such as notify: ['tgram://…']"])
    base = path.absolute().parent
    settings = notify_settings.read(written, place)
    faults = list(notify_settings.unknown_names(settings, found.district, found.catalogue, place))
    warnings: list[str] = []
    targets = _targets(base, settings, place, faults, warnings)
    endpoint: Endpoint | None = found.endpoint
    if settings.broker is not None:
        endpoint = files.load_endpoint(faults, path, {"notify": written}, settings.broker, "notify.broker")
    elif found.settings.broker.username is not None:
        warnings.append("notify: it logs in as the hub; give it an account that may only read: kentongan broker add "
                        "reader notify, then notify: {targets: …, broker: …}")
    if faults or endpoint is None:
        raise SettingsError(faults)
    warnings += _secrets_in_the_open(path, settings)
    return Config(found, tuple(targets), endpoint, base / settings.state_dir, tuple(warnings))


def warnings(found: Config) -> Iterator[str]:
    """What may be meant, or may be wrong for this user only."""
    yield from found.warnings
    for each in files.state_dir_warnings(found.state_dir):
        yield f"notify.{each}"


def _targets(
    base: Path, settings: NotifySettings, place: str, faults: list[str], warnings: list[str]
) -> Iterable[Target]:
    """The targets, each address once; what is wrong with the addresses goes to *faults*."""
    found: dict[str, Target] = {}
    for number, entry in enumerate(settings.targets, 1):
        for where, url in _urls(base, entry, f"{place}.targets.{number}", faults):
            known = found.get(url)
            if known is None and len(found) == MOST:
                faults.append(f"{where}: more than {MOST} addresses; one of a group or a list reaches many people")
                return found.values()
            try:
                gateway = Gateway(url) if known is None else known.gateway
            except GatewayError as error:
                faults.append(f"{where}: {error}")
                continue
            if known is None and gateway.recipients > 1:
                warnings.append(f"{where}: {gateway.recipients} recipients in one address: if one fails, all get the "
                                "message again; write an address for each")
            rules = (*(known.rules if known is not None else ()), *entry.wanted())
            found[url] = Target(
                hashlib.sha256(url.encode()).hexdigest()[:16], gateway, rules, Language(entry.language),
                entry.per_minute, entry.give_up_h * 3600.0,
            ) if known is None else Target(known.name, gateway, rules, known.language, known.per_minute,
                                           known.give_up_s)
    if not found and not faults:
        faults.append(f"{place}: no address; write one at least")
    return found.values()


def _urls(base: Path, entry: Entry, place: str, faults: list[str]) -> Iterator[tuple[str, str]]:
    """The addresses of *entry*, each with the place where it stands."""
    yield from ((f"{place}.to.{number}", url) for number, url in enumerate(entry.to, 1))
    if entry.url_file is None:
        return
    path, where = base / entry.url_file, f"{place}.url_file"
    try:
        mode = path.stat().st_mode
        lines = decode(bounded.read(path)).splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        faults.append(f"{where}: {path} cannot be read: {reason}")
        return
    if mode & OPEN:
        faults.append(f"{where}: others may read or write {path}, and addresses are secret: chmod o= {path}")
        return
    urls = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    kept = [(number, url) for number, url in urls if url and not url.startswith("#")]
    if not kept:
        faults.append(f"{where}: {path} has no address; write one a line")
    for number, url in kept:
        if "://" not in url or any(each.isspace() for each in url):
            faults.append(f"{where}: line {number} of {path} must be one address such as tgram://TOKEN/CHAT")
        else:
            yield f"{where}: line {number}", url


def _secrets_in_the_open(path: Path, settings: NotifySettings) -> Iterator[str]:
    """That others may read the addresses that stand in the settings themselves."""
    if any(entry.to for entry in settings.targets) and path.stat().st_mode & OPEN:
        yield f"notify: others may read {path.name}, and addresses are secret: chmod o= {path.name}, or use url_file"
