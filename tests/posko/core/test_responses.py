"""Who responds to an alarm: kept and repeated, counted once, of its own village, and missed where nobody does."""

from dataclasses import replace

import pytest

from contract.domain.alarm import Key
from contract.wire.beacon import BUDGET
from contract.wire.response import Step
from posko.core.effects import SaveResponse
from posko.core.events import Instant, Loaded, StoredResponse
from runtime.core.effects import Publish
from tests.posko.core.world import FIRE, World, make_setup, names, stored, stored_case

FLOOD = Key("semua", "banjir")


def burning(unanswered_s: float = 0.0) -> World:
    """A fire in Kalibagor, called a, in force since 10."""
    world = World(setup=replace(make_setup(), unanswered_s=unanswered_s)).ready()
    world.alarm("kebakaran", 10.0, identifier="a")
    return world


def told(world: World, kind: str) -> list[str]:
    """Every event of *kind*: whom and what it is about."""
    return [
        " ".join(str(event.get(name, "")) for name in ("incident", "village", "identifier", "by", "step")).strip()
        for event in world.events() if event["event"] == kind
    ]


def cases(world: World) -> list[dict[str, object]]:
    """The cases that the hub's status shows."""
    found = world.shown()["cases"]
    assert isinstance(found, list)
    return found


def test_a_response_is_written_down_then_repeated_and_reported() -> None:
    world = burning()
    done = world.respond("a", "menuju", 30.0)

    assert "respond kebakaran kalibagor a petugas/polsek menuju" in done
    assert done.index("respond kebakaran kalibagor a petugas/polsek menuju") < done.index("log responded kebakaran "
                                                                                           "kalibagor a petugas/polsek")
    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek menuju"]
    world.wait(40.0)
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 20"]


def test_how_far_anybody_is_goes_out_at_once_and_who_says_so_again_with_the_next_beacon() -> None:
    world = burning()
    world.wait(21.0)
    before = len(world.beacons())
    world.respond("a", "menuju", 21.0)
    world.wait(21.2)
    assert [beacon.alarms[0].step for _, beacon in world.beacons()[before:]] == ["menuju"]
    world.respond("a", "menuju", 21.3, by="petugas/koramil")
    world.wait(21.6)
    assert len(world.beacons()) == before + 1
    world.wait(27.0)
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 11, petugas/koramil menuju 11.3"]


def test_each_person_is_shown_with_the_farthest_step_and_who_is_farthest_comes_first() -> None:
    world = burning()
    for at, by, step in ((20.0, "petugas/polsek", "diterima"), (22.0, "kalibagor/pos-1", "menuju"),
                         (24.0, "petugas/polsek", "di-lokasi"), (26.0, "petugas/polsek", "menuju")):
        world.respond("a", step, at, by=by)
    world.wait(30.0)

    assert world.responses() == ["kebakaran di-lokasi: petugas/polsek di-lokasi 14, kalibagor/pos-1 menuju 12"]


def test_a_response_that_comes_again_is_one_and_is_reported_again() -> None:
    world = burning()
    for at in (20.0, 22.0, 24.0):
        world.respond("a", "menuju", at)

    assert len(world.did(SaveResponse)) == 1
    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek menuju"] * 3
    world.wait(30.0)
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 10"]


def test_what_the_disk_does_not_have_is_not_reported_and_stands_in_the_beacon_as_not_kept() -> None:
    world = burning()
    world.wait(12.0)
    world.disk = False
    for at in (20.0, 22.0):
        world.respond("a", "menuju", at)
    assert (told(world, "responded"), len(world.did(SaveResponse))) == ([], 1)
    world.wait(30.0)
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 10 not kept"]
    world.disk = True
    world.wait(40.0)

    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek menuju"]
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 10"]


def test_a_response_that_was_held_up_counts_from_when_it_was_given_but_not_from_before_the_alarm() -> None:
    world = burning()
    world.respond("a", "diterima", 30.0, age_s=5.0)
    world.respond("a", "menuju", 30.0, by="petugas/koramil", age_s=500.0)
    world.wait(40.0)

    assert world.responses() == ["kebakaran menuju: petugas/koramil menuju 0, petugas/polsek diterima 15"]


def test_every_name_of_a_merged_alarm_means_it() -> None:
    world = burning()
    world.alarm("kebakaran", 12.0, identifier="b")
    world.respond("b", "menuju", 20.0)
    world.respond("a", "menuju", 22.0)

    assert [effect.name.identifier for _, effect in world.done if isinstance(effect, SaveResponse)] == ["a"]
    assert told(world, "responded") == [f"kebakaran kalibagor {name} petugas/polsek menuju" for name in "ba"]


