"""What `check` finds on this machine: whether what the node will open can be opened. Drives nothing, plays nothing."""

from collections.abc import Iterator
from typing import Any

from contract.values import dataclass
from node import pins
from node.config import Config
from node.settings import NodeSettings
from node.sound import alsa
from node.sound.core.driver_settings import Speaker


@dataclass(frozen=True, slots=True)
class Found:
    """What keeps a node from starting or sounding here, and what it would run without."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]


def inspect(config: Config) -> Found:
    """What of *config* this machine cannot give to a node."""
    found = inspect_pins(config.settings)
    mute = None if config.speaker is None else sound_trouble(config.speaker)
    return found if mute is None else Found((*found.faults, f"sound.device: {mute}"), found.warnings)


def sound_trouble(speaker: Speaker) -> str | None:
    """Why the device of *speaker* cannot be opened; None if it can, is in use, or is none of this machine's."""
    return alsa.trouble(speaker.device) if speaker.driver == "alsa" else None


def inspect_pins(settings: NodeSettings) -> Found:
    """What of the pins in *settings* this machine cannot give to a node."""
    faults: list[str] = []
    warnings: list[str] = []
    if settings.pins.driver not in pins.NO_REAL_PINS:
        try:
            factory = pins.open_driver(settings.pins.driver, {})
        except pins.PinsError as error:
            faults.append(str(error))
        else:
            for place, user in _held(factory, settings):
                ours = user == pins.LGPIO
                fatal = place == "siren.pin" and not ours
                remedy = "a node that runs already holds its lines under this name" if ours else pins.remedy_of(user)
                (faults if fatal else warnings).append(f"{place}: the line is held by {user}; {remedy}")
            factory.close()
    return Found(tuple(faults), tuple(warnings))


def _held(factory: Any, settings: NodeSettings) -> Iterator[tuple[str, str]]:
    """The lines that somebody holds, and who."""
    lines: dict[str, int | None] = {"siren.pin": settings.siren.pin}
    for name, each in (("striker", settings.striker), ("strobe", settings.strobe), ("lock", settings.lock)):
        lines[f"{name}.pin"] = None if each is None else each.pin
    for name, button in settings.buttons.items():
        lines[f"buttons.{name}.pin"], lines[f"buttons.{name}.lamp"] = button.pin, button.lamp
    for name, felt in settings.feedback.inputs().items():
        lines[f"feedback.{name}.pin"] = felt.pin
    for place, pin in lines.items():
        user = None if pin is None else pins.holder(factory, pin)
        if user is not None:
            yield place, user
