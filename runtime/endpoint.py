"""Where the broker is, who we are to it, and what we want to hear. Opens nothing."""

from dataclasses import dataclass
from pathlib import Path

from contract.settings.broker import BrokerSettings


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are to it."""

    host: str
    port: int
    client_id: str
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic filter. `kept`: what the broker keeps of it is wanted too, and arrives marked `retain`."""

    topic: str
    kept: bool = False


def broker(settings: BrokerSettings, client_id: str, password: str | None, ca_file: Path | None) -> Broker:
    """The broker of *settings*, to a client called *client_id*."""
    return Broker(settings.host, settings.port, client_id, settings.username, password, ca_file)
