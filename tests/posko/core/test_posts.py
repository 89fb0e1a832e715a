"""The district's posts, and the proof that they sound."""

import json
from datetime import UTC, datetime

import pytest

from contract.domain.alarm import Key
from contract.wire.beacon import Beacon, write_beacon
from posko.core.effects import SaveAlarm, SavePatrol, SaveReport
from runtime.core.effects import Publish
from runtime.core.events import Faulted, Linked, Recovered, Unlinked
from tests.posko.core.world import EPOCH_S, FIRE, World, offline

ASK = "kentongan/situbondo/semua/command/status"
POSTS = ("kalibagor/pos-1", "kotakan/pos-1", "patokan/polsek")


def hub() -> World:
    """A linked hub that has heard all of its posts."""
    world = World().ready()
    for post in POSTS:
        world.status(post, 0.0)
    return world


def lively(world: World, until: float, *posts: str) -> None:
    """*posts* say their status every 10 s."""
    while world.now < until:
        world.wait(min(until, world.now + 10.0))
        for post in posts:
            world.status(post, world.now)


# Who lives.


def test_a_post_that_says_nothing_for_thirty_seconds_is_away_until_it_speaks() -> None:
    world = hub()
    lively(world, 20.0, *POSTS)
    lively(world, 60.0, *POSTS[1:])
    assert (world.told()[-1], world.told_at("away")) == ("away kalibagor/pos-1", [50.0])
    world.status(POSTS[0], 61.0)

    assert (world.told()[-1], world.shown()["posts"]) == ("back kalibagor/pos-1", dict.fromkeys(POSTS, "ready"))


def test_a_post_that_was_never_heard_is_told_as_such_and_what_the_broker_kept_is_no_life() -> None:
    world = World().ready()
    world.status(POSTS[0], 1.0, retain=True)
    world.wait(29.0)
    posts = world.shown()["posts"]
    world.wait(31.0)

    assert posts == {POSTS[0]: "ready", POSTS[1]: "unheard", POSTS[2]: "unheard"}
    assert (world.told_at("away"), world.last()["reason"]) == ([30.0] * 3, "not heard for 30 s, and never before")
    assert world.shown()["posts"] == dict.fromkeys(POSTS, "away")


def test_a_hub_that_is_asked_shows_its_status_and_its_beacon_and_is_no_answer_to_a_flood() -> None:
    world = World().ready()
    world.wait(3.0)
    did = world.hear("posko/command/status", b"", 3.25)
    flood = [line for _ in range(100) for line in world.hear("posko/command/status", b"", 3.25)]

    assert did == ["beacon []", "status ready"]
    assert len(flood) < 10


def test_whenever_it_links_the_hub_asks_every_post_for_its_status() -> None:
    world = World().ready()
    first = [at for at, each in world.done if isinstance(each, Publish) and each.topic == ASK]
    world.feed(Unlinked("no route"), 10.0)
    again = world.feed(Linked(), 12.0)

    assert first == [0.0]
    assert f"publish {ASK}" in again


def test_a_post_whose_connection_ended_is_offline_by_its_will() -> None:
    world = hub()
    world.status(POSTS[0], 5.0, state="offline", reason="connection lost")
    world.wait(60.0)

    posts = world.shown()["posts"]
    assert isinstance(posts, dict)
    assert posts[POSTS[0]] == "offline"


def test_while_the_hub_is_unlinked_nobody_is_away() -> None:
    world = hub()
    offline(world, 10.0)
    world.wait(500.0)

    assert world.told_at("away") == []


def test_strangers_of_one_village_keep_those_of_another_one_from_nothing() -> None:
    world = hub()
    for number in range(1000):
        world.status(f"olean/x-{number}", 1.0)
        world.event(1.0, f"olean/x-{number}", event="late", identifier=f"x{number}", incident="kebakaran",
                    origin="button", age_s=400.0)
    world.status("patokan/pos-9", 60.0)
    world.event(60.0, "patokan/pos-9", event="late", identifier="p", incident="kebakaran", origin="button", age_s=400.0)

    assert len(world.state.unknown_posts) == 21
    assert "warning patokan/pos-9" in world.told()
    assert world.ends()[-1] == "p late"


