"""The files that a program's settings are made of, as copies for `runtime.kept_settings`; and what differs from them.

`node/last_settings.py` and `posko/last_settings.py` decide when the copies are used.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any, Generic, TypeVar

from contract.domain.district import District
from contract.settings.broker import BrokerSettings
from contract.settings.difference import difference
from contract.settings.schema import SettingsError
from contract.values import dataclass
from contract.wire.faults import Fault
from runtime import bounded, files, kept_settings
from runtime.core.events import Faulted
from runtime.inbox import Inbox
from runtime.kept_settings import Kept

C = TypeVar("C")

_BESIDE = ("incidents.yaml", "speech.yaml")  # what may lie beside a district file, and its code family
_MOST_LINES = 20
_LINE = re.compile(r"""^(node|village|state_dir|district):[ \t]*['"]?([^'"#\s]+)""", re.MULTILINE)
_DRIVER = re.compile(
    r"""^(pins|sound):(?:[ \t]*\{[^}\n]*?|[ \t]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+)driver:[ \t]*['"]?(\w+)""", re.MULTILINE
)
_LONGEST_FAULT = 300  # characters in a status; `check` shows it whole


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a program's settings are: the file, a shipped one of its kind, and its `state_dir` where it names none."""

    path: Path
    example: str
    state_dir: Path


@dataclass(frozen=True, slots=True)
class Last(Generic[C]):
    """The last settings that worked, and of when they are; or, without `config`, a sentence why none are used."""

    config: C | None
    saved: str = ""
    why_not: str = ""

    def instead(self, faults: tuple[str, ...], who: str, check: str) -> str:
        """The reason of the fault of *who*, a program that runs on these in place of others, which have *faults*."""
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        return (f"{who} on those of {self.saved}, the last that worked; `{check}` shows what differs: "
                f"{faults[0][:_LONGEST_FAULT]}{more}")


def find(settings: Settings, load: Callable[[Kept], C], unfit: Callable[[C], str]) -> Last[C] | None:
    """The last settings that worked in place of *settings*, as *load* reads them; None if none are kept.

    *unfit* says why they must not be used; it returns "" if they may.
    """
    try:
        kept = kept_settings.find(_state_dirs(settings), settings.path.absolute())
    except PermissionError as error:
        return Last(None, why_not=f"{error.filename} may not be read by this user, so what worked last is not known; "
                                  "run this as the program's user")
    if kept is None:
        return None
    try:
        found = load(kept)
        why_not = unfit(found)
    except SettingsError as error:
        why_not = f"they do not work here now: {error.faults[0]}"
    if why_not:
        return Last(None, kept.saved, f"the settings of {kept.saved}, the last that worked, are not used: {why_not}")
    return Last(found, kept.saved)


def keep(
    settings: Settings, state_dir: Path, copied: Mapping[str, bytes], load: Callable[[Kept], C],
    alike: Callable[[C], bool],
) -> bool:
    """Keeps *copied*, the files of *settings*, if they are read to what is *alike* to what the program runs on.

    Returns whether they are: not if they were edited since. Raises OSError.
    """
    def judge(folder: Path) -> bool:
        try:
            return alike(load(Kept(folder, settings.path.absolute(), "")))
        except SettingsError:
            return False

    return kept_settings.save(state_dir, settings.path.absolute(), copied, judge)


def keep_settings(
    act: Callable[[], object], inbox: Inbox, prepare: Callable[[], object] = lambda: None
) -> None:
    """Lets *act* keep the settings, in a thread of its own, in which *prepare* is called first.

    What it raises is a fault; a disk that hangs holds nothing up.
    """
    def run() -> None:
        prepare()
        try:
            act()
        except Exception as error:  # noqa: BLE001 - the top of a thread, and it reports
            inbox.put(Faulted(Fault.SETTINGS_COPY, f"the settings cannot be kept: {error}"))

    Thread(target=run, name="settings", daemon=True).start()


def other_district(settings: Settings, last: District) -> str:
    """Whether *settings* name a district file of another district than *last*: a sentence, or ""."""
    base, found = settings.path.absolute().parent, written(settings.path) or rough(settings.path)
    now, _, _ = files.load_district([], files.named(base, found, "district"))
    if now is not None and now.district != last.district:
        return f"these are of another district ({now.district}, not {last.district})"
    return ""


