"""The files that a node's settings are made of: YAML -> one value, or every fault at once. Touches no pin.

    node.yaml ──> the district it names ──> incidents.yaml and rhythms/FAMILY.yaml beside it, or the shipped ones

Each file is read as far as it can be, whatever is wrong with the others, so that one look shows all there is to mend.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from contract import yamltext
from contract.district import District, read_district
from contract.incidents import Catalogue, Family, read_catalogue, read_family
from contract.settings import SettingsError, nearest, read
from node.options import NodeSettings
from node.state import SILENCE_BUTTON

T = TypeVar("T")

SHIPPED = Path(__file__).resolve().parent.parent / "config"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a node needs to know: its settings, and the files that they name, read and checked."""

    settings: NodeSettings
    district: District
    catalogue: Catalogue
    family: Family
    password: str | None
    ca_file: Path | None
    socket: Path | None
    state_dir: Path


def load(path: Path, check_driver: Callable[[str], str | None] = lambda _driver: None) -> Config:
    """The configuration in *path* and the files it names, paths relative to it.

    *check_driver* says what is wrong with a pin driver's name. Raises SettingsError with every fault of all files.
    """
    faults: list[str] = []
    base = path.resolve().parent
    found = _yaml(path)
    written = found if isinstance(found, dict) else {}
    settings = _try(faults, lambda: read(NodeSettings, found, path.name))
    named = written.get("district")
    district, catalogue, family = _load_district(faults, base / named if isinstance(named, str) and named else None)
    faults += _cross_faults(path.name, written, district, catalogue)
    driver = written["pins"].get("driver") if isinstance(written.get("pins"), dict) else None
    wrong = check_driver(driver) if isinstance(driver, str) else None
    faults += [f"{path.name}.pins.driver: {wrong}"] if wrong is not None else []
    password = None if settings is None else _try(faults, lambda: _password(base, settings, path.name))
    ca_file = None if settings is None else _try(faults, lambda: _ca_file(base, settings, path.name))
    if faults or settings is None or district is None or catalogue is None or family is None:
        raise SettingsError(faults)
    return Config(
        settings, district, catalogue, family, password, ca_file,
        socket=base / settings.pins.socket if settings.pins.socket else None,
        state_dir=base / settings.state_dir,
    )


def load_shipped(family: str) -> tuple[Catalogue, Family]:
    """The catalogue that is shipped, with the code family *family*. Raises SettingsError."""
    faults: list[str] = []
    path = SHIPPED / "incidents.yaml"
    catalogue = read_catalogue(_yaml(path), path.name)
    loaded = _load_family(faults, SHIPPED / "family", family, catalogue)
    if loaded is None:
        raise SettingsError(faults)
    return catalogue, loaded


def _load_district(faults: list[str], path: Path | None) -> tuple[District | None, Catalogue | None, Family | None]:
    """The district in *path*, the catalogue and its code family; what is None has its faults in *faults*."""
    if path is None:
        return None, None, None  # the settings name no file, which is a fault of theirs
    if not _is_file(path):
        faults.append(f"{path}: there is no such district file")
        return None, None, None
    district = _try(faults, lambda: read_district(_yaml(path), path.name))
    catalogue_path = _beside(path, "incidents.yaml")
    catalogue = _try(faults, lambda: read_catalogue(_yaml(catalogue_path), catalogue_path.name))
    if district is None or catalogue is None:
        return district, catalogue, None
    return district, catalogue, _load_family(faults, path, district.rhythms, catalogue)


def _load_family(faults: list[str], district: Path, name: str, catalogue: Catalogue) -> Family | None:
    """The code family *name* beside the file *district*, or the shipped one; its faults go to *faults*."""
    path = _beside(district, f"rhythms/{name}.yaml")
    if not _is_file(path):
        known = sorted({each.stem for base in (district.parent, SHIPPED) for each in base.glob("rhythms/*.yaml")})
        faults.append(f"{district.name}.rhythms: there is no code family {name!r}; {_hint(name, known)}")
        return None
    return _try(faults, lambda: read_family(_yaml(path), f"rhythms/{path.name}", catalogue))


