"""What the node shows to the operator: its status, and its answers to a self-test."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contract.wire.faults import Fault
from contract.wire.topics import KNOCK
from node.core import status as face
from node.core.events import SelfTested
from runtime.core.effects import Publish
from runtime.core.events import Clock, Faulted, Linked, Recovered, Unlinked
from tests.node.core import turns
from tests.node.core.world import EPOCH_S, SYNCED, World, make_setup

Act = Callable[[], object]


def announced_at(world: World, *told: float) -> list[float]:
    """When the status was announced, after the loop has *told* the clock at these instants."""
    for instant in told:
        world.feed(SYNCED, instant)
    return [at for at, e in world.done if isinstance(e, Publish) and e.topic.endswith("/status")]


def test_a_fault_is_told_once_and_again_when_its_reason_changes() -> None:
    world = World(make_setup(hub=False)).ready()
    for at, reason in enumerate(["no space", "no space", "read-only", "read-only"], 1):
        world.feed(Faulted("journal", reason), float(at))
    world.feed(Recovered("journal"), 5.0)
    world.feed(Recovered("journal"), 6.0)

    assert world.told() == ["linked", "fault journal", "fault journal", "recovered journal"]


def test_the_status_says_in_one_word_what_the_node_does() -> None:
    world = World(make_setup(hub=False)).ready()
    words = [world.status()["state"]]
    acts: list[Act] = [
        lambda: world.feed(Faulted("siren", "cannot be switched"), 1.0),
        lambda: world.alarm("kebakaran", 2.0), lambda: world.command("silence", 3.0),
        lambda: world.touch("lock", 4.0), lambda: world.wait(5.0), lambda: world.press("pencurian", 6.0),
        lambda: world.wait(200.0), lambda: world.release("lock", 201.0), lambda: world.wait(202.0),
        lambda: world.feed(Recovered("siren"), 203.0),
    ]
    for act in acts:
        act()
        words.append(world.status()["state"])

    assert words == [
        "ready", "fault", "sounding", "silenced", "silenced", "locked", "sounding", "locked", "locked", "fault",
        "ready",
    ]


def test_the_status_tells_everything_that_an_operator_asks() -> None:
    world = World(make_setup(hub=False), SYNCED).ready()
    world.alarm("pencurian", 1.0, identifier="a")
    world.command("silence", 2.0)
    world.alarm("lainnya", 3.0, identifier="b")
    world.alarm("bencana", 4.0, village="olean", identifier="c")
    world.feed(Faulted("striker", "cannot be switched"), 5.0)
    status = world.status()
    since, _, _ = (status.pop(name) for name in ("since", "at_s", "time"))

    def entry(incident: str, village: str, identifier: str, age_s: float) -> dict[str, object]:
        return {"incident": incident, "village": village, "identifier": identifier, "status": "Actual",
                "origin": "network", "age_s": age_s}

    assert isinstance(since, str)
    assert status == {
        "state": "sounding", "node": "pos-1", "village": "kalibagor", "sounding": entry("bencana", "olean", "c", 1.0),
        "waiting": [entry("lainnya", "kalibagor", "b", 2.0)], "silenced": [entry("pencurian", "kalibagor", "a", 4.0)],
        "faults": {"striker": "cannot be switched"}, "locked": False, "drivers": {"pins": "mock"}, "outbox": 0,
        "clock": "synced", "boot": "b1", "version": "1",
    }


def test_the_status_is_retained_and_announced_anew_on_each_link() -> None:
    world = World(make_setup(hub=False)).ready()
    world.feed(Unlinked("no route"), 1.0)
    world.feed(Linked(), 2.0)
    announced = [(at, e.retain) for at, e in world.done if isinstance(e, Publish) and e.topic.endswith("/status")]

    assert announced == [(0.0, True), (2.0, True)]


def test_a_clock_that_is_put_right_by_a_hair_announces_nothing() -> None:
    world = World(make_setup(hub=False), SYNCED).ready()

    for second in range(1, 60):
        assert world.feed(Clock(synced=True, offset_s=EPOCH_S + second * 0.0007), float(second)) == []
    assert world.feed(Clock(synced=False, offset_s=EPOCH_S), 60.0) == ["status ready"]


def test_a_hub_is_told_within_ten_seconds_that_the_node_lives() -> None:
    world = World(clock=SYNCED).ready()
    world.beacon(at=2.5)
    assert announced_at(world, 3.0, 8.0, 12.0, 17.0) == [0.0, 8.0, 17.0]

    world.beacon(at=17.25)
    assert announced_at(world, 22.0, 27.0) == [0.0, 8.0, 17.0, 27.0]


def test_a_clock_that_comes_a_hair_late_is_no_reason_to_tell_it_twice_as_often() -> None:
    world = World(clock=SYNCED).ready()
    world.beacon(at=2.5)
    assert announced_at(world, 5.01, 10.02) == [0.0, 10.02]

    world.beacon(at=12.5)
    assert announced_at(world, 15.03, 20.04) == [0.0, 10.02, 20.04]


def test_a_status_that_was_news_counts_as_a_sign_of_life() -> None:
    world = World(clock=SYNCED).ready()
    world.feed(Faulted("striker", "cannot be switched"), 4.0)

    assert announced_at(world, 5.0, 9.0, 9.1) == [0.0, 4.0, 9.1]


def test_without_a_hub_or_a_link_nobody_is_told_that_the_node_lives() -> None:
    alone, unlinked = World(make_setup(hub=False), SYNCED).ready(), World(clock=SYNCED).ready()
    unlinked.feed(Unlinked("no route"), 1.0)

    assert announced_at(alone, 10.0, 20.0, 30.0) == [0.0]
    assert announced_at(unlinked, 10.0, 20.0, 30.0) == [0.0]


def test_the_last_words_of_a_node_are_a_retained_status() -> None:
    world = World()
    words = face.final_status(world.state, "connection lost")

    assert replace(words, payload=b"") == Publish(
        "kentongan/situbondo/kalibagor/node/pos-1/status", b"", retain=True, token=None
    )
    assert b'"state":"offline"' in words.payload
    assert b'"reason":"connection lost"' in words.payload


def test_a_self_test_asks_every_part_without_a_sound_and_its_answer_is_told() -> None:
    world = World(make_setup(hub=False)).ready()

    assert world.command("test", 1.0) == ["selftest"]
    assert world.command("test", 2.0, village="semua") == ["selftest"]
    assert world.command("test", 3.0, village="kotakan") == []
    answer = SelfTested((("siren", "ok"), ("link", "its thread is dead")))
    assert world.feed(answer, 4.0) == ["log tested", "tell tested"]
    assert world.events()[-1]["results"] == {"siren": "ok", "link": "its thread is dead"}
    assert world.reasons() == ["self-test, without a sound"]
    assert world.heard() == []


def test_the_answer_to_a_self_test_names_the_faults_in_plain_text_for_whoever_reads_the_log() -> None:
    world = World(make_setup(hub=False)).ready()
    world.feed(Faulted(Fault.SIREN, "cannot be switched"), 1.0)
    world.feed(SelfTested((("siren", "ok"),)), 2.0)

    assert str(world.events()[-1]["faults"]) == "{'siren': 'cannot be switched'}"


@pytest.mark.parametrize(
    ("payload", "knocks"),
    [(b"ketuk", True), (b"Ketuk", True), (b"ketuk ", True), (b"ketuk\r\n", True), (b"'ketuk'", True),
     (b"ketuk\0", True),
     (b"", False), (b" \n", False)],
)
def test_a_self_test_beats_one_quiet_stroke_if_its_payload_asks_for_it(payload: bytes, knocks: bool) -> None:
    world = World(make_setup(hub=False)).ready()

    assert world.command("test", 1.0, raw=payload) == ["selftest with a knock" if knocks else "selftest"]


@pytest.mark.parametrize("payload", [b"{}", b'{"note": "ketuk"}', b"ketok", b"\xff" * 5000, b"OFF"])
def test_a_self_test_with_another_payload_is_silent_and_the_payload_is_answered(payload: bytes) -> None:
    world = World(make_setup(hub=False)).ready()

    assert world.command("test", 1.0, raw=payload)[-1] == "selftest"
    assert world.reasons()[-1].endswith(": unknown, so nothing is beaten; ketuk asks for one quiet stroke")


def test_a_self_test_does_not_knock_while_something_sounds() -> None:
    world = World(make_setup(hub=False)).ready()
    world.alarm("kebakaran", 1.0)
    asked = [world.command("test", 2.0, raw=KNOCK)]
    world.command("silence", 3.0)
    asked.append(world.command("test", 4.0, raw=KNOCK))
    world.alarm("aman", 5.0)
    asked.append(world.command("test", 6.0, raw=KNOCK))
    world.wait(20.0)
    asked.append(world.command("test", 20.0, raw=KNOCK))

    assert asked == [["selftest"], ["selftest with a knock"], ["selftest"], ["selftest with a knock"]]


def test_a_self_test_does_not_knock_while_the_safe_code_waits_for_its_slot() -> None:
    world = turns.box(turns.SECOND)
    world.alarm("aman", 20.0)

    assert world.command("test", 21.0, raw=KNOCK) == ["selftest"]
    assert turns.strokes(world) == []


def test_a_locked_box_answers_a_self_test_without_a_knock() -> None:
    world = World(make_setup(hub=False)).ready()
    world.touch("lock", 1.0)
    world.wait(2.0)

    assert world.command("test", 3.0, raw=KNOCK) == ["selftest"]


def test_the_answer_to_a_self_test_says_whether_it_was_heard() -> None:
    world = World(make_setup(hub=False)).ready()
    for knocked in (True, False):
        world.feed(SelfTested((("siren", "ok"),), knocked))

    assert world.reasons() == ["self-test, with one quiet stroke", "self-test, without a sound"]
    assert [event["results"] for event in world.events() if event["event"] == "tested"] == [{"siren": "ok"}] * 2


def test_of_a_flood_of_self_tests_the_rest_is_refused_and_does_not_knock() -> None:
    world = World(make_setup(hub=False)).ready()
    asked = [world.command("test", 1.0, raw=KNOCK)[0] for _ in range(30)]

    assert asked == ["selftest with a knock"] * 5 + ["selftest"] * 15 + ["log refused"] * 10
