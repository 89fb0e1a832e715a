"""The score: which output switches when, and which is on at any instant."""

from itertools import count, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.rhythm import Cycle, Span
from node.score import Edge, Role, Score, score
from tests.contract.shipped import quick
from tests.core.world import make_rules

SIREN, STRIKER, STROBE = Role.SIREN, Role.STRIKER, Role.STROBE
ALONE, WITH_STRIKER = frozenset({SIREN}), frozenset({SIREN, STRIKER})
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
    return Cycle(strokes[-1] + gaps[-1] / 64, siren, strokes, beat_s=0.125, voice=None)


SCORES = st.builds(score, cycles(), st.sampled_from([ALONE, WITH_STRIKER]), st.just(0.03125))


def replayed(played: Score, start: float, now: float) -> tuple[frozenset[Role], int]:
    """What is on after every edge up to *now* was switched one by one, and how many they were."""
    edges = list(takewhile(lambda due: due[0] <= now, (played.due(start, index) for index in count())))
    on: set[Role] = set()
    for _, edge in edges:
        (on.add if edge.on else on.discard)(edge.role)
    return frozenset(on), len(edges)


def test_a_box_with_a_striker_beats_the_rhythm_on_it() -> None:
    assert score(CYCLE, WITH_STRIKER | {STROBE}, stroke_s=0.03125) == Score(
        (
            Edge(0.0, SIREN, on=True), Edge(4.0, SIREN, on=False),
            Edge(5.0, STRIKER, on=True), Edge(5.03125, STRIKER, on=False, least_s=0.03125),
            Edge(5.5, STRIKER, on=True), Edge(5.53125, STRIKER, on=False, least_s=0.03125),
            Edge(6.5, STRIKER, on=True), Edge(6.53125, STRIKER, on=False, least_s=0.03125),
        ),
        10.0,
    )


def test_a_box_without_a_striker_beats_the_rhythm_on_the_siren() -> None:
    assert score(CYCLE, ALONE, stroke_s=0.0) == Score(
        (
            Edge(0.0, SIREN, on=True), Edge(4.0, SIREN, on=False),
            Edge(5.0, SIREN, on=True), Edge(5.125, SIREN, on=False, least_s=0.125),
            Edge(5.5, SIREN, on=True), Edge(5.625, SIREN, on=False, least_s=0.125),
            Edge(6.5, SIREN, on=True), Edge(6.625, SIREN, on=False, least_s=0.125),
        ),
        10.0,
    )


@pytest.mark.parametrize(
    ("now", "alone", "with_striker"),
    [
        (99.0, set(), set()), (100.0, {SIREN}, {SIREN}), (103.99, {SIREN}, {SIREN}), (104.0, set(), set()),
        (105.0, {SIREN}, {STRIKER}), (105.03125, {SIREN}, set()), (105.125, set(), set()), (109.99, set(), set()),
        (110.0, {SIREN}, {SIREN}), (115.5, {SIREN}, {STRIKER}), (1_000_105.0, {SIREN}, {STRIKER}),
    ],
)
def test_what_is_on_at_an_instant_of_a_program_that_began_at_100(
    now: float, alone: set[Role], with_striker: set[Role]
) -> None:
    assert score(CYCLE, ALONE, 0.0).on_at(100.0, now) == alone
    assert score(CYCLE, WITH_STRIKER, 0.03125).on_at(100.0, now) == with_striker


@quick
@given(SCORES, GRID, GRID)
def test_what_is_on_is_what_a_replay_of_every_edge_leaves_on(played: Score, start: float, later: float) -> None:
    assert played.on_at(start, start + later) == replayed(played, start, start + later)[0]


@quick
@given(SCORES, GRID, GRID)
def test_the_next_edge_is_the_first_that_a_replay_has_not_switched(played: Score, start: float, later: float) -> None:
    assert played.index_after(start, start + later) == replayed(played, start, start + later)[1]


@quick
@given(SCORES, GRID, st.floats(0, 1e6))
def test_the_next_edge_lies_ahead_and_the_one_before_it_does_not(played: Score, start: float, later: float) -> None:
    index = played.index_after(start, start + later)

    assert played.due(start, index)[0] > start + later - 1e-6
    assert index == 0 or played.due(start, index - 1)[0] <= start + later + 1e-6


@quick
@given(SCORES, GRID)
def test_nothing_is_on_before_a_program_begins(played: Score, start: float) -> None:
    assert played.on_at(start, start - 0.5) == frozenset()
    assert played.index_after(start, start - 0.5) == 0


@pytest.mark.parametrize("roles", [ALONE, WITH_STRIKER])
@pytest.mark.parametrize("incident", sorted(make_rules().cycles))
def test_every_shipped_cycle_switches_each_output_off_again_before_it_ends(
    incident: str, roles: frozenset[Role]
) -> None:
    played = score(make_rules().cycles[incident], roles, stroke_s=0.03)
    switched = [(edge.role, edge.on) for edge in played.edges]

    assert [edge.at_s for edge in played.edges] == sorted(edge.at_s for edge in played.edges)
    assert played.edges[-1].at_s < played.length_s
    for role in Role:
        turns = [on for each, on in switched if each is role]
        assert turns == [True, False] * (len(turns) // 2)


@pytest.mark.parametrize("incident", sorted(make_rules().cycles))
def test_every_stroke_of_a_shipped_cycle_is_beaten_also_without_a_striker(incident: str) -> None:
    cycle = make_rules().cycles[incident]
    sirens = 0 if cycle.siren is None else 1

    for roles, beater, more in ((WITH_STRIKER, STRIKER, 0), (ALONE, SIREN, sirens)):
        begun = [edge for edge in score(cycle, roles, 0.03).edges if edge.role is beater and edge.on]
        assert len(begun) == len(cycle.strokes_s) + more
