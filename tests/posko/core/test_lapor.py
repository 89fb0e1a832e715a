"""Residents' reports: kept once, shown while they are open, closed by who is done or after a week; nothing rings."""

import json
from dataclasses import replace
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Name
from contract.wire.lapor import Location, Severity
from contract.wire.response import Step
from posko.core import lapor
from posko.core.effects import SaveAlarm, SaveClosed, SaveLapor, SaveResponse
from posko.core.events import Instant, Loaded, StoredLapor, StoredResponse
from runtime.core.effects import Publish
from runtime.core.events import Clock, Linked, Received, Unlinked
from tests.contract.payloads import VALUES
from tests.contract.shipped import quick
from tests.posko.core.world import EPOCH_S, SYNCED, UNSYNCED, World, make_setup

DAY_S = 86_400.0


def told(world: World, kind: str) -> list[str]:
    """Every event of *kind*: what it is about."""
    names = ("incident", "village", "identifier", "by", "step")
    return [" ".join(str(event.get(name, "")) for name in names).strip()
            for event in world.events() if event["event"] == kind]


def open_ones(world: World) -> list[dict[str, object]]:
    """What the hub's status shows."""
    found = world.shown().get("lapor", [])
    assert isinstance(found, list)
    return found


def names(world: World) -> list[object]:
    """The identifiers of what it shows."""
    return [each["identifier"] for each in open_ones(world)]


def left(identifier: str = "r", at: float = 10.0, *responses: StoredResponse, closed_at: Instant | None = None,
         shift: float | None = 0.0, wall: float | None = None) -> Loaded:
    """What an earlier run left: a report of Kalibagor."""
    name = Name("kalibagor", "lapor", identifier)
    found = StoredLapor(name, "warga/budi", "Ribut", Severity.HIGH, None, Instant(at, shift, wall), responses,
                        closed_at)
    return Loaded((), (), (), lapor=(found,), reported=(name,))


def done_by(at: float) -> StoredResponse:
    return StoredResponse("petugas/polsek", Step.DONE, "kalibagor", Instant(at, shift=0.0, wall=None))


def test_a_report_is_written_down_then_said_to_be_kept_and_shown() -> None:
    world = World().ready()
    done = world.report("r", 30.0, place={"lat": -7.77, "lon": 113.98, "accuracy_m": 12}, age_s=5)

    assert done.index("report kalibagor r warga/budi") < done.index("log lapor lapor kalibagor r warga/budi")
    about = {name: each for name, each in world.last().items() if name not in ("time", "clock", "boot")}
    assert about == {
        "event": "lapor", "incident": "lapor", "village": "kalibagor", "identifier": "r", "by": "warga/budi",
        "claimed": True, "severity": "sedang", "text": "Ribut di depan balai desa",
        "place": {"lat": -7.77, "lon": 113.98, "accuracy_m": 12.0}, "age_s": 5.0}
    shown = open_ones(world)
    assert [{name: each for name, each in one.items() if name != "raised"} for one in shown] == [{
        "identifier": "r", "village": "kalibagor", "text": "Ribut di depan balai desa", "severity": "sedang",
        "by": "warga/budi", "claimed": True, "place": {"lat": -7.77, "lon": 113.98, "accuracy_m": 12.0}}]
    assert world.shown()["lapor_open"] == {"kalibagor": 1}


def test_it_is_no_alarm_and_stands_in_no_beacon() -> None:
    world = World().ready()
    world.report("r", 30.0, severity="tinggi")
    world.respond("r", "menuju", 31.0, incident="lapor")
    world.wait(60.0)

    assert [beacon.alarms for _, beacon in world.beacons() if beacon.alarms] == []
    assert {beacon.acknowledged for _, beacon in world.beacons()} == {()}
    assert (world.did(SaveAlarm), world.shown()["state"], world.shown()["alarms"]) == ([], "ready", [])


