"""The setup that nothing may break, on long random walks."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import get_args

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contract.domain.incidents import ALL_CLEAR, ONCE
from contract.domain.speech import INTRO_S
from contract.wire.beacon import Beacon, read_beacon
from contract.wire.event import Kind
from contract.wire.topics import ActiveTopic, AlarmTopic, read
from node.core import step
from node.core.effects import DeletePress, Effect, Hush, Play, SavePress
from node.core.events import Event, Loaded
from node.core.forecast import forecast
from node.core.rounds import ALIGNED_S
from node.core.state import Origin, State
from runtime.core.effects import Log
from runtime.core.events import Linked, Received, Tick
from tests.node.core.walks import FEEDBACK, ODDITIES, QUIET, WALKS, Move
from tests.node.core.world import World, incident_of, make_setup

MAX_S = 60.0
HOURS_S = (28_900.0, 29_400.0, 31_000.0, 54_100.0, 55_000.0)  # a walk begins at 8:00 or, in another zone, at 15:00
LIMITS = {"seen": 10_000, "alarms": 40, "buckets": 50, "backlog": 200, "cleared_at": 7, "faults": 20, "contacts": 6}
walking = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(slots=True)
class Walk:
    """A world that is checked at every step of a walk."""

    world: World = field(default_factory=lambda: World(
        replace(make_setup(max_s=MAX_S, ronda_s=HOURS_S), feedback=dict.fromkeys(FEEDBACK, False))))
    silenced_at: float = -1.0
    cleared: dict[str, float] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    foreseen: int = 0
    looked: int = 0  # so much of what was done was looked at

    def go(self, moves: list[Move]) -> "Walk":
        for move in moves:
            at = self.world.now + move.gap_s
            if not move.held_up:
                self.world.wait(at)
            self.take(move.event, at)
        return self

    def take(self, event: Event, at: float) -> None:
        """One step, made twice, and looked at from all sides."""
        before = self.world.state
        again = step.step(before, event, at)
        self.world.step(event, at)
        self.effects = again[1]
        assert self.world.state == again[0]
        assert tuple(effect for _, effect in self.world.done[-len(again[1]):] if again[1]) == again[1]
        self._note(event, before)
        self._check_forecast(before, event, at)
        self._check_ahead(self.world.state)
        self._check(self.world.state)
        self._check_plays()
        self._check_turn(before)
        self._check_outbox(event, before)

    def _note(self, event: Event, before: State) -> None:
        """Remembers what was silenced and cleared."""
        one_alarm = ("locked", "operator, as the hub repeats it")
        if any(said["event"] == Kind.SILENCED.value and said["reason"] not in one_alarm for said in self._said()):
            self.silenced_at = self.world.now
        topic = read("situbondo", event.topic) if isinstance(event, Received) else None
        if isinstance(event, Received) and isinstance(topic, AlarmTopic) and topic.incident == ALL_CLEAR:
            heard = topic.village in before.setup.audible and not self.world.state.locked
            if heard and not event.payload:
                places = before.setup.villages | {"semua"} if topic.village == "semua" else {topic.village}
                self.cleared |= dict.fromkeys(places, self.world.now)

    def _said(self) -> list[dict[str, object]]:
        return [dict(effect.event) for effect in self.effects if hasattr(effect, "event")]

    def _check(self, state: State) -> None:
        outputs = [isinstance(effect, Play | Hush) for effect in self.effects]
        assert isinstance(state, State)
        assert all(isinstance(effect, get_args(Effect)) for effect in self.effects)
        assert outputs == sorted(outputs, reverse=True), "what sounds goes before everything else"
        for effect in self.effects:
            if isinstance(effect, Play):
                assert effect.until <= self.world.unbroken()[-1][0] + MAX_S + 1e-6
        for key, each in state.alarms.items():
            assert each.until <= each.since + MAX_S + 1e-6
            if key.incident not in ONCE:
                assert each.edge_at >= self.cleared.get(key.village, each.edge_at)
        if state.turn is not None:
            sounding = state.alarms[state.turn.key]
            assert not sounding.silenced
            assert sounding.since >= self.silenced_at
            assert sounding.origin in (Origin.BUTTON, Origin.SCHEDULE) or not state.locked
        sizes = {name: len(getattr(state, name)) for name in LIMITS}
        assert {name: size for name, size in sizes.items() if size > LIMITS[name]} == {}
        assert all(len(each.identifiers) <= 64 for each in state.alarms.values())

    def _check_forecast(self, before: State, event: Event, at: float) -> None:
        """What is foreseen is the very first that the step has sounded, and all that it has."""
        foreseen = forecast(before, event, at)
        self.foreseen += foreseen is not None
        if foreseen is not None:
            assert [effect for effect in self.effects if isinstance(effect, Play | Hush)] == [foreseen]

    def _check_ahead(self, state: State) -> None:
        """What a press is known to do is what the step does when it counts."""
        known = step.press_ahead(state)
        if known is not None:
            due, begun = known
            outputs = tuple(begun.outputs)
            after, effects = step.complete(begun)
            assert due == step.next_due(state)
            assert (after, (*outputs, *effects)) == step.step(state, Tick(), due)

    def _check_plays(self) -> None:
        """Every program ends later than now. It began, unless it is beaten once: then it may wait for one length."""
        for at, effect in self.world.done[self.looked:]:
            if isinstance(effect, Play):
                length_s, once = effect.cycle.length_s, incident_of(self.world.setup, effect) in ONCE
                assert at < effect.until
                assert effect.start < effect.until
                lead_s = INTRO_S if effect.intro else 0.0
                begun = effect.start + effect.entered_s
                assert effect.start < at + length_s if once else begun <= at + lead_s + 1e-6
                assert effect.entered_s == 0.0 if once else 0.0 <= effect.entered_s < length_s
        self.looked = len(self.world.done)

    def _check_turn(self, before: State) -> None:
        """A turn that begins counts its rounds from the alarm's beginning, and is heard at once."""
        state, old = self.world.state, before.turn
        turn = state.turn
        if turn is None or (old is not None and (old.key, old.start) == (turn.key, turn.start)):
            return
        cycle, alarm = state.setup.cycle(turn.key), state.alarms[turn.key]
        late_s = state.now - turn.start - turn.entered_s  # a loop that was held up begins it where its time was
        rest_s = cycle.strokes_s[0] - cycle.rest_s / 2 if turn.key.incident in ONCE else 0.0
        assert late_s < rest_s + 1e-6 or (old is not None and late_s < state.setup.cycle(old.key).length_s)
        others = [each for each in state.alarms.values() if each.key != turn.key and not each.silenced]
        if turn.key.incident not in ONCE and not others and not turn.exercise:
            # Who was late for the end of a round, and now hears that the alarm is younger, goes on as who was in time.
            counted_from = alarm.begun_at
            if old is not None and old.key == turn.key and alarm.begun_at > turn.start:
                counted_from = old.boundary
            off_s = (turn.start - counted_from + cycle.length_s / 2) % cycle.length_s - cycle.length_s / 2
            assert abs(off_s) < ALIGNED_S + 1e-5

    def _check_outbox(self, event: Event, before: State) -> None:
        """A press is on the disk before it is said, and goes out of it by the hub's word alone, where there is one."""
        kept = [effect.press.identifier for effect in self.effects if isinstance(effect, SavePress)]
        for place, effect in enumerate(self.effects):
            if isinstance(effect, Log) and effect.event["event"] == Kind.PRESSED.value:
                assert effect.event["identifier"] in kept
                assert any(isinstance(earlier, SavePress) for earlier in self.effects[:place])
        dropped = {effect.identifier for effect in self.effects if isinstance(effect, DeletePress)}
        if before.setup.hub and not isinstance(event, Loaded):
            heard = isinstance(event, Received) and isinstance(read("situbondo", event.topic), ActiveTopic)
            beacon = read_beacon(event.payload) if heard and isinstance(event, Received) else None
            kept_names = beacon.kept() if isinstance(beacon, Beacon) else frozenset()
            assert dropped <= {each.identifier for each in kept_names if each.village == "kalibagor"}


