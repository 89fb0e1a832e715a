"""The devices that the settings name, opened on a pin driver. A post needs its siren to start, and nothing else.

Whatever else cannot be had (a line that another program holds, a kernel's overlay) is left out, and reported.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

from contract.values import dataclass
from contract.wire.faults import Fault
from node import pins
from node.core.state import LOCK
from node.core.switching import Role
from node.devices import ContactInput, Output
from node.settings import NodeSettings, SirenSettings, StrikerSettings, StrobeSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Devices:
    """What could be opened, by role or by the button's name; and of what could not, the fault's name and reason."""

    outputs: Mapping[Role, Output]
    contacts: Mapping[str, ContactInput]
    lamps: Mapping[str, Output]
    missing: Mapping[str, str]


def open_devices(factory: Any, settings: NodeSettings) -> Devices:
    """The devices of *settings* on the pins of *factory*, outputs at rest. Raises PinsError without its siren."""
    missing: dict[str, str] = {}

    def opened(fault: str, act: Callable[[], T]) -> Iterator[T]:
        try:
            yield act()
        except pins.PinsError as error:
            missing[fault] = f"{error}; the post runs without it until it is started again"

    siren: Output = pins.output(factory, settings.siren.pin, active_high=settings.siren.active_high)
    outputs = {Role.SIREN: siren}
    for role, relay in _relays(settings).items():
        if role is not Role.SIREN:
            act = partial(pins.output, factory, relay.pin, active_high=relay.active_high)
            outputs.update((role, each) for each in opened(role.value, act))
    wired = {name: button.pin for name, button in settings.buttons.items()}
    wired |= {} if settings.lock is None else {LOCK: settings.lock.pin}
    wired |= {name: each.pin for name, each in settings.feedback.inputs().items()}
    contacts = {
        name: each for name, pin in wired.items()
        for each in opened(Fault.PIN_OF_BUTTON.of(name), partial(pins.contact, factory, pin))
    }
    lamps = {
        name: each for name, button in settings.buttons.items() if button.lamp is not None
        for each in opened(Fault.PIN_OF_LAMP.of(name), partial(pins.output, factory, button.lamp))
    }
    return Devices(outputs, contacts, lamps, missing)


def resting_levels(settings: NodeSettings) -> dict[str, tuple[int, bool]]:
    """The outputs that must not stay on, by role: each one's pin, and whether it is high at rest."""
    return {role.value: (relay.pin, not relay.active_high) for role, relay in _relays(settings).items()}


def _relays(settings: NodeSettings) -> dict[Role, SirenSettings | StrikerSettings | StrobeSettings]:
    found = {Role.SIREN: settings.siren, Role.STRIKER: settings.striker, Role.STROBE: settings.strobe}
    return {role: relay for role, relay in found.items() if relay is not None}
