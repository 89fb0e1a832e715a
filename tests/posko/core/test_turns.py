"""Alarm and all-clear by turns: new alarms of one incident are limited, and what is raised again at once is one."""

from contract.domain.alarm import Key
from posko.core.effects import SaveAlarm
from tests.posko.core.world import FIRE, World

THEFT = Key("kalibagor", "pencurian")


def clear(world: World, at: float) -> None:
    world.hear("kalibagor/alarm/aman", b"", at)


def rows(world: World) -> set[str]:
    """The rows of alarms that were written: each is called what its alarm was called first."""
    return {effect.alarm.first for _, effect in world.done if isinstance(effect, SaveAlarm)}


def test_by_turns_a_hundred_times_a_second_makes_one_row_and_a_write_in_ten_seconds() -> None:
    world = World().ready()
    for count in range(3000):
        world.alarm(at=10.0 + count / 100)
        clear(world, 10.005 + count / 100)
    written = [effect for _, effect in world.done if isinstance(effect, SaveAlarm)]

    assert len(rows(world)) == 1
    # Five at once and one in ten seconds, of which what waits is over when it is due: each begins once and ends once.
    assert len(written) <= 2 * (5 + 3) + 4


def test_of_many_that_begin_one_after_the_other_the_sixth_is_repeated_within_ten_seconds() -> None:
    world = World().ready()
    for count in range(5):
        world.alarm(at=float(count))
        clear(world, count + 0.5)
    world.alarm(at=6.0, identifier="sixth")
    assert world.listed() == []
    world.wait(16.0)

    assert [each.identifier for each in world.beacon().alarms] == ["sixth"]
    assert round(world.beacon().alarms[0].age_s) == 10


def test_of_those_that_wait_the_latest_begins_when_the_first_is_due_and_all_are_one_alarm() -> None:
    world = World().ready()
    for count in range(5):
        world.alarm(at=float(count))
        clear(world, count + 0.5)
    for count in range(4):
        world.alarm(at=6.0 + count, identifier=f"waits-{count}")
    world.wait(16.0)

    assert [each.identifier for each in world.beacon().alarms] == ["waits-3"]


def test_what_waits_and_is_cleared_meanwhile_begins_nowhere() -> None:
    world = World().ready()
    for count in range(5):
        world.alarm(at=float(count))
        clear(world, count + 0.5)
    world.alarm(at=6.0, identifier="sixth")
    clear(world, 7.0)
    world.wait(20.0)

    assert world.listed() == []
    assert FIRE.name("sixth") in world.beacon().kept()  # who pressed it need not send it any more


def test_what_waits_longer_than_its_time_is_late() -> None:
    world = World().ready()
    for count in range(5):
        world.alarm(at=float(count))
        clear(world, count + 0.5)
    world.alarm(at=6.0, identifier="old", age_s=175.0)
    world.wait(20.0)

    assert world.listed() == []


def test_another_incident_or_village_waits_for_nothing() -> None:
    world = World().ready()
    for count in range(5):
        world.alarm(at=float(count))
        clear(world, count + 0.5)
    world.alarm(at=6.0)
    world.alarm("pencurian", 6.0)
    world.alarm(at=6.0, village="olean")

    assert {(each.village, each.incident) for each in world.beacon().alarms} == {
        ("kalibagor", "pencurian"), ("olean", "kebakaran")}


def test_raised_again_within_seconds_of_an_all_clear_it_is_one_row_and_is_proven_anew() -> None:
    world = World().ready()
    world.alarm(at=10.0, identifier="first")
    world.status("kalibagor/pos-1", 10.1, sounding=FIRE)
    world.status("kotakan/pos-1", 10.1, sounding=FIRE)
    world.status("patokan/polsek", 10.1, sounding=FIRE)
    clear(world, 15.0)
    for post in ("kalibagor/pos-1", "kotakan/pos-1", "patokan/polsek"):
        world.status(post, 15.1)
    world.alarm(at=20.0, identifier="again")
    world.wait(31.0)
    alarm = world.state.alarms[FIRE]

    assert (alarm.identifier, alarm.first, alarm.first_at, dict(alarm.sounds)) == ("again", "first", 20.0, {})
    assert (alarm.missed, alarm.proven) == (True, False)
    assert rows(world) == {"first"}


def test_raised_again_later_or_as_an_exercise_it_is_an_alarm_of_its_own() -> None:
    world = World().ready()
    world.alarm(at=10.0, identifier="first")
    clear(world, 15.0)
    world.alarm(at=30.5, identifier="later")
    clear(world, 31.0)
    world.alarm(at=32.0, identifier="exercise", status="Exercise")

    assert rows(world) == {"first", "later", "exercise"}
