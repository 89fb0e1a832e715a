"""Rations: what one village publishes cannot fill another one's line, and nobody is shut out for what posts do."""

from hypothesis import given
from hypothesis import strategies as st

from contract.wire import timing
from runtime.core.ration import (
    ALL_CLEARS,
    EACH_BYTES,
    LONGEST_SHUT_S,
    NEIGHBOUR,
    NEIGHBOUR_MESSAGE,
    POST,
    SHUT_S,
    Ration,
    all_clears,
    of_posts,
)

PATOKAN, OLEAN, OWN = "patokan", "olean", "dawuhan"
LISTENING = {PATOKAN: NEIGHBOUR, OLEAN: NEIGHBOUR}
PRESS_BYTES = 350


def ration(now: float = 0.0) -> Ration:
    """Of a post in OWN, which has just received a beacon."""
    found = Ration(LISTENING)
    found.beacon(now)
    return found


def poured(limits: Ration, now: float, source: str = PATOKAN) -> float:
    """Has *source* publish until it is shut out, at *now*; the bytes that were taken."""
    taken = 0
    while not limits.take(source, 1000 - EACH_BYTES, now):
        taken += 1000
        assert taken < 10 * NEIGHBOUR.burst
    return taken


def heard_again(limits: Ration, now: float) -> float:
    """The second at which somebody is heard again, while beacons come from *now* on."""
    for second in range(10_000):
        limits.beacon(now + second)
        if limits.readmit(now + second):
            return now + second
    raise AssertionError("never heard again")


def test_who_pours_out_what_it_likes_is_shut_out_and_nobody_else() -> None:
    limits = ration()
    taken = poured(limits, 0.0)

    assert taken == NEIGHBOUR.burst
    assert limits.shut_out(PATOKAN)
    assert limits.out == {PATOKAN}
    assert not limits.take(OLEAN, PRESS_BYTES, 0.0)
    assert not limits.shut_out(OLEAN)


def test_one_is_shut_out_once_however_much_still_comes() -> None:
    limits = ration()
    poured(limits, 0.0)

    assert not any(limits.take(PATOKAN, NEIGHBOUR_MESSAGE, 0.1 * each) for each in range(100))


def test_ones_own_village_and_what_is_for_everybody_are_never_rationed() -> None:
    limits = ration()

    assert not any(limits.take(each, NEIGHBOUR_MESSAGE, 0.0) for each in (OWN, "semua", "active") for _ in range(100))
    assert limits.out == frozenset()


@given(st.lists(st.floats(0, 30), max_size=60))
def test_what_posts_publish_shuts_nobody_out(pauses_s: list[float]) -> None:
    """Five posts whose press is not listed send it again every 10 s, and 100 presses come at once."""
    limits = ration()
    assert not any(limits.take(PATOKAN, PRESS_BYTES, 0.0) for _ in range(100))
    at = 0.0
    for pause_s in pauses_s:
        at += pause_s
        limits.beacon(at)
        assert not any(limits.take(PATOKAN, PRESS_BYTES, at) for _ in range(round(pause_s / 10 * 5)))


def test_it_is_heard_again_after_a_minute_and_after_twice_as_long_each_time_it_goes_on() -> None:
    limits = ration()
    at, waits = 0.0, []
    for _ in range(7):
        limits.beacon(at)
        poured(limits, at)
        again = heard_again(limits, at)
        waits.append(again - at)
        at = again + 1

    assert waits == [SHUT_S, 2 * SHUT_S, 4 * SHUT_S, 8 * SHUT_S, LONGEST_SHUT_S, LONGEST_SHUT_S, LONGEST_SHUT_S]


def test_who_keeps_to_its_ration_for_as_long_begins_anew() -> None:
    limits = ration()
    poured(limits, 0.0)
    back = heard_again(limits, 0.0)
    limits.take(PATOKAN, PRESS_BYTES, back + 1)

    assert limits.forget(back + SHUT_S - 1) == frozenset()
    assert limits.forget(back + SHUT_S) == {PATOKAN}
    assert limits.forget(back + SHUT_S) == frozenset()
    assert limits.wait_s(PATOKAN) == 0.0
    limits.beacon(200.0)
    poured(limits, 200.0)
    assert limits.wait_s(PATOKAN) == SHUT_S


