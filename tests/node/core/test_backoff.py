"""After an operator's silence, what the same sender raises waits longer each time; anybody else's rings at once."""

import pytest

from contract.domain.alarm import Key
from node.core.state import Sender
from tests.node.core.world import World, listed, make_setup

THIEF, OTHER = "kalibagor/pos-2", "kotakan/pos-1"


def box() -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False)).ready()


def ring(world: World, at: float, sender: str = THIEF, incident: str = "kebakaran", village: str = "kalibagor") -> str:
    """*sender* raises an alarm under a new name. Returns the name."""
    name = f"{sender[:40].replace(' ', '_')}-{at:g}"
    world.alarm(incident, at, village, identifier=name, sender=sender, age_s=0)
    return name


@pytest.mark.parametrize(
    ("silences", "wait_s"), [(1, 0.0), (2, 15.0), (3, 30.0), (4, 60.0), (5, 120.0), (6, 240.0), (7, 240.0)]
)
def test_what_a_sender_raises_waits_longer_after_each_silence_and_no_longer_than_four_minutes(
    silences: int, wait_s: float
) -> None:
    world = World(make_setup(hub=False), now=-2000.0).ready()
    waits = []
    for _ in range(silences + 1):
        since = world.now
        while world.sounding() is None:  # it raises them without end
            ring(world, world.now + 1.0)
        waits.append(world.now - since)
        world.command("silence", world.now + 1.0)

    assert waits[-1] == pytest.approx(max(1.0, wait_s), abs=1.0)


def silenced_twice(now: float = 20.0) -> World:
    """A box on which an operator has silenced the thief for the second time, at *now*."""
    world = box()
    for at in (now - 5.0, now):
        ring(world, at - 1.0)
        world.command("silence", at)
    return world


def test_what_waits_is_reported_and_begins_by_itself() -> None:
    world = silenced_twice()
    ring(world, 22.0)
    assert world.sounding() is None
    assert {**world.events()[-1], "time": ""} == {
        "event": "warning", "time": "", "clock": "unsynced", "boot": "b1", "incident": "kebakaran",
        "village": "kalibagor", "identifier": f"{THIEF}-22", "sender": THIEF,
        "reason": "begins in 13 s at the earliest: an operator has silenced what this sender raised 2 times",
    }
    world.wait(100.0)

    assert world.heard()[-1] == ("kebakaran", 35.0, 100.0)


@pytest.mark.parametrize("sender", [OTHER, "kalibagor/pos-1", "posko/sri", ""])
def test_an_alarm_of_another_sender_rings_at_once(sender: str) -> None:
    world = silenced_twice()
    ring(world, 21.0)
    ring(world, 22.0, sender)

    assert world.sounding() == "kebakaran"
    assert world.state.alarms[Key("kalibagor", "kebakaran")].identifier == f"{sender}-22"


def test_another_senders_alarm_does_not_wait_for_that_of_the_one_who_waits_long() -> None:
    """Of one incident only so many are let through at once: whose is left begins ten seconds later."""
    world = silenced_twice()
    for number in range(5):
        ring(world, 20.5 + number / 8, OTHER)
    world.command("silence", 21.75)
    ring(world, 21.875)
    ring(world, 22.0, "posko/sri")
    world.wait(40.0)

    assert ("kebakaran", 32.0, 40.0) in world.heard()


def test_the_own_button_of_this_box_rings_at_once_however_often_it_was_silenced() -> None:
    world = World(make_setup(hub=False)).ready()
    for number in range(8):
        world.press("kebakaran", 10.0 * number)
        assert world.sounding() == "kebakaran"
        world.command("silence", 10.0 * number + 5.0)


def test_the_own_button_of_a_box_under_which_the_sender_waits_rings_at_once() -> None:
    world = silenced_twice()
    ring(world, 21.0)
    world.press("kebakaran", 22.0)

    assert world.sounding() == "kebakaran"


def test_silence_at_the_box_makes_nobody_wait() -> None:
    world = box()
    for at in (10.0, 20.0, 30.0, 40.0):
        ring(world, at)
        world.press("senyap", at + 2.0)
    ring(world, 50.0)

    assert world.sounding() == "kebakaran"


def test_what_is_silenced_before_it_has_sounded_for_a_second_makes_nobody_wait() -> None:
    world = box()
    for number in range(12):
        incident = ("kebakaran", "bencana", "lainnya")[number % 3]
        ring(world, 10.0 + 2 * number, incident=incident)
        assert world.sounding() == incident
        world.command("silence", 10.75 + 2 * number)


