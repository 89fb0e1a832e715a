"""The files that settings are made of: YAML -> one value, or every fault at once. Touches no pin.

    a program's settings ──> the district they name ──> incidents.yaml and rhythms/FAMILY.yaml beside it, or the
                                                        shipped ones

Each file is read as far as it can be, whatever is wrong with the others, so that one look shows all there is to mend.
"""

import ipaddress
import os
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from contract.domain import slots
from contract.domain.district import District, read_district
from contract.domain.incidents import Catalogue, Family, read_catalogue, read_family
from contract.domain.speech import read_respellings
from contract.settings import yamltext
from contract.settings.broker import BrokerSettings
from contract.settings.encoding import EncodingError, decode
from contract.settings.schema import PATH, SLUG, SettingsError
from contract.settings.suggestions import hint
from contract.values import dataclass
from runtime import bounded, clock
from runtime.endpoint import Endpoint

T = TypeVar("T")

PLAIN_PORT, TLS_PORTS = 1883, (8883, 8884)  # MQTT's registered ports, and the operators' of `kentongan broker`
LONGEST_PASSWORD = 65535  # bytes: MQTT 5, section 1.5.6
PAIRS_SHOWN = 10
SHIPPED = Path(__file__).resolve().parent.parent / "config"


def load_shipped(family: str) -> tuple[Catalogue, Family]:
    """The catalogue that is shipped, with the code family *family*. Raises SettingsError."""
    faults: list[str] = []
    path = SHIPPED / "incidents.yaml"
    catalogue = read_catalogue(mapping(path, "incidents.yaml"), path.name)
    loaded = _load_family(faults, "--family", SHIPPED, family, catalogue)
    if loaded is None:
        raise SettingsError(faults)
    return catalogue, loaded


def load_district(faults: list[str], path: Path | None) -> tuple[District | None, Catalogue | None, Family | None]:
    """The district in *path*, the catalogue and its code family; what is None has its faults in *faults*."""
    if path is None:
        return None, None, None  # the settings name no file, which is a fault of theirs
    if not _exists(path):
        faults.append(f"{path}: there is no such district file")
        return None, None, None
    written = attempt(faults, lambda: mapping(path, "situbondo.yaml"))
    district = None if written is None else attempt(faults, lambda: read_district(written, path.name))
    catalogue_path = _beside(path.parent, "incidents.yaml")
    catalogue = attempt(faults, lambda: read_catalogue(mapping(catalogue_path, "incidents.yaml"), catalogue_path.name))
    name = None if written is None else written.get("rhythms")
    if not isinstance(name, str) or (district is None and not re.fullmatch(SLUG, name)):
        return district, catalogue, None
    # Without a catalogue, which is a fault already, a family can still be asked about itself.
    known = Catalogue({}) if catalogue is None else catalogue
    return district, catalogue, _load_family(faults, f"{path.name}.rhythms", path.parent, name, known)


def load_respellings(faults: list[str], folder: Path) -> dict[str, str]:
    """How the voice is to say words: as speech.yaml in *folder* has it, and the shipped one for all others."""
    found: dict[str, str] = {}
    for path in dict.fromkeys((SHIPPED / "speech.yaml", folder / "speech.yaml")):
        if _exists(path):
            found |= attempt(faults, partial(_respellings, path)) or {}
    return found


def _respellings(path: Path) -> dict[str, str]:
    return read_respellings(mapping(path, "speech.yaml"), path.name)


def _load_family(faults: list[str], place: str, base: Path, name: str, catalogue: Catalogue) -> Family | None:
    """The code family *name* in the folder *base*, or the shipped one; its faults go to *faults*, at *place*."""
    path = _beside(base, f"rhythms/{name}.yaml")
    if not re.fullmatch(SLUG, name) or not _exists(path):
        known = sorted({each.stem for folder in (base, SHIPPED) for each in folder.glob("rhythms/*.yaml")})
        faults.append(f"{place}: there is no code family {name!r}; {hint(name, known)}")
        return None
    example, shown = "rhythms/jawa-timur.yaml", f"rhythms/{path.name}"
    return attempt(faults, lambda: read_family(mapping(path, example), shown, catalogue))


def _beside(base: Path, name: str) -> Path:
    """The file *name* in the folder *base*, or the one that is shipped."""
    own = base / name
    return own if _exists(own) else SHIPPED / name