def quiet_walk() -> Walk:
    """A walk of a box that makes no round by itself."""
    return Walk(World(make_setup(max_s=MAX_S)))


@walking
@given(WALKS)
def test_every_walk_keeps_the_rules(moves: list[Move]) -> None:
    walk = Walk().go(moves)
    walk.world.wait(walk.world.now + 4 * MAX_S)

    assert all(until - began <= MAX_S + 1e-6 for began, until in walk.world.unbroken())


@walking
@given(WALKS)
def test_every_walk_without_hub_and_link_keeps_the_rules_and_its_sound_ends(moves: list[Move]) -> None:
    walk = Walk(World(make_setup(hub=False, max_s=MAX_S)).ready()).go(moves)
    walk.world.wait(walk.world.now + 6 * MAX_S)

    assert walk.world.sounding() is None
    assert walk.world.state.alarms == {}


@walking
@given(WALKS)
def test_after_every_walk_a_silence_leaves_nothing_sounding_and_nothing_begins_again(moves: list[Move]) -> None:
    world = quiet_walk().go(moves).world
    for name in world.setup.holds_s:
        world.release(name, world.now)
    world.wait(world.now + 0.1)
    world.command("silence")
    silent_since = world.now
    world.wait(world.now + 4 * MAX_S)

    assert world.sounding() is None
    assert [sound for sound in world.heard() if sound[2] > silent_since] == []


@walking
@given(WALKS)
def test_after_every_walk_the_silence_button_is_obeyed(moves: list[Move]) -> None:
    world = Walk().go(moves).world
    for name in world.setup.holds_s:
        world.release(name, world.now)
    world.wait(world.now + 0.1)
    world.press("senyap", world.now)

    assert world.sounding() is None


@walking
@given(WALKS)
def test_after_every_walk_a_press_sounds_unless_something_as_urgent_does(moves: list[Move]) -> None:
    world = Walk().go(moves).world
    for name in world.setup.holds_s:
        world.release(name, world.now)
    world.wait(world.now + 0.1)
    free = world.state.turn is None or world.state.turn.key.incident in ONCE
    world.press("bencana", world.now)

    assert world.sounding() == "bencana" or not free


