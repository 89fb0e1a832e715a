"""The pin driver: the one that the settings name, and none other. Must not know what a pin is for.

gpiozero on its own falls back to another driver with a mere warning, and obeys an environment variable; a node
that believed it rang would be mute. So the driver is loaded by name, and a variable that says otherwise is a fault.
"""

import os
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from gpiozero import DigitalInputDevice, DigitalOutputDevice
from gpiozero.pins import Factory

from contract.settings.suggestions import suggestion

GROUP = "gpiozero_pin_factories"
NO_REAL_PINS = ("mock", "simulated")
_VARIABLE = "GPIOZERO_PIN_FACTORY"


class PinsError(Exception):
    """The pins cannot be used; the message says why and what to do."""


def check(driver: str, *, simulate: bool, heed_environment: bool = True) -> str | None:
    """What is wrong with *driver* as a name, without touching a pin; None if nothing is.

    No driver is ever taken from the environment; *heed_environment* is whether one that is named there is a fault.
    """
    known = sorted({entry.name for entry in entry_points(group=GROUP)})
    if driver not in known:
        return f"{driver!r} is no pin driver; {suggestion(driver, known, 'known here')}"
    if driver in NO_REAL_PINS and not simulate:
        return f"{driver!r} moves no real pin; only with --simulate"
    leaked = os.environ.get(_VARIABLE) if heed_environment else None
    if leaked is not None and leaked != driver:
        return f"{driver!r} is named here, but the environment has {_VARIABLE}={leaked}; unset it"
    return None


def open_driver(driver: str, options: Mapping[str, object]) -> Factory:
    """The pin factory called *driver*. Raises PinsError."""
    (entry, *_) = entry_points(group=GROUP, name=driver)
    try:
        factory = entry.load()(**options)
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise PinsError(f"pins.driver: {driver} cannot be used: {reason}; {_remedy(driver)}") from error
    if driver == "lgpio":
        _claim_at_rest(factory)
    return factory


def output(factory: Factory, pin: int, *, active_high: bool = True) -> Any:
    """An output at rest on BCM *pin*. Raises PinsError."""
    try:
        return DigitalOutputDevice(pin, active_high=active_high, initial_value=False, pin_factory=factory)
    except Exception as error:
        raise PinsError(f"pin {pin} cannot be an output: {error}; is another program using it?") from error


def contact(factory: Factory, pin: int) -> Any:
    """A contact to ground on BCM *pin*, pulled up. Raises PinsError."""
    try:
        return DigitalInputDevice(pin, pull_up=True, pin_factory=factory)
    except Exception as error:
        raise PinsError(f"pin {pin} cannot be an input: {error}; is another program using it?") from error


def _claim_at_rest(factory: Any) -> None:
    """Makes *factory*'s outputs begin at their resting level.

    gpiozero 2.0.1 claims a line as an output at low level and sets its state afterwards (pins/lgpio.py,
    `_set_function`), so a relay that switches on at low level would be driven on for an instant at each start.
    lgpio's gpio_claim_output takes the level with the claim.
    """
    from gpiozero.pins import lgpio  # noqa: PLC0415 - only a machine with real pins has it

    class RestingPin(lgpio.LGPIOPin):  # type: ignore[misc]
        def output_with_state(self, state: bool) -> None:
            lgpio.lgpio.gpio_claim_output(self.factory._handle, self._number, int(state))  # noqa: SLF001

    factory.pin_class = RestingPin


def _remedy(driver: str) -> str:
    if driver == "lgpio":
        return "on a Raspberry Pi install python3-lgpio, and run as a member of the group gpio"
    return "is it installed, and may this user use it?"
