"""The hours of the watch: a post beats its round by itself, each of its hours once, if it knows the time of day."""

from runtime.core.events import Clock
from tests.node.core.world import EPOCH_S, SYNCED, UNSYNCED, World, make_setup

START_S = 8 * 3600.0  # the time of day, in UTC, at which every world here begins
ZONE_S = 7 * 3600.0
UNKNOWN = "the clock is not synchronised, so the hours of the round cannot be known"


def watch(*hours_s: float, clock: Clock = SYNCED) -> World:
    """A linked box that makes its round *hours_s* after its start, if local time is UTC."""
    return World(make_setup(hub=False, ronda_s=tuple(START_S + each for each in hours_s)), clock).ready()


def pass_time(world: World, until: float) -> None:
    """Time passes up to *until*, and the loop tells the clock as it was told last, every minute."""
    while world.now < until:
        world.feed(world.state.clock, min(world.now + 60.0, until))


def test_a_schedule_beats_each_of_its_hours_once_and_every_day_again() -> None:
    world = watch(600.0, 60.0)
    pass_time(world, 90_000.0)

    assert [at for at, _ in world.rounds()] == [60.0, 600.0, 86_460.0, 87_000.0]
    assert world.sent() == [f"send ronda #{number} 0 s old" for number in (1, 2, 3, 4)]
    assert [each["origin"] for each in world.events() if each["event"] == "ronda"] == ["schedule"] * 4


def test_the_hours_are_those_of_local_time() -> None:
    hours_s = (60.0, 60.0 + ZONE_S)
    world = watch(*hours_s, clock=Clock(synced=True, offset_s=EPOCH_S, zone_s=ZONE_S))
    pass_time(world, 90_000.0)

    # It begins at 15:00 here: 15:01 comes first, and 8:01 the next morning.
    assert [at for at, _ in world.rounds()] == [60.0, 86_460.0 - ZONE_S, 86_460.0]


def test_an_hour_at_midnight_is_beaten() -> None:
    world = World(make_setup(hub=False, ronda_s=(0.0,)), SYNCED).ready()
    pass_time(world, 60_000.0)

    assert [at for at, _ in world.rounds()] == [16 * 3600.0]


def test_a_clock_that_is_put_right_by_seconds_beats_an_hour_once() -> None:
    world = watch(60.0, 120.0)
    world.feed(Clock(synced=True, offset_s=EPOCH_S - 10.0), 67.0)  # back over the hour, after it was beaten
    world.feed(Clock(synced=True, offset_s=EPOCH_S + 30.0), 100.0)  # on over the next
    world.wait(300.0)

    assert [at for at, _ in world.rounds()] == [60.0, 100.0]


def test_a_clock_that_is_set_by_more_than_that_beats_nothing_for_the_time_between() -> None:
    world = watch(60.0, 1000.0)
    for at, offset_s in ((10.0, 500.0), (20.0, 0.0), (100.0, -90.0 - 60.0), (130.0, 0.0)):
        world.feed(Clock(synced=True, offset_s=EPOCH_S + offset_s), at)
    pass_time(world, 1200.0)

    assert [at for at, _ in world.rounds()] == [60.0, 1000.0]


def test_without_a_synchronised_clock_the_hours_are_a_fault_after_a_minute_and_are_not_beaten() -> None:
    world = watch(30.0, 300.0, clock=UNSYNCED)
    for instant in range(5, 70, 5):
        world.feed(UNSYNCED, float(instant))

    assert world.told_at()[1:] == [(60.0, "fault ronda")]
    assert world.reasons() == [UNKNOWN]
    world.feed(SYNCED, 70.0)
    pass_time(world, 400.0)
    assert world.told_at()[2] == (70.0, "recovered ronda")
    assert [at for at, _ in world.rounds()] == [300.0]


def test_a_clock_that_is_synchronised_within_a_minute_is_no_fault_and_beats_nothing_that_is_past() -> None:
    world = watch(30.0, 100.0, clock=UNSYNCED)
    world.feed(SYNCED, 50.0)
    world.wait(200.0)

    assert world.told()[1].startswith("ronda")
    assert [at for at, _ in world.rounds()] == [100.0]


def test_an_hour_that_passes_while_the_clock_is_not_synchronised_is_not_beaten() -> None:
    world = watch(60.0, 200.0)
    for clock, at in ((UNSYNCED, 50.0), (SYNCED, 70.0)):
        world.feed(clock, at)
    pass_time(world, 300.0)

    assert [at for at, _ in world.rounds()] == [200.0]


def test_a_box_without_a_schedule_does_not_ask_for_the_clock() -> None:
    world = World(make_setup(hub=False), UNSYNCED).ready()
    for instant in range(5, 100, 5):
        assert world.feed(UNSYNCED, float(instant)) == []


def test_two_posts_of_one_village_that_beat_the_same_hour_beat_it_once_each() -> None:
    world = watch(60.0)
    world.wait(60.125)
    world.ronda(60.125, identifier="kalibagor.pos-2.b1.1")
    world.wait(120.0)

    assert [told for told in world.told() if "sounding" in told] == ["sounding patroli kalibagor #1"]
    assert world.rounds() == [(60.0, 68.2)]


def test_an_hour_at_which_an_alarm_is_in_force_is_no_round_and_the_next_one_is() -> None:
    world = watch(60.0, 300.0)
    world.alarm("kebakaran", 50.0, village="kotakan")
    pass_time(world, 400.0)

    assert [(at, told) for at, told in world.told_at() if "patroli" in told or "ronda" in told][:2] == [
        (60.001, "warning patroli kalibagor"), (300.001, "ronda kalibagor #1"),
    ]
    (warning,) = [each for each in world.events() if each["event"] == "warning"]
    assert (warning["origin"], warning["reason"]) == (
        "schedule", "no round is recorded while an alarm sounds: kebakaran is in force in kotakan",
    )
    assert world.sent() == ["send ronda #1 0 s old"]
