"""One drum at a time: real nodes of posts within earshot, which exchange nothing, beat one after the other.

What the rounds are is judged in tests/node/core/test_turns.py. Here it is judged at the pins of real processes. A round
here is: the siren for 1 s, 1 s of silence, then for each post four strokes (0.6 s) and 1.7 s of silence.
"""

from itertools import pairwise
from pathlib import Path

import pytest

from testing.box import now
from testing.private_broker import PrivateBroker
from tests.support.quick import INCIDENT, quick_district
from tests.support.shifted import LINE, VARIABLE, set_clock
from tests.support.village import Hub, Post, alarm, impatient, listed
from tests.support.waiting import wait_until

SYNCED = "runtime.clock._synced = lambda: True"
ROUNDS = 3
FIGURE = 4  # strokes
HOURS_S = 5 * 3600.0


def strokes(post: Post, since: float = 0.0) -> list[float]:
    return [each.at for each in post.changes if each.output == "striker" and each.level and each.at >= since]


def sirens(post: Post) -> list[tuple[float, bool]]:
    return [(each.at, each.level) for each in post.changes if each.output == "siren"]


def figures(post: Post, since: float) -> list[list[float]]:
    """The strokes of each figure of *post*: they are less than a second apart, and more is between two figures.

    A box that is stalled for seconds may leave a figure out: how many there are says how fast the machine is.
    """
    found: list[list[float]] = []
    for at in strokes(post, since):
        if found and at < found[-1][-1] + 1.0:
            found[-1].append(at)
        else:
            found.append([at])
    return found


def assert_one_at_a_time(posts: list[Post], since: float = 0.0) -> None:
    """No post has begun to beat before another one was done, nor beats more than its figure at once."""
    ordered = sorted((figure, str(post.settings["node"])) for post in posts for figure in figures(post, since))
    assert {name for _, name in ordered} == {str(post.settings["node"]) for post in posts}
    assert max(len(figure) for figure, _ in ordered) == FIGURE
    for (before, name), (after, other) in pairwise(ordered):
        assert before[-1] < after[0], f"{other} began at {after[0]}, when {name} beat until {before[-1]}: {ordered}"


def make(folder: Path, broker: PrivateBroker, posts: list[Post], count: int, *, hub: bool = False) -> None:
    """Adds *count* posts of Kalibagor to *posts*; none is started."""
    district, _ = quick_district(folder / "district", rest_s=1.0, posts=count)
    posts += [
        Post(folder / f"{number}", broker.port, node=f"pos-{number}", district=district, hub=hub)
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_posts_within_earshot_never_beat_at_the_same_time_and_their_sirens_are_on_together(
    folder: Path, broker: PrivateBroker, posts: list[Post], count: int
) -> None:
    make(folder, broker, posts, count)
    for post in posts:
        post.begin()
    alarm(broker, "kalibagor", INCIDENT)

    assert wait_until(lambda: len(strokes(posts[-1])) >= ROUNDS * FIGURE)
    assert_one_at_a_time(posts)
    firsts = [strokes(post)[0] for post in posts]
    assert firsts == sorted(firsts)
    begun, over = max(sirens(post)[0][0] for post in posts), min(sirens(post)[1][0] for post in posts)
    assert begun < over  # there is a time at which all of them are on
    first = strokes(posts[0])[0]
    assert over < first
    for post in posts:  # the first drum of all comes before any siren is on again
        assert not [at for at, on in sirens(post) if on and begun < at < first]


def test_a_node_that_is_started_in_the_middle_falls_into_its_slot_though_its_clock_is_hours_off(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    make(folder, broker, posts, 2, hub=True)
    there, late = posts
    there.begin()
    raised_at = now()
    alarm(broker, "kalibagor", INCIDENT)
    assert wait_until(lambda: len(strokes(there)) >= FIGURE)

    set_clock(folder / "shift", HOURS_S)
    late.begin({VARIABLE: str(folder / "shift"), **impatient(folder, LINE, SYNCED)})
    age_s = now() - raised_at
    Hub(broker).beacon(listed("a", INCIDENT, "kalibagor", age_s=age_s, remaining_s=180.0 - age_s))
    late.expect_on("siren")
    joined_at = sirens(late)[0][0]

    assert wait_until(lambda: len(strokes(late)) >= ROUNDS * FIGURE)
    assert_one_at_a_time(posts, joined_at)


def test_a_node_that_was_silenced_and_whose_button_is_pressed_again_is_in_its_slot_without_a_hub(
    folder: Path, broker: PrivateBroker, posts: list[Post]
) -> None:
    make(folder, broker, posts, 2)
    _, silenced = posts
    for post in posts:
        post.begin()
    alarm(broker, "kalibagor", INCIDENT)
    assert wait_until(lambda: len(strokes(silenced)) >= FIGURE)
    silenced.hold("senyap")
    silenced.expect_quiet()
    silenced.hold(INCIDENT)
    silenced.expect_on("siren")
    again_at = [at for at, on in sirens(silenced) if on][-1]

    begun = [len(strokes(post, again_at)) for post in posts]
    assert wait_until(lambda: all(
        len(strokes(post, again_at)) >= before + ROUNDS * FIGURE for post, before in zip(posts, begun, strict=True)))
    assert_one_at_a_time(posts, again_at)
