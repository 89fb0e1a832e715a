"""The watch's round: made by a short touch or heard from others, beaten once, quietly, and told."""

from typing import Any

import pytest

from node.core.events import Contact
from runtime.core.events import Linked
from tests.node.core.world import OWN, World, make_setup, same

ONE = f"{OWN}1"
ROUND_S = 8.2  # how long the patrol code of the district's family is, with the rest before it


def box(*, drum: bool = True) -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False, drum=drum)).ready()


# By a short touch


def test_a_short_touch_of_the_all_clears_button_makes_a_round() -> None:
    world = box()

    assert world.tap("aman", 10.0) == [
        "play patroli 10.3 to 18.5",
        "log ronda kalibagor #1",
        "tell ronda kalibagor #1",
        "send ronda #1 0 s old",
        "log sounding patroli kalibagor #1",
        "tell sounding patroli kalibagor #1",
        "status sounding",
    ]
    world.wait(60.0)
    assert world.rounds() == [(10.3, 18.5)]
    assert world.told()[-1] == "finished patroli kalibagor #1"


def test_a_round_says_who_made_it_and_how() -> None:
    world = box()
    world.tap("aman", 10.0)
    world.ronda(20.0, identifier="r", sender="kalibagor/pos-2")
    world.ronda(40.0, raw=b"lewat")

    names = ("village", "identifier", "origin", "sender", "reason")
    assert [[each.get(name) for name in names] for each in world.events() if each["event"] == "ronda"] == [
        ["kalibagor", ONE, "button", "kalibagor/pos-1", None],
        ["kalibagor", "r", "network", "kalibagor/pos-2", None],
        ["kalibagor", None, "network", None, None],
    ]


@pytest.mark.parametrize(
    ("name", "held_s", "made"),
    [
        ("aman", 0.09, False), ("aman", 0.1, True), ("aman", 1.9, True), ("aman", 2.0, False), ("aman", 12.0, False),
        ("pencurian", 0.5, False), ("senyap", 0.5, False), ("lock", 0.04, False),
    ],
)
def test_a_touch_is_a_round_if_it_is_the_all_clears_and_neither_a_bounce_nor_held(
    name: str, held_s: float, made: bool
) -> None:
    world = box()
    world.tap(name, 10.0, held_s)
    world.wait(60.0)

    assert ("ronda kalibagor #1" in world.told()) is made
    assert (world.rounds() != []) is made


def test_a_touch_that_bounces_is_one_round_and_taps_are_never_added_up_to_an_all_clear() -> None:
    world = box()
    for closed_at, opened_at in ((10.0, 10.01), (10.02, 10.03), (10.04, 10.5), (10.51, 10.52)):
        world.feed(Contact("aman", closed=True), closed_at)
        world.feed(Contact("aman", closed=False), opened_at)
    for number in range(20):
        world.tap("aman", 20.0 + number)

    assert [told for told in world.told() if told.startswith(("ronda", "pressed"))] == [
        f"ronda kalibagor #{number + 1}" for number in range(21)
    ]


def test_a_contact_that_was_closed_at_the_start_makes_no_round_when_it_opens() -> None:
    world = World(make_setup(hub=False))
    world.feed(Contact("aman", closed=True, initial=True), 0.0)
    world.ready()
    world.tap("aman", 1.0)

    assert [told for told in world.told() if told.startswith("ronda")] == []


def test_a_round_without_a_link_is_beaten_and_told_when_there_is_one_and_rings_no_more_then() -> None:
    world = World().offline()
    world.tap("aman", 10.0)
    done = world.feed(Linked(), 300.0)

    assert world.rounds() == [(10.3, 18.5)]
    assert "tell ronda kalibagor #1" in done
    assert world.sent() == []


# From others


