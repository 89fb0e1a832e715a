"""What comes in through the inbox of any loop here, each a frozen value. No behaviour.

All instants are seconds of one clock that never jumps (`runtime.clock`); what people read is turned into wall
time only when it is written down.
"""

from enum import StrEnum

from contract.values import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """A message arrived. `retain`: it was published with that flag or, where asked for, kept by the broker."""

    topic: str
    payload: bytes
    retain: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """The broker has answered the subscriptions; what it refused is a fault."""


class Cause(StrEnum):
    """What a missing link is owed to, where that is known."""

    OTHER = "other"
    LOGIN = "login"  # the broker knows no such account, or the password is another
    PROTOCOL = "protocol"  # the broker does not speak MQTT 5
    RENEWED = "renewed"  # this program ended the connection on purpose


@dataclass(frozen=True, slots=True)
class Unlinked:
    """There is no link to the broker."""

    reason: str
    cause: Cause = Cause.OTHER


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker took over the message that was published under `token`."""

    token: str


NOT_AUTHORIZED = 135  # the one reason code that is about rights (MQTT 5, table 2-6)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The broker answered what was published under `token` with the reason code `code` of a failure.

    Only NOT_AUTHORIZED says that nobody has got it: a cluster of which one broker was dead answered 131 to what all the
    living delivered (seen on RabbitMQ 4.0.5).
    """

    token: str
    code: int
    reason: str


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
class Noticed:
    """A part of this program did something that people are to know; nothing is wrong with it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Overflowed:
    """Messages that were dropped unread because they came faster than they could be read."""

    count: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""
