"""From a publish to the last siren, to the last post's own word of it, and to the hub's proof; hub and all posts real.

`python -m benchmarks.reach --alarms 50`. Only the pins are simulated; seven posts, the hub and Mosquitto share the
machine with the one that measures.
"""

import json
import sys
import tempfile
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from queue import Queue

import click
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.latency import INCIDENTS, VILLAGES, percentile
from demo import posts
from testing.box import Box, now
from testing.posko import Posko
from testing.private_broker import PrivateBroker

BASE = "kentongan/situbondo"


class Ear:
    """Hears what the posts and the hub say: which, and when."""

    def __init__(self, port: int) -> None:
        self.heard: Queue[tuple[float, str, dict[str, object]]] = Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.client.on_message = lambda _c, _d, message: self.heard.put(
            (now(), message.topic, json.loads(message.payload))
        )
        # One that only publishes: the other's acknowledgements would hold a publish up by 40 ms (Nagle's algorithm).
        self.voice = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        for client in (self.client, self.voice):
            client.connect("127.0.0.1", port)
            client.loop_start()
        self.client.subscribe([(f"{BASE}/+/node/+/event", 1), (f"{BASE}/posko/event", 1)])

    def until(self, posts_left: set[str], incident: str) -> tuple[float, float]:
        """When the last of *posts_left* said that it sounds, and when the hub had proven all."""
        last = proven = 0.0
        while posts_left or not proven:
            at, topic, event = self.heard.get(timeout=10.0)
            if event["event"] == "sounding" and event.get("incident") == incident:
                last = at
                posts_left.discard("/".join(topic.split("/")[2:5:2]))
            elif event["event"] == "proven":
                proven = at
        return last, proven

    def until_quiet(self, count: int) -> None:
        """Returns when *count* posts have beaten the safe code to its end."""
        while count:
            _, _, event = self.heard.get(timeout=30.0)
            count -= event["event"] == "silenced" or event["event"] == "cleared"


@click.command()
@click.option("--alarms", default=50, show_default=True, type=click.IntRange(1, 70))
def main(alarms: int) -> None:
    """Measure how long the whole district takes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="k")))
        broker = stack.enter_context(PrivateBroker(folder / "broker"))
        hub = Posko(folder / "posko", broker.port).begin()
        stack.callback(hub.stop)
        _, wired = posts.load()
        boxes = [
            stack.enter_context(Box(place, posts.settings(each, {"host": broker.host, "port": broker.port}, place)))
            for each in wired for place in (folder / each.post.name,)
        ]
        for box in boxes:
            if not box.wait_line("linked", 20.0):
                raise click.ClickException(f"{box.name} did not link: {box.lines[-3:]}")
        names = {each.post.name.replace(".", "/") for each in wired}
        ear = Ear(broker.port)
        stack.callback(ear.client.loop_stop)
        stack.callback(ear.voice.loop_stop)
        rows: dict[str, list[float]] = {"last siren": [], "last post's word": [], "the hub's proof": []}
        keys = cycle([("semua", name) for name in INCIDENTS] + [(name, "bencana") for name in VILLAGES[:-1]])
        for _, (village, incident) in zip(range(alarms), keys, strict=False):
            since = [len(box.changes) for box in boxes]
            at = now()
            ear.voice.publish(f"{BASE}/{village}/alarm/{incident}", b"", qos=1)
            last, proven = ear.until(set(names), incident)
            sirens = [
                next(each.at for each in box.changes[count:] if each.output == "siren" and each.level)
                for box, count in zip(boxes, since, strict=True)
            ]
            for row, value in zip(rows.values(), (max(sirens), last, proven), strict=True):
                row.append(value - at)
            ear.voice.publish(f"{BASE}/semua/alarm/aman", b'{"status":"Actual"}', qos=1)
            ear.until_quiet(len(boxes))
    click.echo(f"{'from publish (QoS 1) to …':28}{'n':>5}{'p50':>9}{'p90':>9}{'max':>9}   ms, {len(names)} posts")
    for name, values in rows.items():
        marks = "".join(f"{percentile(values, mark) * 1e3:9.1f}" for mark in (0.5, 0.9, 1.0))
        click.echo(f"{name:28}{len(values):5}{marks}")
    sys.exit(0)


if __name__ == "__main__":
    main()
