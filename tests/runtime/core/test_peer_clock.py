"""Whether another program's clock agrees with ours: by the message that was on its way for the shortest time."""

import pytest

from runtime.core.peer_clock import PeerClock, Shown, seen

OURS_S, THEIRS_S = 1000.0, 40.0  # how long either machine has been up when the first message is made
EPOCH_S = 1_800_000_000.0


def after(*messages: tuple[float, float], wrong_s: float = 0.0, boots: tuple[str, ...] = ()) -> PeerClock:
    """What is known after *messages*, each made at an instant and so long on its way; theirs is *wrong_s* ahead."""
    known: PeerClock | None = None
    for number, (made, way_s) in enumerate(messages):
        boot = boots[number] if boots else "b"
        shown = Shown(boot, THEIRS_S + made, EPOCH_S + made + wrong_s)
        known = seen(known, shown, OURS_S + made + way_s, EPOCH_S + made + way_s)
    assert known is not None
    return known


@pytest.mark.parametrize("wrong_s", [7200.0, -7200.0, 5.5, -5.5])
def test_clocks_that_are_too_far_apart_for_long_enough_disagree(wrong_s: float) -> None:
    assert [after(*((at, 0.0) for at in range(0, last + 1, 4)), wrong_s=wrong_s).apart for last in (0, 4, 8, 40)] == [
        False, False, True, True,
    ]


@pytest.mark.parametrize("wrong_s", [0.0, 4.9, -4.9])
def test_clocks_that_lie_less_far_apart_agree(wrong_s: float) -> None:
    found = after((0, 0.0), (10, 0.0), (20, 0.0), wrong_s=wrong_s)

    assert (found.since, found.apart) == (None, False)
    assert found.apart_s == pytest.approx(-wrong_s)


def test_messages_that_are_held_up_show_no_disagreement_once_one_was_not() -> None:
    assert after((0, 0.0), (5, 30.0), (20, 60.0), (40, 90.0)).since is None
    assert after((0, 20.0), (5, 15.1), (20, 0.1)).since is None


def test_messages_that_were_all_held_up_and_come_at_one_instant_do_not_count_yet() -> None:
    found = after((0, 30.0), (5, 25.0), (10, 20.0), (15, 15.0))

    assert (found.since, found.apart) == (OURS_S + 30.0, False)


def test_what_was_learned_of_another_run_does_not_count() -> None:
    found = after((0, 0.0), (10, 0.0), (20, 0.0), wrong_s=7200.0, boots=("b", "b", "c"))

    assert (found.since, found.apart) == (OURS_S + 20.0, False)


@pytest.mark.parametrize("ours", [True, False])
def test_a_clock_that_is_not_synchronised_disagrees_with_none(ours: bool) -> None:
    known = after((0, 0.0), (10, 0.0), wrong_s=7200.0)
    assert known.apart

    shown = Shown("b", THEIRS_S + 20.0, None if ours else EPOCH_S)
    found = seen(known, shown, OURS_S + 20.0, EPOCH_S if ours else None)
    assert (found.apart_s, found.since, found.apart) == (None, None, False)


def test_what_is_named_is_whole_seconds_and_does_not_follow_each_small_change() -> None:
    known: PeerClock | None = None
    named = []
    for at, wrong_s in ((0.0, 100.4), (10.0, 101.9), (20.0, 98.0), (30.0, 110.0), (40.0, -60.0)):
        known = seen(known, Shown("b", THEIRS_S + at, EPOCH_S + at + wrong_s), OURS_S + at, EPOCH_S + at)
        named.append(known.named())

    assert named == ["100 s behind"] * 3 + ["110 s behind", "60 s ahead of"]
