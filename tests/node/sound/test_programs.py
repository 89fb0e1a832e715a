"""The performer, told one thing after the other: what goes on, what is stopped, and what it says."""

from array import array
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.sound.core.render import BREATH_S, LOUDNESS, RATE
from node.sound.core.scheduler import CALM_S, LEAD_S, QUIET
from tests.node.sound.loudspeaker import BUFFER_S, QUIET_STROKE, STEP_S, STROKE, World, instants, is_same

CYCLE = Cycle(6.0, Span(0.0, 1.0), (2.0, 2.5, 4.0, 4.5), 0.1, Span(5.25, 0.25), 2)
PLAY = Play(CYCLE, 1000.5, 1900.0)
ROUND_S = CYCLE.length_s
FIRE = Play(replace(CYCLE, strokes_s=(2.0, 3.0, 4.0), figure=1), 1000.0, 1900.0)
HUSH = {"do": "hush", "number": 7}


def spoken(world: World) -> list[float]:
    """The instants of the words, which are one loud frame each."""
    return world.heard(LOUDNESS)


@pytest.mark.parametrize("at", [1001.0, 1002.4, 1002.7, 1004.6])
def test_a_program_that_only_ends_later_goes_on_unbroken(at: float) -> None:
    world = World()
    world.play(replace(PLAY, until=1007.0))
    world.play(PLAY, at=at)
    world.run(PLAY.start + 2 * ROUND_S)

    assert is_same(world.heard(), instants(PLAY, 0, 1))
    assert world.speaker.stops == 1  # before the first


def test_words_that_are_found_only_later_are_said_from_the_next_round_on_and_the_drum_goes_on_unbroken() -> None:
    world = World()
    world.speaker.recordings = {"b": array("h", [5])}
    world.play(PLAY)
    world.play(replace(PLAY, words=("b",)), at=1002.7)
    world.run(PLAY.start + 2 * ROUND_S)

    assert is_same(world.heard(), instants(PLAY, 0, 1))
    assert is_same(spoken(world), [1006.5 + 5.25])
    assert world.speaker.stops == 1


def test_what_says_something_else_is_stopped_and_joined_anew_at_the_next_figure() -> None:
    """An exercise that became earnest says no more that it is one."""
    world = World()
    world.speaker.recordings = {"a": array("h", [3]), "b": array("h", [5])}
    world.play(replace(PLAY, words=("a",)))
    world.play(replace(PLAY, words=("b",)), at=1002.7)
    world.run(PLAY.start + 2 * ROUND_S)

    assert is_same(world.heard(), [1002.5, 1004.5, 1005.0, *instants(PLAY, 1, 1)])
    assert is_same(spoken(world), [1000.5 + 5.25, 1006.5 + 5.25])
    assert world.speaker.stops == 2


@pytest.mark.parametrize(("other", "heard"), [
    (FIRE, [1003.0, 1004.0, 1008.0, 1009.0, 1010.0]),
    (replace(PLAY, start=1001.0), [1003.0, 1003.5, 1005.0, 1005.5, 1009.0, 1009.5, 1011.0, 1011.5]),
    (replace(PLAY, quiet=True), [1004.5, 1005.0, 1008.5, 1009.0, 1010.5, 1011.0]),
    (replace(PLAY, entered_s=3.0), [1008.5, 1009.0, 1010.5, 1011.0]),
])
def test_another_program_takes_the_place_of_what_sounds_at_once(other: Play, heard: list[float]) -> None:
    world = World()
    world.play(PLAY)
    world.play(other, at=1002.7)
    world.run(1012.0)

    assert is_same(world.heard(), [1002.5, *heard])
    assert world.speaker.sounded[0].stopped <= 1002.7 + BUFFER_S + STEP_S


def test_an_order_to_be_silent_is_obeyed_when_it_is_answered_and_everything_is_forgotten() -> None:
    world = World()
    world.play(PLAY)
    world.run(1002.7)
    world.performer.obey(HUSH)

    assert world.speaker.sounded[0].stopped <= world.now + BUFFER_S
    assert world.told[-1] == {"is": "quiet", "number": 7}
    world.run(1900.0)
    assert is_same(world.heard(), [1002.5])
    assert world.told[-1] == {"is": "quiet", "number": 7}


def test_an_order_to_be_silent_that_comes_while_the_device_is_listened_to_is_obeyed() -> None:
    world = World()
    world.play(PLAY)
    world.order(HUSH, at=1002.5 - LEAD_S + 0.02)
    world.run(1100.0)

    assert world.heard() == []
    assert world.said("quiet") == [{"is": "quiet", "number": 7}]


