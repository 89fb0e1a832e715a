"""Where the broker is, who we are to it, and what we want to hear. Opens nothing."""

import secrets
import ssl
from dataclasses import replace
from pathlib import Path

from contract.settings.broker import BrokerSettings
from contract.values import dataclass


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are to it.

    `others`: hosts and ports that are tried where this one is out of reach. `name`: what messages call us. The client
    id is that and the `secret`: whoever knows it can end the connection, so no message contains it.
    """

    host: str
    port: int
    name: str
    username: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    secret: str = ""
    others: tuple[tuple[str, int], ...] = ()

    def addresses(self) -> "tuple[Broker, ...]":
        """This broker and the others, each without others."""
        return (replace(self, others=()),
                *(replace(self, host=host, port=port, others=()) for host, port in self.others))

    @property
    def client_id(self) -> str:
        """What the broker knows this connection by."""
        return f"{self.name}.{self.secret}" if self.secret else self.name


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The broker of a program's settings, with what stands in the files that they name: how the program reaches it.

    `doubts`: what else than a password stands in the password's file.
    """

    settings: BrokerSettings
    password: str | None = None
    ca_file: Path | None = None
    doubts: tuple[str, ...] = ()

    def broker(self, name: str, *, fixed: bool = False) -> Broker:
        """The broker, to a client called *name*.

        Its client id has 64 random bits more, and is another one in each process. *fixed*: it is *name* and the random
        bits of the user name, if that begins with *name*, so that the broker ends an old connection, and publishes its
        will, before the new one begins. A Mosquitto that we provision puts the user name in its place in any case.
        """
        settings = self.settings
        found = Broker(settings.host, settings.port, name, settings.username, self.password, self.ca_file,
                       others=settings.addresses()[1:])
        if not fixed:
            return another(found)
        base, _, own = (settings.username or "").partition("_")
        return replace(found, secret=own) if base == name else found


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic filter. `kept`: what the broker keeps of it is wanted too, and arrives marked `retain`."""

    topic: str
    kept: bool = False


def another(broker: Broker) -> Broker:
    """*broker*, for a connection of its own beside the first."""
    return replace(broker, secret=secrets.token_hex(8))


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