def test_where_no_beacon_stands_in_for_a_village_it_is_not_shut_out() -> None:
    limits = Ration(LISTENING)

    assert not any(limits.take(PATOKAN, NEIGHBOUR_MESSAGE, 0.0) for _ in range(100))


def test_when_the_beacon_stays_away_who_was_shut_out_is_heard_again() -> None:
    limits = ration()
    poured(limits, 0.0)

    assert not limits.readmit(timing.HUB_LOST_S - 0.1)
    assert limits.readmit(timing.HUB_LOST_S)
    assert limits.out == frozenset()


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, NEIGHBOUR_MESSAGE)), min_size=1, max_size=400))
def test_whatever_comes_what_is_taken_of_a_village_in_a_minute_has_a_bound(messages: list[tuple[float, int]]) -> None:
    limits = ration()
    at = 0.0
    taken: list[tuple[float, int]] = []
    for pause_s, size in messages:
        at += pause_s
        limits.beacon(at)
        limits.readmit(at)
        if limits.shut_out(PATOKAN):
            continue
        taken.append((at, size + EACH_BYTES))
        limits.take(PATOKAN, size, at)
    for begin, _ in taken:
        within = sum(size for when, size in taken if begin <= when < begin + SHUT_S)
        # What was left, what was given since, and the one message too many.
        assert within <= NEIGHBOUR.burst + NEIGHBOUR.per_s * SHUT_S + NEIGHBOUR_MESSAGE + EACH_BYTES


@given(st.integers(1, 2000))
def test_a_village_may_send_the_hub_what_its_posts_send_and_no_more_at_length(posts: int) -> None:
    """Each a status and three events at once after an outage, then a status of 1 kB every 10 s, and a press."""
    allowance = of_posts(posts)

    assert allowance.burst > posts * 4 * (1000 + EACH_BYTES)
    assert allowance.per_s > posts * (1000 + PRESS_BYTES + 2 * EACH_BYTES) / 10


def test_what_posts_report_counts_for_each_by_itself_so_a_village_of_many_is_not_shut_out_for_all_together() -> None:
    names = [f"{PATOKAN}/pos-{number}" for number in range(100)]
    limits = Ration({PATOKAN: of_posts(100), **dict.fromkeys(names, POST)}, stand_in=False)

    assert not any(limits.take(name, 2000, 0.0) for name in names for _ in range(200))
    assert not limits.take(PATOKAN, PRESS_BYTES, 0.0)
    assert limits.out == frozenset()


def test_one_post_that_reports_without_end_has_its_village_shut_out_however_many_posts_that_has() -> None:
    names = [f"{PATOKAN}/pos-{number}" for number in range(100)]
    limits = Ration({PATOKAN: of_posts(100), **dict.fromkeys(names, POST)}, stand_in=False)
    taken = poured(limits, 0.0, names[0])

    assert taken == POST.burst
    assert limits.out == {PATOKAN}
    assert limits.readmit(SHUT_S)
    assert poured(limits, SHUT_S, names[0]) == POST.burst


def test_of_who_is_shut_out_the_all_clears_are_taken_until_they_are_poured_out_too() -> None:
    limits = ration()
    poured(limits, 0.0)
    clears = all_clears(PATOKAN)
    assert not any(limits.take(clears, PRESS_BYTES, float(second)) for second in range(20))
    assert not limits.shut_out(clears)

    limits.beacon(20.0)
    taken = poured(limits, 20.0, clears)

    assert taken < ALL_CLEARS.burst
    assert limits.out == {PATOKAN, clears}
    assert limits.wait_s(PATOKAN) == SHUT_S
    assert heard_again(limits, 20.0) == SHUT_S
    assert limits.out == frozenset()


def test_all_clears_alone_never_shut_themselves_out_while_the_alarms_of_their_village_are_taken() -> None:
    limits = ration()
    poured(limits, 0.0, all_clears(PATOKAN))

    assert limits.out == {PATOKAN}


