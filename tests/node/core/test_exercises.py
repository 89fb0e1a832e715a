"""An exercise is known as one from the first second on: its words come before its siren, which comes in short bursts.

An actual alarm waits for nothing, and its siren is on throughout.
"""

from dataclasses import replace

import pytest

from contract.domain.rhythm import Slot, exercise_cycle
from contract.domain.speech import INTRO_S
from node.core.effects import Play
from node.core.switching import Role
from runtime.core.events import Faulted
from tests.node.core import turns
from tests.node.core.outputs import ALONE, BOX, SIREN, STRIKER, STROBE, Outputs
from tests.node.core.turns import switched
from tests.node.core.world import World, make_setup

SAID = ("latihan", "kejadian-kebakaran", "di-kalibagor", "hanya-latihan")
ACTUAL = ("perhatian", "kejadian-kebakaran", "kejadian-kebakaran", "di-kalibagor")


def box(max_s: float = 300.0) -> World:
    """A linked box in a district without a hub, whose clock is not synchronised."""
    return World(make_setup(hub=False, max_s=max_s)).ready()


def sirens(play: Play, at: float, until: float, roles: frozenset[Role] = BOX) -> list[tuple[float, bool]]:
    """How the siren is switched by *play*, ordered at instant *at*."""
    outputs = Outputs(roles, now=at)
    outputs.play(play)
    outputs.run(until)
    return outputs.of(SIREN)


def test_an_exercise_is_announced_before_its_siren_which_comes_in_three_short_bursts() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    ((at, play),) = world.plays()

    assert (at, INTRO_S) == (10.0, 2.5)
    assert play == Play(
        exercise_cycle(world.setup.cycles[Slot()]["kebakaran"]), 12.5, 190.0, words=SAID, intro=("latihan",),
    )
    assert sirens(play, 10.0, 30.0) == [
        (12.5, True), (13.5, False), (14.5, True), (15.5, False), (16.5, True), (17.5, False),
    ]
    outputs = Outputs(BOX, now=10.0)
    outputs.play(play)
    outputs.run(20.0)
    assert outputs.of(STROBE) == [(10.0, True)]
    assert outputs.of(STRIKER)[0][0] == pytest.approx(18.5)


def test_every_round_of_an_exercise_has_the_bursts_and_is_as_long_as_an_actual_one() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    ((_, play),) = world.plays()
    length_s = world.setup.cycles[Slot()]["kebakaran"].length_s

    assert play.cycle.length_s == length_s
    switched_ = sirens(play, 10.0, 12.5 + 3 * length_s - 1)
    assert [round(at - 12.5, 6) for at, on in switched_ if on] == [
        round(number * length_s + burst_s, 6) for number in range(3) for burst_s in (0.0, 2.0, 4.0)
    ]


def test_an_actual_alarm_waits_for_no_words_and_its_siren_is_on_throughout() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    ((at, play),) = world.plays()

    assert (at, play) == (10.0, Play(world.setup.cycles[Slot()]["kebakaran"], 10.0, 190.0, words=ACTUAL))
    assert sirens(play, 10.0, 16.0) == [(10.0, True), (15.0, False)]


@pytest.mark.parametrize(("at", "amid_a_burst"), [
    (11.0, False), (12.6, True), (13.7, False), (30.0, False), (40.0, True),
])
def test_an_exercise_that_becomes_earnest_sirens_at_once_and_throughout(at: float, *, amid_a_burst: bool) -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.alarm("kebakaran", at)
    (_, exercise), (began, play) = world.plays()

    assert (began, play) == (at, Play(world.setup.cycles[Slot()]["kebakaran"], at, at + 180.0, words=ACTUAL))
    outputs = Outputs(BOX, now=10.0)
    outputs.play(exercise)
    outputs.play(play, at)
    outputs.run(at + 10.0)
    changes = [(instant, on) for instant, on in outputs.of(SIREN) if instant >= at]
    assert SIREN in {role for instant, role, on in outputs.log if on and instant <= at}
    assert changes[-1] == (at + 5.0, False)  # 5 s without a break from that instant on
    assert [instant for instant, on in changes if on] == ([] if amid_a_burst else [at])


