"""The hub's beacon: what is listed sounds, what was listed and no longer is stops, and losing it changes no output."""

import pytest

from contract.domain.alarm import Status
from node.core.effects import Hush, Play
from node.core.events import Contact
from runtime.core.effects import Reconnect
from runtime.core.events import Linked, Received, Unlinked
from tests.node.core.world import World, listed, same


def box() -> World:
    """A linked box in a district with a hub."""
    return World().ready()


def test_what_is_listed_sounds_for_what_is_left_of_it() -> None:
    world = box()

    assert world.beacon(listed("a", age=30, remaining=150), at=10.0) == [
        "play kebakaran 4.8 to 160, entered after 5.2",  # its rounds are 24.8 s, and count from -20
        "remember a",
        "log sounding kebakaran kalibagor a",
        "tell sounding kebakaran kalibagor a",
        "light kebakaran sounding",
        "status sounding",
    ]


@pytest.mark.parametrize(
    ("incident", "village", "status", "remaining"),
    [
        ("kebakaran", "olean", Status.ACTUAL, 100.0), ("kebakaran", "nowhere", Status.ACTUAL, 100.0),
        ("nothing", "kalibagor", Status.ACTUAL, 100.0), ("kebakaran", "kalibagor", Status.TEST, 100.0),
        ("kebakaran", "kalibagor", Status.ACTUAL, 0.0), ("kebakaran", "kalibagor", Status.ACTUAL, 0.9),
    ],
)
def test_what_is_out_of_reach_a_test_or_all_but_over_does_not_sound(
    incident: str, village: str, status: Status, remaining: float
) -> None:
    world = box()

    assert world.beacon(listed("a", incident, village, status=status, remaining=remaining), at=10.0) == []


def test_a_listed_exercise_sounds_as_one() -> None:
    world = box()
    world.beacon(listed("a", status=Status.EXERCISE), at=10.0)

    assert world.sounding() == "kebakaran"
    assert [alarm.status for alarm in world.state.alarms.values()] == [Status.EXERCISE]


def test_what_sounds_takes_over_the_listed_name_and_time_and_does_not_begin_anew() -> None:
    world = box()
    world.alarm("kebakaran", 5.0)

    assert world.beacon(listed("hub-1", age=5, remaining=160), at=10.0) == [
        "play kebakaran 5 to 170", "remember hub-1", "status sounding",
    ]
    assert world.alarm("kebakaran", 11.0, identifier="hub-1") == []
    world.beacon(listed("hub-1", age=15, remaining=150), at=20.0)

    assert world.told() == ["linked", "sounding kebakaran kalibagor"]
    assert world.heard() == [("kebakaran", 5.0, 20.0)]


def test_a_beacon_that_says_nothing_new_does_nothing() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)

    assert world.beacon(listed("a", age=5, remaining=174.8), at=15.0) == []


def test_the_hub_may_give_an_alarm_more_time_but_not_past_the_longest_sounding() -> None:
    world = box()
    world.beacon(listed("a", remaining=180), at=10.0)

    assert same(world.beacon(listed("a", age=10, remaining=170 + 60), at=20.0)) == ["play kebakaran 10 to 250"]
    assert same(world.beacon(listed("a", age=20, remaining=500), at=30.0)) == ["play kebakaran 10 to 310"]


def test_what_was_listed_and_no_longer_is_stops_at_once() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)

    assert same(world.beacon(at=15.0)) == ["hush", "remember a over"]
    assert world.told() == ["linked", "sounding kebakaran kalibagor a", "cleared kebakaran kalibagor a"]
    assert world.reasons() == ["no longer listed by the hub"]


def test_what_stopped_does_not_begin_again_though_it_is_listed_again() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    world.beacon(at=15.0)

    assert world.beacon(listed("a", age=10, remaining=170), at=20.0) == []


