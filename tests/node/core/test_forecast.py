"""The forecast of what an alarm sounds first. `test_walks` compares it with the step at every event of every walk."""

from dataclasses import replace

import pytest

from node.core import step
from node.core.effects import Hush, Play
from node.core.forecast import forecast
from runtime.core.events import Clock, Received, Tick
from tests.node.core.world import EPOCH_S, SYNCED, World, make_setup

TOPIC = "kentongan/situbondo/kalibagor/alarm/pencurian"
NOW = 1000.0


def ready() -> World:
    world = World(clock=SYNCED).ready()
    world.wait(NOW)
    return world


def message(payload: bytes = b"", topic: str = TOPIC, *, retain: bool = False) -> Received:
    return Received(topic, payload, retain)


def sounded(world: World, event: Received) -> list[Play | Hush]:
    """What the step sounds at the event."""
    return [each for each in step.step(world.state, event, world.now)[1] if isinstance(each, Play | Hush)]


@pytest.mark.parametrize("payload", [
    b"", b"rumah Pak RT 3", b'{"identifier": "kalibagor.pos-2.x", "sender": "kalibagor/pos-2", "age_s": 0.002}',
    b'{"age_s": 100}', b'{"sent": "2027-01-15T08:16:30Z", "clock": "synced"}', b'{"severity": "odd"}',
])
def test_an_alarm_at_a_box_at_rest_is_foreseen_as_the_step_has_it(payload: bytes) -> None:
    world = ready()

    foreseen = forecast(world.state, message(payload), world.now)

    assert foreseen is not None
    assert sounded(world, message(payload)) == [foreseen]


def test_it_begins_at_once_and_ends_with_the_alarm() -> None:
    world = ready()

    foreseen = forecast(world.state, message(), world.now)

    assert foreseen is not None
    assert (foreseen.start, foreseen.until, foreseen.entered_s) == (NOW, NOW + 180.0, 0.0)
    assert foreseen.words == ("perhatian", "kejadian-pencurian", "kejadian-pencurian", "di-kalibagor")


def test_so_is_one_that_is_raised_again_after_a_silence_in_the_midst_of_its_round() -> None:
    world = ready()
    world.alarm("pencurian")
    world.wait(world.now + 0.5)
    world.command("silence")
    world.wait(world.now + 1.0)

    foreseen = forecast(world.state, message(), world.now)

    assert foreseen is not None
    assert foreseen.entered_s == 1.5
    assert foreseen.until == NOW + 1.5 + 180.0
    assert sounded(world, message()) == [foreseen]


def test_one_that_follows_another_is_foreseen_to_end_at_the_bound_of_both() -> None:
    world = World(make_setup(max_s=60.0), clock=SYNCED).ready()
    world.alarm("kebakaran", NOW)
    world.wait(NOW + 50.0)
    world.command("silence")

    foreseen = forecast(world.state, message(), NOW + 50.5)

    assert foreseen is not None
    assert foreseen.until == NOW + 60.0


@pytest.mark.parametrize("event", [
    message(b"x", retain=True), message(b"", retain=True), message(b"{"), message(b"off"), message(b"x" * 4097),
    message(b'{"status": "Exercise"}'), message(b'{"status": "Test"}'), message(b'{"age_s": 180}'),
    message(b'{"age_s": 500}'), message(b'{"age_s": 179.99999999999997}'),
    message(b'{"expires": "2020-01-01T00:00:00Z", "clock": "synced"}'),
    message(topic="kentongan/situbondo/kalibagor/alarm/aman"), message(topic="kentongan/situbondo/kalibagor/ronda"),
    message(topic="kentongan/situbondo/kalibagor/command/silence"), message(topic="kentongan/situbondo/active"),
    message(topic="kentongan/situbondo/olean/alarm/pencurian"), message(topic="kentongan/other/kalibagor/alarm/ternak"),
    message(topic="kentongan/situbondo/kalibagor/alarm/pencuri"), message(topic="kentongan/situbondo/x/alarm/bencana"),
    message(topic="kentongan/situbondo/kalibagor/alarm/tsunami"), Tick(), SYNCED,
])
def test_nothing_else_is_foreseen(event: Received | Tick | Clock) -> None:
    world = ready()

    assert forecast(world.state, event, world.now) is None


