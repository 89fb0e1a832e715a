"""Which codes are taken for each other: by ear at whatever tempo and from whichever stroke on, and in print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.likeness import APART_S, HANDS, RATTLE_S, looks_like, sounds_like
from contract.domain.rhythm import Ending, Figure, Rhythm, Tempo, figure, parse
from tests.contract.shipped import FAMILIES, family, quick

FIGURES = st.builds(
    Rhythm,
    st.lists(st.integers(0, 5), max_size=12).map(tuple),
    st.sampled_from([Ending.ONCE, Ending.PAUSE]),
)
RHYTHMS = FIGURES | st.just(Rhythm((), Ending.TITIR))
STRETCHES = st.sampled_from([0.5, 0.8, 1.0, 1.4, 2.0, 4.0])


def beaten(text: str, stretch: float = 1.0) -> Figure:
    return figure(parse(text), Tempo().stretched(stretch))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("●●‖", "●●‖"),
        ("●●  ●●‖", "●●‖"),  # two spaces are as wide as the pause: the figure, written twice
        ("● ●●●  ● ●●●‖", "● ●●●‖"),
        ("●●  ●‖", "●  ●●‖"),  # the same figure, begun at another stroke
        ("● ●●●  ●●‖", "●●  ● ●●●‖"),
        ("●  ●  ●‖", "●‖"),  # all even
        ("●●…", "●●●●●●…"),
        ("● ●●●", "● ●●●"),
        ("●", "●"),
        ("● ●●●", "● ●●●‖"),  # what is beaten once may be the beginning of more
        ("●●", "●●‖"),
        ("●● ●● ●", "●●‖"),
        ("●", "●‖"),
        ("●  ●  ●", "●‖"),
        ("●●  ●●  ●‖", "●●‖"),  # most of the figures are one
        ("● ●●  ● ●●  ●●‖", "● ●●‖"),
        ("●●  ●●●‖", "●●‖"),  # half of them are one, and half the other
        ("●●  ●●●‖", "●●●‖"),
        ("● ●  ●  ●  ●●‖", "●  ●  ●  ●  ● ●‖"),  # none is half of them: only what goes together is left
        ("●●  ●  ●●", "●●  ●●  ●"),
        ("●  ●  ● ●‖", "● ●●  ●‖"),  # just half of the figures are one: what goes together is heard, too
        ("●  ●  ● ●‖", "●●  ●  ● ●●  ●  ●‖"),  # the same, beaten twice
    ],
)
def test_a_listener_who_comes_in_late_takes_the_one_for_the_other(one: str, other: str) -> None:
    assert sounds_like(beaten(one), beaten(other))
    assert sounds_like(beaten(other), beaten(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("●●●●…", "●‖"),  # both even, but one of them a rattle
        ("●‖", "●●‖"),
        ("●●‖", "●●●‖"),
        ("●●●●‖", "●●●●●‖"),
        ("●●●‖", "● ●●●‖"),
        ("● ●●●‖", "●●● ●‖"),
        ("● ●●‖", "●● ●‖"),
        ("●", "●●●●…"),
        ("●●  ●●●  ●‖", "●●‖"),  # a third of the figures are one
        ("●●  ●  ●●", "●●  ●●"),
        ("● ●●●", "●●● ●"),  # what is beaten once has a beginning
        ("● ●●●", "●●● ●‖"),
        ("●●  ●●", "●●"),
        ("●", "●  ●  ●"),
        ("●●", "●●●‖"),
        ("●      ●      ●", "●‖"),  # each alone, and a beat
        ("●      ●      ●", "●●●‖"),
        ("●      ●      ●", "●●●●…"),
        ("●  ●  ● ● ●‖", "●● ● ● ●●‖"),  # a figure ends, what goes together does not
        ("●  ●  ● ● ●  ●‖", "●●  ●  ●●●  ●‖"),  # a single stroke is no figure that most are
    ],
)
def test_a_listener_tells_the_one_from_the_other(one: str, other: str) -> None:
    assert not sounds_like(beaten(one), beaten(other))
    assert not sounds_like(beaten(other), beaten(one))


def test_a_figure_is_the_same_from_whichever_stroke_it_is_heard() -> None:
    turns = [
        Figure((0.0, 0.75, 1.05, 1.35), 2.55, repeats=True),
        Figure((0.0, 0.3, 0.6, 1.8), 2.55, repeats=True),
        Figure((0.0, 0.3, 1.5, 2.25), 2.55, repeats=True),
        Figure((0.0, 1.2, 1.95, 2.25), 2.55, repeats=True),
    ]

    assert [sounds_like(one, other) for one in turns for other in turns] == [True] * 16


@pytest.mark.parametrize("stretch", [0.5, 0.8, 1.25, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("code", ["●●‖", "● ●●●‖", "● ●●●●●●● ●"])
def test_a_count_is_the_same_code_however_slowly_it_is_beaten(code: str, stretch: float) -> None:
    assert sounds_like(beaten(code), beaten(code, stretch))


@pytest.mark.parametrize(("from_stroke_to_stroke_s", "alike"), [
    (0.15, False), (0.175, False), (0.2, True), (0.3, True), (0.6, True), (1.2, True), (1.8, True), (2.2, True),
    (2.25, True), (2.3, False), (3.0, False),
])
def test_even_strokes_are_another_code_only_past_what_is_heard_as_a_beat_whichever_hand_beats_them(
    from_stroke_to_stroke_s: float, alike: bool
) -> None:
    single = beaten("●‖")  # 1.2 s, so from 0.96 to 1.68 s by other hands
    assert single.period_s == pytest.approx(1.2)

    assert sounds_like(single, Figure((0.0,), from_stroke_to_stroke_s, repeats=True)) is alike


@pytest.mark.parametrize(("border_s", "beyond"), [(RATTLE_S, -1), (APART_S, 1)])
def test_what_lies_on_a_border_is_heard_on_either_side_of_it(border_s: float, beyond: int) -> None:
    """However its seconds were added up."""
    hand = max(HANDS) if beyond < 0 else min(HANDS)
    beat = Figure((0.0,), 1.0, repeats=True)

    for times in range(1, 50):
        strokes = tuple(7.3 + n * border_s / hand for n in range(times, times + 3))
        even = Figure(tuple(at - strokes[0] for at in strokes), strokes[-1], repeats=False)
        past = Figure(tuple(at * (1 + beyond * 1e-6) for at in even.onsets_s), even.period_s, repeats=False)
        assert sounds_like(even, beat)
        assert not sounds_like(past, beat)


def test_what_the_round_was_once_is_refused_as_murder_by_ear() -> None:
    """Three even strokes 1.8 s apart, and one each 1.2 s: nobody hears that without hearing both."""
    assert sounds_like(beaten("●  ●  ●‖", 1.5), beaten("●‖"))
    assert sounds_like(beaten("●  ●  ●", 1.5), beaten("●‖"))


def test_the_codes_of_the_police_for_a_disaster_and_an_accident_differ() -> None:
    polri = family("polri-bandung")

    assert not sounds_like(polri.figure("bencana"), polri.figure("kecelakaan"))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_round_has_something_that_no_alarm_has(name: str) -> None:
    """A gap in which a rhythm falls apart."""
    known = family(name)
    alarms = [known.figure(code) for code in known.codes if code not in ("aman", "patroli")]

    assert not any(sounds_like(known.figure("patroli"), alarm) for alarm in alarms)
    assert known.figure("patroli").intervals_s[0] == pytest.approx(3.0)
    assert max(interval_s for alarm in alarms for interval_s in alarm.intervals_s) == pytest.approx(1.2)


@quick
@given(RHYTHMS, RHYTHMS, STRETCHES, STRETCHES)
def test_likeness_goes_both_ways_and_everything_is_like_itself(
    one: Rhythm, other: Rhythm, stretch: float, other_stretch: float
) -> None:
    a, b = figure(one, Tempo().stretched(stretch)), figure(other, Tempo().stretched(other_stretch))

    assert sounds_like(a, a)
    assert sounds_like(a, b) == sounds_like(b, a)
    assert looks_like(one, one)
    assert looks_like(one, other) == looks_like(other, one)


@pytest.mark.parametrize(("one", "other", "alike"), [
    ("● ●●●‖", "●  ●●●‖", True),  # a wider gap is no other code in print
    ("● ●●●‖", "● ●●●", True), ("●●●●…", "●●…", True), ("●‖", "●", True), ("●  ●  ●", "● ● ●", True),
    ("●●●●…", "●●●●‖", False), ("●●●●…", "●‖", False), ("● ●●●‖", "●●● ●‖", False), ("●‖", "●  ●  ●", False),
    ("●●‖", "●●●‖", False),
])
def test_print_shows_how_strokes_are_grouped_and_not_how_wide_the_gaps_are(one: str, other: str, alike: bool) -> None:
    assert looks_like(parse(one), parse(other)) is alike
    assert looks_like(parse(other), parse(one)) is alike