def test_one_may_respond_to_an_alarm_that_is_over_for_that_is_when_people_arrive() -> None:
    world = burning()
    world.alarm("aman", 60.0)
    world.wait(300.0)
    world.respond("a", "di-lokasi", 600.0)

    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek di-lokasi"]
    case = cases(world)[0]
    assert case["responses"] == [{"by": "petugas/polsek", "step": "di-lokasi"}]
    assert (case["identifier"], case["in_force"]) == ("a", False)


@pytest.mark.parametrize(("more", "reason"), [
    ({"identifier": "z"}, "nobody can respond to it: no alarm of this name was ever in force here"),
    ({"village": "kotakan"}, "nobody can respond to it: no alarm of this name was ever in force here"),
    ({"village": "kalibagr"}, "unknown village 'kalibagr'; did you mean kalibagor?"),
    ({"incident": "kebakarn"}, "unknown incident 'kebakarn'; did you mean kebakaran?"),
    ({"incident": "aman"}, "nobody can respond to it: no alarm of this name was ever in force here"),
    ({"step": "pulang"}, "response: step: 'pulang' is not allowed; use diterima or menuju or di-lokasi or selesai"),
    ({"by": ""}, "response: by: must not be empty"),
    ({"by": "x" * 81}, "response: by: has 81 characters; at most 80"),
    ({"by": "a\x1b[2J"}, "response: by: must be text that people can read; it holds U+001B"),
    ({"identifier": "a b"},
     "response: identifier: 'a b' is not allowed; use an identifier, of 1 to 64 printable ASCII characters"),
    ({"age_s": -1}, "response: age_s: must be a number of seconds, 0 or more"),
])
def test_what_is_no_response_to_an_alarm_of_the_topics_village_is_refused_with_the_reason(
    more: dict[str, object], reason: str
) -> None:
    world = burning()
    world.respond(at=20.0, **more)  # type: ignore[arg-type]

    assert (world.last()["event"], world.last()["reason"]) == ("refused", reason)
    assert world.did(SaveResponse) == []


def test_who_may_publish_for_one_village_responds_to_its_alarms_and_to_those_of_all_and_to_no_other() -> None:
    world = World().ready()
    world.alarm("banjir", 10.0, village="semua", identifier="s")
    world.alarm("kebakaran", 10.0, village="kotakan", identifier="k")
    world.respond("s", "menuju", 20.0, incident="banjir", village="kalibagor")
    world.respond("k", "menuju", 21.0, village="kalibagor")

    assert told(world, "responded") == ["banjir semua s petugas/polsek menuju"]
    assert world.events()[-1]["reason"] == "nobody can respond to it: no alarm of this name was ever in force here"
    assert next(event["place"] for event in world.events() if event["event"] == "responded") == "kalibagor"


def test_a_post_of_the_village_is_taken_at_its_word_and_everybody_else_only_claims() -> None:
    world = burning()
    for at, by in ((20.0, "kalibagor/pos-1"), (21.0, "kotakan/pos-1"), (22.0, "petugas/polsek")):
        world.respond("a", "menuju", at, by=by)

    assert [event.get("claimed") for event in world.events() if event["event"] == "responded"] == [None, True, True]


def test_a_retained_response_counts_and_is_cleared_away() -> None:
    world = burning()
    done = world.respond("a", "menuju", 20.0, retain=True)

    assert "clear away kentongan/situbondo/kalibagor/respon" in done
    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek menuju"]


def test_a_hub_that_starts_again_knows_who_responds() -> None:
    coming = StoredResponse("petugas/polsek", Step.COMING, "kalibagor", Instant(40.0, shift=0.0, wall=None))
    world = World(now=50.0)
    world.ready(Loaded((stored(),), (), names(a=False), cases=(stored_case(coming),)))
    world.wait(60.0)
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 30"]
    world.respond("a", "menuju", 61.0)

    assert world.did(SaveResponse) == []
    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek menuju"]


def test_who_came_for_an_alarm_that_was_cleared_is_not_coming_for_what_is_raised_again() -> None:
    world = burning()
    world.respond("a", "menuju", 20.0)
    world.alarm("aman", 30.0)
    world.alarm("kebakaran", 35.0, identifier="b")
    world.wait(40.0)
    assert world.responses() == ["kebakaran : "]
    world.respond("b", "menuju", 41.0)
    world.wait(50.0)
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 6"]


# Nobody responds.


def test_an_alarm_to_which_nobody_responds_is_reported_once() -> None:
    world = burning(unanswered_s=120.0)
    world.wait(129.9)
    assert told(world, "unanswered") == []
    world.alarm("kebakaran", 129.95, identifier="b")
    done = world.wait(500.0)

    assert "unanswered kebakaran kalibagor a" in done  # on the disk, before it is reported
    assert told(world, "unanswered") == ["kebakaran kalibagor b"]
    assert world.told_at("unanswered") == [130.0]
    assert cases(world)[0]["unanswered"] is True


