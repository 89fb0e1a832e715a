"""Presses while everything that a kabupaten stands on is killed, stopped or cut at random: three brokers that are one,
two database servers of which one is the standby, two hubs of a district and one of each further district, posts in all
of them, and the lines from the two hubs to brokers and databases.

    posts ──> three brokers <──proxies── hub, hub ──proxies──> primary ──> standby, promoted when the primary is gone
    posts ──>               <── hubs of further districts ──>
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Self

import psycopg

from broker.rabbitmq import Node
from cluster.installation import Installation, beginning
from contract.domain import foreign
from testing.posko import Posko
from testing.postgresql import PostgresqlServer
from testing.program import NeverError
from testing.storm import DISTRICT, Pressing, Spot
from tests.support.proxy import Proxy

STANDBY = "standby"
LEADS = "leads from now on"
NEW_LEADER_S = 60.0
SLOW_S = 10.0
SYNCHRONOUS = f"synchronous_standby_names = '{STANDBY}'"


@dataclass(frozen=True, slots=True)
class Member:
    """A district of the cluster: its slug and its file, the accounts that were made for it, and where its posts are."""

    district: str
    file: Path
    made: Installation
    villages: tuple[str, ...]

    def ways(self, at: Iterator[int]) -> dict[str, Any]:
        """How its posts reach the brokers, by their villages; each begins with the broker whose number is next."""
        return {village: beginning(self.made.broker(f"nodes/{village}.pos-1/node.yaml"), next(at))
                for village in self.villages}


class ClusterStorm(Pressing):
    """All of it, with the *brokers*; the first of *members* has two hubs. Use as a context manager.

    `led_s` are the times from the kill, stop or cut of a hub that led to the other's first word that it leads; `slow`
    says of those that took more than 10 s what was done shortly before. Raises NeverError.
    """

    def __init__(self, folder: Path, seed: int, members: Sequence[Member], brokers: list[Node]) -> None:
        self._folder = folder
        self._brokers = brokers
        self._members = members
        number = cycle(range(len(brokers)))
        super().__init__(
            folder, seed, {village: way for each in members for village, way in each.ways(number).items()},
            spots={village: Spot(village, each.district, each.file) for each in members for village in each.villages})
        self._primary = PostgresqlServer(SYNCHRONOUS, "synchronous_commit = local")  # a hub has its own wait
        self._standby: PostgresqlServer | None = None
        self._way = members[0].made.broker("posko/posko.yaml")
        self.hubs: list[Posko] = []
        self._begun = [0, 0]  # where the lines of each one's present run begin
        self._further: list[Posko] = []
        self.led_s: list[float] = []
        self.struck: list[str] = []
        self.slow: list[str] = []

    def __enter__(self) -> Self:
        with ExitStack() as parts:
            parts.callback(self._end_servers)
            self._primary.__enter__()
            self._make_standby()
            assert self._standby is not None
            ports = (self._primary.port, self._standby.port)
            self._lines = [[parts.enter_context(Proxy(port)) for port in ports] for _ in range(2)]
            brokers = [(each["port"], each["host"]) for each in self._way]
            self._links = [[parts.enter_context(Proxy(*each)) for each in brokers] for _ in range(2)]
            for number, line in enumerate(self._lines):
                hosts = ",".join(f"127.0.0.1:{each.port}" for each in line)
                url = f"postgresql://kentongan@{hosts}/kentongan"
                way = [{**each, "host": link.host, "port": link.port}
                       for each, link in zip(self._way, self._links[number], strict=True)]
                hub = Posko(self._folder / f"hub-{number}", beginning(way, number), self._members[0].file, url, 2)
                self.hubs.append(hub)
                parts.callback(hub.stop)
                hub.begin()
            hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
            for number, each in enumerate(self._members[1:]):
                way = beginning(each.made.broker("posko/posko.yaml"), number)
                url = f"postgresql://kentongan@{hosts}/kentongan"
                self._further.append(Posko(self._folder / f"hub-{each.district}", way, each.file, url))
                parts.callback(self._further[-1].stop)
                self._further[-1].begin()
            for post in self.posts.values():
                parts.callback(post.stop)
                self._start(post, "linked")
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._parts.close()

    def hub_rows(self, question: str, district: str = DISTRICT, /) -> list[tuple[Any, ...]]:
        """What the journal of *district* on the primary answers."""
        with psycopg.connect(self._primary.url, options=f"-c search_path={district}") as database:
            return database.execute(question.encode()).fetchall()

    def crossed(self) -> int:
        """How many presses a post of another district sounded."""
        events = (event for post in self.posts.values() for event in post.events())
        return len({(event["village"], event["incident"], event["identifier"]) for event in events
                    if event["event"] == "sounding" and foreign.is_foreign(event["village"])})

    def _kill_one(self) -> None:
        acts: Mapping[str, tuple[int, Callable[[], None]]] = {
            "post killed": (4, self._kill_post), "broker killed": (2, self._kill_broker),
            "leading hub killed": (2, self._kill_leader), "leading hub stopped": (1, self._stop_leader),
            "other hub killed": (1, self._kill_follower), "further district's hub killed": (1, self._kill_further),
            "leading hub cut off from the databases": (1, lambda: self._cut_leader(self._lines)),
            "leading hub cut off from the brokers": (1, lambda: self._cut_leader(self._links)),
            "broker stopped": (1, self._stop_broker), "broker parted from the others": (1, self._part_broker),
            "database killed": (1, self._kill_database), "database stopped": (1, self._stop_database),
            "database replaced": (1, self._replace_database),
        }
        self._over.wait(self._random.uniform(0.2, 1.5))
        name = self._random.choices(list(acts), [weight for weight, _ in acts.values()])[0]
        self.count.kills[name] += 1
        self.struck.append(name)
        acts[name][1]()

    def _kill_post(self) -> None:
        self._kill(self._random.choice(list(self.posts.values())), self._random.choice([0.0, 0.5, 3.0]))

    def _kill_broker(self) -> None:
        node = self._random.choice(self._brokers)
        node.end(signal.SIGKILL)
        self._over.wait(self._random.choice([0.0, 3.0]))
        node.start()

    def _stop_broker(self) -> None:
        """For the other two, and for those linked to it, it is as if the line to it were cut, with no word of it."""
        node = self._random.choice(self._brokers)
        node.send(signal.SIGSTOP)
        self._over.wait(self._random.choice([2.0, 12.0]))
        node.send(signal.SIGCONT)

    def _part_broker(self) -> None:
        """One broker and the other two lose each other, as when the line between them is cut; all of them run on."""
        node = self._random.choice(self._brokers)
        others = [each for each in self._brokers if each is not node]
        node.part(others)
        self._over.wait(self._random.choice([2.0, 20.0]))
        node.rejoin(others)

    def _leader(self) -> Posko | None:
        """The hub that said last in its present run that it leads, and not since that it stands by."""
        for hub, begun in zip(self.hubs, self._begun, strict=True):
            said = [line for line in hub.lines[begun:] if LEADS in line or "stands by" in line]
            if said and LEADS in said[-1] and hub.running:
                return hub
        return None

    def _start_hub(self, hub: Posko) -> None:
        self._begun[self.hubs.index(hub)] = len(hub.lines)
        hub.start()

    def _kill_leader(self) -> None:
        leader = self._leader()
        if leader is not None:
            with self._followed(leader):
                leader.kill()
            self._start_hub(leader)

    def _stop_leader(self) -> None:
        leader = self._leader()
        if leader is not None:
            with self._followed(leader):
                os.kill(leader.pid, signal.SIGSTOP)
            with suppress(ProcessLookupError):
                os.kill(leader.pid, signal.SIGCONT)

    def _cut_leader(self, lines: list[list[Proxy]]) -> None:
        leader = self._leader()
        if leader is None:
            return
        line = lines[self.hubs.index(leader)]
        with self._followed(leader):
            for each in line:
                each.refuse = True
                each.cut()
        for each in line:
            each.refuse = False

    def _kill_follower(self) -> None:
        leader = self._leader()
        follower = next(each for each in self.hubs if each is not leader)
        follower.kill()
        self._over.wait(self._random.choice([0.0, 3.0]))
        self._start_hub(follower)

    def _kill_further(self) -> None:
        hub = self._random.choice(self._further)
        hub.kill()
        self._over.wait(self._random.choice([0.0, 3.0]))
        hub.start()

    def _kill_database(self) -> None:
        self._primary.kill()
        self._over.wait(self._random.choice([0.0, 1.0, 3.0]))
        self._primary.start()

    def _stop_database(self) -> None:
        self._primary.stop()
        self._over.wait(self._random.choice([2.0, 8.0]))
        self._primary.go_on()

    def _replace_database(self) -> None:
        """The primary is lost for good: its standby takes its place, and gets a new one."""
        assert self._standby is not None
        lost, self._primary, self._standby = self._primary, self._standby, None
        lost.__exit__()
        self._primary.promote()
        self._make_standby(lost.port)
        self._primary.ask(f"ALTER SYSTEM SET {SYNCHRONOUS}")
        self._primary.ask("SELECT pg_reload_conf()")

    def _make_standby(self, port: int | None = None) -> None:
        self._standby = PostgresqlServer(
            "synchronous_standby_names = ''", "hot_standby = on", primary=self._primary, name=STANDBY, port=port)
        self._standby.start()

    @contextmanager
    def _followed(self, leader: Posko) -> Any:
        """What is done within it ends *leader*'s turn: waits until another one leads, and notes how long that took."""
        others = [(each, len(each.lines)) for each in self.hubs if each is not leader and each.running]
        at = time.monotonic()
        yield
        for other, since in others:
            if other.wait_line(LEADS, NEW_LEADER_S, since):
                self.led_s.append(time.monotonic() - at)
                if self.led_s[-1] > SLOW_S:
                    self.slow.append(f"{self.led_s[-1]:.1f} s, after: {', '.join(self.struck[-4:])}")
            else:
                said = "; ".join(f"{each.name}: {each.lines[-12:]}" for each in (leader, other))
                raise NeverError(f"nobody else leads {NEW_LEADER_S:g} s later; {said}")

    def _end_servers(self) -> None:
        for each in (self._standby, self._primary):
            if each is not None:
                each.__exit__()
