"""What begins to sound before the loop has seen it, and how the loop is right in any case."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from node import config
from node.core import step
from node.core.effects import Effect, Play
from node.core.events import Contact, Event
from node.core.state import State
from node.core.switching import Role
from node.core.transition import Transition
from node.foresight import Foresight
from node.service import Node
from runtime.core.events import Noticed, Received, Tick
from runtime.inbox import Inbox
from tests.node.core.world import World
from tests.support.nodes import example, write

NOW = 1000.0
ALARM = Received("kentongan/situbondo/kalibagor/alarm/pencurian", b"", retain=False)
URGENT = Received("kentongan/situbondo/kalibagor/alarm/pembunuhan", b"", retain=False)
SILENCE = Received("kentongan/situbondo/kalibagor/command/silence", b"", retain=False)
WRONG = Noticed("the siren began by a forecast that was wrong, and was put right at once")


class Post:
    """A loop that steps when it is asked to, and a siren that notes what it is given."""

    def __init__(self) -> None:
        world = World().ready()
        world.wait(NOW)
        self.state: State = world.state
        self.inbox = Foresight()
        self.inbox._now = lambda: NOW
        self.siren: list[Play | str] = []
        self.inbox.sound = self.siren.append

    def at_rest(self, act: Callable[[], object]) -> None:
        """What happens while the loop is at rest."""
        with patch.object(self.inbox, "wait", lambda _due: act()):
            self.inbox.rest(self.state, None)

    def step(self, event: Event, at: float = NOW) -> tuple[Effect, ...]:
        """A step of the loop, as the service does it."""
        begun = self.inbox.begin(self.state, event, at)
        outputs = tuple(begun.outputs)
        self.siren += [each if isinstance(each, Play) else "hush" for each in outputs]
        self.inbox.settle(event, begun.state, outputs, lambda: self.siren.append("hush"))
        self.state, _ = step.complete(begun)
        return outputs

    def waiting(self) -> list[object]:
        return [self.inbox.get(None)[1] for _ in range(9) if self.inbox.waits()]


def test_an_alarm_that_comes_while_the_loop_is_at_rest_sounds_before_the_loop_has_it_and_the_step_agrees() -> None:
    post = Post()
    post.at_rest(lambda: post.inbox.offer(ALARM))
    at_once = list(post.siren)
    at, event = post.inbox.get(None)
    outputs = post.step(ALARM, at)

    assert len(at_once) == 1
    assert (at, event, outputs) == (NOW, ALARM, (at_once[0],))
    assert post.waiting() == []


@pytest.mark.parametrize("event", [SILENCE, Tick()])
def test_what_sounds_nothing_only_waits_for_the_loop(event: Received | Tick) -> None:
    post = Post()
    post.at_rest(lambda: post.inbox.offer(event))

    assert post.siren == []
    assert post.waiting() == [event]


def test_while_the_loop_steps_a_message_waits_for_it_and_nobody_waits_for_the_loop() -> None:
    post = Post()
    post.inbox.offer(ALARM)

    assert post.siren == []
    assert post.waiting() == [ALARM]


class InUse:
    """A lock that somebody else holds, and for which nobody may wait."""

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        assert (blocking, timeout) == (False, -1), "who brings a message waits for the loop"
        return False


def test_who_brings_a_message_while_the_loop_steps_does_not_wait_even_a_moment_for_its_lock() -> None:
    post = Post()
    with patch.object(post.inbox, "_lent", InUse()):
        post.inbox.offer(ALARM)

    assert post.siren == []
    assert post.waiting() == [ALARM]


def test_behind_anything_that_waits_nothing_is_foreseen() -> None:
    post = Post()

    def come() -> None:
        post.inbox.put(Tick())
        post.inbox.offer(ALARM)
        post.inbox.offer(ALARM)

    post.at_rest(come)

    assert post.siren == []
    assert post.waiting() == [Tick(), ALARM, ALARM]


def test_behind_what_the_loop_is_just_taking_out_of_the_line_nothing_is_foreseen() -> None:
    post = Post()

    def come() -> None:
        post.inbox.offer(URGENT)
        in_hand = post.inbox._arriving.get()  # as `wait` does when the loop wakes
        post.inbox.offer(ALARM)
        post.inbox._sort(in_hand)

    post.at_rest(come)
    at, event = post.inbox.get(None)
    post.step(event, at)
    at, event = post.inbox.get(None)
    post.step(event, at)

    assert {each.words[1] for each in post.siren if isinstance(each, Play)} == {"kejadian-pembunuhan"}
    assert post.waiting() == []


def test_of_two_alarms_the_loop_has_not_seen_the_first_alone_is_foreseen() -> None:
    post = Post()

    def come() -> None:
        post.inbox.offer(ALARM)
        post.inbox.offer(URGENT)

    post.at_rest(come)

    assert [each.words[1] for each in post.siren if isinstance(each, Play)] == ["kejadian-pencurian"]


def test_a_message_is_not_lost_where_the_siren_fails_and_the_next_is_foreseen_again() -> None:
    post = Post()

    foreseen: list[Play] = []

    def fail(play: Play) -> None:
        foreseen.append(play)
        raise RuntimeError("a driver")

    post.inbox.sound = fail
    with pytest.raises(RuntimeError):
        post.at_rest(lambda: post.inbox.offer(ALARM))
    assert post.waiting() == [ALARM]
    post.inbox.settle(ALARM, post.state, foreseen, lambda: None)
    post.inbox.sound = post.siren.append
    post.at_rest(lambda: post.inbox.offer(URGENT))

    assert len(post.siren) == 1


def test_the_loop_is_given_what_sounds_though_the_message_was_lost_on_its_way_so_that_a_silence_ends_it() -> None:
    post = Post()

    def fail(*_args: object, **_keywords: object) -> None:
        raise MemoryError

    with patch.object(Inbox, "offer", fail), pytest.raises(MemoryError):
        post.at_rest(lambda: post.inbox.offer(ALARM))
    post.at_rest(lambda: None)
    at, event = post.inbox.get(0.0)
    post.step(event, at)
    post.step(SILENCE)

    assert event == ALARM
    assert [each if each == "hush" else "play" for each in post.siren] == ["play", "play", "hush"]
    post.at_rest(lambda: None)
    assert ALARM not in post.waiting()


def test_a_forecast_that_something_has_made_wrong_meanwhile_is_ended_at_once_and_reported() -> None:
    post = Post()
    post.at_rest(lambda: post.inbox.offer(ALARM))
    post.state = step.step(post.state, Received(ALARM.topic, b"{", retain=False), NOW)[0]
    locked = World().ready()
    locked.touch("lock", NOW - 1.0)
    locked.wait(NOW)
    post.state = locked.state
    post.inbox.get(None)
    outputs = post.step(ALARM)

    assert outputs == ()
    assert post.siren[1:] == ["hush"]
    assert post.waiting() == [WRONG]


def test_a_loop_that_was_held_up_begins_the_same_later_and_reports_nothing_wrong() -> None:
    post = Post()
    post.at_rest(lambda: post.inbox.offer(ALARM))
    post.step(Tick(), NOW + 0.5)  # was due meanwhile, and comes first
    at, event = post.inbox.get(None)
    post.step(event, at)

    assert [each.until for each in post.siren if isinstance(each, Play)] == [NOW + 180.0, NOW + 180.5]
    assert "hush" not in post.siren
    assert post.waiting() == []


def test_what_has_taken_its_place_meanwhile_goes_on() -> None:
    post = Post()
    post.at_rest(lambda: post.inbox.offer(ALARM))
    post.step(URGENT)
    post.inbox.get(None)
    outputs = post.step(ALARM)

    assert outputs == ()
    assert [each.words[1] if isinstance(each, Play) else each for each in post.siren] == [
        "kejadian-pencurian", "kejadian-pembunuhan"]
    assert post.waiting() == [WRONG]


def test_a_step_for_another_event_settles_nothing() -> None:
    post = Post()
    post.at_rest(lambda: post.inbox.offer(ALARM))
    post.step(Tick())
    post.inbox.get(None)
    post.step(ALARM)

    assert [type(each) for each in post.siren] == [Play, Play]
    assert post.waiting() == []


def test_whatever_fails_the_loop_has_its_state_back() -> None:
    post = Post()

    def fail(*_args: object, **_keywords: object) -> None:
        raise MemoryError

    with patch.object(Inbox, "offer", fail), pytest.raises(MemoryError):
        post.at_rest(lambda: post.inbox.offer(ALARM))

    assert post.inbox._lent.locked()


def test_the_node_lends_its_state_while_it_is_at_rest_and_its_siren_begins(tmp_path: Path) -> None:
    node = Node(config.load(write(tmp_path, {**example(), "state_dir": "state", "pins": {"driver": "mock"}})))
    state = World().ready().state
    with ExitStack() as parts:
        node._open_pins(parts)
        assert node._siren.trouble() is None
        siren = node._siren._outputs[Role.SIREN]
        with patch.object(node._inbox, "wait", lambda _due: node._inbox.offer(ALARM)):
            node._rest(state, None)
        began = siren.value  # type: ignore[attr-defined]
        node._foresight.settle(ALARM, state, (), node._siren.hush)
        ended = siren.value  # type: ignore[attr-defined]

    assert (began, ended) == (1, 0)


class Computed:
    """Counts the steps that are begun."""

    def __init__(self) -> None:
        self.begun: list[tuple[Event, float]] = []

    def begin(self, state: State, event: Event, now: float) -> Transition:
        self.begun.append((event, now))
        return BEGIN(state, event, now)


BEGIN = step.begin


@pytest.fixture
def computed() -> Iterator[Computed]:
    found = Computed()
    with patch.object(step, "begin", found.begin):
        yield found


def held(post: Post, name: str = "pencurian") -> None:
    """A button of *post* is held from now on; the siren has nothing to do yet."""
    post.step(Contact(name, closed=True))


def test_when_a_press_counts_its_step_is_computed_already_and_rings(computed: Computed) -> None:
    post = Post()
    held(post)
    computed.begun.clear()
    post.at_rest(lambda: None)
    before = list(computed.begun)
    outputs = post.step(Tick(), NOW + 1.0)

    assert before == computed.begun == [(Tick(), NOW + 1.0)]
    assert [each.words[1] for each in outputs if isinstance(each, Play)] == ["kejadian-pencurian"]
    assert post.state.now == NOW + 1.0
    assert post.siren == list(outputs)


@pytest.mark.parametrize(("event", "after_s"), [
    (Contact("pencurian", closed=False), 0.9), (ALARM, 1.0), (Tick(), 0.999), (Tick(), 1.051),
])
def test_what_comes_before_it_or_a_loop_that_is_late_has_the_step_computed_anew(
    event: Event, after_s: float, computed: Computed
) -> None:
    post = Post()
    held(post)
    post.at_rest(lambda: None)
    post.step(event, NOW + after_s)

    assert computed.begun[-1] == (event, NOW + after_s)
    assert (post.siren != []) == (after_s >= 1.0)


def test_a_button_released_between_is_no_press_though_its_step_was_computed() -> None:
    post = Post()
    held(post)
    post.at_rest(lambda: None)
    post.step(Contact("pencurian", closed=False), NOW + 0.9)
    post.at_rest(lambda: None)
    post.step(Tick(), NOW + 1.0)

    assert post.siren == []


def test_nothing_is_computed_ahead_where_no_button_is_held_or_something_waits(computed: Computed) -> None:
    post = Post()
    computed.begun.clear()
    post.at_rest(lambda: None)
    held(post)
    post.inbox.put(SILENCE)
    post.at_rest(lambda: None)

    assert [event for event, _ in computed.begun] == [Contact("pencurian", closed=True)]


def test_what_is_due_before_the_press_has_its_own_step(computed: Computed) -> None:
    post = Post()
    computed.begun.clear()
    post.step(Contact("pencurian", closed=True))
    post.step(Contact("kebakaran", closed=True), NOW + 0.5)
    post.at_rest(lambda: None)
    first = post.step(Tick(), NOW + 1.0)
    post.at_rest(lambda: None)
    second = post.step(Tick(), NOW + 1.5)

    assert [each.words[1] for each in first if isinstance(each, Play)] == ["kejadian-pencurian"]
    assert [key.incident for key in post.state.alarms] == ["pencurian", "kebakaran"]
    assert [each.words[1] for each in second if isinstance(each, Play)] == ["kejadian-kebakaran"]  # the graver one
    assert [now for event, now in computed.begun if event == Tick()] == [NOW + 1.0, NOW + 1.5]


def test_it_waits_as_any_inbox_does() -> None:
    inbox = Foresight()
    inbox.put(Tick())
    state = World().ready().state
    inbox.rest(state, None)

    assert isinstance(inbox, Inbox)
    assert inbox.waits()
    inbox.get(None)
    inbox.rest(state, 0.0)  # over long ago
    assert not inbox.waits()
