"""The seams between the node and its devices: what it needs of an output and of a contact. No behaviour.

gpiozero's DigitalOutputDevice and DigitalInputDevice are such devices, on whatever pin driver they stand.
"""

from typing import Any, Protocol

from node.core.effects import Play


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


class Sounder(Protocol):
    """What the node needs of what makes an alarm heard or seen: the siren thread is one, so is the loudspeaker.

    None of these waits: each is called on the way from a button to the street.
    """

    def play(self, play: Play) -> None:
        """Begins a program, in place of the one before; one that differs only in its end goes on unbroken."""

    def hush(self) -> None:
        """Ends the program at once."""

    def trouble(self) -> str | None:
        """What is wrong with it, in a few words, or None: for self-tests."""
