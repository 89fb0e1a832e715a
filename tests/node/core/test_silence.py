"""Cancel wins at once: the box's own silence button, the operator's silence, and the lock."""

from node.core.events import Contact
from tests.node.core.world import World, listed, make_setup


def box() -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False)).ready()


def locked() -> World:
    world = box()
    world.feed(Contact("lock", closed=True), 10.0)
    world.wait(11.0)
    return world


def test_the_silence_button_hushes_at_the_end_of_its_hold_and_before_anything_else_is_done() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.touch("senyap", 20.0)

    assert world.wait(22.0) == [
        "hush",
        "remember a over",
        "log silenced kebakaran kalibagor a",
        "tell silenced kebakaran kalibagor a",
        "light senyap confirmed",
        "status silenced",
    ]


def test_the_operators_silence_hushes_every_village_here_and_beats_no_safe_code() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("pencurian", 11.0, village="kotakan", identifier="b")
    world.alarm("aman", 12.0, village="talkandang", identifier="c")

    world.command("silence", 20.0)
    world.wait(400.0)

    assert world.told() == [
        "linked", "sounding kebakaran kalibagor a", "silenced kebakaran kalibagor a", "silenced pencurian kotakan b",
        "finished kebakaran kalibagor a", "finished pencurian kotakan b",
    ]
    assert world.heard() == [("kebakaran", 10.0, 20.0)]


def test_a_silence_for_every_village_is_obeyed_and_one_for_another_village_is_not() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)

    assert world.command("silence", 20.0, village="kotakan") == []
    assert world.command("silence", 21.0, village="semua")[0] == "hush"


def test_a_silence_is_answered_where_nothing_sounds() -> None:
    world = box()
    world.command("silence", 10.0)

    assert world.told() == ["linked", "silenced"]
    assert world.reasons() == ["operator: nothing was sounding"]


def test_a_silence_ends_the_safe_code() -> None:
    world = box()
    world.alarm("aman", 10.0)
    world.command("silence", 11.0)
    world.wait(100.0)

    assert world.heard() == [("aman", 10.0, 11.0)]


def test_what_was_silenced_stays_silent_when_the_same_message_comes_again() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.command("silence", 20.0)

    assert world.alarm("kebakaran", 30.0, identifier="a") == []
    world.wait(400.0)
    assert world.heard() == [("kebakaran", 10.0, 20.0)]


def test_a_new_alarm_sounds_again_after_a_silence() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.command("silence", 20.0)

    assert world.alarm("kebakaran", 30.0, identifier="b")[0] == "play kebakaran 10 to 210, entered after 20"


def test_a_press_sounds_again_after_a_silence() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.press("senyap", 20.0)

    assert world.press("kebakaran", 30.0)[0] == "play kebakaran 10 to 211, entered after 21"


def test_what_is_silenced_stays_silent_on_the_hubs_list() -> None:
    world = World().ready()
    world.beacon(listed("a", remaining=170), at=10.0)
    world.press("senyap", 11.0)

    for instant in range(15, 175, 5):
        assert world.beacon(listed("a", age=instant - 10, remaining=180 - instant), at=float(instant)) == []
    assert world.heard() == [("kebakaran", 10.0, 13.0)]


def test_what_was_silenced_before_it_had_a_name_stays_silent_when_the_hub_gives_it_one() -> None:
    world = World().ready()
    world.alarm("kebakaran", 10.0)
    world.command("silence", 10.5)
    world.beacon(listed("posko.1", age=0.9, remaining=179), at=11.0)
    world.beacon(listed("posko.1", age=5.9, remaining=174), at=16.0)

    assert world.heard() == [("kebakaran", 10.0, 10.5)]


def test_a_new_alarm_that_only_the_hub_heard_sounds_again_after_a_silence() -> None:
    world = World().ready()
    world.beacon(listed("a", age=0, remaining=180), at=10.0)
    world.command("silence", 12.0)

    done = world.beacon(listed("a", age=60, remaining=120), listed("b", age=5, remaining=175), at=70.0)
    world.beacon(listed("a", age=65, remaining=115), listed("b", age=10, remaining=170), at=75.0)

    assert done[0] == "play kebakaran 65 to 245, entered after 5"
    assert world.heard() == [("kebakaran", 10.0, 12.0), ("kebakaran", 70.0, 75.0)]