def test_nothing_is_foreseen_while_the_box_sounds_rests_or_is_locked() -> None:
    sounding, resting, locked = ready(), World(make_setup(max_s=60.0), clock=SYNCED).ready(), ready()
    sounding.alarm("kebakaran")
    resting.alarm("kebakaran", NOW)
    resting.wait(NOW + 60.5)
    locked.touch("lock", NOW)
    locked.wait(NOW + 1.0)

    assert sounding.state.turn is not None
    assert resting.state.rest_until is not None
    assert locked.state.locked
    assert [forecast(world.state, message(), world.now) for world in (sounding, resting, locked)] == [None] * 3


def test_nothing_is_foreseen_where_the_rest_after_the_bound_has_begun_unnoticed() -> None:
    world = World(make_setup(max_s=60.0), clock=SYNCED).ready()
    world.alarm("kebakaran", NOW)
    world.wait(NOW + 59.5)
    world.command("silence")
    world.wait(NOW + 59.9)

    assert forecast(world.state, message(), NOW + 59.9) is not None
    assert forecast(world.state, message(), NOW + 60.1) is None
    assert step.step(world.state, message(), NOW + 60.1)[0].turn is None


def test_nothing_is_foreseen_where_a_button_or_what_waited_may_sound_first() -> None:
    held, waiting = ready(), ready()
    held.touch("kebakaran", NOW)
    for _ in range(6):
        waiting.alarm("kebakaran")
        waiting.command("silence")
    waiting.alarm("kebakaran")

    assert forecast(held.state, message(), NOW + 0.9) is not None
    assert forecast(held.state, message(), NOW + 1.0) is None
    assert waiting.state.deferred != {}
    assert forecast(waiting.state, message(), waiting.now) is None


def test_nothing_is_foreseen_of_what_was_seen_or_cleared_or_comes_too_often() -> None:
    seen, cleared, often = ready(), ready(), ready()
    seen.alarm("pencurian", identifier="one")
    seen.command("silence")
    cleared.alarm("aman")
    cleared.command("silence")
    for _ in range(5):
        often.alarm("pencurian")
        often.command("silence")

    assert forecast(seen.state, message(b'{"identifier": "two"}'), seen.now) is not None
    assert forecast(seen.state, message(b'{"identifier": "one"}'), seen.now) is None
    assert forecast(cleared.state, message(), cleared.now + 0.1) is not None
    assert forecast(cleared.state, message(b'{"age_s": 1}'), cleared.now + 0.1) is None
    assert forecast(often.state, message(), often.now) is None
    assert forecast(often.state, message(), often.now + 10.0) is not None


def test_nothing_is_foreseen_of_a_sender_whom_an_operator_silences_again_and_again() -> None:
    world = ready()
    raised = message(b'{"sender": "kalibagor/pos-2"}')
    for _ in range(2):
        world.feed(raised, world.now + 5.0)
        world.wait(world.now + 2.0)
        world.command("silence")

    assert forecast(world.state, raised, world.now) is None
    assert forecast(world.state, message(b'{"sender": "kalibagor/pos-1"}'), world.now) is not None
    assert forecast(world.state, raised, world.now + 16.0) is None  # by the state's own instant: the step decides
    world.wait(world.now + 16.0)
    assert step.step(world.state, raised, world.now)[0].turn is not None


def test_an_exercise_in_force_that_is_silenced_does_not_count_for_an_alarm_in_earnest() -> None:
    world = ready()
    world.alarm("pencurian", status="Exercise")
    world.wait(world.now + 2.0)
    world.command("silence")

    foreseen = forecast(world.state, message(), world.now + 1.0)

    assert foreseen is not None
    assert foreseen.entered_s == 0.0


def test_an_alarm_that_ends_silenced_at_this_instant_leaves_the_decision_to_the_step() -> None:
    world = ready()
    world.alarm("pencurian")
    world.command("silence")
    until = next(iter(world.state.alarms.values())).until
    world.wait(until - 1.0)

    assert forecast(world.state, message(), until - 0.5) is not None
    assert forecast(world.state, message(), until) is None


def test_a_state_in_which_something_in_force_is_not_silenced_is_not_foreseen_for_its_own_key() -> None:
    world = ready()
    world.alarm("pencurian")
    state = replace(world.state, turn=None)

    assert forecast(state, message(), world.now) is None


def test_a_clock_that_is_not_synchronised_silences_nothing() -> None:
    world = World(clock=Clock(synced=False, offset_s=EPOCH_S)).ready()
    world.wait(NOW)
    raised = message(b'{"expires": "2020-01-01T00:00:00Z", "clock": "synced"}')

    assert sounded(world, raised) == [forecast(world.state, raised, world.now)]