def test_a_stranger_is_told_once_for_each_of_its_runs() -> None:
    world = hub()
    for at, boot in ((1.0, "x"), (2.0, "x"), (3.0, "y")):
        world.status("olean/pos-9", at, boot=boot)

    assert world.told()[-2:] == ["warning olean/pos-9"] * 2
    assert world.told_at("warning") == [1.0, 3.0]


def test_two_runs_that_take_turns_are_a_copied_card_and_the_fault_is_lifted_when_one_is_gone() -> None:
    world = hub()
    for at, boot in ((10.0, "n2"), (20.0, "n1"), (30.0, "n2")):
        world.status(POSTS[0], at, boot=boot)
    assert world.told_at("fault") == [20.0]
    assert list(world.shown()["faults"]) == ["double of kalibagor/pos-1"]  # type: ignore[call-overload]
    while world.now < 160.0:
        world.status(POSTS[0], world.now + 10.0, boot="n2")

    assert (world.told_at("recovered"), world.shown()["faults"]) == ([150.0], {})


def test_a_post_that_restarts_is_no_double() -> None:
    world = hub()
    for at, boot in ((10.0, "n2"), (20.0, "n3"), (30.0, "n4")):
        world.status(POSTS[0], at, boot=boot)

    assert world.told_at("fault") == []


def test_a_double_that_was_seen_before_the_link_broke_does_not_keep_the_loop_busy() -> None:
    world = hub()
    world.status(POSTS[0], 10.0, boot="n2")
    world.status(POSTS[0], 20.0, boot="n1")
    offline(world, 30.0)
    world.wait(400.0)

    assert len(world.did(SaveReport)) == 0


def test_a_second_hub_is_a_fault_until_it_is_silent() -> None:
    world = hub()
    world.hear("active", write_beacon(Beacon(boot="h2", seq=1, alarms=())), 10.0)
    assert list(world.shown()["faults"]) == ["another hub"]  # type: ignore[call-overload]
    world.hear("active", write_beacon(Beacon(boot="h2", seq=2, alarms=())), 15.0)
    lively(world, 45.0, *POSTS)

    assert (world.told_at("fault"), world.told_at("recovered"), world.shown()["faults"]) == ([10.0], [35.0], {})


def test_a_beacon_of_rubbish_is_answered() -> None:
    world = hub()
    world.hear("active", b"{", 10.0)

    assert str(world.last()["reason"]).startswith("somebody else writes the beacon: beacon: not JSON")


# Proof.


def test_it_is_told_once_when_every_post_in_reach_sounds() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    for post, at in zip(POSTS, (10.25, 10.5, 12.0), strict=True):
        world.status(post, at, sounding=FIRE, state="sounding")
    lively(world, 40.0, *POSTS)

    assert (world.told_at("proven"), world.told_at("missing")) == ([12.0], [])
    proof = next(event for event in world.events() if event["event"] == "proven")
    assert (proof["posts"], proof["last_s"]) == (dict(zip(POSTS, (0.25, 0.5, 2.0), strict=True)), 2.0)


def test_after_ten_seconds_it_is_told_who_does_not_sound_and_why() -> None:
    world = hub()
    about = {"village": "kalibagor", "incident": "kebakaran"}
    world.alarm(at=10.0, identifier="a")
    world.status(POSTS[0], 10.5, silenced=[about])
    world.status(POSTS[1], 10.5, waiting=[about], sounding=Key("semua", "bencana"))
    world.status(POSTS[2], 10.5, locked=True)
    world.wait(25.0)

    (missing,) = (event for event in world.events() if event["event"] == "missing")
    assert missing["missing"] == {POSTS[0]: "silenced", POSTS[1]: "waiting", POSTS[2]: "locked"}
    assert world.told_at("missing") == [20.0]


@pytest.mark.parametrize(
    ("state", "at", "why"), [("ready", 95.0, "quiet"), ("ready", 10.0, "away"), ("offline", 95.0, "offline")]
)
def test_why_a_post_does_not_sound_is_known(state: str, at: float, why: str) -> None:
    world = World().ready()
    world.status(POSTS[0], 9.0)
    world.status(POSTS[0], at, state=state)
    world.alarm(at=100.0, identifier="a")
    world.wait(111.0)

    assert world.shown()["alarms"][0]["missing"] == {  # type: ignore[index]
        POSTS[0]: why, POSTS[1]: "unheard", POSTS[2]: "unheard",
    }


MUTE = {"siren mute": "it is switched on and draws no current after 1 s"}