def test_the_lock_takes_out_what_came_from_afar_and_refuses_what_comes() -> None:
    world = box()
    world.alarm("kebakaran", 9.0, identifier="a")
    world.feed(Contact("lock", closed=True), 10.0)
    world.wait(11.0)
    world.alarm("pencurian", 12.0, identifier="b")
    world.alarm("aman", 13.0, identifier="c")
    world.command("silence", 14.0)
    world.wait(400.0)

    assert world.told_at()[1:] == [
        (9.0, "sounding kebakaran kalibagor a"),
        (10.5, "silenced kebakaran kalibagor a"),
        (10.5, "locked"),
        (12.0, "refused pencurian kalibagor b"),
        (13.0, "refused aman kalibagor c"),
        (14.0, "refused"),
    ]
    assert world.reasons()[2:] == ["locked: the key in the box keeps the network out"] * 3
    assert world.heard() == [("kebakaran", 9.0, 10.5)]


def test_the_boxs_own_press_rings_and_goes_out_though_it_is_locked() -> None:
    world = locked()

    done = world.press("pencurian", 20.0)

    assert done[0] == "play pencurian 21 to 201"
    assert world.sent() == ["send pencurian #1 0 s old"]


def test_the_lock_lets_the_boxs_own_alarm_ring_and_its_own_silence_ends_it() -> None:
    world = box()
    world.press("pencurian", 10.0)
    world.feed(Contact("lock", closed=True), 20.0)
    world.wait(30.0)
    world.command("silence", 31.0)
    world.alarm("aman", 32.0)
    world.press("senyap", 40.0)

    assert world.heard() == [("pencurian", 11.0, 42.0)]


def test_the_boxs_own_all_clear_ends_its_alarm_though_it_is_locked() -> None:
    world = locked()
    world.press("pencurian", 20.0)
    world.press("aman", 30.0)
    world.wait(100.0)

    assert [incident for incident, _, _ in world.heard()] == ["pencurian", "aman"]


def test_the_beacon_brings_back_after_the_lock_what_is_still_in_force() -> None:
    world = World().ready()
    world.beacon(listed("a"), at=10.0)
    world.feed(Contact("lock", closed=True), 15.0)
    world.wait(16.0)
    assert world.beacon(listed("a", age=10, remaining=170), at=20.0) == []
    world.feed(Contact("lock", closed=False), 25.0)
    world.beacon(listed("a", age=20, remaining=160), at=30.0)
    world.wait(31.0)

    assert world.told() == [
        "linked", "sounding kebakaran kalibagor a", "silenced kebakaran kalibagor a", "locked", "unlocked",
        "sounding kebakaran kalibagor a",
    ]
    assert world.heard() == [("kebakaran", 10.0, 15.5), ("kebakaran", 30.0, 31.0)]


def test_what_ended_under_the_lock_does_not_come_back() -> None:
    world = World().ready()
    world.beacon(listed("a"), at=10.0)
    world.feed(Contact("lock", closed=True), 15.0)
    world.feed(Contact("lock", closed=False), 18.0)

    assert world.beacon(at=20.0) == []
    assert world.alarm("kebakaran", 21.0, identifier="a")[0] == "log refused kebakaran kalibagor a"


def test_what_was_silenced_before_the_lock_stays_silent_after_it() -> None:
    world = World().ready()
    world.alarm("kebakaran", 10.0)  # nameless, and silenced before the hub gave it a name
    world.command("silence", 10.5)
    world.feed(Contact("lock", closed=True), 11.0)
    world.feed(Contact("lock", closed=False), 12.0)
    world.beacon(listed("hub-1", age=3, remaining=177), at=13.0)
    world.wait(14.0)

    assert world.heard() == [("kebakaran", 10.0, 10.5)]
