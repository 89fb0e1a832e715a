"""Messages from the network: what is obeyed, and what is refused, with which reason."""

import json

import pytest

from contract.wire.codec import rfc3339
from node.core.events import Contact
from node.core.switching import Role
from runtime.core.events import Overflowed, Received
from tests.node.core import turns
from tests.node.core.world import EPOCH_S, SYNCED, UNSYNCED, World, make_setup

KNOWN = ("aman, angin, banjir, bencana, gempa, kebakaran, kecelakaan, keributan, lainnya, longsor, pembunuhan, "
         "pemerkosaan, pencurian, perampokan, ternak, tsunami")


def box(*, synced: bool = False) -> World:
    """A linked box in a district without a hub."""
    return World(make_setup(hub=False), clock=SYNCED if synced else UNSYNCED).ready()


@pytest.mark.parametrize(
    ("payload", "sounds"),
    [
        (b"", True), (b"rumah Pak RT 3", True), (b"{}", True), (b'{"zone": 3}', True), (b'{"note": "pasar"}', True),
        (b'{"age_s": 179}', True), (b'{"age_s": 180}', False), (b'{"age_s": "1"}', False), (b'{"age_s": -1}', False),
        (b"{", False), (b"\xff", True),
        (b"OFF", False), (b"[x]", False), (b"ON", True),
        (b'{"status": "Transition"}', False), (b'{"identifier": ""}', False),
        (b"x" * 4096, True), (b"x" * 4097, False),
    ],
)
def test_a_payload_rings_or_is_answered(payload: bytes, sounds: bool) -> None:
    world = box()
    world.alarm("kebakaran", 10.0, raw=payload)

    assert (world.sounding() == "kebakaran") is sounds
    assert len(world.told()) > 1


def test_the_note_is_told_with_the_sounding() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, raw=b"rumah Pak RT 3, dekat masjid")

    assert world.events()[-1]["note"] == "rumah Pak RT 3, dekat masjid"


def test_unknown_members_ring_and_are_named_in_a_warning() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, zone=3, lantai=2)

    assert world.told() == ["linked", "warning kebakaran kalibagor", "sounding kebakaran kalibagor"]
    assert world.reasons() == ["unknown members ignored: lantai, zone"]


def test_a_severity_that_cap_has_not_rings_with_a_warning() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, severity="parah")

    assert world.reasons() == ["severity 'parah' is not one of CAP's"]
    assert world.sounding() == "kebakaran"


@pytest.mark.parametrize(
    ("village", "incident", "reason"),
    [
        ("kalibagor", "kebakarn", "unknown incident 'kebakarn'; did you mean kebakaran?"),
        ("kalibagr", "kebakaran", "unknown village 'kalibagr'; did you mean kalibagor?"),
        ("kalibagor", "zzz", f"unknown incident 'zzz'; known: {KNOWN}"),
        ("kalibagor", "patroli", f"unknown incident 'patroli'; known: {KNOWN}"),
    ],
)
def test_a_name_that_nobody_knows_is_refused_with_the_nearest_one(village: str, incident: str, reason: str) -> None:
    world = box()
    world.alarm(incident, 10.0, village=village)

    assert world.told() == ["linked", f"refused {incident} {village}"]
    assert world.reasons() == [reason]


def test_an_alarm_out_of_reach_is_nothing() -> None:
    world = box()

    assert world.alarm("kebakaran", 10.0, village="olean") == []  # no neighbour
    assert world.alarm("kecelakaan", 10.0, village="kotakan") == []  # a neighbour's own affair
    assert world.alarm("bencana", 10.0, village="olean")[0] == "play bencana 10 to 190"


def test_an_alarm_for_every_village_sounds_here() -> None:
    world = box()

    assert world.alarm("lainnya", 10.0, village="semua")[0] == "play lainnya 10 to 130"


def test_a_responders_node_hears_every_village() -> None:
    world = World(make_setup("patokan", "all", hub=False)).ready()

    assert world.alarm("kecelakaan", 10.0, village="kotakan")[0] == "play kecelakaan 10 to 130"


@pytest.mark.parametrize(
    "topic",
    ["kentongan/situbondo/kalibagor/ronda/x", "kentongan/situbondo/kalibagor/node/pos-2/event", "a/b", "",
     "kentongan/panji/kalibagor/alarm/kebakaran", "kentongan/situbondo/kalibagor/alarm",
     "kentongan/situbondo/posko/event"],
)
def test_a_topic_that_no_node_hears_is_answered_and_never_sounds(topic: str) -> None:
    world = box()
    world.feed(Received(topic, b"", retain=False), 10.0)

    assert world.told() == ["linked", "refused"]
    assert world.heard() == []


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("silnce", "unknown command 'silnce'; did you mean silence?"),
        ("stop", "unknown command 'stop'; did you mean silence?"),
        ("off", "unknown command 'off'; did you mean silence?"),
        ("ketuk", "unknown command 'ketuk'; known: silence, status, test"),
        ("Aman", "unknown command 'Aman'; the all-clear is published to …/alarm/aman"),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest_one(word: str, reason: str) -> None:
    world = box()
    world.command(word, 10.0)

    assert world.reasons() == [reason]


