"""What others still get through while one post floods the broker, on an installation as `provision` makes it.

    one post's account ──alarms without pause, TLS──┐              ┌──> mosquitto_sub, in a responder's name
    operator ──alarms and silences, TLS─────────────┴──> Mosquitto ┼──> a neighbour's node, which receives the flood
                                                                   └──> the hub

The flood's alarms have the status Test, so that the node reads each and sounds none, until it has had enough and takes
that village's alarms from the hub's beacon alone.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep, time
from typing import Any

from benchmarks import parts
from benchmarks.ending import as_a_part
from benchmarks.parts import BASE, HOLD_S, RELEASE_S, Node
from benchmarks.publisher import Account, Connection, Endpoint
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import LateError, MeasureError, Run, beside, now, wait_until
from broker.mosquitto import program
from testing.installation import OPERATOR, Installation

ABOUT = "an operator's alarm, a held button and a silence while one post floods the broker"
GROUP = "while one post floods the broker, TLS"
ROGUE, NEIGHBOUR, LISTENER = "kalibagor.pos-1", "kotakan.pos-1", "patokan.polsek"
FLOOD, ALARM = f"{BASE}/kalibagor/alarm/pencurian", f"{BASE}/patokan/alarm/kebakaran"
BODY = b'{"status": "Test"}'
PAUSE_S = 0.1
MOST_S = 10.0


@dataclass(slots=True)
class _Stand:
    """Who gets through, and what was measured, in ms."""

    publisher: Connection
    node: Node
    received: Path
    sent: dict[str, float] = field(default_factory=dict)
    pressed_ms: list[float] = field(default_factory=list)
    silenced_ms: list[float] = field(default_factory=list)

    def alarm(self) -> None:
        """One alarm of the operator, whose name is its payload."""
        name = f"alarm-{len(self.sent)}"
        self.sent[name] = time()
        self.publisher.publish(ALARM, name.encode())

    def press(self) -> None:
        """A held button at the node, then the operator's silence. Raises MeasureError."""
        since, at = len(self.node.changes), now()
        self.node.contact("pencurian", closed=True)
        self.pressed_ms.append(_took_ms(at + HOLD_S, lambda: self.node.switched_on("siren", since)))
        self.node.contact("pencurian", closed=False)
        sleep(RELEASE_S)
        rung = len(self.node.changes)
        at = self.publisher.publish(f"{BASE}/kotakan/command/silence")
        self.silenced_ms.append(_took_ms(at, lambda: self.node.at_rest(rung)))

    def arrived_ms(self) -> list[float]:
        """How long each of the operator's alarms took that arrived, in the order in which they were sent.

        Waits for all of them, WAIT_S after the last one at most: what has not come then is lost.
        """
        with suppress(MeasureError):
            wait_until(lambda: self.sent.keys() <= self._arrived().keys(), "not every alarm was received")
        arrived = self._arrived()
        return [1000 * (arrived[name] - at) for name, at in self.sent.items() if name in arrived]

    def _arrived(self) -> dict[str, float]:
        """When each alarm was received first, by its name; a line that is not yet written to its end does not count."""
        found: dict[str, float] = {}
        for line in self.received.read_text("utf-8").split("\n")[:-1]:
            at, _, name = line.partition(" ")
            found.setdefault(name, float(at))
        return found


