"""The score: which output switches when, and where it is taken up by who comes late."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.rhythm import Cycle, Slot, Span, exercise_cycle
from node.core.switching import RESYNC_S, Edge, Role, Score, score
from tests.contract.shipped import quick
from tests.node.core.world import make_setup

SIREN, STRIKER, STROBE = Role.SIREN, Role.STRIKER, Role.STROBE
NOTHING, ALONE, WITH_STRIKER = frozenset[Role](), frozenset({SIREN}), frozenset({SIREN, STRIKER})
CYCLE = Cycle(length_s=10.0, siren=Span(0.0, 4.0), strokes_s=(5.0, 5.5, 6.5), beat_s=0.125, voice=None)
# Instants on a grid, so that sums of them are exact.
GRID = st.integers(0, 4000).map(lambda ticks: ticks / 64)


@st.composite
def cycles(draw: st.DrawFn) -> Cycle:
    """A cycle whose strokes do not run into each other, nor into the siren."""
    gaps = draw(st.lists(st.integers(24, 128), min_size=1, max_size=8))
    siren_s = draw(st.sampled_from([None, 1.0, 2.5]))
    begin = (siren_s or 0.0) + (0.5 if siren_s else 0.0)
    strokes = tuple(begin + sum(gaps[:place]) / 64 for place in range(len(gaps)))
    siren = Span(0.0, siren_s) if siren_s else None
    figure = draw(st.sampled_from([count for count in range(1, len(gaps) + 1) if len(gaps) % count == 0]))
    return Cycle(strokes[-1] + gaps[-1] / 64, siren, strokes, beat_s=0.125, voice=None, figure=figure)


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """The score of a cycle that is come into anywhere."""
    cycle, roles = draw(cycles()), draw(st.sampled_from([ALONE, WITH_STRIKER]))
    entered_s = draw(st.integers(0, int(cycle.length_s * 64) - 1)) / 64
    return score(cycle, roles, 0.03125, entered_s=entered_s, quiet=draw(st.booleans()))


SCORES = scores()


def stroke(at_s: float, role: Role, length_s: float, rest_s: float) -> tuple[Edge, Edge]:
    """A stroke that is not beaten before *role* has rested for *rest_s*."""
    return (Edge(at_s, role, on=True, least_s=rest_s),
            Edge(at_s + length_s, role, on=False, least_s=length_s, entry=False))


def test_a_box_with_a_striker_beats_the_rhythm_on_it() -> None:
    edges = (
        Edge(0.0, SIREN, on=True), Edge(4.0, SIREN, on=False),
        *(each for at_s in (5.0, 5.5, 6.5) for each in stroke(at_s, STRIKER, 0.03125, rest_s=0.03125)),
    )

    assert score(CYCLE, WITH_STRIKER | {STROBE}, stroke_s=0.03125) == Score(edges, 10.0, first=edges)


def test_a_box_without_a_striker_beats_the_rhythm_on_the_siren() -> None:
    edges = (
        Edge(0.0, SIREN, on=True, least_s=0.125), Edge(4.0, SIREN, on=False),
        *(each for at_s in (5.0, 5.5, 6.5) for each in stroke(at_s, SIREN, 0.125, rest_s=0.125)),
    )

    assert score(CYCLE, ALONE, stroke_s=0.0) == Score(edges, 10.0, first=edges)


def test_a_rest_before_a_stroke_is_half_of_the_one_that_is_planned_at_most_also_from_round_to_round() -> None:
    titir = Cycle(1.0, None, (0.0, 0.25, 0.5), beat_s=0.125, voice=None)
    played = score(titir, ALONE, stroke_s=0.0)
    dense = score(replace(titir, length_s=0.75), WITH_STRIKER, stroke_s=0.25)

    assert [edge.least_s for edge in played.edges if edge.on] == [0.125, 0.0625, 0.0625]
    assert [edge.least_s for edge in played.first if edge.on] == [0.125, 0.0625, 0.0625]
    assert [edge.least_s for edge in dense.edges if edge.on] == [0.0, 0.0, 0.0]


def test_a_figure_is_joined_at_its_first_stroke_only() -> None:
    """Of two figures of two strokes."""
    cycle = replace(CYCLE, strokes_s=(5.0, 5.5, 7.0, 7.5), figure=2)

    assert [edge.at_s for edge in score(cycle, WITH_STRIKER, 0.03125).edges if edge.entry] == [0.0, 4.0, 5.0, 7.0]


@pytest.mark.parametrize(
    ("now", "index", "on"),
    [
        (99.0, 0, set()), (100.0, 1, {SIREN}), (103.99, 1, {SIREN}), (104.0, 2, set()), (104.99, 2, set()),
        # A figure that has begun: from its first stroke, if it is at most RESYNC_S late, or not at all.
        (105.0, 2, set()), (105.015625, 2, set()), (105.25, 2, set()), (105.265625, 6, set()), (106.99, 6, set()),
        (107.25, 6, set()), (107.265625, 10, set()), (109.99, 10, set()),
        (110.0, 11, {SIREN}), (115.25, 12, set()), (115.265625, 16, set()), (1_000_104.0, 1_000_002, set()),
    ],
)
def test_where_a_program_that_began_at_100_is_taken_up(now: float, index: int, on: set[Role]) -> None:
    cycle = replace(CYCLE, strokes_s=(5.0, 5.5, 7.0, 7.5), figure=2)

    assert score(cycle, WITH_STRIKER, 0.03125).join(100.0, now) == (index, frozenset(on))


@quick
@given(SCORES, st.one_of(GRID, st.floats(0, 1e6)), st.one_of(GRID, st.floats(0, 1e6)))
def test_what_is_on_is_what_a_replay_of_every_edge_before_the_next_leaves_on(
    played: Score, start: float, later: float
) -> None:
    index, on = played.join(start, start + later)
    replayed: set[Role] = set()
    for place in range(max(0, index - 4 * len(played.edges)), index):
        edge = played.due(start, place)[1]
        (replayed.add if edge.on else replayed.discard)(edge.role)

    assert on == replayed


@quick
@given(SCORES, st.one_of(GRID, st.floats(0, 1e6)), st.one_of(GRID, st.floats(0, 1e6)))
def test_the_next_edge_lies_ahead_or_begins_a_figure_that_is_hardly_late(
    played: Score, start: float, later: float
) -> None:
    now = start + later
    index, _ = played.join(start, now)
    at, edge = played.due(start, index)

    assert at > now - 1e-9 or (edge.entry and edge.on and at + RESYNC_S >= now)
    assert edge.entry
    left_out = [played.due(start, place)[1] for place in range(max(0, index - 100), index)
                if played.due(start, place)[0] > now + 1e-9]
    assert not any(each.entry for each in left_out)


def test_a_siren_that_goes_over_into_a_round_is_on_also_where_a_rounded_sum_puts_that_rounds_start_off() -> None:
    """(now - start) // 10 is 1, and start + 10 is more than now."""
    start, now = 5.812040171120031, 15.81204017112003

    assert score(CYCLE, WITH_STRIKER, 0.03125, entered_s=8.0).join(start, now) == (1, ALONE)


