"""What the beacon repeats besides the alarms in force: all-clears and silences that a node may have missed."""

import pytest

from contract.domain.alarm import Key, Status
from contract.wire.beacon import Over
from node.core.events import Contact
from runtime.core.events import Linked
from tests.node.core.world import OWN, World, listed, same

ONE = f"{OWN}1"
FIRE = Key("kalibagor", "kebakaran")
CLEARED, SILENCED = "all-clear, as the hub repeats it", "operator, as the hub repeats it"


def box() -> World:
    """A linked box in a district with a hub."""
    return World().ready()


def sounding(incident: str = "kebakaran", village: str = "kalibagor") -> World:
    """A box where an alarm sounds since 10.0, of which no beacon has told yet."""
    world = box()
    world.beacon(at=9.0)
    world.alarm(incident, 10.0, village, identifier="a")
    return world


# All-clears


def test_an_all_clear_that_was_missed_ends_what_was_raised_before_it_and_beats_no_safe_code() -> None:
    world = sounding()

    assert world.beacon(at=20.0, cleared={"kalibagor": 5.0}) == [
        "hush",
        "remember a over",
        "log cleared kebakaran kalibagor a",
        "tell cleared kebakaran kalibagor a",
        "light none",
        "status ready",
    ]
    assert world.reasons() == [CLEARED]
    world.wait(30.0)
    assert world.heard() == [("kebakaran", 10.0, 20.0)]


@pytest.mark.parametrize(("age_s", "ends"), [(0.0, True), (9.25, True), (9.75, False), (10.5, False), (600.0, False)])
def test_it_ends_only_what_was_raised_clearly_before_it(age_s: float, ends: bool) -> None:
    world = sounding()
    world.beacon(at=20.0, cleared={"kalibagor": age_s})

    assert (world.sounding() is None) is ends


@pytest.mark.parametrize(
    ("cleared", "village", "ends"),
    [
        ("kotakan", "kotakan", True), ("semua", "kotakan", True), ("semua", "semua", True),
        ("kotakan", "kalibagor", False), ("kotakan", "semua", False), ("nowhere", "kalibagor", False),
    ],
)
def test_it_ends_the_alarms_of_its_own_village_and_that_of_all_those_of_all(
    cleared: str, village: str, ends: bool
) -> None:
    world = sounding(village=village)
    world.beacon(at=20.0, cleared={cleared: 5.0})

    assert (world.sounding() is None) is ends


@pytest.mark.parametrize("places", [("kalibagor", "semua"), ("semua", "kalibagor")])
def test_of_an_all_clear_of_one_village_and_one_of_all_the_later_counts_in_whichever_order_they_stand(
    places: tuple[str, str]
) -> None:
    ages = {"kalibagor": 5.0, "semua": 100.0}
    world = sounding()
    world.beacon(at=20.0, cleared={place: ages[place] for place in places})
    world.alarm("pencurian", 21.0, identifier="b", age_s=8)

    assert world.told()[-2:] == ["cleared kebakaran kalibagor a", "late pencurian kalibagor b"]


@pytest.mark.parametrize(
    ("village", "incident", "age_s", "ends"),
    [
        ("kalibagor", "kebakaran", 10.0, True), ("kalibagor", "kebakaran", 10.75, True),
        ("kalibagor", "kebakaran", 11.25, False), ("kalibagor", "kebakaran", 0.0, True),
        ("kalibagor", "pencurian", 10.0, False), ("semua", "kebakaran", 10.0, False),
    ],
)
def test_what_the_hub_names_as_over_ends_unless_it_was_raised_again_here(
    village: str, incident: str, age_s: float, ends: bool
) -> None:
    world = sounding()
    world.beacon(at=20.0, cleared={"kalibagor": 12.0}, over=(Over(village=village, incident=incident, age_s=age_s),))

    assert (world.sounding() is None) is ends
    assert world.reasons() == ([CLEARED] if ends else [])