def test_a_report_that_comes_again_is_one_and_is_said_to_be_kept_again() -> None:
    world = World().ready()
    for at in (20.0, 22.0, 24.0):
        world.report("r", at, age_s=at - 20)

    assert len(world.did(SaveLapor)) == 1
    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"] * 3
    assert [event["age_s"] for event in world.events() if event["event"] == "lapor"] == [0.0, 2.0, 4.0]
    assert names(world) == ["r"]


def test_the_same_identifier_in_two_villages_is_two_reports() -> None:
    world = World().ready()
    world.report("r", 20.0)
    world.report("r", 21.0, village="kotakan")

    assert told(world, "lapor") == ["lapor kalibagor r warga/budi", "lapor kotakan r warga/budi"]
    assert world.shown()["lapor_open"] == {"kalibagor": 1, "kotakan": 1}


def test_what_the_disk_does_not_have_is_not_said_to_be_kept() -> None:
    world = World().ready()
    world.wait(12.0)
    world.disk = False
    for at in (20.0, 22.0):
        world.report("r", at)
    assert (told(world, "lapor"), len(world.did(SaveLapor))) == ([], 1)
    assert [each.get("kept") for each in open_ones(world)] == [False]
    world.disk = True
    world.wait(40.0)

    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"]
    assert [each.get("kept", True) for each in open_ones(world)] == [True]


def test_what_the_disk_gave_up_is_given_to_it_again_when_it_comes_again() -> None:
    world = World().ready()
    world.wait(12.0)
    world.disk = False
    for at in (20.0, 40.0, 49.9, 50.0, 60.0):
        world.report("r", at, age_s=at - 20)
    assert world.did(SaveLapor) == [20.0, 50.0]
    world.stamps.clear()  # and it has given up both
    world.disk = True
    world.report("r", 90.0, age_s=70)
    world.wait(95.0)

    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"]
    assert world.state.lapor_unsaved == {}


@pytest.mark.parametrize(("village", "members", "reason"), [
    ("kalibagr", {}, "unknown village 'kalibagr'; did you mean kalibagor?"),
    ("semua", {}, "a report is of one village; publish it to …/VILLAGE/lapor"),
    ("kalibagor", {"text": ""}, "report: text: must not be empty"),
    ("kalibagor", {"severity": "gawat"}, "report: severity: 'gawat' is not allowed; use rendah or sedang or tinggi"),
    ("kalibagor", {"identifier": "a b"},
     "report: identifier: 'a b' is not allowed; use an identifier, of 1 to 64 printable ASCII characters"),
])
def test_what_is_no_report_of_a_village_is_refused_with_the_reason(
    village: str, members: dict[str, object], reason: str
) -> None:
    world = World().ready()
    world.report(at=20.0, village=village, **members)  # type: ignore[arg-type]

    assert (world.last()["event"], world.last()["reason"]) == ("refused", reason)
    assert world.did(SaveLapor) == []


def test_what_is_older_than_a_week_is_late_and_not_kept() -> None:
    world = World().ready()
    world.report("old", 20.0, age_s=7 * DAY_S)
    world.report("new", 21.0, age_s=7 * DAY_S - 60)

    assert told(world, "late") == ["lapor kalibagor old warga/budi"]
    assert told(world, "lapor") == ["lapor kalibagor new warga/budi"]


def test_a_retained_report_counts_is_warned_of_and_cleared_away() -> None:
    world = World().ready()
    done = world.report("r", 20.0, retain=True)

    assert "clear away kentongan/situbondo/kalibagor/lapor" in done
    assert [event["reason"] for event in world.events() if event["event"] == "warning"] == [
        "published with the retain flag; leave out -r"]
    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"]


def test_a_post_of_the_village_is_taken_at_its_word_and_everybody_else_only_claims() -> None:
    world = World().ready()
    for number, by in enumerate(("kalibagor/pos-1", "kotakan/pos-1", "warga/budi")):
        world.report(f"r{number}", 20.0 + number, by=by)

    assert [event.get("claimed") for event in world.events() if event["event"] == "lapor"] == [None, True, True]
    assert {each["identifier"]: each["claimed"] for each in open_ones(world)} == {"r0": False, "r1": True, "r2": True}


