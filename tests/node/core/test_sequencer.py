"""What is switched when, instant by instant: the score, what is late, what ends it, and outputs that fail."""

from dataclasses import replace
from itertools import chain, pairwise, repeat

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.domain import incidents
from contract.domain.rhythm import Cycle, Slot, Span
from contract.wire.timing import REST_S
from node.core.effects import Play
from node.core.sequencer import RETRY_S, Sequencer
from node.core.switching import RESYNC_S, Role, Score, score
from tests.contract.shipped import catalogue, family, quick
from tests.node.core.outputs import ALONE, BOX, SIREN, START, STRIKER, STROBE, Outputs
from tests.node.core.test_switching import cycles
from tests.node.core.world import make_setup

# All instants are multiples of 1/64 s, so that sums of them are exact.
STROKE_S = 0.03125
# The siren for 4 s, then two figures of two strokes; a round of 10 s.
CYCLE = Cycle(10.0, Span(0.0, 4.0), (5.0, 5.5, 7.0, 7.5), beat_s=0.125, voice=None, figure=2)
PLAY = Play(CYCLE, START, START + 100.0)
CODE = Cycle(4.0, None, (1.0, 1.5, 2.0), beat_s=0.125, voice=None, figure=3)
ONCE = replace(CODE, spare_s=1.0)
TITIR = Cycle(5.0, None, tuple(0.5 + 0.25 * place for place in range(16)), beat_s=0.125, voice=None)
LONG = Play(Cycle(600.0, Span(0.0, 500.0), (550.0,), beat_s=0.125, voice=None), START, START + 1e6)


def beaten(*instants: float, length_s: float = STROKE_S) -> list[tuple[float, float]]:
    """Strokes at these instants after the start."""
    return [(START + at_s, length_s) for at_s in instants]


# The score.


def test_a_program_is_switched_edge_by_edge_and_ends_at_rest() -> None:
    box = Outputs()
    box.play(replace(PLAY, until=START + 12.0))
    box.run(START + 100.0)

    assert box.log == [
        (100.0, SIREN, True), (100.0, STROBE, True), (104.0, SIREN, False),
        (105.0, STRIKER, True), (105.03125, STRIKER, False), (105.5, STRIKER, True), (105.53125, STRIKER, False),
        (107.0, STRIKER, True), (107.03125, STRIKER, False), (107.5, STRIKER, True), (107.53125, STRIKER, False),
        (110.0, SIREN, True), (112.0, SIREN, False), (112.0, STROBE, False),
    ]
    assert box.sequencer.due() is None


def test_without_a_striker_the_rhythm_is_beaten_on_the_siren() -> None:
    box = Outputs(ALONE)
    box.play(replace(PLAY, until=START + 10.0))
    box.run(START + 20.0)

    assert box.strokes(SIREN) == [(100.0, 4.0), *beaten(5.0, 5.5, 7.0, 7.5, length_s=0.125)]


def test_a_box_without_outputs_but_its_siren_has_nothing_else_switched() -> None:
    box = Outputs(frozenset({SIREN}))
    box.play(PLAY)
    box.run(START + 10.0)

    assert {role for _, role, _ in box.log} == {SIREN}


def test_what_waits_for_its_start_has_only_its_strobe_on() -> None:
    box = Outputs()
    box.play(Play(CODE, START + 3.0, START + 7.0))
    box.run(START + 10.0)

    assert box.of(STROBE) == [(100.0, True), (107.0, False)]
    assert box.strokes() == beaten(4.0, 4.5, 5.0)
    assert box.of(SIREN) == []


@pytest.mark.parametrize("roles", [ALONE, BOX], ids=["without a striker", "with one"])
@pytest.mark.parametrize("cycle", [CODE, CYCLE], ids=["a code", "a cycle with a siren"])
def test_what_is_quiet_switches_neither_siren_nor_strobe(roles: frozenset[Role], cycle: Cycle) -> None:
    box = Outputs(roles)
    box.play(Play(cycle, START, START + 30.0, quiet=True))
    box.run(START + 40.0)

    assert {role for _, role, _ in box.log} == roles & {STRIKER}


@pytest.mark.parametrize(("roles", "quiet"), [(ALONE, False), (BOX, False), (BOX, True)],
                         ids=["without a striker", "with one", "quiet"])
