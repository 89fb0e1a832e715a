"""The performer before a loudspeaker that takes a buffer now and then: what sounds, and at which frame of time."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.sound.core.scheduler import LEAD_S, Level
from tests.node.sound.loudspeaker import BUFFER_S, World, instants, is_same

CYCLE = Cycle(6.0, Span(0.0, 1.0), (2.0, 2.5, 4.0, 4.5), 0.1, Span(5.25, 0.25), 2)
PLAY = Play(CYCLE, 1000.5, 1900.0)
ROUND_S = CYCLE.length_s
few = settings(max_examples=40, deadline=None)


@few
@given(st.floats(0, BUFFER_S), st.floats(999, 1010), st.floats(0, 5))
def test_every_stroke_is_heard_at_its_instant_to_the_frame(phase_s: float, start: float, entered_s: float) -> None:
    world, play = World(), replace(PLAY, start=start, entered_s=entered_s)
    world.speaker.phase_s = phase_s
    world.play(play)
    world.run(start + 4 * ROUND_S - 0.5)
    strokes = [at for at in world.heard() if at > start + ROUND_S]

    assert is_same(strokes, instants(play, 1, 3))


def test_the_round_says_its_number_and_when_it_is_heard() -> None:
    world = World()
    world.play(PLAY)
    world.run(PLAY.start + 2 * ROUND_S)

    assert world.said("round") == [
        {"is": "round", "number": 0, "at": 1002.5}, {"is": "round", "number": 1, "at": 1008.5},
    ]


def test_what_is_heard_later_than_it_was_taken_is_given_so_much_earlier() -> None:
    world = World(level=Level(1.0, latency_s=0.35))
    world.play(PLAY)
    world.run(PLAY.start + 3 * ROUND_S)

    assert is_same(world.heard(), instants(PLAY, 0, 2, latency_s=0.35))
    assert [words["at"] for words in world.said("round")] == [1002.5, 1008.5, 1014.5]


@pytest.mark.parametrize("drift", [0.052, 0.04, 0.001, -0.001, -0.04, -0.052])
def test_a_device_whose_clock_is_wrong_is_put_right_in_the_next_round(drift: float) -> None:
    world = World()
    world.speaker.drift = drift
    world.play(PLAY)
    world.run(PLAY.start + 4 * ROUND_S)
    firsts = [world.heard()[place] for place in (0, 4, 8, 12)]

    assert is_same(firsts[1:], [instants(PLAY, number, number)[0] for number in (1, 2, 3)])
    assert [words["drift_ppm"] for words in world.said("ended")] == [round(drift * 1e6)] * 4


# Too late.


@pytest.mark.parametrize("late_s", [0.01, 0.3, 1.4])
def test_who_comes_too_late_for_a_figure_begins_with_the_next(late_s: float) -> None:
    world = World(now=1002.5 - LEAD_S + late_s)
    world.play(PLAY)
    world.run(PLAY.start + ROUND_S)

    assert is_same(world.heard(), [1004.5, 1005.0])


@pytest.mark.parametrize(("stall_s", "heard"), [
    (0.0, [1002.5, 1003.0, 1004.5, 1005.0]), (0.1, [1002.5, 1003.0, 1004.5, 1005.0]),
    (0.3, [1004.5, 1005.0]), (0.6, [1004.5, 1005.0]), (2.5, []),
])
def test_a_figure_that_passes_while_the_device_is_listened_to_is_left_out(stall_s: float, heard: list[float]) -> None:
    world = World()
    world.play(PLAY)
    world.stalls = [(1002.5 - LEAD_S + 0.02, stall_s)]
    world.run(PLAY.start + ROUND_S)

    assert is_same(world.heard(), heard)


@pytest.mark.parametrize("held_up_s", [0.001, 0.0102, 0.0118, 0.05, 0.1])
def test_a_buffer_that_the_device_has_taken_before_it_is_given_the_round_is_not_counted_on(held_up_s: float) -> None:
    world = World()
    world.speaker.held_up_s = held_up_s
    world.play(PLAY)
    world.run(PLAY.start + ROUND_S)

    assert is_same(world.heard(), instants(PLAY, 0, 0))


@few
@given(st.floats(0, 0.7))
def test_no_figure_is_ever_begun_in_its_middle(stall_s: float) -> None:
    world = World()
    world.play(PLAY)
    world.stalls = [(1002.5 - LEAD_S + 0.02, stall_s)]
    world.run(PLAY.start + ROUND_S)

    # What is a millisecond late loses the first frames of its first stroke: here that is all of it.
    assert any(is_same(world.heard(), heard) for heard in (
        [1002.5, 1003.0, 1004.5, 1005.0], [1003.0, 1004.5, 1005.0], [1004.5, 1005.0],
    ))


def test_nothing_is_heard_of_a_first_round_that_was_entered_after_its_last_figure() -> None:
    world, play = World(), replace(PLAY, entered_s=5.5)
    world.play(play)
    world.run(play.start + 2 * ROUND_S)

    assert is_same(world.heard(), instants(play, 1, 1))


# Interrupted.


def test_a_word_that_comes_while_the_device_is_listened_to_is_heard_and_the_round_begins_all_the_same() -> None:
    world = World()
    world.play(PLAY)
    world.order({"do": "ping", "number": 3}, at=1002.5 - LEAD_S + 0.02)
    world.run(PLAY.start + ROUND_S)

    assert world.said("pong") == [{"is": "pong", "number": 3}]
    assert world.speaker.listened == 2
    assert is_same(world.heard(), instants(PLAY, 0, 0))


def test_who_is_interrupted_too_long_begins_with_the_next_figure() -> None:
    world = World()
    world.play(PLAY)
    for place in range(60):
        world.order({"do": "ping", "number": place}, at=1002.5 - LEAD_S + 0.01 * place)
    world.run(PLAY.start + ROUND_S)

    assert is_same(world.heard(), [1004.5, 1005.0])