# People respond.


def test_people_respond_as_to_an_alarm_and_who_is_done_closes_it() -> None:
    world = World().ready()
    world.report("r", 20.0)
    for at, step in ((30.0, "diterima"), (40.0, "menuju"), (50.0, "di-lokasi")):
        world.respond("r", step, at, incident="lapor")
    assert open_ones(world)[0]["responses"] == [{"by": "petugas/polsek", "step": "di-lokasi"}]
    done = world.respond("r", "selesai", 60.0, incident="lapor")

    assert told(world, "responded")[-1] == "lapor kalibagor r petugas/polsek selesai"
    assert told(world, "closed") == ["lapor kalibagor r petugas/polsek"]
    assert done.index("respond lapor kalibagor r petugas/polsek selesai") < done.index("close kalibagor r done")
    assert names(world) == []
    assert "lapor_open" not in world.shown()


def test_a_response_may_leave_out_the_incident() -> None:
    world = World().ready()
    world.report("r", 20.0)
    world.hear("kalibagor/respon", b'{"identifier": "r", "by": "petugas/polsek", "step": "menuju"}', 21.0)

    assert told(world, "responded") == ["lapor kalibagor r petugas/polsek menuju"]


def test_who_is_done_closes_it_only_once_that_is_on_the_disk() -> None:
    world = World().ready()
    world.report("r", 20.0)
    world.wait(25.0)
    world.disk = False
    world.respond("r", "selesai", 30.0, incident="lapor")
    assert (told(world, "closed"), names(world)) == ([], ["r"])
    world.disk = True
    world.wait(40.0)

    assert (told(world, "closed"), names(world)) == (["lapor kalibagor r petugas/polsek"], [])


def test_a_response_to_a_closed_one_is_answered_still_and_the_report_itself_too() -> None:
    world = World().ready()
    world.report("r", 20.0)
    for at in (30.0, 32.0):
        world.respond("r", "selesai", at, incident="lapor")
    world.report("r", 40.0, age_s=20)
    world.step(world.clock, 20.0 + DAY_S)
    assert len(world.state.lapor) == 0
    world.report("r", 30.0 + DAY_S, age_s=DAY_S)

    assert told(world, "responded") == ["lapor kalibagor r petugas/polsek selesai"] * 2
    assert told(world, "closed") == ["lapor kalibagor r petugas/polsek"]
    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"] * 3
    assert [event.get("reason") for event in world.events() if event["event"] == "lapor"] == [
        None, "it was closed before", "it was closed before"]
    assert (len(world.did(SaveLapor)), len(world.did(SaveClosed)), names(world)) == (1, 1, [])


@pytest.mark.parametrize(("more", "reason"), [
    ({"identifier": "z"}, "nobody can respond to it: no such report is open"),
    ({"village": "kotakan"}, "nobody can respond to it: no such report is open"),
    ({"village": "kalibagr"}, "unknown village 'kalibagr'; did you mean kalibagor?"),
    ({"incident": "kebakaran"}, "nobody can respond to it: no alarm of this name was ever in force here"),
])
def test_what_is_no_response_to_a_report_of_the_topics_village_is_refused(more: dict[str, str], reason: str) -> None:
    world = World().ready()
    world.report("r", 20.0)
    world.respond(**{"identifier": "r", "step": "menuju", "at": 21.0, "incident": "lapor", **more})  # type: ignore[arg-type]

    assert (world.last()["event"], world.last()["reason"]) == ("refused", reason)
    assert world.did(SaveResponse) == []


