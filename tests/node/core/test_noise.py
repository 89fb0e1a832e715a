"""Hum, chatter and loose contacts raise nothing and are a fault; fingers that bounce and tremble ring."""

import random
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.core.events import Contact
from tests.contract.shipped import quick
from tests.node.core.world import World, make_setup

Stretch = tuple[float, float]  # from when to when a contact is closed
HOLD_S, BOUNCE_S, TAP_S = 1.0, 0.05, 0.1


def train(hertz: float, duty: float, jitter: float, lasts_s: float, seed: int) -> list[Stretch]:
    """A contact that is closed for *duty* of each period, give or take *jitter* of it, from 10.0 on."""
    dice, at, found = random.Random(seed), 10.0, []  # noqa: S311 - no secret
    while at < 10.0 + lasts_s:
        closed = duty / hertz * (1 + jitter * dice.uniform(-1, 1))
        found.append((at, at + closed))
        at += closed + (1 - duty) / hertz * (1 + jitter * dice.uniform(-1, 1))
    return found


def short_train(hertz: float, duty: float, jitter: float, lasts_s: float, seed: int) -> list[Stretch]:
    """The same, of some hundred pulses at most."""
    return train(hertz, duty, jitter, min(lasts_s, max(1.2, 100 / hertz)), seed)


TRAINS = st.builds(
    short_train, st.floats(1.0, 500.0), st.floats(0.01, 0.99), st.floats(0.0, 0.9), st.floats(1.0, 3.0),
    st.integers(0, 99),
)
few = settings(max_examples=50, deadline=None)


def contacts(name: str, stretches: Sequence[Stretch]) -> Iterator[tuple[Contact, float]]:
    for begins, ends in stretches:
        yield Contact(name, closed=True), begins
        yield Contact(name, closed=False), ends


def play(world: World, name: str, stretches: Sequence[Stretch]) -> None:
    for event, at in contacts(name, stretches):
        world.feed(event, at)


def longest(stretches: Sequence[Stretch]) -> float:
    return max(ends - begins for begins, ends in stretches)


def box() -> World:
    return World(make_setup(hub=False)).ready()


@few
@given(TRAINS)
@example(train(50, 0.05, 0.0, 1.3, 0))
@example(train(25, 0.025, 0.0, 1.3, 0))
@example(train(50, 0.5, 0.1, 3.0, 0))
@example(train(100, 0.95, 0.5, 3.0, 0))
def test_no_train_of_pulses_rings_that_is_never_closed_for_the_hold_time(stretches: list[Stretch]) -> None:
    world = box()
    play(world, "pencurian", stretches)
    world.wait(30.0)

    assert (world.heard() == []) or longest(stretches) >= HOLD_S - BOUNCE_S


@few
@given(TRAINS)
@example(train(50, 0.05, 0.0, 2.3, 0))
@example(train(50, 0.05, 0.0, 0.3, 0))
def test_no_train_of_pulses_on_the_all_clear_ends_an_alarm_or_is_a_patrol(stretches: list[Stretch]) -> None:
    world = box()
    world.alarm("kebakaran", 9.0)
    play(world, "aman", stretches)
    world.wait(stretches[-1][1] + 0.2)

    told = set(world.told())
    assert "cleared kebakaran kalibagor" not in told or longest(stretches) >= 2.0 - BOUNCE_S
    assert world.sounding() == "kebakaran" or longest(stretches) >= 2.0 - BOUNCE_S
    assert not any(each.startswith("ronda") for each in told) or longest(stretches) >= TAP_S - BOUNCE_S


@few
@given(TRAINS)
def test_no_train_of_pulses_on_the_silence_button_silences(stretches: list[Stretch]) -> None:
    world = box()
    world.alarm("kebakaran", 9.0)
    play(world, "senyap", stretches)
    world.wait(stretches[-1][1] + 0.2)

    assert "silenced" not in world.told() or longest(stretches) >= world.setup.holds_s["senyap"] - BOUNCE_S


@few
@given(TRAINS)
@example(train(50, 0.05, 0.0, 3.0, 0))
@example(train(50, 0.95, 0.0, 3.0, 0))
def test_no_train_of_pulses_on_the_locks_wire_locks_the_box_and_silences_it(stretches: list[Stretch]) -> None:
    world = box()
    world.alarm("kebakaran", 9.0)
    play(world, "lock", stretches)
    world.wait(stretches[-1][1] + 0.2)

    assert "locked" not in world.told() or longest(stretches) >= world.setup.holds_s["lock"] - BOUNCE_S