def test_who_is_asked_for_is_heard_again_and_shut_out_for_longer_if_it_goes_on() -> None:
    limits = Ration({PATOKAN: of_posts(1)}, stand_in=False)
    while not limits.take(PATOKAN, 1000, 0.0):
        pass
    limits.pardon(OLEAN, 5.0)
    assert not limits.readmit(5.0)

    limits.pardon(PATOKAN, 10.0)

    assert limits.readmit(10.0)
    while not limits.take(PATOKAN, 1000, 11.0):
        pass
    assert limits.wait_s(PATOKAN) == 2 * SHUT_S
    assert not limits.readmit(11.0 + SHUT_S)


def test_posts_that_nobody_knows_have_one_ration_together_with_their_village() -> None:
    limits = Ration({PATOKAN: of_posts(1)}, stand_in=False)
    taken = 0
    while not limits.take(f"{PATOKAN}/pos-{taken}", 1000 - EACH_BYTES, 0.0):
        taken += 1000

    assert taken <= of_posts(1).burst
    assert limits.out == {PATOKAN}


def test_the_hub_has_no_stand_in_and_shuts_out_who_floods_all_the_same() -> None:
    limits = Ration({PATOKAN: of_posts(1)}, stand_in=False)
    while not limits.take(PATOKAN, 4000, 0.0):
        pass

    assert not limits.readmit(SHUT_S - 1)
    assert limits.readmit(SHUT_S)


def test_while_nobody_is_shut_out_what_is_known_of_ten_thousand_names_is_not_gone_through() -> None:
    """It is asked after each message: in a district of 5,000 posts that took 40 % of the hub's processor."""
    limits = Ration({f"desa-{number}/pos-1": POST for number in range(100)}, stand_in=False)
    for number in range(100):
        limits.take(f"desa-{number}/pos-1", 100, 0.0)
    known = limits._left

    assert not limits.readmit(1.0)
    assert limits._left is known


SUMBERKOLAK = "panarukan/sumberkolak"


def at_the_border(now: float = 0.0) -> Ration:
    """Of a post in OWN, with a neighbour in Panarukan, of whose own hub no beacon has come."""
    found = Ration({**LISTENING, SUMBERKOLAK: NEIGHBOUR}, foreign=frozenset({SUMBERKOLAK}))
    found.beacon(now)
    return found


def test_a_foreign_village_is_shut_out_for_as_long_as_the_beacon_of_its_own_hub_stands_in() -> None:
    limits = at_the_border()
    for _ in range(500):
        assert not limits.take(SUMBERKOLAK, 1000, 0.0)  # nothing would stand in for it

    limits.beacon(0.0, "panarukan")
    assert limits.take(SUMBERKOLAK, 1000, 0.0)
    assert limits.out == {SUMBERKOLAK}

    limits.beacon(timing.HUB_LOST_S)
    assert limits.readmit(timing.HUB_LOST_S)
    assert limits.out == frozenset()


def test_a_village_here_of_the_same_slug_has_a_ration_of_its_own_and_the_foreign_beacon_stands_in_for_nobody_here() -> (
    None
):
    limits = Ration({"sumberkolak": NEIGHBOUR, SUMBERKOLAK: NEIGHBOUR}, foreign=frozenset({SUMBERKOLAK}))
    limits.beacon(0.0, "panarukan")
    poured(limits, 0.0, SUMBERKOLAK)

    assert limits.out == {SUMBERKOLAK}
    for _ in range(500):
        assert not limits.take("sumberkolak", 1000, 0.0)


def test_the_all_clears_of_a_foreign_village_that_is_shut_out_are_taken_within_their_own_ration() -> None:
    limits = at_the_border()
    limits.beacon(0.0, "panarukan")
    poured(limits, 0.0, SUMBERKOLAK)

    assert not limits.take(all_clears(SUMBERKOLAK), PRESS_BYTES, 0.0)
    assert limits.shut_out(SUMBERKOLAK)
    assert not limits.shut_out(all_clears(SUMBERKOLAK))
    poured(limits, 0.0, all_clears(SUMBERKOLAK))
    assert limits.out == {SUMBERKOLAK, all_clears(SUMBERKOLAK)}
