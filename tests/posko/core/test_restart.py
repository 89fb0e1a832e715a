"""The hub after a restart: what was in force goes on, as far as anybody can tell its age."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from contract.domain.alarm import Status
from contract.wire.response import Step
from posko.core.effects import SaveAlarm, SaveResponse
from posko.core.events import Instant, Loaded, Stored, StoredCase, StoredClear, StoredResponse
from posko.core.state import Alarm
from runtime.core.effects import Connect, Reconnect
from runtime.core.events import Clock, Faulted, Linked, Tick
from tests.model.disks import HubRows
from tests.posko.core.world import EMPTY, EPOCH_S, FIRE, SYNCED, UNSYNCED, World, names, offline, stored, stored_case


def started(*loaded: object, synced: bool = True, cleared: tuple[StoredClear, ...] = (), now: float = 100.0) -> World:
    """A hub that began at instant 100 and found *loaded* and *cleared* on its disk."""
    world = World(SYNCED if synced else UNSYNCED, now=now)
    return world.ready(Loaded(loaded, cleared, names(a=False)))  # type: ignore[arg-type]


def test_what_was_in_force_in_the_same_boot_goes_on_with_its_age_and_its_silence() -> None:
    world = started(stored(also=("z",), silenced={"kalibagor": 20.0}))

    assert world.listed() == ["kebakaran kalibagor a 90+90 also z silenced kalibagor"]
    assert world.kept() == {"a", "z"}
    assert "restored kebakaran kalibagor a" in world.told()
    assert world.did(SaveAlarm) == []
    world.wait(200.0)
    assert (world.ends(), world.listed()) == (["a finished"], [])


@pytest.mark.parametrize("now", [190.0, 5000.0])
def test_what_ended_while_the_hub_was_away_is_over_and_said_so(now: float) -> None:
    world = started(stored(), now=now)

    assert (world.ends(), world.acknowledged(), world.beacon().alarms) == (["a finished"], ("a",), ())


def test_what_was_in_force_in_another_boot_goes_on_by_two_synchronised_clocks() -> None:
    world = started(stored(shift=None, wall=EPOCH_S + 40.0))  # 60 s before now

    assert world.listed() == ["kebakaran kalibagor a 60+120"]
    assert world.kept() == {"a"}
    assert world.did(SaveAlarm) == [100.0]  # written anew, by this boot's clock


def test_it_waits_for_the_clock_to_be_synchronised() -> None:
    world = started(stored(shift=None, wall=EPOCH_S + 40.0), synced=False)
    world.wait(120.0)
    assert (world.listed(), world.shown()["undated"]) == ([], 1)
    world.feed(SYNCED, 130.0)

    assert (world.listed(), world.shown()["undated"]) == (["kebakaran kalibagor a 90+90"], 0)


@pytest.mark.parametrize(("wall", "synced"), [(None, True), (EPOCH_S + 40.0, False)])
def test_what_nobody_can_date_is_given_up_after_a_minute_and_said_to_be_late(wall: float | None, synced: bool) -> None:
    world = started(stored(shift=None, wall=wall), synced=synced)
    world.wait(159.0)
    assert world.told_at("late") == []
    world.wait(170.0)

    assert (world.told_at("late"), world.ends(), world.listed()) == ([160.0], ["a unknown"], [])


def test_a_post_that_sends_its_press_again_dates_it() -> None:
    world = started(stored(shift=None), synced=False)
    world.alarm(at=110.0, identifier="a", age_s=70.0)

    assert world.listed() == ["kebakaran kalibagor a 70+110"]
    assert world.told()[-1] == "restored kebakaran kalibagor a"


def test_a_post_that_sends_its_press_again_when_it_is_over_ends_it() -> None:
    world = started(stored(shift=None), synced=False)
    world.alarm(at=110.0, identifier="a", age_s=179.5)
    world.wait(120.0)

    assert (world.listed(), world.ends(), world.acknowledged()) == ([], ["a finished"], ("a",))


def test_the_first_of_several_presses_dates_it_by_its_own_instant() -> None:
    merged = stored(shift=None, identifier="b", also=("a",), first="a", raised_at=70.0, until=250.0)
    world = started(merged, synced=False)
    world.alarm(at=110.0, identifier="a", age_s=100.0)

    assert world.listed() == ["kebakaran kalibagor b 40+140 also a"]


@pytest.mark.parametrize(("at", "ended"), [(9.0, False), (11.0, True)])
def test_an_all_clear_that_an_earlier_run_wrote_ends_what_was_raised_before_it(at: float, ended: bool) -> None:
    world = started(stored(), cleared=(StoredClear("kalibagor", at, shift=0.0, wall=None),))

    assert (world.ends() == ["a cleared"], world.listed() == []) == (ended, ended)
    assert [(each.village, round(each.age_s)) for each in world.beacon().cleared] == [("kalibagor", round(100 - at))]


def test_an_all_clear_of_another_boot_is_dated_by_the_clock() -> None:
    clear = StoredClear("kalibagor", 10.0, shift=None, wall=EPOCH_S + 40.0)
    world = started(cleared=(clear,), synced=False)
    assert world.beacon().cleared == ()
    world.feed(SYNCED, 130.0)
    assert [(each.village, round(each.age_s)) for each in world.beacon().cleared] == [("kalibagor", 90)]

    world.alarm(at=140.0, identifier="p", age_s=110.0)
    assert world.ends() == ["p late"]


def test_what_an_earlier_run_heard_is_not_accepted_again() -> None:
    world = World(now=100.0).ready(Loaded((), (), names(x=True, y=False)))
    world.alarm(at=110.0, identifier="x")
    world.alarm(at=110.0, identifier="y")

    assert (world.listed(), world.acknowledged()) == ([], ("x", "y"))


# The journal first.


def test_nothing_is_said_before_the_journal_answered() -> None:
    world = World()
    assert world.wait(2.9) == []

    assert world.feed(EMPTY, 2.9) == ["connect"]
    assert [each for each in world.feed(Linked(), 3.0) if each.startswith("beacon")] == ["beacon []"]


def test_after_three_seconds_the_hub_goes_on_without_its_journal_and_says_so() -> None:
    world = World()
    assert world.wait(4.0) == ["log fault journal", "connect"]
    world.feed(Linked(), 4.0)

    assert world.shown()["faults"] == {"journal": "does not answer; what happens is kept in memory only"}
    assert world.did(Connect) == [3.0]


def test_a_disk_that_answers_late_brings_back_what_it_has_and_ends_nothing_of_this_run() -> None:
    world = World(now=50.0)
    world.feed(Faulted("journal", "no disk"))
    world.feed(EMPTY)
    world.feed(Linked())
    world.alarm(at=60.0, identifier="p")
    own = stored("p", first_at=60.0, raised_at=60.0, until=240.0)
    other = stored("t", key=own.key._replace(incident="pencurian"))
    world.feed(Loaded((own, other), (), names(p=False, t=False)), 70.0)

    assert world.listed() == ["kebakaran kalibagor p 10+170", "pencurian kalibagor t 60+120"]
    assert world.ends() == []


def late_disk(
    *loaded: Stored, again: str = "b", cleared: tuple[StoredClear, ...] = (), seen: dict[str, bool] | None = None,
    clock: Clock = SYNCED, age_s: float = 5.0,
) -> World:
    """A hub whose disk answers at instant 70 that it has *loaded*, when *again* came once more at 60."""
    world = away(clock)
    world.alarm(at=60.0, identifier=again, age_s=age_s)
    world.feed(on_disk(*loaded, cleared=cleared, seen=seen), 70.0)
    return world


def away(clock: Clock = SYNCED, now: float = 50.0) -> World:
    """A hub that has begun without its disk."""
    world = World(clock, now=now)
    world.wait(now + 4.0)
    world.feed(Linked())
    return world


def on_disk(
    *loaded: Stored, cleared: tuple[StoredClear, ...] = (), seen: dict[str, bool] | None = None,
    cases: tuple[StoredCase, ...] = (),
) -> Loaded:
    """What the disk has: *loaded*, whose names are not over, and what was *seen* besides."""
    names_of = {name: False for each in loaded for name in each.names()} | (seen or {})
    return Loaded(loaded, cleared, names(FIRE, **names_of), cases=cases)


def table(world: World, *loaded: Stored) -> HubRows:
    """What the disk has that had *loaded* before."""
    found = HubRows()
    for each in loaded:
        about = {"key": each.key, "first": each.first, "identifier": each.identifier, "also": each.also,
                 "status": each.status, "origin": each.origin, "note": each.note, "first_at": each.first_at,
                 "raised_at": each.raised_at, "until": each.until, "accepted_at": each.first_at}
        found.apply(SaveAlarm(0, Alarm(**about), ()), 1, SYNCED)  # type: ignore[arg-type]
    for _, effect in world.done:
        found.apply(effect, 1, SYNCED)
    in_force = {first.identifier: row[0].until for first, row in found.alarms.items() if row[1] is None}
    assert in_force == {each.first: each.until for each in world.state.alarms.values()}
    return found


def rows(world: World, *loaded: Stored) -> dict[str, set[str]]:
    """What the alarms on that disk are called first, and all names of each."""
    return {first.identifier: alarm.all_names() for first, (alarm, *_) in table(world, *loaded).alarms.items()}


def test_what_came_once_more_before_a_disk_answered_late_is_the_alarm_that_is_on_it() -> None:
    before = stored("a", also=("b",), until=230.0, sounds={"kotakan/pos-1": 2.0}, note="pasar")
    world = late_disk(before)

    assert world.listed() == ["kebakaran kalibagor b 15+165 also a"]
    assert rows(world, before) == {"a": {"a", "b"}}
    alarm = world.state.alarms[FIRE]
    assert (alarm.first, alarm.first_at, alarm.note, alarm.sounds) == ("a", 10.0, "pasar", {"kotakan/pos-1": 2.0})
    assert (world.ends(), world.kept()) == ([], {"a", "b"})
    assert "restored kebakaran kalibagor b" in world.told()

    world.alarm(at=80.0, identifier="a", age_s=70.0)
    world.wait(300.0)
    assert (world.ends(), rows(world, before)) == (["a finished"], {"a": {"a", "b"}})


def test_what_was_raised_before_a_disk_answered_late_is_what_is_on_it_raised_again() -> None:
    before = stored("t", first_at=65.0, raised_at=65.0, until=245.0)
    world = late_disk(before)

    assert world.listed() == ["kebakaran kalibagor t 5+175 also b"]
    assert (world.ends(), rows(world, before)) == ([], {"t": {"b", "t"}})


def test_what_came_once_more_and_is_over_does_not_end_what_is_on_the_disk() -> None:
    before = replace(stored("a", also=("b", "a"), raised_at=150.0, until=330.0), identifier="c")
    world = away(now=200.0)
    world.alarm(at=205.0, identifier="b", age_s=175.0)
    world.wait(211.0)
    world.feed(on_disk(before), 212.0)

    assert (world.ends(), world.listed()) == (["b finished"], ["kebakaran kalibagor c 62+118 also b,a"])
    assert rows(world, before) == {"a": {"a", "b", "c"}}


def test_what_came_once_more_and_was_cleared_is_cleared_with_what_is_on_the_disk() -> None:
    before = stored("a", also=("b",))
    world = away()
    world.alarm(at=60.0, identifier="b", age_s=5.0)
    world.alarm("aman", 65.0)
    world.alarm(at=66.0, identifier="x")
    world.feed(on_disk(before), 70.0)

    assert world.listed() == ["kebakaran kalibagor x 4+176"]
    assert world.ends() == ["b cleared", "a cleared"]
    assert rows(world, before) == {"a": {"a", "b", "x"}}  # raised again within 15 s
    world.wait(300.0)
    assert (world.ends()[-1], rows(world, before)) == ("a finished", {"a": {"a", "b", "x"}})


def test_a_new_press_and_then_a_known_one_are_what_is_on_the_disk_until_its_end() -> None:
    before = stored("a", also=("b",))
    world = away()
    world.alarm(at=60.0, identifier="x")
    world.alarm(at=61.0, identifier="b", age_s=8.0)
    world.feed(on_disk(before), 70.0)
    world.alarm(at=200.0, identifier="y")
    assert rows(world, before) == {"a": {"a", "b", "x", "y"}}

    world.alarm("aman", 210.0)
    assert (world.ends(), rows(world, before)) == (["a cleared"], {"a": {"a", "b", "x", "y"}})


def test_what_the_disk_knows_to_be_over_and_came_once_more_is_over() -> None:
    world = late_disk(seen={"b": True}, clock=UNSYNCED)
    assert (world.listed(), world.ends()) == ([], ["b finished"])


def test_who_responded_to_what_came_once_more_responded_to_the_alarm_that_it_is() -> None:
    before = stored("a", also=("b",))
    world = away()
    world.alarm(at=60.0, identifier="b", age_s=5.0)
    world.respond("b", "menuju", 62.0)
    world.feed(on_disk(before), 70.0)
    world.respond("a", "di-lokasi", 80.0)
    world.respond("b", "menuju", 80.0)

    assert [(e.name.identifier, e.response.step) for _, e in world.done if isinstance(e, SaveResponse)] == [
        ("b", "menuju"), ("a", "di-lokasi")]  # the disk has both with the row
    world.wait(90.0)
    assert world.responses() == ["kebakaran di-lokasi: petugas/polsek di-lokasi 25"]


@pytest.mark.parametrize(("again", "status"), [("a", "Actual"), ("e", "Exercise")])
def test_a_response_that_the_disk_has_is_to_what_is_in_force_whatever_came_before_it(again: str, status: str) -> None:
    response = StoredResponse("petugas/camat", Step.COMING, "kalibagor", Instant(30.0, 0.0, None))
    world = away()
    world.alarm(at=60.0, identifier=again, age_s=50.0, status=status)
    world.respond(again, "di-lokasi", 62.0, by="petugas/polsek")
    world.feed(on_disk(stored("a"), cases=(stored_case(response),)), 70.0)

    own = "petugas/polsek di-lokasi 52, " if status == "Actual" else ""
    step = "di-lokasi" if own else "menuju"
    assert world.responses() == [f"kebakaran {step}: {own}petugas/camat menuju 20"]


def test_another_boots_alarm_is_dated_by_what_came_once_more_before_any_wall_clock() -> None:
    before = stored("a", shift=None, also=("b",), raised_at=15.0, until=195.0, wall=EPOCH_S - 7000.0)
    for clock in (UNSYNCED, SYNCED):
        world = late_disk(before, again="a", clock=clock, age_s=20.0)
        world.wait(150.0)

        assert world.state.alarms[FIRE].first_at == 40.0
        assert world.listed() == ["kebakaran kalibagor a 105+75 also b"]
        assert (world.told_at("late"), world.state.awaiting_clock) == ([], ())


def test_what_was_raised_again_is_never_dated_after_now() -> None:
    """Its box lost its clock, and says that its press is younger than it is."""
    before = replace(stored("a", also=("a",), shift=None, raised_at=150.0, until=330.0), identifier="b")
    world = late_disk(before, again="a", clock=UNSYNCED, age_s=2.0)
    assert world.state.alarms[FIRE].raised_at == 70.0
    world.alarm("aman", 80.0)

    assert world.listed() == []


def test_what_an_all_clear_ended_that_only_the_disk_knew_ends_when_the_disk_answers() -> None:
    world = late_disk(cleared=(StoredClear("kalibagor", 57.0, shift=0.0, wall=None),))
    assert (world.listed(), world.ends()) == ([], ["b cleared"])

    world = late_disk(cleared=(
        StoredClear("kalibagor", 54.0, shift=0.0, wall=None), StoredClear("kotakan", 60.0, shift=0.0, wall=None),
        StoredClear("semua", 1.0, shift=None, wall=EPOCH_S + 60.0)))  # by a wall clock, which may be wrong
    assert world.ends() == []


def test_an_exercise_that_was_cleared_before_the_disk_answered_is_over() -> None:
    world = away()
    world.alarm("aman", 60.0, status="Exercise")
    world.feed(on_disk(stored("a", status=Status.EXERCISE)), 70.0)
    assert (world.listed(), world.ends()) == ([], ["a cleared"])

    world = away()
    world.alarm("aman", 60.0, status="Exercise")
    world.feed(on_disk(stored("a")), 70.0)
    assert world.listed() == ["kebakaran kalibagor a 60+120"]


@pytest.mark.parametrize(("here", "there", "listed", "ended"), [
    ("Exercise", Status.ACTUAL, "kebakaran kalibagor a 60+120", "e earnest"),
    ("Actual", Status.EXERCISE, "kebakaran kalibagor e 10+170", "a earnest"),
])
def test_an_exercise_gives_way_to_earnest_whichever_the_disk_has(
    here: str, there: Status, listed: str, ended: str
) -> None:
    world = away()
    world.alarm(at=60.0, identifier="e", status=here)
    world.feed(on_disk(stored("a", status=there)), 70.0)

    assert (world.listed(), world.ends()) == ([listed], [ended])


def test_what_waited_and_is_on_the_disk_is_in_no_list_twice() -> None:
    world = World().ready()
    for number in range(6):
        world.alarm(at=1.0, identifier=f"x{number}")
        if number < 5:
            world.alarm("aman", 1.0)
    waiting = world.state.deferred[FIRE]
    world.feed(on_disk(stored("a", also=("x5",), until=300.0, raised_at=1.5)), 3.0)
    world.wait(waiting.due + 1.0)

    assert world.state.alarms[FIRE].identifiers() == ("a", "x5")


# The link.


def test_what_happens_while_unlinked_is_told_when_the_link_is_back() -> None:
    world = World().ready()
    offline(world, 10.0)
    did = world.alarm(at=11.0, identifier="a")
    assert [each for each in did if each.startswith(("tell", "beacon", "status"))] == []

    did = world.feed(Linked(), 20.0)
    assert did[:4] == ["tell fault link", "tell accepted kebakaran kalibagor a",
                       "log recovered link", "tell recovered link"]
    assert "beacon [kebakaran kalibagor a 9+171]" in did


def test_more_than_the_backlog_holds_is_counted() -> None:
    world = World().ready()
    offline(world, 1.0)
    for number in range(300):
        world.feed(Faulted("part", str(number)), 2.0)
    world.feed(Linked(), 3.0)

    assert "101 older events are only in the log here" in [each.get("reason") for each in world.events()]


def test_a_beacon_comes_every_five_seconds_and_at_each_change_and_never_faster_than_ten_a_second() -> None:
    world = World().ready()
    world.wait(12.0)
    for number in range(40):
        world.alarm(("pencurian", "kebakaran", "bencana")[number % 3], 12.0 + number * 0.025, identifier=f"x{number}")
    world.wait(30.0)

    instants = [at for at, _ in world.beacons()]
    assert instants[:3] == [0.0, 5.0, 10.0]
    gaps = [later - sooner for sooner, later in pairwise(instants)]
    assert 0.0999 < min(gaps) < max(gaps) < 5.001
    assert sum(12.0 <= at <= 13.2 for at in instants) >= 5
    assert [beacon.seq for _, beacon in world.beacons()] == [*range(1, len(instants) + 1)]


def test_a_hub_that_hears_nobody_any_more_connects_anew_once() -> None:
    world = World().ready()
    world.status(at=10.0)
    world.wait(200.0)

    assert world.did(Reconnect) == [40.0]


# What posts report as in force.


def sounds(world: World, at: float, post: str = "kalibagor/pos-1", **members: object) -> list[str]:
    """*post* reports that it sounds a fire of its village, raised 30 s ago."""
    about = {"incident": "kebakaran", "village": post.split("/", maxsplit=1)[0], "identifier": "a", "status": "Actual",
             "origin": "button", "note": "pasar", "age_s": 30.0, **members}
    body = {"state": "sounding", "boot": "n1", "sounding": about}
    return world.hear(f"{post.replace('/', '/node/')}/status", json.dumps(body).encode(), at)


def test_a_hub_without_a_journal_takes_up_what_a_post_of_its_village_reports_as_in_force() -> None:
    world = started()
    sounds(world, 110.0)

    assert world.listed() == ["kebakaran kalibagor a 30+150"]
    assert world.kept() == {"a"}
    assert world.told()[-1] == "restored kebakaran kalibagor a"
    assert world.last()["reason"] == "kalibagor/pos-1 reports it as in force; it was not known here"
    world.alarm(at=115.0, identifier="a", age_s=35.0)  # the post that raised it sends it again
    assert len(world.beacon().alarms) == 1


def test_what_was_raised_without_a_name_is_given_one_and_what_waits_is_in_force_too() -> None:
    world = started()
    about = {"incident": "pencurian", "village": "kalibagor", "identifier": None, "age_s": 10.0}
    sounds(world, 110.0, identifier=None)
    world.status(at=111.0, waiting=[about])

    assert world.listed() == ["kebakaran kalibagor #1 31+149", "pencurian kalibagor #2 10+170"]


@pytest.mark.parametrize(
    ("post", "members"),
    [
        ("kotakan/pos-1", {"village": "kalibagor"}), ("patokan/polsek", {"village": "kalibagor"}),
        ("kalibagor/pos-1", {"village": "semua"}), ("kalibagor/pos-9", {}), ("kalibagor/pos-1", {"incident": "aman"}),
        ("kalibagor/pos-1", {"incident": "patroli"}), ("kalibagor/pos-1", {"incident": "nothing"}),
        ("kalibagor/pos-1", {"status": "Test"}), ("kalibagor/pos-1", {"age_s": 171.0}),
        ("kalibagor/pos-1", {"age_s": None}), ("kalibagor/pos-1", {"identifier": ""}),
        ("kalibagor/pos-1", {"identifier": "x" * 129}),
    ],
)
def test_what_is_another_villages_or_no_alarm_or_nearly_over_is_not_taken_up(
    post: str, members: dict[str, object]
) -> None:
    world = started()
    sounds(world, 110.0, post, **members)

    assert world.beacon().alarms == ()


@pytest.mark.parametrize("identifier", ["a", None])
def test_what_was_cleared_here_is_not_taken_up_again_though_a_post_goes_on(identifier: str | None) -> None:
    world = started()
    world.alarm(at=110.0, raw=b"" if identifier is None else b'{"identifier":"a"}')
    world.alarm("aman", 120.0)
    sounds(world, 121.0, identifier=identifier, age_s=11.0)

    assert world.beacon().alarms == ()


def test_what_an_exercises_all_clear_ended_is_not_taken_up_again() -> None:
    world = started()
    world.alarm(at=110.0, status="Exercise")
    world.alarm("aman", 120.0, status="Exercise")
    sounds(world, 121.0, identifier=None, age_s=10.5, status="Exercise")

    assert world.beacon().alarms == ()


def test_what_the_broker_retained_of_a_post_is_not_taken_up() -> None:
    world = started()
    about = {"incident": "kebakaran", "village": "kalibagor", "identifier": "a", "age_s": 30.0}
    body = json.dumps({"boot": "n1", "sounding": about}).encode()
    world.hear("kalibagor/node/pos-1/status", body, 110.0, retain=True)

    assert world.beacon().alarms == ()


def test_a_post_that_still_sounds_what_nobody_could_date_dates_it() -> None:
    world = started(stored(shift=None), synced=False)
    sounds(world, 110.0, age_s=70.0)

    assert world.listed() == ["kebakaran kalibagor a 70+110"]


def test_a_post_that_reports_alarms_without_end_raises_no_more_of_a_kind_than_by_raising_them() -> None:
    world = started()
    for number in range(100):
        sounds(world, 110.0 + number / 10, identifier=f"x{number}", age_s=169.95)  # over 10 s later
        world.feed(Tick(), 110.0 + number / 10)
        world.state = replace(world.state, alarms={})

    assert len([each for each in world.told() if each.startswith("restored")]) < 15