def test_a_report_and_an_alarm_of_the_same_identifier_have_their_own_responses() -> None:
    world = World().ready()
    world.alarm("kebakaran", 10.0, identifier="r")
    world.report("r", 20.0)
    world.respond("r", "selesai", 30.0, incident="lapor")
    world.wait(40.0)

    assert world.responses() == ["kebakaran : "]
    assert world.listed() == ["kebakaran kalibagor r 30+150"]


# A week.


def test_what_nobody_closes_is_closed_after_a_week_and_said() -> None:
    world = World().ready()
    world.report("r", 20.0)
    world.step(world.clock, 19.0 + 7 * DAY_S)
    assert told(world, "closed") == []
    world.step(world.clock, 20.0 + 7 * DAY_S)

    assert told(world, "closed") == ["lapor kalibagor r"]
    assert world.last()["reason"] == "nobody has closed it for 7 days"
    assert "close kalibagor r expired" in [f"close {e.name.village} {e.name.identifier} {e.closure.value}"
                                           for _, e in world.done if isinstance(e, SaveClosed)]
    assert names(world) == []


# A hub that starts again.


def test_a_hub_that_starts_again_shows_what_is_open_and_takes_it_once() -> None:
    world = World(now=50.0)
    world.ready(left("r", 10.0))
    assert [(each["identifier"], each["severity"]) for each in open_ones(world)] == [("r", "tinggi")]
    world.report("r", 60.0, age_s=50)

    assert world.did(SaveLapor) == []
    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"]


def test_a_hub_that_was_killed_between_the_response_and_the_closing_closes_it_when_it_starts() -> None:
    world = World(now=50.0)
    world.ready(left("r", 10.0, done_by(40.0)))

    assert told(world, "closed") == ["lapor kalibagor r petugas/polsek"]
    assert (len(world.did(SaveClosed)), names(world)) == (1, [])


def test_what_was_closed_lately_stays_so_and_its_responses_are_answered() -> None:
    world = World(now=50.0)
    world.ready(left("r", 10.0, done_by(40.0), closed_at=Instant(41.0, shift=0.0, wall=None)))
    world.respond("r", "selesai", 60.0, incident="lapor")
    world.report("r", 61.0, age_s=51)

    assert (told(world, "closed"), names(world), world.did(SaveClosed)) == ([], [], [])
    assert told(world, "responded") == ["lapor kalibagor r petugas/polsek selesai"]
    assert told(world, "lapor") == ["lapor kalibagor r warga/budi"]


def test_what_comes_before_the_disk_has_answered_is_not_lost_and_not_twice() -> None:
    world = World(now=50.0)
    world.feed(Loaded((), (), ()))
    world.feed(Linked())
    world.disk = False
    world.report("r", 51.0)
    world.report("n", 51.0)
    world.feed(left("r", 10.0, closed_at=Instant(41.0, shift=0.0, wall=None)), 52.0)
    world.disk = True
    world.wait(60.0)

    assert names(world) == ["n"]


@pytest.mark.parametrize("clock", [SYNCED, UNSYNCED])
def test_after_a_restart_of_the_machine_the_age_is_known_as_soon_as_the_time_of_day_is(clock: Clock) -> None:
    wall = EPOCH_S - 3 * DAY_S
    world = World(clock=clock, now=50.0)
    world.ready(left("r", 10.0, shift=None, wall=wall))
    world.step(SYNCED, 60.0)
    world.step(SYNCED, 4 * DAY_S - 1.0)
    assert told(world, "closed") == []
    world.step(SYNCED, 4 * DAY_S)

    assert told(world, "closed") == ["lapor kalibagor r"]


def test_of_one_whose_age_nobody_knows_it_counts_from_the_start() -> None:
    world = World(now=50.0)
    world.ready(left("r", 10.0, shift=None, wall=None))
    world.step(world.clock, 49.0 + 7 * DAY_S)
    assert told(world, "closed") == []
    world.step(world.clock, 50.0 + 7 * DAY_S)

    assert told(world, "closed") == ["lapor kalibagor r"]


# Bounds.