def test_who_is_told_to_be_silent_and_then_to_play_the_same_plays_it() -> None:
    world = World()
    world.play(PLAY)
    world.order(HUSH, at=1002.7)
    world.play(PLAY, at=1002.8)
    world.run(PLAY.start + ROUND_S)

    assert is_same(world.heard(), [1002.5, 1004.5, 1005.0])


@pytest.mark.parametrize("until", [1002.7, 1004.4, 1007.0, 1009.2])
def test_the_end_of_a_program_is_the_end_of_what_sounds(until: float) -> None:
    world = World()
    world.play(replace(PLAY, until=until))
    world.run(1100.0)

    assert is_same(world.heard(), [at for at in instants(PLAY, 0, 1) if at < until])
    assert world.speaker.sounded[-1].stopped <= until + BUFFER_S


# The rest of what is said.


def test_a_ping_is_answered_only_once_the_device_has_taken_something() -> None:
    world = World()
    world.speaker.phase_s = world.now + 0.004
    world.order({"do": "ping", "number": 1})
    world.run(world.now + 0.003)
    assert world.told == []
    world.run(world.now + 0.02)

    assert world.told == [{"is": "pong", "number": 1}]


def test_a_recording_that_cannot_be_read_is_told_and_the_drum_is_heard_without_words() -> None:
    world = World()
    world.speaker.recordings = {"b": array("h", [9])}
    world.play(replace(PLAY, words=("a", "b")))
    world.run(PLAY.start + ROUND_S)

    assert world.said("unreadable") == [{"is": "unreadable", "path": "a", "reason": "no file a"}]
    assert is_same(world.heard(), instants(PLAY, 0, 0))
    assert spoken(world) == []


@pytest.mark.parametrize(("quiet", "volume", "stroke"), [(False, 0.5, STROKE), (True, 0.5 * QUIET, QUIET_STROKE)])
def test_what_is_quiet_is_softer_and_beaten_on_a_drum_that_no_alarm_has(
    quiet: bool, volume: float, stroke: "array[int]"
) -> None:
    world = World()
    world.play(replace(PLAY, quiet=quiet))
    world.run(PLAY.start + ROUND_S)

    assert [each.volume for each in world.speaker.sounded] == [volume]
    assert {frame for each in world.speaker.sounded for frame in each.frames} - {0} == {*stroke}


def test_a_program_that_is_quiet_no_more_changes_its_drum_too() -> None:
    world = World()
    world.play(replace(PLAY, quiet=True))
    world.play(PLAY, at=1001.0)
    world.run(PLAY.start + ROUND_S)

    assert {frame for each in world.speaker.sounded for frame in each.frames} - {0} == {*STROKE}


def test_a_knock_is_one_soft_stroke_and_disturbs_nothing_that_is_to_sound() -> None:
    world = World()
    world.order({"do": "knock"})
    world.play(PLAY, at=1001.0)
    for at in (1001.5, 1002.7, 1006.0):
        world.order({"do": "knock"}, at=at)
    world.run(PLAY.start + ROUND_S)

    knock = world.speaker.sounded[0]
    assert (knock.frames, knock.volume) == (QUIET_STROKE, 0.5 * QUIET)
    assert is_same(world.heard()[1:], instants(PLAY, 0, 0))


# What is said before an exercise's first siren.

EXERCISE = replace(PLAY, words=("b",), intro=("a",))  # its siren begins at 1000.5


def with_intro() -> World:
    world = World()
    world.speaker.recordings = {"a": array("h", [3] * 100), "b": array("h", [5])}
    return world


def said_first(world: World) -> list[tuple[float, int]]:
    """When the device took each sound, and how many frames of it are a word of the intro."""
    return [(each.taken, len(each.frames)) for each in world.speaker.sounded if len(each.frames) == 100]


def test_the_intro_is_said_at_once_and_the_rounds_follow_as_ever() -> None:
    world = with_intro()
    world.play(EXERCISE)
    world.run(PLAY.start + ROUND_S)

    assert [frames for _, frames in said_first(world)] == [100]
    assert said_first(world)[0][0] < 1000.0 + BUFFER_S + STEP_S
    assert is_same(world.heard(loud=1000), instants(PLAY, 0, 0))


def test_the_intro_is_not_said_again_as_the_exercise_is_prolonged() -> None:
    world = with_intro()
    world.play(EXERCISE)
    world.play(replace(EXERCISE, until=2000.0), at=1000.2)
    world.play(replace(EXERCISE, until=2100.0), at=1003.0)
    world.run(PLAY.start + ROUND_S)

    assert len(said_first(world)) == 1


def test_a_player_that_is_given_an_exercise_whose_siren_has_begun_says_no_intro() -> None:
    world = with_intro()
    world.play(EXERCISE, at=1000.75)
    world.run(PLAY.start + ROUND_S)

    assert said_first(world) == []
    assert is_same(world.heard(loud=1000), instants(PLAY, 0, 0))