@pytest.mark.parametrize(
    ("stalls", "strokes"),
    [
        # Wake-ups: on and off of each stroke.
        ([], [1.0, 1.5, 2.0]), ([0.25], [1.25, 1.5, 2.0]), ([0.5], [1.5, 2.0, 2.5]), ([1.0], [2.0, 2.5, 3.0]),
        ([0, 0, 0.5], [1.0, 2.0, 2.5]), ([0, 0, 0.5, 0, 0.5], [1.0, 2.0, 3.0]),
        # There is no time for so much: what is left of it is left out, as in an alarm.
        ([1.015625], []), ([0, 0, 0.5, 0, 0.515625], [1.0, 2.0]), ([0, 0, 60.0], [1.0]),
    ],
)
def test_a_code_that_is_beaten_once_is_beaten_to_its_end_though_the_thread_is_stalled(
    roles: frozenset[Role], *, quiet: bool, stalls: list[float], strokes: list[float]
) -> None:
    box = Outputs(roles, stroke_s=CODE.beat_s)
    box.play(Play(ONCE, START, START + 4.0, quiet=quiet))
    box.run(START + 200.0, stalls)

    assert box.strokes(STRIKER if STRIKER in roles else SIREN) == beaten(*strokes, length_s=CODE.beat_s)
    assert bool(box.of(STROBE)) is not quiet
    assert box.on == set()


@pytest.mark.parametrize(("late_s", "strokes"), [
    (1.0, [1.0, 1.5, 2.0]), (1.25, [1.25, 1.5, 2.0]), (1.5, [1.5, 2.0, 2.5]), (2.0, [2.0, 2.5, 3.0]), (2.015625, []),
])
def test_a_code_that_is_ordered_late_is_beaten_later_as_a_whole(late_s: float, strokes: list[float]) -> None:
    box = Outputs(now=START + late_s)
    box.play(Play(ONCE, START, START + 4.0))
    box.run(START + 40.0)

    assert box.strokes() == beaten(*strokes)


def test_the_end_of_a_code_is_where_it_was_ordered_however_late_it_is_beaten() -> None:
    box = Outputs()
    box.play(Play(ONCE, START, START + 4.0))
    box.run(START + 1.75, [0.5])
    box.play(Play(ONCE, START, START + 2.25))
    box.run(START + 40.0)

    assert box.strokes() == beaten(1.5, 2.0)
    assert box.log[-1] == (102.25, STROBE, False)


def test_a_stroke_that_is_let_go_late_spoils_no_count_of_a_code() -> None:
    box = Outputs()
    box.play(Play(ONCE, START, START + 4.0))
    box.run(START + 40.0, [0, 0.75])

    assert box.strokes() == [(101.0, STROKE_S + 0.75), *beaten(2.25, 2.75)]


@pytest.mark.parametrize("bounded", ["by its end", "by the longest sounding"])
def test_a_code_whose_last_stroke_would_come_after_its_bound_is_not_begun_late(bounded: str) -> None:
    box = Outputs(max_s=300.0 if bounded == "by its end" else 2.5)
    box.play(Play(ONCE, START, START + (2.5 if bounded == "by its end" else 4.0)))
    box.run(START + 40.0, [0.5])

    assert box.strokes() == []
    assert box.log[-1] == (102.5, STROBE, False)


@pytest.mark.parametrize(("roles", "stall", "strokes"), [
    (BOX, 0.25, [1.25, 1.5, 2.0]), (BOX, 0.5, []), (ALONE, 0.5, [1.5, 2.0, 2.5]),
], ids=["late", "too late", "on a siren"])
def test_beside_a_loudspeaker_that_beats_in_time_a_striker_beats_nothing_later(
    roles: frozenset[Role], stall: float, strokes: list[float]
) -> None:
    box = Outputs(roles, stroke_s=CODE.beat_s, loudspeaker=True)
    box.play(Play(ONCE, START, START + 4.0))
    box.run(START + 40.0, [stall])

    assert box.strokes(STRIKER if STRIKER in roles else SIREN) == beaten(*strokes, length_s=CODE.beat_s)


def test_a_loudspeaker_that_has_failed_keeps_no_striker_from_beating_later() -> None:
    box = Outputs(loudspeaker=True)
    box.play(Play(ONCE, START, START + 4.0))
    box.is_drummed = False
    box.run(START + 40.0, [0.5])

    assert box.strokes() == beaten(1.5, 2.0, 2.5)


def test_a_loudspeaker_that_has_a_code_too_late_keeps_no_striker_from_beating_later() -> None:
    box = Outputs(loudspeaker=True, now=START + 1.0)
    box.play(Play(ONCE, START, START + 4.0))
    box.run(START + 40.0, [0, 0.75])

    assert box.strokes()[1:] == beaten(2.25, 2.75)


def test_only_the_first_round_of_a_code_is_moved() -> None:
    box = Outputs()
    box.play(Play(ONCE, START, START + 8.0))
    box.run(START + 4.5)
    box.run(START + 40.0, [0.5])

    assert box.strokes() == beaten(1.0, 1.5, 2.0)
    box = Outputs(now=START + 3.0)
    box.play(Play(ONCE, START, START + 7.0, entered_s=3.0))  # nothing of its first round is left
    box.run(START + 40.0, [0.5])

    assert box.strokes() == []