def test_whoever_pours_out_reports_fills_neither_the_disk_nor_the_status_and_hides_no_other_village() -> None:
    world = World().ready()
    for number in range(10):
        world.report(f"k{number}", 10.0 + number, village="kotakan", text=f"{number} " + "k" * 498)
    for number in range(3000):
        world.report(f"r{number}", 20.0 + number * 0.02, text="💧" * 500, by=f"warga/{number:074}")
    world.wait(90.0)

    written = [each for _, each in world.done if isinstance(each, SaveLapor)]
    assert len([each for each in written if each.lapor.name.village == "kalibagor"]) == 60 + 11  # then one in 5 s
    shown = open_ones(world)
    assert [each["identifier"] for each in shown if each["village"] == "kotakan"] == [f"k{n}" for n in range(9, -1, -1)]
    assert len(json.dumps(shown, ensure_ascii=False).encode()) < 40_000
    assert world.shown()["lapor_open"] == {"kalibagor": 71, "kotakan": 10}
    assert max(len(effect.payload) for _, effect in world.done
               if isinstance(effect, Publish) and effect.topic.endswith("/status")) < 50_000


def test_of_many_the_newest_fifty_are_shown_each_villages_first_and_long_ones_are_cut() -> None:
    world = World().ready()
    for number in range(40):
        world.report(f"a{number}", 10.0 + 10 * number, text="x" * 500)
        world.report(f"b{number}", 11.0 + 10 * number, village="kotakan", text="y")
    shown = open_ones(world)

    assert [each["identifier"] for each in shown[:4]] == ["b39", "a39", "b38", "a38"]
    assert len(shown) == 50
    assert {len(str(each["text"])) for each in shown if each["village"] == "kalibagor"} == {500, 81}
    assert str(shown[-1]["text"]).endswith(("…", "y"))


def test_a_village_has_so_many_open_ones_and_then_some_must_be_closed() -> None:
    world = World().ready()
    for number in range(205):
        world.report(f"r{number}", 10.0 + 10 * number)
    world.report("k", 3000.0, village="kotakan")

    assert world.shown()["lapor_open"] == {"kalibagor": 200, "kotakan": 1}
    refused = [event for event in world.events() if event["event"] == "refused"]
    assert [event["identifier"] for event in refused] == [f"r{number}" for number in range(200, 205)]
    assert refused[0]["reason"] == "200 reports of this village are open; some must be closed first (selesai)"
    world.respond("r0", "selesai", 3001.0, incident="lapor")
    world.report("r200", 3010.0)
    assert told(world, "lapor")[-1] == "lapor kalibagor r200 warga/budi"


def test_what_else_happens_costs_no_look_at_the_reports() -> None:
    world = World().ready()
    world.report("r", 20.0)
    world.wait(25.0)
    before = world.state.lapor_view
    world.alarm("kebakaran", 30.0, identifier="a")
    world.status("kalibagor/pos-1", 31.0)
    world.feed(world.clock, 40.0)

    assert world.state.lapor_view is before


def test_a_report_costs_a_look_at_its_own_village_and_not_at_all_others() -> None:
    world = World().ready()
    world.report("k", 20.0, village="kotakan")
    world.report("r", 21.0)
    before = world.state.lapor_view
    world.report("s", 30.0)
    world.respond("r", "menuju", 31.0, incident="lapor")
    after = world.state.lapor_view
    kotakan = Name("kotakan", "lapor", "k"), False

    assert after.villages["kotakan"] is before.villages["kotakan"]
    assert after.made[kotakan] is before.made[kotakan]
    assert [each.identifier for each in after.shown] == ["s", "k", "r"]