def notes(settings: Settings, last: Last[Any] | None, who: str) -> Iterator[str]:
    """What an installer needs to know of the last settings that worked, where *settings* do not."""
    if last is None:
        return
    if last.config is None:
        yield last.why_not
    else:
        yield f"{who} on the settings of {last.saved}, the last that worked. Since then:"
    for line in differences(settings):
        yield f"  {line}"


def differences(settings: Settings) -> Iterator[str]:
    """What was written otherwise in the last settings that worked, for whoever broke *settings*."""
    path = settings.path
    try:
        kept = kept_settings.find(_state_dirs(settings), path.absolute())
    except PermissionError:
        kept = None
    if kept is None:
        return
    copy = kept.folder / settings.example
    yield from _compared(path.name, copy, path)
    found = written(path) or written(copy) or {}
    place = files.named(path.absolute().parent, found, "district")
    if place is None:
        return
    copies = kept.folder / "district"
    for copy in sorted(copies.rglob("*.yaml")):
        name = str(copy.relative_to(copies))
        beside = name in _BESIDE or copy.parent != copies
        yield from _compared(name, copy, place.parent / name if beside else place)


def _compared(name: str, copy: Path, present: Path) -> Iterator[str]:
    then, now = written(copy), written(present)
    if then is None or now is None:
        yield f"{name}: {present} cannot be read now; the copy that worked is {copy}"
        return
    lines = list(difference(then, now, name))
    yield from lines[:_MOST_LINES]
    if len(lines) > _MOST_LINES:
        yield f"{name}: and {len(lines) - _MOST_LINES} more; the copy that worked is {copy}"


def written(path: Path) -> dict[str, Any] | None:
    """What stands in *path*; None where it cannot be read."""
    with suppress(SettingsError):
        return files.mapping(path, path.name)
    return None


def rough(path: Path) -> dict[str, Any]:
    """What can be made out in a settings file that as a whole is none: most of its lines are right all the same."""
    try:
        text = bounded.read(path).decode("utf-8", "replace")
    except OSError:
        return {}
    found: dict[str, Any] = dict(_LINE.findall(text))
    return found | {section: {"driver": driver} for section, driver in _DRIVER.findall(text)}


def _state_dirs(settings: Settings) -> Iterator[Path]:
    """Where the last settings may be kept, if *settings* cannot be read."""
    path = settings.path
    base = path.absolute().parent
    named = files.named(base, written(path) or rough(path), "state_dir")
    if named is not None:
        yield named
    by_systemd = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if by_systemd:
        yield Path(by_systemd)
    yield settings.state_dir


def copies(settings: Settings, district: str, rhythms: str, broker: BrokerSettings) -> dict[str, bytes]:
    """The files of *settings*, by the names of their copies; the shipped ones are not copied. Raises OSError.

    They name the file *district*, whose code family is *rhythms*, and *broker*.
    """
    base = settings.path.absolute().parent
    place = base / district
    found = {settings.example: settings.path, f"district/{place.name}": place}
    for name in (*_BESIDE, f"rhythms/{rhythms}.yaml"):
        if (place.parent / name).exists():
            found[f"district/{name}"] = place.parent / name
    secrets = {"password": broker.password_file, "ca.pem": broker.ca_file}
    found |= {name: base / file for name, file in secrets.items() if file is not None}
    return {name: bounded.read(file) for name, file in found.items()}


def relocated(found: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
    """*found*, as kept settings have it, with the paths of the copies; password and certificate only if need be."""
    base, moved = kept.source.parent, dict(found)
    district = files.named(base, found, "district")
    if district is not None:
        moved["district"] = str(kept.folder / "district" / district.name)
    broker = dict(files.subsection(found, "broker"))
    secrets = {"password_file": (files.read_password, "password"), "ca_file": (files.find_ca_file, "ca.pem")}
    for key, (read, copy) in secrets.items():
        if key in broker:
            try:
                read(base, broker, "")
            except SettingsError:
                broker[key] = str(kept.folder / copy)
    others = found["broker"][1:] if isinstance(found.get("broker"), list) else []
    return {**moved, "broker": [broker, *others] if others else broker}


def alike(one: Any, other: Any) -> bool:
    """Whether two configurations of a node, or two of a hub, say the same, wherever their files lie."""
    def without_places(found: Any) -> Any:
        broker = replace(found.settings.broker, password_file=None, ca_file=None)
        settings = replace(found.settings, district="", broker=broker)
        endpoint = replace(found.endpoint, settings=broker, ca_file=None, doubts=())
        return replace(found, settings=settings, endpoint=endpoint)

    return bool(without_places(one) == without_places(other))
