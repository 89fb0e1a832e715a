"""What comes in through the inbox of any loop here, each a frozen value. No behaviour.

All instants are seconds of one clock that never jumps (`runtime.clock`); what people read is turned into wall
time only when it is written down.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """A message arrived. `retain`: it was published with that flag or, where asked for, kept by the broker."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """The broker has answered the subscriptions; what it refused is a fault."""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """The broker is out of reach."""

    reason: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took over the message that was published under `token`."""

    token: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The wall clock: whether it is synchronised, and what to add to an instant to get the epoch's seconds.

    `zone_s` is what people here add to UTC, in seconds.
    """

    synced: bool
    offset_s: float
    zone_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Faulted:
    """A part of this program stopped doing its job."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """It does its job again."""

    part: str


@dataclass(frozen=True, slots=True)
class Overflowed:
    """Messages that were dropped unread because they came faster than they could be read."""

    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""