def _beside(district: Path, name: str) -> Path:
    """The file *name* beside the district's, or the one that is shipped."""
    own = district.parent / name
    return own if _is_file(own) else SHIPPED / name


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have, or a folder that this user may not look into
        return False


def _yaml(path: Path) -> object:
    try:
        return yamltext.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{path}: is no UTF-8 text"]) from None
    except yamltext.YamlError as error:
        raise SettingsError([f"{path.name}: {error}"]) from None


def _try(faults: list[str], act: Callable[[], T]) -> T | None:
    try:
        return act()
    except SettingsError as error:
        faults += error.faults
        return None


def _password(base: Path, settings: NodeSettings, name: str) -> str | None:
    broker = settings.broker
    if (broker.username is None) != (broker.password_file is None):
        raise SettingsError([f"{name}.broker: username and password_file belong together; give both or neither"])
    if broker.password_file is None:
        return None
    path = base / broker.password_file
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, ValueError) as error:
        raise SettingsError([f"{name}.broker.password_file: {path} cannot be read: {error}"]) from None


def _ca_file(base: Path, settings: NodeSettings, name: str) -> Path | None:
    if settings.broker.ca_file is None:
        return None
    path = base / settings.broker.ca_file
    if not _is_file(path):
        raise SettingsError([f"{name}.broker.ca_file: there is no file {path}"])
    return path


def _cross_faults(
    name: str, written: Mapping[str, Any], district: District | None, catalogue: Catalogue | None
) -> Iterator[str]:
    """What is wrong between the settings as *written* and each other, and the files they name."""
    places: dict[int, str] = {}
    for place, pin in _pins(written):
        if pin in places:
            yield f"{name}.{place}: pin {pin} is also {places[pin]}; each pin serves one purpose"
        places.setdefault(pin, place)
    pins = written.get("pins")
    if isinstance(pins, dict) and "socket" in pins and pins.get("driver") != "simulated":
        yield f"{name}.pins.socket: only the driver 'simulated' has one; remove it"
    if district is not None:
        yield from _place_faults(name, written, district)
    buttons = written.get("buttons")
    if catalogue is not None and isinstance(buttons, dict):
        known = [*catalogue.incidents, SILENCE_BUTTON]
        for button in buttons:
            if button not in known:
                yield f"{name}.buttons.{button}: no such incident; {_hint(str(button), known)}"


def _place_faults(name: str, written: Mapping[str, Any], district: District) -> Iterator[str]:
    where = written.get("village")
    village = district.villages.get(where) if isinstance(where, str) else None
    if village is None:
        if where is not None:
            hint = _hint(str(where), district.villages)
            yield f"{name}.village: {where!r} is no village of {district.district}; {hint}"
        return
    node = written.get("node")
    post = village.posts.get(node) if isinstance(node, str) else None
    if post is None:
        if node is not None:
            known = ", ".join(village.posts) or "none yet"
            yield f"{name}.node: {node!r} is no post of {where} in the district file; add it there (known: {known})"
        return
    hears = written.get("hears", "village")
    if hears != post.hears:
        yield f"{name}.hears: {hears!r}, but the district file says {post.hears!r} of this post; make them the same"


def _pins(written: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, int]]:
    """Every pin number in the settings, with its path."""
    for key, value in written.items():
        place = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict):
            yield from _pins(value, place)
        elif key in ("pin", "lamp") and isinstance(value, int):
            yield place, value


def _hint(word: str, known: object) -> str:
    names = [str(each) for each in known] if isinstance(known, Mapping | list) else []
    close = nearest(word, names)
    return f"{f'did you mean {close}? ' if close else ''}(known: {', '.join(names)})"