def test_a_round_that_is_come_into_has_its_siren_at_once_and_its_drum_in_its_place() -> None:
    box = Outputs()
    box.play(Play(CYCLE, START - 2.0, START + 8.0, entered_s=2.0))  # the siren ends 4 s later, over the first figure
    box.run(START + 10.0)

    assert box.of(SIREN) == [(100.0, True), (104.0, False)]
    assert box.strokes() == beaten(5.0, 5.5)


@pytest.mark.parametrize("entered_s", [5.5, 7.0], ids=["it would end just before", "it would end after"])
def test_the_siren_is_not_let_go_between_a_round_that_is_come_into_at_its_end_and_the_next(entered_s: float) -> None:
    box = Outputs()
    box.play(Play(CYCLE, START - entered_s, START + 30.0 - entered_s, entered_s=entered_s))
    box.run(START + 14.0 - entered_s)

    assert box.of(SIREN) == [(100.0, True), (START + 14.0 - entered_s, False)]


@pytest.mark.parametrize(
    ("late_s", "at_once", "then"),
    [
        (-1.0, {STROBE}, [(100.0, SIREN, True)]),
        (0.0, {SIREN, STROBE}, [(104.0, SIREN, False)]),
        (3.5, {SIREN, STROBE}, [(104.0, SIREN, False)]),
        (4.0, {STROBE}, [(105.0, STRIKER, True)]),
        (5.0, {STRIKER, STROBE}, [(105.03125, STRIKER, False), (105.5, STRIKER, True)]),
        # A figure that began a moment ago is beaten whole, a little late at first.
        (5.015625, {STRIKER, STROBE}, [(105.046875, STRIKER, False), (105.5, STRIKER, True)]),
        (5.25, {STRIKER, STROBE}, [(105.28125, STRIKER, False), (105.5, STRIKER, True)]),
        # Of one that began before, nothing is: half of it would say something else.
        (5.265625, {STROBE}, [(107.0, STRIKER, True)]),
        (5.5, {STROBE}, [(107.0, STRIKER, True)]),
        (5.515625, {STROBE}, [(107.0, STRIKER, True)]),
        (7.375, {STROBE}, [(110.0, SIREN, True)]),
        (9.0, {STROBE}, [(110.0, SIREN, True)]),
        (13.5, {SIREN, STROBE}, [(114.0, SIREN, False)]),
        (15.25, {STRIKER, STROBE}, [(115.28125, STRIKER, False), (115.5, STRIKER, True)]),
    ],
)
def test_a_program_that_is_ordered_late_is_taken_up_where_it_should_be(
    late_s: float, at_once: set[Role], then: list[tuple[float, Role, bool]]
) -> None:
    box = Outputs(now=START + late_s)
    box.play(PLAY)
    on, count = set(box.on), len(box.log)
    box.run(START + 20.0)

    assert on == at_once
    assert box.log[count:][:len(then)] == then


def test_what_is_switched_at_once_needs_no_score(made: list[float]) -> None:
    sequencer = Sequencer(BOX, stroke_s=STROKE_S, max_sounding_s=300.0)
    sequencer.play(PLAY, START)

    assert sequencer.pending(START) == [(SIREN, True), (STRIKER, False), (STROBE, True)]
    assert made == []