@pytest.mark.parametrize("village", ["kalibagor", "semua"])
@pytest.mark.parametrize("locked", [False, True])
def test_who_asks_for_its_status_gets_it_and_nothing_else_happens(village: str, locked: bool) -> None:
    world = box()
    if locked:
        world.feed(Contact("lock", closed=True), 5.0)
        world.wait(6.0)
    name = "status locked" if locked else "status ready"

    assert world.command("status", 10.0, village) == [name]
    assert world.command("status", 10.0, "olean") == []


@pytest.mark.parametrize("order", ["silence", "aman"])
def test_what_ends_sound_is_answered_with_the_status_where_nothing_sounded(order: str) -> None:
    """Whoever orders quiet must see it: a node that is silent may hang with its siren on."""
    world = box()
    did = world.command("silence", 10.0) if order == "silence" else world.alarm("aman", 10.0, village="kotakan")

    assert "status ready" in did


def test_a_flood_of_questions_is_answered_in_part() -> None:
    world = box()
    answers = sum(len(world.command("status", 10.0)) for _ in range(100))

    assert answers == 5


def test_what_is_answered_is_never_longer_than_a_few_lines() -> None:
    world = box()
    world.command("x" * 60_000, 10.0)
    world.alarm("y" * 60_000, 11.0)
    world.feed(Received("z" * 60_000, b"", retain=False), 12.0)

    assert max(len(reason) for reason in world.reasons()) < 400
    assert max(len(told) for told in world.told()) < 400


def test_a_retained_alarm_sounds_once_with_a_warning() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, raw=b"api", retain=True)

    assert world.told() == ["linked", "warning kebakaran kalibagor", "sounding kebakaran kalibagor"]
    assert world.reasons() == ["published with the retain flag; leave out -r"]


def test_clearing_a_retained_alarm_away_is_no_alarm() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, raw=b"api", retain=True)

    assert world.alarm("kebakaran", 250.0, raw=b"", retain=True) == []
    assert world.heard() == [("kebakaran", 10.0, 190.0)]


def test_clearing_a_retained_all_clear_or_silence_away_ends_nothing() -> None:
    world = box()
    world.alarm("kebakaran", 10.0)
    topic = "kentongan/situbondo/kalibagor/command/silence"

    assert world.alarm("aman", 11.0, raw=b"", retain=True) == []
    assert world.feed(Received(topic, b"", retain=True), 12.0) == []


def test_an_empty_alarm_that_is_not_retained_sounds() -> None:
    world = box()

    assert world.alarm("kebakaran", 10.0, raw=b"", retain=False)[0] == "play kebakaran 10 to 190"


def test_an_identifier_seen_before_never_sounds_again() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")

    assert world.alarm("kebakaran", 11.0, identifier="a") == []  # delivered twice
    world.alarm("kebakaran", 250.0, identifier="a")
    world.wait(600.0)

    assert (world.told()[-1], world.reasons()[-1]) == ("refused kebakaran kalibagor a", "identifier seen before")
    assert world.heard() == [("kebakaran", 10.0, 190.0)]


@pytest.mark.parametrize(("village", "incident"), [
    ("kalibagor", "pencurian"), ("kotakan", "kebakaran"), ("semua", "kebakaran"), ("semua", "bencana"),
])
def test_an_identifier_of_another_village_or_incident_is_a_warning_and_sounds(village: str, incident: str) -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("aman", 200.0)
    world.alarm(incident, 250.0, village, identifier="a")

    assert world.sounding() == incident
    assert world.told()[-2:] == [f"warning {incident} {village} a", f"sounding {incident} {village} a"]
    assert world.reasons()[-1] == "the same identifier was seen for kebakaran in kalibagor; it names both"


def test_an_identifier_that_extended_another_alarm_never_sounds_again_either() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("kebakaran", 20.0, identifier="b")
    world.wait(300.0)
    world.alarm("kebakaran", 300.0, identifier="b")

    assert world.sounding() is None


def test_an_alarm_sounds_for_what_is_left_of_its_time() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, age_s=100)
    world.wait(400.0)

    assert world.heard() == [("kebakaran", 10.0, 90.0)]


def test_a_late_alarm_is_told_and_not_sounded() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a", age_s=180)

    assert world.told() == ["linked", "late kebakaran kalibagor a"]
    assert world.reasons() == ["its time was over before it came"]
    assert world.heard() == []


