"""What goes out of any loop here: what it is to do after a step, each a frozen value. No behaviour."""

from collections.abc import Mapping

from contract.values import dataclass


@dataclass(frozen=True, slots=True)
class Publish:
    """A message to the broker, while linked; a `token` asks for an Acknowledged, or Rejected."""

    topic: str
    payload: bytes
    retain: bool = False
    token: str | None = None
    qos: int = 1


@dataclass(frozen=True, slots=True)
class Log:
    """An event, as published, into the journal."""

    event: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Connect:
    """Begin to seek the broker."""


@dataclass(frozen=True, slots=True)
class Reconnect:
    """Drop the connection and seek the broker anew, at once. `reason` is why."""

    reason: str


CommonEffect = Publish | Log | Connect | Reconnect
