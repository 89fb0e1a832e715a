"""When a hub may lead: who leads has given up before another takes over, whatever the way of each message takes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.core import lease
from runtime.core.lease import GIVE_UP_S, LEASE_S, Lead, Watch

OLD = Lead(3, 7, "p1", "satu", "boot-1")


def test_as_long_as_it_is_renewed_nobody_else_leads() -> None:
    watch = None
    for beat in range(100):
        watch = lease.seen(watch, Lead(3, beat, "p1"), beat * 0.9 * LEASE_S)
        assert not lease.may_claim(watch, (beat + 0.9) * 0.9 * LEASE_S)


def test_who_is_not_heard_of_for_so_long_is_followed() -> None:
    watch = lease.seen(lease.seen(None, OLD, 10.0), OLD, 12.0)

    assert watch == Watch(OLD, 10.0)
    assert not lease.may_claim(watch, 10.0 + LEASE_S - 0.01)
    assert lease.may_claim(watch, 10.0 + LEASE_S)


def test_who_has_stopped_is_followed_at_once() -> None:
    assert lease.may_claim(lease.seen(None, Lead(3, 7, ""), 10.0), 10.0)


def test_a_database_that_forgets_renewals_when_its_standby_is_promoted_begins_the_count_anew() -> None:
    watch = lease.seen(lease.seen(None, OLD, 10.0), Lead(3, 5, "p1", "satu", "boot-1"), 15.0)

    assert not lease.may_claim(watch, 15.0 + LEASE_S - 0.01)


@settings(max_examples=500)
@given(
    st.lists(st.tuples(st.floats(0.01, 6.0), st.floats(0.0, 4.0)), max_size=10),  # renewals: after what pause, its way
    st.lists(st.floats(0.05, 3.0), min_size=1, max_size=80),  # looks of the other: after what pause
    st.integers(0, 3), st.floats(0.0, 3.0),
)
def test_no_other_may_lead_before_who_leads_has_given_up(
    renewals: list[tuple[float, float]], looks: list[float], forgotten: int, dead_s: float
) -> None:
    """The database dies, and a standby takes its place that lacks the last renewals, though they were answered."""
    written, good_until, at = [(0.0, 0)], GIVE_UP_S, 0.0
    for beat, (pause_s, way_s) in enumerate(renewals, start=1):
        at += pause_s
        if at >= good_until:
            break
        written.append((at + way_s, beat))
        if at + way_s >= good_until:
            break
        good_until = at + GIVE_UP_S  # counted from before it was sent
        at += way_s
    died_at = written[-1][0]
    watch, now, moved = None, 0.0, not forgotten
    for pause_s in looks:
        now += pause_s
        if forgotten and (died_at <= now < died_at + dead_s or (now >= died_at and not moved)):
            watch, moved = None, now >= died_at + dead_s  # at least once it does not answer: then the count begins anew
            continue
        there = written if now < died_at or not forgotten else written[: max(1, len(written) - forgotten)]
        watch = lease.seen(watch, Lead(1, [beat for since, beat in there if since <= now][-1], "p1"), now)
        if lease.may_claim(watch, now):
            assert now >= good_until
            return


def test_that_nobody_stands_by_counts_once_the_others_had_the_time_to_come_up() -> None:
    assert not lease.alone(0, 1, 10.0, 10.0 + lease.ALONE_S - 1)
    assert lease.alone(0, 1, 10.0, 10.0 + lease.ALONE_S)
    assert not lease.alone(1, 1, 10.0, 1000.0)
