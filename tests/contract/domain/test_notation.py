"""How a rhythm is written and read, and which rhythms a listener cannot tell apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.rhythm import Ending, Figure, NotationError, Rhythm, Tempo, figure, parse, sounds_like, write
from tests.contract.shipped import family, quick

FIGURES = st.builds(
    Rhythm,
    st.lists(st.integers(0, 5), max_size=63).map(tuple),
    st.sampled_from([Ending.ONCE, Ending.PAUSE]),
)
RHYTHMS = FIGURES | st.just(Rhythm((), Ending.TITIR))


@quick
@given(RHYTHMS)
def test_what_is_written_is_read_back(rhythm: Rhythm) -> None:
    assert parse(write(rhythm)) == rhythm


@quick
@given(RHYTHMS)
def test_typed_letters_mean_the_same_as_signs(rhythm: Rhythm) -> None:
    typed = write(rhythm).replace("●", "o").replace("‖", "|").replace("…", "...")

    assert parse(typed) == parse(typed.upper()) == rhythm


@pytest.mark.parametrize(
    ("typed", "signs", "rhythm"),
    [
        ("oo|", "●●‖", Rhythm((0,), Ending.PAUSE)),
        ("o ooo|", "● ●●●‖", Rhythm((1, 0, 0), Ending.PAUSE)),
        ("o  o  o|", "●  ●  ●‖", Rhythm((2, 2), Ending.PAUSE)),
        ("oooo...", "●●●●…", Rhythm((), Ending.TITIR)),
        ("o ooo", "● ●●●", Rhythm((1, 0, 0), Ending.ONCE)),
        ("o", "●", Rhythm((), Ending.ONCE)),
    ],
)
def test_both_hands_write_the_same_rhythm(typed: str, signs: str, rhythm: Rhythm) -> None:
    assert parse(typed) == parse(signs) == rhythm


@pytest.mark.parametrize("text", ["●…", "●●…", "●●●●●●●●…", "o..."])
def test_a_titir_has_no_number_of_strokes(text: str) -> None:
    assert parse(text) == Rhythm((), Ending.TITIR)
    assert write(parse(text)) == "●●●●…"


@pytest.mark.parametrize("text", ["●●‖", " ●●‖ ", "●● ‖", "●●   ‖", "\t●●‖\n"])
def test_spaces_around_a_figure_and_before_its_mark_mean_nothing(text: str) -> None:
    assert parse(text) == Rhythm((0,), Ending.PAUSE)


@pytest.mark.parametrize(("text", "strokes"), [("●", 1), ("●●‖", 2), ("● ●●●‖", 4), ("●" * 64, 64), ("●●●●…", 1)])
def test_strokes_are_those_of_one_figure(text: str, strokes: int) -> None:
    assert parse(text).strokes == strokes


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n",
        "‖", "…", "|", "...", "‖●", "…●", " ‖ ",  # no stroke to begin with
        "●‖‖", "oo||", "●……", "●‖…", "oo...|", "oo|...",  # two marks
        "●‖●‖", "●…●", "oo|oo",  # something after the mark
        "● ●…", "●●  ●●…", "o o...",  # a titir that is not even
        "●.", "●..", "●....", "●. . .",  # not three dots
        "0 0", "○", "°", "*", "x", "●x", "●-●", "●,●", "●●!",  # no signs
        "●\t●", "●\n●", "●\u00a0●", "●\u2003●", "●\0", "●\u200b‖", "\ufeff●",  # no spaces
        "●" * 65, "● " * 64 + "●‖",  # more than anyone counts
    ],
)
def test_what_is_no_rhythm_is_refused(text: str) -> None:
    with pytest.raises(NotationError, match=r"."):
        parse(text)


def test_the_refusal_names_the_sign_its_place_and_what_to_write() -> None:
    with pytest.raises(NotationError) as caught:
        parse("●●x‖")

    assert str(caught.value) == (
        "'x' at place 3 of '●●x‖' is not part of the notation; "
        "write ● or o for a stroke, a space for a gap, ‖ or | for the pause, … or ... for titir"
    )


@quick
@given(st.text() | st.text("●o ‖|….", max_size=12))
def test_any_text_is_a_rhythm_or_refused_as_one(text: str) -> None:
    try:
        rhythm = parse(text)
    except NotationError:
        return
    assert parse(write(rhythm)) == rhythm


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
    ],
)
def test_a_listener_who_comes_in_late_takes_the_one_for_the_other(one: str, other: str) -> None:
    assert sounds_like(beaten(one), beaten(other))
    assert sounds_like(beaten(other), beaten(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("●●●●…", "●‖"),  # both even, but one of them fast
        ("●‖", "●●‖"),
        ("●●‖", "●●●‖"),
        ("●●●●‖", "●●●●●‖"),
        ("●●●‖", "● ●●●‖"),
        ("● ●●●‖", "●●● ●‖"),
        ("● ●●‖", "●● ●‖"),
        ("● ●●●", "● ●●●‖"),  # the one is over after its strokes
        ("●", "●‖"),
        ("●", "●●●●…"),
        ("● ●●●", "●●● ●"),  # what is beaten once has a beginning
        ("●●  ●●", "●●"),
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


def test_a_tempo_a_little_off_is_the_same_and_one_far_off_is_not() -> None:
    assert [sounds_like(beaten("●‖"), beaten("●‖", stretch)) for stretch in (0.75, 0.85, 1.2, 1.3, 1.5)] == [
        False, True, True, False, False,
    ]


def test_the_codes_of_the_police_for_a_disaster_and_an_accident_differ() -> None:
    polri = family("polri-bandung")

    assert not sounds_like(polri.figure("bencana"), polri.figure("kecelakaan"))


@pytest.mark.parametrize("name", ["jawa-timur", "polri-bandung"])
def test_the_slow_round_is_no_murder_though_both_are_even(name: str) -> None:
    assert not sounds_like(family(name).figure("patroli"), family(name).figure("pembunuhan"))
    assert not sounds_like(family(name).figure("patroli"), beaten("●‖"))


@quick
@given(RHYTHMS, RHYTHMS)
def test_likeness_goes_both_ways_and_everything_is_like_itself(one: Rhythm, other: Rhythm) -> None:
    a, b = figure(one, Tempo()), figure(other, Tempo())

    assert sounds_like(a, a)
    assert sounds_like(a, b) == sounds_like(b, a)


def test_a_wrong_sign_is_told_at_the_place_where_it_was_written() -> None:
    with pytest.raises(NotationError, match="'x' at place 5"):
        parse("●...x")


def test_a_gap_as_wide_as_a_minute_is_no_gap() -> None:
    with pytest.raises(NotationError, match="at most 64 strokes and 8 spaces"):
        parse("●" + " " * 100 + "●‖")
