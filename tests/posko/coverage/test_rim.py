"""The line around several circles: none of it lies within any of them, and all of the border is there."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from posko.coverage.core.rim import Arc, rim
from tests.contract.shipped import quick

TURN = 2 * math.pi
CIRCLES = st.lists(st.tuples(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), st.integers(1, 9)), max_size=6)


def test_circles_apart_are_whole() -> None:
    assert list(rim([((0, 0), 1), ((5, 0), 2)])) == [Arc((0, 0), 1, 0.0, TURN), Arc((5, 0), 2, 0.0, TURN)]
    assert all(arc.is_whole for arc in rim([((0, 0), 1)]))


def test_of_a_circle_within_another_and_of_one_that_comes_twice_nothing_is_left() -> None:
    assert list(rim([((0, 0), 3), ((1, 0), 1), ((0, 0), 3)])) == [Arc((0, 0), 3, 0.0, TURN)]


def test_two_that_cross_lose_what_lies_within_the_other() -> None:
    left, *right = rim([((0, 0), 1), ((1, 0), 1)])

    assert (left.since, left.until) == pytest.approx((math.pi / 3, 5 * math.pi / 3))  # 60 degrees on either side
    assert [(arc.since, arc.until) for arc in right] == [
        pytest.approx((0.0, 2 * math.pi / 3)), pytest.approx((4 * math.pi / 3, TURN)),
    ]


@quick
@given(CIRCLES)
def test_no_arc_lies_within_a_circle_and_each_place_of_the_border_lies_on_an_arc(
    circles: list[tuple[tuple[int, int], int]]
) -> None:
    arcs = list(rim(circles))
    for arc in arcs:
        middle = arc.at((arc.since + arc.until) / 2)
        assert all(math.dist(middle, centre) >= radius - 1e-6 for centre, radius in circles)
    for centre, radius in circles:
        for step in range(12):
            angle = (step + 0.1234) * TURN / 12
            place = Arc(centre, radius, 0.0, TURN).at(angle)
            others = [each for each in circles if each != (centre, radius)]
            if all(math.dist(place, other) > around + 1e-6 for other, around in others):
                assert any(arc.centre == centre and arc.radius == radius and arc.since <= angle <= arc.until
                           for arc in arcs)
