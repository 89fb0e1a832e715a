"""Who beats when: the colours of posts within earshot of each other, from the district file alone."""

from dataclasses import replace
from itertools import combinations, pairwise
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.district import District, Post, Village, read_district
from contract.domain.rhythm import ALONE, Slot
from contract.domain.slots import MOST, Earshot, Shared, Slots, distance_m, shared, slots, sounding
from tests.contract import shipped
from tests.contract.shipped import faults, plain, quick

T = TypeVar("T")
HERE = (-7.7, 114.0)
METRE = 1 / 111_195.0  # in degrees of latitude


def north(metres: float, east: float = 0.0) -> tuple[float, float]:
    """The place so many metres north, and *east*, of HERE."""
    return HERE[0] + metres * METRE, HERE[1] + east * METRE / 0.99098  # cos(7.7 degrees)


def village(posts: dict[str, Post], neighbours: tuple[str, ...] = ()) -> Village:
    return Village("Desa", "desa", "35.12.07.2001", neighbours, posts)


def district(villages: dict[str, Village], earshot_m: float = 500.0) -> District:
    return District("situbondo", "Kecamatan", "35.12.07", "jawa-timur", villages, earshot_m=earshot_m)


def in_a_row(*metres: float, earshot_m: float = 500.0) -> District:
    """A village whose posts a, b, c … stand in a row, so many metres from its beginning."""
    posts = {"abcdefghij"[place]: Post("Pos", at=north(each)) for place, each in enumerate(metres)}
    return district({"desa": village(posts)}, earshot_m)


def of(found: District, *names: str) -> dict[str, tuple[int, int]]:
    """The slots of *names*, else of all posts: number and count, by the post's name in a village of its own."""
    all_ = [f"{slug}/{post}" for slug, each in found.villages.items() for post in each.posts]
    of_ = slots(Earshot(found), names or all_).of
    return {name.removeprefix("desa/"): (slot.number, slot.count) for name, slot in of_.items()}


@pytest.mark.parametrize(("one", "other", "metres"), [
    ((-7.7019, 113.9908), (-7.7019, 113.9908), 0.0),
    ((-7.7019, 113.9908), (-7.7020, 114.0059), 1664.0),  # the centres of Patokan and Dawuhan
    ((0.0, 100.0), (1.0, 100.0), 111_195.0),  # a degree of the meridian
    ((0.0, 100.0), (0.0, 101.0), 111_195.0),
    ((60.0, 100.0), (60.0, 101.0), 55_597.0),
])
def test_distances_are_those_on_a_sphere(
    one: tuple[float, float], other: tuple[float, float], metres: float
) -> None:
    assert distance_m(one, other) == pytest.approx(metres, abs=2.0)
    assert distance_m(other, one) == distance_m(one, other)


def test_a_post_that_nobody_is_in_earshot_of_has_the_round_for_itself() -> None:
    assert of(in_a_row(0)) == {"a": (0, 1)}
    assert of(in_a_row(0, 501)) == {"a": (0, 1), "b": (0, 1)}
    assert Slot(0, 1) == ALONE


def test_two_posts_within_earshot_have_two_slots_in_the_order_of_their_names() -> None:
    assert of(in_a_row(0, 499)) == {"a": (0, 2), "b": (1, 2)}


def test_of_three_in_a_row_the_outer_two_beat_together() -> None:
    assert of(in_a_row(0, 400, 800)) == {"a": (0, 2), "b": (1, 2), "c": (0, 2)}


def test_a_round_is_as_long_as_a_posts_own_cluster_needs_and_not_the_whole_district() -> None:
    assert of(in_a_row(0, 100, 200, 5000, 5100, 9000)) == {
        "a": (0, 3), "b": (1, 3), "c": (2, 3), "d": (0, 2), "e": (1, 2), "f": (0, 1),
    }


def test_only_those_that_sound_the_alarm_have_slots() -> None:
    assert of(in_a_row(0, 100, 200), "desa/b", "desa/c") == {"b": (0, 2), "c": (1, 2)}


def test_a_louder_post_is_in_earshot_from_farther_away() -> None:
    posts = {"a": Post("Pos", at=north(0)), "b": Post("Pos", at=north(900), earshot_m=1000.0), "c": Post("Pos")}
    apart = district({"desa": village({name: posts[name] for name in "ab"})})
    quiet = district({"desa": village({"a": posts["a"], "b": replace(posts["b"], earshot_m=50.0)})})

    assert of(apart) == {"a": (0, 2), "b": (1, 2)}
    assert of(quiet) == {"a": (0, 1), "b": (0, 1)}
    assert of(in_a_row(0, 499, earshot_m=400.0)) == {"a": (0, 1), "b": (0, 1)}