def test_a_score_is_made_once_and_not_all_are_remembered(made: list[float]) -> None:
    box = Outputs()
    for turn in range(100):
        box.play(replace(PLAY, start=START - turn / 64, entered_s=turn / 64))
        box.play(replace(PLAY, start=START - turn / 64 - 1.0, entered_s=turn / 64))
        box.sequencer.due()

    assert made == [turn / 64 for turn in range(100)]
    assert len(box.sequencer._scores) <= 32


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Each score that is made, by the time after which it is come into."""
    found: list[float] = []

    def counted(cycle: Cycle, roles: frozenset[Role], stroke_s: float, *, entered_s: float, quiet: bool) -> Score:
        found.append(entered_s)
        return score(cycle, roles, stroke_s, entered_s=entered_s, quiet=quiet)

    monkeypatch.setattr("node.core.sequencer.score", counted)
    return found


# What is late.


@pytest.mark.parametrize(
    ("stalls", "strokes"),
    [
        # Wake-ups: the siren's end, then on and off of each stroke.
        ([0, 0.25], beaten(5.25, 5.5, 7.0, 7.5, 15.0)),
        ([0, 0, 0.25], [(105.0, 0.28125), *beaten(5.5, 7.0, 7.5, 15.0)]),
        ([0.5], beaten(5.0, 5.5, 7.0, 7.5, 15.0)),
        ([0, 0.1875, 0.0625], [(105.1875, 0.09375), *beaten(5.5, 7.0, 7.5, 15.0)]),
        # Later than RESYNC_S: the figure is left out, also what is left of it.
        ([0, 0.265625], beaten(7.0, 7.5, 15.0)),
        ([1.265625], beaten(7.0, 7.5, 15.0)),
        ([0, 0, 0, 0.265625], beaten(5.0, 7.0, 7.5, 15.0)),
        ([0, 0, 0.5], [(105.0, 0.53125), *beaten(7.0, 7.5, 15.0)]),
        ([0, 0, 2.0], [(105.0, 2.03125), *beaten(7.0625, 7.5, 15.0)]),  # not at once: a stroke has a rest before it
        ([0, 0, 2.5], [(105.0, 2.53125), *beaten(15.0)]),
        # Into the next round, and past the end of all.
        ([0, 6.0], beaten(15.0)),
        ([0, 60.0], []),
    ],
)
def test_a_thread_that_is_stalled_beats_late_what_it_can_and_leaves_out_the_rest(
    stalls: list[float], strokes: list[tuple[float, float]]
) -> None:
    box = Outputs()
    box.play(replace(PLAY, until=START + 15.25))
    box.run(START + 200.0, stalls)

    assert box.strokes() == strokes
    assert box.on == set()


def test_late_strokes_keep_their_length_and_a_rest_and_catch_up_in_the_pauses() -> None:
    """On the siren 0.125 s long, every 0.25 s; the first is let go 0.25 s late."""
    box = Outputs(ALONE)
    box.play(Play(TITIR, START, START + 5.0))
    box.run(START + 10.0, [0, 0.25])

    # Half of the rest of 0.125 s is enough, so that each stroke is 0.0625 s less late than the one before.
    late_s = [0.0, 0.1875, 0.125, 0.0625, *[0.0] * 12]
    assert box.strokes(SIREN) == [
        (100.5, 0.375),
        *((100.5 + 0.25 * place + late_s[place], 0.125) for place in range(1, 16)),
    ]


def test_the_siren_of_a_round_that_began_during_a_stall_ends_at_its_instant() -> None:
    box = Outputs()
    box.play(PLAY)
    box.run(START + 10.0, chain(repeat(0.0, 8), [3.0]))  # the last stroke is let go 3 s late
    box.run(START + 14.5)

    assert box.of(SIREN) == [(100.0, True), (104.0, False), (110.53125, True), (114.0, False)]


def test_the_end_of_a_program_is_not_put_off_by_strokes_that_are_late() -> None:
    box = Outputs()
    box.play(replace(PLAY, until=START + 5.25))
    box.run(START + 5.0, [0, 0.375])

    assert box.log[-1] == (105.375, STROBE, False)
    assert box.of(STRIKER) == []


@pytest.mark.parametrize("until", [105.015625, 105.03125])
def test_a_stroke_ends_with_its_program(until: float) -> None:
    box = Outputs()
    box.play(replace(PLAY, until=until))
    box.run(START + 10.0)

    assert box.strokes() == [(105.0, until - 105.0)]


def test_a_score_that_is_late_however_it_is_joined_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.core.sequencer.RESYNC_S", -1000.0)
    box = Outputs()
    box.play(replace(PLAY, until=START + 6.0))
    box.run(START + 10.0)

    assert box.on == set()


# What becomes of a program.


def test_an_extension_does_not_begin_the_program_anew() -> None:
    box, whole = Outputs(), Outputs()
    box.play(replace(PLAY, until=START + 5.25))
    box.play(replace(PLAY, until=START + 9.0), at=START + 5.015625)  # in the middle of a stroke
    box.play(replace(PLAY, until=START + 20.0, words=("perhatian",)), at=START + 8.0)
    whole.play(replace(PLAY, until=START + 20.0))
    for each in (box, whole):
        each.run(START + 30.0)

    assert box.log == whole.log


def test_a_program_that_is_cut_short_ends_at_the_new_instant() -> None:
    box = Outputs()
    box.play(PLAY)
    box.play(replace(PLAY, until=START + 1.5), at=START + 1.0)

    assert box.sequencer.due() == START + 1.5
    box.run(START + 10.0)
    assert box.log[2:] == [(101.5, SIREN, False), (101.5, STROBE, False)]


@pytest.mark.parametrize("until", [START + 1.0, START])
def test_a_program_that_is_cut_short_to_what_has_passed_ends_at_once(until: float) -> None:
    box = Outputs()
    box.play(PLAY)
    box.play(replace(PLAY, until=until), at=START + 1.0)

    assert box.log[2:] == [(101.0, SIREN, False), (101.0, STROBE, False)]
    assert box.sequencer.due() is None


def test_another_program_takes_over_at_once() -> None:
    box = Outputs()
    box.play(PLAY)
    box.play(Play(Cycle(4.0, None, (0.0, 2.0), 0.125, None), START + 1.0, START + 5.0), at=START + 1.0)

    assert box.log[2:] == [(101.0, SIREN, False), (101.0, STRIKER, True)]
    assert box.on == {STRIKER, STROBE}


def test_a_program_that_goes_on_with_the_same_output_does_not_switch_it() -> None:
    box = Outputs()
    box.play(PLAY)
    box.play(replace(PLAY, start=START - 20.0, entered_s=20.0))  # the clock was set
    box.play(replace(PLAY, start=START - 20.0, entered_s=20.0, words=("perhatian",)))

    assert box.driven[3:] == [(100.0, SIREN, True), (100.0, STROBE, True)]


def test_the_same_cycle_from_another_start_is_another_program() -> None:
    box = Outputs()
    box.play(PLAY)
    box.play(replace(PLAY, start=START + 1.0), at=START + 1.0)
    box.run(START + 7.0)

    assert box.log[2:] == [(105.0, SIREN, False), (106.0, STRIKER, True), (106.03125, STRIKER, False),
                           (106.5, STRIKER, True), (106.53125, STRIKER, False)]


def test_a_program_whose_time_is_over_sounds_nothing() -> None:
    box = Outputs()
    box.play(replace(PLAY, until=START))

    assert box.log == []
    assert box.sequencer.due() is None


def test_hush_rests_everything_whatever_it_is_believed_to_be() -> None:
    box = Outputs()
    box.play(PLAY)
    box.hush(at=START + 1.0)

    rest = [(101.0, role, False) for role in (SIREN, STRIKER, STROBE)]
    assert box.driven[-3:] == rest
    assert box.sequencer.due() is None
    box.hush()
    assert box.driven[-6:] == [*rest, *rest]


def test_at_the_start_every_output_is_driven_to_rest() -> None:
    assert Outputs().driven == [(START, role, False) for role in (SIREN, STRIKER, STROBE)]


def test_a_thread_that_calls_early_changes_nothing() -> None:
    box = Outputs()
    box.play(PLAY)

    assert [box.sequencer.advance(START + at_s) for at_s in (1.0, 2.0, 3.984375)] == [False] * 3
    assert box.sequencer.pending(START + 3.984375) == []


# The longest sounding.


def test_nothing_is_on_past_the_longest_sounding_though_the_program_is_longer() -> None:
    box = Outputs(max_s=20.0)
    box.play(LONG)
    box.run(START + 1000.0)

    assert box.log[2:] == [(120.0, SIREN, False), (120.0, STROBE, False)]


@pytest.mark.parametrize("length_s", [1e6, 0.5], ids=["long programs", "short ones"])
@pytest.mark.parametrize("every_s", [0.25, 2.0], ids=["without a pause", "with pauses"])
def test_nothing_is_on_past_the_longest_sounding_though_programs_are_begun_again_and_again(
    length_s: float, every_s: float
) -> None:
    box = Outputs(max_s=20.0)
    for turn in range(400):
        begun = START + turn * every_s
        box.play(replace(LONG, start=begun, until=begun + length_s), at=begun)
    box.run(START + 2000.0)

    assert START + 18.0 < box.log[-1][0] <= START + 20.0
    assert box.on == set()


def test_an_extension_does_not_move_the_longest_sounding() -> None:
    box = Outputs(max_s=20.0)
    for turn in range(400):
        box.play(replace(LONG, until=START + turn / 4 + 1.0), at=START + turn / 4)
    box.run(START + 1000.0)

    assert box.log[2:] == [(120.0, SIREN, False), (120.0, STROBE, False)]


def test_after_a_hush_the_next_program_has_its_full_time() -> None:
    box = Outputs(max_s=20.0)
    box.play(LONG)
    box.hush(at=START + 15.0)
    box.play(replace(LONG, start=START + 15.0), at=START + 15.0)
    box.run(START + 1000.0)

    assert box.of(SIREN) == [(100.0, True), (115.0, False), (115.0, True), (135.0, False)]


@pytest.mark.parametrize(("rest_s", "on"), [(REST_S - 0.015625, set()), (REST_S, {SIREN, STROBE})])
def test_only_after_a_rest_the_next_program_has_its_full_time(rest_s: float, on: set[Role]) -> None:
    box = Outputs(max_s=20.0)
    box.play(LONG)
    box.play(replace(LONG, start=START + 20.0 + rest_s), at=START + 20.0 + rest_s)

    assert box.on == on


def test_a_program_between_two_pauses_that_are_shorter_counts_towards_the_same_bound() -> None:
    box = Outputs(max_s=20.0)
    for begun in (START, START + 9.0, START + 18.0):
        box.play(replace(LONG, start=begun, until=begun + 5.0), at=begun)
    box.run(START + 100.0)

    assert [at for at, _ in box.of(SIREN)] == [100.0, 105.0, 109.0, 114.0, 118.0, 120.0]


def test_an_extension_long_after_a_pause_that_was_too_short_counts_towards_the_same_bound() -> None:
    box = Outputs(max_s=20.0)
    box.play(replace(LONG, until=START + 2.0))
    box.play(replace(LONG, start=START + 4.0), at=START + 4.0)
    box.play(replace(LONG, start=START + 4.0, until=START + 2e6), at=START + 15.0)
    box.run(START + 100.0)

    assert [at for at, _ in box.of(SIREN)] == [100.0, 102.0, 104.0, 120.0]


def test_a_program_that_was_refused_puts_the_next_one_off_as_one_that_sounded_does() -> None:
    box = Outputs(max_s=20.0)
    box.play(LONG)
    for begun in (START + 25.0, START + 34.0, START + 44.0):
        box.play(replace(LONG, start=begun), at=begun)

    assert box.of(SIREN) == [(100.0, True), (120.0, False), (144.0, True)]


def test_a_thread_that_was_stopped_as_its_own_end_would_be_is_bounded_as_before() -> None:
    box = Outputs(max_s=20.0)
    box.play(LONG)
    box.sequencer.stop(START + 10.0)
    box.play(replace(LONG, start=START + 10.0), at=START + 10.0)
    box.run(START + 1000.0)

    assert box.log[-1] == (120.0, STROBE, False)


# Outputs that fail.


def test_an_output_that_fails_keeps_no_other_from_being_switched() -> None:
    box, well = Outputs(), Outputs()
    box.broken = frozenset({SIREN})
    for each in (box, well):
        each.play(replace(PLAY, until=START + 12.0))
        each.run(START + 20.0)

    assert box.log == [each for each in well.log if each[1] is not SIREN]
    assert box.sequencer.failures == {SIREN}


def test_an_output_that_fails_is_tried_again_after_a_while_and_at_each_of_its_edges() -> None:
    box = Outputs()
    box.broken = frozenset({SIREN})
    box.play(PLAY)
    box.run(START + 6.5)

    assert [(at, on) for at, _, on in box.refused] == [
        (100.0, True), (101.0, True), (102.0, True), (103.0, True), (104.0, False), (105.0, False), (106.0, False),
    ]
    assert RETRY_S == 1.0


def test_a_siren_that_could_not_be_switched_on_is_on_as_soon_as_it_can_be() -> None:
    box = Outputs()
    box.broken = frozenset({SIREN})
    box.play(PLAY)
    box.run(START + 2.5)
    box.broken = frozenset()
    box.run(START + 6.0)

    assert box.of(SIREN) == [(103.0, True), (104.0, False)]


def test_an_output_that_could_not_be_switched_off_is_off_as_soon_as_it_can_be_though_nothing_else_goes_on() -> None:
    box = Outputs()
    box.play(PLAY)
    box.broken = frozenset({SIREN})
    box.hush(at=START + 1.0)
    stuck = set(box.on)
    box.run(START + 4.5)
    box.broken = frozenset()
    box.run(START + 60.0)

    assert stuck == {SIREN}
    assert box.of(SIREN) == [(100.0, True), (105.0, False)]
    assert (box.sequencer.failures, box.sequencer.due()) == (frozenset(), None)


def test_hush_tries_a_failing_output_at_once_whenever_it_was_tried_last() -> None:
    box = Outputs()
    box.play(PLAY)
    box.broken = frozenset({SIREN})
    box.hush(at=START + 1.0)
    box.broken = frozenset()
    box.hush(at=START + 1.25)

    assert box.of(SIREN) == [(100.0, True), (101.25, False)]


def test_a_failure_and_its_end_are_news_once() -> None:
    sequencer = Sequencer(BOX, stroke_s=STROKE_S, max_sounding_s=300.0)

    assert [sequencer.failed(SIREN, START), sequencer.failed(SIREN, START + 1.0)] == [True, False]
    assert [sequencer.failed(STROBE, START)] == [True]
    assert sequencer.failures == {SIREN, STROBE}
    assert [sequencer.switched(SIREN, on=False), sequencer.switched(SIREN, on=False)] == [True, False]
    assert sequencer.failures == {STROBE}


# Whatever happens.

ROLES = st.sampled_from([ALONE, BOX])
GRID = st.integers(0, 4000).map(lambda ticks: ticks / 64)
ANY_S = st.floats(0.0, 100.0)
SHIPPED = st.sampled_from(sorted(make_setup().cycles[Slot()])).map(lambda name: make_setup().cycles[Slot()][name])
SAFE_CODE = make_setup().cycles[Slot()]["aman"]


@quick
@given(cycles(), ROLES, GRID, GRID)
def test_at_each_instant_on_is_what_the_cycle_has_on_then(
    cycle: Cycle, roles: frozenset[Role], start: float, length_s: float
) -> None:
    """Worked out from the cycle alone: the instants that lie in its siren or in a stroke."""
    box = Outputs(roles, now=start, stroke_s=0.125)
    box.play(Play(cycle, start, start + length_s + 0.015625))
    spans = [(at_s, at_s + 0.125, STRIKER if STRIKER in roles else SIREN) for at_s in cycle.strokes_s]
    if cycle.siren is not None:
        spans.append((0.0, cycle.siren.length_s, SIREN))
    for tick in range(int(length_s * 8)):
        box.run(start + tick / 8 + 0.0078125)
        phase = (tick / 8 + 0.0078125) % cycle.length_s

        assert box.on == {STROBE, *(role for begun, ended, role in spans if begun <= phase < ended)}


@quick
@given(cycles(), ROLES, st.lists(st.integers(0, 16), max_size=40), st.integers(1, 4))
def test_stalls_that_are_no_longer_than_the_limit_together_lose_no_stroke_and_shorten_none(
    cycle: Cycle, roles: frozenset[Role], parts: list[int], rounds: int
) -> None:
    share = RESYNC_S / max(1, sum(parts))
    beater, beat_s = (STRIKER, 0.0625) if STRIKER in roles else (SIREN, cycle.beat_s)
    due = [
        START + turn * cycle.length_s + at_s for turn in range(rounds)
        for at_s in sorted([*cycle.strokes_s, *([0.0] if beater is SIREN and cycle.siren else [])])
    ]
    box = Outputs(roles, stroke_s=0.0625)
    box.play(Play(cycle, START, START + rounds * cycle.length_s))
    box.run(START + rounds * cycle.length_s, [part * share for part in parts])

    strokes = box.strokes(beater)
    assert len(strokes) == len(due)
    for (begun, length_s), expected in zip(strokes, due, strict=True):
        assert expected <= begun <= expected + RESYNC_S + 1e-9
        assert length_s >= min(beat_s, START + rounds * cycle.length_s - begun) - 1e-9
    for (begun, length_s), (next_begun, _) in pairwise(strokes):
        assert next_begun - begun - length_s >= beat_s / 2 - 1e-9


@quick
@given(st.sampled_from([("aman", 0), ("aman", 1), ("aman", 2), ("patroli", 0)]), st.sampled_from(["jawa-timur", "tni"]),
       st.floats(0.0, 4.0), st.lists(st.floats(0.0, 3.0), max_size=18))
@example(("aman", 1), "jawa-timur", 0.0, [0.7, 3.15, 3.15])  # all of the time that there is: no rounding may count
def test_a_code_is_beaten_whole_if_there_is_time_and_never_late_into_another_slot_however_all_is_stalled(
    code: tuple[str, int], drum: str, late_s: float, stalls: list[float]
) -> None:
    """At the round's end the loop has everything silent, whatever its thread was about to do."""
    name, number = code
    cycle = incidents.cycles(catalogue(), family(drum), Slot(number, 3))[name]
    box = Outputs(stroke_s=0.03, now=START + late_s)
    box.play(Play(cycle, START, START + cycle.length_s, quiet=name == "patroli"))
    box.run(START + cycle.length_s, stalls)
    box.hush()
    strokes = box.strokes()

    if max(0.0, late_s - cycle.strokes_s[0]) + sum(stalls) <= min(
        cycle.spare_s, cycle.length_s - cycle.strokes_s[-1] - 0.03
    ):
        assert len(strokes) == len(cycle.strokes_s)
        assert all(length_s >= 0.03 - 1e-6 for _, length_s in strokes)
    assert all(begun <= START + cycle.strokes_s[-1] + cycle.spare_s + RESYNC_S + 1e-6 for begun, _ in strokes)
    for (begun, length_s), (next_begun, _) in pairwise(strokes):
        assert next_begun - begun - length_s >= 0.03 - 1e-6


