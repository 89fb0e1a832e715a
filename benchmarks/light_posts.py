"""`python -m benchmarks.light_posts PORT [HOST]`: thousands of posts in one process, each with a connection of its own.

Each name on standard input, `village/node`, is a post that does towards hub and broker what a node does: it subscribes
to what is raised everywhere, publishes its status at once, at each heartbeat and at each change, and an event when it
sounds. Nothing sounds, and it keeps nothing. `ready` on standard output says that all of them are linked.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Callable
from functools import partial

from benchmarks.ending import as_a_part
from benchmarks.parts import BASE
from broker.trial import packets
from contract.wire import timing

CONNECTING = 200  # connections that are made at the same time


class LightPost(asyncio.Protocol):
    """The post *name*; *linked* is called once its status is on its way."""

    def __init__(self, name: str, linked: Callable[[], None]) -> None:
        village, node = name.split("/")
        self._id = name.replace("/", ".")
        self._own = f"{BASE}/{village}/node/{node}"
        self._linked = linked
        self._buffer = bytearray()
        self._sounding: dict[str, str] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The broker is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(packets.connect(self._id, None, None))

    def data_received(self, data: bytes) -> None:
        """Packets have come."""
        self._buffer += data
        for packet in packets.take(self._buffer):
            if packet.kind == packets.CONNACK:
                for number, topic in enumerate((f"{BASE}/semua/alarm/+", f"{BASE}/semua/command/status"), 1):
                    self._transport.write(packets.subscribe(number, topic))
                self._beat()
                self._linked()
            elif packet.kind == packets.PUBLISH:
                self._take(packet.topic.removeprefix(f"{BASE}/semua/"))

    def _take(self, topic: str) -> None:
        kind, _, name = topic.partition("/")
        if kind == "command":
            self._publish_status()
        elif name == "aman":
            self._sounding = None
            self._publish_status()
        else:
            self._sounding = {"village": "semua", "incident": name, "status": "Actual"}
            event = {"event": "sounding", "boot": "light", **self._sounding}
            self._transport.write(packets.publish(f"{self._own}/event", json.dumps(event).encode()))
            self._publish_status()

    def _beat(self) -> None:
        self._publish_status()
        asyncio.get_running_loop().call_later(timing.HEARTBEAT_S, self._beat)

    def _publish_status(self) -> None:
        body: dict[str, object] = {
            "state": "ready" if self._sounding is None else "sounding", "sounding": self._sounding, "waiting": [],
            "silenced": [], "faults": {}, "outbox": 0, "clock": "synced", "boot": "light", "version": "light",
        }
        self._transport.write(packets.publish(f"{self._own}/status", json.dumps(body).encode(), retain=True))


async def run(port: int, names: list[str], host: str = "127.0.0.1") -> None:
    """Links a post for each of *names*, says so, and goes on until the process is ended."""
    loop = asyncio.get_running_loop()
    for first in range(0, len(names), CONNECTING):
        some = names[first:first + CONNECTING]
        linked: asyncio.Queue[None] = asyncio.Queue()
        for name in some:
            await loop.create_connection(partial(LightPost, name, partial(linked.put_nowait, None)), host, port)
        for _ in some:
            await linked.get()
    print("ready", flush=True)
    await asyncio.Event().wait()


def allow_connections() -> int:
    """Raises this process' limit of open files as far as it may; returns it. What it starts inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


if __name__ == "__main__":
    as_a_part()
    allow_connections()
    asyncio.run(run(int(sys.argv[1]), sys.stdin.read().split(), *sys.argv[2:3]))