def test_a_post_without_a_place_is_in_earshot_of_its_own_villages_posts_and_of_no_other() -> None:
    found = district({
        "kalibagor": village({"a": Post("Pos", at=north(0)), "b": Post("Pos"), "c": Post("Pos", at=north(3000))}),
        "kotakan": village({"a": Post("Pos", at=north(10_000)), "b": Post("Pos", at=north(3100))}),
    })

    assert of(found) == {
        "kalibagor/a": (0, 2), "kalibagor/b": (1, 2), "kalibagor/c": (0, 2),
        "kotakan/b": (1, 2), "kotakan/a": (0, 1),
    }


def test_where_five_are_in_earshot_of_each_other_the_two_that_are_farthest_apart_share_a_slot() -> None:
    found = in_a_row(0, 70, 490, 150, 300)  # a and c are 490 m apart
    result = slots(Earshot(found), sounding(found, shipped.catalogue(), "desa", "kebakaran"))

    assert {name: slot.number for name, slot in result.of.items()} == {
        "desa/a": 0, "desa/b": 1, "desa/c": 0, "desa/d": 2, "desa/e": 3,
    }
    assert result.shared == (Shared("desa/a", "desa/c", None),)
    assert result.shared[0].apart_m == pytest.approx(490, abs=1)


def test_posts_without_a_place_share_before_those_that_are_known_to_be_near() -> None:
    posts = {name: Post("Pos") for name in "abcde"} | {"x": Post("Pos", at=north(0)), "y": Post("Pos", at=north(90))}
    found = district({"desa": village(posts)})
    result = slots(Earshot(found), sounding(found, shipped.catalogue(), "desa", "kebakaran"))

    assert result.of["desa/x"] != result.of["desa/y"]
    assert {(each.one, each.other, each.apart_m) for each in result.shared} == {
        ("desa/a", "desa/e", None), ("desa/b", "desa/x", None), ("desa/c", "desa/y", None),
    }


def test_five_in_one_spot_use_all_four_slots() -> None:
    assert of(in_a_row(0, 0, 0, 0, 0)) == {"a": (0, 4), "b": (1, 4), "c": (2, 4), "d": (3, 4), "e": (0, 4)}


def test_the_pairs_of_a_district_are_those_of_every_alarm_in_it() -> None:
    near = {name: Post("Pos", at=north(10.0 * place)) for place, name in enumerate("abc")}
    more = {name: Post("Pos", at=north(10.0 * place)) for place, name in enumerate("de", 3)}
    apart = {"kalibagor": village(near), "kotakan": village(more)}
    together = {"kalibagor": village(near, ("kotakan",)), "kotakan": village(more, ("kalibagor",))}

    for villages in (apart, together):  # a disaster reaches both in any case
        assert [(each.one, each.other) for each in shared(district(villages), shipped.catalogue())] == [
            ("kalibagor/a", "kotakan/e"),
        ]
    assert shared(district({"kalibagor": village(near)}), shipped.catalogue()) == ()
    assert shared(shipped.district(), shipped.catalogue()) == ()


def test_the_shipped_district_has_the_two_posts_of_patokan_one_after_the_other() -> None:
    names = sounding(shipped.district(), shipped.catalogue(), "patokan", "kebakaran")

    assert names == ("dawuhan/pos-1", "patokan/polsek", "patokan/pos-1", "talkandang/pos-1")
    assert slots(Earshot(shipped.district()), names) == Slots({
        "dawuhan/pos-1": Slot(0, 1), "patokan/polsek": Slot(0, 2), "patokan/pos-1": Slot(1, 2),
        "talkandang/pos-1": Slot(0, 1),
    })


@st.composite
def districts(draw: st.DrawFn) -> District:
    """Up to 14 posts in two villages; some without a place, some in one spot."""
    metres = st.one_of(st.floats(0, 800), st.sampled_from([0.0, 100.0, 500.0]))
    place = st.one_of(st.none(), *[st.builds(north, metres, metres)] * 4)
    posts = st.dictionaries(
        st.sampled_from([f"p{number}" for number in range(9)]),
        st.builds(Post, st.just("Pos"), at=place, earshot_m=st.one_of(st.none(), st.floats(50, 900))), max_size=7,
    )
    return district({"kalibagor": village(draw(posts), ("kotakan",)), "kotakan": village(draw(posts), ("kalibagor",))})


def are_near(found: District, one: str, other: str) -> bool:
    """Whether two posts are within earshot, as the settings' page says it, by its words alone."""
    (slug, post), (other_slug, other_post) = one.split("/"), other.split("/")
    here, there = found.villages[slug].posts[post], found.villages[other_slug].posts[other_post]
    if here.at is None or there.at is None:
        return slug == other_slug
    return distance_m(here.at, there.at) <= max(here.earshot_m or found.earshot_m, there.earshot_m or found.earshot_m)