def named(base: Path, table: Mapping[str, Any], key: str) -> Path | None:
    """The path that *table* names under *key*; None where it names none, or none that its option allows."""
    name = table.get(key)
    return base / name if isinstance(name, str) and re.fullmatch(PATH, name) else None


def subsection(written: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The table under *key*, or the first one of a list there; empty where there is none."""
    found = written.get(key)
    found = found[0] if isinstance(found, list) and found else found
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a program at the posko has besides its own settings: the district's files, and its way to the broker."""

    district: District
    catalogue: Catalogue
    family: Family
    endpoint: Endpoint


def load_surroundings(
    faults: list[str], path: Path, written: Mapping[str, Any], broker: BrokerSettings | None
) -> Surroundings | None:
    """What the settings that are *written* in *path* name under `district` and `broker`, paths relative to it.

    What is wrong with it goes to *faults*; then it may be None.
    """
    district, catalogue, family = load_district(faults, named(path.absolute().parent, written, "district"))
    endpoint = load_endpoint(faults, path, written, broker)
    if faults or district is None or catalogue is None or family is None or endpoint is None:
        return None
    return Surroundings(district, catalogue, family, endpoint)


def load_endpoint(
    faults: list[str], path: Path, written: Mapping[str, Any], broker: BrokerSettings | None, key: str = "broker",
) -> Endpoint | None:
    """The way to *broker*, which is *written* in the settings *path* under *key*; the files that it names are read.

    What is wrong with those goes to *faults*. None where *broker* is None: what is written is not a broker.
    """
    base, place, table = path.absolute().parent, f"{path.name}.{key}", written
    for each in key.split("."):
        table = subsection(table, each)
    password = attempt(faults, lambda: read_password(base, table, place))
    ca_file = attempt(faults, lambda: find_ca_file(base, table, place))
    return None if broker is None else Endpoint(broker, password, ca_file, tuple(_password_warnings(base, table)))


def warnings(endpoint: Endpoint, state_dir: Path, district: District) -> Iterator[str]:
    """What is doubtful about what every program has: its way to the broker, its folder, the district's time."""
    yield from _network_warnings(endpoint.settings, endpoint.password, endpoint.ca_file)
    yield from endpoint.doubts
    yield from state_dir_warnings(state_dir)
    yield from _zone_warnings(district)


def _network_warnings(broker: BrokerSettings, password: str | None, ca_file: Path | None) -> Iterator[str]:
    if ca_file is None and broker.port in TLS_PORTS:
        yield f"broker: port {broker.port} speaks TLS as a rule; then give ca_file"
    if ca_file is not None and broker.port == PLAIN_PORT:
        yield f"broker: port {broker.port} speaks no TLS as a rule; take 8883, or leave ca_file out"
    if is_loopback(broker.host):
        return
    if ca_file is None:
        carried = "the alarms travel" if password is None else "the password and the alarms travel"
        yield f"broker: {broker.host} is another machine, and there is no ca_file; {carried} in the clear"
    if broker.username is None:
        yield f"broker: {broker.host} is another machine, and there is no username; it cannot know who rings"


def _zone_warnings(district: District) -> Iterator[str]:
    """That this machine's time zone is another one than the district's."""
    found = clock.zone_warning(district.zone)
    if found is not None:
        yield found


def slot_warnings(district: District, catalogue: Catalogue) -> Iterator[str]:
    """The posts that beat at the same time though they are within earshot of each other."""
    found = slots.shared(district, catalogue)
    for pair in found[:PAIRS_SHOWN]:
        apart = "no place is given of one of them; write at: [latitude, longitude]" if pair.apart_m is None else (
            f"they are {pair.apart_m:.0f} m apart")
        yield (f"{district.district}: {pair.one} and {pair.other} beat at the same time though within earshot "
               f"({apart}): {slots.MOST} slots are too few here")
    if len(found) > PAIRS_SHOWN:
        yield f"{district.district}: {len(found) - PAIRS_SHOWN} more pairs within earshot beat at the same time"


def state_dir_warnings(folder: Path) -> Iterator[str]:
    """What is doubtful about the folder in which a program keeps what it must not forget."""
    nearest = next(each for each in (folder, *folder.parents) if os.access(each, os.F_OK))
    if nearest == folder and not folder.is_dir():
        yield f"state_dir: {folder} must be a folder; nothing can be kept there"
    elif not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        what = "written" if nearest == folder else "made"
        yield f"state_dir: {folder} cannot be {what} by this user; the program's user must be able to"


def is_loopback(host: str) -> bool:
    """Whether *host* is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.removesuffix(".").lower() == "localhost"


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have, or a folder that this user may not look into
        return False


def mapping(path: Path, example: str) -> dict[str, Any]:
    """What stands in *path*; *example* is a shipped file of its kind. Raises SettingsError."""
    try:
        found = yamltext.load(decode(bounded.read(path)))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from None
    except EncodingError as error:
        raise SettingsError([f"{path}: {error}"]) from None
    except yamltext.YamlError as error:
        raise SettingsError([f"{path.name}: {error}"]) from None
    if found is None:
        raise SettingsError([f"{path.name}: is empty; start from config/{example}"])
    if not isinstance(found, dict):
        kind = "a list" if isinstance(found, list) else "a mere value"
        raise SettingsError([f"{path.name}: is {kind}, no settings; write `name: value` lines, as in config/{example}"])
    return found


def attempt(faults: list[str], act: Callable[[], T]) -> T | None:
    """What *act* returns; None if it finds faults, which then are in *faults*."""
    try:
        return act()
    except SettingsError as error:
        faults += error.faults
        return None


def read_password(base: Path, broker: Mapping[str, Any], place: str) -> str | None:
    """The password in the file that *broker* names. Raises SettingsError."""
    if ("username" in broker) != ("password_file" in broker):
        raise SettingsError([f"{place}: username and password_file belong together; give both or neither"])
    path = named(base, broker, "password_file")
    if path is None:
        return None
    remedy = "write the password into it, and let the node's user read it"
    try:
        password, *_ = _lines(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError([f"{place}.password_file: {path} cannot be read: {reason}; {remedy}"]) from None
    if not password:
        raise SettingsError([f"{place}.password_file: {path} is empty; {remedy}"])
    if len(password.encode()) > LONGEST_PASSWORD:
        raise SettingsError([f"{place}.password_file: {path} holds no password: its first line is longer than any"])
    return password


def _password_warnings(base: Path, broker: Mapping[str, Any]) -> Iterator[str]:
    """What else than a password stands in the file that *broker* names."""
    path = named(base, broker, "password_file")
    try:
        lines = [] if path is None else _lines(path)
    except (OSError, ValueError):
        return  # which read_password reports
    if not lines:
        return
    place = f"broker.password_file: {path}"
    if lines[0] != lines[0].strip():
        yield f"{place} has a blank before or after the password; it counts as a part of it, so take it away"
    word = lines[0].strip()
    if len(word) > 1 and word[0] == word[-1] and word[0] in "'\"":
        yield f"{place} has quotes around the password; they count as a part of it, so take them away"
    if word.startswith("{\\rtf"):
        yield f"{place} was saved as formatted text (RTF); save it as plain text"
    if re.match(r"(password|sandi|kata sandi)\s*[:=]", word, re.IGNORECASE):
        yield f"{place} has more than the password in its first line; write the password alone"
    hidden = next((each for each in word if not each.isprintable()), None)
    if hidden is not None:
        yield f"{place} has an invisible character (U+{ord(hidden):04X}) in the password; take it away"
    if any(lines[1:]):
        yield f"{place} has more than one line; the first one is the password, and the others are not read"


def _lines(path: Path) -> list[str]:
    """The lines of the text in *path*, one at least, without line ends. Raises OSError, EncodingError."""
    return re.split("\r\n|\n|\r", decode(bounded.read(path)))


def find_ca_file(base: Path, broker: Mapping[str, Any], place: str) -> Path | None:
    """The certificates that *broker* names, once they can be read. Raises SettingsError."""
    path = named(base, broker, "ca_file")
    if path is None:
        return None
    if not _exists(path):
        raise SettingsError([f"{place}.ca_file: there is no file {path}"])
    try:
        bounded.check(path)
    except OSError as error:
        raise SettingsError([f"{place}.ca_file: {path} cannot be read: {error.strerror}"]) from None
    store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with suppress(OSError, ValueError):  # what it could not load is not in the store
        store.load_verify_locations(cafile=path)
    if not store.cert_store_stats()["x509"]:
        remedy = "it takes the PEM file of the broker's certificate authority"
        raise SettingsError([f"{place}.ca_file: {path} holds no certificate that can be read; {remedy}"])
    return path
