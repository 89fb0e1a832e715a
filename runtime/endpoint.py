"""Where the broker is, who we are to it, and what we want to hear. Opens nothing."""

import ssl
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


# OpenSSL, x509_vfy.h: why a certificate is not accepted.
_CLOCK, _OTHER_SIGNER, _OTHER_NAME = (9, 10), (18, 19, 20, 21), (62, 64)


def explain(error: OSError, broker: Broker) -> str:
    """Why *broker* could not be reached, with what to do where *error* shows that its settings do not fit it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_NAME:
            return (f"its certificate is for another name than {broker.host}; write that one under host, or "
                    f"provision the broker with --host {broker.host}")
        if error.verify_code in _OTHER_SIGNER:
            return "its certificate is not signed by the authority in ca_file; take the ca.crt of this installation"
        if error.verify_code in _CLOCK:
            return f"its certificate is not valid at this machine's time ({error.verify_message}); check the clock"
    elif broker.ca_file is not None and isinstance(error, ssl.SSLError | ConnectionResetError):
        return f"{error}; this port speaks no TLS, it seems: give the port that does (8883), or leave ca_file out"
    return str(error)