def test_a_round_that_is_heard_is_beaten_once_and_told() -> None:
    world = box()

    assert world.ronda(10.0, identifier="r") == [
        "play patroli 10 to 18.2",
        "remember r over",
        "log ronda kalibagor r",
        "tell ronda kalibagor r",
        "log sounding patroli kalibagor r",
        "tell sounding patroli kalibagor r",
        "status sounding",
    ]
    assert world.ronda(12.0, identifier="r") == []
    world.wait(30.0)
    assert world.ronda(30.0, identifier="r") == []
    assert world.rounds() == [(10.0, 18.2)]


def test_a_round_that_comes_back_to_the_post_that_made_it_is_nothing() -> None:
    world = box()
    world.tap("aman", 10.0)

    assert world.ronda(10.5, identifier=ONE) == []


@pytest.mark.parametrize(
    ("village", "age_s", "beaten"),
    [
        ("kalibagor", 0.0, True), ("semua", 0.0, True), ("kotakan", 0.0, False), ("kalibagor", 29.0, True),
        ("kalibagor", 30.0, False),
    ],
)
def test_a_round_is_beaten_in_its_own_village_and_not_long_after_it(village: str, age_s: float, beaten: bool) -> None:
    world = box()
    done = world.ronda(10.0, village, age_s=age_s)

    assert any(line.startswith("log ronda") for line in done) is beaten
    assert (world.sounding() == "patroli") is beaten


@pytest.mark.parametrize(("retain", "members", "reason"), [
    (False, {"age_s": 30}, "a round that is over"), (False, {"status": "Test"}, "status Test: no round is made"),
    (True, {"note": "RT 3"}, "a round is published with the retain flag; leave out -r"),
])
def test_a_round_that_is_not_beaten_says_why(*, retain: bool, members: dict[str, Any], reason: str) -> None:
    world = box()
    world.ronda(10.0, retain=retain, **members)

    assert (world.told(), world.reasons(), world.sounding()) == (["linked", "refused"], [reason], None)


def test_a_round_that_cannot_be_read_is_refused() -> None:
    world = box()
    world.ronda(10.0, raw=b"{")

    assert world.told() == ["linked", "refused"]
    assert world.reasons() == [
        ("not JSON: Expecting property name enclosed in double quotes at place 2; "
         "write a note as plain text, without a bracket at its beginning"),
    ]


def test_a_round_that_the_broker_kept_is_not_beaten() -> None:
    world = box()
    world.ronda(10.0, raw=b"x", retain=True)
    world.ronda(11.0, retain=True)

    assert world.heard() == []


def test_a_locked_box_refuses_the_rounds_of_others_and_makes_its_own() -> None:
    world = box()
    world.feed(Contact("lock", closed=True), 5.0)
    world.ronda(10.0, identifier="r")
    world.tap("aman", 20.0)
    world.wait(60.0)

    assert world.told()[2:4] == ["refused", "ronda kalibagor #1"]
    assert world.reasons()[1] == "locked: the key in the box keeps the network out"
    assert world.rounds() == [(20.3, 28.5)]


def test_of_a_flood_of_rounds_a_few_are_heard_and_the_rest_refused() -> None:
    world = box()
    for number in range(10):
        world.ronda(10.0 + number / 10, identifier=f"r{number}")
    world.ronda(40.0, identifier="later")

    assert [told for told in world.told() if told.startswith("ronda")] == [
        "ronda kalibagor r0", "ronda kalibagor r1", "ronda kalibagor r2", "ronda kalibagor later",
    ]
    assert world.reasons() == ["too many rounds at once"] * 7
    assert world.rounds() == [(10.0, 18.2)]


# What is more urgent


