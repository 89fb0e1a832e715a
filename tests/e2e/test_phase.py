"""Two posts within earshot: whenever each began, they beat together. Their clocks are this machine's, and synchronised.

Nothing passes between them: both count their rounds on the wall clock. What is measured is the whole way, from the
round's start as each node has it to the switching of its pin.
"""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from contract.domain.rhythm import Cycle
from runtime import clock
from testing.private_broker import PrivateBroker
from tests.support.quick import INCIDENT, quick_district
from tests.support.shifted import LINE, VARIABLE, set_clock
from tests.support.village import AT_ONCE_S, Post, alarm, impatient
from tests.support.waiting import wait_until

SYNCED = "runtime.clock._synced = lambda: True"
PHASE_S = 0.002
WORST_S = 0.01  # of all pairs but one: this machine is shared, and now and then stands still
STALLED_S = 0.1
DURATION_S = 13.0  # three rounds, and what the step adds


def begin(folder: Path, port: int, posts: list[Post], village: str, district: str, **env: str) -> Post:
    lines = [SYNCED] if not env else [LINE, SYNCED, "runtime.health.CLOCK_S = 0.3"]
    post = Post(folder / village, port, village, district=district, in_phase=True)
    posts.append(post)
    post.begin({**env, **impatient(folder / village, *lines)})
    post.expect("linked: clock=synced")
    return post


def strikes(post: Post) -> list[float]:
    return [each.at for each in post.sounds() if each.output == "striker"]


def sirens(post: Post) -> list[float]:
    return [each.at for each in post.sounds() if each.output == "siren"]


def on_grid(instants: list[float], cycle: Cycle, offset_s: float) -> list[float]:
    """How far each of *instants* lies from the nearest stroke of rounds that are counted on a wall clock."""
    def nearest(at_s: float) -> float:
        found = [(at_s - each + cycle.length_s / 2) % cycle.length_s - cycle.length_s / 2 for each in cycle.strokes_s]
        return min(found, key=abs)

    return [nearest((at + offset_s) % cycle.length_s) for at in instants]


def test_two_posts_that_began_at_different_times_beat_together(
    folder: Path, broker: PrivateBroker, posts: list[Post], record_property: Callable[[str, object], None]
) -> None:
    district, cycle = quick_district(folder / "district")
    one, other = (begin(folder, broker.port, posts, village, district) for village in ("kalibagor", "kotakan"))
    asked: list[float] = []
    for post in (one, other):
        wait_until(lambda: not asked or clock.now() > asked[-1] + 1.3)
        asked.append(clock.now())
        alarm(broker, post.village, INCIDENT)
    assert other.wait(lambda box: len(strikes(box)) >= 8, 15.0)
    first = strikes(other)[0] - 0.1
    assert one.wait(lambda box: len([at for at in strikes(box) if at > first]) >= 8, 5.0)

    struck = [at for at in strikes(one) if at > first][:8]
    apart_s = [abs(a - b) for a, b in zip(struck, strikes(other)[:8], strict=True)]
    off_s = on_grid(struck, cycle, clock.wall().offset_s)
    at_once_s = [sirens(post)[0] - instant for post, instant in zip((one, other), asked, strict=True)]
    record_property("two posts beat", f"{1000 * median(apart_s):.2f} ms apart at the median, "
                    f"{1000 * max(apart_s):.2f} ms at worst of {len(apart_s)}; "
                    f"off the grid {1000 * median(off_s):.2f} ms")
    assert max(at_once_s) < AT_ONCE_S
    assert asked[1] - asked[0] > 1.0
    assert median(apart_s) < PHASE_S
    assert sorted(apart_s)[-2] < WORST_S
    assert max(apart_s) < STALLED_S
    assert 0 <= median(off_s) < PHASE_S


def test_a_clock_that_is_set_in_the_middle_of_a_round_moves_the_next_one_and_no_end(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """One post's clock is put forward, the other's back."""
    district, cycle = quick_district(folder / "district", duration_s=DURATION_S)
    steps_s = {"kalibagor": 1.7, "kotakan": -1.7}
    shifts = {village: folder / f"{village}.shift" for village in steps_s}
    for shift in shifts.values():
        set_clock(shift, 0.0)
    both = [begin(folder, broker.port, posts, village, district, **{VARIABLE: str(shift)})
            for village, shift in shifts.items()]
    alarm(broker, "semua", INCIDENT)
    for post in both:
        post.expect_on("striker", 10.0)
    before, set_at = clock.wall().offset_s, clock.now()
    for village, step_s in steps_s.items():
        set_clock(shifts[village], step_s)
    for post in both:
        post.expect("finished:", timeout_s=20.0)
        ended = post.expect_quiet()

        struck = strikes(post)
        old, new = on_grid(struck, cycle, before), on_grid(struck, cycle, before + steps_s[post.village])
        moved = next(place for place, at in enumerate(struck) if at > set_at and abs(new[place]) < abs(old[place]))
        assert max(map(abs, old[:moved])) < STALLED_S
        assert max(map(abs, new[moved:])) < STALLED_S
        assert moved % len(cycle.strokes_s) == 0  # no figure was broken
        assert moved >= len(cycle.strokes_s)
        assert len(struck) >= moved + len(cycle.strokes_s)
        assert ended - sirens(post)[0] == pytest.approx(DURATION_S, abs=STALLED_S)
        assert [each.level for each in post.changes if each.output == "strobe"] == [True, False]  # it never stopped
