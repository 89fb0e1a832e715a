"""Presses on real nodes, a real hub and a real Mosquitto, while all of them are killed at random; then the count.

    three posts are pressed ──> broker, hub and posts are killed (SIGKILL) and started again ──> all is well again
                                                                                                      │
      nodes' journals: which presses were accepted <── compared with ──> the hub's journal: listed, or late

An accepted press is one that its node has on the disk. None may be lost, and none may be counted or begin to sound
twice.
"""

import json
import random
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

from runtime.files import SHIPPED
from runtime.sqlite_readonly import read_only
from testing.box import Box
from testing.installation import Installation
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import NeverError
from testing.thief import Thief

VILLAGES = {"a": "kalibagor", "b": "kotakan", "c": "talkandang"}
DISTRICT = "situbondo"
BUTTONS = {
    "pencurian": {"pin": 5, "hold_s": 0.2}, "kebakaran": {"pin": 6, "hold_s": 0.2},
    "perampokan": {"pin": 13, "hold_s": 0.2}, "ternak": {"pin": 19, "hold_s": 0.2},
}
HUB = "posko"
THIEF = "olean/pos-1"  # a village that is none of these
Press = tuple[str, str, str]  # village, incident, identifier


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a post is: its village, and that village's district with its file."""

    village: str
    district: str = DISTRICT
    file: Path = SHIPPED / "situbondo.yaml"


SPOTS = {name: Spot(village) for name, village in VILLAGES.items()}
HOLD_LIMIT_S = 3.0  # of a contact that was closed at a node which was killed meanwhile


@dataclass(slots=True)
class Count:
    """What came of it. `lost` and `twice` name presses."""

    presses: int = 0
    accepted: int = 0
    listed: int = 0
    late: int = 0
    lost: list[Press] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    waiting: int = 0

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items()))
        return (f"{self.presses} presses, {self.accepted} accepted: {self.listed} listed, {self.late} late, "
                f"{len(self.lost)} lost, {len(self.twice)} twice; killed: {kills}")