@few
@given(st.floats(1.0, 500.0), st.floats(0.01, 0.02), st.floats(0.0, 0.5), st.integers(0, 99))
@example(50.0, 0.02, 0.0, 0)
@example(1.0, 0.01, 0.0, 0)
def test_a_line_that_keeps_pulsing_is_a_fault_until_it_is_still(
    hertz: float, duty: float, jitter: float, seed: int
) -> None:
    stretches = train(hertz, duty, jitter, max(3.0, 8 / hertz), seed)
    world = box()
    play(world, "pencurian", stretches)

    assert "fault noise on button pencurian" in world.told()
    assert world.lamps()["pencurian"] == "fault"

    world.wait(stretches[-1][1] + 5.1)
    assert world.told()[-1] == "recovered noise on button pencurian"


@pytest.mark.parametrize(("hertz", "duty"), [(10, 0.9), (5, 0.95), (50, 0.5), (100, 0.9), (500, 0.5), (3, 0.99)])
def test_a_contact_that_keeps_opening_amid_a_touch_is_a_fault_as_well(hertz: float, duty: float) -> None:
    world = box()
    play(world, "pencurian", train(hertz, duty, 0.0, 4.0, 0))

    assert "fault noise on button pencurian" in world.told()


def test_a_contact_that_chatters_rings_again_once_it_is_still() -> None:
    world = box()
    play(world, "pencurian", train(50, 0.05, 0.0, 3.0, 0))
    world.press("pencurian", 20.0)

    assert world.sounding() == "pencurian"


def bounce(dice: random.Random, at: float, lasts_s: float) -> list[Stretch]:
    """The pulses of a contact that bounces from *at* on."""
    found, end = [], at + lasts_s
    while at + 0.0005 < end:
        closed = dice.uniform(0.0001, 0.002)
        found.append((at, min(at + closed, end)))
        at += closed + dice.uniform(0.0001, 0.002)
    return found


@quick
@given(st.floats(0.0, 0.049), st.floats(0.0, 0.157), st.floats(1.01, 3.0), st.integers(0, 999), st.integers(1, 4))
def test_a_finger_on_a_contact_that_bounces_rings_and_is_no_noise(
    comes_s: float, goes_s: float, held_s: float, seed: int, times: int
) -> None:
    dice, world = random.Random(seed), box()  # noqa: S311 - no secret
    for at in (10.0 + 5.0 * each for each in range(times)):
        play(world, "kebakaran", [*bounce(dice, at, comes_s), (at + comes_s, at + comes_s + held_s),
                                  *bounce(dice, at + comes_s + held_s + 0.001, goes_s)])
        assert world.sounding() == "kebakaran"
    world.wait(60.0)

    assert [each for each in world.told() if "noise" in each] == []
    assert world.told().count("pressed kebakaran kalibagor #1") == 1


@quick
@given(st.lists(st.tuples(st.floats(0.06, 0.9), st.floats(0.0005, 0.04)), max_size=6))
def test_a_finger_that_trembles_rings_a_hold_time_after_it_is_still(trembles: list[tuple[float, float]]) -> None:
    world, at, stretches = box(), 10.0, []
    for closed_s, open_s in trembles:
        stretches.append((at, at + closed_s))
        at += closed_s + open_s
    play(world, "pencurian", [*stretches, (at, at + HOLD_S + 0.01)])

    assert world.sounding() == "pencurian"
    assert world.heard()[0][1] == pytest.approx(at + HOLD_S)


@quick
@given(st.lists(st.tuples(st.floats(0.1, 0.4), st.floats(0.12, 0.5)), min_size=1, max_size=12), st.integers(0, 999))
def test_quick_taps_on_a_bad_contact_are_no_noise(taps: list[tuple[float, float]], seed: int) -> None:
    dice, world, at = random.Random(seed), box(), 10.0  # noqa: S311 - no secret
    for closed_s, open_s in taps:
        play(world, "pencurian", [*bounce(dice, at, 0.01), (at + 0.01, at + 0.01 + closed_s),
                                  *bounce(dice, at + 0.011 + closed_s, 0.006)])
        at += 0.02 + closed_s + open_s
    world.wait(at + 1.0)

    assert (world.heard(), [each for each in world.told() if "noise" in each]) == ([], [])


def test_the_sirens_own_switching_coupled_into_all_wires_raises_nothing_and_ends_nothing() -> None:
    """Each edge of relay and striker, three times a second, as a burst of 2 ms on every wire."""
    world, dice = box(), random.Random(1)  # noqa: S311 - no secret
    world.alarm("kebakaran", 9.0)
    for edge in range(60):
        for name in ("pencurian", "aman", "senyap", "lock"):
            play(world, name, bounce(dice, 10.0 + edge * 0.3 + 0.001 * len(name), 0.002))

    assert world.sounding() == "kebakaran"
    assert not {"silenced", "locked", "cleared kebakaran kalibagor"} & set(world.told())
    assert [each for each in world.told() if each.startswith(("pressed", "ronda"))] == []