@walking
@given(WALKS, st.booleans())
def test_after_every_walk_what_the_hub_lists_no_more_stops_within_two_beacons(moves: list[Move], later: bool) -> None:
    world = Walk().go(moves).world
    for name in world.setup.holds_s:
        world.release(name, world.now)
    world.wait(world.now + 0.1)
    hub = world.state.hub
    for number in range(2):
        world.beacon(at=world.now + 5.0 * later + 5.0 * number, seq=hub.seq + 1 + number, boot=hub.boot)

    for each in world.state.alarms.values():
        assert each.listed_by != hub.boot or not hub.boot or each.identifiers & world.state.outbox.keys()


@walking
@given(WALKS)
def test_after_every_walk_a_hub_that_begins_anew_and_lists_nothing_ends_nothing(moves: list[Move]) -> None:
    world = Walk().go(moves).world
    world.wait(world.now)
    before = world.state.alarms
    world.beacon(at=world.now, seq=0, boot="h3")

    assert world.state.alarms == before


@walking
@given(WALKS)
def test_an_identifier_from_the_network_begins_to_sound_once_and_from_the_hub_once_between_two_locks(
    moves: list[Move],
) -> None:
    world = Walk().go(moves).world
    counted: Counter[tuple[object, ...]] = Counter()
    for event in world.events():
        if event["event"] == Kind.LOCKED.value:
            counted = Counter({about: number for about, number in counted.items() if about[0] != Origin.HUB.value})
        if event["event"] == Kind.SOUNDING.value and "identifier" in event:
            counted[event["origin"], event["village"], event["incident"], event["identifier"]] += 1

    assert {about: number for about, number in counted.items() if number > 1} == {}


@walking
@given(WALKS, QUIET)
@example([], Linked())
def test_after_every_walk_link_clock_faults_and_journal_change_no_output(moves: list[Move], event: Event) -> None:
    walk = quiet_walk().go(moves)
    walk.world.wait(walk.world.now)
    walk.take(event, walk.world.now)

    assert [effect for effect in walk.effects if isinstance(effect, Play | Hush)] == []


@walking
@given(WALKS)
def test_after_every_walk_the_next_instant_that_is_due_lies_ahead(moves: list[Move]) -> None:
    world = Walk().go(moves).world
    world.wait(world.now)

    due = step.next_due(world.state)
    assert due is None or due > world.now


@walking
@given(WALKS)
def test_time_that_runs_backwards_is_taken_for_time_that_stands_still(moves: list[Move]) -> None:
    world = Walk().go(moves).world
    world.wait(world.now)

    assert step.step(world.state, Tick(), world.now - 500.0) == step.step(world.state, Tick(), world.now)


@walking
@given(
    st.lists(st.tuples(st.sampled_from(["kebakaran", "pencurian", "aman"]), st.integers(0, 150)), max_size=5,
             unique_by=lambda each: each[1]),
    st.randoms(use_true_random=False),
)
def test_alarms_and_all_clears_that_come_late_leave_the_same_in_any_order(
    words: list[tuple[str, int]], random: object
) -> None:
    shuffled = list(words)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    left = []
    for order in (words, shuffled):
        world = World(make_setup(hub=False, max_s=900.0)).ready()
        for number, (incident, age) in enumerate(order):
            world.alarm(incident, 200.0, raw=b'{"age_s": %d}' % age if number >= 0 else None)
        left.append({
            (key.incident, round(each.until, 6)) for key, each in world.state.alarms.items()
            if key.incident != ALL_CLEAR and not each.silenced
        })

    assert left[0] == left[1]


@settings(max_examples=80, deadline=None)
@given(ODDITIES)
def test_any_bytes_on_any_topic_keep_the_rules(moves: list[Move]) -> None:
    Walk(World(make_setup(max_s=MAX_S)).ready()).go(moves)


def test_walks_meet_every_event_and_nearly_everything_that_a_node_can_say() -> None:
    drawn: set[str] = set()
    said: set[object] = set()
    begun: set[str] = set()
    foreseen: list[int] = []

    @settings(walking, max_examples=40, database=None)
    @given(WALKS)
    def look(moves: list[Move]) -> None:
        drawn.update(type(move.event).__name__ for move in moves)
        walk = Walk().go(moves)
        world = walk.world
        foreseen.append(walk.foreseen)
        said.update(event["event"] for event in world.events())
        for at, play in world.plays():
            begun.add("waits" if play.start > at else "late" if play.entered_s else "whole")

    look()
    assert drawn == {each.__name__ for each in get_args(Event)}
    assert begun == {"waits", "late", "whole"}
    assert any(foreseen)
    the_hubs = {"accepted", "proven", "missing", "away", "back", "restored", "responded", "unanswered", "lapor",
                "closed"}
    assert {kind.value for kind in Kind} - said - the_hubs <= {"late", "listed", "published"}