def test_what_is_shown_is_of_the_newest_first_of_each_village_whatever_came_before() -> None:
    """What is looked at when something changes gives what a look at all of them gives."""
    world = World().ready()
    for number in range(60):
        world.report(f"r{number}", 10.0 + 10 * number, village=("kalibagor", "kotakan", "patokan")[number % 3])
        if number % 7 == 6:
            world.respond(f"r{number - 3}", "selesai", 12.0 + 10 * number, incident="lapor",
                          village=("kalibagor", "kotakan", "patokan")[(number - 3) % 3])
    still = [number for number in range(60) if (number + 3) % 7 != 6 or number + 3 >= 60]
    turns = [[number for number in reversed(still) if number % 3 == village] for village in range(3)]
    shown = [f"r{number}" for turn in zip_longest(*turns) for number in sorted(
        (each for each in turn if each is not None), reverse=True)][:50]

    assert names(world) == shown
    count = dict(zip(("kalibagor", "kotakan", "patokan"), map(len, turns), strict=True))
    assert world.shown()["lapor_open"] == count


def test_what_is_closed_is_not_remembered_without_end() -> None:
    world = World().ready()
    for number in range(300):
        world.report(f"r{number}", 10.0 + 10 * number)
        world.respond(f"r{number}", "selesai", 15.0 + 10 * number, incident="lapor")
    world.step(world.clock, 4000.0)
    assert len(world.state.lapor) == lapor.CLOSED
    world.step(world.clock, 4000.0 + DAY_S)

    assert len(world.state.lapor) == 0
    assert len(world.state.reported["kalibagor"]) == 300


def test_the_names_that_are_known_are_bounded_and_the_newest_stay() -> None:
    found = tuple(Name("kalibagor", "lapor", f"r{number}") for number in range(3000))
    world = World().ready(Loaded((), (), (), reported=found))

    assert list(world.state.reported["kalibagor"]) == list(found[1000:])


# Anything at all.

MEMBERS = st.fixed_dictionaries({}, optional={
    "identifier": st.sampled_from(["a", "b", "\ud800", "x" * 300]) | VALUES, "by": st.just("warga/budi") | VALUES,
    "text": st.sampled_from(["ribut", "KEBAKARAN! bunyikan", "\ud800"]) | VALUES, "age_s": VALUES | st.just(10**400),
    "severity": st.sampled_from(["rendah", "sedang", "tinggi", "Extreme"]) | VALUES, "place": VALUES,
    "status": st.just("Actual"), "incident": st.just("kebakaran"), "step": st.sampled_from(list(Step)),
})


@quick
@given(st.lists(st.tuples(
    st.sampled_from(["kalibagor/lapor", "semua/lapor", "nowhere/lapor", "kalibagor/respon"]),
    MEMBERS | st.binary(max_size=60), st.booleans()), max_size=8))
def test_nothing_rings_whatever_the_payload_and_each_identifier_counts_once(
    messages: list[tuple[str, object, bool]]
) -> None:
    world = World(setup=replace(make_setup())).ready()
    for number, (topic, body, retain) in enumerate(messages):
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        world.feed(Received(f"kentongan/situbondo/{topic}", payload, retain), 10.0 + number)
    world.feed(Unlinked("no route"), 30.0)
    world.wait(40.0)

    written = [effect.lapor.name for _, effect in world.done if isinstance(effect, SaveLapor)]
    assert len(set(written)) == len(written)
    assert {name.village for name in written} <= {"kalibagor"}
    assert (world.did(SaveAlarm), dict(world.state.alarms), world.listed()) == ([], {}, [])
    published = {effect.topic.rpartition("/")[2] for _, effect in world.done if isinstance(effect, Publish)}
    assert published <= {"active", "event", "status", "lapor", "respon"}
    assert all(effect.payload == b"" for _, effect in world.done
               if isinstance(effect, Publish) and effect.topic.endswith(("/lapor", "/respon")))


def test_where_a_report_is_given_comes_back_from_the_disk() -> None:
    place = Location(lat=-7.7, lon=113.9)
    found = left("r", 10.0)
    world = World(now=50.0).ready(replace(found, lapor=(replace(found.lapor[0], place=place),)))

    assert open_ones(world)[0]["place"] == {"lat": -7.7, "lon": 113.9}
