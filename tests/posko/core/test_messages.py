"""What the hub hears: typos answered, retained messages cleared away, limits, and no bytes that harm it."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.domain.incidents import Incident
from contract.wire.beacon import write_beacon
from contract.wire.codec import MAX_BEACON_BYTES
from posko.core import alarms, step
from posko.core.effects import SaveAlarm
from posko.core.events import Event, Loaded, Retained, StoredClear
from posko.core.state import Alarm
from posko.core.transition import Transition
from runtime.core.effects import Publish
from runtime.core.events import (
    Acknowledged,
    Clock,
    Faulted,
    Linked,
    Overflowed,
    Received,
    Recovered,
    Rejected,
    Tick,
    Unlinked,
)
from tests.contract.payloads import TEXT, VALUES
from tests.posko.core.world import EMPTY, EPOCH_S, SYNCED, UNSYNCED, World, make_setup, names, stored

DISTRICT = "kentongan/situbondo"


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        (f"{DISTRICT}/kalibagor/alarm/kebakran", "unknown incident 'kebakran'; did you mean kebakaran?"),
        (f"{DISTRICT}/kalibagur/alarm/kebakaran", "unknown village 'kalibagur'; did you mean kalibagor?"),
        (f"{DISTRICT}/kalibagur/command/silence", "unknown village 'kalibagur'; did you mean kalibagor?"),
        (f"{DISTRICT}/kalibagor/command/silense", "unknown command 'silense'; did you mean silence?"),
        (f"{DISTRICT}/kalibagor/command/senyap", "unknown command 'senyap'; did you mean silence?"),
        (f"{DISTRICT}/kalibagor/command/aman", "unknown command 'aman'; the all-clear is published to …/alarm/aman"),
        (f"{DISTRICT}/kalibagur/ronda", "unknown village 'kalibagur'; did you mean kalibagor?"),
        ("kentongan/situbond/kalibagor/alarm/kebakaran", "unknown district 'situbond'; did you mean situbondo?"),
        (f"{DISTRICT}/kalibagor/alarms/kebakaran", "not a topic of this district; did you mean …/alarm/…?"),
        (f"{DISTRICT}/Kalibagor/alarm/kebakaran", "unknown village 'Kalibagor'; did you mean kalibagor?"),
        (f"{DISTRICT}/kalibagor/alarm/Kebakaran", "unknown incident 'Kebakaran'; did you mean kebakaran?"),
        (f"{DISTRICT}/kalibagor/alarm/maling", "unknown incident 'maling'; did you mean pencurian?"),
        (f"{DISTRICT}/kalibagor/x", "not a topic of this district; use V/alarm/INCIDENT, V/command/silence or V/ronda"),
    ],
)
def test_a_typo_is_answered_with_the_nearest_name(topic: str, told: str) -> None:
    world = World().ready()
    world.feed(Received(topic, b"", retain=False), 10.0)

    assert (world.last()["event"], world.last()["reason"]) == ("refused", told)
    assert world.listed() == []


@pytest.mark.parametrize(("topics", "meant"), [
    ([
        f"/{DISTRICT}/kalibagor/alarm/kebakaran", f"{DISTRICT}/kalibagor/alarm/kebakaran/",
        f"'{DISTRICT}/kalibagor/alarm/kebakaran'", f'"{DISTRICT}/kalibagor/alarm/kebakaran"',
        f" {DISTRICT}/kalibagor/alarm/kebakaran ", "Kentongan/situbondo/kalibagor/alarm/kebakaran",
        "kentongan/SITUBONDO/kalibagor/alarm/kebakaran", f"{DISTRICT}/kalibagor/Alarm/kebakaran",
        f"/{DISTRICT}/KALIBAGOR/alarm/kebakaran/",
    ], f"{DISTRICT}/kalibagor/alarm/kebakaran"),
    ([f"{DISTRICT}/kalibagor/command/silence/", f"/{DISTRICT}/kalibagor/command/Silence"],
     f"{DISTRICT}/kalibagor/command/silence"),
    ([f"{DISTRICT}/kalibagor/Ronda", f"{DISTRICT}/kalibagor/ronda/"], f"{DISTRICT}/kalibagor/ronda"),
])
def test_a_topic_in_another_spelling_is_answered_with_the_right_one(topics: list[str], meant: str) -> None:
    for topic in topics:
        world = World().ready()
        world.feed(Received(topic, b"", retain=False), 10.0)
        assert (world.last()["event"], world.last()["reason"]) == (
            "refused", f"not a topic; write {meant}, in small letters and without a slash at either end",
        )
        assert world.listed() == []


@pytest.mark.parametrize("topic", [
    "zigbee2mqtt/dapur/lampu/set", "homeassistant/siren/a/b/config", "a/b/c/d", "/a/b/c/d/e",
])
def test_other_programs_messages_are_not_answered(topic: str) -> None:
    world = World().ready()

    assert world.feed(Received(topic, b"", retain=False), 4.0) == []


def test_another_districts_alarm_is_none_of_this_hubs_business() -> None:
    world = World().ready()

    assert world.feed(Received("kentongan/panji/curahjeru/alarm/kebakaran", b"", retain=False), 4.0) == []


@pytest.mark.parametrize(
    ("payload", "told"),
    [(b"{", "not JSON"), (b"{\xff", "must be UTF-8"), (b"OFF", "alarm/aman"), (b"x" * 5000, "more than 4096 bytes")],
)
def test_a_payload_that_is_none_is_refused_whole(payload: bytes, told: str) -> None:
    world = World().ready()
    world.alarm(at=10.0, raw=payload)

    assert told in str(world.last()["reason"])
    assert (world.listed(), world.did(SaveAlarm)) == ([], [])


def test_a_retained_alarm_is_accepted_once_with_a_warning_and_cleared_away() -> None:
    world = World().ready()
    did = world.alarm(at=10.0, retain=True, identifier="a")

    assert f"clear away {DISTRICT}/kalibagor/alarm/kebakaran" in did
    (clean_up,) = (each for at, each in world.done if at == 10.0 and isinstance(each, Publish) and not each.payload)
    assert clean_up.retain
    assert world.told()[-2:] == ["warning kebakaran kalibagor a", "accepted kebakaran kalibagor a"]
    assert world.alarm(at=12.0, retain=True, raw=b"") == []


def test_what_was_retained_while_the_hub_was_away_is_looked_for_cleared_and_does_not_ring() -> None:
    world = World()
    did = world.feed(EMPTY) + world.feed(Linked())
    found = world.feed(Retained(f"{DISTRICT}/kalibagor/alarm/kebakaran"), 2.0)
    again = world.feed(Unlinked("no route"), 10.0) + world.feed(Linked(), 12.0)
    later = world.feed(Unlinked("no route"), 80.0) + world.feed(Linked(), 82.0)

    assert ["survey" in each for each in (did, again, later)] == [True, False, True]
    assert f"clear away {DISTRICT}/kalibagor/alarm/kebakaran" in found
    assert "while the hub was away" in str([each["reason"] for each in world.events() if each["event"] == "warning"])
    assert (world.listed(), world.did(SaveAlarm)) == ([], [])


@pytest.mark.parametrize("topic", [
    f"{DISTRICT}/kalibagor/node/pos-1/status", f"{DISTRICT}/posko/status", "elsewhere/kalibagor/alarm/kebakaran",
])
def test_what_is_to_be_retained_and_what_others_retain_is_left_alone(topic: str) -> None:
    assert World().ready().feed(Retained(topic), 2.0) == []


@pytest.mark.parametrize("topic", [
    "kalibagor/command/silence", "kalibagor/ronda", "kalibagor/respon", "kalibagor/lapor",
])
def test_a_retained_command_is_cleared_away_and_its_clean_up_is_none(topic: str) -> None:
    world = World().ready()

    assert f"clear away {DISTRICT}/{topic}" in world.hear(topic, b"x", 4.0, retain=True)
    assert world.hear(topic, b"", 4.5, retain=True) == []


def test_what_was_dropped_unread_is_told() -> None:
    world = World().ready()
    world.feed(Overflowed(7), 10.0)

    assert world.last()["reason"] == "7 messages came faster than they could be read"


def test_a_flood_of_typos_is_answered_in_part_and_the_rest_is_counted() -> None:
    world = World().ready()
    count = 3 * int(Transition.answers_at_once)
    for _ in range(count):
        world.alarm("kebakran", 10.0)
    world.feed(world.clock, 60.0)

    said = [str(event["reason"]) for event in world.events() if event["event"] == "refused"]
    assert len(said) <= count / 2
    assert sum("more answers left out" in each for each in said) >= 1


# Limits.


def crowded(note: str, name: str, count: int = 450) -> World:
    """A hub in which *count* kinds of incident happen at once."""
    setup = make_setup()
    known = setup.incidents["kebakaran"]
    incidents: dict[str, Incident] = {**setup.incidents, **{f"x{number}": known for number in range(count)}}
    world = World(setup=replace(setup, incidents=incidents)).ready()
    world.disk = False
    for number in range(count):
        body = {"identifier": f"{number}.{name}", "note": note, "sender": "o" * 80}
        payload = json.dumps(body, ensure_ascii=False).encode()
        world.step(Received(f"{DISTRICT}/kalibagor/alarm/x{number}", payload, retain=False), 10.0)
    world.answer()
    return world


@pytest.mark.parametrize("note", ["n" * 380, "💧" * 800])
def test_four_hundred_alarms_are_listed_without_notes_and_no_more_are_taken(note: str) -> None:
    world = crowded(note, "i" * 50)

    beacon = world.beacon()
    assert len(beacon.alarms) == alarms.MOST
    assert len(write_beacon(beacon)) <= MAX_BEACON_BYTES
    assert {each.note for each in beacon.alarms} == {""}
    assert "kalibagor" in world.state.faults["beacon"]
    world.alarm("x449", 60.0)
    assert world.last()["reason"] == f"{alarms.MOST} alarms are in force; no more can be repeated"


def test_the_names_that_are_named_as_heard_are_bounded() -> None:
    world = World().ready()
    for number in range(700):
        world.step(Received(f"{DISTRICT}/kalibagor/alarm/aman", b'{"identifier":"c%d"}' % number, retain=False), 10.0)
    world.wait(16.0)

    assert len(world.acknowledged()) == 100
    assert world.acknowledged()[-1] == "c699"


# Anything at all.


WORDS = st.sampled_from(["kalibagor", "kotakan", "semua", "nowhere", "", "alarm", "command", "node", "ronda", "respon",
                         "lapor",
                         "active",
                         "kebakaran", "aman", "pos-1", "polsek", "status", "event", "silence", "test", "posko", "\x7f"])
TOPICS = st.one_of(
    st.text(max_size=30),
    st.lists(WORDS, max_size=4).map(lambda words: "/".join([DISTRICT, *words])),
    st.sampled_from([f"{DISTRICT}/{rest}" for rest in (
        "active", "kalibagor/alarm/kebakaran", "kalibagor/alarm/aman", "semua/alarm/bencana", "kalibagor/ronda",
        "kalibagor/respon", "kalibagor/lapor", "kalibagor/command/silence",
        "kalibagor/node/pos-1/status", "kalibagor/node/pos-1/event",
        "olean/node/pos-7/status", "patokan/node/polsek/event",
    )]),
)
NAMES = st.sampled_from(["a", "b", "c", "kalibagor.pos-1.n1.1", "\ud800", "x" * 300])
MEMBERS = st.fixed_dictionaries({}, optional={
    "identifier": NAMES | VALUES, "age_s": st.sampled_from([0, 1, 100.0, 179, 200, 10**400]) | VALUES,
    "status": st.sampled_from(["Actual", "Exercise", "Test", "x"]) | VALUES, "clock": st.sampled_from(["synced", "x"]),
    "sent": st.sampled_from(["2027-01-15T08:00:00Z", "0001-01-01T00:00:00+14:00"]), "note": VALUES, "sender": VALUES,
    "event": st.sampled_from(["late", "ronda", "pressed"]) | VALUES, "origin": st.sampled_from(["button"]) | VALUES,
    "incident": st.sampled_from(["kebakaran", "x"]) | VALUES, "village": st.just("kalibagor") | VALUES,
    "state": st.sampled_from(["ready", "offline", "\ud800"]) | VALUES, "boot": st.sampled_from(["n1", "n2"]) | VALUES,
    "sounding": st.just({"village": "kalibagor", "incident": "kebakaran"}) | VALUES, "time": st.text(max_size=9),
    "reason": st.just("\ud800") | VALUES, "faults": VALUES, "silenced": VALUES, "waiting": VALUES, "outbox": VALUES,
    "alarms": st.just([]) | VALUES, "seq": st.integers() | VALUES,
})
PAYLOADS = st.binary(max_size=60) | TEXT.map(str.encode) | MEMBERS.map(lambda drawn: json.dumps(drawn).encode())
MESSAGES = st.builds(Received, TOPICS, PAYLOADS, st.booleans())
SHIFTS = st.none() | st.sampled_from([0.0, 5.0, -1e6])  # of the clock of an earlier boot, or of another machine
CLEARS = st.builds(StoredClear, st.sampled_from(["kalibagor", "semua"]), st.floats(0, 100), SHIFTS,
                   st.none() | st.just(EPOCH_S + 3.0))
LOADED = st.builds(
    lambda shift, wall, clears: Loaded((stored("a", shift=shift, wall=wall),), tuple(clears), names(a=False)),
    SHIFTS, st.none() | st.floats(EPOCH_S - 1e4, EPOCH_S + 1e4), st.lists(CLEARS, max_size=2),
)
OTHERS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from([Linked(), Unlinked("x"), Acknowledged("a"), Rejected("a", 131, "odd"),
                     Faulted("journal", "x"), Recovered("journal"),
                     Overflowed(3), Tick(), SYNCED, UNSYNCED, Clock(synced=True, offset_s=EPOCH_S + 7200.0)]),
    LOADED,
)
GAPS_S = st.sampled_from([0.0, 0.0, 0.01, 0.2, 1.0, 4.0, 30.0, 130.0, 200.0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(GAPS_S, MESSAGES | MESSAGES | OTHERS, st.booleans()), max_size=25))
def test_no_bytes_on_any_topic_and_no_order_of_events_harm_the_hub(moves: list[tuple[float, Event, bool]]) -> None:
    world = World(now=100.0).ready()
    for gap_s, event, disk in moves:
        world.disk = disk
        world.feed(event, world.now + gap_s)
        state = world.state
        assert all(isinstance(each, Alarm) and state.now < each.until for each in state.alarms.values())
        assert step.step(state, Tick(), state.now - 100.0)[0].now == state.now
        assert step.next_due(state) > state.now or not world.wait(state.now)
    world.disk = True
    world.feed(Linked(), world.now + 1.0)
    world.wait(world.now + 700.0)

    assert world.listed() == []
    assert all(len(write_beacon(beacon)) <= MAX_BEACON_BYTES for _, beacon in world.beacons())



def test_a_tsunami_of_one_village_is_refused_and_one_of_all_is_listed() -> None:
    world = World().ready()
    world.alarm("tsunami", 10.0)

    assert [event["reason"] for event in world.events() if event["event"] == "refused"] == [
        "tsunami is raised for all villages at once, to …/semua/alarm/tsunami",
    ]
    world.alarm("tsunami", 20.0, village="semua", identifier="a")
    assert [(key.village, key.incident) for key in world.state.alarms] == [("semua", "tsunami")]
