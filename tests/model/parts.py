"""The pure cores of a node and of the hub, each on a machine of its own, run as their services run them.

What each does is looked at as it does it: what a node sounds, and what the hub says is kept.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from contract.domain.alarm import Key, Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ONCE
from contract.wire.beacon import Beacon, read_beacon
from contract.wire.event import Kind
from node.core import effects as node_effects
from node.core import state as node_state
from node.core import status as node_face
from node.core import step as node_core
from node.core.events import Contact, SelfTested
from posko.core import effects as hub_effects
from posko.core import state as hub_state
from posko.core import status as hub_face
from posko.core import step as hub_core
from runtime.core.effects import Connect, Log, Publish, Reconnect
from runtime.core.events import Clock, Tick
from runtime.endpoint import Subscription
from tests.model.disks import Disk, HubRows, NodeRows
from tests.model.network import Broker, Client

EPOCH_S = 1_800_000_000.0
CLOCK_S = 5.0
BUSY_STEPS = 25  # more steps than this at one instant are a loop that spins
HAIR_S = 1e-3
NEVER = -1e9
# How an alarm ends at a post and may go on elsewhere: the box allows no more, or the hub missed what ended it.
ENDED_HERE = (
    (Kind.FINISHED.value, "max_sounding_s", Status.ACTUAL.value),
    (Kind.FINISHED.value, "max_sounding_s", Status.EXERCISE.value),
    (Kind.FINISHED.value, "the exercise became earnest", Status.EXERCISE.value),
    (Kind.CLEARED.value, "all-clear", Status.EXERCISE.value),  # of an actual alarm the state tells when that was
)
BY_CLOCK = ("it expired before it came", "it was sent too long ago")


class Machine:
    """A machine: its clock since boot, and its wall clock, which is `wrong_s` ahead whenever it is synchronised."""

    def __init__(self, broker: Broker, up_s: float) -> None:
        self._timeline = broker.timeline
        self.boot = 1
        self.began = -up_s  # the true instant at which its clock since boot was 0
        self.boots = {1: self.began}
        self.synced = True
        self.off_s = self.wrong_s = 0.0

    def now(self) -> float:
        return self._timeline.now - self.began

    def true(self, instant: float) -> float:
        """*instant* of this boot on the true time line."""
        return instant + self.began

    def wall(self) -> Clock:
        return Clock(self.synced, EPOCH_S + self.began + (self.wrong_s if self.synced else self.off_s))

    def restart(self) -> None:
        self.boot += 1
        self.began = self._timeline.now - 8.0
        self.boots[self.boot] = self.began


class Part(ABC):
    """A program: its core, its machine, its disk, and its wire."""

    core: ClassVar[Any]

    def __init__(
        self, name: str, broker: Broker, rows: NodeRows | HubRows, subscriptions: Sequence[Subscription], up_s: float
    ) -> None:
        self.name = name
        self.timeline = broker.timeline
        self.machine = Machine(broker, up_s)
        self.client = Client(broker, subscriptions, self.feed)
        self.disk = Disk(broker.timeline, self.machine, rows, self.feed)
        self.run = 0
        self.alive = False
        self.state: Any = None
        self.before: Any = None
        self.log: list[dict[str, object]] = []  # of all runs
        self._ticket = 0
        self._busy = (0.0, 0)
        self.start()

    @abstractmethod
    def _rules(self) -> Any:
        """What does not change in the run that begins."""

    @abstractmethod
    def _will(self) -> Publish:
        """Its last words."""

    @abstractmethod
    def _look(self, event: object, effects: Sequence[Any]) -> None:
        """Looks at a step that was made."""

    def start(self) -> None:
        """The program begins, if it does not run."""
        if not self.alive:
            self.run += 1
            self.alive = True
            self.state = self.core.start(self._rules(), self.machine.now(), self.machine.wall())
            self.disk.open()
            self._tell_clock(self.run)
            self._arm()

    def crash(self) -> None:
        """It is killed."""
        if self.alive:
            self.alive = False
            self.disk.close()
            self.client.leave()

    def feed(self, event: object, at: float | None = None) -> None:
        """Its loop takes *event*."""
        if not self.alive:
            return
        self.before = self.state
        self.state, effects = self.core.step(self.state, event, self.machine.now() if at is None else at)
        for effect in effects:
            self._perform(effect)
        self._look(event, effects)
        self._arm()

    def _perform(self, effect: Any) -> None:
        match effect:
            case Publish():
                self.client.send(effect)
            case Log(event):
                assert event.get("reason") not in BY_CLOCK, f"{self.name} refuses by its clock what has an age: {event}"
                self.log.append({**event, "at": self.timeline.now})
                self.disk.put(effect)
            case Connect():
                self.client.seek(self._will())
            case Reconnect():
                self.timeline.after(0.0, self.client.reconnect)
            case node_effects.SelfTest():
                self.timeline.after(0.0, lambda: self.feed(SelfTested(())))
            case node_effects.Play() | node_effects.Hush() | node_effects.Light() | hub_effects.Survey():
                pass
            case _:
                self.disk.put(effect)

    def _arm(self) -> None:
        """The next Tick, as the inbox hands it out."""
        self._ticket += 1
        ticket, run, due = self._ticket, self.run, self.core.next_due(self.state)
        if due is not None:
            self.timeline.after(due - self.machine.now(), lambda: self._tick(ticket, run, due))

    def _tick(self, ticket: int, run: int, due: float) -> None:
        if ticket == self._ticket and run == self.run:
            at, count = self._busy
            self._busy = (self.timeline.now, count + 1 if at == self.timeline.now else 1)
            assert self._busy[1] < BUSY_STEPS, f"the loop of {self.name} spins: {self.state}"
            self.feed(Tick(), max(due, self.machine.now()))

    def _tell_clock(self, run: int) -> None:
        if run == self.run and self.alive:
            self.feed(self.machine.wall())
            self.timeline.after(CLOCK_S, lambda: self._tell_clock(run))


class NodePart(Part):
    """A post with its box."""

    core: ClassVar[Any] = node_core

    def __init__(
        self, setup: node_state.Setup, hub: "HubPart", broker: Broker, subscriptions: Sequence[Subscription],
        up_s: float,
    ) -> None:
        self.setup = setup
        self.rows = NodeRows()
        self.raised = hub.raised
        self.closed = hub.closed
        self.pressed: dict[str, tuple[str, float]] = {}  # each press that may never be lost: its incident, and when
        self.clears: dict[str, float] = {}  # when the last all-clear of a village that came here was given …
        self.exercise_clears: dict[str, float] = {}  # … and the last of an exercise
        self.quieted = NEVER  # when this box was last silenced, by its button or by an operator
        self.ended: dict[Key, float] = {}  # when an alarm last ended here alone: see ENDED_HERE
        self._begun: set[Name] = set()
        self._begun_in_run: set[Name] = set()
        self._sound: tuple[float, float] = (0.0, -1.0)
        self._hushed = True
        super().__init__(f"{setup.village}/{setup.node}", broker, self.rows, subscriptions, up_s)

    def _rules(self) -> node_state.Setup:
        return replace(self.setup, boot=f"n{self.run}", token=f"{self.run}.{{}}".format)

    def _will(self) -> Publish:
        return node_face.final_status(self.state, "connection lost")

    def crash(self) -> None:
        """It is killed: what its disk does not have was never pressed, nor seen; the box is put to rest."""
        super().crash()
        self.pressed = {name: press for name, press in self.pressed.items() if name in self.rows.ever}
        self._begun = {name for name in self._begun if name in self.rows.seen}
        self._begun_in_run = set()
        self._hushed = True

    def touch(self, name: str, held_s: float | None = None) -> None:
        """Holds the contact *name* for its time, or for *held_s*."""
        self.feed(Contact(name, closed=True))
        hold_s = self.setup.holds_s[name] + 0.1 if held_s is None else held_s
        self.timeline.after(hold_s, lambda: self.feed(Contact(name, closed=False)))

    def hears(self, key: Key) -> bool:
        """Whether *key* is in this node's reach."""
        return key.incident in self.setup.audible.get(key.village, ())

    def true_edge(self, key: Key) -> float:
        """When the alarm of *key* was last raised, as this node knows it."""
        return self.machine.true(self.state.alarms[key].edge_at)

    def _look(self, event: object, effects: Sequence[Any]) -> None:
        for found, known in ((self.clears, self.state.cleared_at),
                             (self.exercise_clears, self.state.exercises_cleared_at)):
            for village, at in known.items():
                found[village] = max(found.get(village, NEVER), self.machine.true(at))
        for effect in effects:
            if isinstance(effect, Log):
                self._look_at_event(effect.event)
        for effect in effects:
            if isinstance(effect, node_effects.Play):
                self._look_at_sound(effect)
            elif isinstance(effect, node_effects.Hush):
                self._hushed = True

    def _look_at_event(self, event: Any) -> None:
        kind, name = event["event"], event.get("identifier")
        key = Key(str(event.get("village")), str(event.get("incident")))
        if kind == Kind.PRESSED.value:
            self.pressed[str(name)] = (key.incident, self.timeline.now)
            if key.incident not in ONCE:
                self.raised.setdefault(key, []).append(self.timeline.now)
        elif kind == Kind.LOCKED.value:
            self._begun_in_run = set()
        elif kind == Kind.CLEARED.value and event.get("reason") == "no longer listed by the hub":
            names = set(map(key.name, self.before.alarms[key].identifiers))
            assert names & self.closed, f"{key} ended at {self.name}, and the hub had not ended {sorted(names)}"
        elif kind == Kind.SILENCED.value:
            self.quieted = self.timeline.now
        elif (kind, event.get("reason"), event.get("status")) in ENDED_HERE:
            self.ended[key] = self.timeline.now
        elif kind == Kind.SOUNDING.value and name is not None and key.incident not in ONCE:
            known = self.disk.loaded_at <= self.machine.true(self.state.alarms[key].since)
            remembered = event["origin"] != "hub" and known
            begun = self._begun | self._begun_in_run if remembered else self._begun_in_run
            full = key.name(str(name))
            assert full not in begun, f"{full} begins twice at {self.name}"
            self._begun_in_run.add(full)
            if event["origin"] != "hub":
                self._begun.add(full)

    def _look_at_sound(self, play: node_effects.Play) -> None:
        """Nothing sounds past its end, nor longer than the box allows."""
        now, until = self.timeline.now, self.machine.true(play.until)
        began, ended = self._sound
        self._sound = (now if self._hushed or now > ended + HAIR_S else began, until)
        self._hushed = False
        assert until - self._sound[0] <= self.setup.max_sounding_s + HAIR_S, f"{self.name} sounds too long"
        assert self.state.turn is not None
        key = self.state.turn.key
        if key.incident not in ONCE:
            last = max(at for at in self.raised[key] if at <= now)
            end = last + self.setup.incidents[key.incident].duration_s
            assert until <= end + self.slack_s(), f"{key} sounds at {self.name} until {until}, over at {end}"
            old = self.before.turn
            if old is None or (old.key, old.start) != (key, play.start):
                self.check_rounds()

    def check_rounds(self) -> None:
        """The rounds that sound here are counted from the alarm's beginning, if no other one takes turns with it."""
        turn, alarms = self.state.turn, [each for each in self.state.alarms.values() if not each.silenced]
        if turn is not None and len(alarms) == 1 and turn.key.incident not in ONCE and not turn.exercise:
            length_s = self.setup.cycle(turn.key).length_s
            off_s = (turn.start - self.state.alarms[turn.key].begun_at + 1.0) % length_s - 1.0
            assert abs(off_s) < 2 * HAIR_S, f"{turn.key} at {self.name} is {off_s} s off its rounds"

    def slack_s(self) -> float:
        """How far ages may lie off: by how long messages were on their way, which nobody can know."""
        return 3 * self.client.longest_s() + 1.0