def test_an_alarm_that_was_never_listed_goes_on() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")

    assert world.beacon(at=11.0) == []
    assert world.beacon(at=20.0) == []
    assert world.sounding() == "kebakaran"


def test_a_press_goes_on_though_a_beacon_that_knew_nothing_of_it_comes() -> None:
    world = box()
    world.press("kebakaran", 10.0)
    for instant in (11.25, 16.0, 20.0):
        world.beacon(at=instant)

    assert world.heard() == [("kebakaran", 11.0, 20.0)]


def test_what_was_raised_again_outlives_a_beacon_that_was_on_its_way() -> None:
    world = box()
    world.beacon(listed("a", remaining=6), at=10.0)
    world.alarm("kebakaran", 15.0, identifier="b")

    world.beacon(listed("a", age=179, remaining=1), at=15.125)  # sent before the hub heard of b
    world.beacon(at=16.5)  # and so was this one
    world.wait(17.0)
    world.beacon(listed("b", age=5, remaining=175), at=20.0)
    world.wait(21.0)

    assert world.told() == ["linked", "sounding kebakaran kalibagor a", "extended kebakaran kalibagor a"]
    assert world.heard() == [("kebakaran", 10.0, 21.0)]


def test_an_alarm_under_two_names_stops_two_beacons_after_neither_is_listed() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    world.alarm("kebakaran", 14.0, identifier="b")
    world.beacon(at=15.0)
    world.beacon(at=20.0)

    assert world.heard() == [("kebakaran", 10.0, 20.0)]


@pytest.mark.parametrize("turned", [False, True])
def test_two_names_of_one_alarm_are_one_sounding_for_the_longer_of_their_times(turned: bool) -> None:
    world = box()
    world.alarm("kebakaran", 5.0, identifier="a", age_s=150)
    for instant in (10.0, 20.0, 30.0):
        old = [listed("a", age=instant + 145, remaining=35 - instant)] if instant < 35 else []
        new = [listed("b", age=instant - 8, remaining=188 - instant)]
        world.beacon(*(new + old if turned else old + new), at=instant)
    world.wait(44.0)

    assert world.told() == ["linked", "sounding kebakaran kalibagor a"]
    assert world.heard() == [("kebakaran", 5.0, 44.0)]


def test_a_name_that_is_over_here_carries_neither_its_time_nor_its_end_to_a_new_alarm() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    world.alarm("aman", 11.0)
    world.alarm("kebakaran", 12.0, identifier="b")

    world.beacon(listed("a", age=8, remaining=3), at=18.0)  # a hub that has heard neither all-clear nor b
    world.beacon(at=22.0)
    world.wait(30.0)

    assert world.told()[-1] == "sounding kebakaran kalibagor b"
    assert world.heard()[-1] == ("kebakaran", 12.0, 30.0)


def test_a_beacon_older_than_the_last_one_is_not_obeyed() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=7)

    assert world.beacon(at=11.0, seq=6) == []
    assert world.beacon(at=12.0, seq=7) == []
    assert world.beacon(listed("b", "pencurian"), at=13.0, seq=5) == []
    assert world.sounding() == "kebakaran"


def test_the_first_beacon_of_a_hub_that_started_again_is_obeyed() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=700)
    later = listed("b", "bencana")

    assert same(world.beacon(later, at=12.0, seq=0, boot="h2")) == ["play bencana 12 to 192", "remember b"]


def test_a_hub_that_starts_again_and_still_lists_an_alarm_changes_nothing() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=700)

    assert world.beacon(listed("a", age=10, remaining=170), at=20.0, seq=0, boot="h2") == []


def test_a_broken_beacon_is_answered_and_changes_no_output() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    done = world.feed(Received("kentongan/situbondo/active", b'{"boot": "h1", "seq": 9}', retain=False), 11.0)

    assert done == ["log refused", "tell refused"]
    assert world.reasons() == ["beacon: alarms: missing; it has no default"]