def test_what_the_hub_names_as_over_and_lists_again_is_in_force() -> None:
    world = sounding()
    over = (Over(village="kalibagor", incident="kebakaran", age_s=10.0),)

    world.beacon(listed("b", age=2, remaining=178), at=20.0, cleared={"kalibagor": 4.0}, over=over)
    assert world.sounding() == "kebakaran"


def test_what_the_hub_lists_is_in_force_whatever_was_all_cleared() -> None:
    world = sounding()

    assert same(world.beacon(listed("hub-1", age=4, remaining=176), at=20.0, cleared={"kalibagor": 5.0})) == [
        "play kebakaran 10 to 196", "remember hub-1",
    ]


def test_an_all_clear_that_is_repeated_ends_nothing_that_is_raised_after_it() -> None:
    world = sounding()
    world.beacon(at=20.0, cleared={"kalibagor": 5.0})
    world.alarm("pencurian", 22.0, identifier="b")
    for instant in (25.0, 30.0, 35.0):
        assert world.beacon(at=instant, cleared={"kalibagor": instant - 15.0}) == []

    assert world.heard() == [("kebakaran", 10.0, 20.0), ("pencurian", 22.0, 35.0)]


def test_a_press_that_has_not_arrived_sounds_on_and_is_told_as_late_and_ends_when_the_hub_has_it() -> None:
    world = World().offline()
    world.press("kebakaran", 10.0)
    world.feed(Linked(), 30.0)

    assert same(world.beacon(at=31.0, cleared={"kalibagor": 5.0})) == []
    world.wait(41.0)
    assert world.told()[-1] == "late kebakaran kalibagor #1"
    assert same(world.beacon(at=45.0, cleared={"kalibagor": 19.0}, acknowledged=(FIRE.name(ONE),))) == [
        "hush", "drop #1", "remember #1 over",
    ]
    assert world.told()[-2:] == ["listed kebakaran kalibagor #1", "cleared kebakaran kalibagor #1"]


def test_what_was_pressed_before_an_all_clear_that_was_missed_is_told_as_late_when_it_comes_after_it() -> None:
    world = box()
    world.beacon(at=20.0, cleared={"kalibagor": 5.0})
    world.alarm("kebakaran", 21.0, identifier="a", age_s=10)
    world.alarm("pencurian", 22.0, identifier="b", age_s=6)

    assert world.told()[-2:] == ["late kebakaran kalibagor a", "sounding pencurian kalibagor b"]
    assert world.reasons()[-1] == "pressed before the all-clear"


@pytest.mark.parametrize(("age_s", "late"), [(30.0, {"a"}), (5.0, {"a", "b"})])
def test_of_the_all_clear_that_was_heard_and_the_one_on_the_beacon_the_later_counts(
    age_s: float, late: set[str]
) -> None:
    world = box()
    world.alarm("aman", 20.0)
    world.beacon(at=32.0, cleared={"kalibagor": age_s})
    world.alarm("kebakaran", 33.0, identifier="a", age_s=14)
    world.alarm("pencurian", 33.0, identifier="b", age_s=8)

    assert {told.split()[-1] for told in world.told() if told.startswith("late")} == late


def test_an_alarm_that_waits_for_a_flood_to_pass_does_not_begin_after_an_all_clear_that_was_missed() -> None:
    world = box()
    for number in range(6):
        world.alarm("kebakaran", 10.0 + number / 8)
        world.command("silence")
    world.alarm("kebakaran", 12.0)
    world.beacon(at=14.0, cleared={"kalibagor": 1.0})
    world.wait(60.0)

    assert [sound for sound in world.heard() if sound[1] > 12.0] == []


def test_all_clears_of_villages_that_there_are_not_do_not_fill_the_memory() -> None:
    world = box()
    world.beacon(at=10.0, cleared={f"x{number}": 1.0 for number in range(500)})

    assert dict(world.state.cleared_at) == {}