@pytest.mark.parametrize("end", ["nothing", "silence", "lock"])
def test_no_round_is_made_or_recorded_while_an_alarm_is_in_force_though_it_may_be_silent(end: str) -> None:
    world = box()
    world.press("pencurian", 9.0)
    if end == "silence":
        world.command("silence", 11.0)
    elif end == "lock":
        world.feed(Contact("lock", closed=True), 11.0)
    done = world.tap("aman", 12.0)
    world.ronda(13.0, identifier="r")
    world.wait(60.0)

    assert done[:2] == ["log warning patroli kalibagor", "tell warning patroli kalibagor"]
    assert {each.split()[1] for each in world.sent()} == {"pencurian"}
    assert world.rounds() == []
    assert [told for told in world.told() if told.startswith("ronda")] == []
    reason = "no round is recorded while an alarm sounds: pencurian is in force in kalibagor"
    locked = "locked: the key in the box keeps the network out"
    assert world.reasons()[-2:] == [reason, locked if end == "lock" else reason]


def test_no_round_is_made_or_recorded_while_another_villages_alarm_sounds_here() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, village="kotakan")
    world.tap("aman", 12.0)

    assert same(world.ronda(13.0)) == []
    assert [told for told in world.told() if told.startswith("ronda")] == []
    assert world.reasons() == ["no round is recorded while an alarm sounds: kebakaran is in force in kotakan"] * 2


def test_a_round_can_be_made_again_once_the_alarm_is_over() -> None:
    world = box()
    world.alarm("lainnya", 10.0)
    world.tap("aman", 100.0)
    world.tap("aman", 131.0)

    assert world.told()[2:] == [
        "warning patroli kalibagor", "finished lainnya kalibagor", "ronda kalibagor #1",
        "sounding patroli kalibagor #1",
    ]


def test_a_round_gives_way_to_an_alarm_and_does_not_come_back() -> None:
    world = box()
    world.tap("aman", 10.0)
    world.alarm("lainnya", 12.0, age_s=118)
    world.wait(60.0)

    assert [(name, round(began, 2), round(until, 2)) for name, began, until in world.heard()] == [
        ("patroli", 10.3, 12.0), ("lainnya", 12.0, 14.0),
    ]
    assert "finished patroli kalibagor #1" in world.told()


def test_a_round_while_the_code_is_beaten_is_told_and_begins_nothing_anew() -> None:
    world = box()
    world.ronda(10.0, identifier="a")

    assert same(world.ronda(13.0, identifier="b")) == ["remember b over"]
    world.tap("aman", 14.0)
    world.wait(60.0)
    assert world.rounds() == [(10.0, 10.0 + ROUND_S)]


def test_the_round_and_the_safe_code_wait_for_each_other() -> None:
    world = box()
    world.ronda(10.0)
    world.alarm("aman", 12.0)
    world.ronda(19.0)
    world.wait(60.0)

    assert [(name, round(began, 2), round(until, 2)) for name, began, until in world.heard()] == [
        ("patroli", 10.0, 18.2), ("aman", 18.2, 30.7), ("patroli", 30.7, 38.9),
    ]


def test_a_silence_ends_the_round_and_one_that_waits() -> None:
    world = box()
    world.alarm("aman", 10.0)
    world.ronda(11.0, identifier="r")
    world.command("silence", 12.0)
    world.wait(60.0)

    assert world.told()[-2:] == ["silenced aman kalibagor", "silenced patroli kalibagor r"]
    assert world.heard() == [("aman", 10.0, 12.0)]


def test_an_all_clear_that_the_hub_repeats_does_not_end_a_round() -> None:
    world = World().ready()
    world.beacon(at=9.0)
    world.ronda(10.0)

    assert world.beacon(at=12.0, cleared={"kalibagor": 1.0}) == []


def test_a_box_without_a_drum_says_so_and_beats_nothing() -> None:
    world = box(drum=False)

    assert world.tap("aman", 10.0) == ["log ronda kalibagor #1", "tell ronda kalibagor #1", "send ronda #1 0 s old"]
    assert world.ronda(20.0, identifier="r") == ["remember r over", "log ronda kalibagor r", "tell ronda kalibagor r"]
    assert world.reasons() == ["this box has neither striker nor loudspeaker; nothing is beaten"] * 2
