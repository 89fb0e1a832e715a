"""What nobody may do to a hub: keep it busy, fill its disk, or stand beside it unseen."""

import json
from dataclasses import fields, replace

import pytest

from contract.domain.alarm import Name
from contract.wire.beacon import Beacon, write_beacon
from contract.wire.event import Kind
from posko.core.effects import SaveAlarm, SavePatrol, SaveReport
from posko.core.posts import AT_ONCE
from runtime.core.effects import Reconnect
from runtime.core.events import Linked, Unlinked
from tests.posko.core.world import World, make_setup

STATUS, EVENT = "kalibagor/node/pos-1/status", "kalibagor/node/pos-1/event"


def status(state: str, boot: str) -> bytes:
    return json.dumps({"state": state, "boot": boot}).encode()


def test_a_link_on_which_all_have_fallen_silent_is_replaced_once_and_not_again_while_nobody_speaks() -> None:
    world = World().ready()
    world.hear(STATUS, status("ready", "b1"), 10.0)
    reconnects = 0
    for _ in range(5):
        world.wait(world.now + 60.0)
        asked = sum(isinstance(effect, Reconnect) for _, effect in world.done)
        if asked > reconnects:
            reconnects = asked
            world.feed(Unlinked("asked for"))
            world.feed(Linked())

    assert reconnects == 1


def test_another_hubs_live_status_is_a_fault_that_is_lifted_when_it_is_heard_no_more() -> None:
    world = World().ready()
    world.hear("posko/status", status("ready", "other"), 10.0)
    assert "another hub" in world.state.faults
    world.wait(31.0)

    assert world.state.faults == {}


def test_what_an_earlier_run_left_at_the_broker_is_no_second_hub_but_what_stands_there_again_is() -> None:
    world = World().ready()
    world.hear("posko/status", status("ready", "other"), 1.0, retain=True)
    world.hear("posko/status", status("offline", "other"), 1.0)
    assert world.state.faults == {}
    world.feed(Unlinked("taken over"), 5.0)
    world.feed(Linked(), 8.0)
    world.hear("posko/status", status("offline", "other"), 8.0, retain=True)

    assert "another hub" in world.state.faults


def test_of_several_hubs_the_one_before_and_the_one_after_are_no_second_hub_but_one_without_a_term_is() -> None:
    world = World(setup=replace(make_setup(), term=4)).ready()
    for boot, term in (("before", 3), ("after", 5)):
        body = write_beacon(Beacon(boot=boot, seq=1, alarms=(), term=term))
        world.hear("active", body, world.now + 1.0)
    world.hear("posko/status", status("alarm", "before"), world.now + 1.0)
    assert world.state.faults == {}
    world.hear("active", write_beacon(Beacon(boot="alone", seq=1, alarms=())), world.now + 1.0)

    assert "another hub" in world.state.faults


def test_the_last_word_of_the_hub_before_is_replaced_by_this_ones_status() -> None:
    world = World(setup=replace(make_setup(), term=4)).ready()
    world.wait(1.0)
    done = world.hear("posko/status", status("offline", "before"), 2.0)

    assert "status ready" in done


def test_a_post_that_talks_without_end_is_written_down_within_bounds_and_a_late_press_of_it_later() -> None:
    world = World().ready()
    for count in range(2000):
        late = {"event": "late", "origin": "button", "identifier": f"n{count}", "incident": "kebakaran", "age_s": 200}
        world.hear(EVENT, json.dumps(late).encode(), 10.0)
    written = [effect for _, effect in world.done if isinstance(effect, SaveReport | SaveAlarm)]
    assert len(written) == 2 * AT_ONCE
    world.hear(EVENT, json.dumps({**late, "identifier": "n1999"}).encode(), 60.0)

    assert world.state.is_over(Name("kalibagor", "kebakaran", "n1999"))


def test_a_long_event_is_taken_to_heart_and_not_written_down_whole() -> None:
    world = World().ready()
    ronda = {"event": Kind.RONDA.value, "origin": "button", "identifier": "r", "note": "x" * 200_000}
    world.hear(EVENT, json.dumps(ronda).encode(), 10.0)

    assert [type(effect) for _, effect in world.done if isinstance(effect, SaveReport | SavePatrol)] == [SavePatrol]


def test_a_late_press_of_a_post_that_the_district_file_lacks_is_written_down() -> None:
    world = World().ready()
    late = {"event": "late", "origin": "button", "identifier": "n", "incident": "kebakaran", "age_s": 200}
    world.hear("kotakan/node/pos-9/event", json.dumps(late).encode(), 10.0)

    assert [effect.alarm.origin for _, effect in world.done if isinstance(effect, SaveAlarm)] == ["kotakan/pos-9"]