@quick
@given(SHIPPED, ROLES, ANY_S, ANY_S, st.floats(0.0, 0.999))
@example(SAFE_CODE, ALONE, 0.0, 2.0, 0.0)  # its first stroke is due, and falls now
def test_what_is_seen_without_the_score_is_what_the_score_says(
    cycle: Cycle, roles: frozenset[Role], start: float, late_s: float, entered: float
) -> None:
    """A code that can be late is not in its place: `test_a_code_that_is_ordered_late_is_beaten_later_as_a_whole`."""
    entered_s = entered * cycle.length_s if cycle.siren is not None else 0.0
    sequencer = Sequencer(roles, stroke_s=0.03, max_sounding_s=900.0)
    sequencer.play(Play(cycle, start, start + 1000.0, entered_s), start + late_s)
    at_once = {role for role, on in sequencer.pending(start + late_s) if on}
    whole = score(cycle, roles, 0.03, entered_s=entered_s)

    index, on = whole.join(start, start + late_s)
    in_place = cycle.strokes_s == () or not 0.0 < late_s - cycle.strokes_s[0] <= cycle.spare_s + RESYNC_S
    if whole.due(start, index)[0] > start + late_s + 1e-6 and in_place:
        assert at_once == on | {STROBE}
        assert sequencer.due() == whole.due(start, index)[0]


