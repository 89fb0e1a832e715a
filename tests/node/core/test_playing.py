"""What sounds when several alarms are in force, and for how long at most."""

import pytest

from contract.domain.alarm import Status
from contract.domain.rhythm import ALONE
from node.core.effects import Play
from node.core.events import Contact
from runtime.core.events import Faulted, Received, Recovered
from tests.node.core.world import World, listed, make_setup, same

CYCLE_S = make_setup().cycles[ALONE]["pencurian"].length_s  # and that of ternak, pembunuhan, perampokan and pemerkosaan


def box(max_s: float = 300.0) -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False, max_s=max_s)).ready()


def test_an_alarm_sounds_at_once_and_until_its_time_is_over() -> None:
    world = box()

    assert world.alarm("kebakaran", 10.0, identifier="a") == [
        "play kebakaran 10 to 190",
        "remember a",
        "log sounding kebakaran kalibagor a",
        "tell sounding kebakaran kalibagor a",
        "light kebakaran sounding",
        "status sounding",
    ]
    assert world.wait(189.0) == []
    assert world.wait(190.0) == [
        "hush",
        "remember a over",
        "log finished kebakaran kalibagor a",
        "tell finished kebakaran kalibagor a",
        "light none",
        "status ready",
    ]


def test_a_more_urgent_alarm_takes_over_and_what_gave_way_resumes_while_it_is_valid() -> None:
    world = box()
    world.alarm("pencurian", 10.0, identifier="a")
    world.alarm("kebakaran", 30.0, identifier="b", age_s=120)
    world.wait(400.0)

    assert world.told() == [
        "linked", "sounding pencurian kalibagor a", "preempted pencurian kalibagor a", "sounding kebakaran kalibagor b",
        "finished kebakaran kalibagor b", "resumed pencurian kalibagor a", "finished pencurian kalibagor a",
    ]
    assert world.heard() == [("pencurian", 10.0, 30.0), ("kebakaran", 30.0, 90.0), ("pencurian", 90.0, 190.0)]


def test_an_exercise_gives_way_to_what_is_in_earnest_however_urgent_it_plays_to_be() -> None:
    world = box()
    world.alarm("bencana", 10.0, identifier="a", status="Exercise")
    world.alarm("lainnya", 30.0, identifier="b")
    world.alarm("kebakaran", 40.0, identifier="c", status="Exercise")
    world.wait(400.0)

    assert world.told()[1:5] == [
        "sounding bencana kalibagor a", "preempted bencana kalibagor a", "sounding lainnya kalibagor b",
        "finished lainnya kalibagor b",
    ]
    assert world.heard()[:3] == [("bencana", 12.5, 30.0), ("lainnya", 30.0, 150.0), ("bencana", 152.5, 190.0)]


def test_what_gave_way_does_not_resume_when_its_time_is_over() -> None:
    world = box()
    world.alarm("pencurian", 10.0, identifier="a")
    world.alarm("kebakaran", 30.0, identifier="b")
    world.wait(400.0)

    assert world.told()[-2:] == ["finished pencurian kalibagor a", "finished kebakaran kalibagor b"]
    assert world.heard() == [("pencurian", 10.0, 30.0), ("kebakaran", 30.0, 210.0)]


def test_what_the_siren_hushed_when_its_thread_failed_begins_anew_once_for_each_failure() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    failed = Faulted("siren thread", "ValueError()")

    assert same(world.feed(failed, 15.0)) == ["play kebakaran 10 to 190, entered after 5"]
    assert same(world.feed(failed, 16.0)) == []
    world.feed(Recovered("siren thread"), 17.0)
    assert same(world.feed(failed, 18.0)) == ["play kebakaran 10 to 190, entered after 8"]


def test_a_failed_siren_thread_does_not_begin_the_bound_anew() -> None:
    world = box()
    for at in (10.0, 150.0, 290.0):
        world.alarm("kebakaran", at)
    world.feed(Faulted("siren thread", "ValueError()"), 300.0)
    world.wait(400.0)

    assert (310.0, "resting") in world.told_at()


def test_what_gave_way_does_not_resume_after_a_silence() -> None:
    world = box()
    world.alarm("pencurian", 10.0)
    world.alarm("kebakaran", 30.0)
    world.command("silence", 40.0)
    world.wait(400.0)

    assert world.heard() == [("pencurian", 10.0, 30.0), ("kebakaran", 30.0, 40.0)]


def test_a_less_urgent_alarm_waits_and_sounds_when_it_is_its_turn() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")

    assert same(world.alarm("pencurian", 100.0, identifier="b")) == ["remember b"]
    world.wait(400.0)
    assert world.heard() == [("kebakaran", 10.0, 190.0), ("pencurian", 190.0, 280.0)]


def test_equals_take_turns_by_cycle() -> None:
    world = box()
    world.alarm("pencurian", 10.0, identifier="a")
    world.alarm("ternak", 15.0, identifier="b")
    world.wait(10.0 + 4 * CYCLE_S)

    assert world.told() == ["linked", "sounding pencurian kalibagor a", "sounding ternak kalibagor b"]
    ends = [10.0 + number * CYCLE_S for number in range(5)]
    assert world.heard() == list(zip(("pencurian", "ternak") * 2, ends, ends[1:], strict=False))


