"""The real programs that are measured: brokers, nodes, a hub. Only the nodes' pins and loudspeakers are simulated."""

import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from benchmarks.publisher import Endpoint
from benchmarks.run import WAIT_S, LateError, MeasureError
from broker import certificates
from broker.mosquitto import free_port
from runtime.files import SHIPPED
from testing.box import Box
from testing.posko import Posko
from testing.private_broker import PrivateBroker

DISTRICT = SHIPPED / "situbondo.yaml"
BASE = "kentongan/situbondo"
HOLD_S = 0.2
RELEASE_S = 0.1  # longer than any bounce: what opens for less counts as held all the time
LOUD = ("siren", "striker", "strobe")


@contextmanager
def broker(folder: Path, extra: str = "") -> Iterator[Endpoint]:
    """A Mosquitto without TLS or accounts, with *extra* lines of configuration. Raises BrokerError."""
    with PrivateBroker(folder, extra=extra) as private:
        yield Endpoint(private.port)


@contextmanager
def tls_broker(folder: Path) -> Iterator[Endpoint]:
    """A Mosquitto with a TLS listener whose certificate is made here. Raises BrokerError."""
    folder.mkdir()
    authority = certificates.make_authority("benchmark")
    server = certificates.make_server(authority, ())
    files = {"ca.crt": authority.certificate, "server.crt": server.certificate, "server.key": server.key}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    port = free_port()
    extra = (
        f"user {getpass.getuser()}\n"  # started by root, Mosquitto would become a user who may not read these files
        f"listener {port} 127.0.0.1\ncertfile {folder / 'server.crt'}\nkeyfile {folder / 'server.key'}\n"
    )
    with PrivateBroker(folder, extra=extra):
        yield Endpoint(port, folder / "ca.crt")


def reach(endpoint: Endpoint) -> dict[str, Any]:
    """The setting `broker` of a node or a hub at *endpoint*."""
    ca_file = {} if endpoint.ca_file is None else {"ca_file": str(endpoint.ca_file)}
    return {"host": "localhost" if ca_file else endpoint.host, "port": endpoint.port, **ca_file}


def settings(folder: Path, endpoint: Endpoint, **other: Any) -> dict[str, Any]:
    """A node with every output and two buttons, of a responder's office: it sounds every alarm of the district."""
    return {
        "node": "polsek", "village": "patokan", "hears": "all", "hub": False,
        "district": str(DISTRICT), "broker": reach(endpoint),
        "siren": {"pin": 17}, "striker": {"pin": 27}, "strobe": {"pin": 22},
        "buttons": {"pencurian": {"pin": 5, "lamp": 6, "hold_s": HOLD_S}, "senyap": {"pin": 26, "hold_s": HOLD_S}},
        "state_dir": str(folder / "state"),
        **other,
    }


class Node(Box):
    """A node process with simulated pins. Use as a context manager; it is linked on entering."""

    def __init__(
        self, folder: Path, settings: Mapping[str, Any], hear: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(folder, settings, hear)

    def __enter__(self) -> Self:
        self.start()
        try:
            self.expect("linked:")
        except BaseException:  # a signal that ends the run, too
            self.stop()
            raise
        return self

    def expect(self, part: str, since: int = 0, timeout_s: float = WAIT_S) -> None:
        """Waits for a line with *part*, after the first *since* lines. Raises MeasureError."""
        if not self.wait_line(part, timeout_s, since):
            until = "before it ended" if self.over else f"within {timeout_s:g} s"
            raise MeasureError(f"node {self.name} did not print {part!r} {until}; its last lines: "
                               f"{'; '.join(self.lines[-3:]) or 'none'}")

    def switched_on(self, output: str, since: int) -> float:
        """The instant at which *output* goes on, after the first *since* changes. Raises LateError."""
        def found(box: Box) -> bool:
            return any(change.output == output and change.level for change in box.changes[since:])

        if not self.wait(found, WAIT_S):
            raise LateError(f"the {output} of node {self.name} did not switch on within {WAIT_S:g} s; its last "
                            f"lines: {'; '.join(self.lines[-3:])}")
        return next(change.at for change in self.changes[since:] if change.output == output and change.level)

    def at_rest(self, since: int) -> float:
        """Waits until nothing sounds; the instant of the last change of what is loud, after the first *since* changes.

        Raises LateError; and MeasureError where nothing of it has changed since.
        """
        if not self.wait(lambda box: not any(map(box.on, LOUD)), WAIT_S):
            raise LateError(f"node {self.name} is not at rest within {WAIT_S:g} s; its last lines: "
                            f"{'; '.join(self.lines[-3:])}")
        changes = [change.at for change in self.changes[since:] if change.output in LOUD]
        if not changes:
            raise MeasureError(f"node {self.name} is at rest, but nothing has sounded; its last lines: "
                               f"{'; '.join(self.lines[-3:])}")
        return max(changes)


@contextmanager
def hub(folder: Path, broker: Endpoint | Mapping[str, Any]) -> Iterator[Posko]:
    """A hub, linked to the *broker* at an endpoint without accounts, or of its setting. Raises NeverError."""
    posko = Posko(folder, broker.port if isinstance(broker, Endpoint) else broker)
    try:
        yield posko.begin()
    finally:
        posko.stop()
