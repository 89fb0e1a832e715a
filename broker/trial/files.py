"""A broker's files, tried before they replace others on a machine: `./install posko`, `./install uplink`.

    python -m broker.trial.files FOLDER PLACE [SETTINGS]

FOLDER holds the files, PLACE is the folder for which they are written, SETTINGS is the hub's posko.yaml, with its
password beside it: then the hub must be let in, too. Exit code 0, or 2 and a line of what is wrong. Nothing is changed.
"""

import socket
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from broker.core.bundles import File
from broker.mosquitto import BrokerError
from broker.trial import running
from contract.roles import Account, Role
from contract.settings.schema import SettingsError
from contract.text import printable
from runtime import bounded, files

LISTENERS = 3  # of the district's broker: the hub's, the posts', people's
LIMIT_S = 10.0


def check(folder: Path, place: str, settings: Path | None) -> None:
    """Raises BrokerError, SettingsError or OSError where Mosquitto does not start with them, or the hub is kept out."""
    tree = {path.name: File(bounded.read(path, bounded.INSTALLATION_BYTES)) for path in folder.iterdir()}
    with running.Trial(tree, place, b"") as trial:
        if len(trial.ports) != (1 if settings is None else LISTENERS):
            raise BrokerError(f"mosquitto.conf has {len(trial.ports)} listeners")
        # Mosquitto 2.0.11 accepts connections before it has read its key, and ends then.
        for port in trial.ports if settings is None else trial.ports[1:]:
            _shake_hands(port)
        if settings is not None:
            broker = files.subsection(files.mapping(settings, "posko.yaml"), "broker")
            password = bounded.read(settings.parent / str(broker.get("password_file"))).decode().strip()
            name, _, tail = str(broker.get("username")).partition("_")
            running.greet(trial, Account(name, Role.HUB, tail=tail), password)


def _shake_hands(port: int) -> None:
    """Raises BrokerError unless TLS is spoken at *port*. Whose certificate it is, its clients check."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), LIMIT_S) as plain, context.wrap_socket(plain):
            pass
    except OSError as error:
        raise BrokerError(f"its listener for others does not speak TLS: {error}") from None


def main(words: Sequence[str]) -> int:
    """Runs the program with the arguments *words*; returns its exit code."""
    folder, place, *settings = words
    try:
        check(Path(folder), place, Path(settings[0]) if settings else None)
    except (BrokerError, SettingsError, OSError, UnicodeDecodeError) as error:
        print(printable(str(error)), file=sys.stderr)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