def test_a_locked_box_obeys_no_all_clear_of_the_beacon_until_it_is_unlocked() -> None:
    world = box()
    world.press("kebakaran", 10.0)
    world.beacon(at=12.0, acknowledged=(FIRE.name(ONE),))
    world.feed(Contact("lock", closed=True), 13.0)
    world.wait(14.0)
    world.beacon(at=20.0, cleared={"kalibagor": 2.0})
    assert world.sounding() == "kebakaran"

    world.feed(Contact("lock", closed=False), 21.0)
    world.beacon(at=25.0, cleared={"kalibagor": 7.0})
    assert world.sounding() is None


# Silences


def test_a_silence_that_was_missed_silences_what_the_hub_lists_as_silenced_and_that_only() -> None:
    world = sounding()
    world.alarm("bencana", 12.0, identifier="b")
    fire = listed("a", age=10, remaining=170, silenced=("kalibagor",))

    assert world.beacon(listed("b", "bencana", age=8, remaining=172), fire, at=20.0) == [
        "remember a over",
        "log silenced kebakaran kalibagor a",
        "tell silenced kebakaran kalibagor a",
        "light senyap confirmed",
        "status sounding",
    ]
    assert world.reasons()[-1] == SILENCED
    world.wait(250.0)
    assert world.heard() == [("kebakaran", 10.0, 12.0), ("bencana", 12.0, 192.0)]


@pytest.mark.parametrize(
    ("places", "silent"), [(("semua",), True), (("olean", "kalibagor"), True), (("kotakan",), False), ((), False)]
)
def test_it_is_silenced_in_the_villages_that_the_hub_names(places: tuple[str, ...], silent: bool) -> None:
    world = sounding(village="kotakan")
    world.beacon(listed("a", village="kotakan", age=10, remaining=170, silenced=places), at=20.0)

    assert (world.sounding() is None) is silent


def test_a_node_that_comes_into_a_silenced_alarm_makes_no_sound_and_finds_it_silenced() -> None:
    world = box()
    world.beacon(listed("a", age=60, remaining=120, silenced=("kalibagor",)), at=10.0)
    world.beacon(listed("a", age=65, remaining=115, silenced=("kalibagor",)), at=15.0)
    world.wait(200.0)

    assert world.heard() == []
    assert world.told() == [
        "linked", "silenced kebakaran kalibagor a", "fault hub", "finished kebakaran kalibagor a",
    ]


@pytest.mark.parametrize(("raised_at", "silent"), [(10.0, True), (10.75, True), (11.25, False), (19.0, False)])
def test_what_was_raised_again_here_since_the_listed_raise_is_not_silenced(raised_at: float, silent: bool) -> None:
    world = box()
    world.alarm("kebakaran", 9.5, identifier="a")
    world.alarm("kebakaran", raised_at, identifier="b")
    world.beacon(listed("a", age=10, remaining=170, silenced=("kalibagor",)), at=20.0)

    assert (world.sounding() is None) is silent


def test_a_press_after_the_silence_sounds_while_the_hub_has_yet_to_hear_of_it() -> None:
    world = sounding()
    world.command("silence", 12.0)
    world.press("kebakaran", 18.0)
    world.beacon(listed("a", age=10.5, remaining=169.5, silenced=("kalibagor",)), at=20.5)
    world.beacon(listed(ONE, age=6.5, remaining=173.5, also=("a",)), at=25.5)
    world.wait(30.0)

    assert world.heard() == [("kebakaran", 10.0, 12.0), ("kebakaran", 19.0, 30.0)]


@pytest.mark.parametrize(("first_s", "silent"), [(170, True), (99, False)])
def test_of_what_is_listed_twice_the_entry_with_most_time_left_decides_the_silence(first_s: int, silent: bool) -> None:
    world = sounding()
    world.beacon(
        listed("a", age=10, remaining=first_s, silenced=("kalibagor",)), listed("b", age=10, remaining=100), at=20.0)

    assert (world.sounding() is None) is silent


def test_this_boxs_own_press_is_silenced_too() -> None:
    world = box()
    world.press("kebakaran", 10.0)
    world.beacon(listed(ONE, age=9, remaining=171, silenced=("kalibagor",)), at=20.0)

    assert world.told()[-2:] == ["listed kebakaran kalibagor #1", "silenced kebakaran kalibagor #1"]
    assert world.heard() == [("kebakaran", 11.0, 20.0)]


