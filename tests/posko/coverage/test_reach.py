"""How far posts are heard, and how much of a village that is. Expected values are worked out by hand."""

import math
from dataclasses import replace

import pytest

from contract.domain.district import Level, Post
from posko.coverage.core import reach
from posko.coverage.core.reach import DENSE_DB, LEAST_LOSS_DB, LOSS_DB, RURAL_DB, Share, at_30m, coverage, reach_m
from tests.posko.coverage.squares import LOUD, at, district, one, square


@pytest.mark.parametrize(("limit_db", "loss_db", "metres"), [
    (DENSE_DB, LOSS_DB, 240.0),  # three doublings of 30 m
    (RURAL_DB, LOSS_DB, 480.0),
    (DENSE_DB, LEAST_LOSS_DB, 960.0),  # five
    (RURAL_DB, LEAST_LOSS_DB, 3047.9),
])
def test_a_siren_of_100_db_at_30_m(limit_db: float, loss_db: float, metres: float) -> None:
    assert reach_m(100.0, limit_db, loss_db) == pytest.approx(metres, abs=0.1)


def test_a_level_at_1_m_loses_6_db_by_doubling_up_to_30_m() -> None:
    assert at_30m(Level(at_1m=120.0)) == pytest.approx(90.56, abs=0.01)
    assert at_30m(Level(at_30m=100.0)) == 100.0
    # What is too weak at 30 m has the limit nearer: 90 dB at 1 m is 70 dB after 3.33 doublings, by either loss.
    weak = at_30m(Level(at_1m=90.0))
    assert reach_m(weak, DENSE_DB, LOSS_DB) == reach_m(weak, DENSE_DB, LEAST_LOSS_DB) == pytest.approx(10.1, 0.01)


@pytest.mark.parametrize(("radius_m", "percent"), [(750, 2.8), (1585, 0.62)])
def test_one_small_horn_of_120_db_covers_hardly_anything_of_a_desa(radius_m: float, percent: float) -> None:
    turns = [turn * math.pi / 90 for turn in range(180)]
    corners = [(radius_m * math.sin(turn), radius_m * math.cos(turn)) for turn in turns]
    desa = replace(square("Kotakan", {"pos": Post("Pos", at=at(0), siren_db=Level(at_1m=120.0))}),
                   outline=tuple(at(*corner) for corner in corners))
    found = coverage(district(kotakan=desa))

    assert found is not None
    assert found.shares[0].dense == pytest.approx(percent / 100, rel=0.02)
    assert found.shares[0].is_low


def shares(*found: reach.Coverage | None) -> list[tuple[float | None, float | None, int]]:
    return [(share.dense, share.rural, share.unknown) for each in found if each is not None for share in each.shares]


def area(dense: float, rural: float, unknown: int = 0) -> tuple[object, object, int]:
    return pytest.approx(dense, abs=0.002), pytest.approx(rural, abs=0.002), unknown


def test_a_circle_in_the_middle_of_a_square() -> None:
    found = coverage(one(pos=Post("Pos", at=at(0), siren_db=LOUD)))

    assert shares(found) == [area(math.pi * 0.24**2, math.pi * 0.48**2)]


def test_only_what_lies_within_the_outline_counts() -> None:
    found = coverage(one(pos=Post("Pos", at=at(500, 500), siren_db=LOUD)))  # a corner: a quarter of it

    assert shares(found) == [area(math.pi * 0.24**2 / 4, math.pi * 0.48**2 / 4)]


def test_what_two_posts_cover_counts_once() -> None:
    posts = {name: Post("Pos", at=at(0), siren_db=LOUD) for name in ("satu", "dua")}

    assert shares(coverage(one(**posts))) == [area(math.pi * 0.24**2, math.pi * 0.48**2)]


def test_an_outline_that_turns_inward_is_not_filled_up() -> None:
    """An L: the square without its north-east quarter. Where it turns, three quarters of a circle are inside."""
    ell = tuple(at(*each) for each in ((-500, -500), (-500, 500), (0, 500), (0, 0), (500, 0), (500, -500)))
    desa = replace(square("Kotakan", {"pos": Post("Pos", at=at(0, 0), siren_db=LOUD)}), outline=ell)

    assert shares(coverage(district(kotakan=desa))) == [area(math.pi * 0.24**2, math.pi * 0.48**2)]  # 3/4 of 3/4


def test_the_louder_device_of_a_post_counts() -> None:
    found = coverage(one(
        pos=Post("Pos", at=at(0), siren_db=Level(at_30m=60.0), loudspeaker_db=Level(at_1m=100 + 29.44)),
    ))

    assert found is not None
    assert found.sites[0].db_30m == pytest.approx(100.0, abs=0.01)


def test_a_post_without_a_place_or_a_level_is_not_known_and_never_counts() -> None:
    placed, levelled = Post("Pos", at=at(0)), Post("Pos", siren_db=LOUD)
    known = Post("Pos", at=at(0), siren_db=LOUD)

    assert shares(coverage(one(satu=placed, dua=levelled))) == [(None, None, 2)]
    assert shares(coverage(one(satu=placed, dua=known))) == [area(math.pi * 0.24**2, math.pi * 0.48**2, 1)]
    assert not Share("kotakan", None, None, 2).is_low  # nobody knows


def test_a_village_without_a_post_has_nothing_and_one_without_an_outline_is_not_known() -> None:
    known = Post("Pos", at=at(0), siren_db=LOUD)
    bare = district(kotakan=square("Kotakan", {"pos": known}, is_outlined=False))

    assert shares(coverage(one())) == [(0.0, 0.0, 0)]
    assert shares(coverage(bare)) == [(None, None, 0)]


def test_a_neighbours_post_does_not_count_but_one_that_hears_all_does() -> None:
    """A theft is sounded in its own village alone."""
    neighbour = Post("Pos", at=at(0, 500), siren_db=LOUD)  # on the border
    both = {"kotakan": square("Kotakan", {}), "olean": square("Olean", {"pos": neighbour}, 1000, 2)}
    half = area(math.pi * 0.24**2 / 2, math.pi * 0.48**2 / 2)

    assert shares(coverage(district(**both))) == [(0.0, 0.0, 0), half]
    both["olean"] = square("Olean", {"pos": replace(neighbour, hears="all")}, 1000, 2)
    assert shares(coverage(district(**both))) == [half, half]


def test_a_post_far_outside_its_village_is_named() -> None:
    found = coverage(one(
        near=Post("Dekat", at=at(0, 1400), siren_db=LOUD), far=Post("Jauh", at=at(0, 1600), siren_db=LOUD),
        inside=Post("Dalam", at=at(0, 100), siren_db=LOUD), nowhere=Post("Tanpa letak", siren_db=LOUD),
    ))

    assert found is not None
    assert [site.name for site in found.strays] == ["Jauh"]


def test_without_any_place_there_is_no_map() -> None:
    desa = replace(square("Kotakan", {"pos": Post("Pos", siren_db=LOUD)}), outline=(), at=None)

    assert coverage(district(kotakan=desa)) is None