class HubPart(Part):
    """The hub."""

    core: ClassVar[Any] = hub_core

    def __init__(
        self, setup: hub_state.Setup, broker: Broker, subscriptions: Sequence[Subscription], up_s: float,
        raised: dict[Key, list[float]],
    ) -> None:
        self.setup = setup
        self.raised = raised
        self.closed: set[Name] = set()  # every name that an alarm had when it ended, in any run
        self.rows = HubRows()
        super().__init__("hub", broker, self.rows, subscriptions, up_s)

    def _rules(self) -> hub_state.Setup:
        return replace(self.setup, boot=f"h{self.run}", token=f"{self.run}.{{}}".format)

    def _will(self) -> Publish:
        return hub_face.final_status(self.state, "connection lost")

    def _look(self, event: object, effects: Sequence[Any]) -> None:
        for effect in effects:
            if isinstance(effect, Publish) and effect.topic.endswith("/active"):
                said = read_beacon(effect.payload)
                assert isinstance(said, Beacon)
                assert said.kept() <= self.rows.seen.keys(), "the hub says kept what its disk does not have"
            elif isinstance(effect, hub_effects.SaveAlarm) and effect.alarm.key.incident not in ONCE:
                self._look_at_alarm(effect.alarm, effect.end)

    def _look_at_alarm(self, alarm: hub_state.Alarm, end: hub_effects.End | None) -> None:
        """What is in force was raised then, and lasts its time; nothing ends before, but for a reason."""
        now, key, slack_s = self.state.now, alarm.key, 3 * self.client.longest_s() + 0.1
        self.closed |= {key.name(alarm.first), *alarm.names()} if end is not None else set()
        if end is None:
            raised = self.machine.true(alarm.raised_at)
            cleared = max(self.state.cleared_at.get(place, -1e9) for place in (key.village, EVERYWHERE))
            assert now < alarm.until, f"{alarm} comes into force when it is over"
            assert alarm.raised_at >= cleared - slack_s, f"{alarm} is in force after the all-clear at {cleared}"
            assert any(abs(raised - at) <= slack_s for at in self.raised[key]), f"{alarm} was never raised at {raised}"
            lasts_s = alarm.until - alarm.raised_at
            assert lasts_s >= self.setup.incidents[key.incident].duration_s - HAIR_S, f"{alarm} ends early"
        elif end is hub_effects.End.FINISHED:
            another = self.state.alarms.get(key)
            assert another is not None or now >= alarm.until - HAIR_S, f"{alarm} ended before its time"
