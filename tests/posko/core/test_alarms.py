"""The hub's alarms: written before they are listed, merged, silenced, ended, and too late."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from contract.domain.alarm import Name
from posko.core import alarms
from posko.core.effects import SaveAlarm
from runtime.core.events import Faulted, Received, Recovered
from tests.posko.core.world import EPOCH_S, UNSYNCED, World, make_setup


def hub() -> World:
    """A linked hub."""
    return World().ready()


def members(world: World, name: str) -> list[object]:
    """The member *name* of every event so far that has it."""
    return [event[name] for event in world.events() if name in event]


# The disk first.


def test_an_alarm_is_written_before_it_is_listed() -> None:
    world = World(disk=False).ready()
    did = world.alarm(at=10.0, identifier="a")
    assert [each for each in did if each.startswith(("keep", "beacon"))] == ["keep kebakaran a"]

    world.now = 10.3
    assert [each for each in world.answer() if each.startswith("beacon")] == ["beacon [kebakaran kalibagor a 0+180]"]


def test_a_disk_that_takes_a_second_has_the_alarm_listed_as_not_kept() -> None:
    world = World(disk=False).ready()
    world.alarm(at=10.0, identifier="a")
    world.wait(20.0)

    assert [(at, [each.kept for each in beacon.alarms]) for at, beacon in world.beacons() if at > 9.0] == [
        (10.0, []), (11.0, [False]), (16.0, [False]),
    ]
    world.answer()
    assert world.listed() == ["kebakaran kalibagor a 10+170"]


def test_a_disk_that_fails_has_the_alarm_listed_as_not_kept_at_once() -> None:
    world = World(disk=False).ready()
    world.feed(Faulted("journal", "full"), 5.0)
    world.alarm(at=10.05, identifier="a")
    assert world.listed() == ["kebakaran kalibagor a 0+180 not kept"]
    assert not world.kept()

    world.feed(Recovered("journal"), 12.0)
    world.answer()
    assert world.kept() == {"a"}


def test_an_all_clear_is_named_as_heard_once_it_is_on_the_disk() -> None:
    world = World(disk=False).ready()
    world.alarm("aman", 10.0, identifier="c")
    world.wait(15.5)
    assert (world.acknowledged(), [each.village for each in world.beacon().cleared]) == ((), ["kalibagor"])

    world.answer()
    assert world.acknowledged() == ("c",)


# Raised again.


def test_an_alarm_raised_again_goes_on_for_longer_under_the_latest_name() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a", note="RT 3")
    world.alarm(at=30.0, identifier="b", sender="kalibagor/pos-1")
    world.alarm(at=40.0)

    assert world.listed() == ["kebakaran kalibagor #1 0+180 also b,a"]
    assert world.beacon().alarms[0].note == "RT 3"
    assert world.told()[-2:] == ["extended kebakaran kalibagor a b", "extended kebakaran kalibagor b #1"]
    assert world.ends() == []


def test_an_older_press_that_arrives_late_is_merged_and_does_not_become_the_name() -> None:
    world = hub()
    world.alarm(at=30.0, identifier="b")
    world.alarm(at=40.0, identifier="a", age_s=25.0)

    assert world.listed() == ["kebakaran kalibagor b 10+170 also a"]
    assert world.ends() == []


def test_what_comes_again_under_its_name_is_in_force_still_and_said_nowhere() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    assert world.alarm(at=15.5, identifier="a", age_s=5.5) == []

    world.wait(21.0)
    assert world.listed() == ["kebakaran kalibagor a 10+170"]


def test_what_comes_again_when_it_is_over_is_named_as_heard() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    world.wait(300.0)
    assert world.acknowledged() == ()
    world.alarm(at=301.0, identifier="a", age_s=1.0)

    assert (world.listed(), world.acknowledged()) == ([], ("a",))


def test_what_is_over_is_named_as_heard_for_a_minute() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    world.alarm(at=20.0, identifier="b")
    world.wait(206.0)
    assert world.acknowledged() == ("b", "a")

    world.wait(265.5)
    assert world.acknowledged() == ()


def test_a_flood_of_one_incident_is_one_alarm_and_what_is_refused_may_come_again() -> None:
    world = hub()
    for number in range(20):
        world.alarm(at=10.0, identifier=f"x{number}")
    assert world.kept() == {f"x{number}" for number in range(6)}
    assert world.told()[-1] == "refused kebakaran kalibagor x19"

    world.alarm(at=30.0, identifier="x19", age_s=20.0)
    assert "x19" in world.kept()


# Earnest, exercise, test.


def test_an_exercise_is_listed_as_one_and_earnest_ends_it() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="e", status="Exercise")
    assert world.listed() == ["kebakaran kalibagor e 0+180 Exercise"]
    world.alarm(at=20.0, identifier="a")

    assert world.listed() == ["kebakaran kalibagor a 0+180"]
    assert (world.ends(), world.acknowledged()) == (["e earnest"], ("e",))
    assert world.told()[-2:] == ["finished kebakaran kalibagor e", "accepted kebakaran kalibagor a"]


def test_an_exercise_of_what_is_in_force_in_earnest_is_refused_and_heard() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    world.alarm(at=20.0, identifier="e", status="Exercise")

    assert world.listed() == ["kebakaran kalibagor a 10+170"]
    assert (world.acknowledged(), world.last()["reason"]) == (("e",), "an exercise of what is in force in earnest")


def test_a_test_is_answered_and_not_listed_and_uses_up_no_name() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="t", status="Test")

    assert (world.listed(), world.acknowledged(), world.told()[-1]) == ([], (), "tested kebakaran kalibagor t")
    world.alarm(at=11.0, identifier="t")
    assert world.listed() == ["kebakaran kalibagor t 0+180"]


# All-clear.


@pytest.mark.parametrize(
    ("village", "ended"),
    [("kalibagor", ["a", "b"]), ("kotakan", ["c"]), ("semua", ["a", "b", "c", "d"]), ("olean", [])],
)
def test_the_all_clear_of_a_village_ends_its_alarms_and_that_of_all_ends_all(village: str, ended: list[str]) -> None:
    world = hub()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("pencurian", 10.0, identifier="b")
    world.alarm("kebakaran", 10.0, "kotakan", identifier="c")
    world.alarm("bencana", 10.0, "semua", identifier="d")
    world.alarm("aman", 20.0, village)

    assert world.ends() == [f"{name} cleared" for name in ended]
    assert {each.identifier for each in world.beacon().alarms} == {"a", "b", "c", "d"} - {*ended}
    assert [(each.village, round(each.age_s)) for each in world.beacon().cleared] == [(village, 0)]


def test_an_all_clear_with_nothing_in_force_is_answered() -> None:
    world = hub()
    world.alarm("aman", 10.0)

    assert (world.told()[-1], world.last()["reason"]) == ("cleared aman kalibagor", "all-clear; nothing was in force")


def test_the_all_clear_of_an_exercise_ends_exercises_only_and_is_no_level() -> None:
    world = hub()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("pencurian", 10.0, identifier="e", status="Exercise")
    world.alarm("aman", 20.0, identifier="c", status="Exercise")

    assert world.ends() == ["e cleared"]
    assert (world.listed(), world.beacon().cleared) == (["kebakaran kalibagor a 10+170"], ())
    assert world.acknowledged() == ("e", "c")


def test_a_press_before_the_all_clear_that_arrives_after_it_is_late_and_heard() -> None:
    world = hub()
    world.alarm("aman", 50.0)
    world.alarm(at=55.0, identifier="a", age_s=10.0)

    assert (world.listed(), world.acknowledged(), world.ends()) == ([], ("a",), ["a late"])
    assert (world.told()[-1], world.last()["reason"]) == ("late kebakaran kalibagor a", "pressed before the all-clear")


def test_a_press_after_the_all_clear_is_in_force_though_the_all_clear_arrives_after_it() -> None:
    world = hub()
    world.alarm(at=55.0, identifier="a", age_s=1.0)
    world.alarm("aman", 60.0, identifier="c", age_s=30.0)

    assert world.listed() == ["kebakaran kalibagor a 6+174"]
    assert [(each.village, round(each.age_s)) for each in world.beacon().cleared] == [("kalibagor", 30)]


def test_an_all_clear_is_repeated_for_as_long_as_an_alarm_can_last() -> None:
    world = hub()
    world.alarm("aman", 10.0)
    world.wait(606.0)
    assert [each.village for each in world.beacon().cleared] == ["kalibagor"]

    world.wait(616.0)
    assert world.beacon().cleared == ()


def cleared(world: World, at: float, post: str = "kalibagor/pos-1", **members: object) -> list[str]:
    """*post* repeats that an all-clear of 6 s ago ended what the beacon lists."""
    village = post.split("/", maxsplit=1)[0]
    about = {"incident": "kebakaran", "village": village, "identifier": "a", "age_s": 6.0, **members}
    return world.event(at, post, event="cleared", **about)


@pytest.mark.parametrize("status", ["Actual", "Exercise"])
def test_an_all_clear_that_came_to_a_post_of_the_village_and_not_here_ends_the_alarm(status: str) -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a", status=status)
    world.alarm("pencurian", 21.0, identifier="b")  # after it
    cleared(world, 26.0)

    assert (world.ends(), world.listed()) == (["a cleared"], ["pencurian kalibagor b 5+175"])
    (end,) = [event for event in world.events() if event["event"] == "cleared"]
    assert (end["reason"], end["lasted_s"]) == ("all-clear, which came to kalibagor/pos-1 and not to the hub", 10.0)
    assert [(each.incident, round(each.age_s)) for each in world.beacon().over] == [("kebakaran", 16)]
    assert [round(each.age_s) for each in world.beacon().cleared] == ([16] if status == "Actual" else [])


def test_what_was_pressed_before_such_an_all_clear_and_comes_now_is_late() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    cleared(world, 26.0)
    world.alarm("pencurian", 27.0, identifier="b", age_s=18.0)

    assert world.ends() == ["a cleared", "b late"]


@pytest.mark.parametrize(
    ("post", "members"),
    [
        ("kotakan/pos-1", {}), ("kotakan/pos-1", {"village": "kalibagor"}),
        ("patokan/polsek", {"village": "kalibagor"}),
        ("kalibagor/pos-1", {"village": "kotakan"}), ("kalibagor/pos-1", {"identifier": "b"}),
        ("kalibagor/pos-1", {"incident": "pencurian"}), ("kalibagor/pos-1", {"age_s": None}),
        ("kalibagor/pos-1", {"age_s": "6"}), ("kalibagor/pos-9", {}),
    ],
)
def test_no_post_ends_what_is_another_villages_or_what_it_does_not_name(post: str, members: dict[str, object]) -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    cleared(world, 26.0, post, **members)

    assert (world.ends(), [each.identifier for each in world.beacon().alarms]) == ([], ["a"])


def test_an_alarm_that_was_raised_again_goes_on_whatever_a_post_reports_of_the_raise_before() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    world.alarm(at=25.0, identifier="b")
    cleared(world, 26.0)

    assert (world.ends(), [each.identifier for each in world.beacon().alarms]) == ([], ["b"])


# Silence.


def test_silence_leaves_what_is_in_force_without_a_sound_there_until_it_is_raised_again() -> None:
    world = hub()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("bencana", 10.0, "semua", identifier="b")
    world.silence(20.0)
    world.silence(21.0, "kotakan")
    assert world.listed() == [
        "kebakaran kalibagor a 11+169 silenced kalibagor,kotakan", "bencana semua b 11+169 silenced kalibagor,kotakan",
    ]
    world.alarm("kebakaran", 30.0, identifier="c")
    world.alarm("bencana", 30.0, "semua", identifier="d", age_s=9.4)

    assert world.listed() == ["kebakaran kalibagor c 0+180 also a",
                              "bencana semua d 10+170 also b silenced kotakan"]


def test_silence_with_nothing_in_force_is_answered() -> None:
    world = hub()
    world.silence(10.0)

    assert (world.told()[-1], world.last()["reason"]) == ("silenced kalibagor", "operator; 0 alarms in force")


# Late.


def test_an_alarm_ends_when_its_time_is_over_and_is_written_so() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    world.wait(191.0)

    assert (world.ends(), world.did(SaveAlarm)[-1]) == (["a finished"], 190.0)
    assert world.told_at("finished") == [190.0]


@pytest.mark.parametrize(("age_s", "late"), [(179.0, False), (180.0, True), (1e9, True)])
def test_an_alarm_that_is_over_by_its_age_is_late_and_listed_nowhere(age_s: float, late: bool) -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a", age_s=age_s)

    assert (world.ends() == ["a late"], world.listed() == []) == (late, late)
    assert world.acknowledged() == (("a",) if late else ())


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("theirs", ["synced", "unsynced", None])
@pytest.mark.parametrize(("member", "off_s"), [("sent", -200.0), ("expires", -1.0)])
def test_times_of_the_day_count_between_two_synchronised_clocks_only(
    member: str, off_s: float, theirs: str | None, ours: bool
) -> None:
    world = (World() if ours else World(UNSYNCED)).ready()
    instant = f"2027-01-15T{8 + int((10.0 + off_s) // 3600):02d}:{int((10.0 + off_s) % 3600 // 60):02d}:"
    instant += f"{(10.0 + off_s) % 60:06.3f}Z"
    assert EPOCH_S == 1_800_000_000.0  # 2027-01-15 08:00 UTC
    body = {"identifier": "a", member: instant, **({"clock": theirs} if theirs else {})}
    world.alarm(at=10.0, raw=json.dumps(body).encode())

    assert (world.ends() == ["a late"]) == (ours and theirs == "synced")


def test_a_late_event_of_a_post_is_written_down_and_named_as_heard() -> None:
    world = hub()
    world.event(10.0, event="late", identifier="p", incident="pencurian", village="kalibagor", origin="button",
                age_s=400.0, reason="the link was down")

    assert (world.ends(), world.acknowledged()) == (["p late"], ("p",))
    assert (world.last()["reason"], world.last()["age_s"]) == ("kalibagor/pos-1: the link was down", 400.0)
    world.event(100.0, event="late", identifier="p", incident="pencurian", village="kalibagor", origin="button")
    assert (world.told_at("late"), world.acknowledged(), world.ends()) == ([10.0], ("p",), ["p late"])


def test_a_late_event_about_an_incident_that_there_is_not_is_named_as_heard_all_the_same() -> None:
    world = hub()
    world.event(10.0, event="late", identifier="p", incident="hujan", village="kalibagor", origin="button")

    assert (world.ends(), world.acknowledged()) == ([], ("p",))


@pytest.mark.parametrize("age", ["1e999", "-5", "true", f"1{'0' * 400}", "-1e999", '"x"', "null"])
def test_a_late_event_of_any_age_harms_nobody(age: str) -> None:
    world = hub()
    body = json.dumps({"event": "late", "identifier": "p", "incident": "pencurian", "village": "kalibagor",
                       "origin": "button", "age_s": "AGE"}).replace('"AGE"', age)
    world.hear("kalibagor/node/pos-1/event", body.encode(), 10.0)

    assert world.acknowledged() == ("p",)


@pytest.mark.parametrize("member", ["identifier", "incident", "village", "reason", "origin", "event", "boot"])
def test_an_event_with_signs_that_are_no_text_harms_nobody(member: str) -> None:
    world = hub()
    body = {"event": "late", "identifier": "p", "incident": "pencurian", "village": "kalibagor", "origin": "button",
            "reason": "x", member: "\ud800"}
    world.hear("kalibagor/node/pos-1/event", json.dumps(body).encode(), 10.0)
    world.wait(30.0)

    assert world.shown()["state"] == "ready"


# Names.


@pytest.mark.parametrize("before", [
    lambda world: world.alarm("aman", 9.0, village="kotakan", identifier="p"),
    lambda world: world.alarm("kebakaran", 9.0, village="kotakan", identifier="p"),
    lambda world: world.alarm("kebakaran", 9.0, village="kotakan", identifier="p", status="Test"),
    lambda world: world.alarm("kebakaran", 9.0, village="kotakan", identifier="p", age_s=400),
    lambda world: world.alarm("pencurian", 9.0, identifier="p"),
    lambda world: world.alarm("aman", 9.0, identifier="p", age_s=1),
    lambda world: world.alarm("bencana", 9.0, village="semua", identifier="p"),
    lambda world: world.alarm("kebakaran", 9.0, village="semua", identifier="p"),
    lambda world: world.event(9.0, "kotakan/pos-1", event="late", identifier="p", incident="kebakaran",
                              village="kalibagor", origin="button", age_s=400),
    lambda world: world.hear("kotakan/ronda", b'{"identifier":"p"}', 9.0),
])
def test_what_another_village_or_incident_has_called_itself_uses_up_no_name(before: Callable[[World], object]) -> None:
    world = hub()
    before(world)
    world.alarm(at=10.0, identifier="p")

    assert "kebakaran kalibagor p 0+180" in world.listed()
    assert Name("kalibagor", "kebakaran", "p") in world.beacon().kept()
    assert "late" not in [each.split()[0] for each in world.told() if "kebakaran kalibagor p" in each]


def test_an_identifier_of_another_village_or_incident_is_a_warning() -> None:
    world = hub()
    world.alarm("pencurian", 9.0, village="kotakan", identifier="p")
    world.alarm(at=10.0, identifier="p")

    assert world.told()[-2:] == ["warning kebakaran kalibagor p", "accepted kebakaran kalibagor p"]
    assert world.events()[-2]["reason"] == "the same identifier was seen for pencurian in kotakan; it names both"


def test_names_that_the_hub_gives_are_drawn_anew_for_each_alarm() -> None:
    world = World(setup=replace(make_setup(), token={1: "3af", 2: "c07"}.__getitem__)).ready()
    world.alarm("kebakaran", 10.0)
    world.alarm("pencurian", 10.0)

    assert sorted(name.identifier for name in world.beacon().kept()) == ["posko.3af", "posko.c07"]


def test_one_village_that_floods_makes_no_other_ones_names_forgotten() -> None:
    world = hub()
    world.alarm("aman", 5.0, identifier="c")
    for number in range(3000):
        body = b'{"identifier":"x%d"}' % number
        world.step(Received("kentongan/situbondo/kotakan/alarm/aman", body, retain=False), 10.0)

    assert world.state.is_over(Name("kalibagor", "aman", "c")) is True
    assert len(world.state.seen["kotakan"]) == 1428  # 10,000 among six villages and `semua`
    world.wait(16.0)
    assert {each.village: len(each.identifiers) for each in world.beacon().acknowledged} == {
        "kalibagor": 1, "kotakan": 100,
    }


# Raised again after a silence.


def again(world: World) -> dict[str, object]:
    """Of each alarm in force who raised it last, and after how many silences, as the status has it."""
    alarms = world.shown()["alarms"]
    assert isinstance(alarms, list)
    return {each["incident"]: (each["origin"], each.get("again", 0)) for each in alarms}


def test_an_alarm_that_its_sender_raises_again_after_silences_says_after_how_many() -> None:
    world = hub()
    for number in range(3):
        world.alarm(at=10.0 + 10 * number, identifier=f"a{number}", sender="kalibagor/pos-1")
        assert again(world) == {"kebakaran": ("kalibagor/pos-1", number)}
        world.silence(15.0 + 10 * number)
        world.silence(16.0 + 10 * number)  # what is silent already is not silenced again
        assert again(world) == {"kebakaran": ("kalibagor/pos-1", 0)}


def test_what_another_sender_raises_was_not_silenced_before_and_the_last_one_is_named() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a", sender="kalibagor/pos-1")
    world.silence(15.0)
    world.alarm(at=20.0, identifier="b", sender="posko/sri")

    assert again(world) == {"kebakaran": ("posko/sri", 0)}
    assert [each.origin for each in world.beacon().alarms] == ["posko/sri"]
    world.alarm(at=25.0, identifier="c", sender="kalibagor/pos-1")
    assert again(world) == {"kebakaran": ("kalibagor/pos-1", 1)}


def test_several_alarms_that_are_silenced_at_once_count_once_and_for_half_an_hour() -> None:
    world = hub()
    for incident in ("kebakaran", "pencurian", "bencana"):
        world.alarm(incident, 10.0, identifier=incident, sender="kalibagor/pos-1")
    world.silence(15.0)
    world.alarm(at=400.0, identifier="b", sender="kalibagor/pos-1")
    assert again(world) == {"kebakaran": ("kalibagor/pos-1", 1)}

    world.alarm(at=1815.0, identifier="c", sender="kalibagor/pos-1")
    assert again(world) == {"kebakaran": ("kalibagor/pos-1", 0)}


def test_only_so_many_senders_are_remembered_and_only_the_beginning_of_their_names(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "SENDERS", 20)
    world = hub()
    world.alarm(at=5.0, village="kotakan", identifier="k", sender="another village")
    world.silence(6.0, "kotakan")
    for number in range(30):
        world.alarm(at=10.0 + 2.5 * number, identifier=f"a{number}", sender=f"{number} {'x' * 100}")
        world.silence(11.0 + 2.5 * number)

    kept = [(village, sender.split()[0]) for village, sender in world.state.silences]
    assert sorted(kept) == sorted([("kotakan", "another"), *(("kalibagor", str(number)) for number in range(10, 30))])
    assert max(len(sender) for _, sender in world.state.silences) == 80


@pytest.mark.parametrize(("came_at", "counts"), [(19.0, False), (20.5, True)])
def test_an_alarm_that_stood_behind_a_flood_counts_as_of_when_it_came(came_at: float, counts: bool) -> None:
    world = hub()
    world.alarm("aman", 20.0, village="semua")
    world.wait(21.0)
    world.step(Received("kentongan/situbondo/kalibagor/alarm/kebakaran", b'{"identifier": "a"}', retain=False), came_at)
    world.wait(22.0)

    assert bool(world.listed()) is counts


def test_an_alarm_that_was_raised_again_is_listed_with_the_age_of_its_beginning_too() -> None:
    world = World().ready()
    world.alarm(at=10.0, identifier="a")
    assert [each.first_age_s for each in world.beacon().alarms] == [None]
    world.alarm(at=40.0, identifier="b")
    world.wait(42.0)

    (listed,) = world.beacon().alarms
    at = world.beacons()[-1][0]
    assert (listed.identifier, round(listed.age_s, 3)) == ("b", round(at - 40.0, 3))
    assert listed.first_age_s == listed.age_s + 30.0
