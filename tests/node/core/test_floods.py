"""Floods: what is too much costs the node nothing, and what ends sound is obeyed all the same."""

import json

from node.core.state import State
from runtime.core.events import Linked, Received
from tests.node.core.world import World, listed, make_setup, same

INCIDENTS = ("bencana", "kebakaran", "pencurian", "ternak", "lainnya")


def box() -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False)).ready()


def sizes(state: State) -> dict[str, int]:
    """How much the state holds of each thing that the network can make it hold."""
    return {
        "alarms": len(state.alarms), "seen": len(state.seen), "buckets": len(state.buckets),
        "backlog": len(state.backlog), "cleared": len(state.cleared_at), "outbox": len(state.outbox),
        "names": max((len(alarm.identifiers) for alarm in state.alarms.values()), default=0),
    }


def test_a_thousand_alarms_in_a_second_are_one_sounding_of_each_incident() -> None:
    world = box()
    for number in range(1000):
        world.alarm(INCIDENTS[number % 5], 10.0 + number / 1000, identifier=f"x{number}")
    world.wait(200.0)

    started = [told.split()[1] for told in world.told() if told.startswith("sounding")]
    assert sorted(started) == sorted({*started})
    assert world.heard()[0][:2] == ("bencana", 10.0)
    assert len(world.told()) < 60


def test_a_silence_right_after_a_flood_is_obeyed() -> None:
    world = box()
    for number in range(1000):
        world.alarm(INCIDENTS[number % 5], 10.0 + number / 1000)

    assert world.command("silence", 11.0)[0] == "hush"
    assert world.sounding() is None


def test_an_all_clear_in_the_middle_of_a_flood_of_them_is_obeyed() -> None:
    world = box()
    for number in range(500):
        world.alarm("aman", 10.0 + number / 1000, identifier=f"x{number}")
    world.alarm("kebakaran", 11.0)
    world.alarm("aman", 12.0, identifier="y")

    assert [each for each in world.heard() if each[0] == "kebakaran"] == [("kebakaran", 11.0, 12.0)]


def test_a_flood_of_all_clears_makes_the_disk_remember_only_a_few() -> None:
    world = box()
    done = [line for number in range(500) for line in same(world.alarm("aman", 10.0, identifier=f"x{number}"))]

    assert done == ["play aman 10 to 22.5", *(f"remember x{number}" for number in range(5))]


def test_an_alarm_of_another_incident_is_heard_in_a_flood() -> None:
    world = box()
    for number in range(500):
        world.alarm("pencurian", 10.0 + number / 1000)
    world.alarm("kebakaran", 10.6)

    assert world.sounding() == "kebakaran"


def test_a_press_is_heard_in_a_flood() -> None:
    world = box()
    world.touch("kebakaran", 10.0)
    for number in range(1500):
        world.alarm("pencurian", 10.0 + number / 1000)

    assert world.sounding() == "kebakaran"
    assert world.told().count("sounding kebakaran kalibagor #1") == 1


def test_an_incident_that_was_flooded_is_heard_again_when_it_is_calm() -> None:
    world = box()
    for number in range(100):
        world.alarm("kebakaran", 10.0 + number / 100)
    world.wait(400.0)
    world.alarm("kebakaran", 400.0)

    assert world.sounding() == "kebakaran"


def test_a_live_alarm_after_many_of_its_kind_that_are_over_waits_a_little_and_is_not_lost() -> None:
    world = box()
    for number in range(5):
        world.alarm("kebakaran", 10.0 + number, identifier=f"x{number}")
        world.alarm("aman", 10.5 + number)
    world.alarm("kebakaran", 17.0, identifier="live", note="rumah Pak RT 3")
    world.wait(26.9)
    assert world.sounding() == "aman"

    world.wait(27.0)
    assert world.sounding() == "kebakaran"
    assert world.told()[-1] == "sounding kebakaran kalibagor live"
    world.wait(300.0)
    assert world.heard()[-1] == ("kebakaran", 27.0, 197.0)


def test_what_waits_for_the_flood_to_pass_is_ended_by_silence_and_all_clear_and_lock() -> None:
    for end in ("silence", "aman", "lock"):
        world = box()
        for number in range(6):
            world.alarm("kebakaran", 10.0 + number / 10)
            world.command("silence")
        world.alarm("kebakaran", 12.0)
        if end == "lock":
            world.touch("lock", 13.0)
        elif end == "aman":
            world.alarm("aman", 13.0)
        else:
            world.command("silence", 13.0)
        world.wait(100.0)
        assert "kebakaran" not in [incident for incident, began, _ in world.heard() if began > 12.0], end


def test_rubbish_is_answered_a_few_times_and_then_counted() -> None:
    world = box()
    for number in range(1000):
        world.feed(Received("kentongan/situbondo/kalibagor/alarm/kebakaran", b"{", retain=False), 10.0 + number / 1000)
    world.wait(20.0)

    refused = [at for at, told in world.told_at() if told.startswith("refused")]
    assert len(refused) < 25
    counted = [int(reason.split()[0]) for reason in world.reasons() if reason.endswith("too many messages")]
    assert len(refused) - len(counted) + sum(counted) == 1000


def test_a_flood_leaves_a_state_of_bounded_size() -> None:
    world = World().offline()
    villages = ("kalibagor", "kotakan", "semua", "olean", "nowhere")
    for number in range(3000):
        world.alarm(INCIDENTS[number % 5], number / 100, villages[number % 7 % 5], identifier=f"x{number}")
    for number in range(100):
        entries = [listed(f"y{number}-{each}", age=each % 7, remaining=50.0 + each) for each in range(100)]
        world.beacon(*entries, at=31.0 + number / 100)

    limits = {
        "alarms": 16, "seen": 10_000, "buckets": 16, "backlog": 200, "cleared": 7, "outbox": 0, "names": 128,
    }
    assert {name: size for name, size in sizes(world.state).items() if size > limits[name]} == {}


def test_a_backlog_that_is_too_long_keeps_the_newest_and_says_how_much_it_lost() -> None:
    world = World().offline()
    for number in range(300):
        world.touch("pencurian", number * 300.0)
        world.release("pencurian", number * 300.0 + 2.0)
    world.wait(90_000.0)
    lost = len(world.told()) - 200
    told = [line for line in world.feed(Linked(), 90_000.0) if line.startswith("tell")]

    assert told[197:202] == [
        "tell pressed pencurian kalibagor #300", "tell sounding pencurian kalibagor #300",
        "tell finished pencurian kalibagor #300", "tell refused", "tell recovered link",
    ]
    assert f"{lost} older events are only in the log here" in world.reasons()


def test_numbers_of_any_size_are_answered() -> None:
    world = box()
    for number in ("1e308", "-1e308", "9" * 4000, "1e-320"):
        payload = b'{"age_s":' + number.encode() + b"}"
        world.alarm("kebakaran", raw=payload)
    world.feed(Received("kentongan/situbondo/active", json.dumps(
        {"boot": "h", "seq": 10**300, "alarms": []}).encode(), retain=False))

    assert world.sounding() == "kebakaran"
