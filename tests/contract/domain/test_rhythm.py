"""The strokes of every published code, worked out on paper, and the cycles that they make.

Paper says: a stroke every 0.30 s, 0.45 s more for each space, 0.90 s more after the last stroke for the pause,
and 0.15 s from stroke to stroke of a titir.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.incidents import cycles
from contract.domain.rhythm import (
    Cycle,
    CyclePlan,
    Figure,
    Slot,
    Span,
    Tempo,
    alarm_cycle,
    drum_cycle,
    entered,
    exercise_cycle,
    figure,
    parse,
)
from tests.contract.shipped import FAMILIES, catalogue, family, quick

ONE = Figure((0.0,), 1.2, repeats=True)
TWO = Figure((0.0, 0.3), 1.5, repeats=True)
THREE = Figure((0.0, 0.3, 0.6), 1.8, repeats=True)
FOUR = Figure((0.0, 0.3, 0.6, 0.9), 2.1, repeats=True)
FIVE = Figure((0.0, 0.3, 0.6, 0.9, 1.2), 2.4, repeats=True)
ONE_THREE = Figure((0.0, 0.75, 1.05, 1.35), 2.55, repeats=True)
TWO_THREE = Figure((0.0, 0.3, 1.05, 1.35, 1.65), 2.85, repeats=True)
THREE_ONE = Figure((0.0, 0.3, 0.6, 1.35), 2.55, repeats=True)
TITIR = Figure((0.0,), 0.15, repeats=True)
THREE_APART = Figure((0.0, 3.0, 6.0), 7.2, repeats=False)
ONCE_ONE = Figure((0.0,), 1.2, repeats=False)
ONE_AND_THREE_APART = Figure((0.0, 3.0, 3.3, 3.6), 4.8, repeats=False)
ONCE_ONE_THREE = Figure((0.0, 0.75, 1.05, 1.35), 2.55, repeats=False)
DORO_MULUK = Figure((0.0, 0.75, 1.05, 1.35, 1.65, 1.95, 2.25, 2.55, 3.3), 4.5, repeats=False)

PUBLISHED = {
    "jawa-timur": {
        "pembunuhan": ONE,
        "pencurian": TWO,
        "perampokan": TWO,
        "kebakaran": THREE,
        **dict.fromkeys(("bencana", "banjir", "gempa", "longsor", "angin"), FOUR),
        "ternak": FIVE,
        "kecelakaan": ONE_THREE,
        "keributan": TWO_THREE,
        "pemerkosaan": TITIR,
        "lainnya": TITIR,
        "aman": DORO_MULUK,
        "patroli": THREE_APART,
    },
    "polri-bandung": {
        "pembunuhan": TITIR,
        "pencurian": TWO,
        "perampokan": TWO,
        "kebakaran": THREE,
        **dict.fromkeys(("bencana", "banjir", "gempa", "longsor", "angin"), THREE_ONE),
        "ternak": TITIR,
        "kecelakaan": ONE_THREE,
        "keributan": TWO_THREE,
        "pemerkosaan": TITIR,
        "lainnya": TITIR,
        "aman": ONCE_ONE,
        "patroli": THREE_APART,
    },
    "tni": {
        "pembunuhan": THREE,
        "pencurian": FIVE,
        "perampokan": TWO,
        "kebakaran": THREE,
        **dict.fromkeys(("bencana", "banjir", "gempa", "longsor", "angin"), FOUR),
        "ternak": TITIR,
        "kecelakaan": TITIR,
        "keributan": TITIR,
        "pemerkosaan": TITIR,
        "lainnya": TITIR,
        "aman": ONCE_ONE,
        "patroli": ONE_AND_THREE_APART,
    },
}


def rounded(beaten: Figure) -> Figure:
    """*beaten* to the microsecond, without the dust of adding up fractions."""
    return Figure(tuple(round(at, 6) for at in beaten.onsets_s), round(beaten.period_s, 6), beaten.repeats)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_incident_and_the_round_is_beaten_as_published(name: str) -> None:
    rhythms = {slug: incident.rhythm for slug, incident in catalogue().incidents.items() if incident.rhythm}
    rhythms["patroli"] = "patroli"

    assert {slug: rounded(family(name).figure(rhythm)) for slug, rhythm in rhythms.items()} == PUBLISHED[name]


def test_the_tempo_is_the_one_that_is_stated() -> None:
    assert Tempo() == Tempo(stroke_s=0.30, gap_s=0.45, pause_s=0.90, titir_s=0.15)
    assert {name: family(name).tempo for name in FAMILIES} == dict.fromkeys(FAMILIES, Tempo())


def test_each_further_space_widens_the_gap_by_as_much() -> None:
    assert rounded(figure(parse("● ●  ●   ●‖"), Tempo())).onsets_s == (0.0, 0.75, 1.95, 3.6)


def test_the_tempo_moves_every_stroke() -> None:
    slow = Tempo(stroke_s=0.5, gap_s=1.0, pause_s=2.0, titir_s=0.25)

    assert figure(parse("● ●●‖"), slow) == Figure((0.0, 1.5, 2.0), 4.5, repeats=True)
    assert figure(parse("●●●●…"), slow) == Figure((0.0,), 0.25, repeats=True)


def test_a_repeating_figure_has_an_interval_back_to_its_first_stroke_and_a_single_one_has_none() -> None:
    assert THREE.intervals_s == pytest.approx((0.3, 0.3, 1.2))
    assert ONE.intervals_s == pytest.approx((1.2,))
    assert ONCE_ONE_THREE.intervals_s == pytest.approx((0.75, 0.3, 0.3))
    assert ONCE_ONE.intervals_s == ()


def test_a_theft_is_the_siren_then_eight_figures_then_the_voice() -> None:
    cycle = alarm_cycle(TWO, CyclePlan())

    assert cycle.siren == Span(0.0, 5.0)
    assert cycle.strokes_s == pytest.approx(
        (6.0, 6.3, 7.5, 7.8, 9.0, 9.3, 10.5, 10.8, 12.0, 12.3, 13.5, 13.8, 15.0, 15.3, 16.5, 16.8)
    )
    assert cycle.voice == Span(19.0, 7.0)
    assert cycle.length_s == 26.0


def test_a_figure_that_would_not_fit_whole_is_left_out() -> None:
    cycle = alarm_cycle(ONE_THREE, CyclePlan())

    assert cycle.strokes_s == pytest.approx(
        (6.0, 6.75, 7.05, 7.35, 8.55, 9.3, 9.6, 9.9, 11.1, 11.85, 12.15, 12.45, 13.65, 14.4, 14.7, 15.0)
    )
    assert cycle.voice is not None
    assert (cycle.voice.at_s, cycle.voice.length_s) == pytest.approx((17.2, 7.0))
    assert cycle.length_s == 24.2


def test_a_figure_that_fits_to_the_last_instant_is_beaten() -> None:
    exactly_four = CyclePlan(rhythm_s=10.2)

    assert len(alarm_cycle(family("polri-bandung").figure("kecelakaan"), exactly_four).strokes_s) == 16


def test_a_titir_fills_its_twelve_seconds_evenly() -> None:
    cycle = alarm_cycle(TITIR, CyclePlan())

    assert cycle.strokes_s == pytest.approx([6.0 + 0.15 * n for n in range(80)])
    assert cycle.length_s == 26.0


def test_as_many_whole_figures_are_beaten_as_fit_into_twelve_seconds() -> None:
    sounded = cycles(catalogue(), family("jawa-timur"))
    strokes_of_one = {
        "pembunuhan": 1, "pencurian": 2, "perampokan": 2, "kebakaran": 3, "bencana": 4, "ternak": 5,
        "kecelakaan": 4, "keributan": 5, "pemerkosaan": 1, "lainnya": 1,
    }

    assert {name: len(sounded[name].strokes_s) / strokes for name, strokes in strokes_of_one.items()} == {
        "pembunuhan": 10, "pencurian": 8, "perampokan": 8, "kebakaran": 6, "bencana": 5, "ternak": 5,
        "kecelakaan": 4, "keributan": 4, "pemerkosaan": 80, "lainnya": 80,
    }


@pytest.mark.parametrize("name", FAMILIES)
def test_every_alarm_has_its_strokes_in_order_after_the_siren_and_before_the_voice(name: str) -> None:
    alarms = {slug: cycle for slug, cycle in cycles(catalogue(), family(name)).items() if cycle.siren}

    assert alarms.keys() == catalogue().incidents.keys() - {"aman", "lainnya"}  # these two are of low severity
    for cycle in (each for slug, each in alarms.items() if slug != "tsunami"):
        assert cycle.siren == Span(0.0, 5.0)
        assert cycle.voice is not None
        assert list(cycle.strokes_s) == sorted(set(cycle.strokes_s))
        assert cycle.strokes_s[0] == 6.0
        assert cycle.strokes_s[-1] + cycle.beat_s < cycle.voice.at_s
        assert cycle.voice.at_s + cycle.voice.length_s == pytest.approx(cycle.length_s)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_all_clear_and_the_round_are_beaten_once_without_a_siren_and_the_all_clear_is_spoken(name: str) -> None:
    sounded = cycles(catalogue(), family(name))

    for slug, voice_s in (("aman", 7.0), ("patroli", 0.0)):
        expected, cycle = PUBLISHED[name][slug], sounded[slug]
        assert cycle.strokes_s == pytest.approx([1.0 + onset for onset in expected.onsets_s])  # after the rest
        assert cycle.length_s == pytest.approx(1.0 + expected.period_s + voice_s)
        assert cycle.siren is None
        assert cycle.voice == (Span(cycle.strokes_s[0] + expected.period_s, voice_s) if voice_s else None)


def test_a_figure_longer_than_its_time_is_beaten_once_and_whole() -> None:
    plan = CyclePlan(siren_s=2.0, rest_s=0.5, rhythm_s=5.0, voice_s=3.0)

    assert alarm_cycle(THREE_APART, plan) == Cycle(
        13.2, Span(0.0, 2.0), (2.5, 5.5, 8.5), 0.15, Span(10.2, 3.0), figure=3, rest_s=0.5
    )


def test_a_figure_without_a_mark_is_beaten_once_in_an_alarm_too() -> None:
    assert alarm_cycle(ONCE_ONE_THREE, CyclePlan()).strokes_s == pytest.approx((6.0, 6.75, 7.05, 7.35))


def test_without_a_voice_slot_the_cycle_ends_after_the_rest() -> None:
    cycle = alarm_cycle(TWO, CyclePlan(voice_s=0.0))

    assert (cycle.voice, cycle.length_s) == (None, 19.0)


def test_an_output_that_beats_the_rhythm_is_off_again_before_the_next_stroke() -> None:
    assert [drum_cycle(beaten, CyclePlan()).beat_s for beaten in (TWO, ONCE_ONE)] == pytest.approx([0.15, 0.15])
    assert drum_cycle(TITIR, CyclePlan()).beat_s == pytest.approx(0.075)


# Slots.


def test_in_a_slot_the_drum_and_the_voice_come_after_those_of_the_slots_before() -> None:
    first, second = (alarm_cycle(TWO, CyclePlan(), Slot(number, 2)) for number in range(2))

    assert first == replace(alarm_cycle(TWO, CyclePlan()), length_s=46.0)  # 26 s, and 20 s more
    assert (second.siren, second.length_s, second.voice) == (Span(0.0, 5.0), 46.0, Span(39.0, 7.0))
    assert second.strokes_s == pytest.approx([at_s + 20.0 for at_s in first.strokes_s])


@pytest.mark.parametrize("name", FAMILIES)
def test_with_two_slots_everybody_has_received_every_code_within_45_s(name: str) -> None:
    for cycle in cycles(catalogue(), family(name), Slot(1, 2)).values():
        assert not cycle.strokes_s or cycle.strokes_s[-1] < 45.0


@pytest.mark.parametrize(("count", "figures", "length_s"), [(1, 5, 26.0), (2, 5, 46.0), (3, 3, 51.6), (4, 2, 57.2)])
def test_with_more_slots_each_is_shorter_but_a_figure_is_beaten_twice_at_least(
    count: int, figures: int, length_s: float
) -> None:
    """Five strokes and the pause take 2.4 s: in 12 s they go five times, in 8 s three times, in 6 s twice."""
    cycle = alarm_cycle(FIVE, CyclePlan(), Slot(count - 1, count))

    assert (len(cycle.strokes_s), round(cycle.length_s, 6)) == (5 * figures, length_s)


@quick
@given(
    st.sampled_from([ONE, TWO, FIVE, ONE_THREE, TITIR, THREE_APART, ONCE_ONE_THREE]), st.integers(1, 4), st.booleans(),
    st.builds(CyclePlan, siren_s=st.floats(1.0, 10.0), rest_s=st.floats(0.2, 5.0), rhythm_s=st.floats(5.0, 60.0),
              voice_s=st.sampled_from([0.0, 4.0, 7.0])),
)
def test_the_slots_of_a_round_follow_the_siren_one_after_the_other_and_fill_it(
    beaten: Figure, count: int, siren: bool, plan: CyclePlan
) -> None:
    at_s = plan.rest_s + plan.siren_s * siren
    for number in range(count):
        cycle = alarm_cycle(beaten, plan, Slot(number, count), siren=siren)
        assert cycle.strokes_s[0] == pytest.approx(at_s)
        ends_s = cycle.strokes_s[-1]
        at_s = cycle.voice.at_s + cycle.voice.length_s if cycle.voice is not None else (
            cycle.strokes_s[-len(beaten.onsets_s)] + beaten.period_s + plan.rest_s)
        assert at_s > ends_s
    assert cycle.length_s == pytest.approx(at_s)


def test_the_safe_code_and_its_words_have_slots_too() -> None:
    first, second = (drum_cycle(DORO_MULUK, CyclePlan(), Slot(number, 2), spoken=True) for number in range(2))

    assert (first.strokes_s[0], first.voice) == (1.0, Span(5.5, 7.0))  # the figure takes 4.5 s
    assert (second.strokes_s[0], second.voice) == (12.5, Span(17.0, 7.0))
    assert first.length_s == second.length_s == 24.0
    # So late the figure still has its pause before the next slot, or, in the last one, its round's end.
    assert first.strokes_s[-1] + first.spare_s + 1.2 == pytest.approx(second.strokes_s[0])
    assert second.strokes_s[-1] + second.spare_s == pytest.approx(second.length_s)


# The siren of minutes.

TSUNAMI = alarm_cycle(None, CyclePlan(siren_s=180.0, voice_s=8.0), Slot(1, 2))


def test_a_siren_of_three_minutes_is_followed_by_the_voices_alone() -> None:
    assert Cycle(197.0, Span(0.0, 180.0), (), 0.15, Span(189.0, 8.0)) == TSUNAMI
    assert cycles(catalogue(), family("tni"), Slot(1, 2))["tsunami"] == TSUNAMI


def test_an_exercise_of_it_has_short_bursts_from_its_first_second_on() -> None:
    assert (exercise_cycle(TSUNAMI).burst_s, exercise_cycle(THEFT).burst_s) == (2.0, 1.0)


@pytest.mark.parametrize(("at_s", "siren_s", "voice"), [
    (60.0, 120.0, True), (175.0, 10.0, True), (178.5, 10.0, True), (179.0, 10.0, False), (192.0, 5.0, False),
])
def test_who_comes_into_it_late_ends_it_with_the_others(at_s: float, siren_s: float, *, voice: bool) -> None:
    left = entered(TSUNAMI, at_s)

    assert left == replace(TSUNAMI, siren=Span(at_s, siren_s), voice=TSUNAMI.voice if voice else None)


# Coming into a round after its start.

THEFT = alarm_cycle(TWO, CyclePlan(voice_s=4.0))  # figures at 6, 7.5, 9 … 16.5; the voice at 19; 23 s in all
FIGURES = st.sampled_from([ONE, TWO, THREE, FOUR, FIVE, ONE_THREE, THREE_ONE, TITIR, THREE_APART, ONCE_ONE_THREE])
PLANS = st.builds(
    CyclePlan, siren_s=st.floats(1.0, 10.0), rest_s=st.floats(0.2, 5.0), rhythm_s=st.floats(5.0, 60.0),
    voice_s=st.sampled_from([0.0, 4.0, 7.0]),
)


def test_the_drum_can_be_joined_at_the_first_stroke_of_each_figure() -> None:
    assert THEFT.entries_s == (6.0, 7.5, 9.0, 10.5, 12.0, 13.5, 15.0, 16.5)
    assert drum_cycle(DORO_MULUK, CyclePlan()).entries_s == (1.0,)
    assert alarm_cycle(TITIR, CyclePlan()).entries_s == alarm_cycle(TITIR, CyclePlan()).strokes_s


@pytest.mark.parametrize("at_s", [0.0, -1.0])
def test_who_comes_in_at_a_rounds_start_hears_all_of_it(at_s: float) -> None:
    assert entered(THEFT, at_s) == THEFT


@pytest.mark.parametrize(
    ("at_s", "siren_s", "figures_left", "voice"),
    [
        (0.25, 5.0, 8, True), (0.5, 5.0, 8, True), (0.75, 5.0, 7, True), (2.0, 5.0, 7, True), (2.25, 5.0, 6, True),
        (11.0, 5.0, 1, True), (11.25, 5.0, 0, True), (13.5, 5.0, 0, True), (13.75, 5.0, 0, False),
        (17.0, 5.0, 0, False),  # up to 22, and the rest before the next round's siren
        (17.25, 5.75, 0, False),  # … for which there is no more time: it goes on into the next round's
        (18.0, 5.0, 0, False), (20.0, 3.0, 0, False), (22.75, 0.25, 0, False),
    ],
)
def test_who_comes_in_later_has_the_siren_at_once_and_of_the_drum_the_figures_that_are_left_after_it(
    at_s: float, siren_s: float, figures_left: int, voice: bool
) -> None:
    assert entered(THEFT, at_s) == replace(
        THEFT, siren=Span(at_s, siren_s), strokes_s=THEFT.strokes_s[16 - 2 * figures_left:],
        voice=Span(19.0, 4.0) if voice else None,
    )


def test_a_code_without_a_siren_is_joined_at_a_figure_too() -> None:
    code = drum_cycle(DORO_MULUK, CyclePlan())

    assert entered(code, 1.0) == code
    assert entered(code, 1.25) == replace(code, strokes_s=())


@quick
@given(FIGURES, PLANS, st.floats(0.0, 1.0, exclude_max=True))
def test_whoever_comes_in_late_hears_a_whole_siren_then_whole_figures_in_their_places(
    beaten: Figure, plan: CyclePlan, share: float
) -> None:
    cycle = alarm_cycle(beaten, plan)
    at_s = share * cycle.length_s
    left = entered(cycle, at_s)
    assert left.siren is not None
    over_s = at_s + plan.siren_s + plan.rest_s
    free_s = over_s - plan.rest_s / 2
    ends_s = left.siren.at_s + left.siren.length_s

    assert (left.length_s, left.beat_s, left.figure) == (cycle.length_s, cycle.beat_s, cycle.figure)
    assert left.siren.at_s == at_s
    if over_s > cycle.length_s + 1e-6:
        assert ends_s == pytest.approx(cycle.length_s)  # where the next round's begins; together they are whole
    elif over_s < cycle.length_s - 1e-6:
        assert ends_s == pytest.approx(at_s + plan.siren_s)
    begun = len(cycle.strokes_s) - len(left.strokes_s)
    assert left.strokes_s == cycle.strokes_s[begun:]
    assert begun % len(beaten.onsets_s) == 0
    if at_s > 1e-6:
        assert all(stroke_s >= free_s - 1e-6 for stroke_s in left.strokes_s)
        assert all(entry_s < free_s + 1e-6 for entry_s in cycle.strokes_s[:begun:cycle.figure])
        ahead = cycle.voice is not None and cycle.voice.at_s >= free_s
        assert left.voice == (cycle.voice if ahead else None)