def test_several_alarms_of_one_silence_count_once() -> None:
    world = box()
    for incident in ("kebakaran", "bencana", "lainnya"):
        ring(world, 10.0, incident=incident)
    world.command("silence", 15.0)
    ring(world, 16.0)

    assert world.sounding() == "kebakaran"


@pytest.mark.parametrize(("raised_at", "waits"), [(94.0, True), (95.0, False)])
def test_what_is_raised_a_minute_after_the_wait_is_not_raised_against_the_silence(
    raised_at: float, waits: bool
) -> None:
    world = silenced_twice()
    world.command("silence", 21.0)  # nothing sounds: it counts for nothing
    ring(world, raised_at)
    assert world.sounding() == "kebakaran"
    world.command("silence", 99.0)
    ring(world, 100.0)

    assert (world.sounding() is None) is waits


def test_another_name_each_time_helps_a_stranger_three_times_only() -> None:
    world = box()
    rang = []
    for number in range(6):
        ring(world, 10.0 + 2 * number, f"who-{number}")
        rang.append(world.sounding() is not None)
        world.command("silence", 11.0 + 2 * number)

    assert rang == [True, True, True, True, False, False]


def test_who_joins_in_what_somebody_else_raised_is_counted_as_well() -> None:
    world = box()
    for at in (10.0, 15.0):
        ring(world, at, "kalibagor/pos-1")
        ring(world, at + 1.0, THIEF)
        world.command("silence", at + 2.0)
    ring(world, 18.0)

    assert world.sounding() is None


def test_the_beacon_does_not_ring_what_waits_and_does_once_it_has_waited() -> None:
    world = World().ready()
    for at in (5.0, 10.0):
        world.beacon(listed(f"a{at:g}", origin=THIEF), at=at - 1.0)
        world.command("silence", at)
    for at in (12.0, 17.0, 22.0, 24.75):
        world.beacon(listed("b", age=at - 11.0, remaining=191.0 - at, origin=THIEF, also=("a5", "a10")), at=at)
        assert world.sounding() is None
    assert [str(event["identifier"]) for event in world.events() if event["event"] == "warning"] == ["b"]

    world.beacon(listed("b", age=14.0, remaining=166.0, origin=THIEF, also=("a5", "a10")), at=25.0)
    assert world.sounding() == "kebakaran"


def test_what_the_operator_silenced_by_the_hubs_word_counts_too() -> None:
    world = World().ready()
    for at in (5.0, 10.0):
        world.beacon(listed(f"a{at:g}", origin=THIEF), at=at)
        world.beacon(listed(f"a{at:g}", age=2.0, origin=THIEF, silenced=("kalibagor",)), at=at + 2.0)
    ring(world, 13.0)

    assert world.sounding() is None


def test_a_stolen_box_that_rings_without_end_is_quiet_most_of_the_time_against_an_operator_who_silences_it() -> None:
    """It raises an alarm each second, by any of its village's names; whoever silences it needs three seconds."""
    world = World(make_setup(hub=False)).ready()
    silence_at = None
    for second in range(600):
        ring(world, float(second), (THIEF, "kalibagor/pos-1", "", f"x{second}")[second % 4])
        if world.sounding() is not None and silence_at is None:
            silence_at = second + 3
        if silence_at == second:
            world.command("silence", second + 0.5)
            silence_at = None
    rang_s = sum(until - begun for _, begun, until in world.heard())

    assert rang_s < 60.0


def test_only_so_many_senders_of_a_village_are_kept_and_none_of_another_one_makes_room_for_them() -> None:
    world = box()
    ring(world, 5.0, OTHER, village="kotakan")
    world.command("silence", 7.0)
    for number in range(100):
        ring(world, 10.0 + 400 * number, f"{number} {'x' * 3000}")
        world.command("silence", 12.0 + 400 * number)

    assert len([who for who in world.state.silences if who.village == "kalibagor"]) == 32
    assert Sender("kotakan", OTHER) in world.state.silences
    assert all(len(who.name or "") <= 80 for who in world.state.silences)


def test_only_so_many_senders_of_one_alarm_are_kept() -> None:
    world = box()
    for number in range(60):
        ring(world, 10.0 + 10.0 * number, f"who-{number}")
    (alarm,) = world.state.alarms.values()

    assert len(alarm.senders) == 16
