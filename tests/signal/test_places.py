"""At how many places a listener names the code: what posts that beat one after the other are for."""

import math
from functools import cache

import numpy as np
import pytest

from contract.domain.incidents import cycles
from testing import places
from testing.decoder import PUBLISHED
from testing.places import Code, Manner, Plain, listeners, plain, share_understood
from tests.contract import shipped
from tests.signal.conftest import Record
from tests.signal.recorder import RATE, STROKE

# Few places, for time; `python -m benchmarks heard` looks at all of the 50 m grid.
COARSE_M, MIDDLING_M = 150.0, 100.0


@cache
def codes(slots: int = 1) -> list[Code]:
    families = {name: shipped.family(name) for name in shipped.FAMILIES}
    return places.countable_codes(shipped.catalogue(), families, STROKE, slots)


def thief() -> Code:
    return next(code for code in codes() if code.published == "●●‖")


def test_every_code_of_every_family_whose_strokes_are_counted_is_tried() -> None:
    for slots in (1, 2, 3, 4):
        assert {code.published for code in codes(slots)} == {
            "●●‖", "●●●‖", "●●●●‖", "●●●●●‖", "● ●●●‖", "●● ●●●‖", "●●● ●‖", "● ●●●●●●● ●", "● ●●●",
        }
    named = [name for code in codes() for name in code.names]
    assert sorted(named) == sorted(
        f"{family}/{incident}" for family, written in PUBLISHED.items()
        for incident, code in written.items() if "●●" in code
    )


def test_what_the_listeners_hear_is_what_the_loudspeaker_records(record: Record) -> None:
    all_ = cycles(shipped.catalogue(), shipped.family("jawa-timur"))
    for incident in ("pencurian", "kecelakaan", "aman"):
        code = next(each for each in codes() if f"jawa-timur/{incident}" in each.names)
        recorded = record(all_[incident], 1.0)
        assert np.array_equal(code.signal[:len(recorded)], recorded)
        assert not code.signal[len(recorded):].any()


def test_listeners_stand_on_a_grid_and_no_farther_than_the_border_from_a_post() -> None:
    # Around one post, in steps of 150 m from its centre half a step off: four at 106 m, eight at 237 m.
    assert sorted(listeners(((0.0, 0.0),), 150.0).values()) == [4, 8]
    two = listeners(((0.0, 0.0), (200.0, 0.0)), 50.0)
    assert all(min(math.dist(place, post) for post in ((0, 0), (200, 0))) <= 300 for place in two)
    assert sum(two.values()) == 160  # their area is 400,483 m2


@pytest.mark.parametrize(("loss_db", "metres", "gain"), [
    (6.0, 300, 1.0), (6.0, 150, 1.995), (6.0, 600, 0.501), (10.0, 150, 3.162), (10.0, 75, 10.0), (10.0, 600, 0.316),
])
def test_sound_loses_so_many_decibels_with_each_doubling_of_the_distance(
    loss_db: float, metres: float, gain: float
) -> None:
    assert plain(2, 200.0, loss_db).gain(metres) == pytest.approx(gain, abs=0.001)


def test_three_posts_stand_as_far_from_each_other() -> None:
    one, two, three = plain(3, 400.0, 6.0).posts
    assert [math.dist(one, two), math.dist(two, three), math.dist(three, one)] == pytest.approx([400, 400, 400])


def test_noise_has_the_spectrum_of_speech() -> None:
    noise = places.speech_noise()
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)
    around = {at: 10 * np.log10(power[(hertz > at * 0.98) & (hertz < at * 1.02)].mean()) for at in (500, 1000, 4000)}

    assert np.sqrt(np.mean(noise**2)) == pytest.approx(1.0, abs=0.001)
    assert around[500] - around[1000] == pytest.approx(9.26, abs=0.5)  # ANSI S3.5-1997: 34.27 and 25.01 dB
    assert around[1000] - around[4000] == pytest.approx(15.68, abs=0.5)  # 25.01 and 9.33 dB


@pytest.mark.parametrize("scene", [
    plain(2, 200.0, 6.0), plain(2, 800.0, 10.0), plain(3, 100.0, 6.0), plain(3, 200.0, 10.0),
], ids=lambda scene: f"{len(scene.posts)} posts {scene.posts[1][0]:g} m apart, {scene.loss_db:g} dB")
def test_every_code_is_named_nearly_everywhere_where_posts_beat_one_after_the_other(scene: Plain) -> None:
    tried = codes(len(scene.posts))
    shares = {code.published: share_understood(code, scene, Manner.IN_TURN, COARSE_M) for code in tried}

    assert {published for published, share in shares.items() if share < 0.99} == set()


def test_in_one_of_four_slots_every_code_is_still_beaten_often_enough_to_be_named() -> None:
    scene = plain(1, 0.0, 6.0)
    shares = {code.published: share_understood(code, scene, Manner.ALONE, COARSE_M) for code in codes(4)}

    assert {published for published, share in shares.items() if share < 0.99} == set()


def test_one_post_alone_is_understood_and_two_at_once_are_not_in_phase_or_out_of_it() -> None:
    scene = plain(2, 200.0, 6.0)
    shares = {manner: share_understood(thief(), scene, manner, MIDDLING_M) for manner in Manner}

    assert shares[Manner.ALONE] == 1.0
    assert shares[Manner.IN_TURN] == 1.0
    assert shares[Manner.IN_PHASE] < 0.8
    assert shares[Manner.UNSYNCHRONISED] < 0.8