class Pressing(ABC):
    """Posts at *spots*, how they are pressed, and what is compared in the end.

    Each reaches a broker by one of *ways*, by its village, and is started with the variables *env*, if there are some.
    """

    def __init__(
        self, folder: Path, seed: int, ways: Mapping[str, Any], env: Mapping[str, str] | None = None,
        spots: Mapping[str, Spot] = SPOTS,
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311 - chooses what is killed
        self._spots = spots
        self.posts = {
            name: Box(folder / name, _settings(folder / name, ways[spot.village], spot), log_format="json")
            for name, spot in spots.items()
        }
        self._env = env
        self._over = Flag()
        self.count = Count()

    @abstractmethod
    def hub_rows(self, question: str, district: str = DISTRICT, /) -> list[tuple[Any, ...]]:
        """What the journal of the hub of *district* answers."""

    @abstractmethod
    def _kill_one(self) -> None:
        """Waits a little, kills or stops something, and starts it again."""

    def rage(self, presses: int, report: Callable[[str], None]) -> None:
        """Makes *presses* on all posts together, and kills at the same time. *report* is given its progress."""
        hands = [Thread(target=self._press, args=(post, presses), daemon=True) for post in self.posts.values()]
        for hand in hands:
            hand.start()
        reported_at = time.monotonic()
        while any(hand.is_alive() for hand in hands):
            self._kill_one()
            if time.monotonic() > reported_at + 10.0:
                reported_at = time.monotonic()
                report(f"{self.count.presses} of {presses} presses; {sum(self.count.kills.values())} kills")
        for hand in hands:
            hand.join()

    def heal(self, timeout_s: float) -> None:
        """Waits until no post has a press left to deliver, for *timeout_s* at most; `judge` counts the rest."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self.count.waiting = sum(len(rows(post, "SELECT identifier FROM outbox")) for post in self.posts.values())
            if not self.count.waiting:
                return
            time.sleep(0.2)  # another process's disk has no event to wait on

    def judge(self) -> Count:
        """Compares what the nodes accepted with what the hub of their district wrote down."""
        for district in dict.fromkeys(spot.district for spot in self._spots.values()):
            received = set(self.hub_rows("SELECT village, incident, identifier FROM names", district))
            late = set(self.hub_rows("SELECT village, incident, first FROM alarms WHERE \"end\" = 'late'", district))
            accepted = [name for each, post in self.posts.items() if self._spots[each].district == district
                        for name in pressed(post)]
            self.count.accepted += len(accepted)
            self.count.late += len(late & set(accepted))
            self.count.listed += len(received & set(accepted)) - len(late & set(accepted))
            self.count.lost += sorted(set(accepted) - received)
            self.count.twice += self._counted_twice(district)
        self.count.twice += self._sounded_twice()
        return self.count

    def _press(self, post: Box, presses: int) -> None:
        chance = random.Random(self._random.random())  # noqa: S311 - and what is pressed
        while not self._over.is_set() and self.count.presses < presses:
            name = chance.choice(list(BUTTONS))
            since = len(post.lines)
            try:
                post.contact(name, closed=True)
                post.wait(lambda box, since=since: _took(box, since), HOLD_LIMIT_S)  # type: ignore[misc]
                post.contact(name, closed=False)
            except (RuntimeError, OSError):  # it was killed
                self._over.wait(0.1)
                continue
            self.count.presses += 1
            self._over.wait(chance.uniform(0.1, 0.3))

    def _kill(self, post: Box, away_s: float) -> None:
        """Kills *post*, and starts it again after *away_s*."""
        post.kill()
        self._over.wait(away_s)
        self._start(post, "armed")

    def _start(self, post: Box, until: str) -> None:
        """Starts *post*; returns when it has logged the event *until*, and its contacts can be moved."""
        since = len(post.lines)
        post.start(self._env)
        if not post.wait(lambda box: any(event["event"] == until for event in box.events(since))):
            raise NeverError(f"{post.name} never logged {until!r}, but: {post.lines[since:]}")
        post.wait(lambda box: box.wired)

    def _counted_twice(self, district: str) -> Iterator[str]:
        """Presses that the hub took for more than one alarm."""
        counts: Counter[Press] = Counter()
        question = "SELECT village, incident, first, identifier, also FROM alarms"
        for village, incident, first, identifier, also in self.hub_rows(question, district):
            counts.update((village, incident, each) for each in {first, identifier, *json.loads(also)})
        yield from (f"{name}" for name, count in counts.items() if count > 1)

    def _sounded_twice(self) -> Iterator[str]:
        """Alarms that began more than once in one run of a node; after a restart what is in force sounds again."""
        for post in self.posts.values():
            begun: Counter[Press] = Counter()
            for event in post.events():
                if event["event"] == "armed":
                    begun.clear()
                if event["event"] == "sounding" and "identifier" in event:  # an operator's line without one has none
                    begun[name := _name(event)] += 1
                    if begun[name] == 2:
                        yield f"{name} at {post.name}"


class Storm(Pressing):
    """A hub, a broker and the posts, each of which is killed. Use as a context manager.

    With a stolen box among them, if it is *hostile*. Raises BrokerError, and NeverError if a part does not start.
    """

    def __init__(
        self, folder: Path, seed: int, env: Mapping[str, str] | None = None, *, hostile: bool = False
    ) -> None:
        self.broker: PrivateBroker | Installation
        self.broker, ways = _with_accounts(folder) if hostile else _without(folder)
        super().__init__(folder, seed, ways, env)
        self.thief = Thief(self.broker, THIEF) if isinstance(self.broker, Installation) else None
        self.hub = Posko(folder / "posko", ways[HUB])

    def __enter__(self) -> "Storm":
        with ExitStack() as parts:
            parts.enter_context(self.broker)
            parts.callback(self.hub.stop)
            self.hub.begin(self._env)
            for post in self.posts.values():
                parts.callback(post.stop)
                self._start(post, "linked")
            if self.thief is not None:
                parts.enter_context(self.thief)
            self._parts = parts.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._parts.close()

    def hub_rows(self, question: str, _district: str = DISTRICT, /) -> list[tuple[Any, ...]]:
        """What the hub's journal answers. Raises OSError, UnreadableError."""
        return self.hub.rows(question)

    def _kill_one(self) -> None:
        name = self._random.choice(["broker", "hub", *self.posts])
        self._over.wait(self._random.uniform(0.2, 1.5))
        self.count.kills[name if name in ("broker", "hub") else "posts"] += 1
        away_s = self._random.choice([0.0, 0.0, 0.5, 3.0])
        if name == "broker":
            self.broker.kill()
            self._over.wait(away_s)
            self.broker.start()
        elif name == "hub":
            self.hub.kill()
            self._over.wait(away_s)
            self.hub.begin(self._env, linked=False)
        else:
            self._kill(self.posts[name], away_s)


def rows(post: Box, question: str) -> list[tuple[str, ...]]:
    """What a node's journal answers. Raises OSError, UnreadableError."""
    path = Path(post.settings["state_dir"]) / "journal.db"
    if not path.exists():
        return []
    with read_only(path) as database:
        return database.execute(question).fetchall()


def _took(post: Box, since: int) -> bool:
    """Whether *post* has taken a press, or is dead, after its first *since* lines."""
    return not post.running or any(event["event"] == "pressed" for event in post.events(since))


def pressed(post: Box) -> list[Press]:
    """The names of all presses that a node has on its disk."""
    events = [json.loads(event) for (event,) in rows(post, "SELECT event FROM log ORDER BY id")]
    return [_name(event) for event in events if event["event"] == "pressed"]


def _name(event: Mapping[str, Any]) -> Press:
    return event["village"], event["incident"], event["identifier"]


def _without(folder: Path) -> tuple[PrivateBroker, dict[str, Any]]:
    """A broker without accounts, and how hub and villages reach it."""
    broker = PrivateBroker(folder / "broker")
    return broker, {each: {"host": "127.0.0.1", "port": broker.port} for each in (HUB, *VILLAGES.values())}


def _with_accounts(folder: Path) -> tuple[Installation, dict[str, Any]]:
    """A provisioned broker, and how hub and villages reach it."""
    broker = Installation(folder, SHIPPED / "situbondo.yaml")
    return broker, {HUB: broker.hub(), **{village: broker.node(f"{village}/pos-1") for village in VILLAGES.values()}}


def _settings(folder: Path, way: Mapping[str, Any], spot: Spot) -> dict[str, Any]:
    return {
        "node": "pos-1", "village": spot.village, "district": str(spot.file), "hub": True,
        "broker": way,
        "siren": {"pin": 17, "active_high": False}, "striker": {"pin": 27}, "strobe": {"pin": 22},
        "buttons": BUTTONS, "lock": {"pin": 16}, "state_dir": str(folder / "state"),
    }
