"""What it costs that no machine is indispensable: one Mosquitto and a hub, and three brokers, two hubs, two databases.

`python -m cluster.cost` measures both by turns, with 100, 500 and 1,500 light posts, all on this machine, without TLS:
an alarm for everybody from its publish to the proof of the hub, and what all the programs take while nothing happens.
It takes some ten minutes. RabbitMQ and PostgreSQL are found as for the tests here.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click

from benchmarks import processes
from benchmarks.district import district_of, light_posts, reported
from benchmarks.light_posts import allow_connections
from benchmarks.parts import BASE
from benchmarks.publisher import Connection, Endpoint, Listener
from benchmarks.run import MeasureError, now
from broker.core import rabbitmq
from broker.mosquitto import BrokerError, free_port
from cluster.installation import ADDRESSES, Installation, three
from testing.posko import Posko
from testing.postgresql import PostgresqlServer
from testing.private_broker import PrivateBroker
from testing.program import NeverError

SIZES = (100, 500, 1500)
ALARMS = 5
SETTLE_S, IDLE_S, BETWEEN_S = 8.0, 15.0, 8.0
LIGHT = "light"  # an account of RabbitMQ's that may do anything, for who gives no name


def measure(sizes: Sequence[int], say: Callable[[str], None]) -> None:
    """Measures and prints. Raises BrokerError, MeasureError, NeverError."""
    allow_connections()
    say(f"{'posts':>6}  {'what':<42}{'proof, median':>14}{'most':>10}{'idle, of a core':>17}{'memory':>10}")
    for size in sizes:
        for what, made in (("Mosquitto, one hub", _one), ("3 x RabbitMQ, 2 hubs, 2 x PostgreSQL", _all)):
            with tempfile.TemporaryDirectory(prefix="k") as name:
                folder = Path(name)
                path, names = district_of(folder, size)
                with made(folder, path) as (places, pids), ExitStack() as posts:
                    for number, (host, port) in enumerate(places):
                        posts.enter_context(light_posts(port, names[number::len(places)], host))
                    proofs, idle, memory_mb = _measured(places[0][1], pids)
            say(f"{size:>6}  {what:<42}{statistics.median(proofs):>11.0f} ms{max(proofs):>7.0f} ms{idle:>15.1f} %"
                f"{memory_mb:>7.0f} MB")


def _measured(port: int, pids: Callable[[], list[int]]) -> tuple[list[float], float, float]:
    """How long proofs took, in ms; the processor time of all *pids* while nothing happens, in %; and their memory."""
    time.sleep(SETTLE_S)
    before, at = _cpu_s(pids()), now()
    time.sleep(IDLE_S)
    after = _cpu_s(pids())
    idle = 100 * sum(used - before.get(pid, 0.0) for pid, used in after.items()) / (now() - at)
    proofs = []
    endpoint = Endpoint(port)
    with Connection(endpoint) as publisher, Listener(endpoint, f"{BASE}/posko/event") as events:
        for _ in range(ALARMS):
            published = publisher.publish(f"{BASE}/semua/alarm/bencana")
            proofs.append(1000 * (reported(events, "proven") - published))
            time.sleep(1.0)
            publisher.publish(f"{BASE}/semua/alarm/aman")
            reported(events, "cleared")
            time.sleep(BETWEEN_S)  # a hub takes some new alarms of a kind at once, no more
    return proofs, idle, sum(processes.memory_mb(each)[0] for each in pids())


@contextmanager
def _one(folder: Path, district: Path) -> Iterator[tuple[list[tuple[str, int]], Callable[[], list[int]]]]:
    with PrivateBroker(folder / "broker") as broker:
        hub = Posko(folder / "hub", broker.port, district)
        try:
            hub.begin()
            yield [("127.0.0.1", broker.port)], lambda: [broker.pid, hub.pid]
        finally:
            hub.stop()


@contextmanager
def _all(folder: Path, district: Path) -> Iterator[tuple[list[tuple[str, int]], Callable[[], list[int]]]]:
    made = Installation(folder, [f"{name}={address}" for name, address in ADDRESSES.items()])
    port = free_port()

    def changed(text: str, address: str) -> str:
        text = text.replace("mqtt.listeners.tcp = none", f"mqtt.listeners.tcp.{LIGHT} = {address}:{port}")
        text = text.replace("mqtt.allow_anonymous = false", "mqtt.allow_anonymous = true")
        return text.replace("anonymous_login_user = none",
                            f"anonymous_login_user = {LIGHT}\nanonymous_login_pass = {LIGHT}")

    with ExitStack() as parts:
        nodes = parts.enter_context(three(folder, made, changed))
        nodes[0].ctl("add_user", LIGHT, LIGHT)
        nodes[0].ctl("set_permissions", "-p", rabbitmq.VHOST, LIGHT, ".*", ".*", ".*")
        primary = parts.enter_context(PostgresqlServer("synchronous_standby_names = 'standby'",
                                                       "synchronous_commit = local"))
        standby = parts.enter_context(PostgresqlServer("synchronous_standby_names = ''", "hot_standby = on",
                                                       primary=primary))
        places = [(address, port) for address in ADDRESSES.values()]
        hubs = []
        for number in range(2):
            way = [{"host": host, "port": at} for host, at in (*places[number:], *places[:number])]
            hubs.append(Posko(folder / f"hub-{number}", way, district, journal=primary.url, hubs=2))
            parts.callback(hubs[-1].stop)
            hubs[-1].begin()
        hubs[0].expect("leads from now on")
        groups = [os.getpgid(node.pid) for node in nodes]

        def pids() -> list[int]:
            return [*(each.pid for each in hubs), *primary.pids(), *standby.pids(), *_of_groups(groups)]

        yield places, pids


def _of_groups(groups: Sequence[int]) -> list[int]:
    """The processes of these groups."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[2]) in groups:
                found.append(int(folder.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def _cpu_s(pids: Sequence[int]) -> dict[int, float]:
    """The processor time of each that lives still: a database's helpers come and go."""
    found = {}
    for each in pids:
        with suppress(MeasureError):
            found[each] = processes.count(each).cpu_s
    return found


@click.command()
@click.option("--posts", multiple=True, type=click.IntRange(1, 10_000), help="How many; again for each size.")
def main(posts: tuple[int, ...]) -> None:
    """Measure what it costs."""
    try:
        measure(posts or SIZES, click.echo)
    except (BrokerError, MeasureError, NeverError, OSError) as error:
        click.echo(f"cost: could not be measured: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