def test_a_missing_beacon_is_said_and_answered_by_one_new_connection_and_changes_no_output() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)

    assert world.wait(24.99) == []
    assert world.wait(25.0) == [
        "log fault hub", "tell fault hub", "reconnect",
        "light kebakaran sounding, pencurian fault, senyap fault", "status sounding",
    ]
    world.feed(Unlinked("connection dropped"), 25.5)
    world.feed(Linked(), 26.0)
    world.wait(180.0)

    assert world.did(Reconnect) == [25.0]
    assert (world.did(Play), world.did(Hush)) == ([10.0], [])
    assert world.heard() == [("kebakaran", 10.0, 180.0)]


def test_each_gap_has_one_new_connection_and_its_end_is_said() -> None:
    world = box()
    for instant in (10.0, 100.0, 105.0, 300.0):
        world.beacon(at=instant)

    assert world.did(Reconnect) == [25.0, 120.0]
    assert world.told() == ["linked", "fault hub", "recovered hub", "fault hub", "recovered hub"]


def test_the_beacon_is_not_missed_while_there_is_no_link() -> None:
    world = World().offline()
    world.wait(600.0)
    world.feed(Linked(), 600.0)

    assert world.wait(614.0) == []
    world.wait(615.0)
    assert world.did(Reconnect) == [615.0]


def test_a_node_that_comes_back_in_the_middle_of_an_alarm_rings_within_one_beacon() -> None:
    world = box()
    world.feed(Unlinked("power"), 10.0)
    world.feed(Linked(), 40.0)
    world.beacon(listed("a", age=35, remaining=145), at=44.0)

    assert world.sounding() == "kebakaran"


def test_losing_the_broker_in_the_middle_of_an_alarm_changes_no_output() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    world.feed(Unlinked("no route"), 12.0)
    world.wait(400.0)

    assert world.heard() == [("kebakaran", 10.0, 190.0)]


def test_an_exercise_on_the_list_that_becomes_earnest_is_a_new_alarm() -> None:
    world = box()
    world.beacon(listed("a", status=Status.EXERCISE), at=10.0)
    world.beacon(listed("b"), at=15.0)

    assert world.told()[1:] == [
        "sounding kebakaran kalibagor a", "finished kebakaran kalibagor a", "sounding kebakaran kalibagor b",
    ]


def test_an_exercise_on_the_list_shortens_nothing_that_is_in_earnest() -> None:
    world = box()
    world.press("kebakaran", 10.0)

    assert same(world.beacon(listed("x", status=Status.EXERCISE, age=178, remaining=2), at=11.5)) == []
    world.wait(20.0)
    assert world.sounding() == "kebakaran"


def test_an_alarm_keeps_only_so_many_names() -> None:
    world = box()
    world.beacon(*(listed(f"x{number}", remaining=100.0 + number) for number in range(400)), at=10.0)

    assert [len(alarm.identifiers) for alarm in world.state.alarms.values()] == [128]
    assert world.told() == ["linked", "sounding kebakaran kalibagor x399"]


def test_a_locked_box_hears_from_the_beacon_only_that_its_press_arrived() -> None:
    world = box()
    world.feed(Contact("lock", closed=True), 10.0)
    world.press("pencurian", 11.0)
    world.beacon(listed("kalibagor.pos-1.1", "pencurian", age=1, remaining=179), listed("a"), at=13.0)
    world.beacon(at=14.0)

    assert world.told()[-1] == "listed pencurian kalibagor #1"
    assert world.heard() == [("pencurian", 12.0, 14.0)]


def test_what_the_hub_may_not_know_yet_outlasts_an_all_clear_that_it_repeats_for_one_beacon() -> None:
    world = box()
    world.beacon(at=5.0)
    world.alarm("kebakaran", 10.0, identifier="a")
    world.beacon(at=12.0, cleared={"kalibagor": 0.5})
    on = world.sounding()
    world.beacon(at=15.5, cleared={"kalibagor": 4.0})

    assert on == "kebakaran"
    assert world.heard() == [("kebakaran", 10.0, 15.5)]