def test_three_equals_take_turns_in_the_order_in_which_they_began() -> None:
    world = box()
    world.alarm("perampokan", 10.0)
    world.alarm("pemerkosaan", 11.0)
    world.alarm("pembunuhan", 12.0)
    world.wait(10.0 + 4 * CYCLE_S)

    order = [incident for incident, _, _ in world.heard()]
    assert order == ["perampokan", "pemerkosaan", "pembunuhan", "perampokan"]


def test_an_equal_waits_for_the_end_of_the_cycle_also_when_many_cycles_have_gone_by() -> None:
    world = box()
    world.alarm("pencurian", 10.0)
    ends = 10.0 + 4 * CYCLE_S
    world.alarm("ternak", ends - 17.0)  # in the fourth cycle
    world.wait(ends + CYCLE_S + 1.0)

    assert world.heard() == [
        ("pencurian", 10.0, ends), ("ternak", ends, ends + CYCLE_S), ("pencurian", ends + CYCLE_S, world.now),
    ]


def test_the_same_incident_again_extends_the_alarm_and_begins_nothing() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")

    assert world.alarm("kebakaran", 60.0, identifier="b") == [
        "play kebakaran 10 to 240",
        "remember b",
        "log extended kebakaran kalibagor a",
        "tell extended kebakaran kalibagor a",
    ]
    world.wait(400.0)
    assert world.told()[-1] == "finished kebakaran kalibagor a"
    assert world.heard() == [("kebakaran", 10.0, 240.0)]


def test_the_same_incident_of_another_village_is_another_alarm() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    world.alarm("kebakaran", 11.0, village="kotakan")
    world.wait(60.0)

    assert world.told() == ["linked", "sounding kebakaran kalibagor", "sounding kebakaran kotakan"]


def test_an_older_word_of_the_same_incident_shortens_nothing() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    world.alarm("kebakaran", 60.0, age_s=170)
    world.wait(400.0)

    assert world.heard() == [("kebakaran", 10.0, 190.0)]


def test_no_extension_passes_the_longest_sounding() -> None:
    world = box()
    for instant in range(10, 600, 20):
        world.alarm("kebakaran", float(instant))
        assert all(each.until <= each.since + 300.0 for each in world.state.alarms.values())

    assert world.heard()[0] == ("kebakaran", 10.0, 310.0)


def test_an_alarm_that_is_longer_than_the_longest_sounding_is_cut() -> None:
    world = box(max_s=60.0)
    world.press("kebakaran", 10.0)
    world.wait(300.0)

    assert world.heard() == [("kebakaran", 11.0, 71.0)]
    assert [told for told in world.told() if told.startswith(("finished", "resting"))] == [
        "finished kebakaran kalibagor #1", "resting",
    ]


def test_after_the_longest_sounding_everything_rests_and_then_goes_on() -> None:
    world = box()
    world.alarm("pencurian", 10.0)
    world.alarm("kebakaran", 150.0)
    world.alarm("bencana", 200.0)
    world.wait(400.0)

    assert world.unbroken() == [(10.0, 310.0), (320.0, 380.0)]
    assert world.heard()[-2:] == [("bencana", 200.0, 310.0), ("bencana", 320.0, 380.0)]
    assert (320.0, "resumed bencana kalibagor") in world.told_at()
    assert (310.0, "resting") in world.told_at()


def test_an_alarm_that_comes_in_the_rest_waits_for_its_end() -> None:
    world = box(max_s=60.0)
    world.alarm("pencurian", 10.0)
    world.alarm("kebakaran", 75.0)
    world.wait(100.0)

    assert world.heard() == [("pencurian", 10.0, 70.0), ("kebakaran", 80.0, 100.0)]


def test_a_press_sounds_in_the_rest() -> None:
    world = box(max_s=60.0)
    world.alarm("pencurian", 10.0)
    world.press("kebakaran", 74.0)
    world.wait(100.0)

    assert world.heard() == [("pencurian", 10.0, 70.0), ("kebakaran", 75.0, 100.0)]


def test_a_message_does_not_make_an_earlier_press_sound_in_the_rest() -> None:
    world = box(max_s=60.0)
    world.alarm("kebakaran", 10.0)
    world.press("kebakaran", 50.0)
    world.alarm("kebakaran", 74.0)
    world.wait(90.0)

    assert world.heard() == [("kebakaran", 10.0, 70.0), ("kebakaran", 80.0, 90.0)]


def test_a_short_break_does_not_begin_a_new_longest_sounding() -> None:
    world = box(max_s=60.0)
    world.alarm("kebakaran", 10.0)
    world.command("silence", 65.0)
    world.alarm("bencana", 67.0)
    world.wait(100.0)

    assert world.heard() == [("kebakaran", 10.0, 65.0), ("bencana", 67.0, 70.0), ("bencana", 80.0, 100.0)]


