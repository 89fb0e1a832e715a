"""A node's configuration: its settings and the files that they name -> one value, or every fault at once.

Touches no pin.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.domain import incidents
from contract.domain.district import District
from contract.domain.incidents import Catalogue, Family
from contract.domain.speech import respelt, texts
from contract.settings.schema import SettingsError, read
from contract.values import dataclass
from node.settings import NodeSettings, SirenSettings, SoundSettings, cross_faults, read_outputs
from node.sound.core.driver_settings import Speaker
from runtime import files
from runtime.endpoint import Endpoint

if TYPE_CHECKING:
    from node.sound.speech_files import Voices

EXAMPLE = "node.yaml"
STROKES = Path(__file__).resolve().parent.parent / "sounds"
QUIET_DRUM = "kecil"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a node needs to know: its settings, and the files that they name, read and checked."""

    settings: NodeSettings
    district: District
    catalogue: Catalogue
    family: Family
    endpoint: Endpoint
    socket: Path | None
    speaker: Speaker | None
    recordings: Path | None
    state_dir: Path
    respellings: Mapping[str, str] = field(default_factory=dict)


def load(
    path: Path, check_driver: Callable[[str], str | None] = lambda _driver: None,
    check_sound: Callable[[str], str | None] = lambda _driver: None,
) -> Config:
    """The configuration in *path* and the files it names, paths relative to it.

    *check_driver* says what is wrong with a pin driver's name, *check_sound* with a sound driver's. Raises
    SettingsError with every fault of all files.
    """
    return assemble(path, files.mapping(path, EXAMPLE), check_driver, check_sound)


def assemble(
    path: Path, written: Mapping[str, Any], check_driver: Callable[[str], str | None] = lambda _driver: None,
    check_sound: Callable[[str], str | None] = lambda _driver: None,
) -> Config:
    """As `load`, of the settings that are *written* in *path*."""
    faults: list[str] = []
    base = path.absolute().parent
    settings = files.attempt(faults, lambda: read(NodeSettings, written, path.name))
    place = files.named(base, written, "district")
    district, catalogue, family = files.load_district(faults, place)
    respellings = {} if place is None else files.load_respellings(faults, place.parent)
    faults += cross_faults(path.name, written, district, catalogue)
    for section, check in (("pins", check_driver), ("sound", check_sound)):
        driver = files.subsection(written, section).get("driver")
        wrong = check(driver) if isinstance(driver, str) else None
        faults += [f"{path.name}.{section}.driver: {wrong}"] if wrong is not None else []
    recordings = files.named(base, files.subsection(written, "sound"), "recordings")
    way = files.load_endpoint(faults, path, written, None if settings is None else settings.broker)
    if faults or settings is None or district is None or catalogue is None or family is None or way is None:
        raise SettingsError(faults)
    return Config(
        settings, district, catalogue, family, way,
        socket=base / settings.pins.socket if settings.pins.socket else None,
        speaker=None if settings.sound is None else speaker(settings.sound),
        recordings=recordings,
        state_dir=base / settings.state_dir,
        respellings=respellings,
    )


def speaker(settings: SoundSettings) -> Speaker:
    """The loudspeaker of *settings*, with the strokes that are shipped: what is quiet is beaten on the small drum."""
    stroke, quiet = (str(STROKES / f"{drum}.wav") for drum in (settings.drum, QUIET_DRUM))
    return Speaker(settings.driver, settings.device, settings.volume, settings.latency_s, stroke, quiet)


def voices(found: Config) -> "Voices":
    """The voice's files: those rendered into the state_dir, and the recordings that replace them."""
    from node.sound.speech_files import Voices  # noqa: PLC0415 - it costs memory, and only a loudspeaker has a voice

    said = {piece: respelt(text, found.respellings) for piece, text in texts(found.catalogue, found.district).items()}
    return Voices(found.state_dir / "voice", found.recordings, said)


def outputs(path: Path, check_driver: Callable[[str], str | None]) -> tuple[str, dict[str, SirenSettings], list[str]]:
    """The pin driver and the outputs in the settings *path*, and the faults of those that cannot be read.

    Whatever else is wrong is passed over. Raises SettingsError where there is no driver to reach any pin with.
    """
    written = files.mapping(path, EXAMPLE)
    driver = files.subsection(written, "pins").get("driver")
    wrong = check_driver(driver) if isinstance(driver, str) else "missing; it has no default"
    found, faults = read_outputs(written, path.name)
    if wrong is not None or not isinstance(driver, str):
        raise SettingsError([*faults, f"{path.name}.pins.driver: {wrong}"])
    return driver, found, faults


def _bound_warnings(found: Config) -> Iterator[str]:
    """That the longest round of an alarm is cut short: a siren of minutes means something only as a whole."""
    rounds = incidents.cycles(found.catalogue, found.family)
    name = max(rounds, key=lambda each: rounds[each].length_s)
    if rounds[name].length_s > found.settings.max_sounding_s:
        yield (f"max_sounding_s: {found.settings.max_sounding_s:g} s end the first round of {name} before it is over; "
               f"write {math.ceil(rounds[name].length_s)} or more")


def warnings(found: Config) -> Iterator[str]:
    """What may be meant, or may be wrong for this user only."""
    yield from files.warnings(found.endpoint, found.state_dir, found.district)
    yield from _bound_warnings(found)
    if found.speaker is not None:
        said = voices(found)
        word, absent = said.word(), said.absent()
        if word.startswith(("silent", "incomplete")):
            yield f"sound: the voice is {word}"
        if absent is not None:
            yield f"sound.recordings: {absent}"