Act = tuple[str, float, int]
ACTS = st.lists(
    st.tuples(st.sampled_from(["play", "extend", "cut", "hush", "wait", "break", "fix"]), st.floats(0.0, 8.0),
              st.integers(0, 7)),
    max_size=40,
)


@quick
@given(ACTS, ROLES, st.lists(st.floats(0.0, 0.4) | st.floats(1.0, 2.0), max_size=30))
def test_whatever_is_ordered_fails_and_stalls_each_bound_holds_and_all_ends_at_rest(
    acts: list[Act], roles: frozenset[Role], stalls: list[float]
) -> None:
    box = Outputs(roles, max_s=20.0)
    late = iter(stalls)
    shipped = make_setup().cycles[Slot()]
    cycle_of = [CYCLE, CODE, TITIR, LONG.cycle, shipped["pencurian"], shipped["lainnya"], ONCE, shipped["aman"]]
    last, hushes = PLAY, [START]
    for what, wait_s, choice in acts:
        at = box.now + wait_s
        box.run(at, late)
        match what:
            case "play":
                last = Play(cycle_of[choice], box.now - choice, box.now + 4.0 * choice)
                box.play(last)
            case "extend" | "cut":
                last = replace(last, until=box.now + (30.0 if what == "extend" else choice / 4))
                box.play(last)
            case "hush":
                box.hush()
                hushes.append(box.now)
                assert box.on <= box.broken
            case "break":
                box.broken = frozenset([*box.sequencer._lines][choice % len(roles):])
            case "fix":
                box.broken = frozenset()
        assert box.on - box.broken <= roles
    box.broken = frozenset()
    box.run(box.now + 100.0)

    assert box.on == set()
    assert (box.sequencer.due(), box.sequencer.failures) == (None, frozenset())
    if not any(what == "break" for what, _, _ in acts):
        assert longest(box, hushes) <= 20.0 + max(stalls, default=0.0) + 1e-9


