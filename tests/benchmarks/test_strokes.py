"""The strokes' own count: one that is due and is not beaten is told, and is neither a shorter row nor a late stroke."""

import pytest

from benchmarks.run import MeasureError
from benchmarks.strokes import GRACE_S, beaten

DUE_S = tuple(1.25 + number / 10 for number in range(400))  # after the siren
BEGAN, SILENCED = 100.0, 103.8 + GRACE_S  # 26 are due until GRACE_S before the silence, of 36 until it


def strokes(*missing: int, late_s: float = 0.0) -> list[float]:
    return [BEGAN + each + late_s for number, each in enumerate(DUE_S[:36]) if number not in missing]


@pytest.mark.parametrize(("missing", "lost"), [
    ((), 0), ((0,), 1), ((12,), 1), (tuple(range(5, 15)), 10), ((25,), 1), ((26,), 0), (tuple(range(20, 36)), 6),
    (tuple(range(1, 36)), 25),
], ids=str)
def test_a_stroke_that_was_due_and_was_not_beaten_is_lost_and_makes_no_other_late(
    missing: tuple[int, ...], lost: int
) -> None:
    found = beaten((), strokes(*missing), BEGAN, SILENCED, DUE_S)

    assert (found.due, found.lost, len(found.late_ms)) == (26, lost, 36 - len(missing))
    assert found.late_ms == pytest.approx([0.0] * len(found.late_ms), abs=1e-6)


def test_each_is_as_late_as_it_is_later_than_the_least_late() -> None:
    late = [each + 0.03 * (number % 2) for number, each in enumerate(strokes(late_s=0.01))]
    found = beaten((0.5, 0.25), late, BEGAN, SILENCED, DUE_S)

    assert found.woken_ms == (0.25, 0.0)
    assert found.late_ms == pytest.approx([30.0 * (number % 2) for number in range(36)], abs=1e-6)
    assert found.lost == 0


def test_a_stroke_in_anothers_place_is_not_its_own() -> None:
    found = strokes(12)

    assert beaten((), sorted([*found, found[11] + 0.04]), BEGAN, SILENCED, DUE_S).lost == 1
    assert beaten((), sorted([*found, found[12] - 0.04]), BEGAN, SILENCED, DUE_S).lost == 1


@pytest.mark.parametrize(("found", "silenced"), [
    ([], SILENCED), (strokes(), BEGAN + 1.0), ([BEGAN], SILENCED),
], ids=["none", "silenced before any was due", "none of the cycle"])
def test_what_says_nothing_of_strokes_is_an_error(found: list[float], silenced: float) -> None:
    with pytest.raises(MeasureError, match=rf"^{len(found)} strokes were counted where \d+ were due$"):
        beaten((), found, BEGAN, silenced, DUE_S)