def test_a_round_counts_for_the_hub_as_it_does_for_the_posts() -> None:
    world = World().ready()
    for body in (b'{"status": "Test"}', b'{"age_s": 900}'):
        world.hear("kalibagor/ronda", body, 10.0)
    world.hear("kalibagor/ronda", b"{}", 10.0, retain=True)
    assert [effect for _, effect in world.done if isinstance(effect, SavePatrol)] == []
    world.hear("semua/ronda", b"", 20.0)

    assert [effect.village for _, effect in world.done if isinstance(effect, SavePatrol)] == ["semua"]


@pytest.mark.parametrize(("incident", "village", "amid"), [
    ("pencurian", "kalibagor", True), ("pencurian", "kotakan", True), ("bencana", "semua", True),
    ("pencurian", "olean", False),
])
def test_what_an_operator_publishes_as_a_round_is_none_where_an_alarm_is_in_force(
    incident: str, village: str, amid: bool
) -> None:
    world = World().ready()
    world.hear(f"{village}/alarm/{incident}", b"", 10.0)
    world.hear("kalibagor/ronda", b"", 20.0)
    world.hear("semua/ronda", b"", 21.0)
    world.hear("kalibagor/ronda", b"", 300.0)

    patrols = [(at, effect.village) for at, effect in world.done if isinstance(effect, SavePatrol)]
    assert patrols == [*([] if amid else [(20.0, "kalibagor")]), (300.0, "kalibagor")]
    reason = f"no round is recorded while an alarm sounds: {incident} is in force in {village}"
    assert [each["reason"] for each in world.events() if each["event"] == "refused"] == [reason] * (2 if amid else 1)


def test_a_round_that_a_post_made_just_before_an_alarm_is_recorded_though_it_comes_after_it() -> None:
    world = World().ready()
    world.hear("kalibagor/alarm/pencurian", b"", 10.0)
    world.hear("kalibagor/ronda", b'{"identifier": "r1", "sender": "kalibagor/pos-1"}', 10.1)
    world.hear("kalibagor/ronda", b'{"age_s": 5}', 10.2)

    assert len([effect for _, effect in world.done if isinstance(effect, SavePatrol)]) == 2


def test_a_village_that_floods_keeps_no_event_of_another_one_from_being_reported() -> None:
    world = World().ready()
    for number in range(2000):
        world.alarm("kebakaran", 10.0 + number / 200, "kotakan", identifier=f"x{number}", status="Test")
        if number == 1900:
            world.alarm("kebakaran", 10.0 + number / 200, "kalibagor", identifier="p")
    world.feed(world.clock, 25.0)
    told = world.told()

    assert "accepted kebakaran kalibagor p" in told
    assert sum(each.startswith("tested kebakaran kotakan") for each in told) <= 60 + 6 * 10 + 1
    left_out = [str(event["reason"]) for event in world.events() if event["event"] == "refused"]
    assert left_out == ["1881 more answers left out: too many messages"]


def pour(world: World, numbers: range) -> None:
    """What an account of Kalibagor can publish, each time under another name, a hundred messages a second."""
    for number in numbers:
        at, name = number / 10, f"n{number}"
        world.alarm(at=at, identifier=name, note="x" * 300)
        world.alarm(at=at, identifier=f"t{name}", status="Test")
        world.alarm(at=at, identifier=f"l{name}", age_s=500.0)
        world.hear("kalibagor/alarm/aman", json.dumps({"identifier": f"c{name}"}).encode())
        world.hear(f"kalibagor/alarm/word-{number}", b"")
        world.hear("kalibagor/ronda", json.dumps({"identifier": f"r{name}"}).encode())
        for identifier in (name, "n1"):
            world.respond(identifier, by=f"petugas/{name}")
        world.hear(f"kalibagor/node/invented-{number}/status", status("ready", name))
        world.hear(STATUS, status("ready", f"boot-{number}"))
        world.hear(EVENT, json.dumps({"event": "late", "identifier": f"e{name}", "incident": "pencurian"}).encode())
        world.stamps.clear()
        world.done.clear()


def measures(state: object) -> dict[str, int]:
    """How much each part of the hub's state takes, as text."""
    return {each.name: len(repr(getattr(state, each.name))) for each in fields(state)}  # type: ignore[arg-type]


def test_whatever_one_account_pours_out_the_hubs_state_stops_growing() -> None:
    world = World().ready()
    pour(world, range(1500))
    before = measures(world.state)
    pour(world, range(1500, 3000))
    after = measures(world.state)
    village = [name for name in world.state.acknowledged if name.village == "kalibagor"]

    assert {name: (before[name], after[name]) for name in after if after[name] > 1.1 * before[name] + 200} == {}
    assert len(village) <= 100
    assert len(world.state.unsaved) <= 100
    assert sum(len(case.responses) for case in world.state.cases.values()) <= 32 * len(world.state.cases)
    assert len(world.state.seen["kalibagor"]) <= 1428
    assert {each.split("/")[0] for each, _ in world.state.unknown_posts} == {"kalibagor"}
    assert len(world.state.unknown_posts) == 20
