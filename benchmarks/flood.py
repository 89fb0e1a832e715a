"""How long an operator's alarm takes while one post floods the broker, on an installation as `provision` makes it.

    one post's account ──alarms without pause, TLS──┐
    operator ──an alarm every 100 ms, TLS───────────┴──> Mosquitto ──> mosquitto_sub, in a responder's name
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep, time
from typing import Any

from benchmarks import parts
from benchmarks.parts import BASE
from benchmarks.publisher import Account, Connection, Endpoint
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import WAIT_S, MeasureError, Run, wait_until
from broker.private import program
from demo.installation import OPERATOR, Installation

ABOUT = "an operator's alarm while one post floods the broker"
ROGUE, LISTENER = "kalibagor.pos-1", "patokan.polsek"
FLOOD, ALARM = f"{BASE}/kalibagor/alarm/pencurian", f"{BASE}/patokan/alarm/kebakaran"
PERIOD_S = 0.1


def measure(run: Run) -> Iterator[Row]:
    """The row of the flood. Raises MeasureError, BrokerError."""
    run.folder.chmod(0o711)  # started by root, Mosquitto becomes a user who must reach its files
    with Installation(run.folder, parts.DISTRICT) as installation:
        operator = run.folder / "broker" / "operators" / OPERATOR
        endpoint = Endpoint(installation.port, run.folder / "broker" / "ca" / "ca.crt")
        account = Account(OPERATOR, OPERATOR, (operator / "password").read_text("utf-8").strip())
        received = run.folder / "received"
        with _listener(installation.node(LISTENER), received), Connection(endpoint, account) as publisher:
            wait_until(lambda: _reaches(publisher, received), "the listener does not receive an alarm")
            with _flood(installation.node(ROGUE)) as flooder:
                took_ms = _alarms(run, publisher, received, flooder)
    yield Row("flood", "an operator's alarm while one post floods the broker", "mosquitto_sub, TLS", "ms",
              tuple(took_ms), aims=(Aim(Mark.MAX, 1000.0),))


def _alarms(
    run: Run, publisher: Connection, received: Path, flooder: "subprocess.Popen[bytes]",
) -> list[float]:
    sent: dict[str, float] = {}
    for number in run.times("alarms beside a flood", run.count(80, 10)):
        name = f"alarm-{number}"
        sent[name] = time()
        publisher.publish(ALARM, name.encode())
        sleep(PERIOD_S)
        if flooder.poll() is not None:
            raise MeasureError("the flooding process has ended by itself")
    wait_until(lambda: f" {name}\n" in received.read_text("utf-8"), "the last alarm was not received")
    lines = [line.split(" ") for line in received.read_text("utf-8").splitlines()]
    arrived = {body: float(at) for at, body in lines}
    return [1000 * (arrived[name] - at) for name, at in sent.items() if name in arrived]


def _reaches(publisher: Connection, received: Path) -> bool:
    publisher.publish(ALARM, b"before")
    sleep(PERIOD_S)
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


@contextmanager
def _flood(settings: dict[str, Any]) -> Iterator["subprocess.Popen[bytes]"]:
    words = [settings["port"], settings["ca_file"], settings["username"], settings["password_file"]]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.flood", *map(str, words)])
    try:
        yield process
    finally:
        process.kill()
        process.wait(WAIT_S)


def _password(settings: dict[str, Any]) -> str:
    return Path(settings["password_file"]).read_text("utf-8").strip()


def flood(port: str, ca_file: str, username: str, password_file: str) -> None:
    """Publishes alarms of one village without pause, until the process is killed: the process that floods."""
    password = Path(password_file).read_text("utf-8").strip()
    with Connection(Endpoint(int(port), Path(ca_file)), Account(username, username, password)) as rogue:
        while True:
            rogue.stream(FLOOD, b'{"identifier": "flood"}', 1000)


if __name__ == "__main__":
    flood(*sys.argv[1:])