def test_a_post_that_reports_sound_and_feels_no_current_in_its_siren_proves_nothing() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    world.status(POSTS[0], 10.5, sounding=FIRE, faults=MUTE)
    for post in POSTS[1:]:
        world.status(post, 10.5, sounding=FIRE)
    world.wait(25.0)

    (missing,) = (event for event in world.events() if event["event"] == "missing")
    assert (missing["missing"], world.told_at("missing"), world.told_at("proven")) == ({POSTS[0]: "mute"}, [20.0], [])


def test_what_a_box_feels_takes_a_proof_back_until_it_feels_its_siren() -> None:
    """The word comes first: a current is judged a second after the siren was switched on."""
    world = hub()
    world.alarm(at=10.0, identifier="a")
    for post in POSTS:
        world.status(post, 10.25, sounding=FIRE)
    world.status(POSTS[0], 11.25, sounding=FIRE, faults=MUTE)
    felt = world.shown()["alarms"][0]  # type: ignore[index]
    world.wait(22.0)
    world.status(POSTS[0], 25.0, sounding=FIRE)

    assert (felt["missing"], sorted(felt["sounds"])) == ({POSTS[0]: "mute"}, sorted(POSTS[1:]))
    assert (world.told_at("proven"), world.told_at("missing")) == ([10.25, 25.0], [20.0])


def test_another_fault_of_a_post_that_sounds_takes_nothing_back() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    for post in POSTS:
        world.status(post, 10.25, sounding=FIRE, faults={"striker": "cannot be switched"})
    world.wait(22.0)

    assert (world.told_at("proven"), world.told_at("missing")) == ([10.25], [])


def test_those_that_come_late_complete_the_proof() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a")
    lively(world, 30.0, *POSTS)
    for post in POSTS:
        world.status(post, 31.0, sounding=FIRE)

    assert (world.told_at("missing"), world.told_at("proven")) == ([20.0], [31.0])
    assert world.shown()["alarms"][0]["missing"] == {}  # type: ignore[index]


def test_an_alarm_that_no_post_hears_is_told_at_once() -> None:
    world = World()
    world.setup.posts.clear()  # type: ignore[attr-defined]
    world.ready()
    world.alarm(at=10.0, identifier="a")

    assert world.told_at("missing") == [10.0]
    assert [each["reason"] for each in world.events() if each["event"] == "missing"] == [
        "no post in the district file hears it"
    ]


# Status, events, rounds.


def test_the_status_says_what_is_in_force_who_lives_and_what_is_wrong() -> None:
    world = hub()
    world.alarm(at=10.0, identifier="a", note="RT 3", sender="op")
    world.status(POSTS[0], 11.0, sounding=FIRE)
    world.feed(Faulted("journal", "full"), 12.0)
    world.wait(13.0)
    shown = world.shown()

    assert {name: shown[name] for name in ("state", "faults", "clock", "boot", "version", "undated")} == {
        "state": "alarm", "faults": {"journal": "full"}, "clock": "synced", "boot": "h1", "version": "1", "undated": 0,
    }
    assert shown["alarms"] == [{
        "incident": "kebakaran", "village": "kalibagor", "identifier": "a", "status": "Actual", "origin": "op",
        "note": "RT 3", "kept": True, "silenced": [], "sounds": {POSTS[0]: 1.0},
        "missing": {POSTS[1]: "quiet", POSTS[2]: "quiet"},
    }]
    world.feed(Recovered("journal"), 14.0)
    world.wait(300.0)
    assert world.shown()["state"] == "ready"


def test_the_status_is_said_again_every_ten_seconds_and_not_oftener_than_five_times_a_second() -> None:
    world = hub()
    while world.now < 60.0:
        world.feed(world.clock, world.now + 5.0)
    said = [at for at, line in _statuses(world) if at > 5.0]

    assert said == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    for number in range(20):
        world.feed(Faulted("part", str(number)), 61.0 + number * 0.02)
    world.wait(62.0)
    assert len([at for at, _ in _statuses(world) if 60.9 < at < 62.0]) <= 4


def _statuses(world: World) -> list[tuple[float, object]]:
    return [(at, each) for at, each in world.done if getattr(each, "topic", "").endswith("posko/status")]


def test_what_a_post_says_goes_into_the_log() -> None:
    world = hub()

    assert world.event(5.0, event="pressed", incident="kebakaran") == ["overhear kalibagor/pos-1 pressed"]