@quick
@given(districts(), st.randoms(use_true_random=False))
def test_no_two_within_earshot_have_the_same_slot_unless_they_are_named_and_the_rounds_of_neighbours_are_as_long(
    found: District, random: Random
) -> None:
    names = [f"{slug}/{post}" for slug, each in found.villages.items() for post in each.posts]
    chosen = [name for name in names if random.random() < 0.8]
    result = slots(Earshot(found), chosen)

    assert result.of.keys() == set(chosen)
    assert all(0 <= slot.number < slot.count <= MOST for slot in result.of.values())
    alike = {
        (one, other) for one, other in combinations(sorted(chosen), 2)
        if are_near(found, one, other) and result.of[one].number == result.of[other].number
    }
    assert {(each.one, each.other) for each in result.shared} == alike
    assert all(
        result.of[one].count == result.of[other].count for one, other in combinations(chosen, 2)
        if are_near(found, one, other)
    )


@quick
@given(districts(), st.randoms(use_true_random=False))
def test_every_box_comes_to_the_same_slots_in_whatever_order_the_file_and_the_posts_stand(
    found: District, random: Random
) -> None:
    def shuffled(items: dict[str, T]) -> dict[str, T]:
        return dict(random.sample(list(items.items()), len(items)))

    villages = {slug: replace(each, posts=shuffled(each.posts)) for slug, each in shuffled(found.villages).items()}
    other = replace(found, villages=villages)
    names = [f"{slug}/{post}" for slug, each in villages.items() for post in each.posts]

    assert slots(Earshot(other), names) == slots(Earshot(found), sorted(names))


@quick
@given(districts())
def test_the_nearest_stay_apart_if_four_slots_are_enough_for_any_pair_at_all(found: District) -> None:
    """Where some share, some farther pair was given up before: the nearest pair of all never shares."""
    names = [f"{slug}/{post}" for slug, each in found.villages.items() for post in each.posts]
    earshot = Earshot(found)
    result = slots(earshot, names)
    lengths = {(one, other): apart_m for one in names for other, apart_m in earshot.near[one].items() if one < other}
    known = {(each.one, each.other): each.apart_m for each in result.shared if each.apart_m is not None}
    if known and min(lengths.values()) < min(known.values()):
        (one, other) = min(lengths, key=lambda pair: lengths[pair])
        assert result.of[one].number != result.of[other].number


# The settings


def test_places_and_earshots_are_read() -> None:
    written = plain("situbondo.yaml")
    written["earshot_m"] = 300
    written["villages"]["kotakan"]["at"] = [-7.7433, 114.0015]
    written["villages"]["kotakan"]["posts"]["pos-1"] |= {"at": [-7.74, 114], "earshot_m": 800}
    found = read_district(written)

    assert (found.earshot_m, shipped.district().earshot_m) == (300.0, 500.0)
    assert found.villages["kotakan"].at == (-7.7433, 114.0015)
    assert found.villages["kotakan"].posts["pos-1"] == Post(
        "Pos Kamling Kotakan", at=(-7.74, 114.0), earshot_m=800.0)


@pytest.mark.parametrize(("at", "fault"), [
    ("-7.7, 114.0", "must be [latitude, longitude] such as [-7.7019, 113.9908], not '-7.7, 114.0'"),
    ([-7.7], "must be [latitude, longitude] such as [-7.7019, 113.9908], not [-7.7]"),
    ([114.0, -7.7], "the latitude comes first: write [-7.7, 114.0]"),
])
def test_a_place_that_is_none_is_refused(at: object, fault: str) -> None:
    written = plain("situbondo.yaml")
    written["villages"]["kotakan"]["posts"]["pos-1"]["at"] = at

    assert faults(lambda: read_district(written)) == (f"villages.kotakan.posts.pos-1.at: {fault}",)


@pytest.mark.parametrize(("at", "fault"), [
    ([float("inf"), 113], "at.latitude: must be a number from -11.5 to 6.5 degrees, not inf"),
    ([95, -12], "at.latitude: must be a number from -11.5 to 6.5 degrees, not 95"),
])
def test_a_place_is_turned_round_only_where_that_makes_it_one(at: object, fault: str) -> None:
    written = plain("situbondo.yaml")
    written["villages"]["kotakan"]["posts"]["pos-1"]["at"] = at

    assert faults(lambda: read_district(written))[0] == f"villages.kotakan.posts.pos-1.{fault}"


def test_distances_that_only_the_last_digit_of_a_sine_tells_apart_are_equal_on_every_machine() -> None:
    row = [(-7.7, 114.0 + number / 1000) for number in range(60)]

    assert len({distance_m(one, other) for one, other in pairwise(row)}) == 1


def test_a_place_outside_indonesia_and_an_earshot_that_no_drum_has_are_refused() -> None:
    written = plain("situbondo.yaml")
    written["earshot_m"] = 20
    written["villages"]["kotakan"]["at"] = [7.7433, 14.0015]

    assert faults(lambda: read_district(written)) == (
        "villages.kotakan.at.latitude: must be a number from -11.5 to 6.5 degrees, not 7.7433",
        "earshot_m: must be a number from 50 to 5000 m, not 20",
    )