def measure(run: Run) -> Iterator[Row]:
    """The rows of the flood. Raises MeasureError, NeverError, BrokerError."""
    run.folder.chmod(0o711)  # started by root, Mosquitto becomes a user who must reach its files
    with ExitStack() as stack:
        installation = stack.enter_context(Installation(run.folder, parts.DISTRICT))
        operator = run.folder / "broker" / "operators" / OPERATOR
        endpoint = Endpoint(installation.port, run.folder / "broker" / "ca" / "ca.crt")
        account = Account(OPERATOR, OPERATOR, (operator / "password").read_text("utf-8").strip())
        received = run.folder / "received"
        settings = parts.settings(run.folder / "node", endpoint, node="pos-1", village="kotakan", hears="village",
                                  hub=True, broker=installation.node(NEIGHBOUR))
        stack.enter_context(parts.hub(run.folder / "hub", installation.hub()))
        stack.enter_context(_listener(installation.node(LISTENER), received))
        node = stack.enter_context(Node(run.folder / "node", settings))
        publisher = stack.enter_context(Connection(endpoint, account))
        wait_until(lambda: _reaches(publisher, received), "the listener did not receive an alarm")
        rogue = installation.node(ROGUE)
        words = [rogue[each] for each in ("port", "ca_file", "username", "password_file")]
        stack.enter_context(beside("benchmarks.flood", *words))
        node.expect("tested:")
        stand = _Stand(publisher, node, received)
        for _ in run.times("alarms beside a flood", run.count(50, 5)):
            stand.alarm()
            sleep(PAUSE_S)
        yield from _alarm_rows(len(stand.sent), stand.arrived_ms())
        for _ in run.times("presses and silences beside a flood", run.count(10, 2), MOST_S):
            stand.press()
    yield Row("flood.press", GROUP, f"held button to relay, beyond {HOLD_S:g} s", "ms", tuple(stand.pressed_ms),
              aims=(Aim(Mark.MAX, 500.0),))
    yield Row("flood.silence", GROUP, "an operator's silence to relay at rest", "ms", tuple(stand.silenced_ms),
              aims=(Aim(Mark.MAX, 1000.0),))


def _alarm_rows(sent: int, took_ms: list[float]) -> Iterator[Row]:
    """How many of the operator's *sent* alarms never came, and how long the others took."""
    yield Row("flood.lost", GROUP, f"an operator's alarms to a responder: lost, of {sent}", "alarms",
              (float(sent - len(took_ms)),), aims=(Aim(Mark.MAX, 0.0),))
    yield Row("flood.alarm", GROUP, "an operator's alarm, to a responder", "ms", tuple(took_ms),
              aims=(Aim(Mark.MAX, 1000.0),), reason="none arrived")


def _took_ms(since: float, happened: Callable[[], float]) -> float:
    """How long it took from *since* until what *happened*; if it has not, as long as it was waited for at the least."""
    try:
        return 1000 * (happened() - since)
    except LateError:
        return 1000 * (now() - since)


def _reaches(publisher: Connection, received: Path) -> bool:
    publisher.publish(ALARM, b"before")
    sleep(PAUSE_S)
    return bool(received.read_bytes())


@contextmanager
def _listener(settings: dict[str, Any], received: Path) -> Iterator[None]:
    """A client that receives the flood too, and writes everything else with its instant to the file *received*."""
    words = [
        program("mosquitto_sub"), "-h", "localhost", "-p", str(settings["port"]), "-u", settings["username"],
        "-P", _password(settings), "--cafile", settings["ca_file"], "-V", "5", "-q", "1", "-t", f"{BASE}/+/alarm/+",
        "-T", FLOOD, "-F", "%U %p",
    ]
    with received.open("wb") as sink:
        process = subprocess.Popen(words, stdout=sink, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.kill()
            process.wait()


def _password(settings: dict[str, Any]) -> str:
    return Path(settings["password_file"]).read_text("utf-8").strip()


def flood(port: str, ca_file: str, username: str, password_file: str) -> None:
    """Publishes alarms of one village without pause, until the process is killed: the process that floods."""
    password = Path(password_file).read_text("utf-8").strip()
    with Connection(Endpoint(int(port), Path(ca_file)), Account(username, username, password)) as rogue:
        while True:
            rogue.stream(FLOOD, BODY, 1000)


if __name__ == "__main__":
    as_a_part()
    with suppress(OSError, MeasureError):  # the broker has ended first, and who has started this says so
        flood(*sys.argv[1:])
    sys.exit(1)