def test_a_round_is_written_down_whether_it_comes_directly_or_as_an_event() -> None:
    world = hub()
    world.hear("kalibagor/ronda", b'{"identifier":"r1","sender":"kalibagor/pos-1","age_s":2}', 10.0)
    world.hear("kotakan/ronda", b"", 10.0)
    world.event(11.0, event="ronda", identifier="r1", origin="button")
    world.event(12.0, event="ronda", identifier="r2", origin="schedule", clock="synced",
                time="2027-01-15T08:00:05.000+00:00")
    patrols = [each for _, each in world.done if isinstance(each, SavePatrol)]

    assert [(each.identifier, each.village, each.post, each.origin, each.wall_s - EPOCH_S) for each in patrols] == [
        ("r1", "kalibagor", "kalibagor/pos-1", "button", 8.0), ("posko.1", "kotakan", "", "operator", 10.0),
        ("r1", "kalibagor", "kalibagor/pos-1", "button", 11.0), ("r2", "kalibagor", "kalibagor/pos-1", "schedule", 5.0),
    ]


@pytest.mark.parametrize(("sender", "village", "origin"), [
    ("kalibagor/pos-1", "kalibagor", "button"), ("kotakan/pos-1", "kalibagor", "operator"),
    ("kalibagor/pos-1", "semua", "operator"), ("kalibagor/pos-9", "kalibagor", "operator"), ("", "kotakan", "operator"),
])
def test_only_a_post_of_its_own_village_makes_its_round(sender: str, village: str, origin: str) -> None:
    world = hub()
    world.hear(f"{village}/ronda", json.dumps({"identifier": "r", "sender": sender}).encode(), 10.0)

    assert [(each.village, each.post, each.origin) for _, each in world.done if isinstance(each, SavePatrol)] == [
        (village, sender, origin)]


NOW = 1_800_000_010.0  # 2027-01-15 08:00:10, by the hub
A_DAY = 86_400.0


@pytest.mark.parametrize(("made", "recorded", "clock"), [
    (NOW - 5.0, NOW - 5.0, "synced"), (NOW + 4.0, NOW + 4.0, "synced"),
    (NOW - A_DAY + 60.0, NOW - A_DAY + 60.0, "synced"),
    (NOW - 2 * A_DAY, NOW - 2 * A_DAY, "unsynced"),  # its link was away for long; but who knows
    (NOW - 40 * A_DAY, NOW, "unsynced"), (NOW + 60.0, NOW, "unsynced"), (NOW + 1500 * A_DAY, NOW, "unsynced"),
])
def test_a_round_far_from_the_hubs_own_time_is_marked_and_makes_no_page_of_another_year(
    made: float, recorded: float, clock: str
) -> None:
    world = hub()
    time = datetime.fromtimestamp(made, UTC).isoformat()
    world.event(10.0, event="ronda", identifier="r", origin="schedule", clock="synced", time=time)

    assert [(each.wall_s, each.clock) for _, each in world.done if isinstance(each, SavePatrol)] == [(recorded, clock)]
    warned = [event for event in world.events() if event["event"] == "warning"]
    assert [event["post"] for event in warned] == ([] if recorded == made else ["kalibagor/pos-1"])


@pytest.mark.parametrize(("age_s", "at", "dated"), [
    (400.0, -390.0, True), (A_DAY, 10.0 - A_DAY, True), (3 * A_DAY, 10.0 - 3 * A_DAY, False), (1e9, 10.0, False),
])
@pytest.mark.parametrize("way", ["event", "alarm"])
def test_a_late_press_of_long_ago_is_marked_and_makes_no_page_of_another_year(
    way: str, age_s: float, at: float, dated: bool
) -> None:
    world = hub()
    if way == "event":
        world.event(10.0, event="late", identifier="p", incident="kebakaran", origin="button", age_s=age_s)
    else:
        world.alarm(at=10.0, identifier="p", age_s=age_s)
    (saved,) = [each for _, each in world.done if isinstance(each, SaveAlarm)]

    assert (saved.alarm.first_at, saved.dated) == (at, dated)
    (late,) = [event for event in world.events() if event["event"] == "late"]
    assert (late["age_s"], "is recorded as of now" in str(late["reason"])) == (age_s, age_s == 1e9)
