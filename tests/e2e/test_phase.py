"""Posts within earshot beat together, though nothing passes between them: a node counts its rounds on the wall clock.

What the grid is, is decided in node/core/playing.py, and judged in tests/node/core/test_phase.py. Here it is judged
that a real node gives its siren programs that lie on it, by the clock as it is, and as it is set.
"""

from pathlib import Path

from testing.private_broker import PrivateBroker
from tests.support import plays
from tests.support.plays import Given
from tests.support.quick import INCIDENT, quick_district
from tests.support.shifted import LINE, VARIABLE, set_clock
from tests.support.village import Post, alarm, impatient
from tests.support.waiting import wait_until

SYNCED = "runtime.clock._synced = lambda: True"
OFTEN = "runtime.health.CLOCK_S = 0.1"
READ_S = 0.05  # how wrongly a clock may be read on a machine that stalls; a round is 2.7 s


def test_posts_count_their_rounds_on_the_wall_clock_and_follow_it_when_it_is_set_with_the_next_round(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    """One post's clock is put forward, the other's back."""
    district, _ = quick_district(folder / "district")
    steps_s = {"kalibagor": 1.7, "kotakan": -1.7}
    for village in steps_s:
        set_clock(folder / f"{village}.shift", 0.0)
        post = Post(folder / village, broker.port, village, district=district, in_phase=True)
        posts.append(post)
        post.start({
            VARIABLE: str(folder / f"{village}.shift"), plays.VARIABLE: str(folder / f"{village}.plays"),
            **impatient(folder / village, LINE, SYNCED, OFTEN, plays.LINE),
        })

    def given(post: Post) -> list[Given]:
        return plays.read(folder / f"{post.village}.plays")

    for post in posts:
        post.expect("linked: clock=synced")
        alarm(broker, post.village, INCIDENT)
        post.expect_on("siren")
    before = {post.village: given(post) for post in posts}
    for village, step_s in steps_s.items():
        set_clock(folder / f"{village}.shift", step_s)
    for post in posts:
        old = before[post.village]
        assert [each for each in old if abs(each.off_grid_s) > READ_S] == []
        assert wait_until(lambda post=post, old=old: followed(given(post), old) is not None)  # type: ignore[misc]
        new = followed(given(post), old)

        assert new is not None
        assert new.start + new.entered_s > old[-1].start + old[-1].length_s - READ_S  # in the middle of a round nothing
        assert {each.until for each in given(post)} == {new.until}  # nor does the end move
        assert [each.level for each in post.changes if each.output == "strobe"] == [True]  # it never stopped


def followed(given: list[Given], old: list[Given]) -> Given | None:
    """The first program after the *old* ones that lies on the grid of the clock as it is set."""
    return next((each for each in given[len(old):] if abs(each.off_grid_s) <= READ_S), None)