# Runs of the hub that are over.


def test_a_beacon_of_a_run_that_another_has_followed_begins_and_ends_nothing_and_is_reported() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=7, boot="h1")
    world.beacon(listed("a", age=5, remaining=175), at=15.0, seq=0, boot="h2")
    world.beacon(listed("old", "bencana", age=1, remaining=179), at=16.0, seq=8, boot="h1")
    world.beacon(at=17.0, seq=9, boot="h1", cleared={"kalibagor": 0.0})
    world.beacon(at=18.0, seq=10, boot="h1")

    assert world.heard() == [("kebakaran", 10.0, 18.0)]
    assert world.told()[-1] == "refused"
    assert world.reasons()[-1] == (
        "a beacon of run h1 of the hub, which run h2 has followed: that run is over, or two hubs are at work"
    )
    assert world.told().count("refused") == 1


@pytest.mark.parametrize("term", [None, 1, 6])
def test_a_beacon_of_an_earlier_term_than_one_that_still_comes_begins_and_ends_nothing(term: int | None) -> None:
    """Also of a hub that this post has never heard before."""
    world = box()
    world.beacon(listed("a"), at=10.0, seq=0, boot="h2", term=7)
    world.beacon(listed("old", "bencana", age=1, remaining=179), at=11.0, seq=900, boot="h1", term=term)
    world.beacon(at=12.0, seq=901, boot="h1", term=term)

    assert world.heard() == [("kebakaran", 10.0, 12.0)]
    assert world.told()[-1] == "refused"


def test_a_beacon_of_a_later_term_is_heeded_at_once_and_what_it_lists_goes_on() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=7, boot="h1", term=7)
    assert world.beacon(listed("a", age=4, remaining=176), at=14.0, seq=0, boot="h2", term=8) == []
    world.beacon(at=15.0, seq=8, boot="h1", term=7)
    world.beacon(at=16.0, seq=1, boot="h2", term=8)

    assert world.heard() == [("kebakaran", 10.0, 16.0)]


def test_terms_may_begin_anew_once_the_later_one_has_fallen_silent() -> None:
    world = box()
    world.beacon(at=10.0, seq=0, boot="h1", term=7)
    world.beacon(listed("a"), at=24.75, seq=1, boot="h2", term=1)
    assert world.sounding() is None

    world.beacon(listed("a"), at=25.0, seq=2, boot="h2", term=1)
    assert world.sounding() == "kebakaran"


def test_it_is_reported_once_a_minute_and_every_earlier_run_is_remembered() -> None:
    world = box()
    for number in range(5):
        world.beacon(at=10.0 + number, seq=0, boot=f"h{number}")
    for second in range(15, 136):
        world.beacon(at=float(second), seq=second, boot="h4")
        world.beacon(listed("old"), at=float(second), seq=second, boot=f"h{second % 4}")

    assert world.heard() == []
    assert [at for at, told in world.told_at() if told == "refused"] == [15.0, 75.0, 135.0]


def test_only_so_many_earlier_runs_are_remembered_the_latest_ones() -> None:
    world = box()
    for number in range(20):
        world.beacon(at=10.0 + number, seq=0, boot=f"h{number}")

    assert world.state.hub.over == tuple(f"h{number}" for number in range(18, 10, -1))


def test_an_earlier_run_that_goes_on_while_the_later_one_falls_silent_is_obeyed_again() -> None:
    world = box()
    world.beacon(at=10.0, seq=0, boot="h1")
    world.beacon(at=15.0, seq=0, boot="h2")
    world.beacon(listed("a"), at=29.75, seq=1, boot="h1")
    assert world.sounding() is None

    world.beacon(listed("a"), at=30.0, seq=2, boot="h1")
    assert world.sounding() == "kebakaran"
