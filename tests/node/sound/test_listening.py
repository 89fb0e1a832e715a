"""A device of which only probes can be seen: when it takes its buffers, how fast its clock is, that it takes none."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play
from node.sound.core.listening import MEASURED_S, MOST_DRIFT, POLL_S, PROBES, PROMPT_S, STUCK_S, DeviceError, Ended
from node.sound.core.render import RATE
from node.sound.core.scheduler import ASK_S, LEAD_S
from tests.node.sound.loudspeaker import BUFFER_S, STEP_S, Listened, instants, is_same, last_taken

CYCLE = Cycle(3.0, Span(0.0, 0.5), (1.0, 1.25, 2.0, 2.25), 0.1, None, 2)
PLAY = Play(CYCLE, 1000.5, 1900.0)
ROUND_S = CYCLE.length_s
SECOND = bytes(2 * RATE)  # frames of nothing
DRIFTS = [0.06, 0.04, 0.001, 0.0, -0.001, -0.04, -0.06]
few = settings(max_examples=60, deadline=None)
phases = st.floats(0, BUFFER_S)
drifts = st.floats(-0.06, 0.06)


def listened(phase_s: float = 0.0, drift: float = 0.0) -> Listened:
    """A device that takes its buffers at whatever instants, and nobody to play on it yet."""
    world = Listened()
    world.mixer.phase_s, world.mixer.drift = phase_s, drift
    return world


def off_s(world: Listened, instant: float) -> float:
    """How far *instant* lies from the nearest at which the device takes a buffer."""
    period_s = world.mixer.period_s
    within_s = (instant - world.mixer.phase_s) % period_s
    return min(within_s, period_s - within_s)


# When it takes its buffers.


@few
@given(phases, drifts)
def test_the_next_buffer_and_the_one_after_it_are_foretold_to_two_looks(phase_s: float, drift: float) -> None:
    world = listened(phase_s, drift)
    found = world.listener.next_buffers(world.interrupted)

    assert found is not None
    assert found[0] == pytest.approx(world.mixer.next_buffer(), abs=2 * POLL_S)
    assert found[1] == pytest.approx(world.mixer.period_s, abs=POLL_S)


@few
@given(phases, drifts, st.floats(0, (PROBES + 0.5) * BUFFER_S), st.floats(0, 0.2))
def test_a_machine_that_stalls_once_the_while_misleads_nobody(
    phase_s: float, drift: float, after_s: float, stall_s: float
) -> None:
    world = listened(phase_s, drift)
    world.stalls = [(world.now + after_s, stall_s)]
    found = world.listener.next_buffers(world.interrupted)

    assert found is not None
    assert off_s(world, found[0]) <= 2 * POLL_S
    assert found[1] == pytest.approx(world.mixer.period_s, abs=POLL_S)


def test_the_machine_is_hurried_for_as_long_as_the_device_is_listened_to_and_no_longer() -> None:
    world, seen = listened(), []

    def interrupted(wait_s: float) -> bool:
        seen.append(list(world.mixer.hurried))
        return world.interrupted(wait_s)

    world.listener.next_buffers(interrupted)

    assert seen[0] == seen[-1] == [True]
    assert world.mixer.hurried == [True, False]


@pytest.mark.parametrize("after_s", [0.0, 0.003, 0.03])
def test_what_comes_meanwhile_interrupts_it_within_one_look(after_s: float) -> None:
    world = listened()
    due = world.now + after_s
    world.order({"do": "hush", "number": 1}, at=due)

    assert world.listener.next_buffers(world.interrupted) is None
    assert world.now == due
    assert world.mixer.hurried == [True, False]


# A device whose clock is wrong.


@pytest.mark.parametrize("drift", DRIFTS)
def test_each_round_begins_at_its_instant_though_the_devices_clock_is_wrong(drift: float) -> None:
    world = listened(drift=drift)
    world.play(PLAY)
    world.run(PLAY.start + 5 * ROUND_S)
    firsts = world.heard()[::4]

    assert len(firsts) == 5
    assert abs(firsts[0] - instants(PLAY, 0, 0)[0]) <= abs(drift) * LEAD_S + 2 * POLL_S
    # From then on it is known how wrong it is: what is left is how often the device is looked at.
    assert is_same(firsts[1:], instants(PLAY, 1, 4)[::4], frames=3 * POLL_S * RATE)


@pytest.mark.parametrize("drift", DRIFTS)
def test_the_strokes_of_one_round_lie_where_they_should_by_the_devices_own_clock(drift: float) -> None:
    world = listened(drift=drift)
    world.play(PLAY)
    world.run(PLAY.start + 3 * ROUND_S)

    for sounded in world.mixer.sounded:
        found = [place for place, frame in enumerate(sounded.frames) if frame]
        assert [place - found[0] for place in found] == [0, round(0.25 * RATE), RATE, round(1.25 * RATE)]


@pytest.mark.parametrize("drift", DRIFTS)
def test_the_end_of_each_round_says_how_wrong_it_is(drift: float) -> None:
    world = listened(drift=drift)
    world.play(PLAY)
    world.run(PLAY.start + 4 * ROUND_S)
    ended = world.said("ended")

    assert [words["number"] for words in ended] == [0, 1, 2, 3]
    assert [words["drift_ppm"] for words in ended] == pytest.approx([1e6 * drift] * 4, abs=2000)


# Ends.


def ends(world: Listened, length_s: float, look_s: float) -> list[Ended]:
    """What is said of a second of sound, looked at every *look_s* for *length_s* seconds."""
    found, until = [], world.now + length_s
    while world.now < until:
        ended = world.listener.ended(world.now)
        if ended is not None:
            found.append(ended)
        world.now += look_s
    return found


def test_the_end_of_a_sound_is_said_once() -> None:
    world = listened(drift=0.02)
    world.listener.begin(SECOND, 1.0, at=world.mixer.next_buffer())

    assert ends(world, 0.9, 0.001) == []
    assert [ended.drift for ended in ends(world, 5.0, 0.001)] == [pytest.approx(0.02, abs=0.002)]


def test_an_end_that_is_seen_late_is_an_end_but_measures_nothing() -> None:
    world = listened()
    world.listener.begin(SECOND, 1.0, at=world.mixer.next_buffer())

    assert ends(world, 5.0, 2 * PROMPT_S) == [Ended(None)]


def test_the_end_of_a_sound_too_short_to_measure_a_clock_by_is_an_end_all_the_same() -> None:
    world = listened()
    world.listener.begin(bytes(2 * round(RATE * MEASURED_S * 0.9)), 1.0, at=world.mixer.next_buffer())

    assert ends(world, 2.0, 0.001) == [Ended(None)]


@pytest.mark.parametrize("drift", [-0.2, -1.1 * MOST_DRIFT, 1.1 * MOST_DRIFT, 0.3])
def test_a_clock_as_wrong_as_none_is_was_measured_wrongly(drift: float) -> None:
    world = listened(drift=drift)
    world.listener.begin(SECOND, 1.0, at=world.mixer.next_buffer())

    assert ends(world, 5.0, 0.001) == [Ended(None)]


def test_what_is_cut_short_and_what_is_begun_without_an_instant_has_no_end_to_say() -> None:
    world = listened()
    world.listener.begin(SECOND, 1.0, at=world.mixer.next_buffer())
    world.listener.stop()
    stopped = ends(world, 2.0, 0.001)
    world.listener.begin(SECOND, 1.0, at=world.mixer.next_buffer())
    world.listener.begin(SECOND, 1.0)
    knocked = ends(world, 2.0, 0.001)
    world.listener.begin(SECOND, 1.0, at=world.mixer.next_buffer())
    world.listener.begin(b"", 1.0, at=world.mixer.next_buffer())

    assert (stopped, knocked, ends(world, 2.0, 0.001)) == ([], [], [])


@few
@given(phases, drifts, st.lists(st.tuples(st.floats(1000, 1012), st.floats(0, 0.15)), max_size=12))
def test_however_the_machine_stalls_the_end_of_each_round_is_said_before_the_next(
    phase_s: float, drift: float, stalls: list[tuple[float, float]]
) -> None:
    world = listened(phase_s, drift)
    world.stalls = sorted(stalls)
    world.play(PLAY)
    world.run(PLAY.start + 5 * ROUND_S)
    said = [(words["is"], words["number"]) for words in world.told]
    begun = [number for what, number in said if what == "round"]

    assert begun
    assert begun == [number for number in range(5) if number in begun]
    assert said == [(what, number) for number in begun for what in ("round", "ended")]


def test_a_device_is_looked_at_seldom_until_its_sound_may_end_and_then_often() -> None:
    world = listened()
    world.listener.begin(SECOND, 1.0, at=(began := world.mixer.next_buffer()))
    soon_s = world.listener.ends_in(world.now)
    late_s = world.listener.ends_in(last_taken(world.mixer, world.mixer.sounded[0]) + 0.01)
    world.listener.stop()

    assert soon_s is not None
    assert (1 - MOST_DRIFT) * 0.98 < world.now + soon_s - began < 1 - MOST_DRIFT
    assert late_s is not None
    assert POLL_S <= late_s < PROMPT_S / 2
    assert world.listener.ends_in(world.now) is None


# A device that takes no more.


def test_a_probe_that_is_not_taken_is_a_fault_after_a_second_and_not_before() -> None:
    world = listened()
    world.mixer.dead_at = world.now
    world.listener.probe()
    world.now += STUCK_S
    before = world.listener.took_probe()
    world.now += 0.001

    assert not before
    with pytest.raises(DeviceError, match="the sound device took nothing for 1 s"):
        world.listener.took_probe()


@pytest.mark.parametrize("again_s", [math.inf, 0.2])
def test_a_dead_device_is_found_out_by_a_ping_however_often_it_is_asked(again_s: float) -> None:
    world = listened()
    world.mixer.dead_at = begun = world.now
    for count in range(10):
        world.order({"do": "ping", "number": count}, at=begun + (0.0 if count == 0 else count * again_s))
    with pytest.raises(DeviceError, match="took nothing for 1 s"):
        world.run(begun + 5.0)

    assert world.told == []
    assert STUCK_S < world.now - begun < STUCK_S + 2 * (ASK_S + STEP_S)


def test_a_device_that_dies_in_the_middle_of_a_program_is_found_out_as_the_next_round_begins() -> None:
    world = listened()
    world.play(PLAY)
    world.mixer.dead_at = PLAY.start + 2.5
    with pytest.raises(DeviceError, match="took nothing for 1 s"):
        world.run(PLAY.start + 3 * ROUND_S)

    assert [words["number"] for words in world.said("round")] == [0]
    assert is_same(world.heard(), instants(PLAY, 0, 0), frames=2 * POLL_S * RATE)
    assert world.mixer.hurried[-1] is False


def test_a_device_that_is_gone_is_a_fault_though_it_takes_everything() -> None:
    world = listened()
    world.mixer.lost = True
    world.order({"do": "ping", "number": 1})
    with pytest.raises(DeviceError, match="the sound device is gone, or takes no more sound"):
        world.run(world.now + 1.0)

    assert world.told == []


# Stalls, and orders in between.


@few
@given(st.lists(st.floats(1000.0, 1004.0), max_size=40))
def test_pings_at_whatever_instants_are_answered_and_spoil_no_round(pings: list[float]) -> None:
    world = listened()
    world.play(PLAY)
    for number, at in enumerate(sorted(pings)):
        world.order({"do": "ping", "number": number}, at=at)
    world.run(PLAY.start + 2 * ROUND_S)
    answered = [words["number"] for words in world.said("pong")]
    due = instants(PLAY, 0, 1)
    heard = [min(range(8), key=lambda place: abs(due[place] - at)) for at in world.heard()]

    assert answered == [number for number in range(len(pings)) if number in answered]
    assert answered[-1:] == [len(pings) - 1][:len(pings)]
    assert heard in ([0, 1, 2, 3, 4, 5, 6, 7], [2, 3, 4, 5, 6, 7], [4, 5, 6, 7])
    assert is_same(world.heard(), [due[place] for place in heard], frames=3 * POLL_S * RATE)


@few
@given(phases, st.floats(1000.0, 1006.0))
def test_an_order_to_be_silent_is_obeyed_with_the_next_buffer_whenever_it_comes(phase_s: float, at: float) -> None:
    world = listened(phase_s)
    world.play(PLAY)
    world.order({"do": "hush", "number": 1}, at=at)
    world.run(1010.0)

    assert world.told[-1] == {"is": "quiet", "number": 1}
    assert [each for each in world.mixer.sounded if each.stopped > at + STEP_S + BUFFER_S] == []