def test_what_is_raised_again_after_a_silence_that_was_missed_sounds_again() -> None:
    world = sounding()
    world.beacon(listed("a", age=10, remaining=170, silenced=("kalibagor",)), at=20.0)
    world.beacon(listed("b", age=1, remaining=179, also=("a",)), at=40.0)
    world.wait(41.0)

    assert world.heard() == [("kebakaran", 10.0, 20.0), ("kebakaran", 40.0, 41.0)]


def test_a_press_that_the_hub_has_merged_into_what_was_silenced_does_not_sound_when_it_is_sent_again() -> None:
    world = box()
    world.beacon(listed("b", age=5, remaining=175, also=("a",)), at=10.0)
    world.command("silence", 14.0)
    world.alarm("kebakaran", 23.0, identifier="a", age_s=19.0)
    world.wait(30.0)

    assert world.heard() == [("kebakaran", 10.0, 14.0)]


def test_what_the_hub_lists_as_silenced_is_silenced_here_under_any_of_its_names() -> None:
    """A post that started anew has seen one of its names; the other comes once more from the post that raised it."""
    world = World().ready(seen={FIRE.name("b"): True})
    world.alarm("kebakaran", 10.0, identifier="a", age_s=9.0)
    world.beacon(listed("b", age=7, remaining=173, also=("a",), silenced=("semua",)), at=12.0)
    world.wait(20.0)

    assert world.heard() == [("kebakaran", 10.0, 12.0)]
    assert world.told()[-1] == "silenced kebakaran kalibagor a"


def test_a_press_that_came_here_by_the_beacon_alone_sounds_though_another_was_silenced_just_before() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.press("senyap", 11.0)
    world.beacon(listed("b", age=1, remaining=179, also=("a",)), at=14.5)
    world.wait(20.0)

    assert world.heard() == [("kebakaran", 10.0, 13.0), ("kebakaran", 14.5, 20.0)]


@pytest.mark.parametrize(("age", "sounds"), [(4.5, False), (2.0, False), (0.5, True)])
def test_what_was_heard_without_a_name_and_silenced_is_not_raised_anew_by_the_name_that_the_hub_gives_it(
    age: float, sounds: bool
) -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    world.command("silence", 12.0)
    world.beacon(listed("posko.1", age=age, remaining=180 - age), at=16.0)
    world.wait(20.0)

    assert (world.sounding() == "kebakaran") is sounds


def test_a_locked_box_keeps_its_own_alarm_though_the_hub_lists_it_as_silenced() -> None:
    world = box()
    world.feed(Contact("lock", closed=True), 5.0)
    world.press("kebakaran", 10.0)
    world.beacon(listed(ONE, age=9, remaining=171, silenced=("kalibagor",)), at=20.0)

    assert world.sounding() == "kebakaran"


# What was raised again


def test_what_was_raised_again_while_the_hub_was_away_goes_on_though_the_list_that_returns_does_not_have_it() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    world.alarm("kebakaran", 100.0, identifier="b")
    world.beacon(at=195.0)  # by its time, "a" is over
    world.beacon(listed("b", age=100, remaining=80, also=("a",)), at=200.0)
    world.wait(210.0)

    assert world.heard() == [("kebakaran", 10.0, 210.0)]


def test_what_was_raised_again_and_listed_by_that_name_is_over_when_it_is_listed_no_more() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0)
    world.alarm("kebakaran", 20.0, identifier="b")
    world.beacon(listed("b", age=5, remaining=175, also=("a",)), at=25.0)
    world.beacon(at=30.0)
    world.wait(40.0)

    assert world.heard() == [("kebakaran", 10.0, 30.0)]


# The run of the hub that lists it


def test_what_an_earlier_run_of_the_hub_listed_and_the_new_one_does_not_goes_on_to_its_own_end() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=700)
    for number in range(40):
        world.beacon(at=12.0 + 5.0 * number, seq=number, boot="h2")

    assert world.told() == ["linked", "sounding kebakaran kalibagor a", "finished kebakaran kalibagor a"]
    assert world.heard() == [("kebakaran", 10.0, 190.0)]


