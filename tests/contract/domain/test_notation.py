"""How a rhythm is written and read, and which rhythms a listener cannot tell apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.rhythm import Ending, NotationError, Rhythm, parse, write
from tests.contract.shipped import quick

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


def test_a_wrong_sign_is_told_at_the_place_where_it_was_written() -> None:
    with pytest.raises(NotationError, match="'x' at place 5"):
        parse("●...x")


def test_a_gap_as_wide_as_a_minute_is_no_gap() -> None:
    with pytest.raises(NotationError, match="at most 64 strokes and 8 spaces"):
        parse("●" + " " * 100 + "●‖")
