"""Publish to relay, and held button to relay, beside the floors; one interleaved run.

The node is the real process; only its pins are simulated, and they write down the instant at which they switch.
Every publish goes, in turn, to a C subscriber (if a compiler and libmosquitto-dev are there), to a bare paho
subscriber and to the node, so that all meet the same machine.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from queue import Queue
from typing import Any

import click
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from testing.box import Box, now
from testing.private_broker import PrivateBroker

HERE = Path(__file__).resolve().parent
HOLD_S = 0.2
VILLAGES = ("patokan", "dawuhan", "kalibagor", "kotakan", "talkandang", "olean", "semua")
INCIDENTS = (
    "bencana", "kebakaran", "pembunuhan", "perampokan", "pemerkosaan", "kecelakaan", "pencurian", "ternak", "lainnya",
)


class Floor:
    """A subscriber process that prints an instant for each message."""

    def __init__(self, name: str, command: list[str], topic: str, port: int) -> None:
        self.name = name
        self.topic = topic
        self._process = subprocess.Popen(
            [*command, str(port), topic], stdout=subprocess.PIPE, text=True
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._lines.get(timeout=10)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def heard(self) -> float:
        return float(self._lines.get(timeout=5))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def compile_floor(folder: Path) -> list[str] | None:
    compiler = shutil.which("cc")
    program = folder / "floor"
    if compiler is None:
        return None
    made = subprocess.run(
        [compiler, "-O2", "-o", str(program), str(HERE / "floor.c"), "-lmosquitto"], capture_output=True, check=False
    )
    return [str(program)] if made.returncode == 0 else None


@contextmanager
def burners(count: int) -> Iterator[None]:
    processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def settings(folder: Path, port: int) -> dict[str, Any]:
    return {
        "node": "polsek", "village": "patokan", "hears": "all", "hub": False,
        "district": str(HERE.parent / "config" / "situbondo.yaml"),
        "broker": {"host": "127.0.0.1", "port": port},
        "siren": {"pin": 17}, "striker": {"pin": 27}, "strobe": {"pin": 22},
        "buttons": {"pencurian": {"pin": 5, "lamp": 6, "hold_s": HOLD_S}},
        "state_dir": str(folder / "state"),
    }


def relay_on(box: Box, since: int) -> float:
    def found(box: Box) -> bool:
        return any(change.output == "siren" and change.level for change in box.changes[since:])

    if not box.wait(found, 5.0):
        raise click.ClickException("the relay did not switch; the node said last: " + "; ".join(box.lines[-3:]))
    return next(change.at for change in box.changes[since:] if change.output == "siren" and change.level)


def table(rows: dict[str, list[float]], floor: str) -> None:
    base = percentile(rows[floor], 0.5)
    click.echo(f"{'':34}{'n':>6}{'p50':>9}{'p90':>9}{'p99':>9}{'max':>9}   p50 / {floor}")
    for name, values in rows.items():
        marks = "".join(f"{percentile(values, mark) * 1e3:9.3f}" for mark in (0.5, 0.9, 0.99, 1.0))
        click.echo(f"{name:34}{len(values):6}{marks}   {percentile(values, 0.5) / base:.2f}")
    click.echo("milliseconds")


def percentile(values: list[float], mark: float) -> float:
    return sorted(values)[min(len(values) - 1, int(mark * len(values)))]


@click.command()
@click.option("--publishes", default=300, show_default=True, help="Publishes to each subscriber; at most 300.")
@click.option("--presses", default=50, show_default=True, help="Held buttons.")
@click.option("--burners", "load", default=0, show_default=True, help="Busy processes beside it.")
def main(publishes: int, presses: int, load: int) -> None:
    """Measure publish to relay and held button to relay, beside the floors."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = stack.enter_context(PrivateBroker(folder / "broker"))
        box = stack.enter_context(Box(folder / "node", settings(folder, broker.port)))
        if not box.wait_line("linked", 10.0):
            raise click.ClickException("the node did not link")
        floors = [Floor("paho, in its callback", [sys.executable, "-m", "benchmarks.bare"], "bare", broker.port)]
        compiled = compile_floor(folder)
        if compiled is not None:
            floors.insert(0, Floor("C, libmosquitto", compiled, "floor", broker.port))
        else:
            click.echo("no C floor: it needs a compiler and libmosquitto-dev", err=True)
        for floor in floors:
            stack.callback(floor.close)
        client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
        stack.callback(client.loop_stop)
        stack.callback(client.disconnect)
        stack.enter_context(burners(load))
        rows: dict[str, list[float]] = {floor.name: [] for floor in floors}
        rows["kentongan node, to its relay"] = []
        keys = cycle([(village, incident) for incident in INCIDENTS for village in VILLAGES])
        for _ in range(min(publishes, 300)):
            for floor in floors:
                at = now()
                client.publish(floor.topic, b"", qos=1)
                rows[floor.name].append(floor.heard() - at)
            village, incident = next(keys)
            since = len(box.changes)
            at = now()
            client.publish(f"kentongan/situbondo/{village}/alarm/{incident}", b"", qos=1)
            rows["kentongan node, to its relay"].append(relay_on(box, since) - at)
            hush(client, box)
        click.echo("publish (QoS 1) to relay")
        table(rows, floors[0].name)
        click.echo(f"\nheld button to relay, beyond the hold time of {HOLD_S} s")
        table({"kentongan node": [press(client, box) for _ in range(presses)]}, "kentongan node")
        click.echo(memory(box.pid))


def hush(client: mqtt.Client, box: Box) -> None:
    client.publish("kentongan/situbondo/patokan/command/silence", b"", qos=1)
    if not box.wait(lambda each: not each.on("siren") and not each.on("strobe"), 5.0):
        raise click.ClickException("silence was not obeyed")


def press(client: mqtt.Client, box: Box) -> float:
    since, at = len(box.changes), now()
    box.contact("pencurian", closed=True)
    beyond = relay_on(box, since) - at - HOLD_S
    box.contact("pencurian", closed=False)
    hush(client, box)
    time.sleep(0.1)  # a real release, longer than any bounce
    return beyond


def memory(pid: int) -> str:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    resident = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return f"\nthe node's resident memory: {int(resident) / 1024:.1f} MB"


if __name__ == "__main__":
    main()
