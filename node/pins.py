"""The pin driver: the one that the settings name, and none other. Must not know what a pin is for.

gpiozero on its own falls back to another driver with a mere warning, and obeys an environment variable; a node
that believed it rang would be mute. So the driver is loaded by name, and a variable that says otherwise is a fault.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import Any

from contract.settings.suggestions import suggestion
from contract.user_error import UserError
from node import gpio
from runtime import lean


@contextmanager
def _only_what_is_used() -> Iterator[None]:
    """While gpiozero (2.0.1) is imported: what it needs for other devices than contacts and relays costs 2 MB."""
    with (lean.deferred("importlib_metadata", "entry_points", real="importlib.metadata"),
          lean.deferred("importlib_resources", real="importlib.resources"),
          lean.deferred("statistics", "mean", "median"), lean.deferred("colorzero", "Color")):
        yield


with _only_what_is_used():
    from gpiozero import DigitalInputDevice, DigitalOutputDevice
    from gpiozero.pins import Factory

GROUP = "gpiozero_pin_factories"
NO_REAL_PINS = ("mock", "simulated")
LGPIO = "lg"  # the name under which lgpio holds a line
# Where the usual drivers are, as they are registered: to ask for all that is installed takes 4 ms at a start.
_USUAL = {
    "lgpio": "gpiozero.pins.lgpio:LGPIOFactory", "mock": "gpiozero.pins.mock:MockFactory",
    "simulated": "node.simulated:SimulatedFactory",
}
_VARIABLE = "GPIOZERO_PIN_FACTORY"


class PinsError(UserError):
    """The pins cannot be used; the message says why and what to do."""


def check(driver: str, *, simulate: bool, heed_environment: bool = True) -> str | None:
    """What is wrong with *driver* as a name, without touching a pin; None if nothing is.

    No driver is ever taken from the environment; *heed_environment* is whether one that is named there is a fault.
    """
    if driver not in _USUAL and driver not in (known := _registered()):
        return f"{driver!r} is no pin driver; {suggestion(driver, known, 'known here')}"
    if driver in NO_REAL_PINS and not simulate:
        return f"{driver!r} moves no real pin; only with --simulate"
    leaked = os.environ.get(_VARIABLE) if heed_environment else None
    if leaked is not None and leaked != driver:
        return f"{driver!r} is named here, but the environment has {_VARIABLE}={leaked}; unset it"
    return None


def open_driver(driver: str, options: Mapping[str, object]) -> Factory:
    """The pin factory called *driver*. Raises PinsError."""
    load = _find(driver)
    try:
        factory = _open_lgpio(load) if driver == "lgpio" else load()(**options)
    except gpio.ChipError as error:
        raise PinsError(f"pins.driver: {driver} cannot be used: {error}") from error
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise PinsError(f"pins.driver: {driver} cannot be used: {reason}; {_remedy(driver, error)}") from error
    return factory


def _registered() -> list[str]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - costs memory that the usual drivers do without

    return sorted({each.name for each in entry_points(group=GROUP)})


def _find(driver: str) -> Callable[[], Any]:
    """What gives the class of *driver*."""
    if driver in _USUAL:
        return partial(_load, *_USUAL[driver].split(":"))
    from importlib.metadata import entry_points  # noqa: PLC0415 - as above

    load: Callable[[], Any] = next(iter(entry_points(group=GROUP, name=driver))).load
    return load


def _load(module: str, name: str) -> Any:
    with _only_what_is_used():
        return getattr(import_module(module), name)


def _open_lgpio(load: Callable[[], Any]) -> Factory:
    """The driver lgpio, on the chip that carries the header's pins, its outputs beginning at rest.

    The chip is found by its label, never by its number: gpiozero 2.0.1 takes gpiochip4, else gpiochip0
    (pins/lgpio.py), and a Pi 5 with a kernel of July 2026 or later shows only 11 to 15.
    """
    with _own_folder():
        try:
            kind = load()
        except AttributeError as error:
            raise ImportError("the module lgpio that Python finds is empty, as PyPI's version 0.0.0.2 is") from error
        factory: Factory = kind(chip=gpio.find_header().number)
    _claim_at_rest(factory)
    return factory


@contextmanager
def _own_folder() -> Iterator[None]:
    """A working directory of its own while lgpio is loaded: it makes a FIFO there, whose name is needed only then.

    Where no such folder can be made, it is the present one.
    """
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - only lgpio needs it

    with ExitStack() as parts:
        try:
            folder = parts.enter_context(TemporaryDirectory(prefix="kentongan-"))
        except OSError:
            yield
            return
        here = os.open(".", os.O_PATH)
        parts.callback(os.close, here)
        parts.callback(os.fchdir, here)
        os.chdir(folder)
        yield


def chip_labels(factory: Any) -> tuple[str, ...]:
    """The label of *factory*'s chip; of every chip that may have the header where its driver cannot say so."""
    handle = getattr(factory, "_handle", None)
    with suppress(Exception):  # whatever it raises: each of them is looked for
        if handle is not None:
            return (str(_lgpio().gpio_get_chip_info(handle)[3]),)
    return gpio.LABELS


def _lgpio() -> Any:
    """lgpio itself, as gpiozero's driver has loaded it. Only a machine with real pins has it."""
    from gpiozero.pins import lgpio  # noqa: PLC0415

    return lgpio.lgpio


def holder(factory: Any, pin: int) -> str | None:
    """Which program or part of the kernel holds BCM *pin*; None if nobody does, or if the driver cannot say so.

    It changes nothing.
    """
    handle = getattr(factory, "_handle", None)
    with suppress(Exception):  # whatever it raises, it is only asked for a message
        _status, _line, flags, _name, user = _lgpio().gpio_get_line_info(handle, pin)
        return str(user or "the kernel") if flags & 1 else None
    return None


def output(factory: Factory, pin: int, *, active_high: bool = True) -> Any:
    """An output at rest on BCM *pin*. Raises PinsError."""
    try:
        return DigitalOutputDevice(pin, active_high=active_high, initial_value=False, pin_factory=factory)
    except Exception as error:
        raise PinsError(f"pin {pin} cannot be an output: {error}; {_user(factory, pin)}") from error


def contact(factory: Factory, pin: int) -> Any:
    """A contact to ground on BCM *pin*, pulled up. Raises PinsError."""
    try:
        return DigitalInputDevice(pin, pull_up=True, pin_factory=factory)
    except Exception as error:
        raise PinsError(f"pin {pin} cannot be an input: {error}; {_user(factory, pin)}") from error


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


def _user(factory: Any, pin: int) -> str:
    user = holder(factory, pin)
    return "is another program using it?" if user is None else f"{user} holds it: {remedy_of(user)}"


def remedy_of(user: str) -> str:
    """What to do about a line that *user* holds, which is the name that lgpio or the kernel gave."""
    if user == LGPIO:
        return "stop the node that runs already (sudo systemctl stop kentongan-node), or the other program with lgpio"
    return "end that program, or take its dtoverlay or dtparam out of /boot/firmware/config.txt, or use another pin"


def _remedy(driver: str, error: Exception) -> str:
    if driver != "lgpio":
        return "is it installed, and may this user use it?"
    if isinstance(error, ImportError):
        return ("on Raspberry Pi OS: sudo apt install python3-lgpio; elsewhere see docs/install.md; then remove .venv "
                "and run scripts/prepare")
    return "is another program using the chip?"