def longest(box: Outputs, hushes: list[float]) -> float:
    """How long, at most, something was on and on again with no rest of REST_S and no hush between."""
    lengths = [0.0]
    begun, ended = -1e9, -1e9
    for at, _, on in box.log:
        if on and (at - ended >= REST_S or any(ended <= each <= at for each in hushes)):
            begun = at
        ended = at
        lengths.append(at - begun)
    return max(lengths)


@quick
@given(SHIPPED, ROLES, ANY_S, ANY_S)
@example(SAFE_CODE, ALONE, 0.0, 2.0)  # beaten whole, a second late
def test_wherever_a_program_is_taken_up_only_whole_figures_are_beaten(
    cycle: Cycle, roles: frozenset[Role], start: float, late_s: float
) -> None:
    until = start + (late_s // cycle.length_s + 2) * cycle.length_s
    box = Outputs(roles, now=start + late_s)
    box.play(Play(cycle, start, until))
    box.run(until + 1.0)

    siren_s = cycle.siren.length_s if cycle.siren is not None else 0.0
    strokes = [
        at for at, _ in box.strokes(STRIKER if STRIKER in roles else SIREN)
        if (at - start + 1e-6) % cycle.length_s >= siren_s
    ]
    assert len(strokes) in range(len(cycle.strokes_s), 2 * len(cycle.strokes_s) + 1, cycle.figure)
    for place in range(0, len(strokes), cycle.figure):
        begun_s = (strokes[place] - start + 1e-6) % cycle.length_s
        assert any(0 <= begun_s - entry_s <= cycle.spare_s + RESYNC_S + 1e-5 for entry_s in cycle.entries_s)