@pytest.mark.parametrize("step", ["diterima", "menuju", "di-lokasi", "selesai"])
def test_any_response_in_time_is_one(step: str) -> None:
    world = burning(unanswered_s=120.0)
    world.respond("a", step, 129.0)
    world.wait(500.0)

    assert told(world, "unanswered") == []


def test_neither_an_exercise_nor_an_alarm_that_ended_nor_with_the_setting_0() -> None:
    exercise = World(setup=replace(make_setup(), unanswered_s=120.0)).ready()
    exercise.alarm("kebakaran", 10.0, identifier="a", status="Exercise")
    cleared = burning(unanswered_s=120.0)
    cleared.alarm("aman", 100.0)
    off = burning(unanswered_s=0.0)
    for world in (exercise, cleared, off):
        world.wait(500.0)

    assert [told(world, "unanswered") for world in (exercise, cleared, off)] == [[], [], []]


def test_an_alarm_that_lasts_less_long_is_reported_when_its_time_is_over() -> None:
    world = burning(unanswered_s=1000.0)
    world.wait(500.0)

    assert world.told_at("unanswered") == [190.0]


def test_a_hub_that_starts_again_reports_it_if_the_earlier_run_had_not() -> None:
    worlds = []
    for unanswered in (False, True):
        world = World(now=150.0, setup=replace(make_setup(), unanswered_s=120.0))
        world.ready(Loaded((stored(),), (), names(a=False), cases=(stored_case(unanswered=unanswered),)))
        world.wait(180.0)
        worlds.append(told(world, "unanswered"))

    assert worlds == [["kebakaran kalibagor a"], []]


# Bounds.


def test_whoever_pours_out_responses_fills_neither_the_disk_nor_the_beacon_and_hides_no_other_village() -> None:
    world = burning()
    world.alarm("pencurian", 12.0, village="kotakan", identifier="k")
    world.respond("k", "menuju", 13.0, village="kotakan", incident="pencurian", by="kotakan/pos-1")
    for number in range(3000):
        world.respond("a", "menuju", 20.0 + number * 0.02, by=f"petugas/{number:070}")
    world.wait(90.0)

    written = [effect for _, effect in world.done if isinstance(effect, SaveResponse)]
    assert len([each for each in written if each.response.place == "kalibagor"]) == 20 + 29  # at once, then one in 2 s
    fire, theft = (next(each for each in world.beacon().alarms if each.incident == incident)
                   for incident in ("kebakaran", "pencurian"))
    assert [(each.by, each.step) for each in theft.responses] == [("kotakan/pos-1", "menuju")]
    assert 5 <= len(fire.responses) <= 32
    assert all(len(effect.payload) <= BUDGET for _, effect in world.done
               if isinstance(effect, Publish) and effect.topic.endswith("/active"))
    assert len(world.state.cases[FIRE].responses) == 32


def test_responses_that_the_disk_does_not_take_do_not_pile_up() -> None:
    world = burning()
    world.wait(12.0)
    world.disk = False
    for number in range(400):
        world.respond("a", "menuju", 20.0 + number * 3, by=f"petugas/{number}")

    assert len(world.state.unsaved) == 100


def test_a_response_that_the_disk_gave_up_is_given_to_it_again_when_it_comes_again() -> None:
    world = burning()
    world.wait(12.0)
    world.disk = False
    for at in (20.0, 40.0, 49.9, 50.0, 60.0):
        world.respond("a", "menuju", at)
    assert world.did(SaveResponse) == [20.0, 50.0]
    world.stamps.clear()  # and it has given up both
    world.disk = True
    world.respond("a", "menuju", 90.0)
    world.wait(95.0)

    assert told(world, "responded") == ["kebakaran kalibagor a petugas/polsek menuju"]
    assert world.responses() == ["kebakaran menuju: petugas/polsek menuju 10"]
    assert world.state.unsaved == {}


def test_so_is_one_that_waits_behind_too_many_others() -> None:
    world = burning()
    world.wait(12.0)
    world.disk = False
    world.respond("a", "menuju", 20.0)
    for number in range(130):
        world.respond("a", "menuju", 21.0 + number * 3, by=f"petugas/{number % 20}", incident="kebakaran")
        world.respond("a", "diterima", 22.0 + number * 3, by=f"petugas/{number}")
    world.stamps.clear()
    world.disk = True
    world.respond("a", "menuju", 900.0)
    world.respond("a", "diterima", 901.0, by="petugas/129")

    assert told(world, "responded")[-2:] == [
        "kebakaran kalibagor a petugas/polsek menuju", "kebakaran kalibagor a petugas/129 diterima"]
