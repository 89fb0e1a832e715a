"""How the voice is to say words: whole words are replaced, and what is no spelling is refused."""

from typing import Any

import pytest

from contract.domain.speech import read_respellings, respelt
from tests.contract.shipped import faults, plain

WORDS = {"ternak": "[[t@Rn'a?]]", "lain": "la'in"}


@pytest.mark.parametrize(("written", "said"), [
    ("Maling ternak,", "Maling [[t@Rn'a?]],"), ("Ternak. TERNAK", "[[t@Rn'a?]]. [[t@Rn'a?]]"),
    ("peternakan, ternaknya", "peternakan, ternaknya"), ("Bahaya lain,", "Bahaya la'in,"), ("lain-lain", "lain-lain"),
    ("di Desa Lainlain.", "di Desa Lainlain."), ("", ""),
])
def test_whole_words_are_said_as_the_list_has_them(written: str, said: str) -> None:
    assert respelt(written, WORDS) == said


def test_the_shipped_list_is_read() -> None:
    found = read_respellings(plain("speech.yaml"), "speech.yaml")

    assert found["kecelakaan"] == "[[k@tS,@lak'a?an]]"
    assert len(found) == 9


@pytest.mark.parametrize(("written", "fault"), [
    ({"respellings": {"kendit": "[[k@nd'it"}}, "respellings.kendit: \"[[k@nd'it\" is not allowed; use letters, or "),
    ({"respellings": {"kendit": ""}}, "respellings.kendit: '' is not allowed; use letters, or "),
    ({"respellings": {"Pos Kamling": "x"}}, "respellings.Pos Kamling: 'Pos Kamling' is not allowed; use one word, "),
    ({"respelling": {"a": "b"}}, "respelling: unknown; did you mean respellings?"),
    ({}, "respellings: missing; it has no default"),
])
def test_what_is_no_respelling_is_refused_with_its_place(written: Any, fault: str) -> None:
    found = faults(lambda: read_respellings(written, "speech.yaml"))

    assert found[0].startswith(f"speech.yaml.{fault}")
