"""The strokes' own count: one that is due and is not beaten is told, and is not only a shorter row."""

import pytest

from benchmarks.run import MeasureError
from benchmarks.strokes import GRACE_S, beaten

DUE_S = tuple(1.25 + number / 8 for number in range(400))  # after the siren; 20 come within 2.5 s of the first
BEGAN, SILENCED = 100.0, 103.75 + GRACE_S


def strokes(count: int) -> list[float]:
    return [BEGAN + each for each in DUE_S[:count]]


@pytest.mark.parametrize(("count", "lost"), [(30, 0), (21, 0), (20, 1), (10, 11), (1, 20)])
def test_a_stroke_that_was_due_and_was_not_beaten_is_lost(count: int, lost: int) -> None:
    found = beaten((), strokes(count), SILENCED, DUE_S)

    assert (found.due, found.lost, len(found.late_ms)) == (21, lost, count)


def test_each_is_as_late_as_it_is_later_than_the_least_late() -> None:
    late = [each + 0.25 * (number % 2) for number, each in enumerate(strokes(30))]
    found = beaten((0.5, 0.25), late, SILENCED, DUE_S)

    assert found.woken_ms == (0.25, 0.0)
    assert found.late_ms == pytest.approx([250.0 * (number % 2) for number in range(30)])


@pytest.mark.parametrize(("found", "silenced"), [
    ([], SILENCED), (strokes(1), BEGAN), ([*strokes(400), 170.0], 170.0),
], ids=["none", "silenced at once", "more than the cycle has"])
def test_what_says_nothing_of_strokes_is_an_error(found: list[float], silenced: float) -> None:
    with pytest.raises(MeasureError, match=rf"^{len(found)} strokes were counted where \d+ were due$"):
        beaten((), found, silenced, DUE_S)
