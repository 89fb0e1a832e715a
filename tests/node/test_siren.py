"""The siren thread: it keeps the score, ends by itself, and leaves nothing on, whatever becomes of the others."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from contract.domain.rhythm import Cycle, Span
from contract.wire import timing
from node import siren as siren_room
from node.core.effects import Play
from node.core.switching import Role
from node.siren import Siren
from runtime import clock
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from tests.support.pins import Bench, FakeOutput
from tests.support.waiting import drain, take, wait_until

PINS = {Role.SIREN: 17, Role.STRIKER: 27, Role.STROBE: 22}
STROKE_S = 0.01
# A whole alarm in a third of a second: the siren, a rest, a figure of two strokes, twice.
CYCLE = Cycle(0.3, Span(0.0, 0.06), (0.10, 0.14, 0.20, 0.24), 0.015, None)
FIGURES = replace(CYCLE, figure=2)
LONG = Cycle(60.0, Span(0.0, 50.0), (55.0,), 0.1, None)


def program(cycle: Cycle, length_s: float) -> Play:
    now = clock.now()
    return Play(cycle, now, now + length_s)


@contextmanager
def siren_of(
    outputs: dict[Role, FakeOutput], inbox: Inbox, max_sounding_s: float = 5.0
) -> Iterator[Siren]:
    with Siren(outputs, inbox, stroke_s=STROKE_S, max_sounding_s=max_sounding_s) as siren:
        yield siren


def fakes(*roles: Role) -> dict[Role, FakeOutput]:
    return {role: FakeOutput() for role in roles or PINS}


def on(outputs: dict[Role, FakeOutput]) -> set[Role]:
    return {role for role, output in outputs.items() if output.is_on}


def on_off(count: int) -> list[bool]:
    """The history of an active-high output that was on *count* times."""
    return [False] + [True, False] * count


# On every driver.


def test_the_whole_score_is_beaten_and_the_program_ends_at_rest_with_nobody_calling(bench: Bench) -> None:
    outputs = {role: bench.output(pin) for role, pin in PINS.items()}
    inbox = Inbox()
    with Siren(outputs, inbox, stroke_s=STROKE_S, max_sounding_s=5.0) as siren:
        siren.play(program(CYCLE, 0.55))  # one cycle, and the next one up to its fourth stroke
        assert wait_until(lambda: bench.history(22) == on_off(1))
        histories = {role: bench.history(pin) for role, pin in PINS.items()}

    assert histories == {Role.SIREN: on_off(2), Role.STRIKER: on_off(8), Role.STROBE: on_off(1)}
    assert drain(inbox) == []


def test_play_switches_the_relay_at_once_in_the_callers_thread_and_hush_rests_everything_before_it_returns(
    bench: Bench,
) -> None:
    outputs = {role: bench.output(pin) for role, pin in PINS.items()}
    with Siren(outputs, Inbox(), stroke_s=STROKE_S, max_sounding_s=5.0) as siren:
        siren.play(program(LONG, 5.0))
        during = {role: bench.history(pin) for role, pin in PINS.items()}
        siren.hush()
        after = {role: bench.history(pin) for role, pin in PINS.items()}

    assert during == {Role.SIREN: [False, True], Role.STRIKER: [False], Role.STROBE: [False, True]}
    assert after == {Role.SIREN: on_off(1), Role.STRIKER: [False], Role.STROBE: on_off(1)}


def test_outputs_that_are_on_at_low_level_are_played_the_other_way_round(bench: Bench) -> None:
    outputs = {role: bench.output(pin, active_high=False) for role, pin in PINS.items()}
    with Siren(outputs, Inbox(), stroke_s=STROKE_S, max_sounding_s=5.0) as siren:
        siren.play(program(CYCLE, 0.29))
        assert wait_until(lambda: bench.history(22) == [True, False, True])

        assert bench.history(27) == [True] + [False, True] * 4


# When the strokes fall.


def test_each_edge_falls_on_its_instant_and_each_stroke_has_its_length() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        play = program(CYCLE, 0.59)
        siren.play(play)
        assert wait_until(lambda: not on(outputs) and clock.now() > play.until)

    begun = [round(at - play.start, 3) for at, is_on in outputs[Role.STRIKER].switches if is_on]
    expected = [cycle * 0.3 + at_s for cycle in (0, 1) for at_s in CYCLE.strokes_s]
    late = [at - due for at, due in zip(begun, expected, strict=True)]
    lengths = [b - a for (a, is_on), (b, _) in
               zip(outputs[Role.STRIKER].switches, outputs[Role.STRIKER].switches[1:], strict=False) if is_on]
    assert min(late) >= 0
    assert sorted(late)[len(late) // 2] < 0.01
    assert min(lengths) >= STROKE_S - 0.001


def test_without_a_striker_the_rhythm_is_beaten_on_the_siren_itself() -> None:
    outputs = fakes(Role.SIREN)
    with siren_of(outputs, Inbox()) as siren:
        siren.play(program(CYCLE, 0.29))
        assert wait_until(lambda: len(outputs[Role.SIREN].switches) == 10)

    assert outputs[Role.SIREN].levels == on_off(5)


def test_no_stroke_is_lost_when_the_thread_is_stalled_for_50_ms(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = fakes()
    stalls = iter([0.05] * 3)
    advance = Siren._advance

    def stalled(self: Siren, program: siren_room._Program, now: float) -> None:
        if program.index in {3, 4, 8}:
            time.sleep(next(stalls, 0.0))
        advance(self, program, clock.now())

    monkeypatch.setattr(Siren, "_advance", stalled)
    with siren_of(outputs, Inbox()) as siren:
        siren.play(program(CYCLE, 0.59))
        assert wait_until(lambda: outputs[Role.STROBE].levels == on_off(1))

    assert outputs[Role.STRIKER].levels == on_off(8)
    starts = [at for at, is_on in outputs[Role.STRIKER].switches if is_on]
    ends = [at for at, is_on in outputs[Role.STRIKER].switches if not is_on]
    assert min(end - start for start, end in zip(starts, ends, strict=True)) >= STROKE_S - 0.001


def test_after_a_stall_longer_than_that_the_score_goes_on_where_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = fakes()
    stalls = iter([0.45])
    monkeypatch.setattr(siren_room, "RESYNC_S", 0.1)
    advance = Siren._advance

    def stalled(self: Siren, program: siren_room._Program, now: float) -> None:
        time.sleep(next(stalls, 0.0))
        advance(self, program, clock.now())

    monkeypatch.setattr(Siren, "_advance", stalled)
    with siren_of(outputs, Inbox()) as siren:
        play = program(CYCLE, 0.89)
        siren.play(play)
        assert wait_until(lambda: outputs[Role.STROBE].levels == on_off(1))

    begun = [at - play.start for at, is_on in outputs[Role.STRIKER].switches if is_on]
    assert all(any(0 <= at - cycle * 0.3 - due < 0.1 for cycle in range(3) for due in CYCLE.strokes_s) for at in begun)
    assert outputs[Role.STRIKER].levels[-1] is False


def test_a_program_that_is_come_into_late_has_the_relay_on_at_once_and_strikes_in_its_place() -> None:
    outputs, now = fakes(), clock.now()
    start = now - 0.05  # the siren up to 0.11, the rest up to 0.15: the first figure is over by then
    with siren_of(outputs, Inbox()) as siren:
        siren.play(Play(FIGURES, start, start + 0.29, 0.05))
        at_once = on(outputs)
        assert wait_until(lambda: outputs[Role.STROBE].levels == on_off(1))

    assert at_once == {Role.SIREN, Role.STROBE}
    assert {role: output.levels for role, output in outputs.items()} == {
        Role.SIREN: on_off(1), Role.STRIKER: on_off(2), Role.STROBE: on_off(1),
    }
    begun = [at - start for at, is_on in outputs[Role.STRIKER].switches if is_on]
    assert all(0 <= at - due < 0.1 for at, due in zip(begun, FIGURES.strokes_s[2:], strict=True))


@pytest.mark.parametrize("entered_s", [0.21, 0.27], ids=["it would end just before", "it would end after"])
def test_the_relay_is_not_let_go_between_a_round_that_is_come_into_at_its_end_and_the_next(entered_s: float) -> None:
    outputs, now = fakes(), clock.now()
    start = now - entered_s
    with siren_of(outputs, Inbox()) as siren:
        siren.play(Play(FIGURES, start, start + 0.39, entered_s))
        assert wait_until(lambda: outputs[Role.STROBE].levels == on_off(1))

    assert {role: output.levels for role, output in outputs.items()} == {
        Role.SIREN: on_off(1), Role.STRIKER: [False], Role.STROBE: on_off(1),
    }
    assert 0 <= outputs[Role.SIREN].switches[1][0] - start - 0.36 < 0.1


def test_what_waits_for_its_start_strikes_then_and_not_before() -> None:
    outputs, now = fakes(), clock.now()
    code = Cycle(0.1, None, (0.02, 0.06), 0.015, None, figure=2)
    with siren_of(outputs, Inbox()) as siren:
        siren.play(Play(code, now + 0.1, now + 0.19))
        waiting = on(outputs)
        assert wait_until(lambda: outputs[Role.STROBE].levels == on_off(1))

    assert waiting == {Role.STROBE}
    assert outputs[Role.SIREN].levels == [False]
    begun = [at - now for at, is_on in outputs[Role.STRIKER].switches if is_on]
    assert all(0 <= at - due < 0.1 for at, due in zip(begun, (0.12, 0.16), strict=True))


@pytest.mark.parametrize("roles", [(Role.SIREN, Role.STROBE), (Role.SIREN, Role.STRIKER, Role.STROBE)])
def test_what_is_quiet_switches_neither_relay_nor_strobe(roles: tuple[Role, ...]) -> None:
    outputs, now = fakes(*roles), clock.now()
    code = Cycle(0.1, None, (0.02, 0.06), 0.015, None, figure=2)
    with siren_of(outputs, Inbox()) as siren:
        siren.play(Play(code, now, now + 0.09, quiet=True))
        assert wait_until(lambda: clock.now() > now + 0.1)

    beaten = {Role.STRIKER: on_off(2)} if Role.STRIKER in roles else {}
    assert {role: output.levels for role, output in outputs.items()} == {
        Role.SIREN: [False], Role.STROBE: [False], **beaten,
    }


# What becomes of a program.


def test_an_extension_does_not_begin_the_program_anew() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        play = program(CYCLE, 0.2)
        siren.play(play)
        assert wait_until(lambda: len(outputs[Role.STRIKER].switches) >= 2)
        siren.play(Play(CYCLE, play.start, play.start + 0.29))
        assert wait_until(lambda: not on(outputs) and clock.now() > play.start + 0.29)

    assert {role: output.levels for role, output in outputs.items()} == {
        Role.SIREN: on_off(1), Role.STRIKER: on_off(4), Role.STROBE: on_off(1),
    }


def test_a_program_that_is_cut_short_ends_at_the_new_instant() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        play = program(LONG, 5.0)
        siren.play(play)
        siren.play(Play(LONG, play.start, play.start + 0.1))
        assert wait_until(lambda: not on(outputs), 1.0)

    assert 0 <= outputs[Role.SIREN].switches[-1][0] - play.start - 0.1 < 0.1


def test_another_program_takes_over_at_once() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        siren.play(program(LONG, 5.0))
        siren.play(program(Cycle(1.0, None, (0.0,), 0.1, None), 0.5))

        assert on(outputs) == {Role.STRIKER, Role.STROBE}


def test_a_program_that_goes_on_with_the_same_output_does_not_switch_it() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        play = program(LONG, 5.0)
        siren.play(play)
        siren.play(replace(play, start=play.start - 20.0, entered_s=20.0))  # the clock was set
        siren.play(replace(play, start=play.start - 20.0, entered_s=20.0, words=("perhatian",)))

        assert {role: output.levels for role, output in outputs.items()} == {
            Role.SIREN: [False, True], Role.STRIKER: [False], Role.STROBE: [False, True],
        }


def test_a_program_taken_up_in_its_middle_is_where_it_would_be() -> None:
    outputs = fakes()
    now = clock.now()
    with siren_of(outputs, Inbox()) as siren:
        siren.play(Play(LONG, now - 52.0, now + 0.2))

        assert on(outputs) == {Role.STROBE}


def test_a_program_whose_time_is_over_sounds_nothing() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        siren.play(program(LONG, -0.001))

        assert {role: output.levels for role, output in outputs.items()} == {role: [False] for role in PINS}


# The longest sounding.


def test_nothing_is_on_past_the_longest_sounding_though_the_program_is_longer() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox(), max_sounding_s=0.2) as siren:
        play = program(LONG, 60.0)
        siren.play(play)
        assert wait_until(lambda: not on(outputs), 2.0)

    assert 0.2 <= outputs[Role.SIREN].switches[-1][0] - play.start < 0.3


@pytest.mark.parametrize("length_s", [60.0, 0.05], ids=["long programs", "short ones"])
def test_nothing_is_on_past_the_longest_sounding_though_programs_are_begun_again_and_again(length_s: float) -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox(), max_sounding_s=0.2) as siren:
        begun = clock.now()
        while clock.now() < begun + 0.5:
            siren.play(program(LONG, length_s))
            time.sleep(0.01)
        assert on(outputs) == set()

    assert max(at for output in outputs.values() for at, _ in output.switches) < begun + 0.3


def test_an_extension_does_not_move_the_longest_sounding() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox(), max_sounding_s=0.2) as siren:
        play = program(LONG, 0.1)
        while clock.now() < play.start + 0.4:
            siren.play(Play(LONG, play.start, clock.now() + 0.1))
            time.sleep(0.01)
        assert on(outputs) == set()

    assert max(at for at, _ in outputs[Role.SIREN].switches) < play.start + 0.3


def test_after_a_hush_the_next_program_has_its_full_time() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox(), max_sounding_s=0.15) as siren:
        siren.play(program(LONG, 60.0))
        assert wait_until(lambda: not on(outputs), 2.0)
        siren.hush()
        play = program(LONG, 60.0)
        siren.play(play)
        assert on(outputs) == {Role.SIREN, Role.STROBE}
        assert wait_until(lambda: not on(outputs), 2.0)

    assert outputs[Role.SIREN].switches[-1][0] - play.start >= 0.15


def test_after_a_rest_the_next_program_has_its_full_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "REST_S", 0.1)
    outputs = fakes()
    with siren_of(outputs, Inbox(), max_sounding_s=0.1) as siren:
        siren.play(program(LONG, 60.0))
        assert wait_until(lambda: not on(outputs), 2.0)
        time.sleep(0.11)  # nothing happens in a rest: there is nothing to wait on
        siren.play(program(LONG, 60.0))

        assert on(outputs) == {Role.SIREN, Role.STROBE}


# Outputs that fail.


def test_an_output_that_fails_keeps_no_other_from_being_switched_and_is_a_fault_until_it_works() -> None:
    outputs, inbox = fakes(), Inbox()
    with siren_of(outputs, inbox) as siren:
        outputs[Role.SIREN].broken = True
        siren.play(program(CYCLE, 0.29))
        first = take(inbox, Faulted)
        assert wait_until(lambda: outputs[Role.STROBE].levels == on_off(1))
        trouble = siren.trouble()
        outputs[Role.SIREN].broken = False
        siren.play(program(LONG, 5.0))
        assert take(inbox, Recovered) == Recovered("siren")
        recovered = siren.trouble()

    assert first == Faulted("siren", "cannot be switched: the driver fails")
    assert outputs[Role.STRIKER].levels == on_off(4)
    assert outputs[Role.SIREN].levels == on_off(1)
    assert (trouble, recovered) == ("cannot switch siren", None)
    assert drain(inbox) == []


def test_a_relay_that_could_not_be_switched_off_is_switched_off_as_soon_as_it_can_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(siren_room, "IDLE_S", 0.05)
    outputs, inbox = fakes(), Inbox()
    with siren_of(outputs, inbox) as siren:
        siren.play(program(LONG, 60.0))
        outputs[Role.SIREN].broken = True
        siren.hush()
        stuck = outputs[Role.SIREN].is_on
        outputs[Role.SIREN].broken = False
        assert take(inbox, Recovered) == Recovered("siren")

        assert (stuck, on(outputs)) == (True, set())


def test_a_failing_output_does_not_keep_the_siren_from_starting_or_closing() -> None:
    outputs, inbox = fakes(), Inbox()
    outputs[Role.STROBE].broken = True
    with siren_of(outputs, inbox) as siren:
        siren.play(program(LONG, 60.0))
        assert on(outputs) == {Role.SIREN}

    assert on(outputs) == set()
    assert all(output.closed for output in outputs.values())
    assert drain(inbox) == [Faulted("strobe", "cannot be switched: the driver fails")]


# The thread itself.


def test_leaving_it_puts_the_outputs_to_rest_and_lets_them_go() -> None:
    outputs = fakes()
    with siren_of(outputs, Inbox()) as siren:
        siren.play(program(LONG, 60.0))

    assert on(outputs) == set()
    assert all(output.closed for output in outputs.values())
    siren.play(program(LONG, 60.0))
    assert on(outputs) == set()


def test_an_exception_in_the_thread_hushes_it_and_the_thread_plays_on(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs, inbox = fakes(), Inbox()
    advance = Siren._advance
    faults = iter([RuntimeError("a bug")])

    def failing(self: Siren, program: siren_room._Program, now: float) -> None:
        for error in faults:
            raise error
        advance(self, program, now)

    monkeypatch.setattr(Siren, "_advance", failing)
    with siren_of(outputs, inbox) as siren:
        siren.play(program(CYCLE, 60.0))
        fault = take(inbox, Faulted)
        at_rest = on(outputs) == set()
        alive = siren.trouble()
        before = len(outputs[Role.STRIKER].switches)
        siren.play(program(CYCLE, 0.29))
        assert take(inbox, Recovered) == Recovered("siren thread")
        assert wait_until(lambda: len(outputs[Role.STRIKER].switches) == before + 8)

    assert fault == Faulted("siren thread", "failed and was hushed: RuntimeError('a bug')")
    assert (at_rest, alive) == (True, None)


def test_a_thread_that_hangs_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    with siren_of(fakes(), Inbox()) as siren:
        before = siren.trouble()
        monkeypatch.setattr(siren_room, "HANG_S", -1.0)

        assert (before, siren.trouble()) == (None, "its thread hangs")


def test_a_thread_that_is_gone_is_trouble() -> None:
    with siren_of(fakes(), Inbox()) as siren:
        pass

    assert siren.trouble() == "its thread is dead"
