"""Names that nobody knows: the one that was probably meant is offered, if one is near at all."""

from collections.abc import Iterable

import pytest

from contract.settings.suggestions import hint, nearest, suggestion

VILLAGES = ("kalibagor", "olean", "patokan")


@pytest.mark.parametrize(
    ("word", "meant"), [("kalibagr", "kalibagor"), ("Olean", "olean"), ("semua", None), ("", None)]
)
def test_the_nearest_name_is_offered_if_it_is_near_at_all(word: str, meant: str | None) -> None:
    assert nearest(word, iter(VILLAGES)) == meant


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("kalibagr", VILLAGES, "did you mean kalibagor?"),
        ("semua", VILLAGES, "known: kalibagor, olean, patokan"),
        ("semua", iter(VILLAGES), "known: kalibagor, olean, patokan"),
        ("semua", (), "known: "),
    ],
)
def test_a_suggestion_is_the_nearest_name_or_all_of_them(word: str, known: Iterable[str], told: str) -> None:
    assert suggestion(word, known) == told


def test_a_suggestion_may_call_what_is_known_something_else() -> None:
    assert suggestion("x", VILLAGES, "choose from") == "choose from: kalibagor, olean, patokan"
    assert suggestion("oleann", VILLAGES, "choose from") == "did you mean olean?"


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("kalibagr", [*VILLAGES], "did you mean kalibagor? (known: kalibagor, olean, patokan)"),
        ("kalibagr", dict.fromkeys(VILLAGES), "did you mean kalibagor? (known: kalibagor, olean, patokan)"),
        ("semua", [*VILLAGES], "(known: kalibagor, olean, patokan)"),
        ("17", [17, None], "did you mean 17? (known: 17, None)"),
        ("x", None, "(known: )"),
        ("x", "not a list", "(known: )"),
    ],
)
def test_a_hint_names_the_nearest_and_all_that_are_known_whatever_was_written_there(
    word: str, known: object, told: str
) -> None:
    assert hint(word, known) == told