@quick
@given(SCORES, GRID)
def test_nothing_is_on_before_a_program_begins(played: Score, start: float) -> None:
    assert played.join(start, start - 0.5) == (0, frozenset())


@pytest.mark.parametrize("roles", [ALONE, WITH_STRIKER])
@pytest.mark.parametrize("incident", sorted(make_setup().cycles[Slot()]))
def test_every_shipped_cycle_switches_each_output_off_again_before_it_ends(
    incident: str, roles: frozenset[Role]
) -> None:
    played = score(make_setup().cycles[Slot()][incident], roles, stroke_s=0.03)
    switched = [(edge.role, edge.on) for edge in played.edges]

    assert [edge.at_s for edge in played.edges] == sorted(edge.at_s for edge in played.edges)
    assert played.edges[-1].at_s < played.length_s
    for role in Role:
        turns = [on for each, on in switched if each is role]
        assert turns == [True, False] * (len(turns) // 2)


@pytest.mark.parametrize(
    ("entered_s", "first"),
    [
        (0.25, (Edge(0.25, SIREN, on=True), Edge(4.25, SIREN, on=False), *stroke(5.0, STRIKER, 0.03125, 0.03125),
                *stroke(5.5, STRIKER, 0.03125, 0.03125), *stroke(6.5, STRIKER, 0.03125, 0.03125))),
        (1.75, (Edge(1.75, SIREN, on=True), Edge(5.75, SIREN, on=False), *stroke(6.5, STRIKER, 0.03125, 0.03125))),
        (2.25, (Edge(2.25, SIREN, on=True), Edge(6.25, SIREN, on=False))),
        (5.0, (Edge(5.0, SIREN, on=True), Edge(9.0, SIREN, on=False))),
        (5.25, (Edge(5.25, SIREN, on=True),)),  # goes over into the next round's: its rest would be cut
        (8.0, (Edge(8.0, SIREN, on=True),)),
    ],
)
def test_a_round_that_is_come_into_late_has_edges_of_its_own_and_the_next_ones_are_whole(
    entered_s: float, first: tuple[Edge, ...]
) -> None:
    whole = score(CYCLE, WITH_STRIKER, 0.03125)

    assert score(CYCLE, WITH_STRIKER, 0.03125, entered_s=entered_s) == Score(whole.edges, 10.0, first)


def test_a_siren_that_goes_over_into_the_next_round_is_on_all_the_time() -> None:
    played = score(CYCLE, WITH_STRIKER, 0.03125, entered_s=8.0)

    assert [(due, edge.on) for due, edge in (played.due(100.0, index) for index in range(3))] == [
        (108.0, True), (110.0, True), (114.0, False),
    ]
    assert [played.join(100.0, now) for now in (107.9, 108.0, 109.99, 110.0, 113.9, 114.0)] == [
        (0, NOTHING), (1, ALONE), (1, ALONE), (2, ALONE), (2, ALONE), (3, NOTHING),
    ]


@quick
@given(st.sampled_from(sorted(make_setup().cycles[Slot()])), st.floats(0.0, 1.0, exclude_max=True))
def test_wherever_a_shipped_alarm_is_come_into_its_relay_is_never_switched_for_a_moment(
    incident: str, share: float
) -> None:
    cycle = make_setup().cycles[Slot()][incident]
    played = score(cycle, WITH_STRIKER, 0.03, entered_s=share * cycle.length_s if cycle.siren else 0.0)
    edges = [(due, edge) for due, edge in map(played.due, [0.0] * 200, range(200)) if edge.role is SIREN]
    changes = [each for place, each in enumerate(edges) if not place or edges[place - 1][1].on != each[1].on]

    assert bool(changes) is (cycle.siren is not None)
    for (at, edge), (until, _) in pairwise(changes):
        assert until - at >= (5.0 if edge.on else 1.0) - 1e-6


@pytest.mark.parametrize("roles", [ALONE, WITH_STRIKER, frozenset({STROBE}), frozenset[Role]()])
def test_what_is_quiet_is_beaten_on_the_striker_or_not_at_all(roles: frozenset[Role]) -> None:
    patroli = make_setup().cycles[Slot()]["patroli"]
    played = score(patroli, roles, stroke_s=0.03, quiet=True)

    assert played.quiet
    assert [(edge.role, edge.on) for edge in played.edges] == [(STRIKER, True), (STRIKER, False)] * 3
    assert not score(patroli, roles, stroke_s=0.03).quiet


@pytest.mark.parametrize("incident", sorted(make_setup().cycles[Slot()]))
def test_every_stroke_of_a_shipped_cycle_is_beaten_also_without_a_striker(incident: str) -> None:
    cycle = make_setup().cycles[Slot()][incident]
    sirens = 0 if cycle.siren is None else 1

    for roles, beater, more in ((WITH_STRIKER, STRIKER, 0), (ALONE, SIREN, sirens)):
        begun = [edge for edge in score(cycle, roles, 0.03).edges if edge.role is beater and edge.on]
        assert len(begun) == len(cycle.strokes_s) + more


def test_a_siren_that_reaches_the_rounds_end_but_for_the_rounding_of_its_sum_is_not_let_go() -> None:
    """7.4921875 s of siren come into at 4.6011… s: their sum is 12.803124999999998, and the round 12.803125 s long."""
    strokes_s = (8.34765625, 8.64765625, 8.94765625, 10.14765625, 10.44765625, 10.74765625)
    cycle = Cycle(12.803125, Span(0.0, 7.4921875), strokes_s, beat_s=0.125, voice=None, figure=3)
    first = score(cycle, WITH_STRIKER, 0.03125, entered_s=0.359375 * cycle.length_s).first

    assert [edge.on for edge in first if edge.role is SIREN] == [True]


# The siren of an exercise.

EXERCISE = replace(CYCLE, burst_s=0.5)  # 4 s: on at 0, 1, 2 and 3


def siren_of(found: Score) -> list[tuple[float, bool]]:
    """How the siren is switched in the first round of *found*."""
    return [(edge.at_s, edge.on) for edge in found.first if edge.role is SIREN]


def test_a_siren_in_bursts_rests_as_long_as_it_is_on() -> None:
    assert siren_of(score(EXERCISE, WITH_STRIKER, 0.0625)) == [
        (0.0, True), (0.5, False), (1.0, True), (1.5, False), (2.0, True), (2.5, False), (3.0, True), (3.5, False),
    ]


def test_who_comes_in_late_has_the_bursts_at_once_and_the_next_round_goes_on_with_the_last_one() -> None:
    """It is come into at 7.75: bursts at 7.75, 8.75, and at 9.75, which the next round's first prolongs."""
    found = score(EXERCISE, WITH_STRIKER, 0.0625, entered_s=7.75)

    assert siren_of(found) == [(7.75, True), (8.25, False), (8.75, True), (9.25, False), (9.75, True)]
    assert found.join(0.0, 9.875)[1] == frozenset({SIREN})
    assert found.join(0.0, 10.125)[1] == frozenset({SIREN})


def test_shipped_exercises_have_three_bursts_of_a_second() -> None:
    cycle = exercise_cycle(make_setup().cycles[Slot()]["pencurian"])

    assert siren_of(score(cycle, WITH_STRIKER, 0.0625)) == [
        (0.0, True), (1.0, False), (2.0, True), (3.0, False), (4.0, True), (5.0, False),
    ]
    assert exercise_cycle(make_setup().cycles[Slot()]["aman"]) == make_setup().cycles[Slot()]["aman"]