def test_a_press_in_an_exercise_sirens_at_once() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.press("kebakaran", 40.0)
    at, play = world.plays()[-1]

    assert (at, play.start, play.intro, play.cycle) == (41.0, 41.0, (), world.setup.cycles[Slot()]["kebakaran"])


def test_an_exercise_after_an_actual_alarm_is_announced() -> None:
    world = box()
    world.alarm("pencurian", 10.0)
    world.alarm("kebakaran", 20.0, status="Exercise")
    world.wait(191.0)
    at, play = world.plays()[-1]

    # Its rounds of 24.8 s count from 22.5, when its words would have been over: the seventh began at 171.3.
    assert (at, play.start + play.entered_s, play.intro) == (190.0, 192.5, ("latihan",))
    assert play.start == pytest.approx(171.3)


def test_an_exercise_that_takes_turns_with_another_is_announced_once() -> None:
    world = box()
    world.alarm("pencurian", 10.0, status="Exercise")
    world.alarm("ternak", 11.0, status="Exercise")
    world.wait(100.0)

    intros = [play.intro for _, play in world.plays()]
    assert len(intros) > 2
    assert intros == [("latihan",), *[()] * (len(intros) - 1)]


def test_an_exercise_that_is_raised_again_is_not_announced_again() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.alarm("kebakaran", 40.0, status="Exercise")

    assert [(at, play.start) for at, play in world.plays()] == [(10.0, 12.5), (40.0, 12.5)]


def test_an_exercise_with_hardly_any_time_left_waits_for_nothing() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise", age_s=176)

    assert [(at, play.start + play.entered_s, play.intro) for at, play in world.plays()] == [(10.0, 10.0, ())]


def test_an_exercise_that_a_failure_interrupted_is_announced_anew() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.feed(Faulted("siren thread", "broke"), 40.0)
    at, play = world.plays()[-1]

    assert (at, play.start + play.entered_s, play.intro) == (40.0, 42.5, ("latihan",))
    assert play.start == pytest.approx(37.3)  # 24.8 s after 12.5


def test_an_exercise_in_slots_begins_everywhere_when_the_words_are_over_and_the_drums_follow_in_turn() -> None:
    first, second = turns.box(turns.FIRST), turns.box(turns.SECOND)
    for world in (first, second):
        world.alarm("kebakaran", 10.0, status="Exercise")
        world.wait(60.0)

    assert [sirens(world.plays()[0][1], 10.0, 15.0)[0][0] for world in (first, second)] == [12.5, 12.5]
    # Six figures of 1.8 s, then 1 s and 4 s for the voice: 15.8 s a slot.
    assert [turns.strokes(world)[0] for world in (first, second)] == pytest.approx([18.5, 34.3])


def test_a_silence_in_the_words_leaves_nothing_to_sound() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.command("silence", 11.0)
    world.wait(30.0)

    assert world.heard() == []
    assert switched(world) == [] or all(not on for _, role, on in switched(world) if role is SIREN)


def test_a_box_without_a_striker_beats_after_the_bursts_on_the_siren() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    ((_, play),) = world.plays()
    changes = sirens(play, 10.0, 20.0, ALONE)
    bursts, beats = changes[:6], changes[6:]

    assert [round(at, 3) for at, on in bursts if on] == [12.5, 14.5, 16.5]
    assert [round(at, 3) for at, on in beats if on] == [18.5, 18.8, 19.1]
    assert replace(play.cycle, burst_s=None) == world.setup.cycles[Slot()]["kebakaran"]
    assert STRIKER not in ALONE


def test_where_the_bound_leaves_no_time_for_the_words_an_exercise_begins_without_them() -> None:
    """Its program must not end before it begins."""
    world = box(max_s=20.0)
    world.alarm("pencurian", 10.0)
    world.command("silence", 24.0)
    world.alarm("kebakaran", 27.0, status="Exercise")
    world.wait(60.0)
    at, play = world.plays()[1]

    assert (at, play.start, play.until, play.intro) == (27.0, 27.0, 30.0, ())
    assert all(play.start < play.until for _, play in world.plays())
