"""The seams between the node and its devices: what it needs of an output, a contact, a loudspeaker. No behaviour.

gpiozero's DigitalOutputDevice and DigitalInputDevice are such devices, on whatever pin driver they stand.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Output(Protocol):
    """What the siren needs of an output device; gpiozero's DigitalOutputDevice is one."""

    def on(self) -> None:
        """Switches it on."""

    def off(self) -> None:
        """Switches it to rest."""

    def close(self) -> None:
        """Lets the pin go."""


class ContactInput(Protocol):
    """What the panel needs of a contact; gpiozero's DigitalInputDevice is one."""

    when_activated: Any
    when_deactivated: Any

    @property
    def is_active(self) -> bool:
        """Whether it is closed."""

    def close(self) -> None:
        """Lets the pin go."""


class Loudspeaker(Protocol):
    """A device that takes frames (16 bits, one channel) a buffer at a time. Its failures are its own exceptions."""

    def load(self, path: str) -> Sequence[int]:
        """The frames of a recording, at the device's rate. Raises OSError."""

    def probe(self) -> None:
        """Has the device take a frame of nothing."""

    def took_probe(self) -> bool:
        """Whether it has taken it."""

    def next_buffers(self, interrupted: Callable[[float], bool]) -> tuple[float, float] | None:
        """When the device will take its next buffer, and how many seconds after that the one that follows.

        *interrupted* waits for so many seconds, or until there is something else to do: then the answer is None.
        """

    def begin(self, frames: bytes, volume: float, at: float = 0.0) -> None:
        """Sounds *frames*, in place of what sounds, from the device's next buffer on; it takes that at instant *at*."""

    def stop(self) -> None:
        """Silence, from the device's next buffer on."""

    def ends_in(self, now: float) -> float | None:
        """After how many seconds it is worth to ask whether what sounds has ended; None if nothing does."""

    def drift_ppm(self, now: float) -> float | None:
        """How much faster the device's clock was than the machine's, in millionths, if what sounded has just ended."""