@pytest.mark.parametrize("status", [Status.ACTUAL, Status.EXERCISE])
def test_what_the_new_run_of_the_hub_lists_too_stops_when_it_lists_it_no_more(status: Status) -> None:
    world = box()
    world.beacon(listed("a", status=status), at=10.0, seq=700)
    world.beacon(listed("a", age=10, remaining=170, status=status), at=20.0, seq=0, boot="h2")

    assert same(world.beacon(at=25.0, seq=1, boot="h2")) == ["hush", "remember a over"]


def test_an_all_clear_that_the_new_run_of_the_hub_repeats_ends_what_the_earlier_listed() -> None:
    world = box()
    world.beacon(listed("a"), at=10.0, seq=700)

    assert same(world.beacon(at=20.0, seq=0, boot="h2", cleared={"kalibagor": 3.0})) == ["hush", "remember a over"]


# Beacons that were held up


def test_a_beacon_that_was_held_up_makes_no_all_clear_younger_than_it_is() -> None:
    world = box()
    world.beacon(at=9.0, made_at=1009.0)
    world.alarm("kebakaran", 22.0, identifier="a")
    world.beacon(at=27.0, made_at=1024.0, cleared={"kalibagor": 4.0})  # all-clear at 20, three seconds on its way
    assert world.sounding() == "kebakaran"

    world.alarm("bencana", 40.0, identifier="b", age_s=19)  # pressed at 21
    assert world.sounding() == "bencana"


def test_a_beacon_that_was_held_up_lets_no_alarm_sound_longer_than_it_lasts() -> None:
    world = box()
    world.beacon(at=9.0, made_at=1009.0)
    world.beacon(listed("a", "kebakaran", remaining=20.0), at=30.0, made_at=1018.0)
    world.wait(100.0)

    assert [(incident, began, round(until, 2)) for incident, began, until in world.heard()] == [
        ("kebakaran", 30.0, 38.0)
    ]


def test_a_hub_that_began_anew_has_a_clock_of_its_own() -> None:
    world = box()
    world.beacon(at=9.0, made_at=1009.0)
    world.beacon(listed("a", "kebakaran", remaining=20.0), at=30.0, made_at=5.0, boot="h2", seq=0)
    world.wait(100.0)

    assert world.heard() == [("kebakaran", 30.0, 50.0)]


def test_a_clock_that_runs_a_little_slower_than_the_hubs_is_followed() -> None:
    world = box()
    for count in range(1, 21):  # 100 ppm apart: 0.12 s in twenty minutes
        world.beacon(at=60.0 * count, made_at=60.0 * count * (1 - 1e-4), seq=count)
    world.beacon(listed("a", "kebakaran", remaining=20.0), at=1205.0, made_at=1205.0 * (1 - 1e-4), seq=21)
    world.wait(1300.0)

    assert world.heard() == [("kebakaran", 1205.0, 1225.0)]


def test_what_was_raised_again_and_only_listed_here_outlives_an_all_clear_from_between() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.beacon(listed("a", "kebakaran", remaining=178.0, age=2.0), at=12.0)
    world.beacon(listed("b", "kebakaran", remaining=178.0, age=2.0, also=("a",)), at=42.0)
    world.alarm("aman", 45.0, identifier="c", age_s=15)  # pressed at 30

    assert world.sounding() == "kebakaran"


def test_what_waits_for_its_turn_in_a_flood_is_silenced_with_the_rest() -> None:
    world = box()
    for count in range(6):
        world.alarm("kebakaran", 1.0 + count / 8, identifier=f"a{count}")
    world.command("silence", 2.0)
    world.alarm("kebakaran", 2.5, identifier="b")  # it would begin anew, and has to wait
    world.beacon(listed("b", "kebakaran", age=0.5, remaining=179.5, silenced=("kalibagor",)), at=3.0)
    world.wait(100.0)

    assert world.heard() == [("kebakaran", 1.0, 2.0)]