@pytest.mark.parametrize("theirs", ["synced", "unsynced", None])
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize(
    ("member", "ago_s", "reason"),
    [("expires", 1.0, "it expired before it came"), ("sent", 181.0, "it was sent too long ago"),
     ("expires", -60.0, None), ("sent", 179.0, None), ("sent", -7200.0, None)],
)
def test_wall_time_refuses_an_alarm_only_where_both_clocks_are_synchronised(
    member: str, ago_s: float, reason: str | None, ours: bool, theirs: str | None
) -> None:
    world = box(synced=ours)
    members = {member: rfc3339(EPOCH_S + 10.0 - ago_s)} | ({"clock": theirs} if theirs else {})
    world.alarm("kebakaran", 10.0, raw=json.dumps(members).encode())

    refused = reason is not None and ours and theirs == "synced"
    assert world.reasons() == ([reason] if refused else [])
    assert (world.sounding() is None) is refused


def test_an_exercise_sounds_and_says_so() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, status="Exercise")

    assert world.sounding() == "kebakaran"
    assert world.status()["sounding"] == {
        "incident": "kebakaran", "village": "kalibagor", "identifier": None, "status": "Exercise", "origin": "network",
        "age_s": 0.0,
    }


def test_a_test_sounds_nowhere_and_is_answered_also_by_a_locked_box() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a", status="Test")
    world.touch("lock", 11.0)
    world.wait(12.0)
    world.alarm("kebakaran", 13.0, identifier="b", status="Test")

    assert world.told() == ["linked", "tested kebakaran kalibagor a", "locked", "tested kebakaran kalibagor b"]
    assert world.heard() == []


def test_an_exercise_that_becomes_earnest_is_a_new_alarm() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a", status="Exercise")
    world.alarm("kebakaran", 60.0, identifier="b")
    world.wait(400.0)

    assert world.told() == [
        "linked", "sounding kebakaran kalibagor a", "finished kebakaran kalibagor a", "sounding kebakaran kalibagor b",
        "finished kebakaran kalibagor b",
    ]
    assert world.heard() == [("kebakaran", 12.5, 240.0)]


def test_an_exercise_of_what_is_in_force_in_earnest_is_refused() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a")
    world.alarm("kebakaran", 60.0, identifier="b", status="Exercise")

    assert world.told()[-1] == "refused kebakaran kalibagor b"
    world.wait(400.0)
    assert world.heard() == [("kebakaran", 10.0, 190.0)]


def test_a_press_makes_an_exercise_earnest() -> None:
    world = box()
    world.alarm("kebakaran", 10.0, identifier="a", status="Exercise")
    world.press("kebakaran", 60.0)

    assert world.told()[-2:] == ["pressed kebakaran kalibagor #1", "sounding kebakaran kalibagor #1"]
    assert world.status()["sounding"] == {
        "incident": "kebakaran", "village": "kalibagor", "identifier": "kalibagor.pos-1.1", "status": "Actual",
        "origin": "button", "age_s": 0.0,
    }


def test_messages_that_were_dropped_unread_are_told() -> None:
    world = box()
    world.feed(Overflowed(7), 10.0)

    assert world.told() == ["linked", "refused"]
    assert world.reasons() == ["7 messages came faster than they could be read"]


# What is raised for all villages at once, or not at all.


def test_a_tsunami_of_one_village_is_refused_whoever_publishes_it_and_one_of_all_sounds() -> None:
    world = World(make_setup(hub=False)).ready()
    world.alarm("tsunami", 10.0)
    world.alarm("tsunami", 11.0, village="kotakan")

    assert world.heard() == []
    assert world.reasons() == ["tsunami is raised for all villages at once, to …/semua/alarm/tsunami"] * 2
    world.alarm("tsunami", 20.0, village="semua")
    world.wait(250.0)
    assert world.heard() == [("tsunami", 20.0, 250.0)]
    assert [(round(at, 3), on) for at, role, on in turns.switched(world) if role is Role.SIREN] == [
        (20.0, True), (200.0, False), (209.0, True),  # 180 s, then 1 s and the 8 s of the voice
    ]
    assert world.plays()[0][1].words == ("kejadian-tsunami",)


def test_a_tsunami_comes_before_everything_else_and_only_the_all_clear_of_all_ends_it() -> None:
    world = World(make_setup(hub=False)).ready()
    world.alarm("bencana", 10.0, village="semua")
    world.alarm("tsunami", 20.0, village="semua")
    world.alarm("aman", 30.0)
    world.wait(40.0)

    assert world.sounding() == "tsunami"
    world.alarm("aman", 50.0, village="semua")
    assert world.sounding() == "aman"
