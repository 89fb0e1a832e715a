"""A real hub's core, and beside it the core of messages outward: what the one publishes the other receives.

Time is a number. The rows of the disk and the messages are kept as they were asked for, so a restart is a new core with
the rows of before.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from contract.wire.node_status import About, NodeStatus, write_status
from posko.core.effects import Effect as HubEffect
from posko.notify.core import step as notify
from posko.notify.core.occasions import Message, Occasion, Rule
from posko.notify.core.state import Connect, Loaded, Say, State
from runtime.core.effects import Publish
from runtime.core.events import Linked, Received, Unlinked
from tests.posko.core.world import SYNCED, World, make_setup

ALL = Rule(frozenset(Occasion) - {Occasion.FAULT})
FAULTS = Rule(frozenset({Occasion.FAULT}))
POSTS = ("kalibagor/pos-1", "kotakan/pos-1", "patokan/polsek")
STATUS = "kentongan/situbondo/posko/status"


class Outward:
    """A hub and the program of messages outward, linked to one broker. `messages` are (target, message)."""

    def __init__(
        self, targets: Sequence[Sequence[Rule]] = ((ALL,),), *, known: bool = True, unanswered_s: float = 0.0
    ) -> None:
        """*known*: an earlier run knew the hub. It reports what nobody responds to within *unanswered_s*; 0: never."""
        self.hub = World(setup=replace(make_setup(), unanswered_s=unanswered_s)).ready()
        self.targets = targets
        self.rows: dict[str, str] = {notify.BEGAN: "{}"} if known else {}
        self.messages: list[tuple[int, Message]] = []
        self.linked = False
        self.running = False
        self._taken = 0
        self._kept: Received | None = None
        self._posts: dict[str, NodeStatus] = {}
        self.begin()

    @property
    def now(self) -> float:
        return self.hub.now

    def begin(self) -> "Outward":
        """The program starts, and the broker takes it."""
        self.state: State = notify.start(self.hub.state.setup, self.targets, self.now, SYNCED)
        self.running = True
        self._feed(Loaded(tuple(self.rows.items())))
        return self.link()

    def kill(self) -> "Outward":
        """The program is killed."""
        self._pass_on()
        self.running = self.linked = False
        return self

    def link(self) -> "Outward":
        self._pass_on()
        self.linked = True
        self._feed(Linked())
        if self._kept is not None:
            self._feed(self._kept)
        return self

    def unlink(self) -> "Outward":
        self._pass_on()
        self.linked = False
        self._feed(Unlinked("gone"))
        return self

    def wait(self, seconds: float) -> "Outward":
        """Time passes, with a Clock every 5 s for both; posts that have reported go on to do so."""
        until = self.now + seconds
        while self.now < until:
            at = min(until, self.now + 1.0)
            self.hub.feed(SYNCED, at) if int(at) % 5 == 0 else self.hub.wait(at)
            for post, status in self._posts.items() if int(at) % 10 == 0 else ():
                self._status(post, status)
            self._pass_on()
            self._feed(SYNCED)
        return self

    def hang(self, seconds: float) -> "Outward":
        """Time passes, and the hub publishes nothing."""
        until = self.now + seconds
        while self.now < until:
            self.hub.now += 1.0
            self._feed(SYNCED)
        return self

    def alarm(self, incident: str = "kebakaran", village: str = "kalibagor", **members: str) -> "Outward":
        self.hub.alarm(incident, village=village, raw=json.dumps(members).encode() if members else b"")
        self._pass_on()
        return self

    def clear(self, village: str = "kalibagor") -> "Outward":
        self.hub.alarm("aman", village=village)
        self._pass_on()
        return self

    def respond(self, identifier: str, step: str = "menuju") -> "Outward":
        self.hub.respond(identifier, step)
        self._pass_on()
        return self

    def ring(self, *posts: str, incident: str = "kebakaran", village: str = "kalibagor") -> "Outward":
        """*posts* report that they sound it."""
        for post in posts:
            self._status(post, NodeStatus(state="sounding", boot="b", clock="synced",
                                          sounding=About(incident=incident, village=village, identifier="a")))
        return self

    def ready(self, *posts: str, state: str = "ready") -> "Outward":
        """*posts* report *state*."""
        for post in posts:
            self._status(post, NodeStatus(state=state, boot="b", clock="synced"))
        return self

    def lines(self, target: int = 0) -> list[str]:
        """The messages to *target*, in short."""
        return [short(message) for number, message in self.messages if number == target]

    def _status(self, post: str, status: NodeStatus) -> None:
        self._posts[post] = status
        village, _, node = post.partition("/")
        self.hub.hear(f"{village}/node/{node}/status", write_status(status))
        self._pass_on()

    def _pass_on(self) -> None:
        """What the hub has published since the last time."""
        done, self._taken = self.hub.done[self._taken:], len(self.hub.done)
        for _, effect in done:
            self._broker(effect)

    def _broker(self, effect: HubEffect) -> None:
        if not isinstance(effect, Publish):
            return
        if effect.topic == STATUS:
            self._kept = Received(effect.topic, effect.payload, retain=True)
        if self.linked:
            self._feed(Received(effect.topic, effect.payload, retain=False))

    def _feed(self, event: object) -> None:
        if self.running:
            self.state, effects = notify.step(self.state, event, self.now)
            self._do(effects)

    def _do(self, effects: Iterable[Say | Connect]) -> None:
        for effect in effects:
            if isinstance(effect, Say):
                if effect.value is None:
                    self.rows.pop(effect.row, None)
                else:
                    self.rows[effect.row] = effect.value
                if effect.message is not None:
                    self.messages += [(number, effect.message) for number in effect.targets]


def short(message: Message) -> str:
    """A message as one line of a test."""
    about = " ".join(reversed(message.key)) if message.key else message.post or message.part
    words = [message.occasion.value, about, "latihan" if message.exercise else "", message.ended.value,
             "late" if message.late else "", "recovered" if message.recovered else ""]
    return " ".join(word for word in words if word)