def test_an_alarm_after_a_whole_rest_has_all_of_its_time() -> None:
    world = box(max_s=60.0)
    world.alarm("kebakaran", 10.0)
    world.command("silence", 65.0)
    world.alarm("bencana", 75.0)
    world.wait(200.0)

    assert world.heard() == [("kebakaran", 10.0, 65.0), ("bencana", 75.0, 135.0)]


def test_an_alarm_just_after_a_silence_near_the_bound_sounds_when_the_box_has_rested() -> None:
    world = box(max_s=60.0)
    world.alarm("kebakaran", 10.0)
    world.command("silence", 68.0)
    world.alarm("bencana", 71.0)
    world.wait(100.0)

    assert world.heard() == [("kebakaran", 10.0, 68.0), ("bencana", 78.0, 100.0)]


def test_a_press_just_after_a_silence_near_the_bound_sounds_at_once_and_for_all_of_its_time() -> None:
    for silenced_at in (65.0, 68.0):
        world = box(max_s=60.0)
        world.alarm("kebakaran", 10.0)
        world.command("silence", silenced_at)
        world.feed(Contact("bencana", closed=True), 69.875)
        world.step(Contact("bencana", closed=False), 70.9375)  # a loop that turns a little late
        world.wait(200.0)

        assert world.heard() == [("kebakaran", 10.0, silenced_at), ("bencana", 70.9375, 130.9375)]


def test_an_alarm_that_comes_after_a_held_up_loop_missed_the_end_of_the_one_before_is_a_new_one() -> None:
    world = box(max_s=600.0)
    world.alarm("kebakaran", 10.0, identifier="a")

    done = world.step(Received("kentongan/situbondo/kalibagor/alarm/kebakaran", b"", retain=False), 210.0)
    world.wait(600.0)

    assert done[0] == "play kebakaran 210 to 390"
    assert world.told() == [
        "linked", "sounding kebakaran kalibagor a", "finished kebakaran kalibagor a", "sounding kebakaran kalibagor",
        "finished kebakaran kalibagor",
    ]
    assert world.heard() == [("kebakaran", 10.0, 190.0), ("kebakaran", 210.0, 390.0)]


# What is said, and what is quiet.


def words(world: World) -> list[tuple[float, tuple[str, ...]]]:
    """What a voice is to say, each with its instant."""
    return [(at, play.words) for at, play in world.plays()]


@pytest.mark.parametrize("village", ["kalibagor", "kotakan", "semua"])
def test_a_voice_is_to_say_what_it_is_and_where(village: str) -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village=village)

    assert words(world) == [(10.0, ("perhatian", "kejadian-kebakaran", "kejadian-kebakaran", f"di-{village}"))]


EXERCISE = ("latihan", "kejadian-kebakaran", "di-kalibagor", "hanya-latihan")
EARNEST = ("perhatian", "kejadian-kebakaran", "kejadian-kebakaran", "di-kalibagor")


def test_an_exercise_that_becomes_earnest_by_a_message_says_so_from_then_on() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.alarm("kebakaran", 40.0)

    cycle = world.setup.cycles[ALONE]["kebakaran"]
    assert words(world) == [(10.0, EXERCISE), (40.0, EARNEST)]
    assert world.plays()[1] == (40.0, Play(cycle, 40.0, 220.0, words=EARNEST))


def test_an_exercise_that_becomes_earnest_by_a_press_says_so_from_then_on() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.press("kebakaran", 40.0)
    world.alarm("kebakaran", 50.0)

    assert words(world) == [(10.0, EXERCISE), (41.0, EARNEST), (50.0, EARNEST)]


def test_an_exercise_that_becomes_earnest_by_the_hubs_word_says_so_from_then_on() -> None:
    world = World().ready()
    world.alarm("kebakaran", 10.0, identifier="a", status="Exercise")
    world.beacon(listed("a", age=30.0, remaining=150.0, status=Status.EXERCISE), at=40.0)
    world.beacon(listed("b", age=1.0, remaining=179.0), at=45.0)

    assert [play for play in words(world) if play[0] != 40.0] == [(10.0, EXERCISE), (45.0, EARNEST)]


def test_an_exercise_that_becomes_earnest_with_the_same_end_says_so_too() -> None:
    world = box(max_s=60.0)
    world.alarm("kebakaran", 10.0, status="Exercise")
    world.alarm("kebakaran", 40.0)

    cycle = world.setup.cycles[ALONE]["kebakaran"]
    assert words(world) == [(10.0, EXERCISE), (40.0, EARNEST)]
    assert world.plays()[1] == (40.0, Play(cycle, 40.0, 70.0, words=EARNEST))


def test_the_safe_code_is_spoken_and_the_watchs_round_alone_is_quiet_and_without_words() -> None:
    world = box()
    world.alarm("aman", 10.0)
    world.ronda(20.0)
    world.alarm("kebakaran", 40.0)

    assert [(at, play.words, play.quiet) for at, play in world.plays()] == [
        (10.0, ("kejadian-aman", "di-kalibagor"), False), (22.5, (), True), (40.0, EARNEST, False),
    ]