def test_an_intro_that_cannot_be_read_is_left_out_and_the_drum_goes_on() -> None:
    world = with_intro()
    del world.speaker.recordings["a"]
    world.play(EXERCISE)
    world.run(PLAY.start + ROUND_S)

    assert {"is": "unreadable", "path": "a", "reason": "no file a"} in world.told
    assert is_same(world.heard(loud=1000), instants(PLAY, 0, 0))


def test_an_intro_that_is_longer_than_the_time_before_the_siren_is_cut_off() -> None:
    world = with_intro()
    world.speaker.recordings["a"] = array("h", [3] * RATE)
    world.play(EXERCISE)
    world.run(1000.4)

    (said,) = world.speaker.sounded
    assert len(said.frames) == round(0.5 * RATE)


def test_what_becomes_earnest_amid_the_intro_ends_it() -> None:
    world = with_intro()
    world.play(EXERCISE)
    world.play(replace(PLAY, words=("b",), start=1000.1), at=1000.1)
    world.run(1004.0)

    assert world.speaker.sounded[0].stopped < 1000.1 + BUFFER_S + STEP_S


# A note.


def spoken_world() -> tuple[World, Play]:
    """A sentence of one frame of 3000, and a program in whose slot there is time for more."""
    world = World()
    cycle = replace(CYCLE, voice=Span(5.25, 0.6))
    world.speaker.recordings = {"kata": array("h", [3000] * 441), "api": array("h", [2000]), "lama": array("h", [2000])}
    return world, replace(PLAY, cycle=cycle, words=("kata",))


def test_a_note_whose_file_is_there_only_later_is_said_from_the_next_round_on_and_nothing_is_broken() -> None:
    world, play = spoken_world()
    world.play(play)
    world.play(replace(play, note="api"), at=play.start + 3.0)
    world.run(play.start + 3 * ROUND_S)

    assert is_same(world.heard(), instants(play, 0, 2))
    assert len(world.said("round")) == 3
    at_s = 5.25 + 441 / RATE + BREATH_S
    assert is_same(world.heard(2000), [play.start + number * ROUND_S + at_s for number in (1, 2)], frames=2)
    assert world.said("left out") == []


def test_a_note_that_goes_is_said_no_more() -> None:
    world, play = spoken_world()
    world.play(replace(play, note="api"))
    world.play(play, at=play.start + ROUND_S + 3.0)
    world.run(play.start + 3 * ROUND_S)

    assert len(world.heard(2000)) == 2
    assert is_same(world.heard(), instants(play, 0, 2))


@pytest.mark.parametrize("note", ["too-long", "no-file"])
def test_a_note_that_does_not_fit_or_cannot_be_read_is_left_out_and_told_and_all_else_is_said(note: str) -> None:
    world, play = spoken_world()
    world.speaker.recordings["too-long"] = array("h", [2000] * RATE)
    world.play(replace(play, note=note))
    world.run(play.start + 2 * ROUND_S)

    reason = "no time is left for it after the sentence" if note == "too-long" else "no file no-file"
    assert world.said("left out") == [{"is": "left out", "path": note, "reason": reason}]
    assert is_same(world.heard(), instants(play, 0, 1))
    assert world.heard(2000) == []
    assert len(world.said("unreadable")) == 0


class Slow(dict[str, Sequence[int]]):
    """Recordings of which one takes time to read."""

    def __init__(self, world: World, takes_s: float) -> None:
        super().__init__(world.speaker.recordings)
        self._world, self._takes_s = world, takes_s

    def __getitem__(self, path: str) -> Sequence[int]:
        self._world.now += self._takes_s if path == "api" else 0.0
        return super().__getitem__(path)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 6), st.floats(0, CALM_S))
def test_a_note_that_takes_long_to_read_delays_no_stroke_whenever_it_comes(after_s: float, takes_s: float) -> None:
    world, play = spoken_world()
    world.speaker.recordings = Slow(world, takes_s)
    world.play(play)
    world.play(replace(play, note="api"), at=play.start + ROUND_S + after_s)
    world.run(play.start + 4 * ROUND_S)

    assert is_same(world.heard(), instants(play, 0, 3))


def test_with_another_sentence_the_note_of_the_one_before_is_gone() -> None:
    world, play = spoken_world()
    world.speaker.recordings["lain"] = array("h", [3500] * 441)
    world.play(replace(play, note="api"))
    world.play(replace(play, words=("lain",)), at=play.start + ROUND_S + 0.5)
    world.run(play.start + 3 * ROUND_S)

    assert len(world.heard(2000)) == 1
